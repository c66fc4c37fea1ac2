"""What a new version would change, in words: shown before publishing."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiilis.listen.services.checking import in_language, language_name
from fiilis.listen.types import Definition, Mode, Option, Question


def changes(before: Definition, after: Definition) -> list[str]:
    """Return sentences that tell how `after` differs from `before`; empty when a customer would see no difference."""
    return [*_whole(before, after), *_questions(before, after)]


def _whole(before: Definition, after: Definition) -> Iterator[str]:
    for language in after.languages:
        if language not in before.languages:
            yield _("A new language: %(language)s.") % {"language": language_name(language)}
    for language in before.languages:
        if language not in after.languages:
            yield _("No longer asked %(in_language)s.") % {"in_language": in_language(language)}
    if before.title != after.title:
        yield _("The title changes.")
    if before.intro != after.intro:
        yield _("The introduction changes.")
    if before.thanks != after.thanks:
        yield _("The thank-you text changes.")
    if before.mode != after.mode:
        yield _("All questions on one page.") if after.mode is Mode.ALL else _("One question at a time.")
    if before.touchpoint != after.touchpoint:
        yield _("New answers go to another touchpoint.")


def _questions(before: Definition, after: Definition) -> Iterator[str]:
    old = {question.id: question for question in before.questions}
    new = {question.id for question in after.questions}
    for position, question in enumerate(after.questions, 1):
        if question.id not in old:
            yield _("Question %(n)s is new.") % {"n": position}
        elif question != old[question.id]:
            yield from _one(old[question.id], question, position)
    gone = sum(1 for question_id in old if question_id not in new)
    if gone:
        yield ngettext(
            "%(count)s question is no longer asked. Its answers stay.",
            "%(count)s questions are no longer asked. Their answers stay.",
            gone,
        ) % {"count": gone}
    kept_before = [q.id for q in before.questions if q.id in new]
    kept_after = [q.id for q in after.questions if q.id in old]
    if kept_before != kept_after:
        yield _("The order of the questions changes.")


def _one(old: Question, new: Question, position: int) -> Iterator[str]:
    names = {"n": position}
    if (old.text, old.help, old.low_label, old.high_label) != (new.text, new.help, new.low_label, new.high_label):
        yield _("The wording of question %(n)s changes; answers before and after are one series.") % names
    if old.options != new.options:
        yield from _options(old.options, new.options, position)
    if old.show_if != new.show_if:
        yield _("Question %(n)s is shown on another condition.") % names
    if old.required != new.required:
        said = _("Question %(n)s must be answered.") if new.required else _("Question %(n)s may be skipped.")
        yield said % names
    if old.touchpoint != new.touchpoint:
        yield _("New answers to question %(n)s go to another touchpoint.") % names
    if old.max_length != new.max_length:
        yield _("The longest answer to question %(n)s changes.") % names


def _options(old: tuple[Option, ...], new: tuple[Option, ...], position: int) -> Iterator[str]:
    before, after = {o.code: o.label for o in old}, {o.code: o.label for o in new}
    added, gone = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    if added:
        yield ngettext(
            "Question %(n)s gets %(count)s new option.", "Question %(n)s gets %(count)s new options.", added
        ) % {"n": position, "count": added}
    if gone:
        yield ngettext(
            "Question %(n)s loses %(count)s option; earlier answers stay.",
            "Question %(n)s loses %(count)s options; earlier answers stay.",
            gone,
        ) % {"n": position, "count": gone}
    if any(before[code] != after[code] for code in before.keys() & after.keys()):
        yield _("The wording of an option of question %(n)s changes; answers before and after are one series.") % {
            "n": position
        }
    if not added and not gone and [o.code for o in old] != [o.code for o in new]:
        yield _("The order of the options of question %(n)s changes.") % {"n": position}

"""Says in words why a definition can't be kept or can't be published. Pure: what it needs to know is handed to it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from fiilis.core.errors import FieldProblem, Invalid
from fiilis.listen import wordings
from fiilis.listen.types import (
    EMOTIONS,
    LANGUAGES,
    NUMERIC,
    SOLVED,
    TEXTUAL,
    Definition,
    Kind,
    Option,
    Question,
    Style,
    Texts,
)

MAX_QUESTIONS = 40
MAX_OPTIONS = 50
LENGTHS = {"title": 120, "intro": 1000, "thanks": 1000, "text": 300, "help": 300, "label": 120}
TEXT_MAX = 5000

_QUESTION_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
# The scales on which each measure is defined; (low, high).
_SCALES = {Kind.NPS: {(0, 10)}, Kind.CES: {(1, 7), (1, 5)}}
_FIXED_CODES = {Kind.EMOTION: EMOTIONS, Kind.SOLVED: SOLVED}


def language_name(code: str) -> str:
    """Return a language's name in the reader's language."""
    return {"fi": _("Finnish"), "sv": _("Swedish"), "en": _("English")}.get(code, code)


def in_language(code: str) -> str:
    """Return "in Finnish" and so on: a whole phrase, since Finnish bends it (suomeksi) and Swedish doesn't."""
    return {"fi": _("in Finnish"), "sv": _("in Swedish"), "en": _("in English")}.get(code, code)


def require_sound(definition: Definition) -> None:
    """Raise Invalid when a draft can't even be kept: unknown languages, doubled ids, texts that are too long."""
    found = [*_unsound(definition)]
    if found:
        raise Invalid(_("The survey can't be saved yet."), fields=found)


def _unsound(made: Definition) -> Iterator[FieldProblem]:
    if not made.languages:
        yield FieldProblem("languages", "missing", _("Choose at least one language."))
    if set(made.languages) - set(LANGUAGES) or len(set(made.languages)) != len(made.languages):
        yield FieldProblem("languages", "unknown", _("Choose each language once, from those on offer."))
    if len(made.questions) > MAX_QUESTIONS:
        text = _("A survey has at most %(most)s questions.") % {"most": MAX_QUESTIONS}
        yield FieldProblem("questions", "too_many", text)
    for question_id, times in Counter(q.id for q in made.questions).items():
        if times > 1 or not _QUESTION_ID.fullmatch(question_id):
            text = _("The question id “%(id)s” is doubled or has characters that don't belong in one.")
            yield FieldProblem("questions", "id", text % {"id": question_id})
    for name, texts in (("title", made.title), ("intro", made.intro), ("thanks", made.thanks)):
        yield from _too_long(name, name, texts)
    for question in made.questions:
        yield from _unsound_question(question)


def _unsound_question(question: Question) -> Iterator[FieldProblem]:
    yield from _too_long(question.id, "text", question.text)
    yield from _too_long(question.id, "help", question.help)
    for texts in (question.low_label, question.high_label, *(option.label for option in question.options)):
        yield from _too_long(question.id, "label", texts)
    if len(question.options) > MAX_OPTIONS:
        text = _("A question has at most %(most)s options.") % {"most": MAX_OPTIONS}
        yield FieldProblem(question.id, "too_many", text)
    if any(not _CODE.fullmatch(option.code) for option in question.options):
        yield FieldProblem(
            question.id, "code", _("An option's code is made of letters a–z, digits, hyphens and underscores.")
        )
    if question.kind in TEXTUAL and not 1 <= question.max_length <= TEXT_MAX:
        text = _("The longest answer is from 1 to %(most)s characters.") % {"most": TEXT_MAX}
        yield FieldProblem(question.id, "max_length", text)


def _too_long(field: str, what: str, texts: Texts) -> Iterator[FieldProblem]:
    for language, text in texts.items():
        if len(text) > LENGTHS[what]:
            said = _("The text %(in_language)s is too long: at most %(most)s characters.")
            yield FieldProblem(field, "too_long", said % {"in_language": in_language(language), "most": LENGTHS[what]})


def publishing_problems(definition: Definition, *, touchpoints: Collection[str]) -> list[FieldProblem]:
    """Return everything that keeps a draft from being published; empty when nothing does.

    `field` is the question's id, or "title", "languages", "questions" or "touchpoint". `touchpoints` are the ids of the
    workspace's touchpoints.
    """
    found: list[FieldProblem] = []
    if not definition.questions:
        found.append(FieldProblem("questions", "missing", _("The survey has no question. Add one.")))
    found += [
        FieldProblem(
            "title", "missing", _("The survey has no title %(in_language)s.") % {"in_language": in_language(language)}
        )
        for language in definition.languages
        if not _said(definition.title, language)
    ]
    if definition.touchpoint and definition.touchpoint not in touchpoints:
        text = _("The survey's touchpoint no longer exists. Choose another.")
        found.append(FieldProblem("touchpoint", "unknown", text))
    for position, question in enumerate(definition.questions, 1):
        found += _text_problems(question, position, definition.languages)
        found += _scale_problems(question, position)
        found += _option_problems(question, position, definition.languages)
        found += _condition_problems(question, position, definition.questions)
        if question.touchpoint and question.touchpoint not in touchpoints:
            text = _("The touchpoint of question %(n)s no longer exists. Choose another.") % {"n": position}
            found.append(FieldProblem(question.id, "touchpoint", text))
    return found


def _said(texts: Texts, language: str) -> str:
    return texts.get(language, "").strip()


def _text_problems(question: Question, position: int, languages: Sequence[str]) -> Iterator[FieldProblem]:
    for language in languages:
        names = {"n": position, "in_language": in_language(language)}
        if not _said(question.text, language):
            yield FieldProblem(question.id, "text", _("Question %(n)s has no text %(in_language)s.") % names)
        for texts, said in (
            (question.help, _("The help text of question %(n)s is missing %(in_language)s.")),
            (question.low_label, _("The low end of question %(n)s has no label %(in_language)s.")),
            (question.high_label, _("The high end of question %(n)s has no label %(in_language)s.")),
        ):
            if any(text.strip() for text in texts.values()) and not _said(texts, language):
                yield FieldProblem(question.id, "text", said % names)


def _scale_problems(question: Question, position: int) -> Iterator[FieldProblem]:
    if question.kind not in NUMERIC:
        return
    scale = (question.low, question.high)
    allowed = _SCALES.get(question.kind, {(1, 4)} if question.style is Style.FACES else {(1, 5)})
    if question.low >= question.high:
        said = _("The scale of question %(n)s begins at %(low)s and ends at %(high)s: the end must be higher.")
    elif scale not in allowed:
        said = _("The scale of question %(n)s, from %(low)s to %(high)s, is not one on which its measure is defined.")
    else:
        return
    yield FieldProblem(question.id, "scale", said % {"n": position, "low": question.low, "high": question.high})


def _option_problems(question: Question, position: int, languages: Sequence[str]) -> Iterator[FieldProblem]:
    options = wordings.choices(question)
    names: dict[str, object] = {"n": position}
    if question.kind in (Kind.SINGLE, Kind.MULTIPLE) and len(options) < 2:
        yield FieldProblem(question.id, "options", _("Question %(n)s needs at least two options.") % names)
    if _doubled(option.code for option in options):
        yield FieldProblem(question.id, "code", _("Two options of question %(n)s have the same code.") % names)
    fixed = _FIXED_CODES.get(question.kind)
    if fixed and {option.code for option in options} - set(fixed):
        said = _("Question %(n)s has an option that does not belong to its kind. Remove it, or ask a single choice.")
        yield FieldProblem(question.id, "code", said % names)
    for language in languages:
        names["in_language"] = in_language(language)
        labels = [_said(option.label, language) for option in options]
        if not all(labels):
            said = _("An option of question %(n)s has no text %(in_language)s.")
            yield FieldProblem(question.id, "label", said % names)
        if _doubled(label.casefold() for label in labels if label):
            said = _("Two options of question %(n)s have the same text %(in_language)s.")
            yield FieldProblem(question.id, "label", said % names)


def _doubled(values: Iterable[str]) -> bool:
    return any(times > 1 for times in Counter(values).values())


def _condition_problems(question: Question, position: int, asked: Sequence[Question]) -> Iterator[FieldProblem]:
    if question.show_if is None:
        return
    earlier = {other.id: (n, other) for n, other in enumerate(asked[: position - 1], 1)}
    names: dict[str, object] = {"n": position}
    if question.show_if.question not in earlier:
        later = {other.id for other in asked[position - 1 :]}
        said = (
            _("Question %(n)s depends on a question that comes later. Move it down, or change its condition.")
            if question.show_if.question in later
            else _("Question %(n)s depends on a question that no longer exists. Change its condition.")
        )
        yield FieldProblem(question.id, "show_if", said % names)
        return
    names["m"], other = earlier[question.show_if.question]
    if not question.show_if.values:
        said = _("Question %(n)s is shown by no answer. Choose the answers to question %(m)s that show it.")
        yield FieldProblem(question.id, "show_if", said % names)
    elif set(question.show_if.values) - set(possible_values(other)):
        said = _("Question %(n)s waits for an answer that question %(m)s can't have. Change its condition.")
        yield FieldProblem(question.id, "show_if", said % names)


def possible_values(question: Question) -> tuple[int | str, ...]:
    """Return the values that an answer can have, for conditions; empty for open texts."""
    if question.kind in NUMERIC:
        return tuple(range(question.low, question.high + 1))
    return tuple(option.code for option in wordings.choices(question))


def require_same_meaning(definition: Definition, *, published: Sequence[Definition]) -> None:
    """Raise Invalid when a question that has been asked would mean something else under the same id.

    Answers of all versions make one series, so a published id keeps its kind, its scale and its style, and a text of
    one option may not move to another option's code. Wording may be mended.
    """
    asked = {q.id: q for version in published for q in version.questions}
    found = [
        problem
        for position, question in enumerate(definition.questions, 1)
        if question.id in asked
        for problem in _changed_meaning(question, asked[question.id], position)
    ]
    if found:
        raise Invalid(_("A question that has been published keeps its meaning."), code="meaning", fields=found)


def _changed_meaning(now: Question, before: Question, position: int) -> Iterator[FieldProblem]:
    if now.kind is not before.kind:
        said = _("Question %(n)s has been asked as another kind. Make a new question instead.")
        yield FieldProblem(now.id, "meaning", said % {"n": position})
    elif (now.low, now.high, now.style) != (before.low, before.high, before.style):
        said = _("Question %(n)s has been asked on another scale. Make a new question instead.")
        yield FieldProblem(now.id, "meaning", said % {"n": position})
    for option in now.options:
        if _taken_over(option, before.options):
            said = _("An option of question %(n)s has taken over another option's text. Make a new option instead.")
            yield FieldProblem(now.id, "meaning", said % {"n": position})
            return


def _taken_over(option: Option, before: Sequence[Option]) -> bool:
    if option.code not in {other.code for other in before}:
        return False  # a new code can't change what an old one meant
    return any(
        text.strip() and other.label.get(language, "").strip().casefold() == text.strip().casefold()
        for other in before
        if other.code != option.code
        for language, text in option.label.items()
    )

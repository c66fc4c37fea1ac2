"""How a survey's parts are called on its manage pages, in the reader's language."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fiilis.core.models import Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.listen import wordings
from fiilis.listen.models import Survey
from fiilis.listen.services.checking import language_name
from fiilis.listen.services.effort import Effort, Level
from fiilis.listen.types import NUMERIC, Definition, Kind, Question, Style, Texts


def reading(languages: Sequence[str]) -> str:
    """Return the language in which a maker reads a survey: her own if the survey has it, else its first."""
    own = (get_language() or "").partition("-")[0]
    return own if own in languages else languages[0]


def kind(question: Question) -> str:
    """Return a question's kind and scale in words."""
    if question.kind in NUMERIC and question.style is Style.SCALE:
        names = {Kind.NPS: _("Recommendation (NPS)"), Kind.CSAT: _("Satisfaction (CSAT)"), Kind.CES: _("Ease (CES)")}
        return f"{names[question.kind]} {question.low}–{question.high}"
    return {
        Kind.CSAT: _("Satisfaction (CSAT), four faces"),
        Kind.EMOTION: _("Emotion"),
        Kind.SOLVED: _("Was it solved?"),
        Kind.SINGLE: _("One choice"),
        Kind.MULTIPLE: _("Several choices"),
        Kind.SHORT: _("Short text"),
        Kind.LONG: _("Long text"),
    }[question.kind]


def direction(question: Question) -> str:
    """Return what the ends of a scale mean for its measure, so that nobody reads it upside down."""
    if question.kind is Kind.CES:
        return _("%(high)s is the easiest.") % {"high": question.high}
    if question.kind is Kind.NPS:
        return _("0–6 are detractors, 7–8 passives, 9–10 promoters.")
    if question.kind is Kind.CSAT:
        return _("%(high)s is the best.") % {"high": question.high}
    return ""


def status(survey_status: str) -> dict[str, str]:
    """Return a status as a badge's text and tone."""
    return {
        Survey.Status.DRAFT: {"text": _("Draft"), "tone": ""},
        Survey.Status.OPEN: {"text": _("Open"), "tone": "good"},
        Survey.Status.CLOSED: {"text": _("Closed"), "tone": "bad"},
    }[Survey.Status(survey_status)]


def languages(codes: Iterable[str]) -> str:
    """Return languages' names in one line."""
    return capfirst(", ".join(language_name(code) for code in codes))


def effort(estimate: Effort) -> dict[str, Any]:
    """Return the length and effort meter: what it says, how full it is, and a warning when it asks much."""
    names = {"low": estimate.shortest, "high": estimate.longest}
    if estimate.longest == 0:
        said = _("Nothing to answer yet.")
    elif estimate.shortest in (0, estimate.longest):
        said = (
            ngettext("About %(high)s second to answer.", "About %(high)s seconds to answer.", estimate.longest) % names
        )
    else:
        said = _("About %(low)s–%(high)s seconds to answer.") % names
    return {
        "said": said,
        "seconds": min(estimate.longest, 180),
        "level": {Level.LIGHT: _("Light"), Level.FAIR: _("Fair"), Level.HEAVY: _("Heavy")}[estimate.level],
        "tone": {Level.LIGHT: "good", Level.FAIR: "", Level.HEAVY: "bad"}[estimate.level],
        "warning": (
            _("Every question more loses customers on the way. Consider two short surveys at different touchpoints.")
            if estimate.level is Level.HEAVY
            else ""
        ),
    }


def named(names: Texts, fallback: str = "") -> str:
    """Return a name by language in the reader's, else any."""
    own = (get_language() or "").partition("-")[0]
    return names.get(own) or next((name for name in names.values() if name), fallback)


def touchpoint_choices(workspace: Workspace) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the workspace's touchpoints for a select, by stage."""
    stages: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for point in ecosystem.touchpoints(workspace=workspace):
        stage = stages.setdefault(str(point.stage_id), (named(point.stage_names), []))
        stage[1].append((str(point.id), named(point.names, point.key)))
    return list(stages.values())


def condition(definition: Definition, question: Question) -> str:
    """Return when a question is shown; empty for always."""
    waits = question.show_if
    if waits is None:
        return ""
    language = reading(definition.languages)
    for position, other in enumerate(definition.questions, 1):
        if other.id == waits.question:
            answers = _answers(other, waits.values, language)
            return _("Shown when the answer to question %(n)s is: %(answers)s") % {"n": position, "answers": answers}
    return _("Shown after a question that no longer exists")


def _answers(question: Question, values: Sequence[int | str], language: str) -> str:
    """Return answers in one line, 0–6 for a run of numbers."""
    numbers = [value for value in values if isinstance(value, int)]
    run = len(numbers) > 2 and numbers == list(range(numbers[0], numbers[0] + len(values)))
    if run and question.style is Style.SCALE:
        return f"{numbers[0]}–{numbers[-1]}"
    return ", ".join(_value(question, value, language) for value in values)


def _value(question: Question, value: int | str, language: str) -> str:
    if question.kind is Kind.CSAT and question.style is Style.FACES and isinstance(value, int):
        return wordings.face_label(question, value, language)
    labels = {option.code: option.label.get(language, "") for option in wordings.choices(question)}
    return labels.get(str(value)) or str(value)

"""What the first steps show: the row of steps, the two questions in their own words, the first answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.home.services import FIRST_QUESTIONS
from fiilis.home.types import TEST, Progress, Step
from fiilis.listen import wordings
from fiilis.listen.queries.feedback import FeedbackRow
from fiilis.listen.services.effort import effort_seconds
from fiilis.listen.types import Definition, Kind, Question, Style
from fiilis.listen.wordings import Template


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the five in the row of steps. `href` is empty where one can't go yet."""

    number: int
    key: str
    name: str
    href: str
    done: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A question in one language, with what stands at the ends of its scale."""

    language: str
    text: str
    ends: str


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """One of the questions to choose from."""

    value: str
    name: str
    why: str
    words: tuple[Words, ...]
    effort: str


@dataclass(frozen=True, slots=True)
class SaidView:
    """The first answer: its score in words, its text if there is one, and when it came."""

    score: str
    text: str
    language: str
    when: str
    is_test: bool


def step_name(step: Step) -> str:
    """Return a step's name."""
    return {
        Step.SHOP: _("Your organisation"),
        Step.LOOK: _("Logo and colour"),
        Step.QUESTION: _("One question"),
        Step.PLACE: _("Where to ask"),
        Step.ANSWER: _("The first answer"),
    }[step]


def steps(here: Step, progress: Progress | None, address: Callable[[Step], str]) -> list[StepView]:
    """Return the row of steps; `address` is where each stands."""
    done = progress.done if progress else frozenset()
    return [
        StepView(number, step.value, step_name(step), address(step), step in done, step is here)
        for number, step in enumerate(Step, 1)
    ]


def choices(languages: Sequence[str]) -> list[ChoiceView]:
    """Return the questions to choose from, in the customers' languages."""
    return [_choice(template, languages) for template in FIRST_QUESTIONS]


def _choice(template: Template, languages: Sequence[str]) -> ChoiceView:
    made = wordings.definition(template, languages=languages, new_id=lambda: "q")
    if template is Template.NPS:
        name = _("Would they recommend us? (NPS)")
        why = _("For the relation as a whole: comparable over years and between firms.")
    else:
        name = _("How did it go? (CSAT, four faces)")
        why = _("For one meeting, right after it: a purchase, a visit, a call.")
    seconds = effort_seconds(made).longest
    return ChoiceView(
        value=template.value,
        name=name,
        why=why,
        words=tuple(_words(made.questions[0], language) for language in languages),
        effort=ngettext(
            "With its open follow-up about %(seconds)s second of the customer's time.",
            "With its open follow-up about %(seconds)s seconds of the customer's time.",
            seconds,
        )
        % {"seconds": fmt.number(seconds)},
    )


def _words(question: Question, language: str) -> Words:
    if question.style is Style.FACES:
        ends = ", ".join(wordings.face_label(question, face, language) for face in (4, 3, 2, 1))
    else:
        low, high = question.low_label.get(language, ""), question.high_label.get(language, "")
        ends = f"{question.low} {low} {fmt.EN_DASH} {question.high} {high}"
    return Words(language, question.text.get(language, ""), ends)


def said(first: FeedbackRow, asked: Definition) -> SaidView:
    """Return an answer as the page tells it."""
    score = text = ""
    for question in asked.questions:
        value = first.answers.get(question.id)
        if isinstance(value, int | float) and not score:
            score = _score(question, value)
        elif isinstance(value, str) and question.kind in (Kind.SHORT, Kind.LONG):
            text = value
    return SaidView(score or _("an answer"), text, first.language, fmt.moment(first.at), first.source == TEST)


def _score(question: Question, value: float) -> str:
    if question.style is Style.FACES:
        return wordings.face_label(question, int(value), (get_language() or "en").partition("-")[0])
    return fmt.number(value)

"""How much a survey asks of the customer: seconds by kind of question, before any answer has been timed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fiilis.listen.types import Definition, Kind, Question

# Rules of thumb, said as such on the page: reading and pressing a scale, choosing, writing a sentence.
SECONDS = {
    Kind.NPS: 5,
    Kind.CSAT: 4,
    Kind.CES: 5,
    Kind.SOLVED: 4,
    Kind.EMOTION: 6,
    Kind.SINGLE: 6,
    Kind.MULTIPLE: 9,
    Kind.SHORT: 12,
    Kind.LONG: 20,
}
LIGHT, FAIR = 45, 120


class Level(StrEnum):
    """What the estimate means for the threshold of answering."""

    LIGHT = "light"
    FAIR = "fair"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds of the shortest way through (required questions without a condition) and of the longest."""

    shortest: int
    longest: int

    @property
    def level(self) -> Level:
        """Judged by the longest way: that is what the customer fears."""
        if self.longest <= LIGHT:
            return Level.LIGHT
        return Level.FAIR if self.longest <= FAIR else Level.HEAVY


def effort_seconds(definition: Definition) -> Effort:
    """Return the estimate of a survey, in seconds."""
    return Effort(
        shortest=_sum(q for q in definition.questions if q.required and q.show_if is None),
        longest=_sum(definition.questions),
    )


def _sum(questions: Iterable[Question]) -> int:
    return sum(SECONDS[q.kind] for q in questions)

"""Where does it hurt? Each touchpoint's share of good answers, and those that are weaker than the others."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from fiilis.core.models import Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem.queries import TouchpointRow
from fiilis.science.comparisons import Comparison, Growing, Verdict, holm
from fiilis.science.estimate import Estimate
from fiilis.understand import facts
from fiilis.understand.sums import Sums, difference, estimate, nothing
from fiilis.understand.types import Filter, Measure

NO_SCALE = Measure("csat", 1, 5)
"""What a touchpoint without answers is listed under."""


@dataclass(frozen=True, slots=True)
class Row:
    """One touchpoint: the one measure that it has most answers to, and how it compares with the others."""

    place: TouchpointRow
    measure: Measure
    estimate: Estimate
    comparison: Comparison | None

    @property
    def weaker(self) -> bool:
        """Whether it is shown to be weaker than the other touchpoints of the same measure.

        The reader must see it too: the interval drawn lies wholly below the others' figure.
        """
        if self.comparison is None or self.comparison.evidence is None or self.estimate.high is None:
            return False
        return self.comparison.verdict is Verdict.WORSE and self.estimate.high < self.comparison.evidence.b.value


@dataclass(frozen=True, slots=True)
class Touchpoints:
    """All touchpoints in the order in which a customer meets them.

    `usual` is the measure of most touchpoints. Only those that have it are compared with each other: a share of good
    answers to one question says nothing about a share of good answers to another kind.
    """

    version: int
    usual: Measure
    rows: tuple[Row, ...]

    @property
    def weakest(self) -> tuple[Row, ...]:
        """Those shown to be weaker than the others, the lowest figure first."""
        return tuple(sorted((row for row in self.rows if row.weaker), key=lambda row: row.estimate.value or 0.0))

    @property
    def comparable(self) -> int:
        """How many have answers enough for a verdict."""
        return sum(
            row.comparison is not None and row.comparison.evidence is not None and row.comparison.evidence.enough
            for row in self.rows
        )

    @property
    def apart(self) -> int:
        """How many have answers to another measure than the usual one, and so stand outside the comparison."""
        return sum(bool(row.estimate.n) and row.measure != self.usual for row in self.rows)


def touchpoints(*, workspace: Workspace, asked: Filter, at_least: int | None = None) -> Touchpoints:
    """Return every touchpoint of the workspace with its figure over the time asked for.

    A touchpoint has one row: the share of good answers to satisfaction or ease, whichever has more answers.
    It is called weaker only against the pooled answers of the others with the same measure, and only after Holm's
    correction for their number. The same persons answer on both sides; as satisfied people tend to be satisfied
    everywhere, that makes the true uncertainty smaller than the one used, so the verdict errs on the safe side.
    """
    places = ecosystem.touchpoints(workspace=workspace)
    found = facts.touchpoints(workspace=workspace, asked=asked, at_least=at_least)
    chosen = {place.id: _most_answered(found.value.get(str(place.id), {})) for place in places}
    usual = _usual([measure for measure, sums in chosen.values() if sums.n])
    compared = _compared({key: sums for key, (measure, sums) in chosen.items() if sums.n and measure == usual}, usual)
    rows = [
        Row(place, measure, estimate(measure, sums), compared.get(place.id))
        for place in places
        for measure, sums in (chosen[place.id],)
    ]
    return Touchpoints(found.version, usual, tuple(rows))


def _usual(measures: Sequence[Measure]) -> Measure:
    counts = Counter(sorted(measures, key=lambda measure: measure.order))
    return counts.most_common(1)[0][0] if counts else NO_SCALE


def _most_answered(by_measure: dict[Measure, Sums]) -> tuple[Measure, Sums]:
    if not by_measure:
        return NO_SCALE, nothing(NO_SCALE)
    ordered = sorted(by_measure.items(), key=lambda item: item[0].order)
    return max(ordered, key=lambda item: item[1].n)


def _compared(answers: Mapping[uuid.UUID, Sums], measure: Measure) -> dict[uuid.UUID, Comparison]:
    alone: dict[uuid.UUID, Comparison] = {}
    for place_id, sums in answers.items():
        others = [other for other_id, other in answers.items() if other_id != place_id]
        if others:
            pooled = reduce(add, others)
            alone[place_id] = difference(measure, sums, pooled, growing=Growing.BOTH, margin=None)
    return dict(zip(alone, holm(list(alone.values())), strict=True))

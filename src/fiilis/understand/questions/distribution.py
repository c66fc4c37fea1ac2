"""How do the answers spread? Each value of a scale with its count and its share."""

from dataclasses import dataclass

from fiilis.core.models import Workspace
from fiilis.understand import facts
from fiilis.understand.types import Filter, Group, Measure


@dataclass(frozen=True, slots=True)
class Bin:
    """One value of the scale: how many gave it, and its share 0..1 of all answers, by weight."""

    value: int
    count: int
    share: float
    group: Group


@dataclass(frozen=True, slots=True)
class Distribution:
    """All values of the scale in order, those that nobody gave too."""

    version: int
    measure: Measure
    bins: tuple[Bin, ...]

    @property
    def n(self) -> int:
        """Number of answers."""
        return sum(one.count for one in self.bins)


def distribution(*, workspace: Workspace, asked: Filter, measure: Measure, at_least: int | None = None) -> Distribution:
    """Return how the answers to one measure spread over its scale."""
    found = facts.distribution(workspace=workspace, asked=asked, measure=measure, at_least=at_least)
    total = sum(one.weight for one in found.value.values())
    bins = []
    for value in range(measure.low, measure.high + 1):
        one = found.value.get(value, facts.Weighed(0, 0.0))
        bins.append(Bin(value, one.count, one.weight / total if total else 0.0, measure.group(value)))
    return Distribution(found.version, measure, tuple(bins))

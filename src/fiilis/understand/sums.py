"""Counts and sums of one measure as a query returns them, and the figure that science makes of them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from fiilis.science.comparisons import Comparison, Growing, compare
from fiilis.science.estimate import Estimate
from fiilis.science.metrics import Plain, choose
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally
from fiilis.understand.types import Form, Measure

NO_CLUSTERS = ClusterSums(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
"""What stands beside plain sums where nobody asks for weights or clusters."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The answers to one measure: plain counts, and the sums that weights and clusters need.

    `weighted_or_clustered`: some answer has another weight than 1, or some cluster (a flight, a shop, a person who
    answered several questions of the kind) has more than one answer; then only `clustered` tells the uncertainty.
    """

    plain: Plain
    clustered: ClusterSums
    weighted_or_clustered: bool

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.plain.n

    def __add__(self, other: Sums) -> Sums:
        """Return the answers of both together, as if no cluster had answers in both."""
        plain = _added(self.plain, other.plain)
        either = self.weighted_or_clustered or other.weighted_or_clustered
        return Sums(plain, self.clustered + other.clustered, either)


def _added(one: Plain, other: Plain) -> Plain:
    if type(one) is not type(other):
        raise TypeError("only sums of one form are added up")
    values = {field.name: getattr(one, field.name) + getattr(other, field.name) for field in fields(one)}
    return type(one)(**values)


def nothing(measure: Measure) -> Sums:
    """Return the sums of no answers."""
    plain: Plain = Moments(0, 0.0, 0.0)
    if measure.form is Form.NPS:
        plain = Counts(0, 0, 0)
    elif measure.form is Form.SHARE:
        plain = Tally(0, 0)
    return Sums(plain, NO_CLUSTERS, weighted_or_clustered=False)


def estimate(measure: Measure, sums: Sums) -> Estimate:
    """Return the measure's figure with its interval, or why it is not known."""
    bounds = measure.bounds if measure.form is Form.MEAN else None
    return choose(sums.plain, sums.clustered, weighted_or_clustered=sums.weighted_or_clustered, bounds=bounds)


def difference(measure: Measure, a: Sums, b: Sums, *, growing: Growing, margin: float | None) -> Comparison:
    """Return `a` against `b`, judged alone; a page with several must judge them together (`holm`)."""
    return compare(
        a.plain, b.plain, a.clustered, b.clustered,
        weighted_or_clustered=a.weighted_or_clustered or b.weighted_or_clustered,
        margin=margin, growing=growing, bounds=measure.bounds if measure.form is Form.MEAN else None,
    )  # fmt: skip

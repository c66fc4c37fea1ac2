"""NPS, shares and means as Estimates. The one place that decides which interval is used when."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import (
    NPS_BOUNDS,
    SHARE_BOUNDS,
    Bounds,
    linearised,
    nps_adjusted_wald,
    nps_score,
    t_interval,
    wilson,
)
from fiilis.science.scales import alike, missing, outside, within
from fiilis.science.sums import ROUNDING, ClusterSums, Counts, Moments, Tally

SCORE_BELOW_N = 100
"""The NPS gets the score interval below this many answers, the adjusted Wald interval from here on."""

Plain = Counts | Tally | Moments
"""Unweighted and unclustered answers to an NPS question, to a yes-or-no of any kind, on any other scale."""


def nps(detractors: int, passives: int, promoters: int, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the Net Promoter Score: share of promoters minus share of detractors, in points -100..100.

    For plain answers: each person one answer, all of equal weight. Weighted or clustered: `nps_from_sums`.
    Score interval below n = 100, adjusted Wald from there on, clipped to the scale.

    >>> estimate = nps(15, 25, 60)
    >>> estimate.value, round(estimate.low, 1), round(estimate.high, 1), str(estimate.method)
    (45.0, 29.3, 58.0, 'adjusted_wald')
    >>> nps(0, 1, 2).unknown
    <Unknown.TOO_FEW: 'too_few'>
    """
    return _plain_nps(Counts(detractors, passives, promoters), level)


def share(successes: int, n: int, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return a share as a fraction 0..1 with Wilson's interval: CSAT top-2, solved, answered, effort 4-5.

    For plain answers; weighted or clustered: `share_from_sums`.

    >>> estimate = share(82, 100)
    >>> estimate.value, round(estimate.low, 3), round(estimate.high, 3), str(estimate.method)
    (0.82, 0.733, 0.883, 'wilson')
    """
    return _plain_share(Tally(successes, n), level)


def mean(
    n: int, total: float, total_sq: float, level: float = DEFAULT_LEVEL, *, bounds: Bounds | None = None
) -> Estimate:
    """Return the mean of n scores with their sum and sum of squares, with Student's t interval: CES, CSAT mean.

    `bounds` are the scale's ends (1 and 7): the interval is clipped to them, and a mean of answers that are all
    alike gets an interval at all. For plain answers; weighted or clustered: `mean_from_sums`.
    Raises ValueError unless bounds[0] < bounds[1].

    >>> estimate = mean(5, 15, 55, bounds=(1, 5))
    >>> estimate.value, round(estimate.low, 2), round(estimate.high, 2), str(estimate.method)
    (3.0, 1.04, 4.96, 'mean_t')
    >>> mean(5, 25, 125).unknown
    <Unknown.NO_SPREAD: 'no_spread'>
    """
    return _plain_mean(Moments(n, total, total_sq), level, bounds)


def nps_from_sums(sums: ClusterSums, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the NPS of weighted or clustered answers: sums of y in {-100, 0, 100}.

    >>> sums = ClusterSums.from_arrays([100, 100, 0, 100, -100, 0], cluster=[1, 1, 2, 2, 3, 3])
    >>> estimate = nps_from_sums(sums)
    >>> round(estimate.value, 1), estimate.low, estimate.high, str(estimate.method)
    (33.3, -100.0, 100.0, 'linearised')
    """
    return mean_from_sums(sums, level, bounds=NPS_BOUNDS)


def share_from_sums(sums: ClusterSums, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return a share (fraction 0..1) of weighted or clustered answers: sums of y in {0, 1}.

    >>> sums = ClusterSums.from_arrays([1, 1, 0, 1, 0, 1], w=[1, 2, 1, 2, 1, 1])
    >>> round(share_from_sums(sums).value, 2), round(share_from_sums(sums).n_effective, 2)
    (0.75, 5.33)
    """
    # 0 and 1 are their own squares.
    known = sums if sums.wyy is not None else replace(sums, wyy=sums.wy)
    return mean_from_sums(known, level, bounds=SHARE_BOUNDS)


def mean_from_sums(sums: ClusterSums, level: float = DEFAULT_LEVEL, *, bounds: Bounds | None = None) -> Estimate:
    """Return the mean of weighted or clustered scores with the linearised interval, clipped to `bounds`.

    Raises ValueError unless bounds[0] < bounds[1].

    >>> sums = ClusterSums.from_arrays([5, 5, 4, 5, 3, 4], cluster=[1, 1, 2, 2, 3, 3])
    >>> estimate = mean_from_sums(sums, bounds=(1, 5))
    >>> round(estimate.value, 2), round(estimate.low, 2), estimate.high
    (4.33, 2.44, 5.0)
    """
    check_level(level)
    check_bounds(bounds)
    why = sums.trouble() or outside(sums.wy, sums.w, bounds)
    if why is None and sums.variance_of_mean == 0:
        return _sums_without_spread(sums, level, bounds)
    if why is not None:
        return missing(why, sums.n, level)
    return within(
        bounds, sums.mean, linearised(sums, level), level, sums.n, Method.LINEARISED,
        n_effective=sums.n_effective, design_effect=sums.design_effect,
    )  # fmt: skip


def choose(
    plain: Plain,
    sums: ClusterSums | None = None,
    *,
    weighted_or_clustered: bool,
    level: float = DEFAULT_LEVEL,
    bounds: Bounds | None = None,
) -> Estimate:
    """Return the right estimate for the data at hand; every page asks here and never decides itself.

    `plain` says what is measured: Counts the NPS, Tally a share, Moments a mean (which alone takes `bounds`).
    When the answers carry weights or come in clusters (a flight, a shop, a person answering many times), only
    `sums` tell the uncertainty. Raises ValueError when they are wanted and missing.

    >>> str(choose(Counts(15, 25, 60), weighted_or_clustered=False).method)
    'adjusted_wald'
    """
    if not weighted_or_clustered:
        return _from_plain(plain, level, bounds)
    if sums is None:
        raise ValueError("weighted or clustered answers need their cluster sums")
    if isinstance(plain, Counts):
        return nps_from_sums(sums, level)
    if isinstance(plain, Tally):
        return share_from_sums(sums, level)
    return mean_from_sums(sums, level, bounds=bounds)


def bounds_of(plain: Plain, bounds: Bounds | None) -> Bounds | None:
    """Return the ends of the scale on which `plain` is measured; only a mean's must be told.

    >>> bounds_of(Tally(1, 2), None)
    (0.0, 1.0)
    """
    if isinstance(plain, Counts):
        return NPS_BOUNDS
    return SHARE_BOUNDS if isinstance(plain, Tally) else bounds


def check_bounds(bounds: Bounds | None) -> None:
    """Raise ValueError unless the bounds are unknown, or finite and in order.

    >>> check_bounds((1, 5))
    """
    if bounds is not None and not (isfinite(bounds[0]) and isfinite(bounds[1]) and bounds[0] < bounds[1]):
        raise ValueError(f"not the ends of a scale: {bounds}")


def _from_plain(plain: Plain, level: float, bounds: Bounds | None) -> Estimate:
    if isinstance(plain, Counts):
        return _plain_nps(plain, level)
    if isinstance(plain, Tally):
        return _plain_share(plain, level)
    return _plain_mean(plain, level, bounds)


def _plain_nps(counts: Counts, level: float) -> Estimate:
    check_level(level)
    if why := counts.trouble():
        return missing(why, counts.n, level)
    parts = (counts.detractors, counts.passives, counts.promoters)
    value = 100 * (counts.promoters - counts.detractors) / counts.n
    if counts.n < SCORE_BELOW_N:
        return within(NPS_BOUNDS, value, nps_score(*parts, level), level, counts.n, Method.SCORE)
    return within(NPS_BOUNDS, value, nps_adjusted_wald(*parts, level), level, counts.n, Method.ADJUSTED_WALD)


def _plain_share(tally: Tally, level: float) -> Estimate:
    check_level(level)
    if why := tally.trouble():
        return missing(why, tally.n, level)
    value = tally.successes / tally.n
    limits = wilson(tally.successes, tally.n, level)
    return within(SHARE_BOUNDS, value, limits, level, tally.n, Method.WILSON)


def _plain_mean(moments: Moments, level: float, bounds: Bounds | None) -> Estimate:
    check_level(level)
    check_bounds(bounds)
    n = moments.n
    if why := moments.trouble() or outside(moments.total, n, bounds):
        return missing(why, n, level)
    if moments.squares == 0:
        return alike(moments.mean, n, bounds, level, n)
    limits = t_interval(moments.mean, moments.variance_of_mean**0.5, n - 1, level)
    return within(bounds, moments.mean, limits, level, n, Method.T)


def _sums_without_spread(sums: ClusterSums, level: float, bounds: Bounds | None) -> Estimate:
    """Tell answers that are all alike from clusters whose means merely happen to agree."""
    spread = sums.spread
    if spread is None and bounds is not None:
        # Only one answer can be given by all when the mean is the end of the scale.
        ends = [end for end in bounds if abs(sums.mean - end) <= ROUNDING * (bounds[1] - bounds[0])]
        spread = 0.0 if ends else None
    if spread != 0:
        return missing(Unknown.NO_SPREAD, sums.n, level)
    # How much the answers of one cluster resemble each other can't be seen when all are alike; at worst a whole
    # cluster is worth one answer.
    worth = sums.clusters_effective
    return alike(sums.mean, worth, bounds, level, sums.n, n_effective=sums.n_effective)

"""Two groups or two periods side by side: the difference, its interval, and the verdict it carries.

The difference is always a - b: `a` the group spoken of (this month, this shop), `b` what it is held against
(last month, the others). More is better; turn a metric where less is better round before comparing.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import cast

from fiilis.science.estimate import DEFAULT_LEVEL, Method, Unknown, check_level
from fiilis.science.intervals import Bounds
from fiilis.science.metrics import Plain, bounds_of, check_bounds
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally
from fiilis.science.verdicts import (
    Comparison,
    Evidence,
    Growing,
    Side,
    Verdict,
    holm,
    judge,
    missing_comparison,
)

__all__ = [
    "Comparison",
    "Evidence",
    "Growing",
    "Verdict",
    "compare",
    "compare_means",
    "compare_nps",
    "compare_shares",
    "compare_sums",
    "holm",
]


def compare_nps(
    a: Counts,
    b: Counts,
    *,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    growing: Growing = Growing.BOTH,
) -> Comparison:
    """Return the difference in NPS points of two groups of plain answers, by adjusted Wald.

    H0: both have the same NPS. `margin` is the smallest difference that matters, in points; without one there is
    never a NO_MATERIAL_DIFFERENCE. Misleads where the same persons answer in both groups, and for weighted or
    clustered answers (use `compare_sums`). Source: Rocks 2016, The American Statistician 70(4).
    Raises ValueError for a margin that isn't positive.

    >>> change = compare_nps(Counts(15, 25, 60), Counts(20, 30, 50))
    >>> change.delta, round(change.low, 1), round(change.high, 1), str(change.verdict), change.more_needed
    (15.0, -6.2, 35.4, 'not_known', 552)
    """

    def side(counts: Counts) -> Side:
        n = counts.n + 3
        net = counts.promoters - counts.detractors
        square = 1e4 * (counts.promoters + counts.detractors + 1.5) / n
        variance = (square - (100 * net / n) ** 2) / n
        return Side(100 * net / counts.n, 100 * net / n, variance, counts.n - 1, counts.n, counts.n)

    if why := _trouble(a, b, level, margin):
        return missing_comparison(why, n_a=_n(a.n), n_b=_n(b.n), growing=growing, level=level)
    return judge(Evidence(side(a), side(b), 200.0, Method.ADJUSTED_WALD, margin, growing), level)


def compare_shares(
    a: Tally,
    b: Tally,
    *,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    growing: Growing = Growing.BOTH,
) -> Comparison:
    """Return the difference of two shares (fractions -1..1) of plain answers, by adjusted Wald.

    H0: the shares are equal. `margin` is a fraction. One success and one failure are added to each group.
    Misleads where the same persons answer in both groups, and for weighted or clustered answers.
    Source: Agresti & Caffo 2000, The American Statistician 54(4). Raises ValueError for a margin <= 0.

    >>> change = compare_shares(Tally(90, 100), Tally(70, 100))
    >>> round(change.delta, 2), round(change.low, 3), round(change.high, 3), str(change.verdict)
    (0.2, 0.088, 0.304, 'better')
    """

    def side(tally: Tally) -> Side:
        n = tally.n + 2
        centre = (tally.successes + 1) / n
        return Side(tally.successes / tally.n, centre, centre * (1 - centre) / n, tally.n - 1, tally.n, tally.n)

    if why := _trouble(a, b, level, margin):
        return missing_comparison(why, n_a=_n(a.n), n_b=_n(b.n), growing=growing, level=level)
    return judge(Evidence(side(a), side(b), 1.0, Method.ADJUSTED_WALD, margin, growing), level)


def compare_means(
    a: Moments,
    b: Moments,
    *,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    growing: Growing = Growing.BOTH,
    bounds: Bounds | None = None,
) -> Comparison:
    """Return the difference of two means of plain scores, by Welch's t.

    H0: the means are equal; the spreads need not be. `bounds` are the scale's ends. A group whose scores are all
    alike gives NO_SPREAD. Misleads where the same persons answer in both groups, and for weighted or clustered
    answers. Source: Welch 1947, Biometrika 34. Raises ValueError for a margin <= 0 or bounds out of order.

    >>> change = compare_means(Moments(40, 180, 840), Moments(40, 160, 690), bounds=(1, 5))
    >>> change.delta, round(change.low, 2), round(change.high, 2), str(change.verdict)
    (0.5, 0.05, 0.95, 'better')
    """

    def side(moments: Moments) -> Side:
        n, mean = moments.n, moments.mean
        return Side(mean, mean, moments.variance_of_mean, n - 1, n, n)

    if why := _trouble(a, b, level, margin, bounds):
        return missing_comparison(why, n_a=_n(a.n), n_b=_n(b.n), growing=growing, level=level)
    return judge(Evidence(side(a), side(b), _reach(bounds), Method.T, margin, growing), level)


def compare_sums(
    a: ClusterSums,
    b: ClusterSums,
    *,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    growing: Growing = Growing.BOTH,
    bounds: Bounds | None = None,
) -> Comparison:
    """Return the difference of two means of weighted or clustered scores, by linearised variance and t.

    H0: the means are equal. The groups are taken as independent: right when no cluster is in both (two waves, two
    shops); when clusters are shared and push both groups the same way, the interval is too wide, seldom too
    narrow. Degrees of freedom by Satterthwaite from the clusters of each. `bounds` are the scale's ends.
    A group without spread between clusters gives NO_SPREAD. Raises ValueError for a margin <= 0 or bounds out of
    order.

    >>> runs = [i // 8 for i in range(80)]
    >>> now = ClusterSums.from_arrays([100, 100, 0, 100, 0] * 16, cluster=runs)
    >>> then = ClusterSums.from_arrays([100, 0, 0, -100, -100] * 16, cluster=runs)
    >>> change = compare_sums(now, then, bounds=(-100, 100))
    >>> round(change.delta), round(change.low, 1), round(change.high, 1), str(change.verdict)
    (80, 70.0, 90.0, 'better')
    """

    def side(sums: ClusterSums) -> Side:
        return Side(sums.mean, sums.mean, sums.variance_of_mean, sums.df, sums.n, sums.n_effective)

    if why := _trouble(a, b, level, margin, bounds):
        return missing_comparison(why, n_a=_n(a.n), n_b=_n(b.n), growing=growing, level=level)
    return judge(Evidence(side(a), side(b), _reach(bounds), Method.LINEARISED, margin, growing), level)


def compare(
    a: Plain,
    b: Plain,
    sums_a: ClusterSums | None = None,
    sums_b: ClusterSums | None = None,
    *,
    weighted_or_clustered: bool,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    growing: Growing = Growing.BOTH,
    bounds: Bounds | None = None,
) -> Comparison:
    """Return the right comparison for the data at hand, as `metrics.choose` does for one group.

    Raises ValueError when `a` and `b` measure different things, or sums are wanted and missing.

    >>> str(compare(Tally(90, 100), Tally(70, 100), weighted_or_clustered=False).method)
    'adjusted_wald'
    """
    if type(a) is not type(b):
        raise ValueError("only two of the same metric can be compared")
    if weighted_or_clustered:
        if sums_a is None or sums_b is None:
            raise ValueError("weighted or clustered answers need their cluster sums")
        scale = bounds_of(a, bounds)
        return compare_sums(sums_a, sums_b, level=level, margin=margin, growing=growing, bounds=scale)
    if isinstance(a, Counts) and isinstance(b, Counts):
        return compare_nps(a, b, level=level, margin=margin, growing=growing)
    if isinstance(a, Tally) and isinstance(b, Tally):
        return compare_shares(a, b, level=level, margin=margin, growing=growing)
    means = (cast(Moments, a), cast(Moments, b))  # what is left
    return compare_means(*means, level=level, margin=margin, growing=growing, bounds=bounds)


def _trouble(
    a: Plain | ClusterSums,
    b: Plain | ClusterSums,
    level: float,
    margin: float | None,
    bounds: Bounds | None = None,
) -> Unknown | None:
    """Return why these two can't be compared, or None; ValueError for a wrong level, margin or scale."""
    check_level(level)
    check_bounds(bounds)
    if margin is not None and not (isfinite(margin) and margin > 0):
        raise ValueError(f"a margin is the smallest difference that matters, above 0, not {margin}")
    if why := a.trouble() or b.trouble():
        return why
    for one in (a, b):
        if isinstance(one, Moments | ClusterSums):
            if bounds is not None and not bounds[0] <= one.mean <= bounds[1]:
                return Unknown.INVALID
            # One group's spread says nothing of the other's.
            if one.variance_of_mean == 0:
                return Unknown.NO_SPREAD
    return None


def _reach(bounds: Bounds | None) -> float:
    return inf if bounds is None else bounds[1] - bounds[0]


def _n(n: float) -> int:
    # A count that isn't one (NaN, negative) counts no answers.
    return int(n) if isfinite(n) and n > 0 else 0

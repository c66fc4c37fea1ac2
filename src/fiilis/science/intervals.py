"""Interval formulas, bare: limits in, limits out. Which one to use when is decided in `metrics`, nowhere else."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from fiilis.science.estimate import DEFAULT_LEVEL, check_level
from fiilis.science.quantiles import normal_quantile, t_quantile

if TYPE_CHECKING:
    from fiilis.science.sums import ClusterSums

Interval = tuple[float, float]
"""Lower and upper limit."""

Bounds = tuple[float, float]
"""The least and the greatest score that the scale allows."""

NPS_BOUNDS: Bounds = (-100.0, 100.0)
SHARE_BOUNDS: Bounds = (0.0, 1.0)

# 2^-52 of the widest bracket is below one float step around 1: more halvings can't change the limit.
_HALVINGS = 54


def two_sided_z(level: float) -> float:
    """Return the normal quantile that leaves (1 - level) / 2 in each tail; ValueError for a level outside 0..1.

    >>> round(two_sided_z(0.95), 6)
    1.959964
    """
    check_level(level)
    return normal_quantile((1 + level) / 2)


def _answers(*counts: float) -> float:
    n = sum(counts)
    # `not >=` so that NaN fails too.
    if not all(count >= 0 for count in counts) or n == 0:
        raise ValueError(f"counts are not negative and not all zero: {counts}")
    return n


def wilson(successes: float, n: float, level: float = DEFAULT_LEVEL) -> Interval:
    """Return Wilson's score interval of a share, as fractions 0..1.

    Asks which true shares would make the observed one unsurprising. Takes fractions of answers too, so that an
    effective n can be given. Misleads for weighted or clustered answers (too narrow): use `linearised`.
    Source: Wilson 1927; recommended by Brown, Cai & DasGupta 2001, Statistical Science 16(2).
    Raises ValueError for n <= 0 or successes outside 0..n.

    >>> [round(limit, 4) for limit in wilson(7, 10)]
    [0.3968, 0.8922]
    """
    z2 = two_sided_z(level) ** 2
    _answers(successes, n - successes)
    share = successes / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    # At 0 and n one limit is the share itself; rounding must not push it past.
    return min(max(0.0, middle - half), share), max(min(1.0, middle + half), share)


def nps_wald(detractors: int, passives: int, promoters: int, level: float = DEFAULT_LEVEL) -> Interval:
    """Return the plain Wald interval of the NPS, in points. NEVER to be shown to anybody.

    Here only to be compared with: at n = 10 near the ceiling its "95 %" covers the truth in a tenth of cases, and
    when all answers are alike it has no width at all. Use `nps_score` or `nps_adjusted_wald`.
    Raises ValueError for negative counts or no answers.

    >>> nps_wald(0, 0, 5)
    (100.0, 100.0)
    """
    return _nps_wald(detractors, promoters, _answers(detractors, passives, promoters), level)


def nps_adjusted_wald(detractors: int, passives: int, promoters: int, level: float = DEFAULT_LEVEL) -> Interval:
    """Return the adjusted Wald interval of the NPS, in points, not clipped to -100..100.

    Adds three made-up answers (3/4 detractor, 3/2 passive, 3/4 promoter) and takes the Wald interval of that.
    Misleads below n = 100 (use `nps_score`) and for weighted or clustered answers (use `linearised`).
    Source: Rocks 2016, The American Statistician 70(4), after Agresti & Min 2005.
    Raises ValueError for negative counts or no answers.

    >>> [round(limit, 4) for limit in nps_adjusted_wald(15, 25, 60)]
    [29.3431, 58.0355]
    """
    n = _answers(detractors, passives, promoters)
    return _nps_wald(detractors + 0.75, promoters + 0.75, n + 3, level)


def _nps_wald(detractors: float, promoters: float, n: float, level: float) -> Interval:
    delta = (promoters - detractors) / n
    half = two_sided_z(level) * sqrt(max(0.0, (promoters + detractors) / n - delta * delta) / n)
    return 100 * (delta - half), 100 * (delta + half)


def nps_score(detractors: int, passives: int, promoters: int, level: float = DEFAULT_LEVEL) -> Interval:
    """Return the score interval of the NPS, in points, within -100..100.

    Asks which true scores would make the observed one unsurprising, with the share of detractors that is most
    likely under each of them. Good from n = 1 up; misleads for weighted or clustered answers (use `linearised`).
    Source: Tango 1998, Statistics in Medicine 17; "iterative score" in Rocks 2016, The American Statistician 70(4).
    Raises ValueError for negative counts or no answers.

    >>> [round(limit, 3) for limit in nps_score(1, 2, 7)]
    [4.892, 85.886]
    """
    z = two_sided_z(level)
    n = _answers(detractors, passives, promoters)
    high = _score_limit(promoters, detractors, n, z)
    low = -_score_limit(detractors, promoters, n, z)
    return 100 * low, 100 * high


def _score_limit(promoters: int, detractors: int, n: float, z: float) -> float:
    """Return the greatest true difference of shares that the score test doesn't reject; -1..1."""
    observed = (promoters - detractors) / n
    accepted, rejected = observed, 1.0
    if observed == 1:
        return 1.0
    for _ in range(_HALVINGS):
        middle = (accepted + rejected) / 2
        variance = score_variance(promoters, detractors, n, middle)
        if (middle - observed) ** 2 * n <= z * z * variance:
            accepted = middle
        else:
            rejected = middle
    return accepted


def score_variance(promoters: int, detractors: int, n: float, delta: float) -> float:
    """Return the variance of promoter minus detractor, where `delta` is true and detractors are most likely.

    Shares, not points: `delta` is -1..1. Source: Tango 1998, the likeliest shares under a given difference.

    >>> score_variance(7, 1, 10, 0)
    0.8
    """
    linear = (2 * n - promoters + detractors) * delta - promoters - detractors
    constant = -detractors * delta * (1 - delta)
    root = sqrt(max(0.0, linear * linear - 8 * n * constant))
    likely = (root - linear) / (4 * n)
    return 2 * likely + delta * (1 - delta)


def mean_interval(n: int, total: float, total_sq: float, level: float = DEFAULT_LEVEL) -> Interval:
    """Return Student's t interval of a mean from the number, sum and sum of squares of the scores.

    Misleads when all scores are alike (no width: use `all_alike`), when n is small and the scores lean hard
    against one end of the scale, and for weighted or clustered answers (use `linearised`).
    Source: Student 1908. Raises ValueError for n < 2.

    >>> [round(limit, 4) for limit in mean_interval(5, 15, 55)]
    [1.0368, 4.9632]
    """
    check_level(level)
    if n < 2:
        raise ValueError(f"the spread of {n} scores is unknown")
    around = max(0.0, (n * total_sq - total * total) / n)
    return t_interval(total / n, sqrt(around / (n - 1) / n), n - 1, level)


def linearised(sums: ClusterSums, level: float = DEFAULT_LEVEL) -> Interval:
    """Return the t interval of a weighted mean of clustered answers, not clipped.

    SE^2 = K / (K - 1) * sum over clusters of (sum of u)^2, u = w (y - m) / sum w, K clusters in the whole file;
    t with (clusters that have an answer - 1) degrees of freedom. Misleads with few clusters of very unequal size
    and when nearly all answers are alike (too narrow). Source: Binder 1983, International Statistical Review 51;
    as R survey's svymean. Raises ValueError for fewer than two clusters or no weight.

    >>> from fiilis.science.sums import ClusterSums
    >>> sums = ClusterSums.from_arrays([1, 2, 3, 4, 5])
    >>> linearised(sums) == mean_interval(5, 15, 55)
    True
    """
    check_level(level)
    if sums.clusters < 2 or sums.df < 1 or not sums.w > 0:
        raise ValueError("a linearised interval needs two clusters and weight")
    return t_interval(sums.mean, sums.standard_error, sums.df, level)


def t_interval(value: float, standard_error: float, df: float, level: float) -> Interval:
    """Return value plus and minus Student's t quantile times the standard error.

    >>> [round(limit, 2) for limit in t_interval(0, 1, 9, 0.95)]
    [-2.26, 2.26]
    """
    half = t_quantile((1 + level) / 2, df) * standard_error
    return value - half, value + half


def all_alike(value: float, n_effective: float, bounds: Bounds, level: float = DEFAULT_LEVEL) -> Interval:
    """Return the interval of a mean when every one of the answers was `value` and the scale has known bounds.

    The formulas above see no spread then and would call it certainty. The share of customers who would have
    answered something else may still be as large as Wilson's upper limit of 0 out of n; at worst all of those
    sit at one end of the scale. For a share this is Wilson's interval, for the NPS the score interval.
    `n_effective` is the number of independent answers (clusters, where there are any).
    Raises ValueError for n_effective <= 0 or a value outside the bounds.

    >>> [round(limit, 2) for limit in all_alike(5, 30, (1, 5))]
    [4.55, 5.0]
    """
    low, high = bounds
    if not low <= value <= high:
        raise ValueError(f"{value} is outside {bounds}")
    others = wilson(0, n_effective, level)[1]
    return value - others * (value - low), value + others * (high - value)

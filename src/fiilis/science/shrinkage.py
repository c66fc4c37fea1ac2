"""Fair ranking of shops, sites or people: drawn towards the mean as far as chance reaches, and never in a false order.

A group with few answers stands at an end of the list by luck more often than by merit. Empirical Bayes draws each
group towards the mean of all, the more the less is known of it; ranks are intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, isfinite, sqrt

from fiilis.science.case_mix import Adjusted, adjust, as_moments, pool, together
from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N_FOR_VERDICT, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import Bounds, two_sided_z
from fiilis.science.metrics import Plain, bounds_of, check_bounds, choose
from fiilis.science.quantiles import t_tail
from fiilis.science.scales import within

MINIMUM_GROUPS = 5
"""From fewer groups the spread between them can't be told."""

MINIMUM_N_TO_RANK = 10
"""A group with fewer answers is left out of a ranking unless the caller says otherwise."""

_HALVINGS = 100
_GRID = 200


@dataclass(frozen=True, slots=True)
class Placed:
    """One group of a ranking.

    `raw` is what its own answers say, `shrunken` the fair figure that it is placed by; `own_weight` (0..1) how much of
    that is its own. Its true rank, 1 the best, is between `rank_low` and `rank_high`; `not_ordered` names the groups
    against which it can't be put in order. `expected` is what the whole would have had with this group's mix of
    cases; None without case mix.
    """

    name: str
    raw: Estimate
    shrunken: Estimate
    own_weight: float
    rank_low: int
    rank_high: int
    not_ordered: tuple[str, ...]
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Groups, best first by their shrunken figure, or why there is no ranking.

    `mean` is the mean of all groups, `between` the standard deviation of the true figures between groups (0: they
    differ no more than chance would have it), both in the metric's unit. `left_out` names groups and reasons.
    """

    places: tuple[Placed, ...]
    level: float
    mean: float | None = None
    between: float | None = None
    left_out: tuple[tuple[str, Unknown], ...] = ()
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A value drawn towards the mean of all, its standard error, and the weight 0..1 of its own answers."""

    value: float
    standard_error: float
    own_weight: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What all groups together say of any one: mean and variance between groups, and each group's shrunken value."""

    mean: float
    between_variance: float
    groups: tuple[Shrunk, ...]


def between_variance(values: Sequence[float], variances: Sequence[float]) -> float:
    """Return Paule and Mandel's variance of the true values, given each one's sampling variance (above 0).

    With it the weighted squares around the mean are as many as expected; 0 when they are fewer without any.
    Source: Paule & Mandel 1982, Journal of Research of the National Bureau of Standards 87.

    >>> round(between_variance([1, 2, 3, 4, 5], [1.0] * 5), 6)
    1.5
    """

    def surplus(between: float) -> float:
        weights = [1 / (variance + between) for variance in variances]
        mean = sum(w * y for w, y in zip(weights, values, strict=True)) / sum(weights)
        return sum(w * (y - mean) ** 2 for w, y in zip(weights, values, strict=True)) - (len(values) - 1)

    if surplus(0.0) <= 0:
        return 0.0
    low, high = 0.0, (max(values) - min(values)) ** 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if surplus(middle) > 0 else (low, middle)
    return (low + high) / 2


def shrink(values: Sequence[float], variances: Sequence[float]) -> Prior:
    """Return values drawn towards their mean, given each one's sampling variance.

    Model: value ~ N(truth, variance), truth ~ N(mean, between), mean and between unknown with flat priors; integrated
    over both, so that the standard errors contain what isn't known of them. (Plugging in one estimate of `between`
    gives intervals that hold in 92 % instead of 95 %: where it comes out as 0, all are drawn on top of each other.)
    Misleads where groups fall into two camps: give each its own ranking. Source: Morris 1983, Journal of the American
    Statistical Association 78; the flat prior and its coverage: Morris & Tang 2011, Statistical Science 26.
    Raises ValueError for fewer than MINIMUM_GROUPS values, or wrong variances.

    >>> hits = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
    >>> prior = shrink([one / 45 for one in hits], [0.265 * 0.735 / 45] * 18)
    >>> round(prior.groups[0].value, 3), round(prior.groups[-1].value, 3), round(prior.groups[0].own_weight, 2)
    (0.309, 0.23, 0.33)
    """
    k = len(values)
    if k < MINIMUM_GROUPS or len(variances) != k:
        raise ValueError(f"at least {MINIMUM_GROUPS} values, each with its variance")
    if not all(0 < variance < inf for variance in variances) or not all(map(isfinite, values)):
        raise ValueError("values are finite, and variances above 0")
    import numpy as np  # noqa: PLC0415 - slow import

    between = between_variance(values, variances)
    y, v = np.asarray(values, dtype=float), np.asarray(variances, dtype=float)
    # A grid of variances between, even in u = between / (between + typical), so that it reaches from 0 to infinity.
    typical = between + k / float((1 / v).sum())
    u = (np.arange(_GRID) + 0.5) / _GRID
    weights = 1 / (v + (typical * u / (1 - u))[:, None])
    total = weights.sum(axis=1)
    means = weights @ y / total
    squares = (weights * (y - means[:, None]) ** 2).sum(axis=1)
    logs = (np.log(weights).sum(axis=1) - np.log(total) - squares) / 2 - 2 * np.log(1 - u)
    chances = np.exp(logs - logs.max())
    chances /= chances.sum()
    pull = v * weights
    centres = y + pull * (means[:, None] - y)
    value = chances @ centres
    # Given `between`: the sampling variance left, and the mean's own; then, how the centre moves with `between`.
    squared = chances @ (v * (1 - pull) + pull**2 / total[:, None] + (centres - value) ** 2)
    groups = zip(value.tolist(), np.sqrt(squared).tolist(), (1 - chances @ pull).tolist(), strict=True)
    return Prior(float(chances @ means), between, tuple(Shrunk(*one) for one in groups))


def rank(
    groups: Mapping[str, Plain],
    *,
    level: float = DEFAULT_LEVEL,
    minimum_n: int = MINIMUM_N_TO_RANK,
    bounds: Bounds | None = None,
) -> Ranking:
    """Return groups in a fair order: shares, means or NPS of plain answers, one metric for all.

    Each group's sampling variance is the pooled variance of single answers over its n: a group whose few answers agree
    by chance isn't taken for sure. Groups under `minimum_n` are left out. Ranks: all pairs by Holm with Student's t,
    so that with the chosen level ALL true ranks are inside at once; a pair with under 30 answers in either is never
    put in order. Misleads where the groups serve different cases (`rank_adjusted`).
    Source: Morris 1983; ranks after Al Mohamad, van Zwet, Solari & Goeman 2022, Journal of Multivariate Analysis 187.
    Raises ValueError for unlike metrics, a minimum under 2, or bounds out of order.

    >>> from fiilis.science.sums import Tally
    >>> shops = {"A": Tally(90, 100), "B": Tally(70, 100), "C": Tally(12, 15), "D": Tally(160, 200), "E": Tally(9, 10)}
    >>> for one in rank(shops).places:
    ...     print(one.name, round(one.raw.value, 2), round(one.shrunken.value, 3), one.rank_low, one.rank_high)
    A 0.9 0.891 1 4
    E 0.9 0.863 1 5
    C 0.8 0.804 1 5
    D 0.8 0.801 1 5
    B 0.7 0.711 2 5
    """
    kept, left_out = _split(groups, minimum_n, level, bounds)
    if why := _too_little(kept):
        return Ranking((), level, None, None, left_out, why)
    squares, df = pool(kept.values())
    if squares == 0:
        return Ranking((), level, None, None, left_out, Unknown.NO_SPREAD)
    variance = squares / df
    means = [as_moments(one).mean for one in kept.values()]
    spread = [variance / one.n for one in kept.values()]
    diagonal = [[v if i == j else 0.0 for j in range(len(spread))] for i, v in enumerate(spread)]
    return _ranking(kept, Adjusted(means, diagonal, df, [None] * len(means)), left_out, level, bounds)


def rank_adjusted(
    groups: Mapping[str, Mapping[str, Plain]],
    *,
    level: float = DEFAULT_LEVEL,
    minimum_n: int = MINIMUM_N_TO_RANK,
    bounds: Bounds | None = None,
) -> Ranking:
    """Return groups in a fair order when they serve different cases: {group: {kind of case: answers}}.

    What a kind of case is worth is learned inside groups (`case_mix.adjust`), then each group's figure is what it
    would have had with the mix of all; the rest is as in `rank`. Misleads where a group is good with one kind and bad
    with another: no single order is fair then. Groups that share no kind of case: NOT_COMPARABLE.
    Raises ValueError as `rank` does.

    >>> from fiilis.science.sums import Tally
    >>> easy = {name: {"new": Tally(18, 20), "complaint": Tally(2, 5)} for name in "ABCD"}
    >>> hard = {"E": {"new": Tally(5, 5), "complaint": Tally(9, 20)}}
    >>> last = rank_adjusted(easy | hard).places[0]
    >>> last.name, round(last.raw.value, 2), round(last.expected, 2)
    ('E', 0.56, 0.51)
    """
    whole = {name: together(list(kinds.values())) for name, kinds in groups.items() if kinds}
    kept, left_out = _split(whole, minimum_n, level, bounds)
    left_out += tuple((name, Unknown.NO_ANSWERS) for name, kinds in groups.items() if not kinds)
    if why := _too_little(kept):
        return Ranking((), level, None, None, left_out, why)
    adjusted = adjust([groups[name] for name in kept])
    if isinstance(adjusted, Unknown):
        return Ranking((), level, None, None, left_out, adjusted)
    return _ranking(kept, adjusted, left_out, level, bounds)


def _split(
    groups: Mapping[str, Plain], minimum_n: int, level: float, bounds: Bounds | None
) -> tuple[dict[str, Plain], tuple[tuple[str, Unknown], ...]]:
    check_level(level)
    check_bounds(bounds)
    if minimum_n < 2:
        raise ValueError(f"a ranking asks for at least two answers a group, not {minimum_n}")
    if len({type(one) for one in groups.values()}) > 1:
        raise ValueError("only groups with one and the same metric can be ranked")
    kept: dict[str, Plain] = {}
    left_out = []
    for name, one in groups.items():
        why = one.trouble() or (Unknown.TOO_FEW if one.n < minimum_n else None)
        if why is None and bounds is not None and not bounds[0] <= as_moments(one).mean <= bounds[1]:
            why = Unknown.INVALID
        if why is None:
            kept[name] = one
        else:
            left_out.append((name, why))
    return kept, tuple(left_out)


def _too_little(kept: Mapping[str, Plain]) -> Unknown | None:
    return Unknown.TOO_FEW_GROUPS if len(kept) < MINIMUM_GROUPS else None


def _ranking(
    kept: Mapping[str, Plain],
    adjusted: Adjusted,
    left_out: tuple[tuple[str, Unknown], ...],
    level: float,
    bounds: Bounds | None,
) -> Ranking:
    prior = shrink(adjusted.values, [row[i] for i, row in enumerate(adjusted.covariance)])
    names = list(kept)
    better = _better(adjusted, [one.n for one in kept.values()], 1 - level)
    z = two_sided_z(level)
    places = []
    for i, (name, plain) in enumerate(kept.items()):
        scale = bounds_of(plain, bounds)
        shrunk = prior.groups[i]
        half = z * shrunk.standard_error
        limits = (shrunk.value - half, shrunk.value + half)
        above = sum((j, i) in better for j in range(len(names)))
        below = sum((i, j) in better for j in range(len(names)))
        open_ = tuple(other for j, other in enumerate(names) if j != i and not {(i, j), (j, i)} & better)
        places.append(
            Placed(
                name, choose(plain, weighted_or_clustered=False, level=level, bounds=bounds),
                within(scale, shrunk.value, limits, level, plain.n, Method.SHRUNKEN),
                shrunk.own_weight, 1 + above, len(names) - below, open_, adjusted.expected[i],
            )
        )  # fmt: skip
    places.sort(key=lambda place: (-(place.shrunken.value or 0.0), place.name))
    return Ranking(tuple(places), level, prior.mean, sqrt(prior.between_variance), left_out)


def _better(adjusted: Adjusted, n: Sequence[int], alpha: float) -> set[tuple[int, int]]:
    """Return the pairs (i, j) of which i is shown to be better, over all pairs together by Holm."""
    tests = []
    for i, j in combinations(range(len(n)), 2):
        if min(n[i], n[j]) >= MINIMUM_N_FOR_VERDICT:
            delta = adjusted.values[i] - adjusted.values[j]
            cov = adjusted.covariance
            variance = cov[i][i] + cov[j][j] - 2 * cov[i][j]
            tests.append((2 * t_tail(abs(delta) / sqrt(variance), adjusted.df), (i, j) if delta > 0 else (j, i)))
    shown = set()
    for step, (p, pair) in enumerate(sorted(tests)):
        if p * (len(tests) - step) > alpha:
            break
        shown.add(pair)
    return shown

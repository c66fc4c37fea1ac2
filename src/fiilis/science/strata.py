"""Estimates over strata: drawn from each separately (stratified), or weighted to known sizes after (poststratified)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce
from math import inf, isnan, sqrt
from operator import add
from typing import TYPE_CHECKING

from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import NPS_BOUNDS, SHARE_BOUNDS, Bounds, t_interval
from fiilis.science.metrics import check_bounds
from fiilis.science.scales import alike, missing, outside, within
from fiilis.science.sums import ROUNDING, ClusterSums

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Lonely(StrEnum):
    """What to do with a stratum whose answers come from one cluster: it has no spread of its own to be seen."""

    REFUSE = "refuse"
    """No estimate: LONELY_STRATUM. Join the stratum with another like it."""
    CENTRE = "centre"
    """Measure its distance from the mean of all instead: the interval is a little too wide, seldom too narrow."""


@dataclass(frozen=True, slots=True)
class StratumSums:
    """The sums of one stratum's answers, and how many clusters (people, where unclustered) the stratum has in all.

    `sums.clusters` are the clusters drawn from this stratum. `population` left out: so many that drawing some of
    them leaves the rest as they were (no finite-population correction).
    """

    sums: ClusterSums
    population: float | None = None

    @property
    def unseen(self) -> float:
        """The share of the stratum's clusters that weren't drawn: the finite-population correction."""
        if self.population is None or self.population == 0:
            return 1.0
        return 1 - self.sums.clusters / self.population

    @property
    def seen(self) -> int:
        """Clusters with an answer."""
        return self.sums.df + 1 if self.sums.n else 0

    @property
    def lonely(self) -> bool:
        """Whether the one cluster drawn must stand for others."""
        return self.sums.n > 0 and self.sums.clusters == 1 and self.unseen > 0


@dataclass(frozen=True, slots=True)
class GroupSums:
    """The sums of the answers of one group (poststratum), and the group's known size: people, or a share of all."""

    sums: ClusterSums
    size: float


def strata_from_arrays(
    y: ArrayLike,
    w: ArrayLike | None = None,
    *,
    stratum: ArrayLike,
    cluster: ArrayLike | None = None,
    population: Mapping[Hashable, float] | None = None,
) -> dict[Hashable, StratumSums]:
    """Return each stratum's sums: scores `y`, weights `w` (1), labels `stratum` and `cluster` (own), all of one length.

    `population` gives clusters in all by stratum; a stratum that it doesn't name has no correction. A cluster label
    may come again in another stratum: there it is another cluster. Raises ValueError as ClusterSums.from_arrays.

    >>> strata = strata_from_arrays([9, 8, 7, 3, 4], stratum=["shop", "shop", "shop", "web", "web"])
    >>> {name: one.sums.mean for name, one in strata.items()}
    {'shop': 8.0, 'web': 3.5}
    """
    import numpy as np  # noqa: PLC0415 - slow import

    score = np.asarray(y, dtype=float)
    weight = np.ones(score.shape) if w is None else np.asarray(w, dtype=float)
    label = np.arange(score.size) if cluster is None else np.asarray(cluster)
    strata = np.asarray(stratum)
    if score.ndim != 1 or not score.shape == weight.shape == label.shape == strata.shape:
        raise ValueError("scores, weights, clusters and strata are one-dimensional and of one length")
    names, place = np.unique(strata, return_inverse=True)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place, minlength=names.size))[:-1]
    return {
        name: StratumSums(ClusterSums.from_arrays(score[rows], weight[rows], label[rows]), (population or {}).get(name))
        for name, rows in zip(names.tolist(), np.split(order, ends), strict=True)
    }


def stratified_mean(
    strata: Sequence[StratumSums],
    level: float = DEFAULT_LEVEL,
    *,
    bounds: Bounds | None = None,
    lonely: Lonely = Lonely.REFUSE,
) -> Estimate:
    """Return the weighted mean over all strata, its variance told within each stratum.

    Asks what the mean of the population is when answers were drawn from each stratum (shop, country, segment)
    separately: differences between strata are then no uncertainty. Weights are those of the design (people that
    each answer stands for). SE^2 = sum over strata of (1 - f) K / (K - 1) * sum over clusters of (z - mean z)^2,
    z = sum of w (y - m) / sum of all w; t with (clusters with an answer - strata with an answer) degrees of freedom.
    Misleads when the strata were made after looking, or the draw wasn't made by them (use `poststratified_mean`).
    Source: Cochran 1977, Sampling Techniques, ch. 5; as svymean of R's survey, `lonely` as its "fail" and "adjust".
    Raises ValueError unless bounds[0] < bounds[1].

    >>> shop = StratumSums(ClusterSums.from_arrays([9, 8, 9, 7], w=[30] * 4), population=120)
    >>> web = StratumSums(ClusterSums.from_arrays([4, 5, 3, 4], w=[10] * 4), population=40)
    >>> estimate = stratified_mean([shop, web], bounds=(0, 10))
    >>> estimate.value, round(estimate.low, 2), round(estimate.high, 2), round(estimate.design_effect, 2)
    (7.1875, 6.29, 8.08, 0.23)
    """
    check_level(level)
    check_bounds(bounds)
    whole = _whole([one.sums for one in strata])
    n = 0 if whole is None else whole.n
    if whole is None or not all(_possible(one) for one in strata):
        return missing(Unknown.INVALID if strata else Unknown.NO_ANSWERS, n, level)
    why = _short(whole) or outside(whole.wy, whole.w, bounds)
    if why is None and lonely is Lonely.REFUSE and any(one.lonely for one in strata):
        why = Unknown.ONE_CLUSTER if whole.clusters == 1 else Unknown.LONELY_STRATUM
    df = _df(strata)
    if why is None and df < 1:
        why = Unknown.ONE_CLUSTER
    if why is not None:
        return missing(why, n, level)
    census = all(one.unseen <= 0 for one in strata if one.sums.n)
    variance = sum(_within_stratum(one, whole) for one in strata)
    if variance == 0 and not census:
        return _without_spread(whole, whole.mean, whole.spread, whole.clusters_effective, level, bounds)
    return _estimate(Method.STRATIFIED, whole, (whole.mean, variance, df), whole.spread, level, bounds)


def stratified_share(
    strata: Sequence[StratumSums], level: float = DEFAULT_LEVEL, *, lonely: Lonely = Lonely.REFUSE
) -> Estimate:
    """Return a share (fraction 0..1) over strata: sums of y in {0, 1}; as `stratified_mean`.

    >>> shop = StratumSums(ClusterSums.from_arrays([1, 1, 0, 1], w=[30] * 4))
    >>> web = StratumSums(ClusterSums.from_arrays([0, 1, 0, 0], w=[10] * 4))
    >>> stratified_share([shop, web]).value
    0.625
    """
    known = [replace(one, sums=_of_share(one.sums)) for one in strata]
    return stratified_mean(known, level, bounds=SHARE_BOUNDS, lonely=lonely)


def stratified_nps(
    strata: Sequence[StratumSums], level: float = DEFAULT_LEVEL, *, lonely: Lonely = Lonely.REFUSE
) -> Estimate:
    """Return the NPS (points) over strata: sums of y in {-100, 0, 100}; as `stratified_mean`.

    >>> shop = StratumSums(ClusterSums.from_arrays([100, 100, 0, 100], w=[30] * 4))
    >>> web = StratumSums(ClusterSums.from_arrays([-100, 0, 0, -100], w=[10] * 4))
    >>> stratified_nps([shop, web]).value
    43.75
    """
    return stratified_mean(strata, level, bounds=NPS_BOUNDS, lonely=lonely)


def poststratified_mean(
    groups: Sequence[GroupSums], level: float = DEFAULT_LEVEL, *, bounds: Bounds | None = None
) -> Estimate:
    """Return the mean over groups whose sizes in the population are known, each weighted to its size.

    Asks what the mean would be if each group (age, customer class) had answered in its true proportion, and
    assumes that within a group those who answered are like those who didn't. Groups must not share clusters; where
    they do, rake to the one margin (`raking`). SE^2 = K / (K - 1) * sum over groups of (N_g / N)^2 * sum over
    clusters of (sum of w (y - m_g) / sum of w in g)^2. A group with one cluster gives LONELY_STRATUM, one without
    answers EMPTY_GROUP: join them with another. Source: Holt & Smith 1979, JRSS A 142; as postStratify of R's survey.
    Raises ValueError unless bounds[0] < bounds[1].

    >>> young = GroupSums(ClusterSums.from_arrays([5, 6, 4, 7]), size=0.5)
    >>> old = GroupSums(ClusterSums.from_arrays([9, 8, 9, 10, 9, 8, 9, 10]), size=0.5)
    >>> estimate = poststratified_mean([young, old], bounds=(0, 10))
    >>> estimate.value, round(estimate.low, 2), round(estimate.high, 2), round(estimate.n_effective, 1)
    (7.25, 6.55, 7.95, 10.7)
    """
    check_level(level)
    check_bounds(bounds)
    whole = _whole([one.sums for one in groups])
    n = 0 if whole is None else whole.n
    if whole is None or not all(_possible(StratumSums(one.sums)) and 0 <= one.size < inf for one in groups):
        return missing(Unknown.INVALID if groups else Unknown.NO_ANSWERS, n, level)
    used = [one for one in groups if one.size > 0]
    if why := _short(whole) or outside(whole.wy, whole.w, bounds) or _group_trouble(used):
        return missing(why, n, level)
    total = sum(one.size for one in used)
    # Each answer's weight so that its group adds up to the group's share of the population.
    raised = [(one.sums, one.size / total / one.sums.w) for one in used]
    worth = 1 / sum(factor * factor * sums.w2 for sums, factor in raised)
    if worth < MINIMUM_N * (1 - ROUNDING):
        return missing(Unknown.TOO_FEW, n, level)
    value = sum(factor * sums.wy for sums, factor in raised)
    around = sum(factor * factor * _around(sums, sums.mean) for sums, factor in raised)
    spread = _spread(raised, value)
    if around == 0:
        clusters = 1 / sum(factor * factor * sums.s_ww for sums, factor in raised)
        return replace(_without_spread(whole, value, spread, clusters, level, bounds), n_effective=worth)
    variance = whole.clusters / (whole.clusters - 1) * around
    estimate = _estimate(Method.POSTSTRATIFIED, whole, (value, variance, whole.df), spread, level, bounds)
    return replace(estimate, n_effective=worth)


def poststratified_share(groups: Sequence[GroupSums], level: float = DEFAULT_LEVEL) -> Estimate:
    """Return a share (fraction 0..1) over groups of known size: sums of y in {0, 1}; as `poststratified_mean`.

    >>> young = GroupSums(ClusterSums.from_arrays([1, 0, 0, 1]), size=300)
    >>> old = GroupSums(ClusterSums.from_arrays([1, 1, 1, 0, 1, 1, 1, 0]), size=100)
    >>> poststratified_share([young, old]).value
    0.5625
    """
    known = [replace(one, sums=_of_share(one.sums)) for one in groups]
    return poststratified_mean(known, level, bounds=SHARE_BOUNDS)


def poststratified_nps(groups: Sequence[GroupSums], level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the NPS (points) over groups of known size: sums of y in {-100, 0, 100}; as `poststratified_mean`.

    >>> young = GroupSums(ClusterSums.from_arrays([-100, 0, 100, -100]), size=0.5)
    >>> old = GroupSums(ClusterSums.from_arrays([100, 100, 0, 100]), size=0.5)
    >>> poststratified_nps([young, old]).value
    25.0
    """
    return poststratified_mean(groups, level, bounds=NPS_BOUNDS)


def _whole(parts: Sequence[ClusterSums]) -> ClusterSums | None:
    return reduce(add, parts) if parts else None


def _of_share(sums: ClusterSums) -> ClusterSums:
    # 0 and 1 are their own squares.
    return sums if sums.wyy is not None else replace(sums, wyy=sums.wy)


def _possible(stratum: StratumSums) -> bool:
    """Tell whether these can be sums of answers at all; a stratum without answers can."""
    sums, population = stratum.sums, stratum.population
    if sums.trouble() is Unknown.INVALID or (sums.n == 0 and sums.w > 0):
        return False
    return population is None or (not isnan(population) and population >= sums.clusters)


def _short(whole: ClusterSums) -> Unknown | None:
    """Return why all answers together don't suffice; whether their clusters do is judged by stratum."""
    why = whole.trouble()
    return None if why is Unknown.ONE_CLUSTER else why


def _group_trouble(used: Sequence[GroupSums]) -> Unknown | None:
    if not used:
        return Unknown.ZERO_WEIGHT
    if any(one.sums.w == 0 for one in used):
        return Unknown.EMPTY_GROUP
    if any(one.sums.df < 1 for one in used):
        return Unknown.ONE_CLUSTER if len(used) == 1 else Unknown.LONELY_STRATUM
    return None


def _df(strata: Sequence[StratumSums]) -> int:
    heard = [one for one in strata if one.sums.n]
    own = sum(one.seen - 1 for one in heard)
    # All lonely and centred is one sample of clusters.
    return len(heard) - 1 if heard and all(one.lonely for one in heard) else own


def _around(sums: ClusterSums, m: float) -> float:
    """Return the sum over clusters of (S - m W)^2, 0 where it is only rounding."""
    around = sums.s_yy - 2 * m * sums.s_wy + m * m * sums.s_ww
    return around if around > ROUNDING * (sums.s_yy + m * m * sums.s_ww) else 0.0


def _within_stratum(stratum: StratumSums, whole: ClusterSums) -> float:
    """Return the stratum's part of the squared standard error."""
    sums, m = stratum.sums, whole.mean
    if sums.n == 0 or stratum.unseen <= 0:
        return 0.0
    around = _around(sums, m)
    if sums.clusters == 1:
        return stratum.unseen * around / whole.w**2
    total = sums.wy - m * sums.w
    centred = around - total * total / sums.clusters
    if centred <= ROUNDING * (sums.s_yy + m * m * sums.s_ww):
        return 0.0
    return stratum.unseen * sums.clusters / (sums.clusters - 1) * centred / whole.w**2


def _spread(raised: Sequence[tuple[ClusterSums, float]], value: float) -> float | None:
    """Return the variance of single answers under the raised weights, 0 where it is only rounding."""
    mean_sq = 0.0
    for sums, factor in raised:
        if sums.wyy is None:
            return None
        mean_sq += factor * sums.wyy
    around = mean_sq - value * value
    return around if around > ROUNDING * mean_sq else 0.0


def _without_spread(
    whole: ClusterSums, value: float, spread: float | None, worth: float, level: float, bounds: Bounds | None
) -> Estimate:
    """Tell answers that are all alike from clusters whose means merely happen to agree."""
    if spread != 0:
        return missing(Unknown.NO_SPREAD, whole.n, level)
    return alike(value, worth, bounds, level, whole.n, n_effective=whole.n_effective)


def _estimate(
    method: Method,
    whole: ClusterSums,
    told: tuple[float, float, float],
    spread: float | None,
    level: float,
    bounds: Bounds | None,
) -> Estimate:
    """Put the estimate together from `told`: value, variance, degrees of freedom."""
    value, variance, df = told
    effect = variance / (spread / (whole.n - 1)) if spread else None
    return within(
        bounds, value, t_interval(value, sqrt(variance), df, level), level, whole.n, method,
        n_effective=whole.n_effective, design_effect=effect,
    )  # fmt: skip

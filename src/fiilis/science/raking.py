"""Raking: weights that make those who answered match what is known of everybody, one margin after another."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isclose, isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Estimate, Method, Unknown, check_level
from fiilis.science.influence import Spread, spread_of_sum
from fiilis.science.intervals import NPS_BOUNDS, SHARE_BOUNDS, Bounds, t_interval
from fiilis.science.metrics import check_bounds
from fiilis.science.scales import alike, missing, outside, within
from fiilis.science.sums import ROUNDING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int_]

MET = 1e-11
"""A margin is met when each of its categories is this near its known share of all."""

MOST_ROUNDS = 1000
"""Rounds over all margins after which raking gives up."""

# Known totals that differ by less than this share are the same total, rounded.
_SAME_TOTAL = 1e-6


class Regress(StrEnum):
    """How answers count in the regression on the margins that tells what raking has explained."""

    EQUALLY = "equally"
    """Each alike: as rake of R's survey."""
    BY_BASE_WEIGHT = "by_base_weight"
    """By the weight before raking: as calibrate of R's survey; equals poststratification where there is one margin."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What is known of everybody: how many people, or which share, each category of `name` has."""

    name: str
    targets: Mapping[Hashable, float]


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Raked weights (n; they add up to the margins' total) and how raking went, or why there are none.

    `miss` is the largest distance of a category from its known share, as a fraction of all; `where` names that
    category, or what was wrong. `capped` counts the weights held down to the cap. `n_effective` is Kish's n and
    `design_effect` n over it: what unequal weights cost at most. `cells` are the combinations of categories met
    (cells x margins), `cell` each answer's place among them, `base` the weights before.
    """

    n: int
    weights: Floats | None
    rounds: int
    miss: float | None
    where: str
    capped: int
    n_effective: float | None
    design_effect: float | None
    base: Floats
    cells: Places
    cell: Places
    unknown: Unknown | None = None

    @property
    def met(self) -> bool:
        """Whether every margin is met; a cap may prevent it."""
        return self.miss is not None and self.miss <= MET


def rake(
    answers: Mapping[str, ArrayLike],
    margins: Sequence[Margin],
    w: ArrayLike | None = None,
    *,
    cap: float | None = None,
) -> Raked:
    """Return weights under which the answers match all margins, by iterative proportional fitting.

    `answers` holds each margin's categories of those who answered, `w` their weights before (1). `cap` holds every
    weight to so many times the mean weight, in each round; the margins may then be missed a little: see `miss`.
    Asks what the result would be if those who answered were made up as everybody is, and assumes that within a
    combination of categories those who answered are like those who didn't. It can't cure a skew that the margins
    don't show. Source: Deming & Stephan 1940, Annals of Mathematical Statistics 11; with a cap, Izrael, Battaglia
    & Frankel 2009. Unknown: NO_ANSWERS; EMPTY_GROUP (a category known to exist, without answers);
    MARGINS_CONTRADICT (totals differ); NO_FIT (no weights meet all margins, or not in 1,000 rounds); INVALID (a
    category that the margin doesn't know, weights or totals that are negative or not finite); `where` says which.
    Raises ValueError without margins, for a margin that `answers` lacks, unlike lengths, or a cap <= 1.

    >>> people = {"age": ["young", "old", "old", "old"], "sex": ["f", "f", "m", "m"]}
    >>> raked = rake(people, [Margin("age", {"young": 0.4, "old": 0.6}), Margin("sex", {"f": 0.5, "m": 0.5})])
    >>> [round(float(weight), 3) for weight in raked.weights], round(raked.n_effective, 2)
    ([0.4, 0.1, 0.25, 0.25], 3.39)
    """
    base = _base(answers, margins, w)
    if cap is not None and not cap > 1:
        raise ValueError(f"a cap is over 1, the mean weight, not {cap}")
    refused = _refusal(base, margins)
    if refused is not None:
        return _unraked(base, *refused)
    codes = np.empty((len(margins), base.size), dtype=int)
    for place, margin in enumerate(margins):
        codes[place] = _codes(np.asarray(answers[margin.name]), margin)
        if why := _unusable(codes[place], base, margin):
            return _unraked(base, *why)
    total = _total(margins[0])
    wanted = [np.array(list(margin.targets.values()), dtype=float) / _total(margin) for margin in margins]
    cell = np.zeros(base.size, dtype=int)
    for code, target in zip(codes, wanted, strict=True):
        cell = _crossed(cell, code, target.size)
    # Any one answer of a cell tells the cell's categories.
    cells = codes[:, _one_of_each(cell)]
    fitted, rounds = _fit(base, codes, cell, wanted, cap)
    miss, where = _miss(fitted, codes, wanted, margins)
    if cap is None and miss > MET:
        return _unraked(base, Unknown.NO_FIT, where, rounds, miss)
    weights = fitted * total
    weights.setflags(write=False)
    worth = float(weights.sum() ** 2 / (weights @ weights))
    capped = 0 if cap is None else int((fitted >= cap / base.size * (1 - ROUNDING)).sum())
    return Raked(
        base.size, weights, rounds, miss, where if miss > MET else "", capped, worth, base.size / worth,
        base, cells.T, cell,
    )  # fmt: skip


def raked_mean(
    raked: Raked,
    y: ArrayLike,
    *,
    answered: ArrayLike | None = None,
    cluster: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    population: ArrayLike | None = None,
    level: float = DEFAULT_LEVEL,
    bounds: Bounds | None = None,
    regress: Regress = Regress.EQUALLY,
) -> Estimate:
    """Return the mean of scores `y` (n, in the order of the raked answers) under raked weights.

    `answered` marks those who answered this question (all); the scores of the others aren't read. The standard
    error is that of the residuals of a regression on the margins: raking takes away the chance in how the sample
    is made up, so what the margins explain is no uncertainty. Misleads where the cap is felt much (as if it weren't)
    and where a few heavy weights carry the result (look at n_effective). `cluster`, `stratum`, `population`: see
    `influence.spread_of_sum`. Source: Deville & Särndal 1992, JASA 87; as svymean after rake of R's survey.
    Raises ValueError for unlike lengths or bounds out of order.

    >>> people = {"age": ["young"] * 4 + ["old"] * 6}
    >>> raked = rake(people, [Margin("age", {"young": 50, "old": 50})])
    >>> estimate = raked_mean(raked, [3, 5, 4, 4, 8, 9, 7, 8, 9, 7], bounds=(0, 10))
    >>> round(estimate.value, 2), round(estimate.low, 2), round(estimate.high, 2), str(estimate.method)
    (6.0, 5.42, 6.58, 'raked')
    """
    check_level(level)
    check_bounds(bounds)
    if raked.weights is None:
        return missing(raked.unknown or Unknown.INVALID, raked.n, level)
    heard = np.ones(raked.n, dtype=bool) if answered is None else np.asarray(answered, dtype=bool)
    score = np.asarray(y, dtype=float)
    if not score.shape == heard.shape == raked.weights.shape:
        raise ValueError(f"there are {raked.n} raked answers, and as many scores")
    heard = heard & (raked.weights > 0)
    n = int(heard.sum())
    score = np.where(heard, score, 0.0)
    w = np.where(heard, raked.weights, 0.0)
    if why := _trouble(score, w, n, bounds):
        return missing(why, n, level)
    worth = float(w.sum() ** 2 / (w @ w))
    value = float(w @ score / w.sum())
    apart = np.where(heard, score - value, 0.0)
    around = float(w @ (apart * apart) / w.sum())
    size = value * value + around
    if around <= ROUNDING * size:
        return _all_alike(value, w, cluster, level, n, bounds, worth)
    influence = raked.weights * _residuals(raked, raked.weights, apart, regress) / w.sum()
    spread = spread_of_sum(influence, cluster=cluster, stratum=stratum, population=population, heard=heard)
    if not isinstance(spread, Spread):
        return missing(spread, n, level)
    if spread.variance <= ROUNDING * size / n:
        return missing(Unknown.NO_SPREAD, n, level)
    limits = t_interval(value, sqrt(spread.variance), spread.df, level)
    effect = spread.variance / (around / (n - 1))
    return within(bounds, value, limits, level, n, Method.RAKED, n_effective=worth, design_effect=effect)


def raked_share(
    raked: Raked, y: ArrayLike, *, cluster: ArrayLike | None = None, level: float = DEFAULT_LEVEL
) -> Estimate:
    """Return a share (fraction 0..1) under raked weights: `y` in {0, 1}; as `raked_mean`.

    >>> raked = rake({"age": [1, 1, 2, 2, 2, 2]}, [Margin("age", {1: 0.5, 2: 0.5})])
    >>> raked_share(raked, [0, 1, 1, 1, 0, 1]).value
    0.625
    """
    return raked_mean(raked, y, cluster=cluster, level=level, bounds=SHARE_BOUNDS)


def raked_nps(
    raked: Raked, y: ArrayLike, *, cluster: ArrayLike | None = None, level: float = DEFAULT_LEVEL
) -> Estimate:
    """Return the NPS (points) under raked weights: `y` in {-100, 0, 100}; as `raked_mean`.

    >>> raked = rake({"age": [1, 1, 2, 2, 2, 2]}, [Margin("age", {1: 0.5, 2: 0.5})])
    >>> raked_nps(raked, [-100, 0, 100, 100, 0, 100]).value
    12.5
    """
    return raked_mean(raked, y, cluster=cluster, level=level, bounds=NPS_BOUNDS)


def _base(answers: Mapping[str, ArrayLike], margins: Sequence[Margin], w: ArrayLike | None) -> Floats:
    """Return the weights before raking; ValueError where the pieces don't belong together."""
    if not margins:
        raise ValueError("raking needs a margin")
    lengths = set()
    for margin in margins:
        if margin.name not in answers:
            raise ValueError(f"the answers have no {margin.name!r}")
        lengths.add(np.asarray(answers[margin.name]).shape)
    base = np.ones(next(iter(lengths))) if w is None else np.array(w, dtype=float)
    if base.ndim != 1 or lengths != {base.shape}:
        raise ValueError("categories and weights are one-dimensional and of one length")
    return base


def _total(margin: Margin) -> float:
    return sum(margin.targets.values())


def _refusal(base: Floats, margins: Sequence[Margin]) -> tuple[Unknown, str] | None:
    """Return why no weights can be had, whoever answered."""
    if base.size == 0:
        return Unknown.NO_ANSWERS, ""
    if not (np.isfinite(base).all() and (base >= 0).all()):
        return Unknown.INVALID, "weights"
    if not base.any():
        return Unknown.ZERO_WEIGHT, "weights"
    for margin in margins:
        bad = [name for name, target in margin.targets.items() if not (isfinite(target) and target >= 0)]
        if bad or not _total(margin) > 0:
            return Unknown.INVALID, f"{margin.name}: {bad[0]}" if bad else margin.name
    first = margins[0]
    for margin in margins[1:]:
        if not isclose(_total(margin), _total(first), rel_tol=_SAME_TOTAL):
            return Unknown.MARGINS_CONTRADICT, f"{first.name}: {_total(first):g}, {margin.name}: {_total(margin):g}"
    return None


def _codes(labels: NDArray[np.generic], margin: Margin) -> Places:
    """Return each answer's place among the margin's categories, -1 for one that it doesn't know (a blank)."""
    codes = np.full(labels.size, -1)
    for place, name in enumerate(margin.targets):
        codes[labels == name] = place
    return codes


def _unusable(codes: Places, base: Floats, margin: Margin) -> tuple[Unknown, str] | None:
    if (codes < 0).any():
        return Unknown.INVALID, f"{margin.name}: {int((codes < 0).sum())} of another category"
    sums = np.bincount(codes, weights=base, minlength=len(margin.targets))
    for (name, target), answered in zip(margin.targets.items(), sums.tolist(), strict=True):
        if target > 0 and answered == 0:
            return Unknown.EMPTY_GROUP, f"{margin.name}: {name}"
    return None


def _unraked(base: Floats, why: Unknown, where: str, rounds: int = 0, miss: float | None = None) -> Raked:
    nothing = np.empty((0, 0), dtype=int)
    return Raked(base.size, None, rounds, miss, where, 0, None, None, base, nothing, nothing.reshape(-1), why)


def _crossed(place: Places, code: Places, size: int) -> Places:
    """Return each answer's place among the combinations that are met; by counting, which is faster than sorting."""
    key = place * size + code
    number = np.cumsum(np.bincount(key) > 0) - 1
    return np.asarray(number[key])


def _one_of_each(place: Places) -> Places:
    """Return the index of one answer at each place."""
    first = np.empty(place.max() + 1, dtype=int)
    first[place] = np.arange(place.size)
    return first


def _units(base: Floats, cell: Places, cap: float | None) -> Places:
    """Return each answer's unit: answers of one weight before and one cell move together, so one stands for all.

    Without a cap even all of one cell do: it keeps its answers' proportions.
    """
    if cap is None:
        return cell
    values, code = np.unique(base, return_inverse=True)
    many = int(values.size) * int(cell.max() + 1) > 4 * base.size + 10_000
    return np.arange(base.size) if many else _crossed(cell, code, values.size)


def _fit(base: Floats, codes: Places, cell: Places, wanted: list[Floats], cap: float | None) -> tuple[Floats, int]:
    """Return weights that add up to 1, and the rounds it took."""
    unit = _units(base, cell, cap)
    start: Floats = np.bincount(unit, weights=base).astype(float)
    most = np.bincount(unit).astype(float) * (1.0 if cap is None else cap / base.size)
    unit_codes = codes[:, _one_of_each(unit)]
    now = start / start.sum()
    rounds, moved = 0, 1.0
    # In shares of all, so that what is left of a weight on its way to 0 doesn't keep it going.
    while moved > MET / 10 and rounds < MOST_ROUNDS:
        before = now
        for code, target in zip(unit_codes, wanted, strict=True):
            now = now * _ratio(target, np.bincount(code, weights=now, minlength=target.size).astype(float))[code]
        if cap is not None:
            now = np.minimum(now, most)
        moved = float(np.abs(now - before).sum())
        rounds += 1
    return base * _ratio(now, start)[unit], rounds


def _ratio(target: Floats, sums: Floats) -> Floats:
    """Return target / sums, 0 where nothing is left to be raised."""
    return np.asarray(np.divide(target, sums, out=np.zeros_like(target), where=sums > 0))


def _miss(fitted: Floats, codes: Places, wanted: list[Floats], margins: Sequence[Margin]) -> tuple[float, str]:
    """Return the largest distance of a category from its share, and which category that is."""
    worst, where = 0.0, ""
    for code, target, margin in zip(codes, wanted, margins, strict=True):
        off = np.abs(np.bincount(code, weights=fitted, minlength=target.size) - target)
        place = int(off.argmax())
        if off[place] > worst:
            worst, where = float(off[place]), f"{margin.name}: {list(margin.targets)[place]}"
    return worst, where


def _trouble(score: Floats, w: Floats, n: int, bounds: Bounds | None) -> Unknown | None:
    if not np.isfinite(score).all():
        return Unknown.INVALID
    if n < MINIMUM_N:
        return Unknown.TOO_FEW if n else Unknown.NO_ANSWERS
    if float(w.sum() ** 2 / (w @ w)) < MINIMUM_N * (1 - ROUNDING):
        return Unknown.TOO_FEW
    return outside(float(w @ score), float(w.sum()), bounds)


def _residuals(raked: Raked, weights: Floats, apart: Floats, regress: Regress) -> Floats:
    """Return what the margins don't explain of `apart` (n), by least squares on one column a category."""
    count = raked.base if regress is Regress.BY_BASE_WEIGHT else (weights > 0).astype(float)
    size = len(raked.cells)
    in_cell = np.bincount(raked.cell, weights=count, minlength=size)
    columns = np.concatenate([np.eye(code.max() + 1)[code] for code in raked.cells.T], axis=1)
    products = columns.T @ (in_cell[:, None] * columns)
    sums = columns.T @ np.bincount(raked.cell, weights=count * apart, minlength=size)
    # The columns of each margin add up to 1, so that any but the first has one too many: least squares doesn't mind.
    explained = columns @ np.linalg.lstsq(products, sums, rcond=1e-12)[0]
    return np.asarray(apart - explained[raked.cell])


def _all_alike(
    value: float, w: Floats, cluster: ArrayLike | None, level: float, n: int, bounds: Bounds | None, worth: float
) -> Estimate:
    """Return the worst case; a whole cluster is worth one answer, for how alike its answers are can't be seen."""
    place = np.arange(w.size) if cluster is None else np.unique(np.asarray(cluster), return_inverse=True)[1]
    totals = np.bincount(place, weights=w)
    return alike(value, float(w.sum() ** 2 / (totals @ totals)), bounds, level, n, n_effective=worth)

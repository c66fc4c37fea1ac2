"""The changed held against the unchanged: how much more the changed moved (difference-in-differences)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.types import Effect, known, unknown
from fiilis.science.effects.wild import wild_bootstrap
from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Estimate, Method, Unknown, check_level
from fiilis.science.quantiles import t_quantile, t_tail
from fiilis.science.sums import ClusterSums, Moments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from fiilis.science.regression import Floats, Places

FEW_GROUPS = 40
"""Under this many groups Student's t is too sure of clustered errors; the wild bootstrap takes over."""

FEW_OF_A_SIDE = 10
"""So does it where fewer than this many groups were changed, or weren't, however many there are of the others."""

NEVER = np.inf
"""`changed_at` of a group that was never changed."""

ASSUMES = (
    Assumption.PARALLEL_TRENDS,
    Assumption.NO_ANTICIPATION,
    Assumption.NO_SPILLOVER,
    Assumption.SAME_KIND_OF_PEOPLE,
)
BREAKS_IF = (Threat.DRIFTING_APART, Threat.OTHER_EVENT, Threat.SPILLOVER, Threat.OTHER_PEOPLE, Threat.EARLY_REACTION)
THREATS_OF_FEW = (Threat.FEW_GROUPS, *BREAKS_IF)


@dataclass(frozen=True, slots=True)
class PreTrend:
    """Whether changed and others were moving apart before the change: the drift a period, and its p.

    A p below 0.05 is reason not to believe the effect; a large one, on few periods, is no proof of parallel trends:
    look at the interval of `drift` beside the effect. None where there are under three periods before.
    """

    drift: Estimate
    p: float | None
    changed_groups: int
    other_groups: int


def two_by_two(
    changed_after: Moments | ClusterSums,
    changed_before: Moments | ClusterSums,
    others_after: Moments | ClusterSums,
    others_before: Moments | ClusterSums,
    *,
    level: float = DEFAULT_LEVEL,
) -> Effect[None]:
    """Return (changed after - before) - (others after - before) from four sums of independent answers.

    H0: both moved alike. Variances add, Student's t with Satterthwaite's degrees of freedom. Misleads when the same
    people answer before and after (too wide, seldom too narrow), and whenever a shock hits one of the two groups
    alone: with two groups no standard error can tell that from an effect (Donald & Lang 2007); where there are more,
    use `difference_in_differences`. Source: Card & Krueger 1994, American Economic Review 84.

    >>> cells = [Moments(50, 50 * mean, 50 * (mean**2 + 1)) for mean in (4.1, 3.5, 3.7, 3.6)]
    >>> effect = two_by_two(*cells)
    >>> round(effect.estimate.value, 2), round(effect.estimate.low, 2), round(effect.estimate.high, 2)
    (0.5, -0.06, 1.06)
    """
    check_level(level)
    cells = (changed_after, changed_before, others_after, others_before)
    assumes = (*ASSUMES, Assumption.INDEPENDENT_ANSWERS)
    n = sum(int(cell.n) for cell in cells if cell.trouble() is None)
    for cell in cells:
        if why := cell.trouble():
            return unknown(why, n, assumes, THREATS_OF_FEW, level=level)
    variances = [cell.variance_of_mean for cell in cells]
    total = sum(variances)
    if min(variances) == 0:
        # One cell's spread says nothing of another's.
        return unknown(Unknown.NO_SPREAD, n, assumes, THREATS_OF_FEW, level=level)
    dfs = [cell.df if isinstance(cell, ClusterSums) else cell.n - 1 for cell in cells]
    df = 1 / sum((variance / total) ** 2 / own for variance, own in zip(variances, dfs, strict=True))
    value = changed_after.mean - changed_before.mean - (others_after.mean - others_before.mean)
    method = Method.DIFFERENCE_IN_DIFFERENCES
    return known((value, total**0.5), df, n, method, assumes, THREATS_OF_FEW, level=level)


def difference_in_differences(
    y: ArrayLike,
    group: Sequence[object] | ArrayLike,
    period: ArrayLike,
    changed_at: Mapping[object, float],
    *,
    weights: ArrayLike | None = None,
    level: float = DEFAULT_LEVEL,
    seed: int = 1,
) -> Effect[PreTrend]:
    """Return the mean effect on the changed groups, from answers `y` (n), each of a `group` (n) and a `period` (n).

    `changed_at` gives each group's first changed period, NEVER for those never changed. Each set of groups changed
    at once is held against all that never were (a stack), with effects of group and of period in each stack, so that
    groups changed earlier never serve as comparison for later ones. Clusters are groups: CR1 and Student's t with
    G - 1 from FEW_GROUPS groups and FEW_OF_A_SIDE of each kind on, else the wild cluster bootstrap, inverted.
    H0: the changed moved as the others did. Misleads where groups drifted apart before (see `details`), or where one
    group among few had a shock of its own. NO_COMPARISON without unchanged groups, NO_BEFORE or NO_AFTER without
    such periods of any changed group, ONE_CLUSTER with a single changed or other group (hold it against all others
    by `placebo.in_space`, or use `two_by_two`), TOO_FEW answers, ZERO_WEIGHT, COLLINEAR, NO_SPREAD, INVALID.
    Sources: Bertrand, Duflo & Mullainathan 2004, QJE 119; Cengiz et al. 2019, QJE 134 (stacks); Cameron, Gelbach &
    Miller 2008, Rev. Econ. Stat. 90. Raises ValueError for shapes that don't fit, or a group without `changed_at`.

    >>> shops, weeks = [s for s in range(12) for _ in range(8)], list(range(8)) * 12
    >>> scores = [50 + s % 5 + w + (s * w * 7) % 11 % 3 + (6 if s < 6 and w >= 4 else 0) for s, w in zip(shops, weeks)]
    >>> effect = difference_in_differences(scores, shops, weeks, {s: 4 if s < 6 else NEVER for s in range(12)})
    >>> round(effect.estimate.value, 1), effect.estimate.low > 5, str(effect.method)
    (6.4, True, 'wild_bootstrap')
    """
    check_level(level)
    panel = _panel(y, group, period, changed_at, weights)
    if isinstance(panel, Unknown):
        n = len(np.asarray(y))
        return unknown(panel, n, ASSUMES, BREAKS_IF, level=level)
    after = panel.change()
    pre = _pre_trend(panel, level, seed)
    threats = THREATS_OF_FEW if panel.few else BREAKS_IF
    return _estimated(panel, after, (pre, threats), level, seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Panel:
    """Mean scores of cells (stack x group x period) with the answers' weight: all that the regression needs."""

    y: Floats
    weight: Floats
    cluster: Places
    unit: Places
    time: Places
    period: Floats
    start: Floats
    changed: Floats
    n: int
    groups: int
    groups_changed: int

    @property
    def few(self) -> bool:
        side = min(self.groups_changed, self.groups - self.groups_changed)
        return self.groups < FEW_GROUPS or side < FEW_OF_A_SIDE

    def change(self) -> Floats:
        return np.asarray(self.changed * (self.period >= self.start))

    def before(self) -> _Panel:
        keep = self.period < self.start
        parts = {name: getattr(self, name)[keep] for name in ("y", "weight", "cluster", "unit", "time", "period")}
        return _Panel(
            **parts,
            start=self.start[keep],
            changed=self.changed[keep],
            n=self.n,
            groups=self.groups,
            groups_changed=self.groups_changed,
        )


def _panel(
    y: ArrayLike,
    group: Sequence[object] | ArrayLike,
    period: ArrayLike,
    changed_at: Mapping[object, float],
    weights: ArrayLike | None,
) -> _Panel | Unknown:
    scores, periods = np.asarray(y, dtype=float), np.asarray(period, dtype=float)
    w = np.ones(len(scores)) if weights is None else np.asarray(weights, dtype=float)
    labels = list(group) if not isinstance(group, np.ndarray) else group.tolist()  # type: ignore[arg-type]
    if not scores.shape == periods.shape == w.shape == (len(labels),):
        raise ValueError("scores, groups, periods and weights have one length")
    names = {name: place for place, name in enumerate(dict.fromkeys(labels))}
    if missing := [name for name in names if name not in changed_at]:
        raise ValueError(f"no word on when these groups were changed: {missing[:5]}")
    starts = np.array([float(changed_at[name]) for name in names])
    if not (np.isfinite(scores).all() and np.isfinite(periods).all() and np.isfinite(w).all() and (w >= 0).all()):
        return Unknown.INVALID
    if np.isnan(starts).any():
        return Unknown.INVALID
    places = np.array([names[name] for name in labels], dtype=int)
    if len(scores) and not w.any():
        return Unknown.ZERO_WEIGHT
    # Answers of weight 0 make no group and no period be there.
    scores, places, periods, w = (part[w > 0] for part in (scores, places, periods, w))
    if why := _unfit(scores, periods, starts, places):
        return why
    return _stacked(scores, w, places, periods, starts)


def _unfit(scores: Floats, periods: Floats, starts: Floats, places: Places) -> Unknown | None:
    """Return what a difference of differences lacks here, or None."""
    if len(scores) == 0:
        return Unknown.NO_ANSWERS
    if len(scores) < MINIMUM_N:
        return Unknown.TOO_FEW
    of_changed = np.isfinite(starts)[places]
    if of_changed.all():
        return Unknown.NO_COMPARISON
    later = periods >= starts[places]
    if not (of_changed & later).any():
        return Unknown.NO_AFTER
    if not (of_changed & ~later).any():
        return Unknown.NO_BEFORE
    # Groups to be changed after the last answer have shown no effect yet; they don't count.
    shown = [len(np.unique(places[which])) for which in (of_changed & later, ~of_changed)]
    return Unknown.ONE_CLUSTER if min(shown) < 2 else None


def _stacked(scores: Floats, w: Floats, places: Places, periods: Floats, starts: Floats) -> _Panel:
    """Return the cells of all stacks: each set of groups changed at once beside all never changed."""
    times, slots = np.unique(periods, return_inverse=True)
    cell = places * len(times) + slots
    size = len(starts) * len(times)
    weight = np.bincount(cell, w, size).astype(float)
    filled = np.flatnonzero(weight)
    mean = np.bincount(cell, w * scores, size)[filled] / weight[filled]
    of_group, of_time = filled // len(times), filled % len(times)
    dates = np.unique(starts[np.isfinite(starts)])
    picked, stack = [], []
    for number, start in enumerate(dates):
        rows = np.flatnonzero((starts[of_group] == start) | np.isinf(starts[of_group]))
        picked.append(rows)
        stack.append(np.full(len(rows), number))
    rows, of_stack = np.concatenate(picked), np.concatenate(stack)
    cluster = of_group[rows]
    return _Panel(
        y=mean[rows],
        weight=weight[filled][rows],
        cluster=cluster,
        unit=of_stack * len(starts) + cluster,
        time=of_stack * len(times) + of_time[rows],
        period=times[of_time[rows]],
        start=dates[of_stack],
        changed=np.isfinite(starts[cluster]).astype(float),
        n=len(scores),
        groups=len(np.unique(cluster)),
        groups_changed=len(np.unique(cluster[np.isfinite(starts[cluster])])),
    )


def _dummies(codes: Places) -> Floats:
    names, places = np.unique(codes, return_inverse=True)
    return np.asarray(np.eye(len(names))[places])


def _swept(panel: _Panel, column: Floats) -> tuple[Floats, Floats, Floats, Places] | Unknown:
    """Return y and `column` without their group and period effects, the basis of all, and each row's cluster."""
    root = np.sqrt(panel.weight)[:, None]
    dummies = np.column_stack([_dummies(panel.unit), _dummies(panel.time)]) * root
    left, singular, _ = np.linalg.svd(dummies, full_matrices=False)
    basis: Floats = left[:, singular > 1e-10 * singular[0]]
    y, x = panel.y * root[:, 0], column * root[:, 0]
    y_left, x_left = y - basis @ (basis.T @ y), x - basis @ (basis.T @ x)
    if x_left @ x_left <= 1e-12 * (x @ x):
        return Unknown.COLLINEAR
    basis = np.column_stack([basis, x_left / np.sqrt(x_left @ x_left)])
    return y_left, x_left, basis, np.unique(panel.cluster, return_inverse=True)[1]


def _slope(panel: _Panel, column: Floats, level: float, seed: int) -> tuple[float, float, float, float] | Unknown:
    """Return the coefficient of `column` with low, high and p."""
    swept = _swept(panel, column)
    if isinstance(swept, Unknown):
        return swept
    y, x, basis, cluster = swept
    value = float(x @ y / (x @ x))
    residuals = y - value * x
    if residuals @ residuals <= 1e-24 * (panel.weight @ panel.y**2):
        return Unknown.NO_SPREAD
    groups = int(cluster.max()) + 1
    # As statsmodels counts: effects of groups and periods are parameters too. Cells stand for answers, so n is theirs.
    k, n = basis.shape[1], max(panel.n, len(y))
    factor = groups / (groups - 1) * ((n - 1) / (n - k) if n > k else 1.0)
    error = float(np.sqrt(factor * (np.bincount(cluster, x * residuals) ** 2).sum())) / float(x @ x)
    # Residuals that cancel within every group leave rounding where an error should be.
    if error <= 1e-12 * float(np.sqrt(panel.weight @ panel.y**2 / panel.weight.sum())):
        return Unknown.NO_SPREAD
    if panel.few:
        return wild_bootstrap(y, x, basis, cluster, level=level, seed=seed)
    half = t_quantile((1 + level) / 2, groups - 1) * error
    return value, value - half, value + half, min(1.0, 2 * t_tail(abs(value) / error, groups - 1))


def _estimated(
    panel: _Panel, column: Floats, beside: tuple[PreTrend, tuple[Threat, ...]], level: float, seed: int
) -> Effect[PreTrend]:
    pre, threats = beside
    found = _slope(panel, column, level, seed)
    if isinstance(found, Unknown):
        return unknown(found, panel.n, ASSUMES, threats, level=level, details=pre)
    value, low, high, p = found
    return Effect(Estimate(value, low, high, level, panel.n, _method(panel)), ASSUMES, threats, p, pre)


def _method(panel: _Panel) -> Method:
    return Method.WILD_BOOTSTRAP if panel.few else Method.DIFFERENCE_IN_DIFFERENCES


def _pre_trend(panel: _Panel, level: float, seed: int) -> PreTrend:
    """Return how much faster the changed rose than the others, a period, before the change."""
    counts = (panel.groups_changed, panel.groups - panel.groups_changed)
    before = panel.before()
    if min((len(np.unique(before.period[before.start == start])) for start in np.unique(before.start)), default=0) < 3:
        return PreTrend(Estimate.missing(Unknown.NO_BEFORE, n=panel.n, level=level), None, *counts)
    found = _slope(before, before.changed * (before.period - before.start), level, seed)
    if isinstance(found, Unknown):
        return PreTrend(Estimate.missing(found, n=panel.n, level=level), None, *counts)
    value, low, high, p = found
    return PreTrend(Estimate(value, low, high, level, panel.n, _method(panel)), p, *counts)

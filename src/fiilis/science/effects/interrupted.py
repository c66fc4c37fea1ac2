"""One series, changed at a known moment: how far it jumped and how its slope turned, season and trend allowed for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.stretch import stretches
from fiilis.science.effects.types import Effect, known, unknown
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.regression import Covariance, Fit, ols

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from fiilis.science.regression import Floats

MINIMUM_POINTS = 8
"""Points needed before and after: with fewer, a trend is mostly chance (EPOC asks for 3, Penfold & Zhang for 8)."""

ASSUMES = (Assumption.TREND_CONTINUES, Assumption.NOTHING_ELSE_CHANGED, Assumption.NO_ANTICIPATION)
BREAKS_IF = (Threat.OTHER_EVENT, Threat.BENT_TREND, Threat.OTHER_PEOPLE, Threat.OTHER_MEASUREMENT)


@dataclass(frozen=True, slots=True)
class Interruption:
    """The parts of an interrupted series' effect, each an Estimate in the series' unit.

    `level` is the jump at the first point after the change, `slope` the turn a period, `at_end` both together at the
    last point; the Effect itself is their mean over the points after. `trend_before` is the old slope. `lag` is the
    last one allowed for by Newey and West, `stretch` the factor on the mean effect's error for the series being short,
    `durbin_watson` near 2 where neighbouring errors are unrelated.
    `coefficients` are all of the regression: constant, trend, level, slope, seasons 2.., covariates, with their
    `standard_errors` as Newey and West have them, not stretched.
    """

    level: Estimate
    slope: Estimate
    at_end: Estimate
    trend_before: Estimate
    lag: int
    stretch: float
    durbin_watson: float
    expected: tuple[float, ...]
    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]


def default_lag(n: int, season: int = 1) -> int:
    """Return the Newey-West lag used when none is given: a whole season, or 4 (n / 100)^(2/9), rounded up, if more.

    Source: Newey & West 1994, Review of Economic Studies 61(4), for the second.

    >>> default_lag(192, season=12), default_lag(50)
    (12, 4)
    """
    automatic = ceil(float(4 * (n / 100) ** (2 / 9)))
    return min(n - 1, max(season if season > 1 else 0, automatic))


def interrupted(
    y: ArrayLike,
    change: int,
    *,
    season: int = 1,
    covariates: ArrayLike | None = None,
    lag: int | None = None,
    stretched: bool = True,
    level: float = DEFAULT_LEVEL,
) -> Effect[Interruption]:
    """Return the mean effect, over the points from index `change` on, of a change to the evenly spaced series `y` (n).

    y = a + b t + c after + d (t - t_change + 1) after + seasons + covariates, least squares, standard errors by Newey
    and West up to `lag` (default_lag when None) with n / (n - k), Student's t with n - k. `season` is its length in
    points (12 for months, 1 for none); `covariates` (n x q) are what else moves y. In a short series these errors are
    too small, so they are stretched until a simulation of related errors is held (`stretches`), unless `stretched` is
    False, as other programs have it. H0: the series went on as before.
    Misleads where something else began with the change (use difference-in-differences or a structural time series
    with a comparison) and where y is near the end of its scale. Logarithms of y give relative effects.
    NO_BEFORE or NO_AFTER under MINIMUM_POINTS points, or under a whole season before; COLLINEAR, NO_SPREAD, INVALID.
    Source: Wagner et al. 2002, J. Clin. Pharm. Ther. 27; Bernal, Cummins & Gasparrini 2017, Int. J. Epidemiol. 46.
    Raises ValueError for shapes that don't fit, a season below 1 or a lag outside 0..n-1.

    >>> waiting = [30 + i % 3 for i in range(20)] + [24 + i % 3 for i in range(20)]
    >>> effect = interrupted(waiting, 20)
    >>> round(effect.estimate.value, 1), round(effect.estimate.low, 1), round(effect.estimate.high, 1)
    (-6.1, -7.1, -5.1)
    """
    check_level(level)
    y = np.asarray(y, dtype=float)
    n = len(y)
    given = np.empty((n, 0)) if covariates is None else np.asarray(covariates, dtype=float).reshape(n, -1)
    if season < 1 or y.ndim != 1:
        raise ValueError(f"a series has one dimension and a season of at least 1, not {y.ndim} and {season}")
    if why := _too_short(n, change, season):
        return unknown(why, n, ASSUMES, BREAKS_IF, level=level)
    lag = default_lag(n, season) if lag is None else lag
    after = np.arange(n) >= change
    since = np.where(after, np.arange(n) - change + 1.0, 0.0)
    seasons = [np.arange(n) % season == place for place in range(1, season)]
    x = np.column_stack([np.ones(n), np.arange(1.0, n + 1), after, since, *seasons, given])
    fit = ols(y, x, covariance=Covariance.NEWEY_WEST, lag=lag)
    if isinstance(fit, Unknown):
        return unknown(fit, n, ASSUMES, BREAKS_IF, level=level)
    last = float(since[-1])
    jumps = {"mean": (1.0, float(since[after].mean())), "level": (1.0, 0.0), "slope": (0.0, 1.0), "at_end": (1.0, last)}
    contrasts = {name: _contrast(x.shape[1], 0.0, *jump) for name, jump in jumps.items()}
    contrasts["trend_before"] = _contrast(x.shape[1], 1.0, 0.0, 0.0)
    factors = (1.0,) * len(contrasts)
    if stretched:
        factors = stretches(x, fit.residuals, list(contrasts.values()), lag, level=level)
    parts: dict[str, Effect[Interruption]] = {}
    threats = BREAKS_IF if change >= 2 * season else (*BREAKS_IF, Threat.SHORT_HISTORY)
    for (name, contrast), factor in zip(contrasts.items(), factors, strict=True):
        value, error = fit.combined(contrast)
        found = (value, error * factor)
        parts[name] = known(found, fit.df, n, Method.NEWEY_WEST, ASSUMES, threats, level=level)
    details = _details(fit, x, {name: part.estimate for name, part in parts.items()}, lag, factors[0])
    return replace(parts["mean"], details=details)


def _contrast(k: int, trend: float, jump: float, turn: float) -> Floats:
    weights = np.zeros(k)
    weights[1:4] = trend, jump, turn
    return weights


def _too_short(n: int, change: int, season: int) -> Unknown | None:
    if n == 0:
        return Unknown.NO_ANSWERS
    if change < max(MINIMUM_POINTS, season):
        return Unknown.NO_BEFORE
    return Unknown.NO_AFTER if n - change < MINIMUM_POINTS else None


def _details(fit: Fit, x: Floats, parts: dict[str, Estimate], lag: int, stretch: float) -> Interruption:
    without = fit.coefficients.copy()
    without[2:4] = 0
    steps = np.diff(fit.residuals)
    return Interruption(
        level=parts["level"],
        slope=parts["slope"],
        at_end=parts["at_end"],
        trend_before=parts["trend_before"],
        lag=lag,
        stretch=stretch,
        durbin_watson=float(steps @ steps / (fit.residuals @ fit.residuals)),
        expected=tuple(map(float, x @ without)),
        coefficients=tuple(map(float, fit.coefficients)),
        standard_errors=tuple(fit.one(place)[1] for place in range(len(fit.coefficients))),
    )

"""What would have been: a structural time series learns the past and foretells it; what came is held against that."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.interrupted import MINIMUM_POINTS
from fiilis.science.effects.types import Effect, known, unknown
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.quantiles import t_quantile

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from fiilis.science.regression import Floats

_ALONE = (Assumption.TREND_CONTINUES, Assumption.NOTHING_ELSE_CHANGED, Assumption.NO_ANTICIPATION)
_BESIDE = (Assumption.RELATION_HOLDS, Assumption.COVARIATE_UNTOUCHED, Assumption.NO_ANTICIPATION)
_BREAKS_ALONE = (Threat.OTHER_EVENT, Threat.BENT_TREND, Threat.OTHER_PEOPLE, Threat.OTHER_MEASUREMENT)
_BREAKS_BESIDE = (Threat.COVARIATE_MOVED, Threat.RELATION_CHANGED, Threat.OTHER_PEOPLE, Threat.OTHER_MEASUREMENT)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would have been at each point after the change, and the effect summed up.

    `expected`, `low` and `high` belong to single points; `cumulative` is the sum of the effects with its own
    interval, which isn't the sum of the points' ends, since neighbouring errors go together.
    """

    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    cumulative: Estimate


def structural(
    y: ArrayLike,
    change: int,
    *,
    covariates: ArrayLike | None = None,
    season: int = 1,
    level: float = DEFAULT_LEVEL,
) -> Effect[Counterfactual]:
    """Return the mean effect a point, from index `change` on, against the forecast of a structural time series.

    y = local level + covariates + season + noise, fitted by maximum likelihood on the points before the change alone
    (standardised); covariates' coefficients are states with a diffuse start, so their uncertainty is in the interval;
    that of the two or three variances isn't. Normal quantiles of the exact joint forecast error. `covariates`
    (n x q) are series the change can't have touched (another region, the whole market). H0: the series went on as
    forecast. Misleads where the covariates were touched, and without any where something else began with the change.
    NO_BEFORE under MINIMUM_POINTS points, two seasons or three points a covariate before the change; NO_AFTER without
    any after; COLLINEAR, NO_SPREAD, INVALID; NO_FIT where the likelihood has no maximum.
    Sources: Harvey 1989, Forecasting, Structural Time Series Models and the Kalman Filter; Brodersen et al. 2015,
    Annals of Applied Statistics 9 (there with priors, by simulation). Raises ValueError for shapes that don't fit.

    >>> random = np.random.default_rng(3)
    >>> market = 100 + random.normal(0, 1, 60).cumsum()
    >>> effect = structural(1.2 * market + random.normal(0, 1, 60) + 5 * (np.arange(60) >= 40), 40, covariates=market)
    >>> effect.estimate.low > 4, effect.estimate.low < 5 < effect.estimate.high, effect.estimate.high < 7
    (True, True, True)
    """
    check_level(level)
    y = np.asarray(y, dtype=float)
    n = len(y)
    x = np.empty((n, 0)) if covariates is None else np.asarray(covariates, dtype=float).reshape(n, -1)
    if y.ndim != 1 or season < 1:
        raise ValueError(f"a series has one dimension and a season of at least 1, not {y.ndim} and {season}")
    assumes, breaks_if = (_BESIDE, _BREAKS_BESIDE) if x.shape[1] else (_ALONE, _BREAKS_ALONE)
    if why := _trouble(y, x, change, season):
        return unknown(why, n, assumes, breaks_if, level=level)
    scale = float(y[:change].std(ddof=1))
    forecast = _forecast((y - y[:change].mean()) / scale, x, change, season)
    if forecast is None:
        return unknown(Unknown.NO_FIT, n, assumes, breaks_if, level=level)
    expected = y[:change].mean() + scale * forecast[0]
    errors, total = scale * forecast[1], scale * forecast[2]
    after = n - change
    missing = y[change:] - expected
    z = t_quantile((1 + level) / 2, np.inf)
    cumulative = known(
        (float(missing.sum()), total), np.inf, n, Method.STRUCTURAL, assumes, breaks_if, level=level
    ).estimate
    details = Counterfactual(
        expected=tuple(map(float, expected)),
        low=tuple(map(float, expected - z * errors)),
        high=tuple(map(float, expected + z * errors)),
        cumulative=cumulative,
    )
    found = (float(missing.mean()), total / after)
    return known(found, np.inf, n, Method.STRUCTURAL, assumes, breaks_if, level=level, details=details)


def _trouble(y: Floats, x: Floats, change: int, season: int) -> Unknown | None:
    """Return why no past can be learnt from, or no present held against it; None when all is well."""
    n, q = x.shape
    if n == 0:
        return Unknown.NO_ANSWERS
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        return Unknown.INVALID
    if change < max(MINIMUM_POINTS, 2 * season if season > 1 else 0, 3 * (q + 1)):
        return Unknown.NO_BEFORE
    if n <= change:
        return Unknown.NO_AFTER
    if np.ptp(y[:change]) <= 1e-12 * np.abs(y[:change]).max():
        return Unknown.NO_SPREAD
    past = x[:change]
    spread = past.std(axis=0)
    if (spread <= 1e-12 * np.abs(past).max(axis=0, initial=0)).any():
        return Unknown.COLLINEAR
    scaled = (past - past.mean(axis=0)) / spread
    return Unknown.COLLINEAR if q and np.linalg.matrix_rank(scaled, tol=1e-8 * sqrt(change)) < q else None


def _forecast(y: Floats, x: Floats, change: int, season: int) -> tuple[Floats, Floats, float] | None:
    """Return expected points, their standard errors and that of their sum; None where no maximum was found."""
    from statsmodels.tsa.statespace.structural import UnobservedComponents  # noqa: PLC0415 - slow import

    exog = (x - x[:change].mean(axis=0)) / x[:change].std(axis=0) if x.shape[1] else None
    options: dict[str, Any] = {"level": "llevel", "mle_regression": False}
    if season > 1:
        options["seasonal"] = season
    model = UnobservedComponents(y[:change], exog=None if exog is None else exog[:change], **options)
    with warnings.catch_warnings():
        # Whether it converged is asked below; the warning would go to a log nobody reads.
        warnings.simplefilter("ignore")
        fitted = model.fit(disp=0, maxiter=500)
        if not fitted.mle_retvals["converged"]:
            # On a flat likelihood the line search gives up where a simplex still comes to rest.
            fitted = model.fit(fitted.params, method="nm", disp=0, maxiter=5_000)
    if not (fitted.mle_retvals["converged"] and np.isfinite(fitted.params).all()):
        return None
    return _sums(fitted, exog, change, len(y))


def _sums(fitted: Any, exog: Floats | None, change: int, n: int) -> tuple[Floats, Floats, float]:
    """Carry states, and the running sum of what is seen of them, through the points after the change.

    The joint covariance of states and sum gives the sum's exact error; adding up variances of points would leave out
    that they err together.
    """
    space = fitted.filter_results
    step, pick = space.transition[:, :, -1], space.selection[:, :, -1]
    shocks = pick @ space.state_cov[:, :, -1] @ pick.T
    noise = float(space.obs_cov[0, 0, -1])
    design = space.design[:, :, -1][0].copy()
    state, cov = space.predicted_state[:, -1], space.predicted_state_cov[:, :, -1]
    k = len(state)
    regressors = exog.shape[1] if exog is not None else 0
    with_sum, variance = np.zeros(k), 0.0
    expected, errors = [], []
    for point in range(change, n):
        if exog is not None:
            design[k - regressors :] = exog[point]
        seen = cov @ design
        expected.append(float(design @ state))
        errors.append(sqrt(max(0.0, float(design @ seen)) + noise))
        # Var(sum + z'a + e) = Var(sum) + 2 z'Cov(a, sum) + z'Pz + noise
        variance += 2 * float(design @ with_sum) + float(design @ seen) + noise
        with_sum = step @ (with_sum + seen)
        state, cov = step @ state, step @ cov @ step.T + shocks
    return np.array(expected), np.array(errors), sqrt(max(0.0, variance))

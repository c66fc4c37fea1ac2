"""Who buys again where nobody says goodbye: the BG/NBD model fitted to purchase histories, and what it expects.

A customer buys at a rate of their own until, after some purchase, they silently stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isfinite, log, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.churn.bgnbd import alive_odds, expected, loss
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import two_sided_z

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEAST_CUSTOMERS = 100
"""Below this many customers four figures of a population aren't told apart."""

LEAST_REPEATERS = 30
"""So many must have bought again at all."""

# A standard error of the logarithms above this in any direction: from a fiftieth to fifty times. Not told apart.
_LOOSE = 2.0

# Where the logarithms of the four figures may lie; beyond it the data say "as large as you like".
_FAR = 15.0

_STEP = 1e-4

# Logarithms of r, alpha, a and b, with the mean observation as the unit of time.
_STARTS = ((0.0, 0.0, 0.0, 0.0), (-1.0, -1.0, 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Histories:
    """Purchase histories, alike ones together: `repeats` after the first purchase, the time from the first to the
    `last`, the time from the first until `observed`, and how many `customers` have just that.

    >>> Histories.from_arrays([2, 0, 0], [30.4, 0, 0], [38.9, 38.9, 38.9]).customers
    (2, 1)
    """

    repeats: tuple[int, ...]
    last: tuple[float, ...]
    observed: tuple[float, ...]
    customers: tuple[int, ...]

    @classmethod
    def from_arrays(
        cls, repeats: ArrayLike, last: ArrayLike, observed: ArrayLike, count: ArrayLike | None = None
    ) -> Histories:
        """Return the histories of customers, in one unit of time.

        Raises ValueError for parts of unlike shape and repeats that aren't whole numbers.

        >>> Histories.from_arrays([2, 0], [30.4, 0], [38.9, 38.9], count=[1, 5]).n
        6
        """
        parts = [np.asarray(part, dtype=float) for part in (repeats, last, observed)]
        many = np.ones(parts[0].shape) if count is None else np.asarray(count, dtype=float)
        if parts[0].ndim != 1 or any(part.shape != parts[0].shape for part in (*parts, many)):
            raise ValueError("repeats, last, observed and counts are one-dimensional and of one length")
        if not (np.isfinite(parts[0]).all() and (parts[0] == np.floor(parts[0])).all()):
            raise ValueError("repeat purchases are whole numbers")
        alike, place = np.unique(np.column_stack(parts), axis=0, return_inverse=True)
        customers = np.bincount(place.ravel(), weights=many, minlength=len(alike))
        first, second, third = alike.T.tolist() if len(alike) else ([], [], [])
        return cls(
            tuple(int(number) for number in first),
            tuple(second),
            tuple(third),
            tuple(int(number) for number in customers.tolist()),
        )

    @property
    def n(self) -> int:
        """Number of customers."""
        return sum(self.customers)

    @property
    def repeaters(self) -> int:
        """Number who bought again."""
        return sum(many for many, times in zip(self.customers, self.repeats, strict=True) if times)

    def trouble(self) -> Unknown | None:
        """Return why no model can be fitted to these histories, or None.

        >>> Histories.from_arrays([2], [40.0], [38.9]).trouble()
        <Unknown.INVALID: 'invalid'>
        """
        if not all(map(_possible, self.repeats, self.last, self.observed)) or min((*self.customers, 0)) < 0:
            return Unknown.INVALID
        if self.n == 0:
            return Unknown.NO_ANSWERS
        if self.repeaters == 0:
            return Unknown.NO_EVENTS
        if self.n < LEAST_CUSTOMERS:
            return Unknown.TOO_FEW
        return Unknown.TOO_FEW_EVENTS if self.repeaters < LEAST_REPEATERS else None

    def arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the four columns as arrays."""
        repeats, last, observed, customers = (
            np.array(part, dtype=float) for part in (self.repeats, self.last, self.observed, self.customers)
        )
        return repeats, last, observed, customers


def _possible(repeats: int, last: float, observed: float) -> bool:
    if not (isfinite(last) and isfinite(observed) and repeats >= 0 and 0 <= last <= observed):
        return False
    # Who never bought again has no last time.
    return observed > 0 and (repeats > 0 or last == 0)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A fitted BG/NBD model: plain numbers, so that it can be kept as JSON and predict later.

    `r` and `alpha` (in the histories' unit of time) describe how buying rates differ between customers, `a` and `b`
    how the chance to stop after a purchase does. `covariance` is that of the four figures' logarithms. All None
    and empty when `unknown`.
    """

    r: float | None
    alpha: float | None
    a: float | None
    b: float | None
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float | None
    n: int
    repeaters: int
    unknown: Unknown | None = None

    @property
    def logs(self) -> Floats:
        """Logarithms of the four figures (known model)."""
        figures: Floats = np.log(np.array([self.r, self.alpha, self.a, self.b], dtype=float))
        return figures


def fit(histories: Histories) -> Repeat:
    """Return the BG/NBD model that makes the histories most likely.

    Asks how often customers buy and how many have silently stopped. Assumes that customers buy at random at a
    steady rate of their own and stop only right after a purchase; that misleads for subscriptions (they say
    goodbye: use survival), for seasons, and for what is bought in step with its use. A customer who bought once
    counts as alive for ever. Maximum likelihood with the slope given, from several starts;
    NOT_CONVERGED when the four figures aren't told apart (all buy alike, or nobody stops). Refused:
    TOO_FEW under 100 customers, TOO_FEW_EVENTS under 30 who bought again, NO_EVENTS when nobody did.
    Source: Fader, Hardie & Lee 2005, Marketing Science 24(2).

    >>> rng = np.random.default_rng(1)
    >>> gaps = rng.exponential(4, (400, 60)).cumsum(axis=1)
    >>> stops = np.minimum(rng.geometric(0.2, 400) - 1, (gaps < 52).sum(axis=1))
    >>> last = np.where(stops, gaps[np.arange(400), stops - 1], 0)
    >>> model = fit(Histories.from_arrays(stops, last, np.full(400, 52.0)))
    >>> model.n, model.repeaters
    (400, 336)
    """
    if why := histories.trouble():
        n = 0 if why is Unknown.INVALID else histories.n
        return Repeat(None, None, None, None, (), None, n, 0, why)
    from scipy.optimize import minimize  # noqa: PLC0415 - slow import

    columns = histories.arrays()
    # In units of the mean observation: alpha is then near 1, and one set of starts serves days and years.
    unit = float(columns[2] @ columns[3]) / histories.n
    scaled = (columns[0], columns[1] / unit, columns[2] / unit, columns[3])
    tries = [
        minimize(
            loss, np.array(start), args=scaled, jac=True, method="L-BFGS-B", bounds=[(-_FAR, _FAR)] * 4,
            options={"ftol": 1e-15, "gtol": 1e-7, "maxiter": 2000},
        )
        for start in _STARTS
    ]  # fmt: skip
    best = min(tries, key=lambda tried: float(tried.fun))
    covariance = _covariance(best.x, scaled)
    if covariance is None:
        return Repeat(None, None, None, None, (), None, histories.n, histories.repeaters, Unknown.NOT_CONVERGED)
    logs = best.x + np.array([0.0, log(unit), 0.0, 0.0])
    value, _ = loss(logs, *columns)
    r, alpha, a, b = (exp(figure) for figure in logs.tolist())
    kept = tuple(tuple(row) for row in covariance.tolist())
    return Repeat(r, alpha, a, b, kept, -value, histories.n, histories.repeaters)


def _covariance(logs: Floats, columns: tuple[Floats, Floats, Floats, Floats]) -> Floats | None:
    """Return the inverse of the observed information at the best fit; None where it has none."""
    steps = np.eye(4) * _STEP
    information = np.array(
        [(loss(logs + step, *columns)[1] - loss(logs - step, *columns)[1]) / (2 * _STEP) for step in steps]
    )
    information = (information + information.T) / 2
    inside = (np.abs(logs) < _FAR - _STEP).all()
    told_apart = np.linalg.eigvalsh(information)[0] > 1 / _LOOSE**2
    return np.linalg.inv(information) if inside and told_apart else None


def alive(model: Repeat, *, repeats: int, last: float, observed: float, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the chance, 0..1, that a customer with this history still buys.

    The interval says how well the model's figures are known (delta method on the log-odds), not whether the model
    is right. A customer who never bought again hasn't had a chance to stop in this model: NO_EVENTS instead of its
    1. Raises ValueError for an impossible history.

    >>> model = Repeat(0.243, 4.414, 0.793, 2.426, ((0.0,) * 4,) * 4, -9582.4, 2357, 946)
    >>> round(alive(model, repeats=2, last=30.43, observed=38.86).value, 3)
    0.727
    >>> alive(model, repeats=0, last=0, observed=38.86).unknown
    <Unknown.NO_EVENTS: 'no_events'>
    """
    check_level(level)
    if not _possible(repeats, last, observed):
        raise ValueError(f"no such history: {repeats} repeat purchases, the last at {last}, observed until {observed}")
    if model.unknown is not None or repeats == 0:
        return Estimate.missing(model.unknown or Unknown.NO_EVENTS, n=model.n, level=level)
    history = (np.array([float(repeats)]), np.array([last]), np.array([observed]))
    value, error = _delta(model, lambda logs: float(alive_odds(logs, *history)[0]))
    half = two_sided_z(level) * error
    # Half a tangent instead of 1 / (1 + exp(-odds)): exp overflows for those long gone.
    share, low, high = ((1 + tanh(odds / 2)) / 2 for odds in (value, value - half, value + half))
    return Estimate(share, low, high, level, model.n, Method.DELTA)


def purchases(
    model: Repeat, *, repeats: int, last: float, observed: float, ahead: float, level: float = DEFAULT_LEVEL
) -> Estimate:
    """Return how many purchases to expect of a customer with this history in the next `ahead` units of time.

    A mean over all such customers with the interval of that mean (delta method on its logarithm): one customer
    will buy 0 or 3 times, not 1.2. Misleads far beyond the time that was observed.
    Raises ValueError for an impossible history and unless ahead > 0.

    >>> model = Repeat(0.243, 4.414, 0.793, 2.426, ((0.0,) * 4,) * 4, -9582.4, 2357, 946)
    >>> round(purchases(model, repeats=2, last=30.43, observed=38.86, ahead=39).value, 3)
    1.226
    """
    check_level(level)
    if not _possible(repeats, last, observed) or not 0 < ahead < inf:
        raise ValueError(
            f"no such history: {repeats} repeat purchases, the last at {last}, observed until {observed} "
            f"and {ahead} ahead"
        )
    if model.unknown is not None:
        return Estimate.missing(model.unknown, n=model.n, level=level)
    history = (np.array([float(repeats)]), np.array([last]), np.array([observed]))
    return _positive(model, lambda logs: float(expected(logs, *history, ahead)[0]), level)


def purchases_of_all(model: Repeat, histories: Histories, *, ahead: float, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return how many purchases to expect of all these customers together in the next `ahead` units of time.

    As `purchases`; the interval is of the model's mean, so a single period will stray a little further.
    Raises ValueError for impossible histories and unless ahead > 0.

    >>> model = Repeat(0.243, 4.414, 0.793, 2.426, ((0.0,) * 4,) * 4, -9582.4, 2357, 946)
    >>> histories = Histories.from_arrays([2, 0], [30.43, 0], [38.86, 38.86], count=[10, 20])
    >>> round(purchases_of_all(model, histories, ahead=39).value, 1)
    16.2
    """
    check_level(level)
    if not all(map(_possible, histories.repeats, histories.last, histories.observed)) or not 0 < ahead < inf:
        raise ValueError(f"histories are possible ones and time ahead is above 0, not {ahead}")
    if model.unknown is not None or histories.n == 0:
        return Estimate.missing(model.unknown or Unknown.NO_ANSWERS, n=model.n, level=level)
    repeats, last, observed, customers = histories.arrays()
    return _positive(model, lambda logs: float(expected(logs, repeats, last, observed, ahead) @ customers), level)


def _positive(model: Repeat, asked: Callable[[Floats], float], level: float) -> Estimate:
    value, error = _delta(model, lambda logs: log(max(asked(logs), 1e-300)))
    reach = exp(min(two_sided_z(level) * error, 500.0))
    return Estimate(exp(value), exp(value) / reach, exp(value) * reach, level, model.n, Method.DELTA)


def _delta(model: Repeat, asked: Callable[[Floats], float]) -> tuple[float, float]:
    """Return what is asked of the model's figures, and its standard error from theirs."""
    logs = model.logs
    steps = np.eye(4) * _STEP
    slope = np.array([(asked(logs + step) - asked(logs - step)) / (2 * _STEP) for step in steps])
    return asked(logs), sqrt(max(float(slope @ np.array(model.covariance) @ slope), 0.0))

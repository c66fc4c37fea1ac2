"""Which customer may leave, how sure that is, and why: a logistic model whose chances come true as often as said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science import metrics
from fiilis.science.churn.calibration import Calibration, Row, calibrate, reliability
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import two_sided_z
from fiilis.science.sums import Moments

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEAST_EVENTS = 20
"""So many must have left, and as many stayed."""

LEAST_PER_VARIABLE = 10
"""So many must have left, and stayed, for each variable (Peduzzi et al. 1996)."""

FOLDS = 5

# One made-up standard deviation of doubt about every slope: nothing beside the least number of events.
_PENALTY = 1.0

# Better than the base rate by this share of its error is too good: the variable is written after the fact.
_TOO_GOOD = 0.9


class Caution(StrEnum):
    """What the reader must know beside the chances. The set is closed: a page has one sentence for each."""

    NO_BETTER_THAN_BASE_RATE = "no_better_than_base_rate"
    """On customers it hadn't seen, the model isn't shown to be better than saying the same for everybody."""
    NOT_CALIBRATED = "not_calibrated"
    """In some row of the reliability table what came true is not what was predicted."""
    TOO_GOOD = "too_good"
    """Nearly all was foreseen: some variable was probably written when the customer left. Look for it."""
    MANY_BLANKS = "many_blanks"
    """More than a fifth of the customers were left out for a blank."""
    LEFT_OUT = "left_out"
    """These variables have no spread and are left out."""


class Direction(StrEnum):
    """Which way a reason pulls, when its interval tells."""

    RAISES = "raises"
    LOWERS = "lowers"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Note:
    """A caution and the variables that it is about; none where it is about the whole."""

    caution: Caution
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Customers of the past, a row each: who `left` in the period, and what was known before it (NaN a blank)."""

    names: tuple[str, ...]
    left: Floats
    table: Floats

    @classmethod
    def from_arrays(cls, left: ArrayLike, variables: Mapping[str, ArrayLike]) -> Past:
        """Return the customers with all parts checked. Raises ValueError without variables or for unlike shapes.

        >>> Past.from_arrays([1, 0], {"late": [3, 1]}).table.shape
        (2, 1)
        """
        if not variables:
            raise ValueError("a risk needs variables")
        gone = np.array(left, dtype=float)
        columns = [np.array(column, dtype=float) for column in variables.values()]
        if gone.ndim != 1 or any(column.shape != gone.shape for column in columns):
            raise ValueError("who left and variables are one-dimensional and of one length")
        table = np.column_stack(columns)
        for part in (gone, table):
            part.flags.writeable = False
        return cls(tuple(variables), gone, table)

    def trouble(self) -> Unknown | None:
        """Return why nothing can be learnt from these customers, or None.

        >>> Past.from_arrays([1, 2], {"late": [3, 1]}).trouble()
        <Unknown.INVALID: 'invalid'>
        """
        if not np.isin(self.left, (0.0, 1.0)).all() or np.isinf(self.table).any():
            return Unknown.INVALID
        return None if self.left.size else Unknown.NO_ANSWERS


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the chances were for customers that the model hadn't seen.

    `brier` is the mean squared error (0 is perfect), `base_rate_brier` that of saying the same for everybody, and
    `gain` how much smaller the model's is; `reliability` sets what came true beside what was said.
    """

    brier: Estimate
    base_rate_brier: Estimate
    gain: Estimate
    reliability: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted model: plain numbers, so that it can be kept as JSON and used later.

    A customer's log-odds are `slopes` times (value - `means`) / `scales`, plus `intercept`, then calibrated.
    `covariance` is that of intercept and slopes. Without numbers, and `quality` None, when `unknown`.
    """

    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    slopes: tuple[float, ...]
    intercept: float | None
    covariance: tuple[tuple[float, ...], ...]
    calibration: Calibration | None
    base_rate: Estimate
    quality: Quality | None
    notes: tuple[Note, ...]
    n: int
    events: int
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """How far one thing known of a customer moves their log-odds from the average customer's."""

    name: str
    log_odds: Estimate
    direction: Direction


@dataclass(frozen=True, slots=True)
class Risk:
    """A customer's chance of leaving in a period like the one learnt from, and its reasons, the strongest first."""

    chance: Estimate
    reasons: tuple[Reason, ...]


def fit(past: Past, *, level: float = DEFAULT_LEVEL, seed: int = 2005) -> Model:
    """Return a model of who leaves within a period, calibrated and judged on customers that it hadn't seen.

    Asks: of a hundred customers said to leave with 20 %, do twenty? Logistic regression with straight lines; fitted
    five times with a fifth of the customers left out, and those fifths calibrate and judge it; then fitted to all.
    It tells what goes along with leaving, not what would keep a customer. Misleads when variables are written after
    the fact (TOO_GOOD), when the coming period isn't like the past one, and where one customer stands on several
    rows. Customers with a blank are left out. Refused: NO_EVENTS, TOO_FEW_EVENTS under 20 who left, or stayed, or
    10 a variable, COLLINEAR, NO_SPREAD. The same `seed` gives the same fifths. Source: Platt 1999; Niculescu-Mizil &
    Caruana 2005; Brier 1950; fitted by scikit-learn.

    >>> late = np.tile([0, 1, 2, 3], 100)
    >>> model = fit(Past.from_arrays(np.arange(400) % 7 < late, {"late": late}))
    >>> model.base_rate.value, model.quality.gain.low > 0, model.notes
    (0.2125, True, ())
    """
    check_level(level)
    if why := past.trouble():
        return _nothing(past, why, 0, 0, level)
    whole = np.logical_not(np.isnan(past.table).any(axis=1))
    table, left = past.table[whole], past.left[whole]
    n, events = int(left.size), int(left.sum())
    kept = [number for number in range(table.shape[1]) if n and np.ptp(table[:, number]) > 0]
    if why := _shortage(n, events, len(kept)):
        return _nothing(past, why, n, events, level)
    means, scales = table[:, kept].mean(axis=0), table[:, kept].std(axis=0)
    scaled = (table[:, kept] - means) / scales
    if np.linalg.matrix_rank(scaled) < len(kept):
        return _nothing(past, Unknown.COLLINEAR, n, events, level)
    odds, chance, base = _unseen(scaled, left, seed)
    quality = _quality(chance, base, left, level)
    intercept, slopes = _logistic(scaled, left)
    names = tuple(past.names[number] for number in kept)
    return Model(
        names=names,
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        slopes=tuple(slopes.tolist()),
        intercept=intercept,
        covariance=_covariance(scaled, intercept, slopes),
        calibration=calibrate(odds, left),
        base_rate=metrics.share(events, n, level),
        quality=quality,
        notes=_notes(past, names, quality, n),
        n=n,
        events=events,
    )


def _shortage(n: int, events: int, variables: int) -> Unknown | None:
    if n == 0:
        return Unknown.NO_ANSWERS
    if events == 0:
        return Unknown.NO_EVENTS
    if variables == 0 or events == n:
        return Unknown.NO_SPREAD
    return (
        Unknown.TOO_FEW_EVENTS if min(events, n - events) < max(LEAST_EVENTS, LEAST_PER_VARIABLE * variables) else None
    )


def _logistic(scaled: Floats, left: Floats) -> tuple[float, Floats]:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow import

    fitted = LogisticRegression(C=1 / _PENALTY, solver="newton-cholesky", tol=1e-8).fit(scaled, left)
    return float(fitted.intercept_[0]), fitted.coef_[0]


def _covariance(scaled: Floats, intercept: float, slopes: Floats) -> tuple[tuple[float, ...], ...]:
    design = np.column_stack([np.ones(len(scaled)), scaled])
    chance = (1 + np.tanh((intercept + scaled @ slopes) / 2)) / 2
    doubt = np.diag([0.0] + [_PENALTY] * len(slopes))
    spread = np.linalg.inv((design * (chance * (1 - chance))[:, None]).T @ design + doubt)
    return tuple(tuple(row) for row in spread.tolist())


def _unseen(scaled: Floats, left: Floats, seed: int) -> tuple[Floats, Floats, Floats]:
    """Return each customer's log-odds, calibrated chance and base rate from the folds that they are not in."""
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - slow import

    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(scaled, left))
    odds, chance, base = np.empty(len(left)), np.empty(len(left)), np.empty(len(left))
    for others, own in folds:
        intercept, slopes = _logistic(scaled[others], left[others])
        odds[own] = intercept + scaled[own] @ slopes
        base[own] = left[others].mean()
    for others, own in folds:
        chance[own] = calibrate(odds[others], left[others]).chance(odds[own])
    return odds, chance, base


def _quality(chance: Floats, base: Floats, left: Floats, level: float) -> Quality:
    ours, theirs = (chance - left) ** 2, (base - left) ** 2
    return Quality(
        brier=_mean(ours, level, (0.0, 1.0)),
        base_rate_brier=_mean(theirs, level, (0.0, 1.0)),
        gain=_mean(theirs - ours, level, (-1.0, 1.0)),
        reliability=reliability(chance, left, level),
    )


def _mean(scores: Floats, level: float, bounds: tuple[float, float]) -> Estimate:
    moments = Moments(len(scores), float(scores.sum()), float(scores @ scores))
    return metrics.choose(moments, weighted_or_clustered=False, level=level, bounds=bounds)


def _notes(past: Past, names: tuple[str, ...], quality: Quality, n: int) -> tuple[Note, ...]:
    found = []
    if gone := tuple(name for name in past.names if name not in names):
        found.append(Note(Caution.LEFT_OUT, gone))
    if n < 0.8 * len(past.left):
        found.append(Note(Caution.MANY_BLANKS))
    gain, worst = quality.gain, quality.base_rate_brier
    if gain.low is None or gain.low <= 0:
        found.append(Note(Caution.NO_BETTER_THAN_BASE_RATE))
    if (gain.value or 0.0) > _TOO_GOOD * (worst.value or inf):
        found.append(Note(Caution.TOO_GOOD))
    if not all(map(_came_true, quality.reliability)):
        found.append(Note(Caution.NOT_CALIBRATED))
    return tuple(found)


# A row's share strays further than this many standard errors in one of a thousand tables of ten rows.
_FAR = 3.9


def _came_true(row: Row) -> bool:
    if row.observed.value is None:
        return True
    error = sqrt(max(row.predicted * (1 - row.predicted), 1e-12) / row.observed.n)
    # Half an answer: shares of whole customers can't come nearer.
    return abs(row.observed.value - row.predicted) <= _FAR * error + 0.5 / row.observed.n


def risk(model: Model, known: Mapping[str, float], *, level: float = DEFAULT_LEVEL) -> Risk:
    """Return one customer's chance of leaving, with its interval and reasons.

    `known` has a value for each of the model's variables; more are ignored. The interval is of the chance of all
    such customers (how well the model's figures are known), not of whether this one leaves. Reasons say what sets
    the customer apart from the average one; with a straight-line calibration they sum to the log-odds.
    NO_ANSWERS when something is blank. Raises ValueError when a variable is missing altogether.

    >>> late = np.tile([0, 1, 2, 3], 100)
    >>> model = fit(Past.from_arrays(np.arange(400) % 7 < late, {"late": late}))
    >>> found = risk(model, {"late": 3})
    >>> round(found.chance.value, 2), [(reason.name, str(reason.direction)) for reason in found.reasons]
    (0.47, [('late', 'raises')])
    """
    check_level(level)
    if model.unknown is not None or model.calibration is None or model.intercept is None:
        return Risk(Estimate.missing(model.unknown or Unknown.INVALID, n=model.n, level=level), ())
    if missing := [name for name in model.names if name not in known]:
        raise ValueError(f"nothing is said of {', '.join(missing)}")
    values = np.array([float(known[name]) for name in model.names])
    if not all(map(isfinite, values)):
        why = Unknown.INVALID if np.isinf(values).any() else Unknown.NO_ANSWERS
        return Risk(Estimate.missing(why, n=model.n, level=level), ())
    apart = (values - np.array(model.means)) / np.array(model.scales)
    spread = np.array(model.covariance)
    place = np.append(1.0, apart)
    odds = model.intercept + float(apart @ np.array(model.slopes))
    z = two_sided_z(level)
    value, low, high = model.calibration.band(odds, sqrt(float(place @ spread @ place)), z)
    chance = Estimate(value, min(low, value), max(high, value), level, model.n, Method.DELTA)
    # A bent calibration has no one slope; its reasons stay on the uncalibrated scale.
    bend = 1.0 if model.calibration.knots else model.calibration.slope
    reasons = [
        _reason(
            name, bend * slope * own, z * abs(bend * own) * sqrt(float(spread[number + 1, number + 1])), model.n, level
        )
        for number, (name, slope, own) in enumerate(zip(model.names, model.slopes, apart.tolist(), strict=True))
    ]
    return Risk(chance, tuple(sorted(reasons, key=lambda reason: -abs(reason.log_odds.value or 0.0))))


def _reason(name: str, value: float, half: float, n: int, level: float) -> Reason:
    direction = Direction.NOT_KNOWN if abs(value) <= half else Direction.RAISES if value > 0 else Direction.LOWERS
    return Reason(name, Estimate(value, value - half, value + half, level, n, Method.DELTA), direction)


def average_log_odds(model: Model) -> float:
    """Return the calibrated log-odds of the average customer, which a customer's reasons are added to (known model).

    >>> late = np.tile([0, 1, 2, 3], 100)
    >>> model = fit(Past.from_arrays(np.arange(400) % 7 < late, {"late": late}))
    >>> found = risk(model, {"late": 3})
    >>> odds = average_log_odds(model) + found.reasons[0].log_odds.value
    >>> bool(abs(1 / (1 + np.exp(-odds)) - found.chance.value) < 1e-9)
    True
    """
    if model.calibration is None or model.intercept is None:
        raise ValueError(f"there is no model: {model.unknown}")
    line = model.calibration
    return model.intercept if line.knots else line.offset + line.slope * model.intercept


def _nothing(past: Past, why: Unknown, n: int, events: int, level: float) -> Model:
    base = Estimate.missing(why, n=n, level=level)
    return Model(past.names, (), (), (), None, (), None, base, None, (), n, events, why)

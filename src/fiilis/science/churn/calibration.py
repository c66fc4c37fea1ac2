"""From a model's log-odds to chances that come true as often as they say, and the proof of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science import metrics
from fiilis.science.estimate import Estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ISOTONIC_FROM = 1000
"""From so many departures the curve may take any rising shape; below it learns chance (Niculescu-Mizil 2005)."""

BINS = 10
"""Rows of the reliability table, with equally many customers each."""

_ALMOST_FREE = 1e6


@dataclass(frozen=True, slots=True)
class Calibration:
    """How log-odds become a chance: a straight line (Platt), or a rising curve through `knots` (isotonic).

    `covariance` is that of the line's offset and slope; the knots' own error is left out.
    """

    offset: float
    slope: float
    covariance: tuple[tuple[float, float], tuple[float, float]]
    knots: tuple[tuple[float, float], ...] = ()

    def chance(self, odds: Floats) -> Floats:
        """Return the chance, 0..1, of customers with these log-odds."""
        if self.knots:
            at, height = zip(*self.knots, strict=True)
            bent: Floats = np.interp(odds, at, height)
            return bent
        line: Floats = (1 + np.tanh((self.offset + self.slope * odds) / 2)) / 2
        return line

    def band(self, odds: float, error: float, z: float) -> tuple[float, float, float]:
        """Return the chance and its limits for log-odds known up to a standard error."""
        if self.knots:
            low, value, high = self.chance(np.array([odds - z * error, odds, odds + z * error])).tolist()
            return value, low, high
        (one, both), (_, other) = self.covariance
        variance = one + 2 * odds * both + odds * odds * other + (self.slope * error) ** 2
        reach = z * float(np.sqrt(max(variance, 0.0)))
        straight = Calibration(0.0, 1.0, ((0.0, 0.0), (0.0, 0.0)))
        middle = self.offset + self.slope * odds
        value, low, high = straight.chance(np.array([middle, middle - reach, middle + reach])).tolist()
        return value, low, high


def calibrate(odds: Floats, left: Floats) -> Calibration:
    """Return the calibration that fits who `left` best, given log-odds from models that hadn't seen the customer.

    A line (Platt 1999) below ISOTONIC_FROM departures or stays, from there on isotonic (Zadrozny & Elkan 2002),
    never at 0 or 1: nobody is certain.

    >>> odds = np.repeat([-2.0, 0.0, 2.0], 100)
    >>> left = np.concatenate([np.arange(100) < share for share in (27, 50, 73)]).astype(float)
    >>> line = calibrate(odds, left)
    >>> round(line.offset, 2) + 0.0, round(line.slope, 2)
    (0.0, 0.5)
    """
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - slow import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow import

    line = LogisticRegression(C=_ALMOST_FREE, solver="newton-cholesky", tol=1e-8).fit(odds[:, None], left)
    offset, slope = float(line.intercept_[0]), float(line.coef_[0, 0])
    chance = line.predict_proba(odds[:, None])[:, 1]
    design = np.column_stack([np.ones_like(odds), odds])
    spread = np.linalg.inv((design * (chance * (1 - chance))[:, None]).T @ design + np.eye(2) / _ALMOST_FREE)
    (one, both), (_, other) = spread.tolist()
    knots: tuple[tuple[float, float], ...] = ()
    if min(left.sum(), (1 - left).sum()) >= ISOTONIC_FROM:
        curve = IsotonicRegression(out_of_bounds="clip").fit(odds, left)
        edge = 1 / (len(odds) + 2)
        heights = np.clip(curve.y_thresholds_, edge, 1 - edge)
        knots = tuple(zip(curve.X_thresholds_.tolist(), heights.tolist(), strict=True))
    return Calibration(offset, slope, ((one, both), (both, other)), knots)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the reliability table: of `observed.n` customers with this mean `predicted` chance, so many left."""

    predicted: float
    observed: Estimate


def reliability(chance: Floats, left: Floats, level: float) -> tuple[Row, ...]:
    """Return what was predicted beside what came true, in up to BINS rows of rising chance; equal chances together.

    >>> rows = reliability(np.repeat([0.1, 0.6], 50), np.tile([1.0, 0.0, 0.0, 0.0, 0.0], 20), 0.95)
    >>> [(row.predicted, row.observed.value, row.observed.n) for row in rows]
    [(0.1, 0.2, 50), (0.6, 0.2, 50)]
    """
    edges = np.unique(np.quantile(chance, np.arange(1, BINS) / BINS, method="lower"))
    place = np.searchsorted(edges, chance, side="left")
    found = []
    for number in np.unique(place):
        inside = place == number
        observed = metrics.share(int(left[inside].sum()), int(inside.sum()), level)
        found.append(Row(round(float(chance[inside].mean()), 12), observed))
    return tuple(found)

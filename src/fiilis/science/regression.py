"""Ordinary least squares with the standard errors that effects need: small, by numpy alone, ready in microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from fiilis.science.estimate import Unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.integer[Any]]

# Columns scaled to length 1 whose smallest singular value is below this share of the largest say the same twice.
_COLLINEAR = 1e-10

# Residuals this small beside the scores are rounding, not spread.
_EXACT = 1e-12


class Covariance(StrEnum):
    """How the coefficients' uncertainty is told from the residuals."""

    CLASSICAL = "classical"
    """Equal spread everywhere, independent errors; df = n - k."""
    HC0 = "hc0"
    """Unequal spread (White 1980), no correction."""
    HC1 = "hc1"
    """HC0 times n / (n - k)."""
    HC2 = "hc2"
    """Residuals divided by sqrt(1 - leverage)."""
    HC3 = "hc3"
    """Residuals divided by 1 - leverage (MacKinnon & White 1985)."""
    CLUSTER = "cluster"
    """CR1: errors related within groups (Liang & Zeger 1986), times G/(G-1) * (n-1)/(n-k); df = G - 1."""
    NEWEY_WEST = "newey_west"
    """Errors related from one row to the next, up to a lag (Newey & West 1987), times n / (n - k); df = n - k."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients (k) with their covariance (k x k), residuals (n) and degrees of freedom for Student's t."""

    coefficients: Floats
    covariance: Floats
    residuals: Floats
    df: float

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.residuals)

    def combined(self, weights: ArrayLike) -> tuple[float, float]:
        """Return the sum of the coefficients times `weights` (k), and its standard error."""
        w = np.asarray(weights, dtype=float)
        return float(w @ self.coefficients), sqrt(max(0.0, float(w @ self.covariance @ w)))

    def one(self, place: int) -> tuple[float, float]:
        """Return one coefficient and its standard error."""
        return float(self.coefficients[place]), sqrt(max(0.0, float(self.covariance[place, place])))


def ols(
    y: ArrayLike,
    x: ArrayLike,
    *,
    covariance: Covariance = Covariance.CLASSICAL,
    groups: ArrayLike | None = None,
    lag: int = 0,
) -> Fit | Unknown:
    """Return the least-squares fit of `y` (n) on the columns of `x` (n x k, with its own constant), or why none.

    `groups` (n) are the clusters of CLUSTER, `lag` the last lag of NEWEY_WEST (rows in order of time, evenly
    spaced). INVALID for NaN or infinity, TOO_FEW for n <= k, COLLINEAR for columns that say the same twice,
    ONE_CLUSTER for fewer than two groups, NO_SPREAD where the fit is perfect. Misleads, as all least squares, where
    the truth isn't a sum. Raises ValueError for shapes that don't fit, or a lag outside 0..n-1.

    >>> line = ols([1.0, 2.9, 5.1, 7.0], [[1, 0], [1, 1], [1, 2], [1, 3]])
    >>> [round(float(b), 2) for b in line.coefficients], line.df
    ([0.97, 2.02], 2)
    >>> ols([1.0, 2.0, 4.0], [[1, 1], [1, 1], [1, 1]])
    <Unknown.COLLINEAR: 'collinear'>
    """
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(f"y (n) and x (n x k) don't fit together: {y.shape}, {x.shape}")
    n, k = x.shape
    if n <= k:
        return Unknown.TOO_FEW
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        return Unknown.INVALID
    length = np.sqrt((x * x).sum(axis=0))
    if not length.all():
        return Unknown.COLLINEAR
    # Scaled, so that a column in euros beside one in shares isn't taken for collinear.
    left, singular, right = np.linalg.svd(x / length, full_matrices=False)
    if singular[-1] < _COLLINEAR * singular[0]:
        return Unknown.COLLINEAR
    # Pseudo-inverse (k x n): coefficients are `inverse @ y`, and leverages and all covariances come from it too.
    inverse = (right.T / singular) @ left.T / length[:, None]
    coefficients = inverse @ y
    residuals = y - x @ coefficients
    if residuals @ residuals <= _EXACT**2 * (y @ y):
        return Unknown.NO_SPREAD
    if covariance is Covariance.CLUSTER:
        return _clustered(coefficients, inverse, residuals, groups)
    if covariance is Covariance.NEWEY_WEST:
        matrix = _newey_west(inverse, residuals, lag) * (n / (n - k))
    elif covariance is Covariance.CLASSICAL:
        matrix = inverse @ inverse.T * (residuals @ residuals / (n - k))
    else:
        matrix = _white(covariance, x, inverse, residuals)
    return Fit(coefficients, matrix, residuals, n - k)


def _white(kind: Covariance, x: Floats, inverse: Floats, residuals: Floats) -> Floats:
    n, k = x.shape
    # A row with leverage 1 fits itself: its residual is 0 and says nothing.
    rest = np.maximum(1 - np.einsum("ij,ji->i", x, inverse), _EXACT)
    spread = residuals**2 / {Covariance.HC2: rest, Covariance.HC3: rest**2}.get(kind, np.ones(n))
    factor = n / (n - k) if kind is Covariance.HC1 else 1.0
    return np.asarray((inverse * spread) @ inverse.T * factor)


def _newey_west(inverse: Floats, residuals: Floats, lag: int) -> Floats:
    if not 0 <= lag < len(residuals):
        raise ValueError(f"a lag is between 0 and n - 1, not {lag}")
    scores = inverse * residuals
    total = scores @ scores.T
    for step in range(1, lag + 1):
        beside = scores[:, step:] @ scores[:, :-step].T
        total += (1 - step / (lag + 1)) * (beside + beside.T)
    return np.asarray(total)


def _clustered(coefficients: Floats, inverse: Floats, residuals: Floats, groups: ArrayLike | None) -> Fit | Unknown:
    if groups is None:
        raise ValueError("clustered standard errors need the groups")
    names, places = np.unique(np.asarray(groups), return_inverse=True)
    k, n = inverse.shape
    if len(places) != n:
        raise ValueError(f"{len(places)} groups for {n} rows")
    if len(names) < 2:
        return Unknown.ONE_CLUSTER
    sums = np.zeros((len(names), k))
    np.add.at(sums, places, (inverse * residuals).T)
    factor = len(names) / (len(names) - 1) * (n - 1) / (n - k)
    return Fit(coefficients, sums.T @ sums * factor, residuals, len(names) - 1)

"""The chance of being exposed, from what is measured of each person: logistic regression by Newton's method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import Unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from fiilis.science.regression import Floats

_STEPS = 50
# A logit beyond this is a chance under 1e-9: the groups are told apart by the covariates, perfectly.
_APART = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Propensity:
    """Each person's chance of being exposed (n), coefficients (constant first) and their covariance."""

    chance: Floats
    coefficients: Floats
    covariance: Floats


def propensity(exposed: ArrayLike, covariates: ArrayLike) -> Propensity | Unknown:
    """Return the logistic regression of `exposed` (n, 0 or 1) on a constant and `covariates` (n x q).

    Maximum likelihood by Newton's method. NO_OVERLAP where the covariates tell the exposed from the others perfectly
    (complete separation: there is no maximum), COLLINEAR where covariates say the same twice, TOO_FEW for n <= q + 1,
    NO_COMPARISON where all or none are exposed. Misleads where the logit isn't linear in the covariates.
    Source: Rosenbaum & Rubin 1983, Biometrika 70. Raises ValueError for shapes that don't fit.

    >>> fitted = propensity([0, 1, 0, 1, 1, 0, 1, 1], [[0], [0], [1], [1], [2], [2], [3], [3]])
    >>> [round(float(chance), 2) for chance in fitted.chance[::2]]
    [0.39, 0.56, 0.72, 0.84]
    """
    d, x = np.asarray(exposed, dtype=float), np.asarray(covariates, dtype=float)
    if x.ndim != 2 or d.shape != x.shape[:1]:
        raise ValueError(f"exposed (n) and covariates (n x q) don't fit together: {d.shape}, {x.shape}")
    n, q = x.shape
    if n <= q + 1:
        return Unknown.TOO_FEW
    if not 0 < d.sum() < n:
        return Unknown.NO_COMPARISON
    middle, spread = x.mean(axis=0), x.std(axis=0)
    if (spread <= 1e-12 * np.abs(x).max(axis=0, initial=0)).any():
        return Unknown.COLLINEAR
    # Standardised, so that Newton's steps are of like size whatever the units.
    z = np.column_stack([np.ones(n), (x - middle) / spread])
    if np.linalg.matrix_rank(z, tol=1e-8 * np.sqrt(n)) <= q:
        return Unknown.COLLINEAR
    b = np.zeros(q + 1)
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(z @ b, -_APART, _APART)))
        information = (z * (p * (1 - p))[:, None]).T @ z
        step = np.linalg.lstsq(information, z.T @ (d - p), rcond=None)[0]
        b = b + step
        if np.abs(step).max() < 1e-10:
            break
        if np.abs(z @ b).min() > _APART or np.abs(b).max() > 1e3:
            return Unknown.NO_OVERLAP
    else:
        return Unknown.NO_OVERLAP
    back = np.column_stack([np.r_[1.0, np.zeros(q)], np.vstack([-middle / spread, np.diag(1 / spread)])])
    return Propensity(p, back @ b, back @ np.linalg.inv(information) @ back.T)

"""How R² is divided between drivers, from correlation matrices alone: LMG and Johnson, many matrices at once.

Everywhere the last row and column of a matrix is the outcome, those before it are the p drivers.
"""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_DRIVERS = 14
"""LMG weighs all 2^p subsets; above this many drivers that takes longer than anybody waits."""

# A driver whose variance beside the others is below this share of its own tells nothing that they don't.
NOTHING_LEFT = 1e-10

# So many residual variances are held at once: small enough for a processor's cache.
_AT_ONCE = 1 << 19


def explained(correlations: Floats) -> Floats:
    """Return R² of the outcome on every subset of the drivers: (..., p + 1, p + 1) in, (..., 2^p) out.

    Bit j of the last index says that driver j is in. One driver after another is swept out of all subsets so far
    (in: Schur's complement; not in: its row is dropped), so a subset costs about 6 multiplications, no regression
    of its own. A driver that the others already tell adds nothing. Source: Goodnight 1979, The American
    Statistician 33(3), for the sweep.

    >>> explained(np.array([[1, 0, 0.6], [0, 1, 0.5], [0.6, 0.5, 1]])).round(2).tolist()
    [0.0, 0.36, 0.25, 0.61]
    """
    size = correlations.shape[-1]
    many = correlations.reshape(-1, size, size)
    found = np.empty((len(many), 2 ** (size - 1)))
    step = max(1, _AT_ONCE >> (size - 1))
    for start in range(0, len(many), step):
        found[start : start + step] = _swept(many[start : start + step])
    return found.reshape(*correlations.shape[:-2], -1)


def _swept(matrices: Floats) -> Floats:
    """Return R² of every subset for a few matrices: (b, q, q) in, (b, 2^(q - 1)) out."""
    # Subsets and matrices last: every operation then runs along memory.
    rest = np.ascontiguousarray(matrices.transpose(1, 2, 0))[:, :, None, :]
    while len(rest) > 1:
        pivot = rest[0, 0]
        inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > NOTHING_LEFT)
        left, column = rest[1:, 1:], rest[1:, 0]
        both = np.empty((len(left), len(left), 2 * left.shape[2], left.shape[3]))
        both[:, :, : left.shape[2]] = left
        np.multiply(column[:, None], (column * inverse)[None], out=both[:, :, left.shape[2] :])
        np.subtract(left, both[:, :, left.shape[2] :], out=both[:, :, left.shape[2] :])
        rest = both
    found: Floats = np.clip(1 - rest[0, 0].T, 0.0, 1.0)
    return found


def lmg(correlations: Floats) -> Floats:
    """Return each driver's part of R² by LMG: (..., p + 1, p + 1) in, (..., p) out; the parts sum to R².

    The part is what the driver adds to R², averaged over all p! orders in which the drivers may enter: Shapley's
    value of the game whose worth is R². Exact. Raises ValueError for more than MOST_DRIVERS.
    Source: Lindeman, Merenda & Gold 1980; Grömping 2006, Journal of Statistical Software 17(1).

    >>> lmg(np.array([[1, 0, 0.6], [0, 1, 0.5], [0.6, 0.5, 1]])).round(2).tolist()
    [0.36, 0.25]
    """
    p = correlations.shape[-1] - 1
    if p > MOST_DRIVERS:
        raise ValueError(f"LMG weighs all subsets of at most {MOST_DRIVERS} drivers, not of {p}")
    parts: Floats = explained(correlations) @ _shapley(p)
    return parts


def _shapley(p: int) -> Floats:
    """Return the weight of each subset's R² in each driver's part, (2^p, p)."""
    subsets = np.arange(2**p)
    inside = (subsets[:, None] >> np.arange(p)) & 1
    size = inside.sum(axis=1)
    # An order puts one of comb(p - 1, s) sets of s drivers before driver j, all p positions being equally likely.
    before = np.array([1 / (p * comb(p - 1, s)) for s in range(p)])
    entering = before[np.maximum(size - 1, 0)][:, None]
    staying = before[np.minimum(size, p - 1)][:, None]
    weights: Floats = np.where(inside == 1, entering, -staying)
    return weights


def johnson(correlations: Floats) -> Floats:
    """Return each driver's part of R² by Johnson's relative weights: (..., p + 1, p + 1) in, (..., p) out.

    The drivers are replaced by their nearest uncorrelated relatives, whose parts are plain squares, and the parts
    are handed back by how much of each driver is in each relative. The same as Genizi's. Sums to R². Needs one
    eigendecomposition, so any number of drivers goes; close to LMG, but only LMG follows from stated axioms.
    Source: Johnson 2000, Multivariate Behavioral Research 35(1); Genizi 1993, Statistica Sinica 3.

    >>> johnson(np.array([[1, 0, 0.6], [0, 1, 0.5], [0.6, 0.5, 1]])).round(2).tolist()
    [0.36, 0.25]
    """
    roots, vectors = np.linalg.eigh(correlations[..., :-1, :-1])
    kept = roots > NOTHING_LEFT
    root = np.sqrt(np.where(kept, roots, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=kept)
    turned = np.swapaxes(vectors, -1, -2)
    relatives = (vectors * root[..., None, :]) @ turned
    slopes = (vectors * inverse[..., None, :]) @ turned @ correlations[..., :-1, -1:]
    parts: Floats = (relatives**2 @ slopes**2)[..., 0]
    return parts


def inflation(correlations: Floats) -> tuple[float | None, ...]:
    """Return each driver's variance inflation factor, None where the other drivers tell it completely.

    1 / (1 - R²) of the driver on all others: how many times more answers its own slope needs than if it stood
    alone. (p + 1, p + 1) in.

    >>> inflation(np.array([[1, 0.6, 0.1], [0.6, 1, 0.2], [0.1, 0.2, 1]]))
    (1.5625, 1.5625)
    >>> inflation(np.array([[1, 1, 0.1], [1, 1, 0.1], [0.1, 0.1, 1]]))
    (None, None)
    """
    roots, vectors = np.linalg.eigh(correlations[:-1, :-1])
    kept = roots > NOTHING_LEFT
    # A driver with a foot in the null space is a sum of the others.
    told = (np.abs(vectors[:, ~kept]) > 1e-6).any(axis=1)
    factors = (vectors[:, kept] ** 2 / roots[kept]).sum(axis=1)
    return tuple(None if gone else round(float(factor), 12) for gone, factor in zip(told, factors, strict=True))

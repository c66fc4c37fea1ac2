"""Correlation matrices of answers, and of a thousand resamples of them, from weighted sums of products in batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indexes = NDArray[np.intp]


class Missing(StrEnum):
    """What is done with blanks. Both are right only if a blank has nothing to do with what would have been said."""

    LISTWISE = "listwise"
    """Only people who answered everything count."""
    PAIRWISE = "pairwise"
    """Each correlation is of the people who answered both: keeps more answers, each pair has an n of its own."""


# So many answers are multiplied out at once: bounds memory, whatever the number of answers.
_ROWS = 4096

# An eigenvalue this far below 0 is rounding; beyond it the pairs contradict each other.
_SLACK = 1e-9

# A variance this small beside the column's own (which is 1) is rounding.
_FLAT = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Matrices:
    """The correlations of q columns, the same of each resample, and the number of answers behind each pair."""

    point: Floats
    resampled: Floats
    pairs: NDArray[np.int64]
    repaired: bool
    """The pairs contradicted each other, and the nearest matrix that has no contradiction was taken."""


def correlate(
    columns: Floats, weights: Floats, clusters: Indexes | None, *, missing: Missing, resamples: int, seed: int
) -> Matrices:
    """Return the correlations of `columns` (n, q; NaN is a blank) and those of `resamples` bootstrap samples.

    Resampled are answers or, where given, whole clusters (n; whole numbers). Every column has some spread, and
    weights are above 0. The same seed gives the same samples. Source: Efron & Tibshirani 1993, chapter 6.

    >>> columns = np.array([[1.0, 2.0], [2.0, 4.5], [3.0, 5.5], [4.0, 8.0]])
    >>> matrices = correlate(columns, np.ones(4), None, missing=Missing.LISTWISE, resamples=3, seed=1)
    >>> round(float(matrices.point[0, 1]), 4), matrices.resampled.shape, matrices.pairs.tolist()
    (0.9878, (3, 2, 2), [[4, 4], [4, 4]])
    """
    present = ~np.isnan(columns)
    if missing is Missing.LISTWISE:
        whole = present.all(axis=1)
        columns, weights, present = columns[whole], weights[whole], present[whole]
        clusters = None if clusters is None else clusters[whole]
    size = columns.shape[1]
    scores = np.where(present, _standardised(columns, weights), 0.0)
    build, read = (_complete, _of_complete) if missing is Missing.LISTWISE else (_pairs, _of_pairs)
    # Scaled to a mean of 1 so that a sum of weights can't overflow or vanish.
    level = weights / weights.mean()
    sums = _sums(lambda rows: build(scores[rows], present[rows], level[rows]), len(scores), clusters, resamples, seed)
    matrices, repaired = _repaired(read(sums, size))
    pairs = present.astype(np.int64).T @ present.astype(np.int64)
    return Matrices(matrices[0], matrices[1:], pairs, bool(repaired[0]))


def _standardised(columns: Floats, weights: Floats) -> Floats:
    """Return columns with mean 0 and variance 1, so that sums of squares keep their precision."""
    centred = columns - np.nanmean(columns, axis=0)
    scale = np.nanmax(np.abs(centred), axis=0)
    centred = centred / np.where(scale > 0, scale, 1.0)
    spread = np.sqrt(np.nanmean(centred**2, axis=0))
    standardised: Floats = centred / np.where(spread > 0, spread, 1.0)
    return standardised


def _sums(build: Callable[[slice], Floats], n: int, clusters: Indexes | None, resamples: int, seed: int) -> Floats:
    """Return the products summed over all answers (first row) and over each resample: (1 + resamples, columns)."""
    rng = np.random.default_rng(seed)
    if clusters is None:
        return _total(counts @ build(rows) for rows, counts in _drawn(rng, n, resamples))
    names, place = np.unique(clusters, return_inverse=True)
    groups = _total(_by_cluster(build(rows), place[rows], len(names)) for rows in _blocks(n))
    return _total(counts @ groups[rows] for rows, counts in _drawn(rng, len(names), resamples))


def _total(parts: Iterator[Floats]) -> Floats:
    found = next(parts)
    for part in parts:
        found += part
    return found


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, _ROWS):
        yield slice(start, min(n, start + _ROWS))


def _drawn(rng: np.random.Generator, n: int, resamples: int) -> Iterator[tuple[slice, Floats]]:
    """Yield blocks of units and how often each is drawn: once in the first row, at random in the others.

    First it is drawn how many of a resample's n fall into each block, then which of the block: the same
    distribution as n draws from all, without a table of resamples times n.
    """
    blocks = list(_blocks(n))
    sizes = np.array([block.stop - block.start for block in blocks])
    shares = rng.multinomial(n, sizes / n, size=resamples)
    for number, block in enumerate(blocks):
        size = int(sizes[number])
        counts = np.ones((1 + resamples, size))
        for resample in range(resamples):
            drawn = rng.integers(0, size, shares[resample, number])
            counts[1 + resample] = np.bincount(drawn, minlength=size)
        yield block, counts


def _by_cluster(products: Floats, place: Indexes, clusters: int) -> Floats:
    groups = np.zeros((clusters, products.shape[1]))
    np.add.at(groups, place, products)
    return groups


def _complete(scores: Floats, present: NDArray[np.bool_], weights: Floats) -> Floats:
    """Return weight, weighted scores and their weighted products, for answers without blanks."""
    rows, columns = np.triu_indices(scores.shape[1])
    level = weights[:, None]
    return np.hstack([level, level * scores, level * scores[:, rows] * scores[:, columns]])


def _of_complete(sums: Floats, size: int) -> Floats:
    rows, columns = np.triu_indices(size)
    means = sums[:, 1 : 1 + size] / sums[:, :1]
    squares = np.empty((len(sums), size, size))
    squares[:, rows, columns] = squares[:, columns, rows] = sums[:, 1 + size :] / sums[:, :1]
    around = squares - means[:, :, None] * means[:, None, :]
    variance = np.diagonal(around, axis1=1, axis2=2)
    return _divided(around, variance[:, :, None], variance[:, None, :])


def _pairs(scores: Floats, present: NDArray[np.bool_], weights: Floats) -> Floats:
    """Return all that pairwise correlations need, (n, 4 q²): who answered both, their scores, squares, products."""
    here = present.astype(float)
    level = weights[:, None, None]
    both = level * here[:, :, None] * here[:, None, :]
    first = scores[:, :, None] * both
    parts = (both, first, scores[:, :, None] * first, first * scores[:, None, :])
    return np.hstack([part.reshape(len(scores), -1) for part in parts])


def _of_pairs(sums: Floats, size: int) -> Floats:
    both, first, square, product = sums.reshape(len(sums), 4, size, size).transpose(1, 0, 2, 3)
    inverse = np.divide(1.0, both, out=np.zeros_like(both), where=both > 0)
    mean = first * inverse
    other = mean.transpose(0, 2, 1)
    variance = square * inverse - mean**2
    return _divided(product * inverse - mean * other, variance, variance.transpose(0, 2, 1))


def _divided(around: Floats, mine: Floats, theirs: Floats) -> Floats:
    """Return correlations from covariances; 0 where a resample happens to hold no spread, as nothing goes along."""
    known = (mine > _FLAT) & (theirs > _FLAT)
    scale = np.sqrt(np.where(known, mine * theirs, 1.0))
    matrices = np.clip(np.where(known, around / scale, 0.0), -1.0, 1.0)
    diagonal = np.arange(matrices.shape[-1])
    matrices[:, diagonal, diagonal] = 1.0
    return matrices


def _repaired(matrices: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return matrices without negative eigenvalues, and which ones had any: clipped at 0, diagonal back to 1.

    Source: Rebonato & Jäckel 1999, Journal of Risk 2(2), spectral decomposition.
    """
    roots, vectors = np.linalg.eigh(matrices)
    broken = roots[:, 0] < -_SLACK
    if broken.any():
        kept = np.maximum(roots[broken], 0.0)
        mended = (vectors[broken] * kept[:, None, :]) @ vectors[broken].transpose(0, 2, 1)
        scale = np.sqrt(np.diagonal(mended, axis1=1, axis2=2))
        matrices = matrices.copy()
        matrices[broken] = mended / (scale[:, :, None] * scale[:, None, :])
    return matrices, broken

"""What two dosed questions have in common, seen through the people who met both: the drivers' input."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.dosing import Doses
from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Estimate, Method, Unknown, check_level
from fiilis.science.influence import Spread, spread_of_sum
from fiilis.science.intervals import t_interval
from fiilis.science.scales import missing, within
from fiilis.science.sums import ROUNDING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Pair:
    """What two questions have in common, from the `n` people who met both."""

    a: str
    b: str
    n: int
    correlation: Estimate
    covariance: Estimate


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every pair of questions, each seen through the people who met both."""

    questions: tuple[str, ...]
    pairs: tuple[Pair, ...]

    @property
    def unknown(self) -> dict[tuple[str, str], Unknown]:
        """The pairs without a correlation, and why."""
        return {(one.a, one.b): one.correlation.unknown for one in self.pairs if one.correlation.unknown is not None}

    def correlations(self) -> Floats | Unknown:
        """Return the correlations (questions x questions), or the first pair's reason that lacks one.

        Pairs come from different people, so that no single data set need have this matrix: where an eigenvalue is
        negative, repair it before a regression (`nearest_correlations`).
        """
        matrix = np.eye(len(self.questions))
        for one in self.pairs:
            if one.correlation.value is None:
                return one.correlation.unknown or Unknown.INVALID
            a, b = self.questions.index(one.a), self.questions.index(one.b)
            matrix[a, b] = matrix[b, a] = one.correlation.value
        return matrix

    def counts(self) -> Places:
        """Return how many people met both (questions x questions; 0 on the diagonal, where there is no pair)."""
        counts = np.zeros((len(self.questions),) * 2, dtype=int)
        for one in self.pairs:
            a, b = self.questions.index(one.a), self.questions.index(one.b)
            counts[a, b] = counts[b, a] = one.n
        return counts


def nearest_correlations(matrix: ArrayLike) -> Floats:
    """Return a matrix without negative eigenvalues near `matrix` (k x k, symmetric), with 1 on its diagonal.

    Negative eigenvalues are set to 0 and the diagonal scaled back to 1; a matrix without them comes back as it was.
    Source: Rebonato & Jäckel 2000, Journal of Risk 2.

    >>> nearest_correlations([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]).round(2).tolist()
    [[1.0, 0.5, -0.5], [0.5, 1.0, 0.5], [-0.5, 0.5, 1.0]]
    """
    given = np.asarray(matrix, dtype=float)
    values, vectors = np.linalg.eigh(given)
    if values[0] >= 0:
        return given
    root = vectors * np.sqrt(np.maximum(values, 0))
    root = root / np.linalg.norm(root, axis=1, keepdims=True)
    return np.asarray(root @ root.T)


def dosed_pairs(doses: Doses, level: float = DEFAULT_LEVEL) -> Pairs:
    """Return covariance and correlation of every two questions, from the people who met both.

    Each person is weighted by the inverse of the chance to meet both. Linearised standard errors over persons or
    clusters; the correlation's interval on Fisher's scale (atanh), with his 1 / (n - 3) where that is larger: alone the
    linearised covers 87 to 91 % instead of 95 at n = 6 to 10. Unknown: NEVER_MET where nobody, or under 5 people,
    or so many after unequal weights, met both; NO_SPREAD where one of the two was answered alike by all of them (the
    covariance too: its 0 would mean nothing), or the correlation is 1 or -1. With one question a person no pair is met:
    dose two. Misleads with n under some 30 a pair. Source: Särndal, Swensson & Wretman 1992, 5.9; Fisher 1921.

    >>> from fiilis.science.dosing import equal_doses
    >>> people = [who for who in range(8) for _ in range(2)]
    >>> doses = Doses.from_arrays(["easy", "fast", "kind"], people, ["easy", "fast"] * 8,
    ...                           [5, 4, 4, 4, 2, 3, 1, 2, 3, 1, 5, 5, 2, 2, 4, 3], equal_doses(3, 2))
    >>> found = dosed_pairs(doses)
    >>> [(one.a, one.b, one.n, str(one.correlation.unknown)) for one in found.pairs[1:]]
    [('easy', 'kind', 0, 'never_met'), ('fast', 'kind', 0, 'never_met')]
    >>> first = found.pairs[0].correlation
    >>> round(first.value, 2), round(first.low, 2), round(first.high, 2)
    (0.73, -0.12, 0.96)
    """
    check_level(level)
    names = doses.questions
    met = None if doses.unknown is not None else _met(doses)
    pairs = []
    for a, first in enumerate(names):
        for b in range(a + 1, len(names)):
            if met is None:
                nothing = missing(doses.unknown or Unknown.INVALID, 0, level)
                pairs.append(Pair(first, names[b], 0, nothing, nothing))
            else:
                pairs.append(_pair((first, names[b]), met.of(a * len(names) + b), level))
    return Pairs(names, tuple(pairs))


@dataclass(frozen=True, slots=True, eq=False)
class _Met:
    """Pairs of answers of one person, sorted by the pair of questions: `key` = first * questions + second."""

    key: Places
    x: Floats
    y: Floats
    weight: Floats
    cluster: Places

    def of(self, key: int) -> _Met:
        rows = slice(*np.searchsorted(self.key, [key, key + 1]).tolist())
        return _Met(self.key[rows], self.x[rows], self.y[rows], self.weight[rows], self.cluster[rows])


def _met(doses: Doses) -> _Met:
    """Return all pairs of answers of the same person. Rows lie by person, then question: partners are near."""
    lefts, rights = [], []
    step = 1
    while True:
        left = np.flatnonzero(doses.person[step:] == doses.person[:-step])
        if left.size == 0:
            break
        lefts.append(left)
        rights.append(left + step)
        step += 1
    left = np.concatenate([np.empty(0, dtype=int), *lefts])
    right = np.concatenate([np.empty(0, dtype=int), *rights])
    a, b = doses.question[left], doses.question[right]
    key = a * len(doses.questions) + b
    order = np.argsort(key, kind="stable")
    left, right = left[order], right[order]
    with np.errstate(divide="ignore"):  # a chance of 0 is told as INVALID for that pair
        weight = 1 / doses.chances[doses.scheme[left], a[order], b[order]]
    return _Met(key[order], doses.score[left], doses.score[right], weight, doses.cluster[left])


def _pair(names: tuple[str, str], met: _Met, level: float) -> Pair:
    correlation, covariance = _correlated(met, level)
    return Pair(*names, met.x.size, correlation, covariance)


def _correlated(met: _Met, level: float) -> tuple[Estimate, Estimate]:
    """Return correlation and covariance of the pairs of answers."""
    n, w = met.x.size, met.weight

    def both(why: Unknown) -> tuple[Estimate, Estimate]:
        return missing(why, n, level), missing(why, n, level)

    if n == 0:
        return both(Unknown.NEVER_MET)
    if not (np.isfinite(w) & (w >= 1 - ROUNDING)).all():
        return both(Unknown.INVALID)
    total = w.sum()
    worth = float(total * total / (w @ w))
    if worth < MINIMUM_N * (1 - ROUNDING):
        return both(Unknown.NEVER_MET)
    x, y = met.x - w @ met.x / total, met.y - w @ met.y / total
    share = w / total
    xx, yy, xy = float(share @ (x * x)), float(share @ (y * y)), float(share @ (x * y))
    if xx <= ROUNDING * float(share @ met.x**2) or yy <= ROUNDING * float(share @ met.y**2):
        return both(Unknown.NO_SPREAD)
    r = xy / sqrt(xx * yy)
    by_covariance = spread_of_sum(share * (x * y - xy), cluster=met.cluster)
    zx, zy = x / sqrt(xx), y / sqrt(yy)
    by_correlation = spread_of_sum(share * (zx * zy - r * (zx * zx + zy * zy) / 2), cluster=met.cluster)
    if not isinstance(by_covariance, Spread) or not isinstance(by_correlation, Spread):
        return both(Unknown.ONE_CLUSTER)
    limits = t_interval(xy, sqrt(by_covariance.variance), by_covariance.df, level)
    covariance = within(None, xy, limits, level, n, Method.INVERSE_PROBABILITY, n_effective=worth)
    if by_correlation.variance <= ROUNDING or 1 - abs(r) <= ROUNDING:
        return missing(Unknown.NO_SPREAD, n, level), covariance
    error = max(sqrt(by_correlation.variance) / (1 - r * r), 1 / sqrt(worth - 3))
    low, high = t_interval(atanh(r), error, by_correlation.df, level)
    return (
        within((-1, 1), r, (tanh(low), tanh(high)), level, n, Method.INVERSE_PROBABILITY, n_effective=worth),
        covariance,
    )

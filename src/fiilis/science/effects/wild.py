"""The wild cluster bootstrap: an honest p and interval where few groups carry a regression."""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import DEFAULT_LEVEL, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from fiilis.science.regression import Floats, Places

DRAWS = 1_999
"""Odd, so that (draws + 1) * 5 % is whole: the test keeps its level exactly in expectation."""

# At or below this many groups there are too few sign patterns (2^9 distinct sizes of t): six weights instead.
_FEW = 10
_WEBB = np.array([-sqrt(1.5), -1.0, -sqrt(0.5), sqrt(0.5), 1.0, sqrt(1.5)])


def wild_bootstrap(
    y: Floats, x: Floats, basis: Floats, cluster: Places, *, level: float = DEFAULT_LEVEL, seed: int = 1
) -> tuple[float, float, float, float] | Unknown:
    """Return the coefficient of `x` with low, high and p, by the wild cluster bootstrap with the null imposed.

    `y` and `x` (n) are already free of all other columns; `basis` (n x k) is an orthonormal basis of all columns, x
    included; `cluster` (n) counts groups from 0. Signs (Rademacher) over 10 groups; Webb's six weights at or below.
    The interval holds every b whose H0 "the coefficient is b" isn't rejected; ONE_CLUSTER where it has no end:
    so few groups can't bound the effect. Misleads where one group alone carries x (MacKinnon & Webb 2017).
    Sources: Cameron, Gelbach & Miller 2008, Rev. Econ. Stat. 90; Webb 2023, Canadian J. Econ. 56; Roodman et al. 2019,
    Stata Journal 19, for the inversion.

    >>> x = np.repeat([-0.5, 0.5], 6).astype(float)
    >>> y = x * 4 + np.tile([1.0, -1, 0.5, -0.5, 0.3, -0.3], 2)
    >>> value, low, high, p = wild_bootstrap(y, x, x[:, None] / np.sqrt(x @ x), np.arange(12))
    >>> value, 2.5 < low < 4 < high < 5.5, p < 0.01
    (4.0, True, True)
    """
    groups = int(cluster.max()) + 1
    size = float(x @ x)
    value = float(x @ y / size)
    tails = _tails(y, x, basis, cluster, _weights(groups, seed))
    alpha = 1 - level
    sums = np.bincount(cluster, x * (y - value * x))
    step = sqrt(float((sums**2).sum())) / size
    if step == 0:
        return Unknown.NO_SPREAD
    low = _end(lambda b: tails(b) > alpha, value, -step)
    high = _end(lambda b: tails(b) > alpha, value, step)
    if not (isfinite(low) and isfinite(high)):
        return Unknown.ONE_CLUSTER
    return value, low, high, tails(0.0)


def _weights(groups: int, seed: int) -> Floats:
    random = np.random.default_rng(seed)
    if groups <= _FEW:
        return np.asarray(_WEBB[random.integers(0, 6, (DRAWS, groups))])
    return np.asarray(random.choice([-1.0, 1.0], (DRAWS, groups)))


def _tails(y: Floats, x: Floats, basis: Floats, cluster: Places, draws: Floats) -> Callable[[float], float]:
    """Return the function b -> p of H0 "the coefficient is b"; everything linear in b is computed once."""
    size = float(x @ x)
    # Weights are the same within a group, so sums over its rows are taken once: arrays are draws x groups, not x n.
    members = np.eye(len(draws[0]))[:, cluster]  # (groups, n)
    of_x = members @ (basis * x[:, None])

    def parts(column: Floats) -> tuple[Floats, Floats]:
        own = members @ (column * x)
        fitted = draws @ (members @ (basis * column[:, None]))
        return draws @ own / size, draws * own - fitted @ of_x.T

    (by, sy), (bx, sx) = parts(y), parts(x)
    value = float(x @ y / size)
    own = np.bincount(cluster, x * (y - value * x))

    def p(b: float) -> float:
        # Residuals under H0 are y - b x; t statistics of the drawn coefficients against 0, of the real one against b.
        spread = ((sy - b * sx) ** 2).sum(axis=1)
        real = (value - b) ** 2 / float((own**2).sum())
        drawn = np.divide((by - b * bx) ** 2, spread, out=np.full(len(spread), np.inf), where=spread > 0)
        return float((1 + (drawn >= real * (1 - 1e-9)).sum()) / (1 + len(drawn)))

    return p


def _end(kept: Callable[[float], bool], value: float, step: float) -> float:
    """Return the last b, going from `value` in the direction of `step`, that isn't rejected; inf when there is none."""
    far = step
    for _ in range(12):
        if not kept(value + far):
            break
        far *= 2
    else:
        return float("inf")
    near = 0.0
    for _ in range(40):
        middle = (near + far) / 2
        near, far = (middle, far) if kept(value + middle) else (near, middle)
    return value + far

"""From chance to a score: the distributions of what customers feel, and how a planted change moves them.

One uniform number gives the score with and without a change, so that a truth's effect on the whole population is
known apart from chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from fiilis.simulate.world import shop
from fiilis.simulate.world.arrays import Array, Floats, Ints

PROMOTERS, PASSIVES, DETRACTORS = 0.42, 0.34, 0.24
"""Shares among all customers over the two years: a true NPS of 18."""
TRUE_NPS = 100 * (PROMOTERS - DETRACTORS)

LATE_NPS = -50.0
"""NPS of the customers of late parcels, beside that of the others, in points."""
LATE_CSAT = -1.8
"""Mean delivery CSAT of late parcels beside that of the others."""
QUICK_CSAT = 0.3
"""Mean support CSAT after a quick reply beside a slow one."""

# Shares of the scores from the lowest up.
DELIVERY = (0.02, 0.03, 0.09, 0.34, 0.52)
RETURNS = (0.03, 0.04, 0.06, 0.12, 0.20, 0.30, 0.25)
SITE = (0.02, 0.02, 0.05, 0.09, 0.18, 0.32, 0.32)
SUPPORT = (0.09, 0.10, 0.15, 0.30, 0.36)
_DETRACTOR_SCORES = np.cumsum((0.10, 0.05, 0.08, 0.11, 0.13, 0.25, 0.28)).tolist()
_DETRACTOR_SCORES[-1] = 1.0  # the last of 0 to 6 ends where the passives begin
_PICKED_UP = shop.SOUTH_CARRIERS[2] * (1 - shop.AREA_DECADES[9])
# Strike and Christmas counted in: over the two years of the history, with nothing planted, the true NPS is 18.
_USUALLY_LATE = 0.0688 * (1 - _PICKED_UP)


def nps(u: Floats, late: Array, shift: Array | float = 0.0) -> Array:
    """Return the score 0-10 of each customer; `shift` moves the NPS expected, in points."""
    half = LATE_NPS / 200
    towards = half * late + np.asarray(shift) / 200 - half * _USUALLY_LATE
    detractors = np.clip(DETRACTORS - towards, 0.001, 0.999)
    promoters = np.clip(PROMOTERS + towards, 0.001, 1 - detractors)
    return _scores(u, detractors, promoters)


def _scores(u: Floats, detractors: Floats, promoters: Floats) -> Array:
    scores: Array = np.zeros(len(u), dtype=np.int8)
    for step in _DETRACTOR_SCORES:
        scores += u >= detractors * step
    scores += u >= detractors + (1 - promoters - detractors) * 0.38
    promoted = 1 - promoters
    scores += u >= promoted
    scores += u >= promoted + promoters * 0.42
    return scores


def group(score: Array) -> Array:
    """Return 0 for detractors (0-6), 1 for passives, 2 for promoters (9-10)."""
    return (score >= 7).astype(np.int8) + (score >= 9)


@lru_cache(maxsize=64)
def tilted(shares: tuple[float, ...], shift: float) -> tuple[float, ...]:
    """Return the shares of 1, 2, 3 ... tilted exponentially so that their mean moves by `shift`, exactly.

    Raises ValueError when no tilt moves it so far.

    >>> round(mean(tilted((0.25, 0.5, 0.25), 0.5)), 6)
    2.5
    """
    base = np.asarray(shares) / sum(shares)
    scale = np.arange(1, len(base) + 1)
    wanted = float(base @ scale) + shift
    if not 1 < wanted < len(base):
        raise ValueError(f"no mean of {wanted:.2f} on a scale of 1 to {len(base)}")
    low, high = -50.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        weights = base * np.exp(middle * (scale - wanted))
        low, high = (middle, high) if weights @ scale < wanted * weights.sum() else (low, middle)
    return tuple(float(share) for share in weights / weights.sum())


def mean(shares: Sequence[float]) -> float:
    """Return the mean of 1, 2, 3 ... with these shares.

    >>> mean((0.25, 0.5, 0.25))
    2.0
    """
    return sum((place + 1) * share for place, share in enumerate(shares)) / sum(shares)


def draw(u: Floats, shares: Sequence[float]) -> Array:
    """Return scores 1, 2, 3 ... with these shares; the lowest numbers get the lowest scores."""
    scores: Array = np.ones(len(u), dtype=np.int8)
    for step in np.cumsum(shares)[:-1] / sum(shares):  # faster than a search, for a handful of steps
        scores += u >= step
    return scores


def with_mean(n: int, mean: float, top: int = 5) -> Ints:
    """Return n scores 1..top, spread about as people's are, whose mean is as near to `mean` as n scores can come.

    >>> with_mean(11, 2.9).tolist(), round(float(with_mean(11, 2.9).mean()), 1)
    ([1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 5], 2.9)
    """
    spread = np.linspace(-1.9, 1.9, n) if n > 1 else np.zeros(1)
    scores: Ints = np.clip(np.round(mean + spread), 1, top).astype(np.int64)
    wanted = round(mean * n)
    while (gap := wanted - int(scores.sum())) != 0:
        step = 1 if gap > 0 else -1
        movable = np.flatnonzero((scores + step >= 1) & (scores + step <= top))
        scores[movable[len(movable) // 2]] += step
    return np.sort(scores)

"""Which drivers can be put in order and which can't: places from all differences judged together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# A difference between drivers that moves less than this is rounding: two copies of one driver.
_STILL = 1e-9


@dataclass(frozen=True, slots=True)
class Places:
    """Drivers by number: `order` by importance, the `best` and `worst` place that each may have, `groups` of ties."""

    order: tuple[int, ...]
    best: tuple[int, ...]
    worst: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]


def places(point: Floats, samples: Floats, level: float) -> Places:
    """Return the order of the drivers as far as `samples` (resamples, p) around `point` (p) carry it.

    Two drivers are in order when their difference is further from 0 than the largest standardised difference of
    any pair strays in all but 1 - level of the resamples: so the whole ranking, not each pair, is wrong in at
    most that share. Groups are the longest runs in which no two are in order. Source: Romano & Wolf 2005,
    Econometrica 73(4), the single-step form.

    >>> rng = np.random.default_rng(1)
    >>> point = np.array([0.10, 0.30, 0.11])
    >>> found = places(point, point + rng.normal(0, 0.02, (500, 3)), 0.95)
    >>> found.order, found.best, found.worst, found.groups
    ((1, 2, 0), (2, 1, 2), (3, 1, 3), ((1,), (2, 0)))
    """
    above = _above(point, samples, level)
    order = sorted(range(len(point)), key=lambda driver: (-point[driver], driver))
    best = tuple(1 + int(above[:, driver].sum()) for driver in range(len(point)))
    worst = tuple(len(point) - int(above[driver].sum()) for driver in range(len(point)))
    return Places(tuple(order), best, worst, _groups(order, above))


def _above(point: Floats, samples: Floats, level: float) -> NDArray[np.bool_]:
    """Return a matrix: row is surely more important than column."""
    seen = point[:, None] - point[None, :]
    strayed = samples[:, :, None] - samples[:, None, :] - seen
    error = strayed.std(axis=0)
    moving = error > _STILL
    inverse = np.divide(1.0, error, out=np.zeros_like(error), where=moving)
    furthest = np.abs(strayed * inverse).max(axis=(1, 2))
    limit = float(np.quantile(furthest, level))
    surely: NDArray[np.bool_] = (seen * inverse > limit) & moving
    return surely


def _groups(order: list[int], above: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    found: list[tuple[int, ...]] = []
    end = 0
    for start in range(len(order)):
        stop = max(end, start + 1)
        while stop < len(order) and not any(above[one, order[stop]] for one in order[start:stop]):
            stop += 1
        if stop > end:
            found.append(tuple(order[start:stop]))
            end = stop
    return tuple(found)

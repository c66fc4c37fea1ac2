"""The last step of every estimate: put on its scale, clipped and widened, or said to be unknown and why."""

from __future__ import annotations

from math import isfinite

from fiilis.science.estimate import Estimate, Method, Unknown
from fiilis.science.intervals import Bounds, Interval, all_alike


def within(
    bounds: Bounds | None,
    value: float,
    limits: Interval,
    level: float,
    n: int,
    method: Method,
    *,
    n_effective: float | None = None,
    design_effect: float | None = None,
) -> Estimate:
    """Clip to the scale, and widen (never narrow) to hold the value, which an adjusted interval may just miss.

    >>> within((1, 5), 4.8, (4.5, 5.1), 0.95, 30, Method.T).high
    5.0
    """
    low, high = limits
    if bounds is not None:
        least, most = float(bounds[0]), float(bounds[1])
        value = min(max(value, least), most)
        low, high = max(low, least), min(high, most)
    return Estimate(value, min(low, value), max(high, value), level, n, method, None, n_effective, design_effect)


def alike(
    value: float, worth: float, bounds: Bounds | None, level: float, n: int, *, n_effective: float | None = None
) -> Estimate:
    """Return the estimate of answers that are all alike: the worst case, or NO_SPREAD on a scale without ends.

    `worth` is how many independent answers there are (clusters, where there are any).

    >>> round(alike(5, 30, (1, 5), 0.95, 30).low, 2), alike(5, 30, None, 0.95, 30).unknown
    (4.55, <Unknown.NO_SPREAD: 'no_spread'>)
    """
    if bounds is None:
        return missing(Unknown.NO_SPREAD, n, level)
    inside = min(max(value, bounds[0]), bounds[1])
    limits = all_alike(inside, worth, bounds, level)
    return within(bounds, inside, limits, level, n, Method.WORST_CASE, n_effective=n_effective)


def outside(total: float, n: float, bounds: Bounds | None) -> Unknown | None:
    """Return INVALID when the mean total / n lies outside the scale by more than rounding, else None.

    >>> outside(60, 10, (1, 5))
    <Unknown.INVALID: 'invalid'>
    """
    if bounds is None or n == 0:
        return None
    slack = 1e-9 * (bounds[1] - bounds[0])
    return None if bounds[0] - slack <= total / n <= bounds[1] + slack else Unknown.INVALID


def missing(why: Unknown, n: float, level: float) -> Estimate:
    """Return the unknown estimate; a count that isn't one (NaN, negative) counts no answers.

    >>> missing(Unknown.INVALID, -3, 0.95).n
    0
    """
    return Estimate.missing(why, n=int(n) if isfinite(n) and n > 0 else 0, level=level)

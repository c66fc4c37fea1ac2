"""Axes: round ticks that cover the data and never leave the measure's own ends."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 5.0, 10.0)
_SLACK = 1e-9  # keeps 0.30000000000000004 from costing a tick


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from data units to pixels, with the ticks to print and the decimals they need."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    digits: int

    def __call__(self, value: float) -> float:
        """Return the pixel of `value`, clamped to the scale's ends."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def nice_step(span: float, count: int) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `count` steps."""
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in _STEPS if factor * power >= raw * (1 - _SLACK))


def domain(values: Iterable[float], bounds: tuple[float, float] | None, min_span: float | None) -> tuple[float, float]:
    """Return the span that an axis must cover: all `values`, at least `min_span`, inside `bounds`."""
    known = sorted(values)
    if not known:
        return bounds or (0.0, 1.0)
    low, high = known[0], known[-1]
    span = min_span if min_span is not None else (abs(high) or 1.0) * 0.1 if low == high else 0.0
    short = span - (high - low)
    if short > 0:
        low, high = low - short / 2, high + short / 2
    if bounds is not None:
        low, high = _slide_inside(low, high, bounds)
    return low, high


def _slide_inside(low: float, high: float, bounds: tuple[float, float]) -> tuple[float, float]:
    least, most = bounds
    if low < least:
        low, high = least, min(most, high + least - low) if high < most else most
    if high > most:
        low, high = max(least, low - (high - most)), most
    return low, max(high, low + _SLACK)


def scale(
    values: Iterable[float],
    *,
    start: float,
    end: float,
    ticks: int,
    bounds: tuple[float, float] | None = None,
    min_span: float | None = None,
) -> Scale:
    """Make a scale over `values` from pixel `start` to `end` with at most about `ticks` round ticks."""
    low, high = domain(values, bounds, min_span)
    step = nice_step(high - low, ticks)
    first, last = math.floor(low / step + _SLACK), math.ceil(high / step - _SLACK)
    marks = [index * step for index in range(first, last + 1)]
    if bounds is not None:
        marks = [mark for mark in marks if bounds[0] - _SLACK <= mark <= bounds[1] + _SLACK]
        low, high = max(first * step, bounds[0]), min(last * step, bounds[1])
    else:
        low, high = marks[0], marks[-1]
    digits = max(0, -math.floor(math.log10(step) + _SLACK))
    return Scale(low, high, start, end, tuple(round(mark, 10) + 0.0 for mark in marks), digits)

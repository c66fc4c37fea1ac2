"""What an interval means, as dots: twenty surveys that could have been, and where their values would lie."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design.charts import palette
from fiilis.design.charts.svg import Pen
from fiilis.design.charts.text import text_width
from fiilis.design.charts.types import Unit

if TYPE_CHECKING:
    from fiilis.science.estimate import Estimate

REPEATS = 20
_WIDTH = 280.0
_SIDE = 24.0
_RADIUS = 4.5
_BINS = 9
_TEXT = 12.0


def quantiles(estimate: Estimate) -> list[float]:
    """Return twenty evenly likely values: normal quantiles, each side with the width of its own half.

    An approximation for the eye (Kay and others 2016, quantile dot plots): the interval's two halves may
    differ, and are used as they are. Needs value, low and high.
    """
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None or low is None or high is None:
        return []
    edge = NormalDist().inv_cdf(0.5 + estimate.level / 2)
    found = []
    for index in range(REPEATS):
        z = NormalDist().inv_cdf((index + 0.5) / REPEATS)
        half = high - value if z > 0 else value - low
        found.append(value + z / edge * half)
    return found


def repeats(estimate: Estimate, *, digits: int = 0, unit: Unit = "number") -> SafeString:
    """Draw the twenty values as stacked dots over the interval's ends; empty when nothing is known."""
    values = quantiles(estimate)
    if not values or estimate.low is None or estimate.high is None:
        return SafeString("")
    low, high = min(values[0], estimate.low), max(values[-1], estimate.high)
    step = (high - low) / _BINS or 1.0
    stacks = [0] * _BINS
    for value in values:
        stacks[min(int((value - low) / step), _BINS - 1)] += 1
    pen = Pen(_WIDTH, "screen")
    base = max(stacks) * _RADIUS * 2.2 + 6
    slot = (_WIDTH - 2 * _SIDE) / _BINS
    for index, count in enumerate(stacks):
        for place in range(count):
            at = (_SIDE + slot * (index + 0.5), base - _RADIUS - 1 - place * _RADIUS * 2.2)
            pen.dot(at, _RADIUS, kind="k-dot", fill=palette.ACCENT)
    pen.line((0, base), (_WIDTH, base), kind="k-axis", stroke=palette.AXIS)
    ends = [_SIDE + (end - low) / (high - low or 1.0) * (_WIDTH - 2 * _SIDE) for end in (estimate.low, estimate.high)]
    for x in ends:
        pen.line((x, base - 5), (x, base + 5), kind="k-axis", stroke=palette.AXIS, width=2)
    _end_labels(pen, (estimate.low, estimate.high), ends, base + 18, digits, unit)
    title = _("Twenty repeated surveys would give values like these")
    description = _("Most of the dots lie between the ends of the interval.")
    return pen.svg(base + 24, title=title, description=description, kind="chart-dots")


def _end_labels(pen: Pen, values: tuple[float, float], ends: list[float], y: float, digits: int, unit: Unit) -> None:
    """Write both ends' values under their marks, or as one range where the marks stand too close."""
    texts = [fmt.value_text(value, digits, unit) for value in values]
    if (text_width(texts[0], _TEXT) + text_width(texts[1], _TEXT)) / 2 + 8 > ends[1] - ends[0]:
        texts, ends = [fmt.span_text(*values, digits, unit)], [sum(ends) / 2]
    for text, x in zip(texts, ends, strict=True):
        half = text_width(text, _TEXT) / 2
        pen.text((min(max(x, half), _WIDTH - half), y), text, size=_TEXT, anchor="middle")

"""The trend: a line with its interval band over time, honest about gaps and about what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design.charts import palette
from fiilis.design.charts.scale import Scale, scale
from fiilis.design.charts.svg import Anchor, Pen, Point, line_path
from fiilis.design.charts.tables import estimate_table
from fiilis.design.charts.text import fit, text_width
from fiilis.design.charts.types import Chart, ChartSpec, TrendPoint

_TEXT = 12.0
_VALUE = 16.0
_LABEL_GAP = 14.0  # between two labels of the time axis
_GAP_STEP = 1.4  # how much wider than a step a broken axis is drawn
_EDGE = 6.0
_FRAME = 240.0  # a marker's label may be this wide


@dataclass(frozen=True, slots=True)
class _Frame:
    left: float
    right: float
    top: float
    bottom: float
    y: Scale
    xs: tuple[float, ...]


def trend(points: Sequence[TrendPoint], *, spec: ChartSpec) -> Chart:
    """Draw the trend of `points`, oldest first; points whose estimate is unknown are left out of the line."""
    with fmt.language(spec.lang):
        table = estimate_table(
            spec,
            (_("Period"),),
            [((point.label,), point.estimate) for point in points],
        )
        description = spec.description or _describe(points, spec)
        return Chart(
            svg=_draw(points, spec, spec.width, spec.height, description),
            svg_narrow=_draw(points, spec, spec.narrow_width, spec.height * 0.9, description),
            table=table,
            wide=spec.width,
        )


def _describe(points: Sequence[TrendPoint], spec: ChartSpec) -> str:
    last = next((point for point in reversed(points) if point.estimate.value is not None), None)
    if last is None:
        return _("Not enough answers yet for a trend.")
    return _("%(last)s: %(value)s, %(interval)s, %(answers)s. Periods shown: %(count)s, from %(first)s.") % {
        "last": last.label,
        "value": fmt.value_text(last.estimate.value, spec.digits, spec.unit),
        "interval": fmt.interval_text(last.estimate, spec.digits, spec.unit),
        "answers": fmt.answers(last.estimate.n),
        "count": fmt.number(len(points)),
        "first": points[0].label,
    }


def _draw(points: Sequence[TrendPoint], spec: ChartSpec, width: float, height: float, description: str) -> SafeString:
    pen = Pen(width, spec.medium)
    frame = _frame(points, spec, width, height)
    found = runs(points)
    for run in found:
        _band(pen, frame, points, run)
    _grid(pen, frame, spec)  # over the bands, or they would hide the goal
    for run in found:
        _line(pen, frame, points, run)
    _markers(pen, frame, points, spec)
    _breaks(pen, frame, points)
    _time_labels(pen, frame, points, width)
    _last_value(pen, frame, points, spec)
    return pen.svg(height, title=spec.title, description=description, kind="chart-trend")


def _known_ends(points: Sequence[TrendPoint]) -> list[float]:
    ends: list[float] = []
    for point in points:
        estimate = point.estimate
        ends += [end for end in (estimate.value, estimate.low, estimate.high) if end is not None]
    return ends


def _frame(points: Sequence[TrendPoint], spec: ChartSpec, width: float, height: float) -> _Frame:
    top, bottom = (26.0 if spec.markers else 12.0), height - 26
    values = _known_ends(points)
    if values and spec.reference is not None:
        values.append(spec.reference.value)
    y = scale(
        values, start=bottom, end=top, ticks=5, bounds=spec.bounds, min_span=spec.min_span,
    )  # fmt: skip
    left = max(text_width(tick_text(tick, y, spec), _TEXT) for tick in y.ticks) + 10
    last = _last_known(points)
    label = "" if last is None else fmt.value_text(points[last].estimate.value, spec.digits, spec.unit)
    right = width - max(text_width(label, _VALUE, bold=True) + 14, 16)
    if points and last == len(points) - 1:
        right -= 2
    return _Frame(left, right, top, bottom, y, _positions(points, left + _EDGE, right))


def tick_text(tick: float, axis: Scale, spec: ChartSpec) -> str:
    """Write a tick of `axis` in the chart's unit, with the decimals that its steps need."""
    digits = max(0, axis.digits - 2) if spec.unit == "percent" else axis.digits
    return fmt.value_text(tick, digits, spec.unit)


def _positions(points: Sequence[TrendPoint], left: float, right: float) -> tuple[float, ...]:
    """Place points by their dates; a gap takes a little more than a usual step however long it was."""
    if len(points) < 2:
        return ((left + right) / 2,) * len(points)
    days = [float((after.at - before.at).days) for before, after in pairwise(points)]
    whole = [step for step, point in zip(days, points[1:], strict=True) if not point.gap_before and step > 0]
    usual = median(whole) if whole else 1.0
    steps = [
        usual * _GAP_STEP if point.gap_before else max(step, usual / 4)
        for step, point in zip(days, points[1:], strict=True)
    ]
    total, at, xs = sum(steps), 0.0, [left]
    for step in steps:
        at += step
        xs.append(left + (right - left) * at / total)
    return tuple(xs)


def runs(points: Sequence[TrendPoint]) -> list[list[int]]:
    """Return the stretches of neighbouring known points; a gap or an unknown point ends a stretch."""
    found: list[list[int]] = []
    open_run = False
    for index, point in enumerate(points):
        if point.estimate.value is None:
            open_run = False
            continue
        if open_run and not point.gap_before:
            found[-1].append(index)
        else:
            found.append([index])
        open_run = True
    return found


def _grid(pen: Pen, frame: _Frame, spec: ChartSpec) -> None:
    for tick in frame.y.ticks:
        at = frame.y(tick)
        zero = tick == 0 and frame.y.low < 0
        kind, stroke = ("k-axis", palette.AXIS) if zero else ("k-grid", palette.GRID)
        pen.line((frame.left, at), (frame.right, at), kind=kind, stroke=stroke)
        label = tick_text(tick, frame.y, spec)
        pen.text((frame.left - 8, at + 4), label, size=_TEXT, anchor="end")
    if spec.reference is not None:
        at = frame.y(spec.reference.value)
        pen.line((frame.left, at), (frame.right, at), kind="k-axis", stroke=palette.AXIS, dash="5 4")
        label = fit(spec.reference.label, _TEXT, (frame.right - frame.left) / 2)
        pen.text((frame.left + 4, at - 5), label, size=_TEXT, kind="k-muted k-halo", title=spec.reference.label)


def _band(pen: Pen, frame: _Frame, points: Sequence[TrendPoint], run: list[int]) -> None:
    upper: list[Point] = []
    lower: list[Point] = []
    for index in run:
        estimate, x = points[index].estimate, frame.xs[index]
        if estimate.low is not None and estimate.high is not None:
            upper.append((x, frame.y(estimate.high)))
            lower.append((x, frame.y(estimate.low)))
    if len(upper) > 1:
        pen.path(line_path(upper + lower[::-1]) + "Z", kind="k-band", fill=palette.BAND)
        for edge in (upper, lower):
            pen.path(line_path(edge), kind="k-edge", stroke=palette.WHISKER, width=1)


def _line(pen: Pen, frame: _Frame, points: Sequence[TrendPoint], run: list[int]) -> None:
    line = [(frame.xs[index], frame.y(points[index].estimate.value or 0.0)) for index in run]
    if len(line) == 1:
        low, high = points[run[0]].estimate.low, points[run[0]].estimate.high
        if low is not None and high is not None:
            x = line[0][0]
            pen.line((x, frame.y(low)), (x, frame.y(high)), kind="k-whisker", stroke=palette.WHISKER, width=4)
        pen.dot(line[0], 4, kind="k-dot", fill=palette.ACCENT)
    else:
        pen.path(line_path(line), kind="k-line", stroke=palette.ACCENT, width=2)


def _x_of(frame: _Frame, points: Sequence[TrendPoint], at_day: float) -> float | None:
    days = [float(point.at.toordinal()) for point in points]
    if not days or not days[0] <= at_day <= days[-1]:
        return None
    for index in range(len(days) - 1):
        before, after = days[index], days[index + 1]
        if before <= at_day <= after:
            share = 0.0 if after == before else (at_day - before) / (after - before)
            return frame.xs[index] + share * (frame.xs[index + 1] - frame.xs[index])
    return frame.xs[-1]


def _markers(pen: Pen, frame: _Frame, points: Sequence[TrendPoint], spec: ChartSpec) -> None:
    taken = 0.0
    for marker in sorted(spec.markers, key=lambda marker: marker.at):
        x = _x_of(frame, points, marker.at.toordinal())
        if x is None:
            continue
        pen.line((x, frame.top - 6), (x, frame.bottom), kind="k-axis", stroke=palette.AXIS, dash="2 3")
        room = min(_FRAME, pen.width - 8)
        label = fit(marker.label, _TEXT, room)
        wide = text_width(label, _TEXT)
        start = min(max(x - wide / 2, 4.0), pen.width - 4 - wide)
        if start >= taken:
            pen.text((start, frame.top - 12), label, size=_TEXT, title=marker.label)
            taken = start + wide + _LABEL_GAP


def _breaks(pen: Pen, frame: _Frame, points: Sequence[TrendPoint]) -> None:
    at = frame.bottom
    pen.line((frame.left, at), (frame.right, at), kind="k-axis", stroke=palette.AXIS)
    for index, point in enumerate(points[1:], start=1):
        if not point.gap_before:
            continue
        x = (frame.xs[index - 1] + frame.xs[index]) / 2
        pen.line((x - 3, at), (x + 3, at), kind="k-paper", stroke=palette.PAPER, width=3)
        for side in (-3, 3):
            pen.line((x + side - 3, at + 6), (x + side + 3, at - 6), kind="k-break", stroke=palette.AXIS, width=1.5)


def _time_labels(pen: Pen, frame: _Frame, points: Sequence[TrendPoint], width: float) -> None:
    room = max(60.0, (frame.right - frame.left) * 0.4)
    boxes: list[tuple[float, float, str]] = []
    for x, point in zip(frame.xs, points, strict=True):
        label = fit(point.label, _TEXT, room)
        half = text_width(label, _TEXT) / 2
        middle = min(max(x, half + 2), width - half - 2)
        boxes.append((middle - half, middle + half, label))
    for index in _every(boxes):
        start, end, label = boxes[index]
        anchor: Anchor = "middle"
        title = points[index].label if label != points[index].label else ""
        pen.text(((start + end) / 2, frame.bottom + 20), label, size=_TEXT, anchor=anchor, title=title)


def _every(boxes: list[tuple[float, float, str]]) -> list[int]:
    """Return which labels to print: every k-th counted from the last, with the smallest k that has room."""
    count = len(boxes)
    for step in range(1, count + 1):
        chosen = list(range((count - 1) % step, count, step))
        pairs = pairwise(chosen)
        if all(boxes[before][1] + _LABEL_GAP <= boxes[after][0] for before, after in pairs):
            return chosen
    return []


def _last_known(points: Sequence[TrendPoint]) -> int | None:
    return next((i for i in range(len(points) - 1, -1, -1) if points[i].estimate.value is not None), None)


def _last_value(pen: Pen, frame: _Frame, points: Sequence[TrendPoint], spec: ChartSpec) -> None:
    index = _last_known(points)
    if index is None:
        text = fit(_("Not enough answers yet"), 14, frame.right - frame.left)
        middle = ((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2 - 14)
        pen.text(middle, text, size=14, anchor="middle", kind="k-muted k-halo")
        return
    value = points[index].estimate.value
    at = (frame.xs[index], frame.y(value or 0.0))
    pen.dot(at, 4.5, kind="k-dot", fill=palette.ACCENT)
    label = fmt.value_text(value, spec.digits, spec.unit)
    pen.text((at[0] + 9, at[1] + 5.5), label, size=_VALUE, bold=True, kind="k-ink k-halo", fill=palette.INK)

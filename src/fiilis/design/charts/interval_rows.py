"""Intervals by row: a dot and its interval for each touchpoint, grouped by stage on one common axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design.charts import palette
from fiilis.design.charts.scale import Scale, scale
from fiilis.design.charts.svg import Pen
from fiilis.design.charts.tables import estimate_table
from fiilis.design.charts.text import fit, text_width, wrap
from fiilis.design.charts.trends import tick_text
from fiilis.design.charts.types import Cell, Chart, ChartSpec, IntervalRow

Order = Literal["worst", "given"]

_TEXT = 13.0
_SMALL = 12.0
_LINE = 16.0
_ROW = 28.0
_GROUP = 34.0


@dataclass(frozen=True, slots=True)
class _Layout:
    narrow: bool
    width: float
    label_width: float
    value_end: float
    n_end: float
    axis: Scale


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    rows: tuple[IntervalRow, ...]


def intervals(rows: Sequence[IntervalRow], *, spec: ChartSpec, order: Order = "worst") -> Chart:
    """Draw one row an estimate, under its group's heading; groups keep the order in which they first appear.

    `order` "worst" puts the worst value first inside each group (by `spec.higher_is_better`) and what is not
    known last; "given" keeps the caller's order.
    """
    with fmt.language(spec.lang):
        groups = _grouped(rows, spec, order)
        ordered = [row for group in groups for row in group.rows]
        description = spec.description or _describe(ordered, spec)
        return Chart(
            svg=_draw(groups, spec, description, narrow=False),
            svg_narrow=_draw(groups, spec, description, narrow=True),
            table=estimate_table(
                spec,
                (_("Touchpoint"), _("Stage")),
                [((Cell(row.label, row.href), row.group), row.estimate) for row in ordered],
            ),
            wide=spec.width,
        )


def _grouped(rows: Sequence[IntervalRow], spec: ChartSpec, order: Order) -> list[_Group]:
    found: dict[str, list[IntervalRow]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    sign = 1 if spec.higher_is_better else -1

    def badness(row: IntervalRow) -> tuple[bool, float]:
        value = row.estimate.value
        return value is None, sign * (value or 0.0)

    if order == "worst":
        for members in found.values():
            members.sort(key=badness)
    return [_Group(name, tuple(members)) for name, members in found.items()]


def _describe(rows: Sequence[IntervalRow], spec: ChartSpec) -> str:
    known = [row for row in rows if row.estimate.value is not None]
    if not known:
        return _("Not enough answers yet.")
    pick = min if spec.higher_is_better else max
    worst = pick(known, key=lambda row: row.estimate.value or 0.0)
    return _("Lowest of %(count)s: %(label)s, %(value)s, %(interval)s, %(answers)s.") % {
        "count": fmt.number(len(rows)),
        "label": worst.label,
        "value": fmt.value_text(worst.estimate.value, spec.digits, spec.unit),
        "interval": fmt.interval_text(worst.estimate, spec.digits, spec.unit),
        "answers": fmt.answers(worst.estimate.n),
    }


def _layout(groups: Sequence[_Group], spec: ChartSpec, *, narrow: bool) -> _Layout:
    width = float(spec.narrow_width if narrow else spec.width)
    rows = [row for group in groups for row in group.rows]
    values = [fmt.value_text(row.estimate.value, spec.digits, spec.unit) for row in rows]
    value_width = max([text_width(text, _TEXT, bold=True) for text in values], default=30.0)
    counts = [fmt.number(row.estimate.n) for row in rows] + [_("Answers")]
    n_width = min(max(text_width(text, _SMALL) for text in counts), width / 4)
    label_width = 0.0
    if not narrow:
        widest = max([text_width(row.label, _TEXT, bold=row.highlight) for row in rows], default=0.0)
        noted = max([text_width(row.note, _SMALL) for row in rows], default=0.0)
        label_width = min(max(widest, noted) + 1, width * 0.36)
    n_end = width - 6
    value_end = n_end - n_width - 14
    start = 10.0 if narrow else label_width + 24
    ends = [end for row in rows for end in (row.estimate.value, row.estimate.low, row.estimate.high) if end is not None]
    if ends and spec.reference is not None:
        ends.append(spec.reference.value)
    axis = scale(
        ends, start=start, end=value_end - value_width - 18, ticks=5 if narrow else 6,
        bounds=spec.bounds, min_span=spec.min_span,
    )  # fmt: skip
    return _Layout(narrow, width, label_width, value_end, n_end, axis)


def _lines(row: IntervalRow, layout: _Layout) -> list[str]:
    room = layout.width - 12 if layout.narrow else layout.label_width
    return wrap(row.label, _TEXT, room, lines=2, bold=row.highlight)


def _row_height(row: IntervalRow, layout: _Layout) -> float:
    lines = len(_lines(row, layout)) + bool(row.note)
    return lines * _LINE + 30 if layout.narrow else max(_ROW, lines * _LINE + 10)


def _draw(groups: Sequence[_Group], spec: ChartSpec, description: str, *, narrow: bool) -> SafeString:
    layout = _layout(groups, spec, narrow=narrow)
    pen = Pen(layout.width, spec.medium)
    room = _column_head(pen, layout)
    y = 0.0 if groups and groups[0].name else 24.0
    for group in groups:
        if group.name:
            pen.text(
                (6, y + 21), fit(group.name, _TEXT, room - 6, bold=True), size=_TEXT, bold=True,
                kind="k-ink", fill=palette.INK, title=group.name,
            )  # fmt: skip
            y += _GROUP
            room = layout.width - 12
        if not narrow:
            _gridlines(pen, layout, spec, y, y + sum(_row_height(row, layout) for row in group.rows))
        for row in group.rows:
            _row(pen, row, layout, spec, y)
            y += _row_height(row, layout)
    y = _axis(pen, layout, spec, y)
    return pen.svg(y, title=spec.title, description=description, kind="chart-intervals")


def _column_head(pen: Pen, layout: _Layout) -> float:
    """Name the column of answers, on the first heading's line; return where its words begin."""
    head = fit(_("Answers"), _SMALL, layout.n_end - layout.value_end - 10)
    pen.text((layout.n_end, 21), head, size=_SMALL, anchor="end")
    return layout.n_end - text_width(head, _SMALL) - 12


def _gridlines(pen: Pen, layout: _Layout, spec: ChartSpec, top: float, bottom: float) -> None:
    plain = [tick for tick in layout.axis.ticks if tick or layout.axis.low >= 0]
    # One path for all, in steps that are the same in every row: a narrow chart draws it once a row, and a page has its
    # budget, which counts what packs.
    xs = [round(layout.axis(tick), 1) for tick in plain]
    tall = f"{bottom - top:g}"
    steps = "".join(f"m{after - before:.1f} -{tall}v{tall}" for before, after in pairwise(xs))
    pen.path(f"M{xs[0]:g} {top:g}v{tall}{steps}" if xs else "", kind="k-grid", stroke=palette.GRID, width=1)
    if len(plain) < len(layout.axis.ticks):
        zero = layout.axis(0)
        pen.line((zero, top), (zero, bottom), kind="k-axis", stroke=palette.AXIS)
    if spec.reference is not None:
        x = layout.axis(spec.reference.value)
        pen.line((x, top), (x, bottom), kind="k-axis", stroke=palette.AXIS, dash="5 4")


def _row(pen: Pen, row: IntervalRow, layout: _Layout, spec: ChartSpec, top: float) -> None:
    height = _row_height(row, layout)
    lines = _lines(row, layout)
    name = f"{row.label} ({row.note})" if row.note else row.label
    label = f"{name}: {fmt.estimate_text(row.estimate, spec.digits, spec.unit)}"
    with pen.link(row.href, label):
        if row.highlight:
            pen.rect((0, top), (layout.width, height), kind="k-highlight", fill=palette.HIGHLIGHT, radius=6)
        elif row.href:
            pen.rect((0, top), (layout.width, height), kind="k-hit", fill="none", radius=6)
        first = top + 16 if layout.narrow else top + (height - (len(lines) + bool(row.note)) * _LINE) / 2 + 12.5
        cut = " ".join(lines).replace("- ", "") != " ".join(row.label.split())
        for index, line in enumerate(lines):
            pen.text(
                (6, first + index * _LINE), line, size=_TEXT, bold=row.highlight, kind="k-ink",
                fill=palette.INK, title=row.label if cut else "",
            )  # fmt: skip
        if row.note:
            room = layout.width - 12 if layout.narrow else layout.label_width
            text = fit(row.note, _SMALL, room)
            place = (6, first + len(lines) * _LINE)
            pen.text(place, text, size=_SMALL, title=row.note if text != row.note else "")
        middle = top + height - 15 if layout.narrow else top + height / 2
        if layout.narrow:  # its labels stand above the marks, where lines would run through them
            _gridlines(pen, layout, spec, middle - 9, middle + 9)
        _mark(pen, row, layout, spec, middle)


def _mark(pen: Pen, row: IntervalRow, layout: _Layout, spec: ChartSpec, middle: float) -> None:
    estimate, axis = row.estimate, layout.axis
    pen.text((layout.n_end, middle + 4.5), fmt.number(estimate.n), size=_SMALL, anchor="end")
    if estimate.value is None:
        room = layout.value_end - axis.start
        text = fit(fmt.unknown_text(estimate), _SMALL, room)
        pen.text((layout.value_end, middle + 4.5), text, size=_SMALL, anchor="end", kind="k-muted k-halo")
        return
    if estimate.low is not None and estimate.high is not None:
        pen.line(
            (round(axis(estimate.low), 1), middle), (round(axis(estimate.high), 1), middle),
            kind="k-whisker", stroke=palette.WHISKER, width=5,
        )  # fmt: skip
    tip = f"{fmt.interval_text(estimate, spec.digits, spec.unit)}, {fmt.answers(estimate.n)}"
    pen.dot((round(axis(estimate.value), 1), middle), 4.5, kind="k-dot", fill=palette.ACCENT, title=tip)
    value = fmt.value_text(estimate.value, spec.digits, spec.unit)
    pen.text(
        (layout.value_end, middle + 4.5), value, size=_TEXT, bold=True, anchor="end", kind="k-ink",
        fill=palette.INK,
    )  # fmt: skip


def _axis(pen: Pen, layout: _Layout, spec: ChartSpec, top: float) -> float:
    """Write the ticks' numbers, the reference's name and the ends' words; return the y under them."""
    end = -10.0
    for tick in layout.axis.ticks:
        text = tick_text(tick, layout.axis, spec)
        half = text_width(text, _SMALL) / 2
        x = max(layout.axis(tick), half)
        if x - half < end + 8:
            continue
        pen.text((x, top + 18), text, size=_SMALL, anchor="middle")
        end = x + half
    y = _end_words(pen, layout, spec, top + 26)
    if spec.reference is not None:
        x = layout.axis.start
        pen.line((x, y + 9), (x + 18, y + 9), kind="k-axis", stroke=palette.AXIS, dash="5 4")
        label = fit(spec.reference.label, _SMALL, layout.width - x - 30)
        pen.text((x + 24, y + 13), label, size=_SMALL, title=spec.reference.label)
        y += 20
    return y + 4


def _end_words(pen: Pen, layout: _Layout, spec: ChartSpec, y: float) -> float:
    """Write which end is better, on one line when both have room, and return the y under them."""
    start, end = layout.axis.start, layout.axis.end
    low = fit(f"← {spec.low_label}", _SMALL, end - start) if spec.low_label else ""
    high = fit(f"{spec.high_label} →", _SMALL, end - start) if spec.high_label else ""
    if low:
        pen.text((start, y + 13), low, size=_SMALL, title=spec.low_label)
    if low and high and text_width(low, _SMALL) + text_width(high, _SMALL) + 12 > end - start:
        y += 18
    if high:
        pen.text((end, y + 13), high, size=_SMALL, anchor="end", title=spec.high_label)
    return y + 18 if low or high else y

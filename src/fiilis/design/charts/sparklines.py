"""The sparkline: a trend the size of a word, with its band so that noise looks like noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design.charts import palette
from fiilis.design.charts.scale import domain
from fiilis.design.charts.svg import Pen, Point, line_path
from fiilis.design.charts.tables import estimate_table
from fiilis.design.charts.trends import runs
from fiilis.design.charts.types import Chart, ChartSpec, TrendPoint

WIDTH, HEIGHT = 120.0, 36.0
_PAD = 4.0


def sparkline(points: Sequence[TrendPoint], *, spec: ChartSpec | None = None) -> Chart:
    """Draw `points` as a line with its band, 120 by 36; its axis covers the intervals, not just the line."""
    spec = spec or ChartSpec(title=_("Trend"))
    with fmt.language(spec.lang):
        table = estimate_table(spec, (_("Period"),), [((point.label,), point.estimate) for point in points])
        svg = _draw(points, spec)
    return Chart(svg=svg, svg_narrow=svg, table=table, wide=int(WIDTH))


def _band(pen: Pen, points: Sequence[TrendPoint], run: Sequence[int], at: Callable[[int, float], Point]) -> None:
    upper: list[Point] = []
    lower: list[Point] = []
    for index in run:
        estimate = points[index].estimate
        if estimate.low is not None and estimate.high is not None:
            upper.append(at(index, estimate.high))
            lower.append(at(index, estimate.low))
    if len(upper) > 1:
        pen.path(line_path(upper + lower[::-1]) + "Z", kind="k-band", fill=palette.BAND)


def _draw(points: Sequence[TrendPoint], spec: ChartSpec) -> SafeString:
    pen = Pen(WIDTH, spec.medium)
    ends = [
        end
        for point in points
        for end in (point.estimate.value, point.estimate.low, point.estimate.high)
        if end is not None
    ]
    low, high = domain(ends, spec.bounds, spec.min_span)
    step = (WIDTH - 2 * _PAD) / max(len(points) - 1, 1)

    def at(index: int, value: float) -> Point:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(_PAD + index * step, 1), round(HEIGHT - _PAD - share * (HEIGHT - 2 * _PAD), 1)

    last: Point | None = None
    for run in runs(points):
        line = [at(index, points[index].estimate.value or 0.0) for index in run]
        last = line[-1]
        if len(run) > 1:
            _band(pen, points, run, at)
            pen.path(line_path(line), kind="k-line", stroke=palette.ACCENT, width=1.75)
        else:
            pen.dot(line[0], 1.5, kind="k-dot", fill=palette.ACCENT)
    if last is not None:
        pen.dot(last, 2.75, kind="k-dot", fill=palette.ACCENT)
    description = _("%(count)s periods") % {"count": fmt.number(len(points))}
    return pen.svg(HEIGHT, title=spec.title, description=description, kind="chart-sparkline")

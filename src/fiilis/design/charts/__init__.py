"""Charts as SVG made on the server: one definition for screen, dark theme, mail and PDF, and no script."""

from fiilis.design.charts.distributions import distribution
from fiilis.design.charts.interval_rows import intervals
from fiilis.design.charts.sparklines import sparkline
from fiilis.design.charts.trends import trend
from fiilis.design.charts.types import (
    Bar,
    Cell,
    Chart,
    ChartSpec,
    IntervalRow,
    Level,
    Marker,
    Table,
    Tone,
    TrendPoint,
)

__all__ = [
    "Bar",
    "Cell",
    "Chart",
    "ChartSpec",
    "IntervalRow",
    "Level",
    "Marker",
    "Table",
    "Tone",
    "TrendPoint",
    "distribution",
    "intervals",
    "sparkline",
    "trend",
]

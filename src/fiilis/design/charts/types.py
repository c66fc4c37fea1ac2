"""What goes into a chart and what comes out of it: frozen, so that a chart is a pure function of its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from fiilis.science.estimate import Estimate

Tone = Literal["detractor", "passive", "promoter"]
Unit = Literal["number", "percent"]
Medium = Literal["screen", "print"]

TONE_ORDER: tuple[Tone, ...] = ("detractor", "passive", "promoter")


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One period of a trend: how it is called on the axis, when it was, and its estimate.

    `gap_before` says that time was left out before this point (the survey was not running): the axis is
    broken there and the line is not drawn through.
    """

    label: str
    at: date
    estimate: Estimate
    gap_before: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a scale: how many gave it, its share (0-1, weighted when the data are) and its tone."""

    label: str
    count: int
    share: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One row of an interval chart: a touchpoint, the stage it belongs to, its estimate and its page.

    `note` is a few quieter words under the label, one line: who runs the touchpoint.
    """

    label: str
    group: str
    estimate: Estimate
    href: str = ""
    highlight: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal reference in a chart's own unit: a goal, or the value of everybody."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened at a date and is written into the trend: a repair, a strike."""

    at: date
    label: str


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """How a chart is to be drawn; the same for both widths and for screen and print.

    `title` names what is shown (it is the table's caption and the picture's name for a screen reader).
    `unit` "percent" takes values between 0 and 1. `bounds` are the ends that the measure can reach (NPS:
    -100, 100): ticks and intervals never pass them. `min_span` keeps noise from looking like news.
    `width` is the wide variant's width, near the space it gets on a page, so that its text keeps its size:
    640 for two thirds of a page, 840 for the whole of it.
    `medium` "print" places text by metrics instead of anchors (renderers that clip anchored text).
    """

    title: str
    description: str = ""
    digits: int = 0
    unit: Unit = "number"
    bounds: tuple[float, float] | None = None
    higher_is_better: bool = True
    low_label: str = ""
    high_label: str = ""
    reference: Level | None = None
    markers: tuple[Marker, ...] = ()
    min_span: float | None = None
    width: int = 640
    narrow_width: int = 310
    height: int = 260
    lang: str = ""
    medium: Medium = "screen"


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell that leads somewhere."""

    text: str
    href: str = ""

    def __str__(self) -> str:
        """Return the text, so that a cell compares and prints like the plain strings beside it."""
        return self.text


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's numbers as a table: the same marks, in words. `text_columns` are not aligned as numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    text_columns: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: a wide and a narrow picture of the same data, and its table."""

    svg: SafeString
    svg_narrow: SafeString
    table: Table
    wide: int = 640


Rows = Sequence[IntervalRow]

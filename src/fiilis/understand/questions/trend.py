"""How has it gone? Each measure's figure by day, week or month; time without answers is a gap, not a zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fiilis.core.models import Workspace
from fiilis.science.estimate import Estimate
from fiilis.understand import facts
from fiilis.understand.sums import estimate
from fiilis.understand.types import Filter, Measure

MOST_POINTS = 45
"""A line of more points is drawn by the next longer bucket."""


class Bucket(StrEnum):
    """How long a point of the line is. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket that has answers; `gap_before`: buckets without any were left out before it."""

    start: date
    estimate: Estimate
    gap_before: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """The lines of all measures, oldest point first, all by the same bucket."""

    version: int
    bucket: Bucket
    lines: dict[Measure, tuple[Point, ...]]


def start_of(bucket: Bucket, day: date) -> date:
    """Return the first day of the bucket that holds `day`.

    >>> str(start_of(Bucket.WEEK, date(2026, 11, 22))), str(start_of(Bucket.MONTH, date(2026, 11, 22)))
    ('2026-11-16', '2026-11-01')
    """
    if bucket is Bucket.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket is Bucket.MONTH else day


def after(bucket: Bucket, start: date) -> date:
    """Return the start of the next bucket.

    >>> str(after(Bucket.MONTH, date(2026, 12, 1)))
    '2027-01-01'
    """
    if bucket is Bucket.DAY:
        return start + timedelta(days=1)
    return start + timedelta(days=7) if bucket is Bucket.WEEK else start_of(bucket, start + timedelta(days=31))


def trend(
    *, workspace: Workspace, asked: Filter, measures: Sequence[Measure], days: int, at_least: int | None = None
) -> Trend:
    """Return the measures' lines over the time asked for, all by the same bucket.

    `days` is how many days have answers: at most MOST_POINTS give a point a day, else at most as many weeks of the
    first measure a point a week, else there is a point a month.
    """

    def ask(version: int | None) -> tuple[Bucket, dict[Measure, tuple[Point, ...]]]:
        bucket = Bucket.DAY if days <= MOST_POINTS else Bucket.WEEK
        lines: dict[Measure, tuple[Point, ...]] = {}
        for measure in measures:
            line = _line(workspace, asked, measure, bucket, version)
            if not lines and bucket is Bucket.WEEK and len(line) > MOST_POINTS:
                bucket = Bucket.MONTH
                line = _line(workspace, asked, measure, bucket, version)
            lines[measure] = line
        return bucket, lines

    found = facts.steady(ask, at_least)
    return Trend(found.version, *found.value)


def _line(
    workspace: Workspace, asked: Filter, measure: Measure, bucket: Bucket, at_least: int | None
) -> tuple[Point, ...]:
    found = facts.trend(workspace=workspace, asked=asked, measure=measure, unit=bucket.value, at_least=at_least)
    points: list[Point] = []
    for start, sums in sorted(found.value.items()):
        gap = bool(points) and after(bucket, points[-1].start) != start
        points.append(Point(start, estimate(measure, sums), gap))
    return tuple(points)

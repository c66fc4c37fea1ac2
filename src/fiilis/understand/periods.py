"""The periods that a reader can choose, and the days that each means."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from fiilis.understand.types import Days

ENOUGH = 100
"""The period chosen for a reader who has chosen none holds at least this many answers."""


class Period(StrEnum):
    """The last weeks or months up to today, or everything. Shortest first; the values stand in addresses."""

    WEEKS_4 = "4w"
    WEEKS_26 = "26w"
    MONTHS_12 = "12m"
    ALL = "all"


def days(period: Period, today: date) -> Days | None:
    """Return the days of a period that ends today; None for everything.

    >>> str(days(Period.WEEKS_4, date(2026, 11, 23)).first), str(days(Period.MONTHS_12, date(2026, 11, 23)).first)
    ('2026-10-27', '2025-11-24')
    """
    if period is Period.ALL:
        return None
    if period is Period.MONTHS_12:
        return Days(_year_before(today) + timedelta(days=1), today)
    weeks = 4 if period is Period.WEEKS_4 else 26
    return Days(today - timedelta(weeks=weeks) + timedelta(days=1), today)


def sides(period: Period, today: date, starts: Sequence[date], last: date | None) -> tuple[Days, Days] | None:
    """Return the earlier and the later days that a change is told by, or None when there is nothing to compare.

    A period is held against the one right before it; everything, in its earlier and its later half.
    """
    span = days(period, today)
    if span is not None:
        return span.before, span
    return None if last is None else halves(starts, last)


def halves(starts: Sequence[date], last: date) -> tuple[Days, Days] | None:
    """Return the earlier and the later half of a trend's points, as days; the later half is no shorter.

    `starts` are the first days of the points that have answers, oldest first: years without answers don't move the
    middle. `last` is the last day of all. None for fewer than two points.

    >>> earlier, later = halves([date(2017, 5, 5), date(2017, 5, 6), date(2026, 11, 23)], date(2026, 11, 23))
    >>> str(earlier.last), str(later.first)
    ('2017-05-05', '2017-05-06')
    """
    if len(starts) < 2:
        return None
    middle = starts[len(starts) // 2]
    return Days(starts[0], middle - timedelta(days=1)), Days(middle, max(last, middle))


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)

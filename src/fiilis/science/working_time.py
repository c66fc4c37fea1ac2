"""Finnish working days and deadlines: when "within two working days" ends, holidays, eves and clock changes included.

The law knows 13 public holidays. Juhannusaatto and jouluaatto are not among them, but most workplaces are closed by
their collective agreements, so they are closed here too unless a calendar says `eves_open`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count, islice
from zoneinfo import ZoneInfo

MONDAY_TO_FRIDAY = frozenset(range(5))
"""Weekdays as `date.weekday()` counts them."""

HELSINKI = ZoneInfo("Europe/Helsinki")

LONGEST_SEARCH = 3_660
"""After this many days, about ten years, without enough working time a calendar counts as closed for good."""


class Closed(ValueError):
    """No deadline: the calendar has no working time in the ten years after the start."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done: weekdays 0-6, opening hours of local time, and days closed besides Finland's holidays.

    `closes` of midnight (00:00) is the day's end. Raises ValueError for hours that don't open before they close, or
    weekdays outside 0-6.
    """

    opens: time = time(8)
    closes: time = time(16)
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY
    eves_open: bool = False
    """True where juhannusaatto (the Friday before Midsummer's Day) and jouluaatto (24 December) are worked."""
    closed: frozenset[date] = field(default_factory=frozenset)
    zone: ZoneInfo = HELSINKI

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("opening hours are of the calendar's own zone and carry none themselves")
        if self.closes != time(0) and self.opens >= self.closes:
            raise ValueError(f"open from {self.opens} until {self.closes} is no working time")
        if not self.weekdays <= frozenset(range(7)):
            raise ValueError(f"weekdays are 0 (Monday) to 6, not {sorted(self.weekdays)}")

    def hours_of(self, day: date) -> tuple[datetime, datetime]:
        """Return when `day` opens and closes, in UTC: between moments of UTC no hour is lost or counted twice."""
        last = day + timedelta(days=1) if self.closes == time(0) else day
        opens = datetime.combine(day, self.opens, tzinfo=self.zone)
        closes = datetime.combine(last, self.closes, tzinfo=self.zone)
        return opens.astimezone(UTC), closes.astimezone(UTC)


OFFICE = Calendar()
"""Monday to Friday, 8-16, Helsinki."""


def is_working_day(day: date, calendar: Calendar = OFFICE) -> bool:
    """Return whether `day` is worked: a working weekday, no Finnish holiday, no eve, not closed by the calendar.

    Source: laki 388/1937 and the law on each holiday, as kept by the package `holidays`.

    >>> is_working_day(date(2026, 6, 19)), is_working_day(date(2026, 6, 19), Calendar(eves_open=True))
    (False, True)
    """
    if day.weekday() not in calendar.weekdays or day in calendar.closed:
        return False
    if day in _public_holidays(day.year):
        return False
    return calendar.eves_open or day not in _eves(day.year)


def holidays_of(year: int) -> dict[date, str]:
    """Return the Finnish public holidays of `year` and the two eves, in order, with their Finnish names.

    >>> [str(day) for day, name in holidays_of(2026).items() if name in ("Pääsiäispäivä", "Juhannusaatto")]
    ['2026-04-05', '2026-06-19']
    """
    return dict(sorted((_public_holidays(year) | _eves(year)).items()))


def add_working_days(day: date, days: int, calendar: Calendar = OFFICE) -> date:
    """Return the working day that is `days` working days after `day` (before, when negative).

    0 gives `day` itself when it is worked, else the next working day. Raises Closed when there is none in ten years.

    >>> add_working_days(date(2026, 12, 23), 1)
    datetime.date(2026, 12, 28)
    """
    step = timedelta(days=1 if days >= 0 else -1)
    # 0 asks for the first working day on or after `day`: one step from the day before.
    left, now = (abs(days), day) if days else (1, day - step)
    idle = 0
    while left:
        now += step
        if is_working_day(now, calendar):
            left, idle = left - 1, 0
        else:
            idle += 1
            if idle > LONGEST_SEARCH:
                raise Closed(f"no working day in the {LONGEST_SEARCH} days around {day}")
    return now


def working_days_between(first: date, last: date, calendar: Calendar = OFFICE) -> int:
    """Return the number of working days from `first` to `last`, both counted; 0 when `last` is earlier.

    >>> working_days_between(date(2026, 12, 21), date(2026, 12, 31))
    7
    """
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sum(is_working_day(day, calendar) for day in days)


def working_time(start: datetime, end: datetime, calendar: Calendar = OFFICE) -> timedelta:
    """Return the working time between two moments; negative when `end` is earlier.

    Counted in real hours, so a night shift over a clock change is an hour longer or shorter.
    Raises ValueError for moments without a time zone.

    >>> friday, monday = datetime(2026, 5, 29, 15, tzinfo=HELSINKI), datetime(2026, 6, 1, 9, tzinfo=HELSINKI)
    >>> working_time(friday, monday)
    datetime.timedelta(seconds=7200)
    """
    start, end = _moment(start), _moment(end)
    if end < start:
        return -working_time(end, start, calendar)
    total = timedelta()
    days = (end.astimezone(calendar.zone).date() - start.astimezone(calendar.zone).date()).days + 1
    for day in islice(_days_from(start, calendar), days):
        if is_working_day(day, calendar):
            opens, closes = calendar.hours_of(day)
            total += max(timedelta(), min(end, closes) - max(start, opens))
    return total


def deadline(start: datetime, work: timedelta, calendar: Calendar = OFFICE) -> datetime:
    """Return the first moment by which `work` of working time has passed since `start`, in the calendar's zone.

    No work at all ends at `start` itself, open or closed. Raises ValueError for a moment without a time zone or
    negative work, Closed when the calendar hasn't that much working time left within ten idle years.

    >>> thursday = datetime(2026, 6, 18, 14, tzinfo=HELSINKI)
    >>> deadline(thursday, timedelta(hours=4)).isoformat()
    '2026-06-22T10:00:00+03:00'
    """
    start = _moment(start)
    if work < timedelta():
        raise ValueError(f"work takes no negative time: {work}")
    if not work:
        return start.astimezone(calendar.zone)
    idle = 0
    days = _days_from(start, calendar)
    while idle <= LONGEST_SEARCH:
        day = next(days)
        idle += 1
        if is_working_day(day, calendar):
            opens, closes = calendar.hours_of(day)
            begins = max(start, opens)
            if begins + work <= closes:
                return (begins + work).astimezone(calendar.zone)
            if begins < closes:
                work -= closes - begins
                idle = 0
    raise Closed(f"{work} of working time are still lacking {LONGEST_SEARCH} closed days after {start}")


def _moment(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs its time zone: {moment}")
    return moment.astimezone(UTC)


def _days_from(start: datetime, calendar: Calendar) -> Iterator[date]:
    """Yield days from the local day of `start` on."""
    first = start.astimezone(calendar.zone).date()
    return (first + timedelta(days=number) for number in count())


@lru_cache(maxsize=64)
def _public_holidays(year: int) -> dict[date, str]:
    import holidays  # noqa: PLC0415 - slow import

    known = holidays.country_holidays("FI", years=year, language="fi", observed=False)
    # Some releases list the eves among the holidays: here the calendar decides about them.
    return {day: known[day] for day in known if day not in _eves(year)}


@lru_cache(maxsize=64)
def _eves(year: int) -> dict[date, str]:
    # Juhannuspäivä is the Saturday of 20-26 June (since 1955), juhannusaatto the Friday before.
    first = date(year, 6, 19)
    midsummer_eve = first + timedelta(days=(4 - first.weekday()) % 7)
    return {midsummer_eve: "Juhannusaatto", date(year, 12, 24): "Jouluaatto"}

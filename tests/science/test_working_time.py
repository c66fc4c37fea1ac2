"""Working time against the golden list of Finnish holidays, a minute-by-minute count and the clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.working_time import (
    HELSINKI,
    OFFICE,
    Calendar,
    Closed,
    add_working_days,
    deadline,
    holidays_of,
    is_working_day,
    working_days_between,
    working_time,
)
from tests.science.tables import rows

ALWAYS = Calendar(time(0), time(0), frozenset(range(7)), eves_open=True)
NIGHT = Calendar(time(0), time(6), frozenset(range(7)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI)


def test_holidays_golden() -> None:
    golden = {row["date"]: row["name_fi"] for row in rows("finnish_holidays_2025_2030.csv")}
    assert {str(day): name for year in range(2025, 2031) for day, name in holidays_of(year).items()} == golden


def test_golden_holidays_are_no_working_days_and_other_weekdays_are() -> None:
    free = {date.fromisoformat(row["date"]) for row in rows("finnish_holidays_2025_2030.csv")}
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(6 * 365 + 1)]
    assert [day for day in days if is_working_day(day) != (day.weekday() < 5 and day not in free)] == []


@pytest.mark.parametrize("eve", [date(2026, 6, 19), date(2026, 12, 24), date(2029, 6, 22)])
def test_eves_are_free_unless_the_calendar_opens_them(eve: date) -> None:
    assert (is_working_day(eve), is_working_day(eve, Calendar(eves_open=True))) == (False, True)


@pytest.mark.parametrize("year", range(1990, 2051))
def test_midsummer_eve_is_the_day_before_midsummers_day(year: int) -> None:
    names = {name: day for day, name in holidays_of(year).items()}
    assert names["Juhannuspäivä"] - names["Juhannusaatto"] == timedelta(days=1)


def test_days_closed_by_the_caller_are_closed() -> None:
    calendar = Calendar(closed=frozenset([date(2026, 11, 23)]))
    assert is_working_day(date(2026, 11, 23))
    assert not is_working_day(date(2026, 11, 23), calendar)
    assert deadline(at("2026-11-20T15:00"), timedelta(hours=2), calendar) == at("2026-11-24T09:00")


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        ("2026-11-20", 0, "2026-11-20"),
        ("2026-11-21", 0, "2026-11-23"),
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-21", 1, "2026-11-23"),
        ("2026-11-23", -1, "2026-11-20"),
        ("2026-11-22", -1, "2026-11-20"),
        ("2026-12-23", 1, "2026-12-28"),
        ("2026-12-31", 5, "2027-01-11"),  # New Year's Day and Epiphany between
    ],
)
def test_working_days_are_added(day: str, days: int, expected: str) -> None:
    assert add_working_days(date.fromisoformat(day), days) == date.fromisoformat(expected)


@settings(max_examples=50, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_adding_days_and_counting_them_agree(day: date, days: int) -> None:
    end = add_working_days(day, days)
    assert is_working_day(end)
    assert working_days_between(day + timedelta(days=1), end) == days


def test_no_days_lie_between_the_later_and_the_earlier() -> None:
    assert working_days_between(date(2026, 11, 24), date(2026, 11, 23)) == 0


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T08:00", 8, "2026-11-23T16:00"),
        ("2026-11-23T08:00", 9, "2026-11-24T09:00"),
        ("2026-11-23T16:00", 1, "2026-11-24T09:00"),
        ("2026-11-20T15:30", 1, "2026-11-23T08:30"),
        ("2026-11-21T12:00", 1, "2026-11-23T09:00"),
        ("2026-11-21T12:00", 0, "2026-11-21T12:00"),
        ("2026-06-18T15:00", 2, "2026-06-22T09:00"),
        ("2026-12-23T15:00", 2, "2026-12-28T09:00"),
    ],
)
def test_deadlines_skip_nights_weekends_and_holidays(start: str, hours: int, end: str) -> None:
    assert deadline(at(start), timedelta(hours=hours)) == at(end)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 5), ("2026-10-25", 7), ("2026-06-01", 6)])
def test_night_shift_over_a_clock_change_has_its_real_hours(day: str, hours: int) -> None:
    assert working_time(at(f"{day}T00:00"), at(f"{day}T12:00"), NIGHT) == timedelta(hours=hours)


def test_deadline_over_a_clock_change_counts_real_hours() -> None:
    # 3.00 becomes 4.00: four hours from midnight end at 5.00.
    assert deadline(at("2026-03-29T00:00"), timedelta(hours=4), NIGHT) == at("2026-03-29T05:00")


def test_open_around_the_clock_is_plain_time_but_for_holidays() -> None:
    start, end = at("2026-10-24T05:00"), at("2026-10-26T05:00")
    assert working_time(start, end, ALWAYS) == timedelta(hours=49)


def test_calendar_of_another_zone_keeps_its_own_clock() -> None:
    stockholm = Calendar(zone=ZoneInfo("Europe/Stockholm"))
    assert deadline(at("2026-11-23T08:00"), timedelta(hours=1), stockholm).isoformat() == "2026-11-23T09:00:00+01:00"


moments = st.integers(0, 363 * 24 * 60).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))


@settings(max_examples=40, deadline=None)
@given(moments, st.integers(0, 60 * 40))
def test_deadline_and_working_time_undo_each_other(start: datetime, minutes: int) -> None:
    work = timedelta(minutes=minutes)
    assert working_time(start, deadline(start, work)) == work


@settings(max_examples=10, deadline=None)
@given(moments, st.integers(0, 60 * 24 * 6))
def test_working_time_agrees_with_a_count_of_minutes(start: datetime, minutes: int) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + timedelta(minutes=minutes)
    naive = 0
    for minute in range(minutes):
        local = (start + timedelta(minutes=minute)).astimezone(HELSINKI)
        naive += is_working_day(local.date()) and 8 <= local.hour < 16
    assert working_time(start, end) == timedelta(minutes=naive)
    assert working_time(end, start) == -timedelta(minutes=naive)


def test_calendars_without_working_time_are_found_out() -> None:
    closed = Calendar(weekdays=frozenset())
    with pytest.raises(Closed, match="no working day"):
        add_working_days(date(2026, 1, 1), 1, closed)
    with pytest.raises(Closed, match="still lacking"):
        deadline(at("2026-01-01T00:00"), timedelta(hours=1), closed)


@pytest.mark.parametrize(
    "options",
    [
        {"opens": time(16), "closes": time(8)},
        {"opens": time(8), "closes": time(8)},
        {"opens": time(8, tzinfo=UTC)},
        {"weekdays": frozenset([7])},
    ],
)
def test_impossible_calendars_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"open|zone|weekdays"):
        Calendar(**options)


def test_moments_without_zone_and_negative_work_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        working_time(at("2026-01-01T00:00").replace(tzinfo=None), at("2026-01-02T00:00"))
    with pytest.raises(ValueError, match="negative"):
        deadline(at("2026-01-01T00:00"), timedelta(hours=-1), OFFICE)

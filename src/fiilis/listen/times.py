"""Times as people and their tools write them: 2.3.2026 klo 15.04, 03/02/2026 3:04 PM, 2026-03-02T15:04Z. Pure.

Whether 2.3. is the second of March can't be told from one value: `Look` looks at a whole column.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

ORDERS = ("dmy", "mdy", "ymd")
_PATTERN = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})"
    r"(?:(?:T|,?\s+(?:klo|kl\.?|at)?\s*)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*(?:([AaPp])\.?[Mm]\.?)?)?"
    r"\s*(Z|UTC|EES?T|CES?T|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?|GMT)?"
)
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180}  # minutes
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?")
_CENTURY_TURNS = 70  # 69 is 2069, 70 is 1970


def parse(raw: str, order: str) -> tuple[datetime, bool] | None:
    """Return the time and whether it has a time of day, or None for anything else. `order` is one of ORDERS.

    A four-digit year that comes first decides for itself. Without an offset the result has no zone.

    >>> parse("2.3.2026 klo 15.04", "dmy"), parse("03/02/2026 3:04 PM", "mdy"), parse("31.2.2026", "dmy")
    ((datetime.datetime(2026, 3, 2, 15, 4), True), (datetime.datetime(2026, 3, 2, 15, 4), True), None)
    >>> parse("2026/03/02 3:04:05 PM GMT+2", "dmy")[0].isoformat(), parse("2.3.26", "dmy")[0].year
    ('2026-03-02T15:04:05+02:00', 2026)
    """
    match = _PATTERN.fullmatch(raw)
    if match is None:
        return None
    first, _sign, second, third, hour, minute, seconds, half, zone = match.groups()
    if len(first) > 2:
        year, month, day = first, second, third
    elif order == "mdy":
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    try:
        hours = _hour(int(hour or 0), half)
        moment = datetime(_year(year), int(month), int(day), hours, int(minute or 0), int(seconds or 0))  # noqa: DTZ001 - the caller's zone
        return (moment.replace(tzinfo=_zone(zone)) if zone else moment), hour is not None
    except ValueError:
        return None


def _year(digits: str) -> int:
    if len(digits) not in (2, 4):
        raise ValueError(digits)
    year = int(digits)
    return year if len(digits) == 4 else year + (1900 if year >= _CENTURY_TURNS else 2000)


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half in "Pp" else 0)


def _zone(name: str) -> timezone:
    if name in _ZONES:
        return timezone(timedelta(minutes=_ZONES[name])) if _ZONES[name] else UTC
    match = _OFFSET.fullmatch(name)
    assert match is not None  # noqa: S101 - the pattern lets nothing else through
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


@dataclass(slots=True)
class Look:
    """What the times of a column have in common, value by value."""

    times: int = 0
    others: int = 0
    year_first: int = 0
    largest_first: int = 0
    largest_second: int = 0
    halves: int = 0  # of the day: AM, PM
    with_slash: int = 0

    def add(self, raw: str) -> bool:
        """Take in one value; return whether it looks like a time."""
        match = _PATTERN.fullmatch(raw)
        if match is None or not any(len(match[n]) in (2, 4) for n in (1, 4)):
            self.others += 1
            return False
        self.times += 1
        if len(match[1]) > 2:
            self.year_first += 1
        else:
            self.largest_first = max(self.largest_first, int(match[1]))
            self.largest_second = max(self.largest_second, int(match[3]))
            self.halves += match[8] is not None
            self.with_slash += match[2] == "/"
        return True

    @property
    def possible(self) -> tuple[str, ...]:
        """The orders in which every value so far is a day; two: it can't be told which is meant."""
        if self.year_first == self.times:
            return ("ymd",)
        found = []
        if self.largest_second <= 12 and self.largest_first <= 31:
            found.append("dmy")
        if self.largest_first <= 12 and self.largest_second <= 31:
            found.append("mdy")
        return tuple(found)

    def likeliest(self) -> str:
        """Return the order to take, "" when none fits: slashes beside AM or PM are American, else the day is first."""
        possible = self.possible
        if len(possible) < 2:
            return possible[0] if possible else ""
        return "mdy" if self.with_slash and self.halves else "dmy"

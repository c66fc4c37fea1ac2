"""The shop's weeks: numbering, season, and what else was going on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from fiilis.simulate.settings import YEAR, Settings

# Orders by month beside an average month: woollens sell in autumn and before Christmas.
_MONTHS = (1.05, 1.00, 0.86, 0.76, 0.66, 0.62, 0.58, 0.78, 1.06, 1.32, 1.66, 1.55)
_MEAN = sum(_MONTHS) / 12
_JULY, _CHRISTMAS = (7, 14), (12, 18)

LATE = 0.06
"""Share of carriers' parcels that come after the promised day in an ordinary week."""
LATE_CHRISTMAS = 0.10
LATE_STRIKE = 0.30
_STRIKE = (-8, -7)
_CAMPAIGNS = (12, 46)


@dataclass(frozen=True, slots=True)
class Happening:
    """An improvement of the shop's own, or an event of the world around it, on its days."""

    code: str
    kind: str
    """improvement or context."""
    first_day: date
    last_day: date
    fi: str
    sv: str
    en: str


@dataclass(frozen=True, slots=True)
class Week:
    """What a week is like: `index` counts from 0 at the first day, `number` is week 1 in the second year."""

    index: int
    number: int
    monday: date
    volume: float
    """Orders beside an average week."""
    late: float
    """Share of carriers' parcels that are late, apart from what is planted."""


def index_of(number: int) -> int:
    """Return the week's index from 0 for its number; the inverse of `number_of`.

    >>> index_of(1), index_of(-51)
    (52, 0)
    """
    return number + YEAR - 1


def number_of(index: int) -> int:
    """Return the number of the week that is `index` weeks after the first day.

    >>> number_of(103)
    52
    """
    return index - YEAR + 1


@lru_cache(maxsize=8192)
def week(first_day: date, index: int) -> Week:
    """Return what the week `index` weeks after `first_day` is like; also before it and far after it."""
    monday = first_day + timedelta(weeks=index)
    number = number_of(index)
    volume = _season(monday + timedelta(days=3))
    late = LATE
    if number in _CAMPAIGNS:
        volume *= 1.35
    if monday in _heat_wave(first_day):
        volume *= 0.70
    if monday in _christmas(monday.year):
        late = LATE_CHRISTMAS
    if number in _STRIKE:
        volume, late = volume * 0.90, LATE_STRIKE
    return Week(index, number, monday, volume, late)


def happenings(settings: Settings) -> tuple[Happening, ...]:
    """Return what a manager of the shop would have written down, in the order of days; the truths aren't told."""
    found = [_context("strike", settings.monday(_STRIKE[0]), 14, "Postin lakko", "Poststrejk", "Postal strike")]
    for number in _CAMPAIGNS:
        name = ("Kampanja: −20\u00a0% kaikesta", "Kampanj: −20\u00a0% på allt", "Campaign: 20 % off everything")
        found.append(_context("campaign", settings.monday(number), 7, *name))
    heat = _heat_wave(settings.first_day)
    found.append(_context("heat_wave", heat[0], 14, "Hellejakso", "Värmebölja", "Heat wave"))
    last_day = settings.first_day + timedelta(weeks=settings.weeks) - timedelta(days=1)
    for year in range(settings.first_day.year, last_day.year + 1):
        found.append(_context("christmas", _christmas(year)[0], 14, "Joulun ruuhka", "Julrusningen", "Christmas rush"))
    truths = settings.truths
    if truths.front_page.on:
        day = settings.monday(truths.front_page.bad_week + 1)
        names = ("Uusi etusivu", "Ny förstasida", "New front page")
        found.append(Happening("front_page", "improvement", day, day, *names))
    if truths.broken_form.on:
        day = settings.monday(truths.broken_form.last_week + 1)
        names = ("Palautuslomake korjattu", "Returblanketten lagad", "Return form mended")
        found.append(Happening("return_form", "improvement", day, day, *names))
    inside = [one for one in found if settings.first_day <= one.first_day <= last_day]
    return tuple(sorted(inside, key=lambda one: (one.first_day, one.code)))


def _context(code: str, monday: date, days: int, fi: str, sv: str, en: str) -> Happening:
    return Happening(code, "context", monday, monday + timedelta(days=days - 1), fi, sv, en)


def _season(day: date) -> float:
    """Orders beside an average month, going straight from the middle of a month to the middle of the next."""
    month, along = day.month - 1, (day.day - 15) / 30.5
    other = (month + (1 if along > 0 else -1)) % 12
    return (_MONTHS[month] * (1 - abs(along)) + _MONTHS[other] * abs(along)) / _MEAN


def _two_weeks(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(weeks=1)


def _christmas(year: int) -> tuple[date, date]:
    """Mondays of the two weeks whose parcels are to be there before Christmas."""
    return _two_weeks(date(year, *_CHRISTMAS) - timedelta(weeks=1))


def _heat_wave(first_day: date) -> tuple[date, date]:
    """Mondays of two hot weeks in the second year's July."""
    second = first_day + timedelta(weeks=YEAR)
    year = second.year if second <= date(second.year, *_JULY) else second.year + 1
    return _two_weeks(date(year, *_JULY))

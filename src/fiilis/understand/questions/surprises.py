"""What changed that can't well be chance? Touchpoints and segments watched week by week, with false alarms counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache, reduce
from itertools import accumulate
from math import sqrt
from operator import add
from statistics import median

from fiilis.core.models import Workspace
from fiilis.science.alarms.baseline import Baseline, choose_h, false_alarms_a_year, run_length
from fiilis.science.alarms.cusum import DEFAULT_H, Cusum, Direction, standardised, update
from fiilis.science.comparisons import Comparison, Growing
from fiilis.science.estimate import Estimate
from fiilis.understand import facts
from fiilis.understand.facts import Series
from fiilis.understand.sums import Sums, difference, estimate
from fiilis.understand.types import Days, Filter

FALSE_A_YEAR = 1.0
"""So many false surprises a year are accepted at most, over all that is watched together."""

WATCHED_WEEKS = 52
BASELINE_WEEKS = 52
LEAST_BASELINE = 26
"""Weeks needed to know what is normal."""

LOOK = 10
"""Answers in one look: weeks with fewer wait for the next, so that a mean is nearly normal."""

SAME_EVENT = timedelta(weeks=5)
"""Changes of one measure at one touchpoint that begin within this of each other are one event seen from many sides."""

GONE_AFTER = 2
"""A change is called gone when at least so many looks have come after it."""

Weeks = Mapping[date, Sums]


@dataclass(frozen=True, slots=True)
class Surprise:
    """A change that can't well be chance.

    `began` is the Monday from which on it seems to have held, `noticed` of the week in which it was found, `ended` of
    the week from which on it was gone (None: still there). `before` and `during` are the measure's figures and
    `change` their difference: of weeks picked for being unusual, so it leans away from 0.
    """

    series: Series
    direction: Direction
    began: date
    noticed: date
    ended: date | None
    before: Estimate
    during: Estimate
    change: Comparison

    @property
    def strength(self) -> float:
        """How many standard errors the change is: of several views on one event the strongest is told."""
        evidence = self.change.evidence
        return abs(evidence.delta) / evidence.standard_error if evidence and evidence.standard_error else 0.0


@dataclass(frozen=True, slots=True)
class Surprises:
    """What was found, newest first, among `watched` series, with the false alarms to expect in a year.

    `unwatched` have enough answers for two looks but too few to be watched, or too short a past; `threshold` is the
    CUSUM's, in standard errors.
    """

    version: int
    found: tuple[Surprise, ...]
    watched: int
    unwatched: int
    since: date | None
    threshold: float | None
    false_a_year: float


@dataclass(frozen=True, slots=True)
class _Watch:
    """One series parted into what is normal and the looks after that."""

    series: Series
    baseline: Baseline
    normal: Sums
    looks: tuple[tuple[date, Sums], ...]
    worth: float


def surprises(*, workspace: Workspace, until: date, at_least: int | None = None) -> Surprises:
    """Return the changes of the year before `until` that can't well be chance, at touchpoints and in segments.

    The year before that says what is normal. Of views on one event (the touchpoint, its iPhone users, its Swedish
    speakers) only the clearest is told. Whole weeks only: the one of `until` isn't over.
    """
    monday = until - timedelta(days=until.weekday())
    first = monday - timedelta(weeks=WATCHED_WEEKS + BASELINE_WEEKS)
    asked = Filter(Days(first, monday - timedelta(days=1)))
    found = facts.weekly(workspace=workspace, asked=asked, least=2 * LOOK, at_least=at_least)
    return watched(found.value, until=monday, version=found.version)


def watched(weekly: Mapping[Series, Weeks], *, until: date, version: int) -> Surprises:
    """Return the surprises in sums by week; `until` is the Monday after the last whole week."""
    since = until - timedelta(weeks=WATCHED_WEEKS)
    watches = [watch for series, weeks in _distinct(weekly) if (watch := _watch(series, weeks, since)) is not None]
    unwatched = len(weekly) - len(watches)
    if not watches:
        return Surprises(version, (), 0, unwatched, None, None, 0.0)
    looks = sum(len(watch.looks) for watch in watches) / len(watches)
    worth = median(watch.worth for watch in watches)
    h, rate = _threshold(len(watches), round(looks), round(worth))
    every = [one for watch in watches for one in _changes(watch, h)]
    return Surprises(
        version, _one_of_each_event(every), len(watches), unwatched, since, h,
        false_alarms_a_year(rate, series=len(watches), looks_a_year=looks),
    )  # fmt: skip


@lru_cache(maxsize=256)
def _threshold(series: int, looks: int, worth: int) -> tuple[float, float]:
    """Return the CUSUM's threshold and its rate of false alarms a look: a second's work, the same from page to page."""
    h = max(DEFAULT_H, choose_h(FALSE_A_YEAR, series=series, looks_a_year=looks, baseline_looks=worth))
    return h, run_length(h, baseline_looks=worth).rate


def _distinct(weekly: Mapping[Series, Weeks]) -> Iterable[tuple[Series, Weeks]]:
    """Leave out segments that are all of their touchpoint: the same answers under two names."""
    whole = {(s.touchpoint, s.measure): _n(weeks.values()) for s, weeks in weekly.items() if not s.by}
    for series, weeks in weekly.items():
        if not series.by or _n(weeks.values()) < 0.95 * whole[series.touchpoint, series.measure]:
            yield series, weeks


def _n(sums: Iterable[Sums]) -> int:
    return sum(one.n for one in sums)


def _looks(weeks: Iterable[tuple[date, Sums]]) -> list[tuple[date, Sums]]:
    """Return the looks by the Monday of their first week: weeks put together until they have answers enough."""
    looks: list[tuple[date, Sums]] = []
    began: date | None = None
    held: Sums | None = None
    for monday, sums in weeks:
        began, held = began or monday, sums if held is None else held + sums
        if held.n >= LOOK:
            looks.append((began, held))
            began = held = None
    return looks


def _watch(series: Series, weeks: Weeks, since: date) -> _Watch | None:
    ordered = sorted(weeks.items())
    before = [(monday, sums) for monday, sums in ordered if monday < since]
    if not before or (since - before[0][0]).days < 7 * LEAST_BASELINE:
        return None
    normal, looks = _looks(before), _looks((monday, sums) for monday, sums in ordered if monday >= since)
    baseline = Baseline.from_looks([sums.plain for _monday, sums in normal])
    if not isinstance(baseline, Baseline) or not looks:
        return None
    usual = median(sums.n for _monday, sums in looks)
    return _Watch(series, baseline, _together(sums for _m, sums in normal), tuple(looks), baseline.worth(int(usual)))


def _together(sums: Iterable[Sums]) -> Sums:
    return reduce(add, sums)


def _changes(watch: _Watch, h: float) -> list[Surprise]:
    """Return the changes of one series: the clearest first, then those before it and after it."""
    scores = [standardised(watch.baseline, sums.plain) for _monday, sums in watch.looks]
    found: list[Surprise] = []
    left = [(0, len(scores))]
    while left:
        start, stop = left.pop()
        alarms = _alarms(watch, h, start, stop)
        if alarms:
            first, last, noticed = _clearest(scores, start, stop, alarms)
            found.append(_surprise(watch, alarms[noticed], first, noticed, last))
            left += [(start, first), (last + 1, stop)]
    return found


def _alarms(watch: _Watch, h: float, start: int, stop: int) -> dict[int, Direction]:
    state = Cusum(watch.baseline, h=h)
    found = {}
    for place in range(start, stop):
        monday, sums = watch.looks[place]
        state, alarm = update(state, monday.isoformat(), sums.plain)
        if alarm is not None:
            found[place] = alarm.direction
    return found


def _clearest(scores: Sequence[float], start: int, stop: int, alarms: Mapping[int, Direction]) -> tuple[int, int, int]:
    """Return first and last look of the clearest change around an alarm, and the look in which it was noticed.

    For normal scores the likeliest span is that with the greatest |sum| / sqrt(length): Hinkley 1970, Biometrika 57;
    after a CUSUM's alarm nearer to the truth than the look at which its sum left 0 (Samuel, Pignatiello & Calvin 1998).
    """
    sums = [0.0, *accumulate(scores)]

    def clearness(span: tuple[int, int]) -> float:
        first, last = span
        return abs(sums[last + 1] - sums[first]) / sqrt(last + 1 - first)

    def alarm_in(span: tuple[int, int]) -> int | None:
        first, last = span
        rising = sums[last + 1] > sums[first]
        return next((p for p in range(first, last + 1) if p in alarms and (alarms[p] is Direction.UP) == rising), None)

    spans = ((first, last) for first in range(start, stop) for last in range(first, stop))
    best = max((span for span in spans if alarm_in(span) is not None), key=clearness)
    noticed = alarm_in(best)
    assert noticed is not None  # noqa: S101 - for the type checker
    return *best, noticed


def _surprise(watch: _Watch, direction: Direction, first: int, noticed: int, last: int) -> Surprise:
    measure = watch.series.measure
    during = _together(sums for _monday, sums in watch.looks[first : last + 1])
    gone = last + GONE_AFTER < len(watch.looks)
    return Surprise(
        series=watch.series,
        direction=direction,
        began=watch.looks[first][0],
        noticed=watch.looks[noticed][0],
        ended=watch.looks[last + 1][0] if gone else None,
        before=estimate(measure, watch.normal),
        during=estimate(measure, during),
        change=difference(measure, during, watch.normal, growing=Growing.A, margin=None),
    )


def _one_of_each_event(every: Sequence[Surprise]) -> tuple[Surprise, ...]:
    told: list[Surprise] = []
    for one in sorted(every, key=lambda surprise: -surprise.strength):
        if not any(_same_event(one, other) for other in told):
            told.append(one)
    return tuple(sorted(told, key=lambda surprise: (surprise.noticed, surprise.strength), reverse=True))


def _same_event(one: Surprise, other: Surprise) -> bool:
    near = abs(one.began - other.began) <= SAME_EVENT or _within(one, other) or _within(other, one)
    same = one.series.touchpoint == other.series.touchpoint and one.series.measure.kind == other.series.measure.kind
    return same and near and one.direction is other.direction


def _within(one: Surprise, other: Surprise) -> bool:
    return other.began <= one.began and (other.ended is None or one.began < other.ended)

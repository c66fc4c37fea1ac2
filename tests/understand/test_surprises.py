from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
import pytest

from fiilis.science.alarms.cusum import Direction
from fiilis.science.sums import ClusterSums, Moments
from fiilis.understand import facts
from fiilis.understand.facts import Series
from fiilis.understand.questions.surprises import FALSE_A_YEAR, Surprises, surprises, watched
from fiilis.understand.sums import Sums
from fiilis.understand.types import Days, Filter, Measure
from tests.conftest import World
from tests.facts import fact, put

UNTIL = date(2026, 11, 23)
CSAT = Measure("csat", 1, 5, averaged=True)


def mondays(n: int = 104) -> list[date]:
    return [UNTIL - timedelta(weeks=n - i) for i in range(n)]


def sums(scores: np.ndarray) -> Sums:
    plain = Moments(int(scores.size), float(scores.sum()), float((scores**2).sum()))
    return Sums(plain, ClusterSums.from_arrays(scores), weighted_or_clustered=False)


def weeks(seed: int, n: int = 40, shift: float = 0.0, since: int = 104, until: int = 104) -> Mapping[date, Sums]:
    """Scores 1-5 by week; from the week `since` to before `until` of 104 some are one lower, `shift` on average."""
    rng = np.random.default_rng(seed)
    found = {}
    for index, monday in enumerate(mondays()):
        scores = rng.choice([2.0, 3.0, 4.0, 5.0], n, p=[0.05, 0.15, 0.35, 0.45])
        if since <= index < until:
            scores = scores - (rng.random(n) < -shift)
        found[monday] = sums(scores)
    return found


def series(name: str = "delivery", by: str = "", segment: str = "") -> Series:
    return Series(name, CSAT, by, segment)


def looked_at(weekly: Mapping[Series, Mapping[date, Sums]]) -> Surprises:
    return watched(weekly, until=UNTIL, version=1)


def test_lasting_drop_is_found_with_its_beginning_and_its_size() -> None:
    quiet = {series(f"quiet{i}"): weeks(i) for i in range(8)}
    found = looked_at(quiet | {series(): weeks(99, shift=-0.5, since=83)})
    (one,) = found.found
    assert (one.series, one.direction, one.ended) == (series(), Direction.DOWN, None)
    assert abs((one.began - mondays()[83]).days) <= 7
    assert one.noticed - one.began <= timedelta(weeks=4)
    assert one.change.low is not None and one.change.high is not None
    assert one.change.low <= -0.5 <= one.change.high
    assert (found.watched, found.unwatched) == (9, 0)
    assert 0.0 < found.false_a_year <= FALSE_A_YEAR


def test_drop_that_was_mended_has_an_end() -> None:
    found = looked_at({series(): weeks(6, n=60, shift=-0.9, since=80, until=84)})
    (one,) = found.found
    assert one.ended is not None
    assert abs((one.ended - mondays()[84]).days) <= 14


def test_one_event_seen_from_many_sides_is_told_once_where_it_is_clearest() -> None:
    north = weeks(1, n=30, shift=-0.8, since=83)
    south = weeks(2, n=60)
    whole = {monday: north[monday] + south[monday] for monday in mondays()}
    found = looked_at(
        {
            series(): whole,
            series(by="attribute:area", segment="9x"): north,
            series(by="attribute:area", segment="0x"): south,
        }
    )
    assert [one.series.segment for one in found.found] == ["9x"]


def test_segment_that_is_all_of_its_touchpoint_is_not_watched_twice() -> None:
    same = weeks(3)
    assert looked_at({series(): same, series(by="channel", segment="mail"): same}).watched == 1


@pytest.mark.parametrize("kept", [20, 60])
def test_past_too_short_is_not_watched(kept: int) -> None:
    """Watching begins 52 weeks before the end: 60 weeks leave 8 to learn from, 20 none."""
    short = dict(list(weeks(4, shift=-0.9, since=90).items())[-kept:])
    found = looked_at({series(): short})
    assert (found.found, found.watched, found.unwatched, found.threshold) == ((), 0, 1, None)


def test_few_answers_wait_for_the_next_week() -> None:
    found = looked_at({series(): weeks(6, n=4, shift=-0.9, since=70)})
    (one,) = found.found
    assert one.direction is Direction.DOWN
    assert found.watched == 1


def test_answers_all_alike_are_not_watched() -> None:
    same = {monday: sums(np.full(20, 5.0)) for monday in mondays()}
    assert looked_at({series(): same}).watched == 0


def quiet_pages(pages: int) -> Iterator[int]:
    for page in range(pages):
        yield len(looked_at({series(f"t{i}"): weeks(1000 * page + i, n=30) for i in range(6)}).found)


def test_false_surprises_are_about_as_rare_as_said() -> None:
    """Ten years of six quiet touchpoints: one false surprise a year is promised at most, ten in all."""
    assert sum(quiet_pages(10)) <= 16  # Poisson(10) passes 16 in 3 % of cases; the seeds are fixed


@pytest.mark.django_db(transaction=True)
def test_facts_are_watched_by_touchpoint_language_and_attribute(world: World) -> None:
    rng = np.random.default_rng(8)
    rows = []
    for index, monday in enumerate(mondays()):
        for i in range(24):
            device = "iphone" if i % 2 else "desktop"
            value = float(rng.choice([3, 4, 5]))
            if device == "iphone" and index >= 90:
                value -= 2
            rows.append(
                fact(
                    world.woollens,
                    f"{index}-{i}",
                    "csat",
                    value,
                    monday + timedelta(days=i % 7),
                    touchpoint="returns",
                    attributes={"device": device},
                )
            )
    version = put(rows)
    found = surprises(workspace=world.woollens, until=UNTIL + timedelta(days=3), at_least=version)
    assert [(one.series.by, one.series.segment) for one in found.found] == [("attribute:device", "iphone")]
    assert found.watched == 3  # all, iphone, desktop; language and channel are one value each
    assert surprises(workspace=world.sauna, until=UNTIL).watched == 0


def test_attributes_that_strangers_make_up_cost_nothing(world: World) -> None:
    rows = [
        fact(
            world.woollens, str(n), "nps", 9.0, UNTIL - timedelta(days=10), touchpoint="returns",
            attributes={f"k{n}": "v", "seen": "twice" if n < 2 else "often"},
        )
        for n in range(30)
    ]  # fmt: skip
    asked = Filter(Days(UNTIL - timedelta(weeks=4), UNTIL))
    found = facts.weekly(workspace=world.woollens, asked=asked, least=20, at_least=put(rows)).value
    assert {(one.by, one.segment) for one in found if one.by.startswith("attribute")} == {("attribute:seen", "often")}
    assert {weeks.n for series, by_week in found.items() if not series.by for weeks in by_week.values()} == {30}
    found = facts.weekly(workspace=world.woollens, asked=asked).value
    assert len({one.by for one in found if one.by.startswith("attribute")}) == 31

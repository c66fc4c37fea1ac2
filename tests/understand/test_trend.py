from datetime import date, timedelta

from fiilis.science.estimate import Unknown
from fiilis.science.metrics import nps
from fiilis.understand.questions.trend import MOST_POINTS, Bucket, Trend, trend
from fiilis.understand.types import Days, Filter, Measure
from tests.conftest import World
from tests.facts import fact, put

NPS, CSAT = Measure("nps", 0, 10), Measure("csat", 1, 5)
START = date(2026, 1, 5)  # a Monday


def told(world: World, days: int, *measures: Measure, asked: Filter | None = None) -> Trend:
    return trend(workspace=world.woollens, asked=asked or Filter(), measures=measures or (NPS,), days=days)


def answers(world: World, days: list[date], each: int = 6, kind: str = "nps") -> None:
    put([fact(world.woollens, f"{kind}{day}{i}", kind, 10 - i % 3, day) for day in days for i in range(each)])


def test_days_have_points_only_where_there_are_answers(world: World) -> None:
    days = [START, START + timedelta(days=1), START + timedelta(days=4)]
    answers(world, days)
    found = told(world, 3)
    assert found.bucket is Bucket.DAY
    assert [(point.start, point.gap_before) for point in found.lines[NPS]] == [
        (days[0], False), (days[1], False), (days[2], True),
    ]  # fmt: skip
    assert {point.estimate for point in found.lines[NPS]} == {nps(0, 2, 4)}


def test_point_with_too_few_answers_is_unknown(world: World) -> None:
    answers(world, [START], each=3)
    (point,) = told(world, 1).lines[NPS]
    assert (point.estimate.unknown, point.estimate.n) == (Unknown.TOO_FEW, 3)


def test_more_days_than_points_are_drawn_by_week_from_monday(world: World) -> None:
    days = [START + timedelta(days=i) for i in range(MOST_POINTS + 1)]
    answers(world, days, each=1)
    found = told(world, len(days))
    assert found.bucket is Bucket.WEEK
    assert [point.start for point in found.lines[NPS]] == [START + timedelta(weeks=i) for i in range(7)]
    assert sum(point.estimate.n for point in found.lines[NPS]) == len(days)
    assert told(world, MOST_POINTS).bucket is Bucket.DAY


def test_more_weeks_than_points_are_drawn_by_month(world: World) -> None:
    days = [START + timedelta(weeks=i) for i in range(MOST_POINTS + 1)]
    answers(world, [*days, date(2027, 3, 8)], each=1)
    found = told(world, len(days) + 1)
    assert found.bucket is Bucket.MONTH
    assert [point.start.month for point in found.lines[NPS]] == [*range(1, 12), 3]
    assert [point.gap_before for point in found.lines[NPS]] == [False] * 11 + [True]


def test_lines_of_one_page_have_one_bucket(world: World) -> None:
    answers(world, [START + timedelta(days=i) for i in range(60)], each=1)
    answers(world, [START], kind="csat")
    found = told(world, 60, NPS, CSAT)
    assert (found.bucket, len(found.lines[NPS]), len(found.lines[CSAT])) == (Bucket.WEEK, 9, 1)


def test_days_outside_and_neighbours_are_left_out(world: World) -> None:
    answers(world, [START, START + timedelta(days=9)])
    put([fact(world.sauna, f"s{i}", "nps", 0, START) for i in range(9)])
    (point,) = told(world, 1, asked=Filter(Days(START, START))).lines[NPS]
    assert (point.start, point.estimate.n) == (START, 6)


def test_nothing_asked_gives_nothing(world: World) -> None:
    assert told(world, 0).lines == {NPS: ()}
    assert trend(workspace=world.woollens, asked=Filter(), measures=(), days=0) == Trend(-1, Bucket.DAY, {})

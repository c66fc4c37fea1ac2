from datetime import UTC, date, datetime

import pytest

from fiilis.core import clock
from fiilis.understand import periods
from fiilis.understand.periods import Period
from fiilis.understand.questions.period import chosen_period, today_in
from fiilis.understand.types import Days
from tests.conftest import World
from tests.facts import fact, put

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "chosen"),
    [
        (date(2026, 11, 23), Period.WEEKS_4),
        (date(2026, 10, 27), Period.WEEKS_4),
        (date(2026, 10, 26), Period.WEEKS_26),
        (date(2026, 5, 26), Period.WEEKS_26),
        (date(2026, 5, 25), Period.MONTHS_12),
        (date(2025, 11, 24), Period.MONTHS_12),
        (date(2025, 11, 23), Period.ALL),
    ],
)
def test_shortest_period_with_a_hundred_answers_is_chosen(world: World, day: date, chosen: Period) -> None:
    put([fact(world.woollens, f"f{i}", "nps", 9, day) for i in range(periods.ENOUGH)])
    assert chosen_period(workspace=world.woollens, wanted="", today=TODAY) is chosen
    assert chosen_period(workspace=world.sauna, wanted="", today=TODAY) is Period.ALL


def test_too_few_answers_everywhere_show_everything(world: World) -> None:
    put([fact(world.woollens, f"f{i}", "nps", 9, TODAY) for i in range(periods.ENOUGH - 1)])
    assert chosen_period(workspace=world.woollens, wanted="", today=TODAY) is Period.ALL


@pytest.mark.parametrize("wanted", ["yesterday", "4W", "26", "\x00"])
def test_unknown_period_is_as_none(world: World, wanted: str) -> None:
    assert chosen_period(workspace=world.woollens, wanted=wanted, today=TODAY) is Period.ALL


def test_chosen_period_is_kept(world: World) -> None:
    for period in Period:
        assert chosen_period(workspace=world.woollens, wanted=period.value, today=TODAY) is period


def test_today_is_the_workspaces_own(world: World) -> None:
    with clock.held(datetime(2026, 11, 22, 22, 30, tzinfo=UTC)):
        assert today_in(world.woollens) == date(2026, 11, 23)
        world.sauna.time_zone = "America/Los_Angeles"
        assert today_in(world.sauna) == date(2026, 11, 22)


def test_periods_have_their_days() -> None:
    found = {period: periods.days(period, TODAY) for period in Period}
    assert {period: days and days.count for period, days in found.items()} == {
        Period.WEEKS_4: 28, Period.WEEKS_26: 182, Period.MONTHS_12: 365, Period.ALL: None,
    }  # fmt: skip
    assert periods.days(Period.MONTHS_12, date(2028, 2, 29)) == Days(date(2027, 3, 1), date(2028, 2, 29))


def test_period_is_held_against_the_one_before() -> None:
    earlier, later = periods.sides(Period.WEEKS_4, TODAY, [], None) or (None, None)
    assert later == Days(date(2026, 10, 27), TODAY)
    assert earlier == Days(date(2026, 9, 29), date(2026, 10, 26))


def test_everything_is_held_against_itself_by_halves() -> None:
    starts = [date(2017, 5, 5), date(2017, 5, 6), date(2017, 5, 7), date(2026, 11, 20)]
    assert periods.sides(Period.ALL, TODAY, starts, date(2026, 11, 21)) == (
        Days(date(2017, 5, 5), date(2017, 5, 6)), Days(date(2017, 5, 7), date(2026, 11, 21)),
    )  # fmt: skip
    assert periods.sides(Period.ALL, TODAY, starts[:1], starts[0]) is None
    assert periods.sides(Period.ALL, TODAY, [], None) is None

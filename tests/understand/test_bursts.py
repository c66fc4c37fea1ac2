from datetime import UTC, datetime, timedelta

import pytest

from fiilis.understand.questions.bursts import LEAST, bursts
from fiilis.understand.types import Filter
from fiilis.warehouse.tables import AnswerFact
from tests.conftest import World
from tests.facts import fact, put

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def pressed(world: World, tag: str, seconds: list[float], **more: str) -> list[AnswerFact]:
    return [
        fact(
            world.woollens, f"{tag}{i}", "csat", 1, NOON.date(), at=NOON + timedelta(seconds=s),
            **({"touchpoint": "kiosk", "source": "tablet"} | more),
        )
        for i, s in enumerate(seconds)
    ]  # fmt: skip


def seen(world: World) -> list[tuple[str, str, float, float, int]]:
    found = bursts(workspace=world.woollens, asked=Filter()).value
    return [
        (one.touchpoint, one.source, (one.began - NOON).total_seconds(), (one.ended - NOON).total_seconds(), one.n)
        for one in found
    ]


def test_presses_one_upon_another_are_one_burst_however_long(world: World) -> None:
    put(pressed(world, "a", [i * 0.7 for i in range(60)]))
    assert seen(world) == [("kiosk", "tablet", 0.0, pytest.approx(41.3), 60)]


@pytest.mark.parametrize(("n", "found"), [(LEAST - 1, 0), (LEAST, 1)])
def test_rule_counts_from_ten(world: World, n: int, found: int) -> None:
    put(pressed(world, "a", [float(i) for i in range(n)]))
    assert len(seen(world)) == found


def test_bursts_apart_are_told_apart_and_people_are_none(world: World) -> None:
    put(
        pressed(world, "a", [0.5 * i for i in range(12)])
        + pressed(world, "b", [3600 + 0.5 * i for i in range(15)])
        + pressed(world, "c", [7200 + 20.0 * i for i in range(40)])
    )
    assert [(began, n) for _t, _s, began, _e, n in seen(world)] == [(3600.0, 15), (0.0, 12)]


def test_touchpoints_and_sources_are_looked_at_one_by_one(world: World) -> None:
    put(
        pressed(world, "a", [float(i) for i in range(6)])
        + pressed(world, "b", [float(i) for i in range(6)], source="other")
        + pressed(world, "c", [float(i) for i in range(6)], touchpoint="door")
    )
    assert seen(world) == []


def test_several_answers_of_one_feedback_count_once(world: World) -> None:
    rows = pressed(world, "a", [float(i) for i in range(6)])
    again = [fact(world.woollens, row.feedback, "nps", 1, NOON.date(), at=row.at, touchpoint="kiosk", source="tablet")
             for row in rows]  # fmt: skip
    put(rows + again)
    assert seen(world) == []


def test_neighbours_bursts_do_not_leak(world: World) -> None:
    put(pressed(world, "a", [0.1 * i for i in range(30)]))
    assert bursts(workspace=world.sauna, asked=Filter()).value == ()

from datetime import date

import pytest

from fiilis.core.models import Workspace
from fiilis.ecosystem import services
from fiilis.ecosystem.types import ActorKind, ActorPlan, Control, JourneyPlan, StagePlan, TouchpointPlan
from fiilis.science.estimate import Unknown
from fiilis.science.metrics import share
from fiilis.understand.questions.touchpoints import Touchpoints, touchpoints
from fiilis.understand.types import Filter, Measure
from tests.conftest import World
from tests.facts import fact, put

DAY = date(2026, 11, 16)
CSAT = Measure("csat", 1, 5)
PLAN = JourneyPlan(
    name="Ostopolku",
    actors=(
        ActorPlan(key="us", name="Villa Oy", kind=ActorKind.OWN_TEAM),
        ActorPlan(key="post", name="Posti", kind=ActorKind.PARTNER),
    ),
    stages=(
        StagePlan(
            names={"fi": "Ostaa", "en": "Buy"},
            touchpoints=(
                TouchpointPlan(key="shop", names={"fi": "Myymälä", "en": "Shop"}, actor="us"),
                TouchpointPlan(key="checkout", names={"fi": "Kassa", "en": "Checkout"}, actor="us"),
            ),
        ),
        StagePlan(
            names={"fi": "Vastaanottaa", "en": "Receive"},
            touchpoints=(
                TouchpointPlan(
                    key="parcel", names={"fi": "Paketti", "en": "Parcel"}, actor="post", control=Control.PARTNER
                ),
                TouchpointPlan(key="return", names={"fi": "Palautus", "en": "Return"}, actor="us"),
            ),
        ),
    ),
)


def laid_out(workspace: Workspace) -> dict[str, str]:
    """Lay the journey out; return its touchpoints' ids by key."""
    services.lay_out_journey(workspace=workspace, plan=PLAN, by="test")
    return {row.place.key: str(row.place.id) for row in told(workspace).rows}


def told(workspace: Workspace) -> Touchpoints:
    return touchpoints(workspace=workspace, asked=Filter(), at_least=10**9)


def answers(world: World, place: str, good: int, bad: int, kind: str = "csat", tag: str = "") -> None:
    best, worst = (5, 2) if kind == "csat" else (7, 2)
    values = [best] * good + [worst] * bad
    put([fact(world.woollens, f"{place}{tag}{i}", kind, v, DAY, touchpoint=place) for i, v in enumerate(values)])


def test_all_touchpoints_stand_in_the_order_of_the_journey(world: World) -> None:
    ids = laid_out(world.woollens)
    answers(world, ids["parcel"], 20, 5)
    found = told(world.woollens)
    assert [row.place.key for row in found.rows] == ["shop", "checkout", "parcel", "return"]
    assert [row.estimate.unknown for row in found.rows] == [Unknown.NO_ANSWERS] * 2 + [None, Unknown.NO_ANSWERS]
    assert found.rows[2].estimate == share(20, 25)
    assert (found.weakest, found.comparable, found.usual) == ((), 0, CSAT)


def test_clearly_weaker_touchpoint_is_found(world: World) -> None:
    ids = laid_out(world.woollens)
    for key, good in {"shop": 80, "checkout": 82, "parcel": 78, "return": 40}.items():
        answers(world, ids[key], good, 100 - good)
    found = told(world.woollens)
    assert [row.place.key for row in found.weakest] == ["return"]
    assert found.comparable == 4
    # Found by the test; and plain to the eye: the interval lies wholly below what the others have together.
    (weakest,) = found.weakest
    assert weakest.estimate.high is not None
    assert weakest.estimate.high < (80 + 82 + 78) / 300


def test_like_touchpoints_have_no_weakest(world: World) -> None:
    ids = laid_out(world.woollens)
    for key, good in {"shop": 80, "checkout": 78, "parcel": 82, "return": 76}.items():
        answers(world, ids[key], good, 100 - good)
    found = told(world.woollens)
    assert (found.weakest, found.comparable) == ((), 4)


def test_few_answers_never_make_a_weakest(world: World) -> None:
    ids = laid_out(world.woollens)
    answers(world, ids["shop"], 90, 10)
    answers(world, ids["return"], 0, 29)
    assert told(world.woollens).weakest == ()
    answers(world, ids["return"], 0, 1, tag="more")
    assert [row.place.key for row in told(world.woollens).weakest] == ["return"]


def test_touchpoint_has_the_one_measure_with_most_answers(world: World) -> None:
    ids = laid_out(world.woollens)
    answers(world, ids["shop"], 10, 5)
    answers(world, ids["shop"], 8, 6, kind="ces")
    answers(world, ids["checkout"], 30, 3, kind="ces")
    answers(world, ids["checkout"], 1, 1)
    answers(world, ids["parcel"], 20, 3)
    found = told(world.woollens)
    ease = Measure("ces", 1, 7, shared=True)
    assert [row.measure for row in found.rows] == [CSAT, ease, CSAT, CSAT]
    assert found.rows[1].estimate == share(30, 33)
    # Another measure is neither compared nor called weaker.
    assert (found.usual, found.apart, found.rows[1].comparison) == (CSAT, 1, None)


def test_nps_at_a_touchpoint_is_no_share(world: World) -> None:
    ids = laid_out(world.woollens)
    put([fact(world.woollens, f"f{i}", "nps", 9, DAY, touchpoint=ids["shop"]) for i in range(30)])
    assert {row.estimate.unknown for row in told(world.woollens).rows} == {Unknown.NO_ANSWERS}


def test_touchpoint_handed_over_keeps_all_its_answers(world: World) -> None:
    ids = laid_out(world.woollens)
    for actor, tag in (("old", "a"), ("new", "b")):
        put(
            [
                fact(
                    world.woollens, f"{tag}{i}", "csat", 5 - 3 * (i % 4 == 0), DAY, touchpoint=ids["shop"], actor=actor
                )
                for i in range(20)
            ]
        )
    assert told(world.woollens).rows[0].estimate == share(30, 40)


@pytest.mark.parametrize("seed", range(3))
def test_clustered_answers_of_the_same_persons_are_judged_by_clusters(world: World, seed: int) -> None:
    from random import Random

    random = Random(seed)
    ids = laid_out(world.woollens)
    facts = []
    for flight in range(25):
        mood = random.gauss(0.7, 0.15)
        for seat in range(12):
            for key, place in ids.items():
                good = random.random() < mood - (0.3 if key == "return" else 0)
                who = {"weight": random.choice([0.5, 1.5]), "cluster": f"run {flight}"}
                name = f"{flight}-{seat}"
                value = 5 if good else 2
                facts.append(fact(world.woollens, name, "csat", value, DAY, question=key, touchpoint=place, **who))
    put(facts)
    found = told(world.woollens)
    assert {str(row.estimate.method) for row in found.rows} == {"linearised"}
    assert [row.place.key for row in found.weakest] == ["return"]


def test_neighbours_answers_at_a_planted_touchpoint_are_never_counted(world: World) -> None:
    ids = laid_out(world.woollens)
    put([fact(world.sauna, f"s{i}", "csat", 1, DAY, touchpoint=ids["shop"]) for i in range(60)])
    assert {row.estimate.n for row in told(world.woollens).rows} == {0}
    assert told(world.sauna).rows == ()

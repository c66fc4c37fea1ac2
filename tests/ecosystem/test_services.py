from typing import Any

import msgspec
import pytest

from fiilis.core.errors import Invalid
from fiilis.core.models import AuditEntry
from fiilis.ecosystem import queries, services
from fiilis.ecosystem.models import Actor, Person, Stage, Touchpoint
from fiilis.ecosystem.types import ActorKind, ActorPlan, Control, JourneyPlan, StagePlan, TouchpointPlan, name_in
from tests.conftest import World

SHOP = ActorPlan(key="shop", name="Villa Oy", kind=ActorKind.OWN_TEAM)
POST = ActorPlan(key="post", name="Posti", kind=ActorKind.SUBCONTRACTOR, names={"en": "Finland's post"})
PLAN = JourneyPlan(
    name="Ostopolku",
    names={"fi": "Ostopolku", "sv": "Köpresan", "en": "Purchase"},
    actors=(SHOP, POST),
    stages=(
        StagePlan(
            names={"fi": "Ostaa", "en": "Buys"},
            touchpoints=(TouchpointPlan(key="till", names={"fi": "Kassa"}, actor="shop"),),
        ),
        StagePlan(
            names={"fi": "Vastaanottaa", "en": "Receives"},
            touchpoints=(
                TouchpointPlan(key="delivery", names={"fi": "Toimitus"}, actor="post", control=Control.PARTNER),
                TouchpointPlan(key="parcel", names={"fi": "Paketti"}, actor="shop"),
            ),
        ),
    ),
)  # fmt: skip


def test_lay_out_journey_makes_actors_stages_and_touchpoints_in_order(world: World) -> None:
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by=world.people.aino)
    (journey,) = queries.journeys(workspace=world.woollens)
    assert (journey.name, journey.names["sv"]) == ("Ostopolku", "Köpresan")
    shape = [(stage.names["en"], [p.key for p in stage.touchpoints]) for stage in journey.stages]
    assert shape == [("Buys", ["till"]), ("Receives", ["delivery", "parcel"])]
    delivery = journey.stages[1].touchpoints[0]
    assert (delivery.actor_name, delivery.actor_kind, delivery.control) == ("Posti", "subcontractor", "partner")
    assert [(a.name, a.touchpoints) for a in queries.actors(workspace=world.woollens)] == [
        ("Posti", 1),
        ("Villa Oy", 2),
    ]


def test_lay_out_journey_again_changes_nothing_and_keeps_what_was_renamed(world: World) -> None:
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by="test")
    Touchpoint.objects.of(world.woollens).filter(key="till").update(names={"fi": "Maksaminen"})
    before = AuditEntry.objects.of(world.woollens).count()
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by="test")
    assert AuditEntry.objects.of(world.woollens).count() == before
    names = dict(Touchpoint.objects.of(world.woollens).values_list("key", "names"))
    assert names == {"till": {"fi": "Maksaminen"}, "delivery": {"fi": "Toimitus"}, "parcel": {"fi": "Paketti"}}
    assert (Actor.objects.of(world.woollens).count(), Stage.objects.of(world.woollens).count()) == (2, 2)


def test_lay_out_journey_with_an_unknown_actor_makes_nothing(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        services.lay_out_journey(
            workspace=world.woollens, plan=msgspec.structs.replace(PLAN, actors=(SHOP,)), by="test"
        )
    assert caught.value.code == "actor"
    assert Actor.objects.of(world.woollens).count() == 0


def test_same_plan_in_two_workspaces_shares_nothing(world: World) -> None:
    for workspace in (world.woollens, world.sauna):
        services.lay_out_journey(workspace=workspace, plan=PLAN, by="test")
    ours, theirs = (queries.touchpoint_ids(workspace=w) for w in (world.woollens, world.sauna))
    assert ours.keys() == theirs.keys()
    assert not set(ours.values()) & set(theirs.values())
    assert not {a.id for a in queries.actors(workspace=world.woollens)} & {
        a.id for a in queries.actors(workspace=world.sauna)
    }
    places = queries.places_of([*ours.values(), *theirs.values()])
    assert {places[i].workspace_id for i in ours.values()} == {world.woollens.pk}
    assert {places[i].workspace_id for i in theirs.values()} == {world.sauna.pk}


def test_resolve_people_makes_each_once_and_stays_in_its_workspace(world: World) -> None:
    first = services.resolve_people(workspace=world.woollens, keys=["A1", "B2", "A1", ""])
    again = services.resolve_people(workspace=world.woollens, keys=["B2", "C3"])
    other = services.resolve_people(workspace=world.sauna, keys=["A1"])
    assert first.keys() == {"A1", "B2"}
    assert again["B2"] == first["B2"]
    assert other["A1"] != first["A1"]
    assert Person.objects.of(world.woollens).count() == 3
    assert services.resolve_people(workspace=world.sauna, keys=[""]) == {}


@pytest.mark.parametrize("people", [1, 300])
def test_resolve_people_takes_two_statements(world: World, django_assert_num_queries: Any, people: int) -> None:
    with django_assert_num_queries(2):
        services.resolve_people(workspace=world.woollens, keys=[f"K{number}" for number in range(people)])


@pytest.mark.parametrize(
    ("names", "language", "fallback", "wanted"),
    [
        ({"fi": "Kassa", "en": "Till"}, "fi", "", "Kassa"),
        ({"fi": "Kassa", "en": "Till"}, "en-gb", "", "Till"),
        ({"fi": "Kassa", "en": "Till"}, "sv", "", "Till"),
        ({"fi": "Kassa"}, "sv", "", "Kassa"),
        ({"fi": "Kassa"}, "sv", "X", "X"),
        ({}, None, "Posti", "Posti"),
        ({}, None, "", ""),
    ],
)
def test_name_in_falls_back(names: dict[str, str], language: str | None, fallback: str, wanted: str) -> None:
    assert name_in(names, language, fallback) == wanted

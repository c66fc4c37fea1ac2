import re
from typing import Any

import pytest
from django.test import Client

from fiilis.ecosystem import services
from fiilis.ecosystem.models import Touchpoint
from tests.conftest import World
from tests.ecosystem.test_services import PLAN

ADDRESS = "/w/villa/journey/"


def headings(html: str) -> list[str]:
    return [
        re.sub(r"<[^>]+>", "", text).strip()
        for text in re.findall(r"<th scope=\"row(?:group)?\"[^>]*>(.*?)</th>", html)
    ]


def test_page_shows_the_journey_in_order(world: World) -> None:
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by="test")
    html = world.client("carita").get(ADDRESS, headers={"accept-language": "fi"}).content.decode()
    assert headings(html) == ["1. Ostaa", "Kassa", "2. Vastaanottaa", "Toimitus", "Paketti"]


def test_page_speaks_the_readers_language_where_names_do(world: World) -> None:
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by="test")
    html = world.client("carita").get(ADDRESS, headers={"accept-language": "en"}).content.decode()
    assert headings(html)[0] == "1. Buys"
    assert html.count("Finland&#x27;s post") == 2  # at its touchpoint, and among those who take part


def test_workspace_without_a_journey_is_taught(world: World) -> None:
    response = world.client("aino").get(ADDRESS, headers={"accept-language": "en"})
    assert response.status_code == 200
    assert b"No journey yet" in response.content


@pytest.mark.parametrize(
    ("name", "status"), [("aino", 200), ("bjorn", 200), ("daniel", 200), ("eeva", 403), ("onni", 404)]
)
def test_who_may_look(world: World, name: str, status: int) -> None:
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by="test")
    assert world.client(name).get(ADDRESS).status_code == status


def test_stranger_signs_in_first(world: World) -> None:
    assert Client().get(ADDRESS).status_code == 302


def test_neighbours_journey_does_not_leak(world: World) -> None:
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by="test")
    html = world.client("onni").get("/w/sauna/journey/").content.decode()
    assert "Toimitus" not in html
    assert "Posti" not in html


@pytest.mark.parametrize("points", [1, 3])
def test_statements_do_not_grow_with_the_list(world: World, django_assert_num_queries: Any, points: int) -> None:
    services.lay_out_journey(workspace=world.woollens, plan=PLAN, by="test")
    keys = ["till", "delivery", "parcel"][points:]
    Touchpoint.objects.of(world.woollens).filter(key__in=keys).delete()
    client = world.client("carita")
    with django_assert_num_queries(9):
        client.get(ADDRESS)


def test_only_reading_is_possible(world: World) -> None:
    assert world.client("aino").post(ADDRESS).status_code == 405


# --- journeys to begin with --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", services.READY_JOURNEYS)
def test_ready_journey_is_whole_in_three_languages(key: str) -> None:
    plan = services.ready_plan(key)
    named = [plan.names, *(a.names for a in plan.actors), *(s.names for s in plan.stages)]
    named += [point.names for stage in plan.stages for point in stage.touchpoints]
    assert [sorted(names) for names in named] == [["en", "fi", "sv"]] * len(named)
    keys = [point.key for stage in plan.stages for point in stage.touchpoints]
    assert len(keys) == len(set(keys)) >= 5


@pytest.mark.parametrize(("key", "points"), [("web_shop", 8), ("service", 7)])
def test_editor_begins_from_a_ready_journey(world: World, key: str, points: int) -> None:
    bjorn = world.client("bjorn")
    html = bjorn.get(ADDRESS, headers={"accept-language": "en"}).content.decode()
    assert html.count('name="plan"') == 2
    assert bjorn.post(f"{ADDRESS}begin", {"plan": key}).headers["Location"] == ADDRESS
    assert Touchpoint.objects.of(world.woollens).count() == points
    assert Touchpoint.objects.of(world.sauna).count() == 0
    assert bjorn.get(ADDRESS).content.decode().count('name="plan"') == 0


def test_second_ready_journey_is_not_mixed_with_the_first(world: World) -> None:
    bjorn = world.client("bjorn")
    bjorn.post(f"{ADDRESS}begin", {"plan": "service"})
    response = bjorn.post(f"{ADDRESS}begin", {"plan": "web_shop"}, follow=True, headers={"accept-language": "en"})
    assert response.content.decode().count("There is a journey already.") == 1
    assert Touchpoint.objects.of(world.woollens).count() == 7


@pytest.mark.parametrize(
    ("name", "plan", "status"),
    [("carita", "service", 403), ("eeva", "service", 403), ("onni", "service", 404), ("bjorn", "../types", 404)],
)
def test_nobody_else_and_nothing_else_begins_a_journey(world: World, name: str, plan: str, status: int) -> None:
    assert world.client(name).post(f"{ADDRESS}begin", {"plan": plan}).status_code == status
    assert Touchpoint.objects.of(world.woollens).count() == 0

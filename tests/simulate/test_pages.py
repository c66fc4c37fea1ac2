import json

import pytest

from fiilis.core import workspaces
from fiilis.core.models import Role
from fiilis.simulate.models import Simulation
from fiilis.simulate.services import loading
from fiilis.warehouse import sync
from tests.conftest import World
from tests.home.test_board import seen
from tests.simulate.test_loading import SMALL

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/w/kehranummi/test/"


@pytest.fixture
def shop(world: World) -> None:
    workspace = loading.load(by="test", owner=world.people.aino, settings=SMALL)
    for person, role in ((world.people.carita, Role.ANALYST), (world.people.eeva, Role.PARTNER)):
        workspaces.give_role(workspace=workspace, user=person, role=role, by="test")
    sync.run_until_idle()


def test_both_dashboards_stand_side_by_side_and_the_truths_stay_sealed(world: World, shop: None) -> None:
    html = seen(world.client("aino"), PAGE)
    assert html.count("NPS of the whole shop") == 2
    assert html.count("Open the shell") == 1
    assert html.count("Planted and found") == 0
    for told in ("late_carrier", "tuohireki", '"seed"'):
        assert html.count(told) == 0
    assert world.client("aino").get(f"{PAGE}key.json").status_code == 404


def test_opened_shell_tells_each_truth_with_its_outcome(world: World, shop: None) -> None:
    client = world.client("aino")
    assert client.post(f"{PAGE}open").status_code == 302
    html = seen(client, PAGE)
    assert html.count("Planted and found") == 1
    assert [html.count(f"{number}. ") >= 1 for number in range(1, 9)] == [True] * 8
    assert html.count("can't yet") == 2
    key = json.loads(client.get(f"{PAGE}key.json").content)
    assert key["truths"][0]["name"] == "late_carrier"
    assert key["settings"]["seed"] == SMALL.seed


@pytest.mark.parametrize(("name", "look", "act"), [
    ("aino", 200, 302), ("carita", 200, 403), ("eeva", 403, 403), ("onni", 404, 404), ("bjorn", 404, 404),
])  # fmt: skip
def test_who_may_look_and_who_may_play(world: World, shop: None, name: str, look: int, act: int) -> None:
    client = world.client(name)
    assert client.get(PAGE).status_code == look
    for path, given in (("play", {"act": "play"}), ("live", {"on": "yes"}), ("open", {})):
        assert client.post(PAGE + path, given).status_code == act
    row = Simulation.objects.across_workspaces(reason="a test").get()
    assert (row.week is not None) == (act == 302)
    assert (row.opened_at is not None) == (act == 302)


def test_looking_changes_nothing_and_acts_need_a_post(world: World, shop: None) -> None:
    client = world.client("aino")
    before = Simulation.objects.across_workspaces(reason="a test").values().get()
    client.get(PAGE)
    assert [client.get(PAGE + path).status_code for path in ("play", "live", "open")] == [405, 405, 405]
    assert Simulation.objects.across_workspaces(reason="a test").values().get() == before
    assert client.post(f"{PAGE}play", {"act": "dance"}).status_code == 404


def test_workspace_without_a_simulation_has_neither_page_nor_entry(world: World) -> None:
    client = world.client("aino")
    assert client.get("/w/villa/test/").status_code == 404
    assert seen(client, "/w/villa/").count("Put us to the test") == 0


def test_every_page_of_the_shop_says_that_it_is_made_up(world: World, shop: None) -> None:
    client = world.client("aino")
    for path in ("", "answers/", "surveys/", "journey/", "context/", "members/", "surprises/", "test/"):
        assert seen(client, f"/w/kehranummi/{path}").count("Made-up data") == 1

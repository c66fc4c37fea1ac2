from datetime import timedelta

import pytest
from pytest_django import Settings

from fiilis.core import clock
from fiilis.core.errors import Conflict, NotFound
from fiilis.core.models import AuditEntry, Workspace
from fiilis.listen.models import Feedback, Import
from fiilis.simulate.models import Simulation
from fiilis.simulate.queries.shells import comments, said, shell
from fiilis.simulate.services import loading, playing
from fiilis.simulate.world.arrays import length
from tests.conftest import World
from tests.listen.desk import HEAD, Desk, rows, text
from tests.simulate.test_loading import SMALL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(world: World) -> Workspace:
    return loading.load(by="test", owner=world.people.aino, settings=SMALL)


def played(workspace: Workspace, steps: int) -> None:
    """Play so many steps, as the worker does when each is due."""
    for _step in range(steps):
        Simulation.objects.of(workspace).update(next_at=clock.now() - timedelta(seconds=1))
        playing.turn()


def count(workspace: Workspace) -> int:
    return Feedback.objects.of(workspace).count()


def test_last_weeks_are_taken_back_and_come_again_one_by_one(world: World, shop: Workspace) -> None:
    whole = count(shop)
    playing.play(workspace=shop, by=world.people.aino)
    played(shop, 1)
    before = count(shop)
    assert before < whole
    played(shop, 1)
    assert before < count(shop) < whole
    played(shop, loading.RECENT_WEEKS - 1)
    found = shell(workspace=shop)
    assert found is not None
    assert (count(shop), found.week) == (whole, None)


def test_nothing_is_played_before_it_is_due_or_in_a_shop_at_rest(world: World, shop: Workspace) -> None:
    playing.turn()
    assert Import.objects.of(shop).count() == 2
    playing.play(workspace=shop, by=world.people.aino)
    Simulation.objects.of(shop).update(next_at=clock.now() + timedelta(hours=1))
    playing.turn()
    assert Import.objects.of(shop).filter(status="complete").count() == 2


def test_playing_twice_at_once_is_refused(world: World, shop: Workspace) -> None:
    playing.play(workspace=shop, by=world.people.aino)
    with pytest.raises(Conflict):
        playing.play(workspace=shop, by=world.people.aino)


def test_carrier_that_breaks_at_rest_plays_weeks_and_restoring_mends_it(world: World, shop: Workspace) -> None:
    Simulation.objects.of(shop).update(next_at=clock.now())
    playing.break_carrier(workspace=shop, by=world.people.aino)
    played(shop, 1 + playing.BROKEN_WEEKS)
    names = Import.objects.of(shop).filter(status="complete").values_list("file_name", flat=True)
    weeks = [loading.week_file(week) for week in range(SMALL.last_week - playing.BROKEN_WEEKS + 1, SMALL.last_week + 1)]
    assert sorted(names) == sorted(["history.csv", "recent.csv", *weeks])
    playing.restore(workspace=shop, by=world.people.aino)
    played(shop, 2)
    assert count(shop) == length(said(SMALL))


def test_broken_carrier_is_late_everywhere() -> None:
    week = SMALL.last_week - 7
    late = said(playing.broken(SMALL, week))
    usual = said(SMALL)

    def mean(table: dict[str, object]) -> float:
        import numpy as np

        chosen = (
            (np.asarray(table["touchpoint"]) == "delivery_kapyrahti")
            & (np.asarray(table["delivery_csat"]) > 0)
            & (np.asarray(table["at"]) >= np.datetime64(SMALL.monday(week + 3)))
        )
        return float(np.asarray(table["delivery_csat"])[chosen].mean())

    assert mean(late) < mean(usual) - 0.5


def test_week_that_a_crash_left_imported_is_not_imported_twice(world: World, shop: Workspace) -> None:
    playing.play(workspace=shop, by=world.people.aino)
    played(shop, 2)
    week = Simulation.objects.of(shop).get().week
    assert week is not None
    Simulation.objects.of(shop).update(week=week - 1)  # as if the step had died right after its import
    before = count(shop)
    played(shop, 1)
    assert (count(shop), Simulation.objects.of(shop).get().week) == (before, week)


def test_somebodys_own_file_of_the_same_name_stays(world: World, shop: Workspace) -> None:
    name = loading.week_file(SMALL.last_week)
    desk = Desk(world)
    desk.workspace = shop
    mine = desk.bring_in(desk.look(text([HEAD, *rows()]), name), accept=True).imported
    assert mine is not None
    playing.restore(workspace=shop, by=world.people.aino)
    played(shop, 2)
    mine.refresh_from_db()
    assert (mine.status, count(shop)) == ("complete", length(said(SMALL)) + 30)
    playing.play(workspace=shop, by=world.people.aino)
    played(shop, 1 + loading.RECENT_WEEKS)
    assert count(shop) == length(said(SMALL)) + 30


@pytest.mark.parametrize("beside", ["http://127.0.0.1:1", "http://:::8000"])
def test_server_that_cant_be_reached_costs_one_answer(
    world: World, shop: Workspace, settings: Settings, beside: str
) -> None:
    settings.FIILIS_BESIDE = beside
    playing.live(workspace=shop, on=True, by=world.people.aino)
    played(shop, 1)
    row = Simulation.objects.of(shop).get()
    assert (row.said_live, row.lives_until is not None, row.next_at > clock.now()) == (1, True, True)


def test_opening_the_seal_once_gives_the_key_for_good(world: World, shop: Workspace) -> None:
    playing.open_seal(workspace=shop, by=world.people.aino)
    first = shell(workspace=shop)
    playing.open_seal(workspace=shop, by=world.people.aino)
    assert first is not None
    assert first.key is not None
    assert [one["number"] for one in first.key["truths"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert shell(workspace=shop) == first
    assert AuditEntry.objects.of(shop).filter(verb="opened the seal").count() == 1


def test_answers_come_only_while_asked_for_and_only_beside_a_server(world: World, shop: Workspace) -> None:
    playing.live(workspace=shop, on=True, by=world.people.aino)
    assert Simulation.objects.of(shop).get().lives_until is not None
    played(shop, 1)  # no web process stands beside this one: nothing can be said, so it stops
    assert Simulation.objects.of(shop).get().lives_until is None
    playing.live(workspace=shop, on=False, by=world.people.aino)
    assert Simulation.objects.of(shop).get().lives_until is None


@pytest.mark.parametrize("act", [playing.play, playing.break_carrier, playing.restore, playing.open_seal])
def test_workspace_without_a_simulation_has_nothing_to_play(world: World, act: object) -> None:
    with pytest.raises(NotFound):
        act(workspace=world.woollens, by=world.people.aino)  # type: ignore[operator]


def test_comments_said_live_are_those_of_the_last_weeks() -> None:
    found = comments(SMALL)
    assert len(found) >= 5
    assert {language for language, _nps, _words in found} <= {"fi", "sv", "en"}
    assert all(0 <= nps <= 10 and words for _language, nps, words in found)


def test_shop_begins_to_live_once_and_not_again_after_it_was_stopped(world: World, shop: Workspace) -> None:
    playing.begin_to_live(workspace=shop, by=world.people.aino)
    assert Simulation.objects.of(shop).get().lives_until is not None
    Simulation.objects.of(shop).update(lives_until=None, said_live=3)
    playing.begin_to_live(workspace=shop, by=world.people.aino)
    assert Simulation.objects.of(shop).get().lives_until is None


def test_what_people_brought_in_themselves_stays(world: World, shop: Workspace) -> None:
    own = Import.objects.of(shop).get(file_name="history.csv")
    Import.objects.of(shop).filter(pk=own.pk).update(file_name="oma.csv")
    playing.play(workspace=shop, by=world.people.aino)
    played(shop, 1)
    assert Import.objects.of(shop).get(pk=own.pk).status == "complete"

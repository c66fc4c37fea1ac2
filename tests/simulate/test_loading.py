import tomllib
from datetime import date

import pytest

from fiilis.core.errors import Conflict
from fiilis.core.models import Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.listen.models import Feedback, Import, Survey
from fiilis.simulate.models import Simulation
from fiilis.simulate.queries.shells import end_of, said, settings_of, shell
from fiilis.simulate.said import COLUMNS, between, write_csv
from fiilis.simulate.seal import fingerprint
from fiilis.simulate.services import loading
from fiilis.simulate.settings import Settings
from fiilis.simulate.world import shop
from fiilis.simulate.world.arrays import length
from tests.conftest import World

TODAY = date(2026, 11, 25)  # a Wednesday
SMALL = loading.default_settings(seed=3, size=0.02, today=TODAY)


def test_default_shop_ends_with_the_last_whole_week() -> None:
    assert (SMALL.first_day.weekday(), end_of(SMALL)) == (0, date(2026, 11, 23))


def test_everything_said_is_in_order_of_time_and_parts_are_whole() -> None:
    whole = said(SMALL)
    assert list(whole) == list(COLUMNS)
    assert (whole["at"][1:] >= whole["at"][:-1]).all()
    split = date(2026, 5, 25)
    parts = [between(whole, SMALL.first_day, split), between(whole, split, end_of(SMALL))]
    assert sum(map(length, parts)) == length(whole)


def test_weights_make_the_silent_heard() -> None:
    """Those who were phoned stand for the silent: together all weigh about as much as all deliveries."""
    whole = said(Settings(seed=5, size=0.2))
    heard = (whole["nps"] >= 0) & (whole["source"] == "delivery")
    phoned = whole["source"] == "phone"
    points = (whole["nps"] >= 9) * 100.0 - (whole["nps"] <= 6) * 100.0
    raw = points[heard].mean()
    weighted = (points * whole["weight"])[heard | phoned].sum() / whole["weight"][heard | phoned].sum()
    assert 37 <= raw <= 46
    assert 10 <= weighted <= 25


def test_definition_asks_what_the_shop_asks() -> None:
    asked = tomllib.loads((loading.DATA / "survey.toml").read_text(encoding="utf-8"))["questions"]
    texts = {one["id"]: one["text"] for one in asked}
    ours = {
        question.id: {"fi": question.fi, "sv": question.sv, "en": question.en}
        for survey in shop.SURVEYS
        for question in survey.questions
    }
    assert {name: texts[name] for name in ours} == ours
    assert set(texts) - set(ours) == {"kiosk"}


def test_file_has_no_formulas_and_empty_cells_for_what_is_missing(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "said.csv"
    assert write_csv(file, said(SMALL)) == length(said(SMALL))
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert sum(",-1," in line for line in lines) == 0


@pytest.mark.django_db(transaction=True)
def test_load_makes_the_whole_workspace_once(world: World) -> None:
    aino = world.people.aino
    made = loading.load(by="test", owner=aino, settings=SMALL)
    assert (made.slug, made.data_note) == ("kehranummi", "made-up")
    assert Feedback.objects.of(made).count() == length(said(SMALL))
    assert [one.key for one in ecosystem.touchpoints(workspace=made)] == [one.code for one in shop.TOUCHPOINTS]
    assert sorted(Import.objects.of(made).values_list("file_name", flat=True)) == ["history.csv", "recent.csv"]
    assert Survey.objects.of(made).get(name=loading.LIVE_SURVEY).status == "open"
    events = len(ecosystem.context_events(workspace=made))
    assert events >= 5
    again = loading.load(by="test", owner=aino)
    assert again == made
    assert Feedback.objects.of(made).count() == length(said(SMALL))
    assert len(ecosystem.context_events(workspace=made)) == events
    assert settings_of(Simulation.objects.of(made).get()) == SMALL


@pytest.mark.django_db(transaction=True)
def test_seal_is_made_before_anything_is_written_and_shows_only_its_fingerprint(world: World) -> None:
    made = loading.load(by="test", settings=SMALL)
    found = shell(workspace=made)
    assert found is not None
    assert (found.key, found.opened_at) == (None, None)
    assert found.digest == fingerprint(Simulation.objects.of(made).get().sealed)
    assert shell(workspace=world.woollens) is None


@pytest.mark.django_db
def test_address_of_somebodys_own_is_refused(world: World) -> None:
    with pytest.raises(Conflict):
        loading.load(by="test", settings=SMALL, slug=world.woollens.slug)
    assert Workspace.objects.count() == 2
    assert Simulation.objects.of(world.woollens).count() == 0

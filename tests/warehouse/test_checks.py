from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from fiilis.core import clock, doctor
from fiilis.warehouse import checks, sync
from fiilis.warehouse.feeds import Change
from tests.conftest import World
from tests.warehouse.conftest import Story, fact

pytestmark = pytest.mark.django_db(transaction=True)


def findings() -> list[tuple[bool, str]]:
    with translation.override("en"):
        return [(finding.ok, finding.what) for finding in checks.check()]


def test_check_is_registered() -> None:
    assert "facts" in doctor._checks


def test_fresh_installation_is_well(world: World, lake: Path) -> None:
    assert findings() == [(True, "There are no facts yet."), (True, "The facts are in step with the database.")]


def test_facts_are_counted(world: World, story: Story) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a"), fact(world.woollens, "b")]))
    sync.run_until_idle()
    assert findings()[0] == (True, "The facts open at version 1: 2 answers in 1 files.")


def test_waiting_events_are_told_after_half_a_minute(world: World, story: Story) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a")]))
    assert findings()[1][0]
    with clock.held(clock.now() + timedelta(seconds=45)):
        assert findings()[1] == (False, "Events have waited 45 s to become facts.")


def test_lost_lake_is_told(world: World, story: Story, lake: Path) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a")]))
    sync.run_until_idle()
    lake.rename(lake.with_name("elsewhere"))
    assert findings()[0] == (False, "The facts are gone, but the database has had some.")


def test_lake_of_another_batch_is_told(world: World, story: Story) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a")]))
    sync.run_until_idle()
    checks.FactTable.objects.update(number=7)
    ok, what = findings()[0]
    assert not ok
    assert what == "The facts stand at batch 1, the database at 7: one of them was lost or restored."


def test_broken_lake_is_told(world: World, story: Story, lake: Path) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a")]))
    sync.run_until_idle()
    for entry in lake.rglob("_delta_log/*"):
        entry.write_bytes(b"{")
    assert not findings()[0][0]


def test_object_store_is_refused_with_a_remedy(world: World, settings: Any) -> None:
    settings.FIILIS_LAKE = "s3://bucket/lake"
    assert findings() == [(False, "FIILIS_LAKE: object stores aren't supported yet; name a folder.")]


def test_folder_that_cannot_be_written_is_told(world: World, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.FIILIS_LAKE = str(tmp_path / "file" / "lake")
    assert findings() == [(False, f"The folder of the facts, {tmp_path}/file/lake, can't be written.")]

"""Many small appends stay flat: counted in files and log entries, not in seconds."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from fiilis.warehouse import maintenance, sync
from fiilis.warehouse.feeds import Change, Deletion
from fiilis.warehouse.lake import Lake
from fiilis.warehouse.tables import ANSWER
from tests.conftest import World
from tests.warehouse.conftest import Story, fact, values

pytestmark = pytest.mark.django_db(transaction=True)


def opened() -> Lake:
    lake = Lake.open(ANSWER)
    assert lake is not None
    return lake


def age(folder: Path, seconds: float) -> None:
    """Make everything below a folder older."""
    then = time.time() - seconds
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def add(world: World, story: Story, name: str, **more: object) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, name, **more)]))
    sync.run_until_idle()


def test_many_small_appends_stay_flat(world: World, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "COMPACT_TINY", 25)
    most_files, most_entries, most_behind = 0, 0, 0
    for k in range(150):
        add(world, story, f"f{k}")
        if k % 4:
            continue
        lake = opened()
        age(lake.folder / "_delta_log", 3600)  # as if each answer came an hour after the one before
        most_files = max(most_files, len(lake.files()))
        most_behind = max(most_behind, lake.entries_since_checkpoint())
        most_entries = max(most_entries, len(list((lake.folder / "_delta_log").iterdir())))
    assert most_files <= 25 + maintenance.CHECKPOINT_EVERY
    assert most_behind <= maintenance.CHECKPOINT_EVERY + 1
    assert most_entries <= 2 * maintenance.CHECKPOINT_EVERY + 5
    assert len(values(world.woollens)) == 150


def test_compaction_keeps_rows_version_by_version(world: World, story: Story) -> None:
    for k in range(10):
        add(world, story, f"f{k}", day=fact(world.woollens, "x").day.replace(month=1 + k % 2))
    before = values(world.woollens)
    assert len(opened().files()) == 10
    sync.maintain()
    assert len(opened().files()) == 10
    for k in range(10, 16):
        add(world, story, f"f{k}", day=fact(world.woollens, "x").day.replace(month=1))
    sync.maintain()
    assert sorted((file.month, file.rows) for file in opened().files()) == [
        ("2026-01", 11),
        *[("2026-02", 1)] * 5,
    ]
    assert values(world.woollens) == {**before, **{f"f{k}": [9] for k in range(10, 16)}}


def test_grown_files_are_merged_on_their_own(world: World, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    for k in range(8):
        add(world, story, f"f{k}")
    sync.maintain()
    for k in range(8, 10):
        add(world, story, f"f{k}")
    grown = max(file.size for file in opened().files())
    monkeypatch.setattr(maintenance, "TINY", grown)
    monkeypatch.setattr(maintenance, "AT_LEISURE", 2)
    sync.maintain()
    assert sorted(file.rows for file in opened().files()) == [2, 8]
    monkeypatch.setattr(maintenance, "SMALL", 1)
    sync.maintain()
    assert len(opened().files()) == 2
    assert len(values(world.woollens)) == 10


def test_batches_go_on_after_compaction_and_clean_up(world: World, story: Story) -> None:
    for k in range(8):
        add(world, story, f"f{k}")
    sync.maintain()
    age(opened().folder, 3600)
    sync.maintain()
    add(world, story, "after")
    assert len(values(world.woollens)) == 9


def erase(world: World, story: Story) -> None:
    add(world, story, "gone", text="a secret that was erased")
    story.tell(world.woollens, Change(delete=(Deletion(str(world.woollens.pk), "feedback", ("gone",)),)))
    sync.run_until_idle()
    assert opened().files() == []


def test_file_out_of_use_is_spared_for_the_grace(world: World, story: Story) -> None:
    erase(world, story)
    sync.maintain()
    assert len(list(opened().folder.rglob("facts-*.parquet"))) == 1


def test_file_out_of_use_is_deleted_after_the_grace(world: World, story: Story) -> None:
    lake = Lake.make(ANSWER, grace=timedelta(seconds=1))
    erase(world, story)
    time.sleep(1.1)
    sync.maintain()
    assert list(lake.folder.rglob("facts-*.parquet")) == []
    version = opened().version
    sync.maintain()
    assert opened().version == version


def test_orphan_of_a_crashed_writer_is_deleted(world: World, story: Story) -> None:
    add(world, story, "a")
    lake = opened()
    orphan = lake.folder / "month=2026-03" / "facts-orphan.parquet"
    orphan.write_bytes(b"half a file")
    sync.maintain()
    assert orphan.exists()
    age(orphan.parent, 3600)
    sync.maintain()
    assert not orphan.exists()
    assert values(world.woollens) == {"a": [9]}


def test_maintenance_of_no_lake_does_nothing(world: World, lake: Path) -> None:
    sync.maintain()
    assert not lake.exists()

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction

from fiilis.core import lease, live, outbox
from fiilis.core.models import Cursor
from fiilis.warehouse import query, staging, sync
from fiilis.warehouse.errors import OutOfStep
from fiilis.warehouse.feeds import Change, Deletion
from fiilis.warehouse.lake import Lake
from fiilis.warehouse.models import FactTable
from fiilis.warehouse.tables import ANSWER
from tests.conftest import World
from tests.warehouse.conftest import NOON, Ignored, Story, fact, values

pytestmark = pytest.mark.django_db(transaction=True)


def opened() -> Lake:
    lake = Lake.open(ANSWER)
    assert lake is not None
    return lake


def delete(world: World, column: Any, *ids: str) -> Change:
    return Change(delete=(Deletion(str(world.woollens.pk), column, ids),))


def test_appended_answer_is_visible_and_announced(world: World, story: Story) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a", 9), fact(world.woollens, "b", 3)]))
    assert sync.run_once()
    assert not sync.run_once()
    assert values(world.woollens) == {"a": [9], "b": [3]}
    assert live.versions([world.woollens.pk, world.sauna.pk]) == {(world.woollens.pk, "facts"): opened().version}


def test_empty_lake_answers_with_no_rows(world: World, lake: Path) -> None:
    assert query.run("metric_sums", workspace=world.woollens) == query.Result([], -1)
    assert not lake.exists()


def test_event_without_a_feed_makes_no_version(world: World, story: Story) -> None:
    with transaction.atomic():
        outbox.emit(workspace=world.woollens, event=Ignored())
    assert sync.run_once()
    assert not sync.pending()
    assert Lake.open(ANSWER) is None


def test_change_of_nothing_makes_no_version(world: World, story: Story) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a")]))
    sync.run_until_idle()
    before = opened().version
    story.tell(world.woollens, Change())
    story.tell(world.woollens, delete(world, "feedback", "nobody"))
    sync.run_until_idle()
    assert opened().version == before
    story.tell(world.woollens, Change(append=[fact(world.woollens, "b")]))
    sync.run_until_idle()
    assert values(world.woollens) == {"a": [9], "b": [9]}


def test_one_batch_is_one_version(world: World, story: Story) -> None:
    for name in "abc":
        story.tell(world.woollens, Change(append=[fact(world.woollens, name)]))
    story.tell(world.woollens, Change(upsert=[fact(world.woollens, "a", 1)]), delete(world, "feedback", "b"))
    sync.run_until_idle()
    assert opened().version == 1
    assert values(world.woollens) == {"a": [1], "c": [9]}


def test_upsert_replaces_by_key_and_inserts_what_is_new(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 9), fact(w, "a", 8, question="q2"), fact(w, "a", None, code="red")]))
    sync.run_until_idle()
    story.tell(w, Change(upsert=[fact(w, "a", 2), fact(w, "b", 3), fact(w, "b", 4)]))
    sync.run_until_idle()
    assert values(w) == {"a": [2, None, 8], "b": [4]}


def test_upsert_moves_an_answer_to_its_new_month(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 9, day=date(2026, 2, 28))]))
    sync.run_until_idle()
    story.tell(w, Change(upsert=[fact(w, "a", 9)]))
    sync.run_until_idle()
    assert [file.month for file in opened().files()] == ["2026-03"]
    assert values(w) == {"a": [9]}


@pytest.mark.parametrize("column", ["feedback", "import_id", "person"])
def test_deleted_rows_are_gone_from_the_files(world: World, story: Story, column: str) -> None:
    w = world.woollens
    ids = {"feedback": "gone", "import_id": "i1", "person": "p1"}
    story.tell(w, Change(append=[fact(w, "gone", import_id="i1", person="p1"), fact(w, "stays", person="p2")]))
    story.tell(world.sauna, Change(append=[fact(world.sauna, "gone", import_id="i1", person="p1")]))
    sync.run_until_idle()
    story.tell(w, delete(world, column, ids[column]))
    sync.run_until_idle()
    assert values(w) == {"stays": [9]}
    assert values(world.sauna) == {"gone": [9]}
    lake = opened()
    text = b"".join((lake.folder / file.path).read_bytes() for file in lake.files())
    assert str(w.pk).encode() in text
    assert sum(file.rows for file in lake.files()) == 2


def test_import_done_and_undone_in_one_batch_leaves_nothing(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=(fact(w, f"f{k}", import_id="i1") for k in range(100))))
    story.tell(w, delete(world, "import_id", "i1"))
    sync.run_until_idle()
    assert values(w) == {}


def test_import_undone_and_done_again_in_one_batch_stays(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 1, import_id="i1")]))
    sync.run_until_idle()
    story.tell(w, delete(world, "import_id", "i1"))
    story.tell(w, Change(append=[fact(w, "b", 2, import_id="i1")]))
    sync.run_until_idle()
    assert values(w) == {"b": [2]}


def test_one_change_deletes_then_upserts_then_appends(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 1)]))
    sync.run_until_idle()
    change = Change(
        append=[fact(w, "a", 3, question="q3")],
        upsert=[fact(w, "a", 2)],
        delete=(Deletion(str(w.pk), "feedback", ("a",)),),
    )
    story.tell(w, change)
    sync.run_until_idle()
    assert values(w) == {"a": [2, 3]}


def test_upsert_after_append_in_one_batch_replaces_it(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 1)]))
    story.tell(w, Change(upsert=[fact(w, "a", 2)]))
    story.tell(w, Change(append=[fact(w, "a", 7, question="q2")]))
    sync.run_until_idle()
    assert values(w) == {"a": [2, 7]}


def test_many_rows_stream_in_chunks(world: World, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "CHUNK", 100)
    w = world.woollens
    story.tell(w, Change(append=(fact(w, f"f{k}", k % 11) for k in range(1050))))
    story.tell(w, Change(upsert=[fact(w, "f0", 10)]))
    told: list[int] = []
    assert sync.run_until_idle(told.append) == 1051
    assert told == [*range(100, 1001, 100), 1051]
    assert len(values(w)) == 1050
    assert values(w)["f0"] == [10]
    assert not list((opened().folder.parent / "staging").iterdir())


def test_text_survives_as_it_was(world: World, story: Story) -> None:
    w = world.woollens
    texts = ["", "Hyvä! \"lainaus\" 'heitto'\n\ttoinen rivi", "\\N", "null", "💚 \u2028 a,b;c", None]
    story.tell(w, Change(append=[fact(w, str(k), None, text=text) for k, text in enumerate(texts)]))
    sync.run_until_idle()
    rows = query.run("latest", workspace=w, n=100).rows
    assert {row["feedback"]: row["answers"][0]["text"] for row in rows} == {str(k): t for k, t in enumerate(texts)}


def test_moment_without_zone_is_refused_and_the_batch_stays(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", at=NOON.replace(tzinfo=None))]))
    with pytest.raises(ValueError, match="time zone"):
        sync.run_once()
    assert sync.pending()
    assert not list((opened().folder.parent / "staging").iterdir())


class Crash(Exception):
    """Stands for a process that dies."""


def crash(*_args: object, **_kwargs: object) -> None:
    raise Crash


def test_crash_between_commit_and_finish_repeats_nothing(
    world: World, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 1)]))
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "finish_batch", crash)
        with pytest.raises(Crash):
            sync.run_once()
    assert live.versions([w.pk]) == {}
    story.tell(w, Change(append=[fact(w, "b", 2)]))
    sync.run_until_idle()
    assert values(w) == {"a": [1], "b": [2]}
    assert story.calls == 2
    assert live.versions([w.pk]) == {(w.pk, "facts"): 2}


def test_crash_before_commit_loses_nothing(world: World, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 1)]))
    with monkeypatch.context() as patch:
        patch.setattr(Lake, "commit", crash)
        with pytest.raises(Crash):
            sync.run_once()
    story.tell(w, Change(append=[fact(w, "b", 2)]))
    sync.run_until_idle()
    assert values(w) == {"a": [1], "b": [2]}


def test_crash_inside_a_feed_loses_nothing(world: World, story: Story) -> None:
    w = world.woollens

    def half() -> Iterator[Change]:
        yield Change(append=[fact(w, "a", 1)])
        if story.calls == 1:
            raise Crash
        yield Change(append=[fact(w, "b", 2)])

    story.tell(w, lazily=half)
    with pytest.raises(Crash):
        sync.run_once()
    assert values(w) == {}
    sync.run_until_idle()
    assert values(w) == {"a": [1], "b": [2]}


def test_crash_in_maintenance_after_finish_harms_nothing(
    world: World, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a", 1)]))
    with monkeypatch.context() as patch:
        patch.setattr(sync.maintenance, "keep_flat", crash)
        with pytest.raises(Crash):
            sync.run_once()
    assert not sync.run_once()
    assert values(w) == {"a": [1]}


def test_writer_that_lost_its_lease_commits_nothing(world: World, story: Story) -> None:
    w = world.woollens

    def overtaken() -> Iterator[Change]:
        if story.calls == 1:
            # The lease ran out, and another process carried the batch out.
            sync.lease.Lease.objects.all().delete()
            assert sync.run_once()
        yield Change(append=[fact(w, "a", 1)])

    story.tell(w, lazily=overtaken)
    with pytest.raises((lease.LeaseHeld, OSError, sync.DeltaError)):
        sync._next_batch(_never_renewed(), lambda rows: None)
    sync.run_until_idle()
    assert values(w) == {"a": [1]}


def _never_renewed() -> sync.Held:
    held = sync.Held()
    held._claimed = float("inf")
    return held


def test_only_one_writes_at_a_time(world: World, story: Story) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a")]))
    with sync.holding():
        assert not sync.run_once()
        sync.maintain()
    assert sync.run_once()


def test_lost_lake_is_noticed(world: World, story: Story, lake: Path) -> None:
    story.tell(world.woollens, Change(append=[fact(world.woollens, "a")]))
    sync.run_until_idle()
    lake.rename(lake.with_name("elsewhere"))
    story.tell(world.woollens, Change(append=[fact(world.woollens, "b")]))
    with pytest.raises(OutOfStep, match="rebuild"):
        sync.run_once()
    assert sync.pending()


def test_restored_database_is_noticed(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a")]))
    sync.run_until_idle()
    backup = (
        list(Cursor.objects.filter(name__startswith=sync.READER)),
        FactTable.objects.get(),
    )
    story.tell(w, Change(append=[fact(w, "b")]))
    sync.run_until_idle()
    for row in (*backup[0], backup[1]):
        row.save()
    outbox.OutboxEvent.objects.order_by("-seq")[0].delete()
    story.tell(w, Change(append=[fact(w, "c")]))
    with pytest.raises(OutOfStep):
        sync.run_once()


def test_clear_drops_all_facts_and_waiting_events_and_begins_anew(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(w, Change(append=[fact(w, "a")]))
    sync.run_until_idle()
    before = opened().version
    story.tell(w, Change(append=[fact(w, "waiting")]))
    sync.clear()
    assert not sync.pending()
    assert values(w) == {}
    assert live.versions([w.pk]) == {(w.pk, "facts"): before + 1}
    story.tell(w, Change(append=[fact(w, "b")]))
    sync.run_until_idle()
    assert values(w) == {"b": [9]}


def test_clear_mends_a_lost_and_a_broken_lake(world: World, story: Story, lake: Path) -> None:
    w = world.woollens
    for harm in (lambda: lake.rename(lake.with_name("elsewhere")), lambda: _garble(opened().folder)):
        story.tell(w, Change(append=[fact(w, "a")]))
        sync.run_until_idle()
        harm()
        sync.clear()
        assert values(w) == {}


def _garble(folder: Path) -> None:
    for entry in (folder / "_delta_log").iterdir():
        entry.write_bytes(b"{")


def test_late_commit_becomes_a_fact(world: World, story: Story) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: numbers rise in commit order")
    w = world.woollens
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            story.tell(w, Change(append=[fact(w, "late")]))
            written.set()
            may_commit.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    story.tell(w, Change(append=[fact(w, "early")]))
    sync.run_until_idle()
    assert values(w) == {"early": [9]}
    may_commit.set()
    thread.join()
    sync.run_until_idle()
    story.tell(w, Change(append=[fact(w, "last")]))
    sync.run_until_idle()
    sync.run_until_idle()
    assert values(w) == {"early": [9], "late": [9], "last": [9]}

"""Importing a file of answers: that nothing doubles, that all of it can be taken back, that nothing leaks."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiilis.core.errors import Conflict, Invalid, NotFound
from fiilis.core.models import OutboxEvent
from fiilis.listen.models import Feedback, Import, Survey
from fiilis.listen.queries import imports as reads
from fiilis.listen.services import imports
from fiilis.listen.services.imports import running
from tests.conftest import World
from tests.listen.import_desk import HEAD, MAP, SURVEY, Desk, Interrupted, many, row, shop_journey


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    shop_journey(world.woollens)
    (tmp_path / "survey.toml").write_text(SURVEY, encoding="utf-8")
    return Desk(tmp_path, world.woollens)


def test_same_file_and_mapping_again_is_refused(desk: Desk) -> None:
    desk.put(many(3))
    desk.run()
    with pytest.raises(Conflict) as caught:
        desk.run(MAP + "\n# another comment changes nothing\n")
    assert caught.value.code == "imported_already"
    assert Feedback.objects.of(desk.workspace).count() == 3


def test_file_changed_after_the_plan_is_refused(desk: Desk) -> None:
    desk.put(many(3))
    plan = desk.plan()
    desk.put(many(4))
    with pytest.raises(Conflict) as caught:
        imports.run(workspace=desk.workspace, plan=plan, by="test")
    assert caught.value.code == "file_changed"


@pytest.mark.parametrize("stopped_at", [1, 2, 3, 4])
def test_interrupted_import_resumes_without_doubles(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    monkeypatch.setattr(running, "CHUNK", 3)
    rows = many(11)
    rows[4][7] = "77"  # a refused row inside the second chunk
    desk.put(rows)
    seen: list[int] = []

    def progress(done: int, _total: int) -> None:
        seen.append(done)
        if len(seen) == stopped_at:
            raise Interrupted

    with pytest.raises(Interrupted):
        desk.run(accept_refused=True, progress=progress)
    half = Import.objects.of(desk.workspace).get()
    assert (half.status, half.rows_done) == ("running", seen[-1])
    assert not OutboxEvent.objects.filter(name="listen.import_completed").exists()
    outcome = desk.run(accept_refused=True)
    assert (outcome.import_id, outcome.resumed) == (half.pk, True)
    assert [one.import_row for one in desk.feedback()] == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    done = Import.objects.of(desk.workspace).get()
    assert (done.status, done.rows_done, done.rows_total) == ("complete", 11, 11)
    assert OutboxEvent.objects.filter(name="listen.import_completed").count() == 1


def test_crash_inside_a_chunk_leaves_none_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 3)
    desk.put(many(7))
    insertion = running.rows.insertion

    class Broken:
        def __init__(self, new: Any) -> None:
            self.new = new

        def run(self) -> None:
            insertion(self.new).run()
            if self.new[0].import_row == 4:
                raise Interrupted

    monkeypatch.setattr(running.rows, "insertion", Broken)
    with pytest.raises(Interrupted):
        desk.run()
    assert [one.import_row for one in desk.feedback()] == [1, 2, 3]
    assert Import.objects.of(desk.workspace).get().rows_done == 3
    monkeypatch.setattr(running.rows, "insertion", insertion)
    desk.run()
    assert [one.import_row for one in desk.feedback()] == [1, 2, 3, 4, 5, 6, 7]


def test_two_runs_at_once_make_no_doubles(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    desk.put(many(6))
    plan = desk.plan()

    def overtaken(done: int, _total: int) -> None:
        if done == 2:
            imports.run(workspace=desk.workspace, plan=plan, by="test")

    with pytest.raises(Conflict) as caught:
        imports.run(workspace=desk.workspace, plan=plan, by="test", progress=overtaken)
    assert caught.value.code == "import_running"
    assert [one.import_row for one in desk.feedback()] == [1, 2, 3, 4, 5, 6]
    assert OutboxEvent.objects.filter(name="listen.import_completed").count() == 1


def test_undo_takes_all_back_and_leaves_others(desk: Desk) -> None:
    desk.put(many(3))
    first = desk.run()
    desk.put(many(5)[3:])
    desk.run()
    imports.undo(workspace=desk.workspace, import_id=first.import_id, by="test")
    assert [one.answers["nps"] for one in desk.feedback()] == [4, 5]
    assert reads.import_by_id(workspace=desk.workspace, import_id=first.import_id).status == "undone"
    (event,) = OutboxEvent.objects.filter(name="listen.import_undone")
    assert event.payload == {"import_id": str(first.import_id)}
    with pytest.raises(Conflict) as caught:
        imports.undo(workspace=desk.workspace, import_id=first.import_id, by="test")
    assert caught.value.code == "undone"


def test_interrupted_undo_is_finished_by_another(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "UNDO_CHUNK", 2)
    desk.put(many(5))
    made = desk.run()

    def progress(_done: int, _total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        imports.undo(workspace=desk.workspace, import_id=made.import_id, by="test", progress=progress)
    assert len(desk.feedback()) == 3
    with pytest.raises(Conflict) as caught:
        desk.run()
    assert caught.value.code == "import_undoing"
    imports.undo(workspace=desk.workspace, import_id=made.import_id, by="test")
    assert desk.feedback() == []
    assert OutboxEvent.objects.filter(name="listen.import_undone").count() == 1


def test_undone_import_may_be_repeated(desk: Desk) -> None:
    desk.put(many(3))
    first = desk.run()
    imports.undo(workspace=desk.workspace, import_id=first.import_id, by="test")
    second = desk.run()
    assert second.import_id != first.import_id
    assert len(desk.feedback()) == 3
    assert [(one.status, one.rows_done) for one in reads.imports(workspace=desk.workspace)] == [
        ("complete", 3), ("undone", 3),
    ]  # fmt: skip


def test_interrupted_import_can_be_undone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    desk.put(many(5))

    def progress(_done: int, _total: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        desk.run(progress=progress)
    half = Import.objects.of(desk.workspace).get()
    imports.undo(workspace=desk.workspace, import_id=half.pk, by="test")
    assert desk.feedback() == []
    assert desk.run().resumed is False


@pytest.mark.parametrize("rows", [3, 2500])
def test_statements_do_not_grow_with_a_chunks_rows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any, rows: int
) -> None:
    desk.put([row(id=str(n), customer="") for n in range(rows)])
    plan = desk.plan()
    chunks = -(-rows // running.CHUNK)
    with django_assert_max_num_queries(40 + 4 * chunks):
        imports.run(workspace=desk.workspace, plan=plan, by="test")


# other people's workspaces


def test_plan_of_one_workspace_runs_in_no_other(desk: Desk, world: World) -> None:
    desk.put(many(2))
    with pytest.raises(NotFound):
        imports.run(workspace=world.sauna, plan=desk.plan(), by="test")
    assert Feedback.objects.of(world.sauna).count() == 0


def test_strangers_import_can_neither_be_seen_nor_undone(desk: Desk, world: World) -> None:
    desk.put(many(2))
    made = desk.run()
    with pytest.raises(NotFound):
        imports.undo(workspace=world.sauna, import_id=made.import_id, by="test")
    with pytest.raises(NotFound):
        reads.import_by_id(workspace=world.sauna, import_id=made.import_id)
    assert reads.imports(workspace=world.sauna) == []
    assert len(desk.feedback()) == 2


def test_strangers_survey_code_is_unknown(desk: Desk, world: World) -> None:
    desk.put(many(2))
    desk.run()
    code = Survey.objects.of(world.woollens).get().code
    theirs = Desk(desk.folder, world.sauna)
    with pytest.raises(Invalid) as caught:
        theirs.plan(MAP.replace('define = "survey.toml"', f'code = "{code}"'))
    assert caught.value.code == "survey"


def test_strangers_touchpoints_are_unknown(desk: Desk, world: World) -> None:
    desk.put(many(2))
    with pytest.raises(Invalid) as caught:
        Desk(desk.folder, world.sauna).plan()
    assert caught.value.code == "touchpoint"


def test_same_file_in_two_workspaces_makes_people_in_each(desk: Desk, world: World) -> None:
    shop_journey(world.sauna)
    desk.put(many(2))
    desk.run()
    Desk(desk.folder, world.sauna).run()
    ours, theirs = (
        set(Feedback.objects.of(w).values_list("person_id", flat=True)) for w in (world.woollens, world.sauna)
    )
    assert (len(ours), len(theirs), ours & theirs) == (2, 2, set())


# whatever stands in the file


@given(raw=st.binary(max_size=400))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_read_or_refused_but_never_crash(desk: Desk, raw: bytes) -> None:
    desk.file.write_bytes(",".join(HEAD).encode() + b"\n" + raw)
    try:
        report = desk.plan().report
    except imports.Broken:
        return
    assert report.rows == report.read + report.blank + report.refused_rows

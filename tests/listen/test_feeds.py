"""Facts of answers: where they stand, on which day, and that no event of one workspace moves another one's."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
import pytest

from fiilis.core.errors import NotFound
from fiilis.core.models import OutboxEvent, Workspace
from fiilis.core.outbox import Delivered, Event
from fiilis.listen import feeds
from fiilis.listen.events import FeedbackErased, FeedbackReceived, ImportCompleted, ImportUndone, Received
from fiilis.listen.models import Feedback, Import
from fiilis.listen.queries import feedback as reads
from fiilis.listen.services import airport, digest, imports
from fiilis.warehouse import feeds as warehouse
from fiilis.warehouse.feeds import Change, Deletion
from fiilis.warehouse.tables import ANSWER, AnswerFact
from tests.conftest import World
from tests.listen.shop import MOMENT, Shop, both_databases

pytestmark = both_databases


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world.woollens).open()


def delivered(workspace: Workspace, *events: Event) -> list[Delivered]:
    return [Delivered(n, workspace.pk, event) for n, event in enumerate(events, 1)]


def said(change: Iterable[Delivered]) -> list[Change]:
    """Return the changes with their facts read, as sync reads them."""
    return [Change(list(one.append), list(one.upsert), one.delete) for one in feeds.changes(list(change))]


def facts(shop: Shop, *responses: uuid.UUID, only: tuple[str, ...] = ()) -> list[AnswerFact]:
    items = tuple(Received(r, only or tuple(Feedback.objects.of(shop.workspace).get(pk=r).answers)) for r in responses)
    (change,) = said(delivered(shop.workspace, FeedbackReceived(items=items)))
    assert (change.upsert, change.delete) == ([], ())
    return list(change.append)


def received() -> list[Delivered]:

    rows = OutboxEvent.objects.filter(name="listen.feedback_received").order_by("seq")
    return [Delivered(row.seq, row.workspace_id, msgspec.convert(row.payload, FeedbackReceived)) for row in rows]


def test_feed_is_registered() -> None:
    assert feeds.FEED in warehouse.feeds()


def test_each_kind_of_answer_is_its_fact(shop: Shop) -> None:
    response = shop.answer({"nps": 9, "ease": 6, "solved": "yes", "bought": ["hat", "yarn"], "why": "Hyvä"})
    digest.digest()
    found = {
        (fact.question, fact.code): (fact.kind, fact.low, fact.high, fact.value, fact.text)
        for fact in facts(shop, response)
    }
    assert found == {
        ("nps", ""): ("nps", 0, 10, 9.0, None),
        ("ease", ""): ("ces", 1, 7, 6.0, None),
        ("solved", "yes"): ("solved", 0, 0, None, None),
        ("bought", "hat"): ("multiple", 0, 0, None, None),
        ("bought", "yarn"): ("multiple", 0, 0, None, None),
        ("why", ""): ("long", 0, 0, None, "Hyvä"),
    }


def test_facts_carry_everything_about_the_answer(shop: Shop) -> None:
    response = shop.answer({"nps": 9}, channel="kiosk", source="door", language="sv", event_at=MOMENT)
    digest.digest()
    (fact,) = facts(shop, response)
    assert fact == AnswerFact(
        workspace=str(shop.workspace.pk), feedback=str(response), question="nps", survey=str(shop.survey_id), version=1,
        kind="nps", low=0, high=10, value=9.0, touchpoint=str(shop.points["till"]), stage=fact.stage, actor=fact.actor,
        channel="kiosk", source="door", language="sv", at=MOMENT, day=date(2026, 3, 3), delay_seconds=0,
    )  # fmt: skip


def test_day_is_the_workspaces_own(shop: Shop) -> None:
    response = shop.answer({"nps": 9})  # 22.30 UTC: the next day in Helsinki
    digest.digest()
    assert {fact.day for fact in facts(shop, response)} == {date(2026, 3, 3)}
    Workspace.objects.filter(pk=shop.workspace.pk).update(time_zone="America/Los_Angeles")
    assert {fact.day for fact in facts(shop, response)} == {date(2026, 3, 2)}


def test_place_is_the_questions_own_else_the_surveys(shop: Shop) -> None:
    response = shop.answer({"nps": 9, "ease": 6})
    digest.digest()
    by_question = {fact.question: fact for fact in facts(shop, response)}
    assert by_question["nps"].touchpoint == str(shop.points["till"])
    assert by_question["ease"].touchpoint == str(shop.points["delivery"])
    assert by_question["nps"].actor != by_question["ease"].actor
    assert by_question["nps"].stage != by_question["ease"].stage


def test_added_answer_appends_its_own_facts_only(shop: Shop) -> None:
    response = shop.answer({"nps": 3})
    digest.digest()
    first = said(received())
    shop.answer({"nps": 3, "why": "Myöhässä"}, response=response, revision=2)
    digest.digest()
    second = said(received()[1:])
    assert [[fact.question for fact in change.append] for change in first] == [["nps"]]
    assert [[fact.question for fact in change.append] for change in second] == [["why"]]
    assert all(change.delete == () for change in first + second)


def test_changed_answer_replaces_all_facts_of_the_feedback(shop: Shop) -> None:
    response = shop.answer({"nps": 3, "solved": "no"})
    digest.digest()
    shop.answer({"nps": 3, "solved": "yes"}, response=response, revision=2)
    digest.digest()
    appended, replaced = said(received()[1:])
    assert list(appended.append) == []
    assert replaced.delete == (Deletion(str(shop.workspace.pk), "feedback", (str(response),)),)
    assert [(fact.question, fact.code) for fact in replaced.append] == [("nps", ""), ("solved", "yes")]


def test_events_in_a_row_tell_each_fact_once(shop: Shop) -> None:
    response = shop.answer({"nps": 3})
    digest.digest()
    shop.answer({"nps": 3, "why": "Myöhässä"}, response=response, revision=2)
    digest.digest()
    (change,) = said(received())
    assert sorted(fact.question for fact in change.append) == ["nps", "why"]


def test_feedback_that_is_gone_gives_nothing(shop: Shop) -> None:
    response = shop.answer({"nps": 3})
    digest.digest()
    Feedback.objects.of(shop.workspace).filter(pk=response).delete()
    (change,) = said(received())
    assert list(change.append) == []


def test_import_completed_appends_all_its_facts(world: World) -> None:
    workspace = airport.load(by="test")
    made = Import.objects.of(workspace).get()
    (change,) = said(delivered(workspace, ImportCompleted(import_id=made.pk)))
    found = list(change.append)
    assert len({fact.feedback for fact in found}) == 2831
    assert len([fact for fact in found if fact.question == "netpro"]) == 2746
    keys = {(fact.workspace, fact.feedback, fact.question, fact.code) for fact in found}
    assert len(keys) == len(found)
    assert {fact.import_id for fact in found} == {str(made.pk)}
    assert (min(fact.day for fact in found), max(fact.day for fact in found)) == (date(2017, 5, 5), date(2017, 5, 30))
    assert all(fact.touchpoint and fact.stage and fact.actor for fact in found)
    multiple = sum(len(one.answers.get("q2purpose", ())) for one in Feedback.objects.of(workspace))
    assert len([fact for fact in found if fact.question == "q2purpose"]) == multiple


def test_import_that_is_not_complete_gives_nothing(world: World) -> None:
    workspace = airport.load(by="test")
    made = Import.objects.of(workspace).get()
    imports.undo(workspace=workspace, import_id=made.pk, by="test")
    completed, undone = said(delivered(workspace, ImportCompleted(import_id=made.pk), ImportUndone(import_id=made.pk)))
    assert list(completed.append) == []
    assert undone == Change([], [], (Deletion(str(workspace.pk), "import_id", (str(made.pk),)),))


def test_order_of_events_is_kept(shop: Shop) -> None:
    response = shop.answer({"nps": 3})
    digest.digest()
    erased = FeedbackErased(ids=(response,))
    batch = [*received(), *delivered(shop.workspace, erased)]
    appended, deleted = said(batch)
    assert [fact.question for fact in appended.append] == ["nps"]
    assert deleted.delete == (Deletion(str(shop.workspace.pk), "feedback", (str(response),)),)


def test_event_of_one_workspace_moves_nothing_of_another(shop: Shop, world: World) -> None:
    response = shop.answer({"nps": 3})
    digest.digest()
    made = Import.objects.of(shop.workspace).create(
        survey_id=shop.survey_id, version=1, file_name="x.csv", digest="x", rows_total=1, by="test", status="complete"
    )
    Feedback.objects.of(shop.workspace).filter(pk=response).update(imported_by=made, import_row=1)
    forged = delivered(
        world.sauna,
        FeedbackReceived(items=(Received(response, ("nps",)),)),
        FeedbackReceived(items=(Received(response, ("nps",), changed=True),)),
        ImportCompleted(import_id=made.pk),
        FeedbackErased(ids=(response,)),
    )
    changes = said(forged)
    assert [fact for change in changes for fact in change.append] == []
    assert {deletion.workspace for change in changes for deletion in change.delete} == {str(world.sauna.pk)}


@pytest.mark.parametrize("count", [1, 3, 300])
def test_statements_do_not_grow_with_the_batch(shop: Shop, django_assert_num_queries: Any, count: int) -> None:
    for _ in range(count):
        shop.answer({"nps": 9, "ease": 5})
    digest.digest()
    batch = received()
    with django_assert_num_queries(4):
        (change,) = said(batch)
    assert len(list(change.append)) == 2 * count


def test_facts_fit_the_warehouses_columns() -> None:
    names = {column.name for column in ANSWER.columns} - {ANSWER.partition}
    assert names == set(AnswerFact.__struct_fields__)


# what people may see


def test_feedback_of_a_running_import_is_not_seen(shop: Shop) -> None:
    seen = shop.answer({"nps": 3})
    hidden = shop.answer({"nps": 4})
    digest.digest()
    made = Import.objects.of(shop.workspace).create(
        survey_id=shop.survey_id, version=1, file_name="x.csv", digest="x", rows_total=1, by="test"
    )
    Feedback.objects.of(shop.workspace).filter(pk=hidden).update(imported_by=made, import_row=1)
    assert [row.id for row in reads.newest(workspace=shop.workspace)] == [seen]
    with pytest.raises(NotFound):
        reads.one(workspace=shop.workspace, feedback_id=hidden)
    Import.objects.of(shop.workspace).update(status="complete")
    assert {row.id for row in reads.newest(workspace=shop.workspace)} == {seen, hidden}


def test_newest_comes_first_and_stays_in_its_workspace(shop: Shop, world: World) -> None:
    theirs = Shop(world.sauna).open()
    theirs.answer({"nps": 1})
    ours = [shop.answer({"nps": n}, received_at=MOMENT.replace(minute=n)) for n in range(3)]
    digest.digest()
    assert [row.id for row in reads.newest(workspace=shop.workspace, limit=2)] == ours[:0:-1]
    with pytest.raises(NotFound):
        reads.one(workspace=world.sauna, feedback_id=ours[0])


def test_addition_after_a_change_stands_once_however_late_the_facts_are_made(shop: Shop) -> None:
    response = shop.answer({"nps": 3})
    digest.digest()
    shop.answer({"nps": 8}, response=response, revision=2)
    digest.digest()
    shop.answer({"nps": 8, "why": "Parani"}, response=response, revision=3)
    digest.digest()
    # each event alone, as three batches of the worker, all made after the last answer came
    steps = [said([event]) for event in received()]
    lake: list[AnswerFact] = []
    for change in (change for step in steps for change in step):
        for gone in change.delete:
            lake = [fact for fact in lake if getattr(fact, gone.column) not in gone.values]
        lake += list(change.append)
    assert sorted((fact.question, fact.value, fact.text) for fact in lake) == [
        ("nps", 8.0, None),
        ("why", None, "Parani"),
    ]


@pytest.mark.parametrize("cuts", range(8))
def test_facts_are_the_same_wherever_the_batches_are_cut(shop: Shop, cuts: int) -> None:
    """Facts are made late, from feedback as it is by then: no cut between batches may lose or double one."""
    steps: list[dict[str, Any]] = [
        {"nps": 3},
        {"nps": 4, "solved": "no"},
        {"nps": 4, "solved": "no", "bought": ["hat"]},
        {"nps": 4, "solved": "yes", "bought": ["hat"], "why": "Hyvä"},
    ]
    response = uuid.uuid4()
    for number, answers in enumerate(steps, 1):
        shop.answer(answers, response=response, key=uuid.uuid4(), revision=number)
        digest.digest()
    batches: list[list[Delivered]] = [[]]
    for number, event in enumerate(received()):
        batches[-1].append(event)
        if cuts >> number & 1:
            batches.append([])
    lake: list[AnswerFact] = []
    for batch in batches:
        for change in said(batch):
            gone = {value for deletion in change.delete for value in deletion.values}
            lake = [fact for fact in lake if fact.feedback not in gone] + list(change.append)
    assert sorted((fact.question, fact.code, fact.value) for fact in lake) == [
        ("bought", "hat", None), ("nps", "", 4.0), ("solved", "yes", None), ("why", "", None),
    ]  # fmt: skip

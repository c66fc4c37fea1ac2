"""The digest: each answer once, whatever the order, the repeats and the poison."""

import logging
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from fiilis.core import clock, rounds, schedule, tail
from fiilis.core.models import AuditEntry, Cursor, OutboxEvent
from fiilis.intake.models import InboxRow, RemovalRequest
from fiilis.listen import jobs
from fiilis.listen.models import Feedback, Survey
from fiilis.listen.services import digest
from fiilis.listen.services.digest import Said, difference, merge
from tests.conftest import World
from tests.listen.shop import DATABASES, MOMENT, Shop, both_databases, later, put

pytestmark = both_databases


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world.woollens).open()


def events() -> list[tuple[uuid.UUID, Any]]:
    found = OutboxEvent.objects.filter(name="listen.feedback_received").order_by("seq")
    return [(event.workspace_id, event.payload["items"]) for event in found]


def test_answer_becomes_feedback(shop: Shop) -> None:
    response = shop.answer(
        {"nps": 9, "bought": ["hat"], "why": "Hyvä"}, event_at=later(-90), source="poster", channel="kiosk"
    )
    assert digest.digest() == 1
    one = shop.feedback()[response]
    assert one.answers == {"nps": 9, "bought": ["hat"], "why": "Hyvä"}
    assert (one.inbox_id, one.revision, one.survey_id, one.version) == (response, 1, shop.survey_id, 1)
    assert (one.at, one.event_at, one.delay_seconds) == (MOMENT, later(-90), 5400)
    assert (one.channel, one.source, one.language, one.side, one.done) == ("kiosk", "poster", "fi", "customer", True)
    assert one.touchpoint_id == shop.points["till"]
    assert events() == [
        (shop.workspace.pk, [{"id": str(response), "added": ["nps", "bought", "why"], "changed": False}]),
    ]


def test_empty_inbox_gives_nothing(shop: Shop) -> None:
    assert digest.digest() == 0
    assert events() == []


def test_digest_again_changes_nothing(shop: Shop) -> None:
    shop.answer({"nps": 9})
    digest.digest()
    before = list(Feedback.objects.of(shop.workspace).values())
    assert digest.digest() == 0
    Cursor.objects.filter(name=digest.CURSOR).update(after=0, open_from=0, seen=[])  # a crash before the commit
    assert digest.digest() == 1
    assert list(Feedback.objects.of(shop.workspace).values()) == before
    assert len(events()) == 1


def test_comment_sent_later_is_added(shop: Shop) -> None:
    response = shop.answer({"nps": 3}, done=False)
    digest.digest()
    shop.answer({"nps": 3, "why": "Myöhässä"}, response=response, revision=2, received_at=later(4))
    digest.digest()
    one = shop.feedback()[response]
    assert (one.answers, one.revision, one.done) == ({"nps": 3, "why": "Myöhässä"}, 2, True)
    assert one.at == MOMENT  # the score was given then
    assert [items for _workspace, items in events()] == [
        [{"id": str(response), "added": ["nps"], "changed": False}],
        [{"id": str(response), "added": ["why"], "changed": False}],
    ]


def test_revisions_in_one_batch_become_one_event(shop: Shop) -> None:
    response = shop.answer({"nps": 3})
    shop.answer({"nps": 3, "solved": "no"}, response=response, revision=2)
    digest.digest()
    assert [items for _workspace, items in events()] == [
        [{"id": str(response), "added": ["nps", "solved"], "changed": False}]
    ]


def test_changed_answer_is_told(shop: Shop) -> None:
    response = shop.answer({"nps": 3})
    digest.digest()
    shop.answer({"nps": 8}, response=response, revision=2)
    digest.digest()
    assert shop.feedback()[response].answers == {"nps": 8}
    assert events()[1][1] == [{"id": str(response), "added": ["nps"], "changed": True}]


def test_done_alone_tells_nothing_to_the_facts(shop: Shop) -> None:
    response = shop.answer({"nps": 3}, done=False)
    digest.digest()
    shop.answer({"nps": 3}, response=response, revision=2, done=True)
    digest.digest()
    assert shop.feedback()[response].done is True
    assert len(events()) == 1


def test_event_after_the_answer_has_no_negative_delay(shop: Shop) -> None:
    response = shop.answer({"nps": 3}, event_at=later(5))
    digest.digest()
    assert shop.feedback()[response].delay_seconds == 0


def test_personal_data_is_redacted_and_only_counted(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "fiilis.digest")
    response = shop.answer({"why": "Olen Aino, 131052-308T, aino@example.fi\x00"})
    digest.digest()
    assert shop.feedback()[response].answers == {"why": "Olen Aino, [hetu], [email]"}
    assert "personal data redacted: {'email': 1, 'hetu': 1}" in caplog.text
    assert "131052" not in caplog.text


def test_half_a_surrogate_is_no_poison(shop: Shop) -> None:
    response = shop.answer({"nps": 1})
    row = InboxRow.objects.get(id=response)
    assert row.answers == '{"nps":1}'
    said = digest._value(digest.Question(id="why", kind=digest.Kind.LONG, text={}), "a\ud800b", digest.Counter())
    assert said == "a?b"


# poison


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"survey_id": uuid.UUID(int=7)}, "unknown_version"),
        ({"version": 9}, "unknown_version"),
        ({"kind": "event"}, "kind"),
    ],
)
def test_row_not_understood_is_passed_counted_and_logged_without_text(
    shop: Shop, caplog: pytest.LogCaptureFixture, changes: dict[str, Any], reason: str
) -> None:
    good = shop.answer({"nps": 9})
    shop.answer({"why": "salaisuus"}, **changes)
    other = shop.answer({"nps": 2})
    assert digest.digest() == 3
    assert set(shop.feedback()) == {good, other}
    entry = AuditEntry.objects.of(shop.workspace).get(kind="inbox")
    assert (entry.verb, entry.by, entry.summary) == ("refused", "worker", {reason: 1})
    assert f"not understood: {reason}" in caplog.text
    assert "salaisuus" not in caplog.text


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"nps": 9, "hinta": 3}, "unknown_question"),
        ({"nps": 11}, "bad_value"),
        ({"nps": "9"}, "bad_value"),
        ({"nps": True}, "bad_value"),
        ({"nps": None}, "bad_value"),
        ({"bought": "hat"}, "bad_value"),
        ({"bought": [1]}, "bad_value"),
        ({"solved": ["yes"]}, "bad_value"),
        ({"why": 3}, "bad_value"),
    ],
)
def test_answer_that_slipped_by_intake_is_refused_alone(shop: Shop, answers: dict[str, Any], reason: str) -> None:
    shop.answer(answers)
    good = shop.answer({"nps": 9})
    assert digest.digest() == 2
    assert set(shop.feedback()) == {good}
    assert AuditEntry.objects.of(shop.workspace).get(kind="inbox").summary == {reason: 1}


def test_deleted_survey_stops_nobody(shop: Shop) -> None:
    shop.answer({"nps": 9})
    Survey.objects.of(shop.workspace).filter(pk=shop.survey_id).delete()
    assert digest.digest() == 1
    assert AuditEntry.objects.of(shop.workspace).get(kind="inbox").summary == {"unknown_version": 1}


def test_unknown_workspace_is_logged_only(shop: Shop) -> None:
    shop.answer({"nps": 9}, workspace_id=uuid.UUID(int=1), survey_id=uuid.UUID(int=2))
    assert digest.digest() == 1
    assert AuditEntry.objects.across_workspaces(reason="a test").filter(kind="inbox").count() == 0


def test_row_that_the_database_refuses_fails_alone(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    responses = [shop.answer({"nps": score}) for score in range(5)]
    upsert = digest.rows.upsert

    def refusing(new: Any) -> Any:
        if any(row.inbox_id == responses[2] for row in new):
            raise IntegrityError("as when a survey is deleted this instant")
        return upsert(new)

    monkeypatch.setattr(digest.rows, "upsert", refusing)
    assert digest.digest() == 5
    assert set(shop.feedback()) == {r for r in responses if r != responses[2]}
    assert AuditEntry.objects.of(shop.workspace).get(kind="inbox").summary == {"database": 1}
    assert digest.digest() == 0


# other people's workspaces


def test_row_that_names_another_workspaces_survey_is_refused(shop: Shop, world: World) -> None:
    shop.answer({"nps": 9}, workspace_id=world.sauna.pk)
    digest.digest()
    assert Feedback.objects.of(world.sauna).count() == 0
    assert shop.feedback() == {}
    assert AuditEntry.objects.of(world.sauna).get(kind="inbox").summary == {"another_workspace": 1}


def test_response_id_of_another_workspace_changes_nothing_there(shop: Shop, world: World) -> None:
    theirs = Shop(world.sauna).open()
    response = shop.answer({"nps": 9})
    digest.digest()
    theirs.answer({"nps": 0}, response=response, revision=2)
    digest.digest()
    assert shop.feedback()[response].answers == {"nps": 9}
    assert theirs.feedback() == {}
    assert AuditEntry.objects.of(world.sauna).get(kind="inbox").summary == {"another_survey": 1}


def test_same_id_of_two_workspaces_in_one_batch(shop: Shop, world: World) -> None:
    theirs = Shop(world.sauna).open()
    response = shop.answer({"nps": 9})
    theirs.answer({"nps": 0}, response=response, revision=2)
    digest.digest()
    assert (shop.feedback()[response].answers, theirs.feedback()) == ({"nps": 9}, {})


def test_events_go_to_their_own_workspace(shop: Shop, world: World) -> None:
    theirs = Shop(world.sauna).open()
    ours_id, theirs_id = shop.answer({"nps": 9}), theirs.answer({"nps": 1})
    digest.digest()
    told = {workspace: [item["id"] for item in items] for workspace, items in events()}
    assert told == {shop.workspace.pk: [str(ours_id)], theirs.workspace.pk: [str(theirs_id)]}


def test_touchpoint_of_another_workspace_is_not_taken_over(shop: Shop, world: World) -> None:
    theirs = Shop(world.sauna).open()
    version = digest.versions.Version.objects.of(shop.workspace).get()
    version.definition["touchpoint"] = str(theirs.points["till"])
    version.save()
    response = shop.answer({"nps": 9})
    digest.digest()
    assert shop.feedback()[response].touchpoint_id is None


# speed


@pytest.mark.parametrize("count", [1, 3, 400])
def test_statements_do_not_grow_with_the_batch(shop: Shop, django_assert_num_queries: Any, count: int) -> None:
    for _ in range(count):
        shop.answer({"nps": 9, "why": "Hyvä"})
    shop.answer({"nps": 9})
    digest.digest(limit=1)  # makes the cursor
    own_file = "inbox" in DATABASES  # else the inbox is read from the main database
    with django_assert_num_queries(10 if own_file else 11):
        assert digest.digest() == count


def test_limit_bounds_a_pass(shop: Shop) -> None:
    for _ in range(5):
        shop.answer({"nps": 9})
    assert [digest.digest(limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_overtaken_pass_writes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.answer({"nps": 9})
    understand = digest._understand

    def overtaken(items: Any, batch: Any) -> None:
        understand(items, batch)
        monkeypatch.setattr(digest, "_understand", understand)
        assert digest.digest() == 1  # another worker, meanwhile

    monkeypatch.setattr(digest, "_understand", overtaken)
    assert digest.digest() == 0
    assert len(shop.feedback()) == 1
    assert len(events()) == 1


# merging: whatever the order and however often

RESPONSE = uuid.UUID(int=5)


def revision(number: int) -> Said:
    """Return the n-th revision of one response: cumulative answers, its own time, an event told now and then."""
    answers: dict[str, Any] = {"nps": 9 - number % 3}
    answers |= {"ease": number} if number >= 2 else {}
    answers |= {"why": f"r{number}"} if number >= 3 else {}
    return Said(
        id=RESPONSE, workspace_id=RESPONSE, survey_id=RESPONSE, version=1, revision=number, channel="link",
        language="fi" if number < 4 else "sv", source="", done=number > 2, at=MOMENT + timedelta(minutes=number),
        event_at=MOMENT - timedelta(hours=number) if number % 2 else None, answers=answers, touchpoint_id=None,
    )  # fmt: skip


order_with_repeats = st.integers(1, 5).flatmap(
    lambda most: st.lists(st.integers(1, most), min_size=0, max_size=6).flatmap(
        lambda more: st.permutations([*range(1, most + 1), *more])
    )
)


@given(order_with_repeats)
def test_merging_in_any_order_with_any_repeats_gives_the_same(order: list[int]) -> None:
    total = revision(order[0])
    for number in order[1:]:
        total = merge(total, revision(number))
    straight = revision(1)
    for number in range(2, max(order) + 1):
        straight = merge(straight, revision(number))
    assert total == straight
    assert merge(total, total) == total
    assert (total.revision, total.at) == (max(order), MOMENT + timedelta(minutes=1))


@given(order_with_repeats)
def test_what_is_told_adds_up_to_what_is_known(order: list[int]) -> None:
    told: dict[str, Any] = {}
    known: Said | None = None
    for number in order:
        new = revision(number) if known is None else merge(known, revision(number))
        received = difference(known, new)
        if received is not None and received.changed:
            told = dict(new.answers)
        elif received is not None:
            told |= {question: new.answers[question] for question in received.added}
        known = new
    assert known is not None
    assert told == known.answers


@pytest.mark.parametrize("batch", [1, 2, 500])
@pytest.mark.parametrize(
    "order", [[1, 2, 3], [3, 2, 1], [2, 1, 3, 2], [3, 3, 1], [1, 1, 2, 2, 3, 3, 1]], ids=lambda o: "".join(map(str, o))
)
def test_rows_in_any_order_and_any_batches_give_the_same_feedback(shop: Shop, order: list[int], batch: int) -> None:
    response = uuid.uuid4()
    for number in order:
        said = revision(number)
        shop.answer(
            said.answers, response=response, key=uuid.uuid4(), revision=number, received_at=said.at,
            event_at=said.event_at, done=said.done,
        )  # fmt: skip
    while digest.digest(limit=batch):
        pass
    one = shop.feedback()[response]
    assert (one.answers, one.revision, one.at) == (revision(3).answers, 3, MOMENT + timedelta(minutes=min(order)))
    assert len(shop.feedback()) == 1


# the worker's part


def test_worker_digests_in_its_round(shop: Shop) -> None:
    step = next(step for step in rounds.steps() if step.name == "listen.digest")
    shop.answer({"nps": 9})
    assert step.run() is False  # less than a batch: nothing more waits
    assert len(shop.feedback()) == 1


def test_digest_all_empties_the_inbox(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        shop.answer({"nps": 9})
    monkeypatch.setattr(jobs.digest, "digest", lambda limit=2: digest_two(limit))
    assert jobs.digest_all() == 5


digest_two = digest.digest


def purges() -> list[int | None]:
    return list(RemovalRequest.objects.order_by("pk").values_list("through_seq", flat=True))


def test_raw_rows_are_purged_seven_days_after_their_digest(shop: Shop) -> None:
    shop.answer({"nps": 9})
    with clock.held(MOMENT):
        digest.digest()
        first = Cursor.objects.get(name=digest.CURSOR).after
        assert jobs.purge_raw() == 0
    shop.answer({"nps": 8})
    with clock.held(MOMENT + timedelta(days=3)):
        digest.digest()
        assert jobs.purge_raw() == 0
    with clock.held(MOMENT + timedelta(days=6, hours=23)):
        assert jobs.purge_raw() == 0
    with clock.held(MOMENT + timedelta(days=7)):
        assert jobs.purge_raw() == first
        assert jobs.purge_raw() == 0
    with clock.held(MOMENT + timedelta(days=10)):
        assert jobs.purge_raw() == first + 1
    assert purges() == [first, first + 1]


def test_row_not_digested_is_never_purged(shop: Shop) -> None:
    shop.answer({"nps": 9})
    for day in range(30):
        with clock.held(MOMENT + timedelta(days=day)):
            assert jobs.purge_raw() == 0
    assert purges() == []


def test_purge_is_on_the_schedule() -> None:
    assert "listen.purge" in {job.name for job in schedule.jobs()}


def test_position_stands_in_the_main_database(shop: Shop) -> None:
    put(*(shop.row(uuid.uuid4(), {"nps": n}) for n in range(3)))
    digest.digest()
    cursor = Cursor.objects.get(name=digest.CURSOR)
    assert tail.Position(cursor.after) == tail.Position(
        InboxRow.objects.order_by("-seq").values_list("seq", flat=True)[0]
    )

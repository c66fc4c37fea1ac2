import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction

from fiilis.core import audit, clock, ids, lease, live, permissions, schedule, workspaces
from fiilis.core.errors import Conflict, FieldProblem, Forbidden, Invalid
from fiilis.core.models import AuditEntry, Membership, Role
from tests.conftest import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_uuid7_is_version_7_and_rises() -> None:
    made = [ids.uuid7() for _ in range(6000)]
    assert {u.version for u in made} == {7}
    assert {u.variant for u in made} == {uuid.RFC_4122}
    assert made == sorted(set(made))


def test_uuid7_carries_the_time() -> None:
    before = datetime.now(UTC).timestamp() * 1000
    stamp = ids.uuid7().int >> 80
    assert abs(stamp - before) < 2000


def test_public_codes_differ() -> None:
    assert len({ids.public_code() for _ in range(1000)}) == 1000


def test_held_clock_returns_to_the_wall() -> None:
    with clock.held(NOON):
        assert clock.now() == NOON
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    with pytest.raises(ValueError, match="time zone"), clock.held(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_lease_has_one_holder_until_it_ends(db: None) -> None:
    with clock.held(NOON):
        assert lease.claim("lake", seconds=10, holder="a")
        assert not lease.claim("lake", seconds=10, holder="b")
        assert lease.claim("lake", seconds=10, holder="a")
    with clock.held(NOON + timedelta(seconds=11)):
        assert lease.claim("lake", seconds=10, holder="b")
        lease.release("lake", holder="a")
        assert not lease.claim("lake", seconds=10, holder="a")
        lease.release("lake", holder="b")
        assert lease.claim("lake", seconds=10, holder="a")


def test_held_lease_is_let_go_after_an_error(db: None) -> None:
    with pytest.raises(ZeroDivisionError), lease.hold("lake"):
        with pytest.raises(lease.LeaseHeld), lease.hold("lake"):
            pass
        raise ZeroDivisionError
    with lease.hold("lake"):
        pass


def test_schedule_claims_a_run_once_per_period(db: None) -> None:
    job = schedule.Job("test.job", timedelta(hours=1), lambda: None)
    with clock.held(NOON):
        assert [schedule.claim(job), schedule.claim(job)] == [True, False]
    with clock.held(NOON + timedelta(hours=1)):
        assert [schedule.claim(job), schedule.claim(job)] == [True, False]


def test_problem_body_names_fields() -> None:
    problem = Invalid("Mend it.", code="bad", fields=[FieldProblem("q1", "range", "From 0 to 10.")])
    assert problem.as_dict() == {
        "type": "about:blank",
        "status": 422,
        "code": "bad",
        "detail": "Mend it.",
        "fields": [{"field": "q1", "code": "range", "text": "From 0 to 10."}],
    }


def test_role_without_permission_is_refused(world: World) -> None:
    owner = Membership.objects.get(user=world.people.aino)
    agent = Membership.objects.get(user=world.people.daniel)
    assert permissions.may(owner, "members.edit")
    assert not permissions.may(agent, "members.edit")
    assert not permissions.may(None, "members.edit")
    with pytest.raises(Forbidden):
        permissions.require(agent, "members.edit")
    with pytest.raises(KeyError):
        permissions.may(owner, "no.such")


def test_last_owner_stays(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        workspaces.give_role(workspace=world.woollens, user=world.people.aino, role=Role.AGENT, by="test")
    assert caught.value.code == "last_owner"
    with pytest.raises(Invalid) as caught:
        workspaces.remove_member(workspace=world.woollens, user=world.people.aino, by="test")
    assert caught.value.code == "last_owner"
    workspaces.give_role(workspace=world.woollens, user=world.people.bjorn, role=Role.OWNER, by="test")
    workspaces.remove_member(workspace=world.woollens, user=world.people.aino, by="test")
    assert workspaces.membership_of(world.people.aino, "villa") is None


def test_taken_address_and_unknown_role_are_refused(world: World) -> None:
    with pytest.raises(Conflict, match="villa"):
        workspaces.create_workspace(slug="villa", name="Toinen", by="test")
    with pytest.raises(Invalid, match="king"):
        workspaces.give_role(workspace=world.woollens, user=world.people.onni, role="king", by="test")


@pytest.mark.django_db(transaction=True)
def test_audit_line_stands_in_the_writes_transaction(world: World) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record(workspace=world.woollens, by="test", verb="x", kind="y")
    before = AuditEntry.objects.of(world.woollens).count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(workspace=world.woollens, by="test", verb="x", kind="y")
        raise ZeroDivisionError
    assert AuditEntry.objects.of(world.woollens).count() == before


@pytest.mark.django_db(transaction=True)
def test_hub_tells_each_workspace_its_own_moves(world: World) -> None:
    live.announce(workspace_ids=[world.woollens.pk], topic="facts", version=1)

    async def scene() -> tuple[list[tuple[str, int]], int]:
        hub = live.Hub()
        aino, onni = hub.join(world.woollens.pk), hub.join(world.sauna.pk)
        heard = [await asyncio.wait_for(aino.queue.get(), 5)]
        await asyncio.to_thread(_announce, world.woollens.pk, 2)
        heard.append(await asyncio.wait_for(aino.queue.get(), 5))
        waiting = onni.queue.qsize()
        hub.leave(aino)
        hub.leave(onni)
        return heard, waiting

    assert async_to_sync(scene)() == ([("facts", 1), ("facts", 2)], 0)


def _announce(workspace_id: uuid.UUID, version: int) -> None:
    from django.db import connections

    live.announce(workspace_ids=[workspace_id], topic="facts", version=version)
    connections.close_all()


def test_full_queue_keeps_the_newest() -> None:
    async def scene() -> list[int]:
        listener = live.Listener(uuid.uuid4())
        for version in range(live.QUEUE + 5):
            listener.tell("facts", version)
        return [listener.queue.get_nowait()[1] for _ in range(listener.queue.qsize())]

    assert async_to_sync(scene)() == list(range(5, live.QUEUE + 5))

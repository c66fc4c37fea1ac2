"""The writer when the database, a row or the thread itself fails. The database is real; faults stand before it."""

import asyncio
import contextlib
import json
import sqlite3
import time
import uuid
from collections.abc import Coroutine, Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import connections

from fiilis.intake import check, process, removal, router, services, writer
from fiilis.intake.store import Database, DataFault, Stored, Unreachable
from fiilis.intake.writer import WriterDown
from tests.intake.conftest import COMPILED, FORM, SNAPSHOT, Answer, Door, Scene, form, post, rows

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


class Faulty:
    """The real database behind a switch."""

    def __init__(self, real: Database) -> None:
        self.real = real
        self.away = False
        self.poison = ""
        self.die = False
        self.slow = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        if self.die:
            raise MemoryError
        if self.away:
            raise Unreachable("gone")
        time.sleep(self.slow)
        with self.real.transaction():
            yield

    def probe(self, *, write: bool) -> None:
        if self.die:
            raise MemoryError
        if self.away:
            raise Unreachable("gone")
        self.real.probe(write=write)

    def insert(self, rows: Any) -> None:
        if self.poison and any(row.source == self.poison for row in rows):
            raise DataFault("poison")
        self.real.insert(rows)


def faulty(door: Door) -> Faulty:
    """Put a switch in front of the writer's database."""
    switch = Faulty(door.intake.writer._database)
    door.intake.writer._database = switch  # type: ignore[assignment]
    door.intake.rate.per_minute = 100_000
    return switch


async def until(condition: Any, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


def test_poisoned_post_fails_alone(scene: Scene) -> None:
    async def play(door: Door) -> tuple[list[int], str]:
        faulty(door).poison = "poison"
        bodies = [post(source="poison" if i == 7 else "") for i in range(20)]
        answers = await asyncio.gather(*[door.post(body) for body in bodies])
        return [a.status for a in answers], answers[7].json["code"]

    assert scene.play(play) == ([201] * 7 + [422] + [201] * 12, "poison")
    assert len(rows()) == 19


def test_text_that_a_driver_refuses_fails_alone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    # What the check lets through and the driver doesn't: here half of a surrogate pair.
    real = msgspec.json.encode

    def spoiled(value: Any) -> bytes:
        if value == {"why": "spoil"}:
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return real(value)

    monkeypatch.setattr("fiilis.intake.store.msgspec.json.encode", spoiled)

    async def play(door: Door) -> list[int]:
        bodies = [post(answers={"why": "spoil"} if i == 2 else {"nps": 1}) for i in range(5)]
        return [a.status for a in await asyncio.gather(*[door.post(body) for body in bodies])]

    assert scene.play(play) == [201, 201, 422, 201, 201]


def test_lost_database_answers_503_at_once_and_comes_back_by_itself(scene: Scene) -> None:
    async def play(door: Door) -> tuple[list[int], float, dict[str, str]]:
        switch = faulty(door)
        before = (await door.post(post())).status
        switch.away = True
        first = await door.post(post())
        began = time.monotonic()
        second = await door.post(post())
        waited = time.monotonic() - began
        health = (await door.call("GET", "/healthz")).json["parts"]
        assert second.headers[b"retry-after"] == b"2"
        switch.away = False
        await until(lambda: door.intake.writer.up)
        after = (await door.post(post())).status
        return [before, first.status, second.status, after], waited, health

    statuses, waited, health = scene.play(play)
    assert statuses == [201, 503, 503, 201]
    assert waited < 0.5
    assert health == {"writer": "ok", "database": "failing", "backlog": "ok", "surveys": "ok"}
    assert len(rows()) == 2


def test_dead_writer_fails_what_waits_and_is_replaced(scene: Scene) -> None:
    async def play(door: Door) -> tuple[list[int], int, int]:
        faulty(door).die = True
        dying = [answer.status for answer in await asyncio.gather(*[door.post(post()) for _ in range(3)])]
        health = (await door.call("GET", "/healthz")).status
        await until(lambda: door.intake.writer.up)
        return [*dying, (await door.post(post())).status], health, door.intake.counters.restarts

    assert scene.play(play) == ([503, 503, 503, 201], 503, 1)
    assert len(rows()) == 1


def test_hanging_writer_fails_what_waits_and_turns_healthz_red(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "STALL_SECONDS", 0.3)

    async def play(door: Door) -> tuple[list[int], dict[str, str], int]:
        switch = faulty(door)
        switch.slow = 3.0
        hanging = [asyncio.create_task(door.post(post()))]
        await asyncio.sleep(0.2)
        hanging.append(asyncio.create_task(door.post(post())))
        statuses = [(await task).status for task in hanging]
        health = (await door.call("GET", "/healthz")).json["parts"]
        switch.slow = 0.0
        await until(lambda: door.intake.writer.up)
        return statuses, health, (await door.post(post())).status

    statuses, health, after = scene.play(play)
    assert statuses == [503, 503]
    assert health == {"writer": "failing", "database": "ok", "backlog": "ok", "surveys": "ok"}
    assert after == 201


def test_queue_is_bounded_in_bytes_too(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_QUEUED_BYTES", 1000)

    async def play(door: Door) -> list[int]:
        faulty(door).slow = 0.3
        return [a.status for a in await asyncio.gather(*[door.post(post()) for _ in range(40)])]

    statuses = scene.play(play)
    assert {201: statuses.count(201), 503: statuses.count(503)} == {201: len(rows()), 503: 40 - len(rows())}
    assert statuses.count(503) > 10


def test_form_sent_again_is_a_repeat_and_a_mended_one_extends(scene: Scene) -> None:
    key = str(uuid.uuid4())

    async def play(door: Door) -> list[Answer]:
        bodies = [form(key=key, q_nps="3"), form(key=key, q_nps="3"), form(key=key, q_nps="4", q_why="Hidas")]
        return [await door.call("POST", "/i/villa2345", body, (FORM,)) for body in bodies]

    assert [a.status for a in scene.play(play)] == [303, 303, 303]
    assert [(r.revision, msgspec.json.decode(r.answers)) for r in rows()] == [
        (1, {"nps": 3}),
        (2, {"nps": 4, "why": "Hidas"}),
    ]
    assert len({r.id for r in rows()}) == 1


def test_attributes_of_earlier_revisions_stay(scene: Scene) -> None:
    key = str(uuid.uuid4())

    async def play(door: Door) -> list[Answer]:
        bodies = [
            form(key=key, q_nps="3", a_device="iphone"),
            form(key=key, q_nps="4", a_postcode="90"),
            form(key=key, q_nps="4", a_Postcode="90"),
        ]
        return [await door.call("POST", "/i/villa2345", body, (FORM,)) for body in bodies]

    assert [a.status for a in scene.play(play)] == [303, 303, 422]
    assert [r.attributes for r in rows()] == ['{"device":"iphone"}', '{"device":"iphone","postcode":"90"}']


def test_write_lock_of_another_process_delays_and_loses_nothing(scene: Scene) -> None:
    if connections[router.alias()].vendor != "sqlite":
        pytest.skip("SQLite's own")
    path = str(connections["inbox"].settings_dict["NAME"])

    async def play(door: Door) -> tuple[list[int], float]:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        tasks = [asyncio.create_task(door.post(post())) for _ in range(5)]
        await asyncio.sleep(1.0)
        holder.execute("ROLLBACK")
        holder.close()
        return [(await task).status for task in tasks], time.monotonic() - began

    statuses, waited = scene.play(play)
    assert statuses == [201] * 5
    assert waited > 1.0
    assert len(rows()) == 5


def test_two_processes_give_one_key_one_id(scene: Scene) -> None:
    if connections[router.alias()].vendor != "postgresql":
        pytest.skip("SQLite takes one process")
    keys = [str(uuid.uuid4()) for _ in range(20)]

    async def play(door: Door) -> None:
        other = process.Intake()
        await other.start()

        def there(body: dict[str, Any]) -> Coroutine[Any, Any, Stored]:
            return other.submit(check.decode_json(json.dumps(body).encode()), COMPILED, 100)

        door.intake.rate.per_minute = 10_000
        posts: list[Coroutine[Any, Any, Any]] = []
        for key in keys:
            posts.append(door.post(post(key=key, answers={"nps": 1})))
            posts.append(there(post(key=key, rev=2, answers={"why": "x"})))
            posts.append(there(post(key=key, answers={"nps": 1})))
        await asyncio.gather(*posts)
        await other.stop()

    scene.play(play)
    ids: dict[uuid.UUID, set[uuid.UUID]] = {}
    for row in rows():
        ids.setdefault(row.key, set()).add(row.id)
    assert {len(found) for found in ids.values()} == {1}
    assert len(ids) == 20


def test_commit_waits_for_the_disk_whatever_the_server_says(scene: Scene) -> None:
    if connections[router.alias()].vendor != "postgresql":
        pytest.skip("PostgreSQL's own")

    async def play(door: Door) -> str:
        connection = door.intake.writer._database._connection  # type: ignore[attr-defined]
        assert isinstance(connection, psycopg.Connection)
        found = connection.execute("SHOW synchronous_commit").fetchone()
        assert found is not None
        return str(found[0])

    assert scene.play(play) == "on"


def test_removal_waits_for_a_writer_that_is_away(scene: Scene) -> None:
    services.request_erasure(response_ids=[uuid.uuid4()])

    async def play(door: Door) -> int:
        await door.post(post())
        await asyncio.to_thread(services.request_erasure, response_ids=[r.id for r in await asyncio.to_thread(rows)])
        switch = faulty(door)
        switch.away = True
        await door.post(post())
        with pytest.raises(WriterDown):
            await asyncio.to_thread(removal.carry_out, door.intake.writer)
        switch.away = False
        await until(lambda: door.intake.writer.up)
        return await asyncio.to_thread(removal.carry_out, door.intake.writer)

    assert scene.play(play) == 1
    assert rows() == []


def test_snapshot_of_another_shape_does_not_take_the_others_along(scene: Scene) -> None:
    from fiilis.intake.models import PublishedSurvey

    PublishedSurvey.objects.create(code="broken2345", survey_id=uuid.uuid4(), snapshot={"code": 1})
    services.publish(SNAPSHOT)

    async def play(door: Door) -> list[int]:
        return [(await door.post(post())).status, (await door.post(post(), code="broken2345")).status]

    assert scene.play(play) == [201, 404]

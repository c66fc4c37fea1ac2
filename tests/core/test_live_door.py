"""The live channel as a server calls it: who may listen, what is told, and that a stream ends with its client."""

import asyncio
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from fiilis.core import live, live_door, workspaces
from tests.conftest import World

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


class Stream:
    """One client's side of an ASGI call."""

    def __init__(self, path: str, cookie: str = "", method: str = "GET") -> None:
        headers = [(b"cookie", cookie.encode())] if cookie else []
        self.scope = {"type": "http", "method": method, "path": path, "headers": headers}
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.put_nowait(dict(message))

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.sent.get(), 5)


def cookie(world: World, name: str) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={world.client(name).session.session_key}"


def status(world: World, path: str, cookie: str, method: str = "GET") -> int:
    async def scene() -> int:
        stream = Stream(path, cookie, method)
        task = asyncio.create_task(live_door.app(stream.scope, stream.receive, stream.send))
        first = await stream.next()
        stream.gone.set()
        await asyncio.wait_for(task, 5)
        return int(first["status"])

    try:
        return asyncio.run(scene())
    finally:
        connections.close_all()


def test_member_hears_and_strangers_get_404(world: World) -> None:
    assert status(world, "/live/villa", cookie(world, "daniel")) == 200
    assert status(world, "/live/villa", cookie(world, "onni")) == 404
    assert status(world, "/live/villa", cookie(world, "eeva")) == 404  # a partner sees no figures
    assert status(world, "/live/villa", "") == 404
    assert status(world, "/live/villa", f"{settings.SESSION_COOKIE_NAME}=forged") == 404
    assert status(world, "/live/nowhere", cookie(world, "aino")) == 404
    assert status(world, "/live/villa", cookie(world, "aino"), "POST") == 405


def test_closed_account_hears_nothing(world: World) -> None:
    key = cookie(world, "daniel")
    world.people.daniel.is_active = False
    world.people.daniel.save()
    assert status(world, "/live/villa", key) == 404


def test_stream_tells_the_standing_version_then_each_move_and_no_data(world: World) -> None:
    key = cookie(world, "aino")
    live.announce(workspace_ids=[world.woollens.pk], topic="facts", version=4)

    def announce(version: int) -> None:
        live.announce(workspace_ids=[world.woollens.pk], topic="facts", version=version)
        live.announce(workspace_ids=[world.sauna.pk], topic="facts", version=99)
        connections.close_all()

    async def scene() -> list[str]:
        stream = Stream("/live/villa", key)
        task = asyncio.create_task(live_door.app(stream.scope, stream.receive, stream.send))
        start = await stream.next()
        assert dict(start["headers"])[b"content-type"] == b"text/event-stream; charset=utf-8"
        heard = [(await stream.next())["body"].decode()]
        await asyncio.to_thread(announce, 5)
        while '"version": 5' not in heard[-1]:
            heard.append((await stream.next())["body"].decode())
        stream.gone.set()
        await asyncio.wait_for(task, 5)
        assert live_door.hub.listeners == set()
        return heard

    try:
        heard = asyncio.run(scene())
    finally:
        connections.close_all()
    assert heard[0] == ': welcome\n\nid: 4\nevent: facts\ndata: {"version": 4}\n\n'
    assert heard[-1] == 'id: 5\nevent: facts\ndata: {"version": 5}\n\n'
    assert [text for text in heard if "99" in text] == []


def test_silent_stream_is_pinged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_door, "PING_SECONDS", 0.1)
    key = cookie(world, "aino")

    async def scene() -> str:
        stream = Stream("/live/villa", key)
        task = asyncio.create_task(live_door.app(stream.scope, stream.receive, stream.send))
        for _message in range(2):
            await stream.next()
        ping = (await stream.next())["body"].decode()
        stream.gone.set()
        await asyncio.wait_for(task, 5)
        return str(ping)

    try:
        assert asyncio.run(scene()) == ": ping\n\n"
    finally:
        connections.close_all()


def test_removed_member_hears_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_door, "PING_SECONDS", 0.2)
    key = cookie(world, "daniel")

    def remove() -> None:
        workspaces.remove_member(workspace=world.woollens, user=world.people.daniel, by="test")
        connections.close_all()

    async def scene() -> None:
        stream = Stream("/live/villa", key)
        task = asyncio.create_task(live_door.app(stream.scope, stream.receive, stream.send))
        await stream.next()
        await asyncio.to_thread(remove)
        await asyncio.wait_for(task, 5)

    try:
        asyncio.run(scene())
    finally:
        connections.close_all()
    assert live_door.hub.listeners == set()

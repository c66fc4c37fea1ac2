"""How much a request may carry, as a server hands it in: from strangers little, a whole file from who may import."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from fiilis.config import bodies
from tests.conftest import World
from tests.core.test_live_door import cookie

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)
SEND = "/w/villa/imports/send"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bodies, "MOST", 100)
    monkeypatch.setattr(bodies, "MOST_SENT", 1000)
    yield
    connections.close_all()


def posted(size: int, path: str = "/sign-in/", *, cookie: str = "", announced: bool = True) -> tuple[int, int]:
    """Return the status, and how many bytes the application has seen of a body that comes in parts of 50."""
    headers = [(b"cookie", cookie.encode())] if cookie else []
    headers += [(b"content-length", str(size).encode())] if announced else []
    parts = [min(50, size - start) for start in range(0, size, 50)]
    statuses: list[int] = []
    read = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": bytes(parts.pop(0)), "more_body": bool(parts)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def app(_scope: Any, receive: bodies.Receive, send: bodies.Send) -> None:
        nonlocal read
        while (message := await receive())["type"] == "http.request":
            read += len(message["body"])
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                return
        await send({"type": "http.response.start", "status": 500, "headers": []})

    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    asyncio.run(bodies.bounded(app, scope, receive, send))
    (status,) = statuses
    return status, read


def test_large_body_is_refused_before_it_is_read(world: World) -> None:
    assert posted(100) == (200, 100)
    assert posted(101) == (413, 0)
    assert posted(10_000, announced=False) == (413, 100)


def test_whole_file_comes_only_from_who_may_import_there(world: World) -> None:
    assert posted(1000, SEND, cookie=cookie(world, "bjorn")) == (200, 1000)
    assert posted(1000, SEND, cookie=cookie(world, "bjorn"), announced=False) == (200, 1000)
    assert posted(1001, SEND, cookie=cookie(world, "bjorn")) == (413, 0)
    assert posted(1000, "/w/villa/settings/look", cookie=cookie(world, "aino")) == (413, 0)
    for name in ("carita", "eeva", "onni"):
        assert posted(1000, SEND, cookie=cookie(world, name)) == (413, 0)
    assert posted(1000, SEND) == (413, 0)

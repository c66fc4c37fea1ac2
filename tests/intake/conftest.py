"""The door as a web process has it, called in process over ASGI; the database and the writer thread are real."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import pytest
from django.db import connections

from fiilis.intake import door, router, services
from fiilis.intake.compiled import compiled
from fiilis.intake.models import InboxRow
from fiilis.intake.process import Intake
from fiilis.intake.types import CompiledQuestion, CompiledVersion, Snapshot, ValueKind

T = TypeVar("T")

WORKSPACE, SURVEY = uuid.uuid4(), uuid.uuid4()
QUESTIONS = (
    CompiledQuestion(id="nps", kind=ValueKind.NUMBER, low=0, high=10),
    CompiledQuestion(id="solved", kind=ValueKind.CODE, codes=("yes", "partly", "no")),
    CompiledQuestion(id="why", kind=ValueKind.TEXT, max_length=20),
    CompiledQuestion(id="where", kind=ValueKind.CODES, codes=("shop", "web", "phone")),
)
SNAPSHOT = Snapshot(
    code="villa2345",
    survey_id=SURVEY,
    workspace_id=WORKSPACE,
    is_open=True,
    languages=("fi", "sv"),
    thanks_path="/s/villa2345/thanks",
    form_path="/s/villa2345",
    versions=(
        CompiledVersion(number=1, questions=QUESTIONS[:1]),
        CompiledVersion(number=2, questions=QUESTIONS),
    ),
)
COMPILED = compiled(SNAPSHOT)
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")


@dataclass
class Answer:
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Door:
    """Posts to the door and remembers nothing."""

    intake: Intake
    address: str = "192.0.2.1"

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | list[bytes] = b"",
        headers: tuple[tuple[bytes, bytes], ...] = (JSON,),
    ) -> Answer:
        parts = body if isinstance(body, list) else [body]
        messages = [
            {"type": "http.request", "body": part, "more_body": i < len(parts) - 1} for i, part in enumerate(parts)
        ]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await asyncio.sleep(3600)
            raise AssertionError

        async def send(message: Any) -> None:
            sent.append(dict(message))

        scope = {"type": "http", "method": method, "path": path, "headers": list(headers), "client": (self.address, 1)}
        await door.app(scope, receive, send)
        return Answer(sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"])

    async def post(self, body: dict[str, Any] | bytes, code: str = SNAPSHOT.code, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        extra = tuple((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items())
        return await self.call("POST", f"/i/{code}", raw, (JSON, *extra))


@dataclass
class Scene:
    """Runs a coroutine with the door open, then closes it and lets the database go."""

    doors: list[Door] = field(default_factory=list)

    def play(self, scene: Callable[[Door], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            async with opened() as intake:
                return await scene(Door(intake))

        try:
            return asyncio.run(run())
        finally:
            # threads of the loop's pool have ended; what they left open would keep PostgreSQL's test database
            connections.close_all()


@contextlib.asynccontextmanager
async def opened() -> AsyncIterator[Intake]:
    """Start intake through the lifespan protocol, as a server does."""
    asked: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    said: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.create_task(door.lifespan({"type": "lifespan"}, asked.get, said.put))
    await asked.put({"type": "lifespan.startup"})
    reply = await said.get()
    assert reply["type"] == "lifespan.startup.complete", reply
    assert door._process is not None
    try:
        for _try in range(100):
            if door._process.writer.up:
                break
            await asyncio.sleep(0.02)
        yield door._process
    finally:
        await asked.put({"type": "lifespan.shutdown"})
        await said.get()
        await task


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    services.publish(SNAPSHOT)
    return Scene()


def post(**changes: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "rev": 1, "version": 2, "lang": "fi", "answers": {"nps": 9}} | changes


def form(**fields: Any) -> bytes:
    envelope = {"key": str(uuid.uuid4()), "version": "2", "lang": "fi", "channel": "link"}
    return urlencode(envelope | fields, doseq=True).encode()


def rows() -> list[InboxRow]:
    return list(InboxRow.objects.using(router.alias()).order_by("seq"))


Play = Callable[[Door], Awaitable[Any]]

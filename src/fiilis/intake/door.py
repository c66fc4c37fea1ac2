"""The ASGI door: reads a post, has it checked and stored, answers. Nothing else happens in this path.

POST /i/<code> takes JSON or a form; GET /healthz and GET /metrics tell how intake is. docs/intake.md is for clients.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from django.conf import settings

from fiilis.core.errors import SettingProblem
from fiilis.intake import check
from fiilis.intake.check import Body
from fiilis.intake.compiled import Compiled
from fiilis.intake.metrics import Drop
from fiilis.intake.process import Intake
from fiilis.intake.refusal import Refused
from fiilis.intake.replies import CORS, JSON, PREFLIGHT, STORED, Headers, Send, language_of, refuse, reply, send_raw
from fiilis.intake.store import Outcome, Stored
from fiilis.intake.writer import Poison, QueueFull, WriterDown

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

PREFIX = "/i/"
PATHS = frozenset({"/healthz", "/metrics"})
MAX_BODY = 64 * 1024
MAX_WASTE = 1024 * 1024
BODY_SECONDS = 10.0
_CODE = re.compile(r"[a-z0-9]{4,20}\Z")
# text/plain is what navigator.sendBeacon sends, which asks for no preflight
_JSON_TYPES = (b"application/json", b"text/plain")
_FORM_TYPE = b"application/x-www-form-urlencoded"

_process: Intake | None = None


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Start intake with the server; drain it when the server stops."""
    global _process
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            intake = Intake()
            try:
                await intake.start()
            except SettingProblem as problem:
                await send({"type": "lifespan.startup.failed", "message": str(problem)})
                return
            _process = intake
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if _process is not None:
                await _process.stop()
                _process = None
            await send({"type": "lifespan.shutdown.complete"})
            return


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve POST /i/<code>, its preflight, /healthz and /metrics."""
    intake = _process
    path: str = scope["path"]
    method: str = scope["method"]
    if method == "POST" and path not in PATHS:
        await _post(intake, scope, receive, send)
    elif method == "OPTIONS" and path not in PATHS:
        await reply(send, 204, b"", CORS + PREFLIGHT)
    elif method in ("GET", "HEAD") and path in PATHS:
        await (_healthz if path == "/healthz" else _metrics)(intake, send)
    else:
        await _wrong_method(intake, scope, send)


async def _post(intake: Intake | None, scope: Scope, receive: Receive, send: Send) -> None:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    is_form = media == _FORM_TYPE
    survey: Compiled | None = None
    body: Body | None = None
    try:
        if intake is None:
            raise WriterDown
        survey = await _survey(intake, scope, headers)
        if media != _FORM_TYPE and media not in _JSON_TYPES:
            raise Refused(Drop.MEDIA_TYPE)
        raw = await _read_body(receive, headers)
        body = check.decode_form(raw, survey) if is_form else check.decode_json(raw)
        stored = await intake.submit(body, survey, len(raw))
        if stored.outcome is Outcome.CONFLICT:
            raise Refused(Drop.CONFLICT)
    except (Refused, QueueFull, WriterDown, Poison) as fault:
        refused = _refused(fault)
        if intake is not None:
            intake.counters.dropped[refused.drop] += 1
        await refuse(send, refused, survey, _language(body, headers), is_form=is_form)
        return
    _count(intake, stored)
    if is_form:
        location = f"{survey.snapshot.thanks_path}?lang={body.lang or survey.snapshot.languages[0]}"
        await reply(send, 303, b"", [(b"location", location.encode())])
        return
    status = 200 if stored.outcome is Outcome.REPEATED else 201
    await send_raw(send, status, b'{"id":"%b","rev":%d}' % (str(stored.id).encode(), stored.revision), STORED)


def _count(intake: Intake, stored: Stored) -> None:
    if stored.outcome is Outcome.STORED:
        intake.counters.accepted += 1
    elif stored.outcome is Outcome.EXTENDED:
        intake.counters.extended += 1
    else:
        intake.counters.repeated += 1


async def _survey(intake: Intake, scope: Scope, headers: dict[bytes, bytes]) -> Compiled:
    """Return the survey that may be answered now, before anything of the body is read."""
    code = scope["path"].removeprefix(PREFIX)
    survey = await intake.survey(code) if _CODE.match(code) else None
    if survey is None:
        raise Refused(Drop.UNKNOWN_SURVEY)
    if not survey.snapshot.is_open:
        raise Refused(Drop.CLOSED)
    seconds = intake.rate.wait(code, _address(scope, headers))
    if seconds:
        raise Refused(Drop.RATE, retry_after=seconds)
    return survey


async def _read_body(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """Read the whole body within BODY_SECONDS and MAX_BODY bytes, whatever its length header says.

    The rest of a body that is too large is thrown away as it comes, up to MAX_WASTE: a client that is still sending
    doesn't read, and would see a broken connection in place of its 413.
    """
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > MAX_WASTE:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(Drop.GONE, words="slow")
                part: bytes = message.get("body", b"")
                size += len(part)
                if size > MAX_BODY:
                    parts.clear()
                else:
                    parts.append(part)
                if size > MAX_WASTE or not message.get("more_body", False):
                    break
    except TimeoutError:
        raise Refused(Drop.SLOW) from None
    if size > MAX_BODY:
        raise _too_large()
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _too_large() -> Refused:
    return Refused(Drop.TOO_LARGE, limits={"size": MAX_BODY // 1024})


def _refused(fault: Exception) -> Refused:
    """Say why a post was not stored."""
    if isinstance(fault, Refused):
        return fault
    if isinstance(fault, QueueFull):
        return Refused(Drop.FULL, retry_after=1)
    if isinstance(fault, WriterDown):
        return Refused(Drop.WRITER, retry_after=2)
    return Refused(Drop.POISON)


async def _wrong_method(intake: Intake | None, scope: Scope, send: Send) -> None:
    readable = scope["path"] in PATHS
    if intake is not None:
        intake.counters.dropped[Drop.METHOD] += 1
    if readable:
        refused = Refused(Drop.METHOD, words="read_only", allow="GET, HEAD")
    else:
        refused = Refused(Drop.METHOD, allow="POST, OPTIONS")
    await refuse(send, refused, None, _language(None, dict(scope["headers"])), is_form=False)


async def _healthz(intake: Intake | None, send: Send) -> None:
    parts = {"writer": False} if intake is None else intake.parts()
    healthy = all(parts.values())
    body = {"status": "ok" if healthy else "failing", "parts": {k: "ok" if v else "failing" for k, v in parts.items()}}
    await reply(send, 200 if healthy else 503, msgspec.json.encode(body), [JSON])


async def _metrics(intake: Intake | None, send: Send) -> None:
    if intake is None:
        await reply(send, 503, b"", [])
        return
    text = intake.counters.text(queue=intake.writer.queued, writer_up=intake.writer.up)
    content: Headers = [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")]
    await reply(send, 200, text.encode(), content)


def _language(body: Body | None, headers: dict[bytes, bytes]) -> str:
    accept = headers.get(b"accept-language", b"").decode("latin-1")
    return language_of(body.lang if body else "", accept)


def _address(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """Return whom the post came from, for the rate limit only: never stored, never logged."""
    if settings.FIILIS_PROXIES:
        # the last entry is our own proxy's word; what stands before it is whatever the client wrote
        return headers.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()
    client = scope.get("client")
    return str(client[0]) if client else ""

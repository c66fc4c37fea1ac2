"""The ASGI door: reads a post, checks it, waits for its commit, answers. Nothing else happens in this path."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from fiilis.core.errors import Conflict, NotFound, Problem, SettingProblem
from fiilis.intake import check, form_page
from fiilis.intake.check import Body, Refused
from fiilis.intake.metrics import Drop
from fiilis.intake.process import Intake
from fiilis.intake.store import Outcome, Stored
from fiilis.intake.types import Snapshot
from fiilis.intake.writer import Poison, QueueFull, WriterDown

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PREFIX = "/i/"
PATHS = frozenset({"/healthz", "/metrics"})
MAX_BODY = 64 * 1024
BODY_SECONDS = 10.0
_CODE = re.compile(r"[a-z0-9]{4,20}\Z")

SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
# A widget on the shop's own site posts here: any origin may, without credentials, since none are looked at.
CORS: Headers = [(b"access-control-allow-origin", b"*")]
PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"86400"),
]

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
    if intake is None:
        await _plain(send, 503, b"starting", [(b"retry-after", b"2")])
    elif path == "/healthz":
        await _healthz(intake, send)
    elif path == "/metrics":
        text = intake.counters.text(queue=intake.writer.queued, writer_up=intake.writer.up)
        await _plain(send, 200, text.encode(), [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")])
    elif scope["method"] == "OPTIONS":
        await _plain(send, 204, b"", CORS + PREFLIGHT)
    else:
        await _post(intake, scope, receive, send)


async def _post(intake: Intake, scope: Scope, receive: Receive, send: Send) -> None:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    is_form = headers.get(b"content-type", b"").partition(b";")[0].strip() == b"application/x-www-form-urlencoded"
    snapshot: Snapshot | None = None
    body: Body | None = None
    try:
        snapshot = await _survey(intake, scope, headers, is_form)
        raw = await _read_body(receive, headers)
        with check.in_language(_language(body, headers)):
            body = check.decode_form(raw, snapshot) if is_form else check.decode_json(raw)
        with check.in_language(_language(body, headers)):
            checked = check.check(body, snapshot, check.now())
        stored = await intake.writer.submit(checked, len(raw))
        with check.in_language(_language(body, headers)):
            _refuse_conflict(stored)
    except (Refused, QueueFull, WriterDown, Poison) as fault:
        lang = _language(body, headers)
        with check.in_language(lang):
            refused = fault if isinstance(fault, Refused) else _refusal(fault)
            intake.counters.dropped[refused.drop] += 1
            await _refuse(send, refused, snapshot, lang, is_form=is_form)
        return
    if stored.outcome is Outcome.STORED:
        intake.counters.accepted += 1
    else:
        intake.counters.repeated += 1
    if is_form:
        location = f"{snapshot.thanks_path}?lang={body.lang or snapshot.languages[0]}"
        await _plain(send, 303, b"", [(b"location", location.encode())])
        return
    answer = msgspec.json.encode({"id": stored.id, "rev": stored.revision})
    status = 201 if stored.outcome is Outcome.STORED else 200
    await _plain(send, status, answer, [(b"content-type", b"application/json"), *CORS])


async def _survey(intake: Intake, scope: Scope, headers: dict[bytes, bytes], is_form: bool) -> Snapshot:
    """Return the survey that may be answered now, before anything of the body is read."""
    with check.in_language(_language(None, headers)):
        if scope["method"] != "POST":
            raise Refused(Drop.METHOD, Problem(_("Send answers with POST."), code="method", status=405))
        code = scope["path"].removeprefix(PREFIX)
        snapshot = intake.snapshots.get(code)
        if snapshot is None and _CODE.match(code) and intake.snapshots.may_be_old:
            await asyncio.to_thread(intake.snapshots.refresh)
            snapshot = intake.snapshots.get(code)
        if snapshot is None:
            raise Refused(Drop.UNKNOWN_SURVEY, NotFound(_("There is no such survey. Check the address.")))
        if not snapshot.is_open:
            raise Refused(
                Drop.CLOSED,
                Problem(_("This survey is closed and takes no more answers."), code="closed", status=410),
            )
        seconds = intake.rate.wait(code, _address(scope, headers))
        if seconds:
            problem = Problem(_("Too many answers from this address. Try again later."), code="rate", status=429)
            raise Refused(Drop.RATE, problem, retry_after=seconds)
        media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        # text/plain: what navigator.sendBeacon sends, which asks for no preflight
        if not is_form and media not in (b"application/json", b"text/plain"):
            raise Refused(
                Drop.MEDIA_TYPE,
                Problem(_("Send JSON or a form."), code="media_type", status=415),
            )
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MAX_BODY:
            raise _too_large()
        return snapshot


def _too_large() -> Refused:
    return Refused(
        Drop.TOO_LARGE,
        Problem(_("The answer is too large: at most %(size)s kB.") % {"size": MAX_BODY // 1024}, code="too_large",
                status=413),
    )  # fmt: skip


async def _read_body(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """Read the whole body within BODY_SECONDS and MAX_BODY bytes, whatever its length header says."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise TimeoutError
                part = message.get("body", b"")
                size += len(part)
                if size > MAX_BODY:
                    with check.in_language(_language(None, headers)):
                        raise _too_large()
                parts.append(part)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        with check.in_language(_language(None, headers)):
            problem = Problem(_("The answer did not arrive in time. Send it again."), code="slow", status=408)
        raise Refused(Drop.SLOW, problem) from None


def _refuse_conflict(stored: Stored) -> None:
    if stored.outcome is Outcome.CONFLICT:
        raise Refused(
            Drop.CONFLICT,
            Conflict(_("Another answer was sent before under the same key and revision. Use a new key.")),
        )


def _refusal(fault: Exception) -> Refused:
    """Say in words why a checked post was not stored."""
    if isinstance(fault, QueueFull):
        problem = Problem(_("Very many answers are arriving. Send it again in a moment."), code="full", status=503)
        return Refused(Drop.FULL, problem, retry_after=1)
    if isinstance(fault, WriterDown):
        problem = Problem(_("Answers can't be stored just now. Send it again in a moment."), code="down", status=503)
        return Refused(Drop.WRITER, problem, retry_after=2)
    problem = Problem(_("This answer can't be stored. Change the text and send it again."), code="poison", status=422)
    return Refused(Drop.POISON, problem)


async def _refuse(send: Send, refused: Refused, snapshot: Snapshot | None, lang: str, *, is_form: bool) -> None:
    extra: Headers = [(b"retry-after", str(refused.retry_after).encode())] if refused.retry_after else []
    if refused.problem.status == 405:
        extra.append((b"allow", b"POST, OPTIONS"))
    if is_form:
        page = form_page.render(refused.problem, lang, snapshot.form_path if snapshot else "/")
        await _plain(send, refused.problem.status, page, [(b"content-type", b"text/html; charset=utf-8"), *extra])
        return
    body = msgspec.json.encode(refused.problem.as_dict())
    await _plain(send, refused.problem.status, body, [(b"content-type", b"application/problem+json"), *CORS, *extra])


async def _healthz(intake: Intake, send: Send) -> None:
    parts = {"writer": intake.writer.up, "surveys": intake.snapshots.loaded}
    parts["queue"] = intake.writer.queued < settings.FIILIS_INTAKE_QUEUE
    healthy = all(parts.values())
    body = {"status": "ok" if healthy else "failing", "parts": {k: "ok" if v else "failing" for k, v in parts.items()}}
    await _plain(send, 200 if healthy else 503, msgspec.json.encode(body), [(b"content-type", b"application/json")])


async def _plain(send: Send, status: int, body: bytes, headers: Headers) -> None:
    start = [(b"content-length", str(len(body)).encode()), *headers, *SAFE]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def _language(body: Body | None, headers: dict[bytes, bytes]) -> str:
    accept = headers.get(b"accept-language", b"").decode("latin-1")
    return check.language_of(body.lang if body else "", accept)


def _address(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """Return whom the post came from, for the rate limit only: never stored, never logged."""
    if settings.FIILIS_PROXIES:
        # the last entry is our own proxy's word; what stands before it is whatever the client wrote
        return headers.get(b"x-forwarded-for", b"").decode("latin-1").rpartition(",")[2].strip()
    client = scope.get("client")
    return str(client[0]) if client else ""

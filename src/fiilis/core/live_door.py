"""Server-sent events as a raw ASGI route: /live/<workspace> tells a signed-in member which topics have moved.

A stream holds no thread and no database connection: 16-34 kB each. Messages carry a topic and a version, never data;
the page refetches its fragment through an ordinary permission-checked view.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest

from fiilis.core import live, permissions, workspaces
from fiilis.core.models import User

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/live/"
PERMISSION = "live.listen"
SAFE = [(b"x-content-type-options", b"nosniff"), (b"content-security-policy", b"default-src 'none'")]
PING_SECONDS = 25
MESSAGE_SECONDS = 1.0

hub = live.Hub()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one stream (ASGI): 200 text/event-stream, 404 for strangers and unknown workspaces, 405 for non-GET."""
    if scope["method"] != "GET":
        await _refuse(send, 405)
        return
    if hub.closing:
        await _refuse(send, 503)
        return
    slug = scope["path"].removeprefix(PREFIX).strip("/")
    session = _session_key(scope)
    workspace_id = await sync_to_async(_workspace_of)(session, slug)
    if workspace_id is None:
        await _refuse(send, 404)
        return
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-store"),
                (b"x-accel-buffering", b"no"),
                *SAFE,
            ],
        }
    )
    listener = hub.join(workspace_id)
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        await _stream(send, listener, gone, lambda: _workspace_of(session, slug) == workspace_id)
    finally:
        hub.leave(listener)
        gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _stream(
    send: Send, listener: live.Listener, gone: "asyncio.Future[None]", may_listen: Callable[[], bool]
) -> None:
    """Send the versions as they stand, then each move, at most one message a second; ping in silence.

    With each ping it is asked again whether this member may listen: who was removed hears no more.
    """
    now = await sync_to_async(live.versions)([listener.workspace_id])
    first = "".join(_message(topic, version) for (_id, topic), version in now.items())
    await _write(send, ": welcome\n\n" + first)
    while not gone.done():
        news = asyncio.ensure_future(listener.queue.get())
        watched: set[asyncio.Future[Any]] = {news, gone}
        await asyncio.wait(watched, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            news.cancel()
            return
        if not news.done():
            news.cancel()
            if not await sync_to_async(may_listen)():
                return
            await _write(send, ": ping\n\n")
            continue
        told = [news.result()]
        while not listener.queue.empty():
            told.append(listener.queue.get_nowait())
        newest = dict(message for message in told if message is not None)
        await _write(send, "".join(_message(topic, version) for topic, version in newest.items()))
        if None in told:
            return
        await asyncio.wait({gone}, timeout=MESSAGE_SECONDS)


def _message(topic: str, version: int) -> str:
    return f'id: {version}\nevent: {topic}\ndata: {{"version": {version}}}\n\n'


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *SAFE]})
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def workspace_of(scope: Scope, slug: str, permission: str) -> uuid.UUID | None:
    """Return the workspace's id when the caller (ASGI) is signed in as a member with `permission`."""
    return _workspace_of(_session_key(scope), slug, permission)


def _session_key(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"cookie":
            morsel = SimpleCookie(value.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
            if morsel is not None:
                return morsel.value
    return None


def _workspace_of(session_key: str | None, slug: str, permission: str = PERMISSION) -> uuid.UUID | None:
    """Return the workspace's id when the session's user is a member with the permission."""
    close_old_connections()
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    membership = workspaces.membership_of(user, slug) if isinstance(user, User) and user.is_active else None
    return membership.workspace.pk if membership and permissions.may(membership, permission) else None

"""How much a request may carry: Django would write any stranger's body to disk before it asks who is there."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from asgiref.sync import sync_to_async

from fiilis.core import live_door
from fiilis.listen.services.uploads.requests import MOST_BYTES

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST = 16 * 1024 * 1024
"""Bytes of any request, a logo with its form among them."""
MOST_SENT = MOST_BYTES + MOST
"""Bytes of a file of answers with its form."""
_SENDING = re.compile(r"/w/([-\w]+)/imports/send")
_SAID = b"The request carries more than is taken."


async def bounded(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Let `app` answer (ASGI), or say 413 once the body is larger than this caller may send to this address."""
    most = await _most(scope)
    if _announced(scope) > most:
        await _refuse(send)
        return
    seen, refused = 0, False

    async def counted() -> Message:
        nonlocal seen, refused
        message = await receive()
        seen += len(message.get("body", b""))
        if seen <= most:
            return message
        if not refused:
            refused = True
            await _refuse(send)
        return {"type": "http.disconnect"}

    async def unless_refused(message: Message) -> None:
        if not refused:
            await send(message)

    await app(scope, counted, unless_refused)


async def _most(scope: Scope) -> int:
    """Return how many bytes are taken: a whole file only from somebody who may import into that workspace."""
    sending = _SENDING.fullmatch(scope["path"]) if scope["method"] == "POST" else None
    if sending is None or 0 <= _announced(scope) <= MOST:
        return MOST
    found = await sync_to_async(live_door.workspace_of)(scope, sending[1], "import.edit")
    return MOST if found is None else MOST_SENT


def _announced(scope: Scope) -> int:
    """Return the length that the caller has announced, -1 without any."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() and len(length) < 20 else -1


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *live_door.SAFE]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _SAID})

"""The ASGI application: the intake door and the live channel stand beside Django in one server process."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fiilis.config.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from fiilis.config import bodies  # noqa: E402 - needs the app registry
from fiilis.core import live_door  # noqa: E402 - needs the app registry
from fiilis.intake import door  # noqa: E402 - needs the app registry

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Route a request to the intake door, the live channel or Django; start and drain intake with the server."""
    if scope["type"] == "lifespan":
        # `config.server` sends it before the server is told to stop: open streams would hold up the drain
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, live_door.hub.close)
        await door.lifespan(scope, receive, send)
        return
    path: str = scope["path"]
    if path.startswith(door.PREFIX) or path in door.PATHS:
        await door.app(scope, receive, send)
    elif path.startswith(live_door.PREFIX):
        await live_door.app(scope, receive, send)
    else:
        await bodies.bounded(cast("bodies.App", django_application), scope, receive, send)

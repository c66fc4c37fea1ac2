"""Live topics: a worker announces a version; each web process tells its open pages. Never carries data.

The hub polls the versions of the watched workspaces (one small query each 200 ms while anybody watches): it works the
same on SQLite and PostgreSQL and survives restarts, since it compares versions instead of counting messages.
"""

import asyncio
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from fiilis.core.models import LiveTopic

POLL_SECONDS = 0.2
QUEUE = 16


def announce(*, workspace_ids: Iterable[uuid.UUID], topic: str, version: int) -> None:
    """Say that `topic` has moved to `version` in these workspaces."""
    for workspace_id in set(workspace_ids):
        LiveTopic.objects.update_or_create(workspace_id=workspace_id, topic=topic, defaults={"version": version})


def versions(workspace_ids: Iterable[uuid.UUID]) -> dict[tuple[uuid.UUID, str], int]:
    """Return the newest version of each topic of these workspaces."""
    rows = LiveTopic.objects.filter(workspace_id__in=set(workspace_ids))
    return {(row.workspace_id, row.topic): row.version for row in rows}


@dataclass(slots=True, eq=False)
class Listener:
    """One open page: its workspace, and a bounded queue of (topic, version); None ends it."""

    workspace_id: uuid.UUID
    queue: "asyncio.Queue[tuple[str, int] | None]" = field(default_factory=lambda: asyncio.Queue(QUEUE))

    def tell(self, topic: str, version: int) -> None:
        """Queue a message; a full queue drops its oldest, since only the newest version matters."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait((topic, version))

    def end(self) -> None:
        """Let the page go: the server is stopping."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    """Tells the listeners of one process. Lives in that process's event loop."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._known: dict[tuple[uuid.UUID, str], int] = {}
        self._task: asyncio.Task[None] | None = None
        self.closing = False

    def close(self) -> None:
        """End all streams and take no new ones: an open stream would keep the server from stopping in order."""
        self.closing = True
        for listener in self.listeners:
            listener.end()

    def join(self, workspace_id: uuid.UUID) -> Listener:
        """Add a listener; the poll begins with the first one."""
        listener = Listener(workspace_id)
        self.listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._poll())
        return listener

    def leave(self, listener: Listener) -> None:
        """Remove a listener; the poll ends with the last one."""
        self.listeners.discard(listener)

    async def _poll(self) -> None:
        while self.listeners:
            watched = {listener.workspace_id for listener in self.listeners}
            for key, version in (await sync_to_async(_fresh_versions)(watched)).items():
                known = self._known.get(key)
                self._known[key] = version
                # A restored backup may go back: any change is told, not only growth. What stood before a page joined
                # is told by the door itself.
                if known != version:
                    for listener in self.listeners:
                        if listener.workspace_id == key[0]:
                            listener.tell(key[1], version)
            await asyncio.sleep(POLL_SECONDS)
        self._known.clear()


def _fresh_versions(workspace_ids: set[uuid.UUID]) -> dict[tuple[uuid.UUID, str], int]:
    close_old_connections()
    return versions(workspace_ids)

"""Intake's parts in one web process, from the server's start to its drained end."""

import asyncio
import fcntl
import logging
import os
from pathlib import Path

from django.conf import settings
from django.db import connections

from fiilis.core.errors import SettingProblem
from fiilis.intake import removal, router
from fiilis.intake.limits import RateLimit
from fiilis.intake.metrics import Counters
from fiilis.intake.snapshots import Snapshots
from fiilis.intake.writer import Writer, WriterDown

log = logging.getLogger("fiilis.intake")

REFRESH_SECONDS = 1.0
REMOVAL_ROUNDS = 10
DRAIN_SECONDS = 15.0


class Intake:
    """Writer, snapshots, limits and counters of this process."""

    def __init__(self) -> None:
        self.counters = Counters()
        self.snapshots = Snapshots()
        self.rate = RateLimit(settings.FIILIS_INTAKE_RATE)
        self.writer = Writer(alias=router.alias(), limit=settings.FIILIS_INTAKE_QUEUE, counters=self.counters)
        self._lock: int | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take the inbox (SQLite: exactly one process), start the writer, load the snapshots."""
        self._lock = take_inbox()
        self.writer.start()
        await self._refresh()
        self._task = asyncio.get_running_loop().create_task(self._look_around())

    async def stop(self) -> None:
        """Store what waits, then let go."""
        if self._task is not None:
            self._task.cancel()
        ended = await asyncio.to_thread(self.writer.stop, DRAIN_SECONDS)
        if not ended:
            log.error("the writer did not drain within %s s", DRAIN_SECONDS)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def _look_around(self) -> None:
        """Each second: have surveys been published? Each tenth time: shall rows be removed?"""
        rounds = 0
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            await self._refresh()
            rounds += 1
            if rounds % REMOVAL_ROUNDS == 0 and self.writer.up:
                try:
                    await asyncio.to_thread(removal.carry_out, self.writer)
                except WriterDown:
                    pass
                except Exception as fault:  # noqa: BLE001 - the main database may be away; the request stands and is tried again
                    log.warning("removal from the inbox failed: %s", type(fault).__name__)

    async def _refresh(self) -> None:
        try:
            await asyncio.to_thread(self.snapshots.refresh)
        except Exception as fault:  # noqa: BLE001 - the main database may be away: answers to known surveys are taken all the same
            log.warning("published surveys can't be read: %s", type(fault).__name__)


def take_inbox() -> int | None:
    """Lock the embedded inbox for this process; return the lock, None on PostgreSQL.

    Raises SettingProblem when another process has it: two writers would make the group commits wait for each other.
    """
    connection = connections[router.alias()]
    if connection.vendor != "sqlite":
        return None
    path = Path(str(connection.settings_dict["NAME"]) + ".lock")
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise SettingProblem(
            f"Another server has the inbox in {path.parent}. Stop it, or set FIILIS_DATA to a folder of its own."
        ) from None
    return lock

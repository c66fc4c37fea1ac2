"""Intake's parts in one web process, from the server's start to its drained end."""

import asyncio
import fcntl
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from fiilis.core import clock
from fiilis.core.errors import SettingProblem
from fiilis.intake import removal, router
from fiilis.intake.check import Body, check
from fiilis.intake.compiled import Compiled
from fiilis.intake.embedded import Embedded
from fiilis.intake.limits import RateLimit
from fiilis.intake.metrics import Counters
from fiilis.intake.postgres import Postgres
from fiilis.intake.snapshots import Snapshots
from fiilis.intake.store import Database, DataFault, Stored, Unreachable
from fiilis.intake.writer import Writer, WriterDown

log = logging.getLogger("fiilis.intake")

WATCH_SECONDS = 1.0
REMOVAL_ROUNDS = 10
READY_SECONDS = 5.0
DRAIN_SECONDS = 15.0
AWAY = (DatabaseError, InterfaceError)


class Intake:
    """Writer, snapshots, limits and counters of this process."""

    def __init__(self) -> None:
        self.counters = Counters()
        self.snapshots = Snapshots()
        self.rate = RateLimit(settings.FIILIS_INTAKE_RATE)
        self.writer = self._new_writer()
        # One thread, so one connection: these questions to the main database never crowd out the pages' ones.
        self._aside = ThreadPoolExecutor(1, "intake-aside")
        self._lock: int | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take the inbox (SQLite: exactly one process), start the writer, load the snapshots."""
        self._lock = take_inbox()
        await asyncio.to_thread(self.writer.start, READY_SECONDS)
        await self._refresh()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._watch()), loop.create_task(self._keep_up())]

    async def stop(self) -> None:
        """Store what waits, then let go. Repeating does nothing."""
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.to_thread(self.writer.stop, DRAIN_SECONDS)
        if not ended:
            log.error("the writer did not drain within %s s", DRAIN_SECONDS)
        if self._tasks:
            self._tasks = []
            self._aside.submit(connections.close_all)
            self._aside.shutdown(wait=False)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def submit(self, body: Body, survey: Compiled, size: int) -> Stored:
        """Check a post and wait for its commit: the only way into the inbox.

        Raises Refused, QueueFull, WriterDown or Poison; then no 201 may be given.
        """
        return await self.writer.submit(check(body, survey, clock.now()), size)

    async def survey(self, code: str) -> Compiled | None:
        """Return a published survey; one that is not known yet is looked up, but not for each wrong address.

        Raises WriterDown while it can't be known whether there is such a survey.
        """
        survey = self.snapshots.get(code)
        if survey is not None:
            return survey
        if self.snapshots.may_be_old and not await self._refresh():
            raise WriterDown
        if not self.snapshots.loaded:
            raise WriterDown
        return self.snapshots.get(code)

    def parts(self) -> dict[str, bool]:
        """Return for each part whether it works."""
        return {
            "writer": self.writer.alive,
            "database": self.writer.reachable,
            "backlog": not self.writer.full,
            "surveys": self.snapshots.loaded,
        }

    def _new_writer(self) -> Writer:
        alias = router.alias()
        database: Database = Embedded(alias) if connections[alias].vendor == "sqlite" else Postgres(alias)
        return Writer(database=database, limit=settings.FIILIS_INTAKE_QUEUE, counters=self.counters)

    async def _watch(self) -> None:
        """Each second: does the writer live? Not held up by a slow database: everything here is in memory."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self.writer.watch():
                log.error("starting another writer")
                self.counters.restarts += 1
                self.writer = self._new_writer()
                self.writer.start()

    async def _keep_up(self) -> None:
        """Each second: have surveys been published? Each tenth time: shall rows be removed?"""
        rounds = 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            await self._refresh()
            rounds += 1
            if rounds % REMOVAL_ROUNDS == 0 and self.writer.up:
                await self._remove()

    async def _refresh(self) -> bool:
        """Load what was published; return False when the main database is away (known surveys go on)."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._aside, self.snapshots.refresh)
        except AWAY as fault:
            log.warning("published surveys can't be read: %s", type(fault).__name__)
            return False
        return True

    async def _remove(self) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._aside, removal.carry_out, self.writer)
        except (*AWAY, DataFault, Unreachable) as fault:
            log.warning("removal from the inbox failed, to be tried again: %s", type(fault).__name__)
        except WriterDown:
            log.info("removal from the inbox waits for the writer")


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
        holder = _holder(lock)
        os.close(lock)
        raise SettingProblem(
            f"FIILIS_DATA: another server{holder} has the inbox in {path.parent}. Stop it, or name another folder."
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _holder(lock: int) -> str:
    with suppress(ValueError):
        return f" (process {int(os.read(lock, 20))})"
    return ""

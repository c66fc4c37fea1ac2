"""One writer thread, one connection: takes all that waits, commits once, then acknowledges them all."""

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError as DjangoDatabaseError
from django.db.utils import InterfaceError, OperationalError

from fiilis.intake.check import Checked
from fiilis.intake.metrics import Counters
from fiilis.intake.store import Store, Stored, save

log = logging.getLogger("fiilis.intake")

MAX_ROWS = 1000
MAX_BYTES = 4 * 1024 * 1024
GATHER_SECONDS = 0.005
QUIET_SECONDS = 5.0
LONGEST_BACKOFF = 5.0


class QueueFull(Exception):
    """Too many posts wait; nothing was stored."""


class WriterDown(Exception):
    """The database can't be written now; nothing was stored."""


class Poison(Exception):
    """This one post can't be stored, though others can."""


@dataclass(slots=True)
class _Waiting:
    post: Checked
    size: int
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Stored]"


@dataclass(slots=True)
class _Chore:
    run: Callable[[Store], int]
    future: "concurrent.futures.Future[int]"


Result = Stored | Exception


class Writer:
    """Stores posts in groups. `submit` belongs to the event loop, everything else to the writer's own thread."""

    def __init__(self, *, alias: str, limit: int, counters: Counters) -> None:
        self._alias = alias
        self._limit = limit
        self._counters = counters
        self._waiting: deque[_Waiting] = deque()
        self._chores: deque[_Chore] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="intake-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def up(self) -> bool:
        """Whether answers can be stored: the thread lives and its last transaction did not fail on the database."""
        return self._up.is_set() and self._thread.is_alive()

    @property
    def queued(self) -> int:
        """How many posts wait."""
        return len(self._waiting)

    async def submit(self, post: Checked, size: int) -> Stored:
        """Wait until `post` is committed. Raises QueueFull, WriterDown or Poison; then nothing of it is stored."""
        if not self._thread.is_alive():
            raise WriterDown
        loop = asyncio.get_running_loop()
        waiting = _Waiting(post, size, loop, loop.create_future())
        with self._wake:
            if self._stopping:
                raise WriterDown
            if len(self._waiting) >= self._limit:
                raise QueueFull
            self._waiting.append(waiting)
            self._wake.notify()
        return await waiting.future

    def do(self, run: Callable[[Store], int]) -> int:
        """Run a short chore (one chunk of a removal) between two batches; return its result. Blocks the caller."""
        chore = _Chore(run, concurrent.futures.Future())
        with self._wake:
            if self._stopping:
                raise WriterDown
            self._chores.append(chore)
            self._wake.notify()
        return chore.future.result()

    def stop(self, seconds: float) -> bool:
        """Take no more posts, store what waits, end the thread; return whether it ended in time."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        store = Store(self._alias)
        try:
            self._loop(store)
        except Exception:  # a dead writer must be seen: what waits fails, /healthz turns red
            log.exception("the writer died")
        finally:
            self._up.clear()
            with self._wake:
                left, self._waiting = list(self._waiting), deque()
                chores, self._chores = list(self._chores), deque()
                self._stopping = True
            for chore in chores:
                chore.future.set_exception(WriterDown())
            _answer(left, [WriterDown()] * len(left))
            store.close()

    def _loop(self, store: Store) -> None:
        backoff = 0.05
        while True:
            batch = self._take()
            if batch is None:
                return
            began = time.monotonic()
            if batch:
                results = self._store(store, [waiting.post for waiting in batch])
                down = all(isinstance(result, WriterDown) for result in results)
                _answer(batch, results)
            else:
                down = not self._reachable(store)
            if down:
                self._up.clear()
                store.close()
                time.sleep(backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF)
                continue
            self._up.set()
            backoff = 0.05
            self._do_a_chore(store)
            if batch:
                # while this commit ran the next batch gathered itself; a little more makes the groups larger
                time.sleep(max(0.0, GATHER_SECONDS - (time.monotonic() - began)))

    def _do_a_chore(self, store: Store) -> None:
        """Do one chore at most, so that answers never wait for more than one chunk of a removal."""
        if not self._chores:
            return
        chore = self._chores.popleft()
        try:
            chore.future.set_result(chore.run(store))
        except Exception as fault:  # noqa: BLE001 - the one who asked gets it, whatever it is
            chore.future.set_exception(fault)

    def _take(self) -> list[_Waiting] | None:
        """Return all that waits (at most MAX_ROWS or MAX_BYTES), [] when it is quiet, None to stop."""
        with self._wake:
            if not self._waiting and not self._chores and not self._stopping:
                self._wake.wait(QUIET_SECONDS if self._up.is_set() else 0.2)
            batch: list[_Waiting] = []
            size = 0
            while self._waiting and len(batch) < MAX_ROWS and size < MAX_BYTES:
                waiting = self._waiting.popleft()
                batch.append(waiting)
                size += waiting.size
            return None if not batch and self._stopping else batch

    def _store(self, store: Store, posts: Sequence[Checked]) -> list[Result]:
        began = time.perf_counter()
        try:
            with store.transaction() as dialect:
                stored: list[Result] = list(save(dialect, posts))
        except Exception as fault:  # noqa: BLE001 - whatever it is, each post gets an answer
            if _lost(fault):
                log.error("the inbox can't be written: %s", type(fault).__name__)
                return [WriterDown()] * len(posts)
            log.error("a batch of %s failed: %s", len(posts), type(fault).__name__)
            return self._one_by_one(store, posts)
        self._counters.commits += 1
        self._counters.committed_rows += len(posts)
        self._counters.commit_seconds += time.perf_counter() - began
        return stored

    def _one_by_one(self, store: Store, posts: Sequence[Checked]) -> list[Result]:
        """Store each post in a transaction of its own: one poisoned row fails alone."""
        results: list[Result] = []
        for post in posts:
            try:
                with store.transaction() as dialect:
                    results += save(dialect, [post])
            except Exception as fault:  # noqa: BLE001 - as above
                results.append(WriterDown() if _lost(fault) else Poison())
        return results

    def _reachable(self, store: Store) -> bool:
        """In a quiet moment: reconnect if need be and see that a transaction can be had."""
        try:
            with store.transaction():
                return True
        except Exception as fault:  # noqa: BLE001 - the loop tries again, whatever it is
            log.warning("the inbox can't be reached: %s", type(fault).__name__)
            return False


def _lost(fault: Exception) -> bool:
    """Return whether the database itself is at fault (gone, locked, full, read-only), not the data."""
    if isinstance(fault, DjangoDatabaseError):
        return isinstance(fault, OperationalError | InterfaceError)
    return type(fault).__name__ in {"OperationalError", "InterfaceError", "AdminShutdown", "DiskFull"} or any(
        base.__name__ in {"OperationalError", "InterfaceError"} for base in type(fault).__mro__
    )


def _answer(batch: Sequence[_Waiting], results: Sequence[Result]) -> None:
    """Hand the results to their event loop in one call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Stored], Result]]] = {}
    for waiting, result in zip(batch, results, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting.future, result))
    for loop, pairs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: Sequence[tuple["asyncio.Future[Stored]", Result]]) -> None:
    for future, result in pairs:
        if future.done():  # the client has gone; the answer is stored all the same
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

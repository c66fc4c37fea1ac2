"""One writer thread, one connection: takes all that waits, commits once, then acknowledges them all."""

import asyncio
import concurrent.futures
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec

from fiilis.intake.check import Checked
from fiilis.intake.metrics import Counters
from fiilis.intake.store import Database, DataFault, Stored, Unreachable, save

log = logging.getLogger("fiilis.intake")

MAX_ROWS = 1000
MAX_BYTES = 4 * 1024 * 1024
MAX_QUEUED_BYTES = 32 * 1024 * 1024  # 5,000 of the largest posts would be ten times as much
GATHER_SECONDS = 0.005
QUIET_SECONDS = 5.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.05, 2.0
STALL_SECONDS = 15.0  # longer than any lock or statement is waited for: the disk or the network hangs
# What a row that can't be stored raises: the database's word, or the driver's when it can't even send it.
POISON = (DataFault, ValueError, TypeError, OverflowError, msgspec.MsgspecError)


class QueueFull(Exception):
    """Too many posts wait; nothing was stored."""


class WriterDown(Exception):
    """The database can't be written now. Post again with the same key: what was stored all the same is found."""


class Poison(Exception):
    """This one post can't be stored, though others can."""


@dataclass(slots=True, eq=False)
class _Waiting:
    post: Checked
    size: int
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Stored]"


@dataclass(slots=True)
class _Chore:
    run: Callable[[Database], int]
    future: "concurrent.futures.Future[int]"


Result = Stored | Exception


class Writer:
    """Stores posts in groups. `submit` belongs to the event loop, everything else to the writer's own thread."""

    def __init__(self, *, database: Database, limit: int, counters: Counters) -> None:
        self._database = database
        self._limit = limit
        self._counters = counters
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._in_hand: Sequence[_Waiting] = ()
        self._began = 0.0  # when the transaction under way began; 0: none is
        self._chores: deque[_Chore] = deque()
        self._wake = threading.Condition()
        self._stopping = False  # no more posts are taken; what waits is still stored
        self._ended = False
        self._told = False  # that the database is away
        self._reachable = threading.Event()
        self._thread = threading.Thread(target=self._run, name="intake-writer", daemon=True)

    def start(self, seconds: float = 0.0) -> None:
        """Start the thread; wait up to `seconds` until the database is reached."""
        self._thread.start()
        self._reachable.wait(seconds)

    @property
    def alive(self) -> bool:
        """Whether the thread lives and no transaction hangs."""
        return self._thread.is_alive() and not self._stalled()

    @property
    def reachable(self) -> bool:
        """Whether the last transaction did not fail on the database."""
        return self._reachable.is_set()

    @property
    def full(self) -> bool:
        """Whether one more post would find no room."""
        return len(self._waiting) >= self._limit or self._bytes >= MAX_QUEUED_BYTES

    @property
    def up(self) -> bool:
        """Whether answers can be stored."""
        return self.alive and self.reachable

    @property
    def queued(self) -> int:
        """How many posts wait."""
        return len(self._waiting)

    async def submit(self, post: Checked, size: int) -> Stored:
        """Wait until `post` is committed. Raises QueueFull, WriterDown or Poison.

        While the database is away nothing is queued: the client is told at once, and memory stays bounded.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(post, size, loop, loop.create_future())
        with self._wake:
            if self._stopping or not self.up:
                raise WriterDown
            if self.full:
                raise QueueFull
            self._waiting.append(waiting)
            self._bytes += size
            self._wake.notify()
        return await waiting.future

    def do(self, run: Callable[[Database], int]) -> int:
        """Run a short chore (one chunk of a removal) between two batches; return its result. Blocks the caller.

        Raises WriterDown when the writer ends before it, and what the chore raises.
        """
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
        self._release()
        return self._ended

    def watch(self) -> bool:
        """Fail all that waits when the writer is dead or hangs; return whether it is dead. For the watchdog."""
        if not self.alive:
            self._release()
        return self._ended

    def _release(self) -> None:
        """Answer everybody who still waits with WriterDown."""
        with self._wake:
            left, self._waiting, self._bytes = [*self._in_hand, *self._waiting], deque(), 0
            chores, self._chores = list(self._chores), deque()
        for chore in chores:
            chore.future.set_exception(WriterDown())
        _answer(left, [WriterDown()] * len(left))

    def _stalled(self) -> bool:
        began = self._began
        return began > 0 and time.monotonic() - began > STALL_SECONDS

    def _run(self) -> None:
        try:
            self._loop()
        except (
            Exception
        ):  # a dead writer must be seen: what waits fails, /healthz turns red, the watchdog starts another
            log.exception("the writer died")
        finally:
            self._reachable.clear()
            with self._wake:
                self._stopping = self._ended = True
            self._release()
            self._database.close()

    def _loop(self) -> None:
        backoff = FIRST_BACKOFF
        while True:
            batch = self._take()
            if batch is None:
                return
            began = time.monotonic()
            self._in_hand, self._began = batch, began
            results = self._store([waiting.post for waiting in batch]) if batch else None
            down = isinstance(results[0], WriterDown) if results else not self._probe()
            self._in_hand, self._began = (), 0.0
            if down:
                self._reachable.clear()
            if results:
                _answer(batch, results)
            if down:
                self._release()  # nobody waits for a database that may be away for long
                self._database.close()
                self._pause(backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF)
                continue
            if self._told and not self.reachable:
                log.warning("the inbox can be written again")
            self._reachable.set()
            backoff = FIRST_BACKOFF
            self._do_a_chore()
            if batch:
                # while this commit ran the next batch gathered itself; a little more makes the groups larger
                time.sleep(max(0.0, GATHER_SECONDS - (time.monotonic() - began)))

    def _pause(self, seconds: float) -> None:
        """Wait before the next try, unless the writer shall stop."""
        with self._wake:
            self._wake.wait_for(lambda: self._stopping, seconds)

    def _do_a_chore(self) -> None:
        """Do one chore at most, so that answers never wait for more than one chunk of a removal."""
        if not self._chores:
            return
        chore = self._chores.popleft()
        self._began = time.monotonic()
        try:
            chore.future.set_result(chore.run(self._database))
        except Exception as fault:  # noqa: BLE001 - the one who asked gets it, whatever it is
            chore.future.set_exception(fault)
        finally:
            self._began = 0.0

    def _take(self) -> list[_Waiting] | None:
        """Return all that waits (at most MAX_ROWS or MAX_BYTES), [] to look after the connection, None to stop."""
        with self._wake:
            if not self._waiting and not self._chores and not self._stopping and self.reachable:
                self._wake.wait(QUIET_SECONDS)
            batch: list[_Waiting] = []
            size = 0
            while self._waiting and len(batch) < MAX_ROWS and size < MAX_BYTES:
                waiting = self._waiting.popleft()
                batch.append(waiting)
                size += waiting.size
            self._bytes -= size
            return None if not batch and self._stopping else batch

    def _store(self, posts: Sequence[Checked]) -> list[Result]:
        began = time.perf_counter()
        results: list[Result]
        try:
            with self._database.transaction():
                results = list(save(self._database, posts))
        except Unreachable as fault:
            self._tell(fault)
            return [WriterDown()] * len(posts)
        except POISON as fault:
            log.error("a batch of %d failed: %s", len(posts), type(fault).__name__)
            results = self._one_by_one(posts)
        self._counters.batch_rows.see(len(posts))
        self._counters.commit_seconds.see(time.perf_counter() - began)
        return results

    def _one_by_one(self, posts: Sequence[Checked]) -> list[Result]:
        """Store each post for itself, all in one transaction: one poisoned row fails alone."""
        results: list[Result] = []
        try:
            with self._database.transaction():
                for post in posts:
                    try:
                        with self._database.savepoint():
                            results += save(self._database, [post])
                    except POISON as fault:
                        log.error(
                            "one post of survey %s failed: %s", post.survey.snapshot.survey_id, type(fault).__name__
                        )
                        results.append(Poison())
        except (Unreachable, DataFault) as fault:
            self._tell(fault)
            return [WriterDown()] * len(posts)
        return results

    def _probe(self) -> bool:
        """In a quiet moment, and to come back: reconnect if need be and see that a transaction can be had."""
        try:
            self._database.probe(write=not self.reachable)
        except (Unreachable, DataFault) as fault:
            self._tell(fault)
            return False
        return True

    def _tell(self, fault: Exception) -> None:
        """Log that the database is away: once, and not at each new try."""
        level = logging.ERROR if self.reachable or not self._told else logging.DEBUG
        self._told = True
        log.log(level, "the inbox can't be written: %s", fault)


def _answer(batch: Iterable[_Waiting], results: Sequence[Result]) -> None:
    """Hand the results to their event loop in one call."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Stored], Result]]] = {}
    for waiting, result in zip(batch, results, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting.future, result))
    for loop, pairs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, pairs)


def _resolve(pairs: Sequence[tuple["asyncio.Future[Stored]", Result]]) -> None:
    for future, result in pairs:
        if future.done():  # the client has gone, or was told that the writer hangs; what is stored is stored
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)

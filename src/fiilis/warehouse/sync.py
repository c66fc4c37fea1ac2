"""Keeping the facts in step: the worker takes a numbered batch of events, asks the feeds and commits to the lake once.

A crash at any point repeats nothing and loses nothing. The batch is written down before it is carried out; the lake's
commit carries its number; after a crash the same number comes again with the same events and is dropped if the lake
has it. One lease serialises everything that writes to the lake, maintenance and the command line included.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from deltalake.exceptions import DeltaError
from django.db import connection, transaction

from fiilis.core import cursors, ids, lease, live, outbox, tail
from fiilis.core.models import Cursor, OutboxEvent, Workspace
from fiilis.warehouse import feeds, maintenance
from fiilis.warehouse.errors import OutOfStep
from fiilis.warehouse.feeds import READER
from fiilis.warehouse.lake import Lake, Progress, root
from fiilis.warehouse.models import FactTable
from fiilis.warehouse.staging import Stage
from fiilis.warehouse.tables import ANSWER

log = logging.getLogger("fiilis.warehouse")

TOPIC = "facts"
LEASE = "warehouse.lake"
# After a kill the next writer waits this long.
LEASE_SECONDS = 20.0
BATCH = 500


class Held:
    """The lake's lease while it is held."""

    def __init__(self) -> None:
        self._holder = f"{lease.HOLDER}:{ids.public_code(6)}"
        self._claimed = 0.0

    def renew(self) -> None:
        """Claim it for another while, unless that was just done. Raises LeaseHeld when somebody has taken it."""
        if time.monotonic() - self._claimed < LEASE_SECONDS / 4:
            return
        if not lease.claim(LEASE, seconds=LEASE_SECONDS, holder=self._holder):
            raise lease.LeaseHeld(LEASE)
        self._claimed = time.monotonic()

    def release(self) -> None:
        """Let go."""
        lease.release(LEASE, holder=self._holder)


@contextmanager
def holding(*, wait: float = 0) -> Iterator[Held]:
    """Hold the lake's lease inside the block. Raises LeaseHeld when it isn't free within `wait` seconds."""
    held = Held()
    deadline = time.monotonic() + wait
    while True:
        try:
            held.renew()
            break
        except lease.LeaseHeld:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.05)
    try:
        yield held
    finally:
        held.release()


def run_once() -> bool:
    """Carry out the next batch of events, if there is one and nobody else is at it; return whether there was.

    Raises OutOfStep when lake and database don't belong together; feeds' and the disk's errors leave the batch undone.
    """
    if not pending():
        return False
    try:
        with holding() as held:
            return _next_batch(held, lambda rows: None)
    except lease.LeaseHeld:
        return False


def run_until_idle(progress: Callable[[int], None] | None = None) -> int:
    """Carry out all events there are; return how many facts were written. `progress` is told the number so far.

    Waits for up to a minute while somebody else writes. Raises LeaseHeld after that, OutOfStep as `run_once`.
    """
    done = 0
    batch = 0

    def tick(rows: int) -> None:
        nonlocal batch
        batch = rows
        if progress is not None:
            progress(done + rows)

    while pending():
        batch = 0
        with holding(wait=60) as held:
            _next_batch(held, tick)
        done += batch
    return done


def pending() -> bool:
    """Return whether events wait. Reads only: asked ten times a second."""
    return _first_pending() is not None


def oldest_pending() -> datetime | None:
    """Return when the first event that waits was written, or None."""
    seq = _first_pending()
    return None if seq is None else OutboxEvent.objects.values_list("at", flat=True).filter(seq=seq).first()


def _first_pending() -> int | None:
    cursor = Cursor.objects.filter(name=READER).first()
    if cursor is not None and cursor.pending is not None:
        return int(min(cursor.pending["seqs"]))
    at = tail.Position() if cursor is None else cursors.position(cursor)
    page = tail.read(using="default", table=OutboxEvent._meta.db_table, columns=(), position=at, limit=1)
    return int(page.rows[0][0]) if page.rows else None


def _next_batch(held: Held, tick: Callable[[int], None]) -> bool:
    with _synchronous():
        batch = outbox.take_batch(READER, limit=BATCH)
    if batch is None:
        return False
    wanted = _wanted(batch)
    if not wanted:
        outbox.finish_batch(READER, batch)
        return True
    lake = _lake()
    known, _made = FactTable.objects.get_or_create(name=ANSWER.folder)
    stands = lake.progress(known.lineage)
    step = _step(known.lineage, batch)
    if stands == step:
        version: int | None = lake.version  # a crash came between the commit and `_finish`
    elif (0 if stands is None else stands.number) == known.number:
        version = _carry_out(lake, wanted, step, held, tick)
    else:
        raise OutOfStep(
            f"The lake's {ANSWER.folder} holds batch {stands.number if stands else 0}, the database knows of "
            f"{known.number}. One of them was lost or restored. Run `fiilis rebuild`."
        )
    _finish(batch, wanted, version)
    if version is not None:
        maintenance.keep_flat(lake, step, held.renew)
    return True


Wanted = list[tuple[feeds.Feed, list[outbox.Delivered]]]


def _wanted(batch: outbox.Batch) -> Wanted:
    asked = [(feed, [d for d in batch.events if isinstance(d.event, feed.wants)]) for feed in feeds.feeds()]
    return [(feed, events) for feed, events in asked if events]


def _step(lineage: str, batch: outbox.Batch) -> Progress:
    """Return the batch's number with a mark of its events: a restored database may give the number to others."""
    seqs = [d.seq for d in batch.events]
    digest = hashlib.blake2b(digest_size=7)
    for event_id in OutboxEvent.objects.filter(seq__in=seqs).order_by("seq").values_list("id", flat=True):
        digest.update(event_id.bytes)
    return Progress(lineage, batch.number, int.from_bytes(digest.digest(), "big"))


def _lake() -> Lake:
    return Lake.open(ANSWER) or Lake.make(ANSWER)


def _carry_out(lake: Lake, wanted: Wanted, step: Progress, held: Held, tick: Callable[[int], None]) -> int | None:
    """Write what the feeds say as one commit; return its version, or None when there was nothing to change."""

    def beat(rows: int) -> None:
        held.renew()
        tick(rows)

    with Stage(ANSWER, lake.folder, tick=beat) as stage:
        for feed, events in wanted:
            for change in feed.changes(events):
                stage.add(change)
        outcome = stage.outcome(lake.files())
        beat(stage.rows)
        if not outcome.added and not outcome.removed:
            return None
        return lake.commit(added=outcome.added, removed=outcome.removed, progress=step)


def _finish(batch: outbox.Batch, wanted: Wanted, version: int | None) -> None:
    touched = {d.workspace_id for _feed, events in wanted for d in events}
    with transaction.atomic():
        if version is not None:
            FactTable.objects.filter(name=ANSWER.folder).update(number=batch.number)
            live.announce(workspace_ids=touched, topic=TOPIC, version=version)
        outbox.finish_batch(READER, batch)


@contextmanager
def _synchronous() -> Iterator[None]:
    """Let SQLite wait for the disk at the commits inside the block.

    Otherwise a power cut could take away the batch's number, and the events themselves, after the lake has them.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA synchronous").fetchone()[0]
        cursor.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA synchronous = {int(before)}")


def maintain() -> None:
    """Compact, clean up the log and delete files out of use (scheduled). Does nothing while somebody else writes."""
    try:
        with holding() as held:
            lake, known = Lake.open(ANSWER), FactTable.objects.filter(name=ANSWER.folder).first()
            stands = lake.progress(known.lineage) if lake is not None and known is not None else None
            if lake is not None and stands is not None:
                maintenance.maintain(lake, stands, held.renew)
    except lease.LeaseHeld:
        log.info("maintenance waits: somebody else writes facts")


def clear() -> None:
    """Drop all facts and all waiting events, and begin a new series: what making them anew begins with.

    The caller then emits events for all there is. An event that is written meanwhile may come twice, so feeds answer
    those events by deleting what they are about to append. Raises LeaseHeld when somebody writes for over a minute.
    """
    with holding(wait=60) as held:
        while (batch := outbox.take_batch(READER, limit=BATCH)) is not None:
            outbox.finish_batch(READER, batch)
            held.renew()
        try:
            lake = _lake()
        except DeltaError:
            shutil.rmtree(root() / ANSWER.folder)
            lake = _lake()
        fresh = FactTable(name=ANSWER.folder)
        version = lake.commit(added=[], removed=lake.files(), progress=Progress(fresh.lineage, 0, 0))
        with transaction.atomic():
            FactTable.objects.filter(name=ANSWER.folder).delete()
            fresh.save(force_insert=True)
            live.announce(workspace_ids=Workspace.objects.values_list("pk", flat=True), topic=TOPIC, version=version)

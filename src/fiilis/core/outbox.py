"""Upward speech: events written in the transaction that made them true, read by consumers that resume by cursor.

An event is a frozen msgspec struct that carries ids, never text. A consumer that only writes this database moves its
cursor in its own transaction: exactly once. One that also writes elsewhere (the lake) takes a numbered `Batch`.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

import msgspec
from django.db import connection, transaction
from django.db.models import Q

from fiilis.core import clock, cursors, tail
from fiilis.core.models import Cursor, OutboxEvent, Workspace

BATCH = 500


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all events; subclasses set `name` and are registered by `event`."""

    name: ClassVar[str] = ""


E = TypeVar("E", bound=Event)

_events: dict[str, type[Event]] = {}


def event(cls: type[E]) -> type[E]:
    """Register an event type under its `name` (a decorator)."""
    if not cls.name or cls.name in _events:
        raise ValueError(f"event {cls.__name__} needs a name of its own")
    _events[cls.name] = cls
    return cls


def event_types() -> dict[str, type[Event]]:
    """Return all registered event types by name."""
    return dict(_events)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One event as a consumer sees it."""

    seq: int
    workspace_id: uuid.UUID
    event: Event


def emit(*, workspace: Workspace | uuid.UUID, event: Event) -> None:
    """Write one event. Must stand inside the transaction that made it true."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{event.name} must be emitted inside the transaction that makes it true")
    OutboxEvent.objects.create(
        workspace_id=workspace if isinstance(workspace, uuid.UUID) else workspace.pk,
        name=event.name,
        payload=msgspec.to_builtins(event),
    )


def _read(cursor: Cursor, limit: int) -> tuple[list[Delivered], tail.Position]:
    """Return the next events of a cursor and the position behind them."""
    page = tail.read(
        using="default",
        table=OutboxEvent._meta.db_table,
        columns=("workspace_id", "name", "payload"),
        position=cursors.position(cursor),
        limit=limit,
    )
    return [_delivered(row) for row in page.rows], page.position


def _delivered(row: Sequence[Any]) -> Delivered:
    seq, _xid, workspace_id, name, payload = row
    body = msgspec.json.decode(payload) if isinstance(payload, str) else payload
    return Delivered(seq, uuid.UUID(str(workspace_id)), msgspec.convert(body, _events[name]))


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named reader of the outbox. `handle` gets the events it wants, inside one transaction with the cursor."""

    name: str
    wants: tuple[type[Event], ...]
    handle: Callable[[Sequence[Delivered]], None]


_consumers: dict[str, Consumer] = {}
_batch_readers: set[str] = set()


def register(consumer: Consumer) -> None:
    """Add a consumer to the worker's round."""
    _consumers[consumer.name] = consumer


def consumers() -> list[Consumer]:
    """Return all registered consumers."""
    return list(_consumers.values())


def register_batches(name: str) -> None:
    """Make a reader by `take_batch` known, so that events wait for it before they are trimmed."""
    _batch_readers.add(name)


def pump(consumer: Consumer, *, limit: int = BATCH) -> int:
    """Hand the next events to `consumer`; return how many were passed (0: nothing new).

    The cursor moves in the transaction of `handle`: a crash repeats the batch, a repeat changes nothing twice.
    """
    with transaction.atomic():
        cursor = cursors.lock(consumer.name)
        delivered, position = _read(cursor, limit)
        wanted = [d for d in delivered if isinstance(d.event, consumer.wants)]
        if wanted:
            consumer.handle(wanted)
        if delivered:
            cursors.move(cursor, position)
    return len(delivered)


def pump_all() -> bool:
    """Give each consumer one batch; return whether there may be more."""
    return any([pump(consumer) >= BATCH for consumer in consumers()])


@dataclass(frozen=True, slots=True)
class Batch:
    """A numbered batch of events that is carried out outside this database; the same number is the same events."""

    number: int
    events: tuple[Delivered, ...]
    position: tail.Position


def take_batch(name: str, *, limit: int = BATCH) -> Batch | None:
    """Return the batch that `name` must carry out next, or None when there is nothing new.

    The batch is written down before it is carried out. After a crash the same number returns with the same events,
    so the other side can drop it by its number. Call `finish_batch` when it is done. One caller at a time (a lease).
    """
    with transaction.atomic():
        cursor = cursors.lock(name)
        if cursor.pending is None:
            delivered, position = _read(cursor, limit)
            if not delivered:
                return None
            number = _next_number(name)
            cursor.pending = {
                "number": number,
                "seqs": [d.seq for d in delivered],
                "position": [position.after, position.xmin, sorted(position.seen)],
            }
            cursor.save(update_fields=["pending"])
            return Batch(number, tuple(delivered), position)
        plan = cursor.pending
    rows = OutboxEvent.objects.filter(seq__in=plan["seqs"]).values_list("seq", "xid", "workspace_id", "name", "payload")
    after, xmin, seen = plan["position"]
    return Batch(
        plan["number"],
        tuple(_delivered(row) for row in sorted(rows)),
        tail.Position(after, xmin, frozenset(seen)),
    )


def _next_number(name: str) -> int:
    """Return a number above all earlier ones of this reader (kept as a cursor of its own, so nothing resets it)."""
    counter = cursors.lock(f"{name}#number")
    counter.after += 1
    counter.save(update_fields=["after"])
    return int(counter.after)


def finish_batch(name: str, batch: Batch) -> None:
    """Move the cursor behind a batch that has been carried out."""
    with transaction.atomic():
        cursor = cursors.lock(name)
        if cursor.pending and cursor.pending["number"] == batch.number:
            cursors.move(cursor, batch.position)


def trim(*, older_than_days: int = 7) -> int:
    """Delete events that every reader has passed and that are older than some days; return how many."""
    readers = list(Cursor.objects.filter(name__in=[*_consumers, *_batch_readers]))
    if len(readers) < len(_consumers) + len(_batch_readers):
        return 0  # one has not begun
    if connection.vendor == "sqlite":
        passed = Q(seq__lte=min((c.after for c in readers), default=0))
    else:
        passed = Q(xid__lt=min((c.open_from for c in readers), default=0))
    oldest = clock.now() - timedelta(days=older_than_days)
    deleted, _per_model = OutboxEvent.objects.filter(passed, at__lt=oldest).delete()
    return deleted

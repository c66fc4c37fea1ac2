"""How a batch of checked posts gets into the inbox: what each becomes, whatever the database."""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, NamedTuple, Protocol

import msgspec

from fiilis.core import ids
from fiilis.intake.check import NEXT, Checked


class Outcome(Enum):
    """What became of a post."""

    STORED = auto()  # 201: a new answer
    EXTENDED = auto()  # 201: a later revision
    REPEATED = auto()  # 200: it was there already
    CONFLICT = auto()  # 409: same key and revision, another content


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer to the client: what happened, the response's id and revision."""

    outcome: Outcome
    id: uuid.UUID
    revision: int


class Row(NamedTuple):
    """One row of the inbox, in the order in which it is inserted."""

    id: uuid.UUID
    key: uuid.UUID
    revision: int
    workspace_id: uuid.UUID
    survey_id: uuid.UUID
    version: int
    kind: str
    channel: str
    language: str
    source: str
    done: bool
    event_at: datetime | None
    received_at: datetime
    posted: str
    answers: str
    attributes: str


class Kept(NamedTuple):
    """What the inbox holds of one revision of a key."""

    key: uuid.UUID
    survey_id: uuid.UUID
    id: uuid.UUID
    revision: int
    posted: str
    answers: str
    attributes: str


class DataFault(Exception):
    """The database refuses this row (or one of these rows), though it would take others."""


class Unreachable(Exception):
    """The database can't be written now: gone, locked, full, read-only. Nothing of the transaction is stored."""


class Database(Protocol):
    """The writer's own connection. Belongs to one thread. Everything in it raises DataFault or Unreachable."""

    def transaction(self) -> AbstractContextManager[None]:
        """Connect if need be; committed at the end of the block, rolled back by an exception."""

    def savepoint(self) -> AbstractContextManager[None]:
        """Undo only what happens inside the block when it fails."""

    def probe(self, *, write: bool) -> None:
        """See in a transaction of its own that one can be had, and with `write` that it reaches the disk."""

    def lock(self, keys: Iterable[uuid.UUID]) -> None:
        """Keep other processes from the same keys until the commit."""

    def kept(self, keys: Sequence[uuid.UUID]) -> Iterable[Kept]:
        """Return all revisions of these keys, the lowest first."""

    def insert(self, rows: Sequence[Row]) -> None:
        """Insert all rows."""

    def remove(self, seqs: Sequence[int]) -> int:
        """Remove rows by number in a transaction of its own; return how many there were."""

    def close(self) -> None:
        """Let go of a connection that may be broken."""


@dataclass(slots=True)
class _Known:
    """One key: the response's id, each revision's hash, and the answers so far."""

    id: uuid.UUID
    newest: int = 0
    posted: dict[int, str] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)


Key = tuple[uuid.UUID, uuid.UUID]  # key, survey


def save(database: Database, batch: Sequence[Checked]) -> list[Stored]:
    """Store a batch inside an open transaction; return what became of each post, in order.

    A new key makes a response; a higher revision extends it, also when one between them never came (what was answered
    earlier and not repeated is kept); the same revision with the same content, or a late lower one whose content is
    contained, is a repeat; anything else under a known revision is a conflict.
    """
    keys = list({post.body.key for post in batch})
    database.lock(keys)
    known: dict[Key, _Known] = {}
    for row in database.kept(keys):
        entry = known.setdefault((row.key, row.survey_id), _Known(row.id))
        entry.newest = row.revision
        entry.posted[row.revision] = row.posted
        entry.answers = msgspec.json.decode(row.answers)
        entry.attributes = msgspec.json.decode(row.attributes) if row.attributes else {}
    inserts: list[Row] = []
    results = [_place(post, known, inserts) for post in batch]
    if inserts:
        database.insert(inserts)
    return results


def _place(post: Checked, known: dict[Key, _Known], inserts: list[Row]) -> Stored:
    body, snapshot = post.body, post.survey.snapshot
    key = (body.key, snapshot.survey_id)
    entry = known.get(key)
    outcome = Outcome.EXTENDED
    if entry is None:
        entry = known[key] = _Known(ids.uuid7())
        outcome = Outcome.STORED
    revision = body.rev
    if revision == NEXT:
        if post.posted in entry.posted.values():
            return Stored(Outcome.REPEATED, entry.id, entry.newest)
        revision = entry.newest + 1
    elif revision <= entry.newest:
        return Stored(_late(post, entry), entry.id, entry.newest if revision not in entry.posted else revision)
    entry.newest = revision
    entry.posted[revision] = post.posted
    entry.answers = entry.answers | post.answers
    if body.attributes:
        entry.attributes = entry.attributes | body.attributes
    inserts.append(
        Row(
            entry.id, body.key, revision, snapshot.workspace_id, snapshot.survey_id, body.version, body.kind,
            body.channel, post.language, body.source, body.done, body.event_at, post.received_at, post.posted,
            msgspec.json.encode(entry.answers).decode(),
            msgspec.json.encode(entry.attributes).decode() if entry.attributes else "",
        )
    )  # fmt: skip
    return Stored(outcome, entry.id, revision)


def _late(post: Checked, entry: _Known) -> Outcome:
    """Judge a post whose revision is not newer than what is stored."""
    known = entry.posted.get(post.body.rev)
    if known is not None:
        return Outcome.REPEATED if known == post.posted else Outcome.CONFLICT
    contained = all(entry.answers.get(name) == value for name, value in post.answers.items())
    return Outcome.REPEATED if contained else Outcome.CONFLICT

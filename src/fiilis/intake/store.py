"""How a batch of checked posts gets into the inbox: one transaction, raw SQL, a dialect for each database."""

import contextlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Protocol

import msgspec
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from fiilis.core import ids
from fiilis.intake.check import Checked
from fiilis.intake.models import InboxRow

TABLE = InboxRow._meta.db_table
COLUMNS = (
    "id", "key", "revision", "workspace_id", "survey_id", "version", "kind", "channel", "language", "source", "done",
    "event_at", "received_at", "posted", "answers",
)  # fmt: skip


class Outcome(Enum):
    """What became of a post."""

    STORED = auto()  # 201
    REPEATED = auto()  # 200: it was there already
    CONFLICT = auto()  # 409: same key and revision, another content


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer to the client: what happened, the response's id and revision."""

    outcome: Outcome
    id: uuid.UUID | None
    revision: int


@dataclass(slots=True)
class _Known:
    """What the inbox holds of one key: the response's id, each revision's hash, and the answers so far."""

    id: uuid.UUID
    posted: dict[int, str]
    answers: dict[str, Any]

    @property
    def newest(self) -> int:
        return max(self.posted)


Key = tuple[uuid.UUID, uuid.UUID]  # key, survey


class Dialect(Protocol):
    """What differs between the databases."""

    def lock(self, keys: Iterable[Key]) -> None:
        """Keep other processes from the same keys until the commit."""

    def known(self, keys: Sequence[Key]) -> Iterable[tuple[Any, ...]]:
        """Return (key, survey, id, revision, posted, answers) of the rows of these keys."""

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows in the order of COLUMNS."""


class Sqlite:
    """The embedded inbox: one process, one writer thread, so nobody else can hold a key."""

    def __init__(self, wrapper: BaseDatabaseWrapper) -> None:
        self.raw = wrapper.connection

    def lock(self, keys: Iterable[Key]) -> None:
        """Do nothing: BEGIN IMMEDIATE has the whole file."""

    def known(self, keys: Sequence[Key]) -> Iterable[tuple[Any, ...]]:
        """Look up by key; the survey is compared afterwards."""
        marks = ",".join("?" * len(keys))
        sql = f"SELECT key, survey_id, id, revision, posted, answers FROM {TABLE} WHERE key IN ({marks})"  # noqa: S608
        rows = self.raw.execute(sql, [key.hex for key, _survey in keys])
        for key, survey, row_id, *rest in rows:
            yield (uuid.UUID(key), uuid.UUID(survey), uuid.UUID(row_id), *rest)

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert all rows with one prepared statement."""
        sql = f"INSERT INTO {TABLE} ({','.join(COLUMNS)}) VALUES ({','.join('?' * len(COLUMNS))})"  # noqa: S608
        self.raw.executemany(sql, [tuple(map(_for_sqlite, row)) for row in rows])


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):  # Django's own form in SQLite: UTC without a zone
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    return value


class Postgres:
    """Any number of processes: a lock per key makes revisions of one key meet, one statement inserts a batch."""

    def __init__(self, wrapper: BaseDatabaseWrapper) -> None:
        self.raw = wrapper.connection

    def lock(self, keys: Iterable[Key]) -> None:
        """Take an advisory lock per key, in order, so that two batches can't wait for each other."""
        numbers = sorted({key.int >> 64 & 0x7FFF_FFFF_FFFF_FFFF ^ key.int & 0x7FFF_FFFF_FFFF_FFFF for key, _s in keys})
        self.raw.execute("SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n", [numbers])

    def known(self, keys: Sequence[Key]) -> Iterable[tuple[Any, ...]]:
        """Look up by key; the survey is compared afterwards."""
        sql = f"SELECT key, survey_id, id, revision, posted, answers FROM {TABLE} WHERE key = ANY(%s)"  # noqa: S608
        rows: list[tuple[Any, ...]] = self.raw.execute(sql, [[key for key, _survey in keys]]).fetchall()
        return rows

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert all rows in one statement; a row that is there already (none should be) fails the batch."""
        columns = [list(column) for column in zip(*rows, strict=True)]
        sql = (
            f"INSERT INTO {TABLE} ({','.join(COLUMNS)}) SELECT * FROM unnest("  # noqa: S608 - our own names
            "%s::uuid[], %s::uuid[], %s::int[], %s::uuid[], %s::uuid[], %s::int[], %s::text[], %s::text[], %s::text[], "
            "%s::text[], %s::bool[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[]) "
            "ON CONFLICT DO NOTHING RETURNING seq"
        )
        made = self.raw.execute(sql, columns).fetchall()
        if len(made) != len(rows):
            raise RuntimeError(f"{len(rows) - len(made)} rows were there already")


class Store:
    """The writer's database connection. Belongs to one thread."""

    def __init__(self, alias: str) -> None:
        self._wrapper: BaseDatabaseWrapper = connections[alias]

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded inbox."""
        return self._wrapper.vendor == "sqlite"

    def open(self) -> None:
        """Connect; raises the database's error when it can't be reached."""
        self._wrapper.ensure_connection()

    def close(self) -> None:
        """Let go of a connection that may be broken."""
        self._wrapper.close()

    def dialect(self) -> Dialect:
        """Return the dialect of the open connection."""
        return Sqlite(self._wrapper) if self.is_sqlite else Postgres(self._wrapper)

    @contextmanager
    def transaction(self) -> Iterator[Dialect]:
        """One transaction; committed at the end of the block, rolled back by an exception."""
        self.open()
        raw = self._wrapper.connection
        begin = "BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN"
        raw.execute(begin)
        try:
            yield self.dialect()
            raw.execute("COMMIT")
        except BaseException:
            _roll_back(raw)
            raise

    def remove(self, sql: str, parameters: Sequence[Any]) -> int:
        """Run one DELETE in a transaction of its own; return how many rows it removed."""
        with self.transaction():
            if self.is_sqlite:
                sql = sql.replace("%s", "?")
            return int(self._wrapper.connection.execute(sql, parameters).rowcount)


def _roll_back(raw: Any) -> None:
    """Roll back if the connection still can; the first error is the one that counts."""
    # a lost connection rolls back by itself, and each driver says so in its own words
    with contextlib.suppress(Exception):
        raw.execute("ROLLBACK")


def save(dialect: Dialect, batch: Sequence[Checked]) -> list[Stored]:
    """Store a batch inside an open transaction; return what became of each post, in order.

    A new key makes a response; a higher revision extends it (what was answered earlier and not repeated is kept); the
    same revision with the same content, or a late lower one whose content is contained, is a repeat.
    """
    keys = list(dict.fromkeys((post.body.key, post.snapshot.survey_id) for post in batch))
    dialect.lock(keys)
    known: dict[Key, _Known] = {}
    rows = sorted(dialect.known(keys), key=lambda row: row[3])
    for key, survey, response_id, revision, posted, answers in rows:
        entry = known.setdefault((key, survey), _Known(response_id, {}, {}))
        entry.posted[revision] = posted
        entry.answers = msgspec.json.decode(answers)
    inserts: list[tuple[Any, ...]] = []
    results = [_place(post, known, inserts) for post in batch]
    if inserts:
        dialect.insert(inserts)
    return results


def _place(post: Checked, known: dict[Key, _Known], inserts: list[tuple[Any, ...]]) -> Stored:
    body = post.body
    key = (body.key, post.snapshot.survey_id)
    entry = known.get(key)
    if entry is None:
        entry = known[key] = _Known(ids.uuid7(), {}, {})
    elif body.rev in entry.posted:
        same = entry.posted[body.rev] == post.posted
        return Stored(Outcome.REPEATED if same else Outcome.CONFLICT, entry.id, body.rev)
    elif body.rev < entry.newest:
        contained = all(entry.answers.get(name) == value for name, value in body.answers.items())
        return Stored(Outcome.REPEATED if contained else Outcome.CONFLICT, entry.id, entry.newest)
    entry.posted[body.rev] = post.posted
    entry.answers = entry.answers | body.answers
    inserts.append(
        (
            entry.id, body.key, body.rev, post.snapshot.workspace_id, post.snapshot.survey_id, body.version, body.kind,
            body.channel, body.lang, body.source, body.done, body.event_at, post.received_at, post.posted,
            msgspec.json.encode(entry.answers).decode(),
        )
    )  # fmt: skip
    return Stored(Outcome.STORED, entry.id, body.rev)

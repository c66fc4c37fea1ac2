"""The inbox on SQLite: its own file, one process, one writing connection, and a commit waits for the disk."""

import contextlib
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connections

from fiilis.intake.models import InboxRow
from fiilis.intake.store import DataFault, Kept, Row, Unreachable

TABLE = InboxRow._meta.db_table
LOCK_SECONDS = 10.0
# What the driver says when a value is at fault; everything else is the file, the disk or a lock.
_DATA = (sqlite3.DataError, sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError)


class Embedded:
    """SQLite's side of `store.Database`."""

    def __init__(self, alias: str) -> None:
        self._settings = connections[alias].settings_dict
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One IMMEDIATE transaction."""
        with _named():
            connection = self._open()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # the first error is the one that counts
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that may fail alone."""
        connection = self._open()
        with _named():
            connection.execute("SAVEPOINT one")
            try:
                yield
            except BaseException:
                connection.execute("ROLLBACK TO one")
                raise
            finally:
                connection.execute("RELEASE one")

    def probe(self, *, write: bool) -> None:
        """Begin and commit; a full disk or a read-only file shows only when a page is written."""
        with self.transaction():
            if write:
                self._open().execute("PRAGMA user_version = 1")

    def lock(self, keys: Iterable[uuid.UUID]) -> None:
        """Do nothing: BEGIN IMMEDIATE has the whole file."""

    def kept(self, keys: Sequence[uuid.UUID]) -> Iterable[Kept]:
        """Return all revisions of these keys, the lowest first."""
        marks = ",".join("?" * len(keys))
        sql = (
            f"SELECT key, survey_id, id, revision, posted, answers, attributes FROM {TABLE} WHERE key IN ({marks}) "  # noqa: S608
            "ORDER BY revision"
        )
        for key, survey, response, *rest in self._open().execute(sql, [key.hex for key in keys]):
            yield Kept(uuid.UUID(key), uuid.UUID(survey), uuid.UUID(response), *rest)

    def insert(self, rows: Sequence[Row]) -> None:
        """Insert all rows with one prepared statement."""
        marks = ",".join("?" * len(Row._fields))
        sql = f"INSERT INTO {TABLE} ({','.join(Row._fields)}) VALUES ({marks})"  # noqa: S608 - our own names
        self._open().executemany(sql, map(_values, rows))

    def remove(self, seqs: Sequence[int]) -> int:
        """Remove rows by number in a transaction of its own; return how many there were."""
        marks = ",".join("?" * len(seqs))
        with self.transaction():
            return self._open().execute(f"DELETE FROM {TABLE} WHERE seq IN ({marks})", seqs).rowcount  # noqa: S608

    def close(self) -> None:
        """Close the connection; the next transaction opens another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._settings["NAME"], timeout=LOCK_SECONDS, isolation_level=None)
            try:
                for pragma in str(self._settings["OPTIONS"]["init_command"]).split(";"):
                    connection.execute(pragma)
                # What is purged is personal data: overwrite it, don't just forget where it stands.
                connection.execute("PRAGMA secure_delete=ON")
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection


@contextmanager
def _named() -> Iterator[None]:
    """Say whether the data or the database is at fault."""
    try:
        yield
    except _DATA as fault:
        raise DataFault(type(fault).__name__) from fault
    except sqlite3.Error as fault:
        raise Unreachable(getattr(fault, "sqlite_errorname", type(fault).__name__)) from fault


def _values(row: Row) -> tuple[object, ...]:
    """Return a row as Django writes it into SQLite: ids as 32 digits, moments in UTC without their zone."""
    return (
        row.id.hex, row.key.hex, row.revision, row.workspace_id.hex, row.survey_id.hex, row.version, row.kind,
        row.channel, row.language, row.source, row.done, row.event_at and moment(row.event_at),
        moment(row.received_at), row.posted, row.answers, row.attributes,
    )  # fmt: skip


def moment(value: datetime) -> str:
    """Return a moment as Django writes it into SQLite."""
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")

"""The inbox on PostgreSQL: any number of processes, one INSERT a batch, a lock per key so that revisions meet."""

import contextlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

from fiilis.intake.models import InboxRow
from fiilis.intake.store import DataFault, Kept, Row, Unreachable

TABLE = InboxRow._meta.db_table
_TYPES = (
    "uuid", "uuid", "int", "uuid", "uuid", "int", "text", "text", "text", "text", "bool", "timestamptz", "timestamptz",
    "text", "text", "text",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO {TABLE} ({','.join(Row._fields)}) "  # noqa: S608 - our own names
    f"SELECT * FROM unnest({','.join(f'%s::{kind}[]' for kind in _TYPES)}) ON CONFLICT DO NOTHING RETURNING seq"
)
_KEPT = (
    f"SELECT key, survey_id, id, revision, posted, answers, attributes FROM {TABLE} WHERE key = ANY(%s) "  # noqa: S608
    "ORDER BY revision"
)
_LOCK = "SELECT pg_advisory_xact_lock(n) FROM unnest(%s::bigint[]) AS n"
# A server that hangs must not hold the writer: each step ends by itself, and the client posts again.
_CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
_SESSION = (
    "SET statement_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '30s'",
    # An acknowledged answer is on the disk, also where the server's default says otherwise.
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)


class Postgres:
    """PostgreSQL's side of `store.Database`."""

    def __init__(self, alias: str) -> None:
        wanted = ("dbname", "user", "password", "host", "port", "sslmode", "service", "passfile")
        parameters = connections[alias].get_connection_params()
        self._parameters = {name: value for name, value in parameters.items() if name in wanted}
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction."""
        with _named():
            connection = self._open()
            connection.execute("BEGIN")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(psycopg.Error):  # a lost connection rolls back by itself
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
        """Begin and commit; a standby or a read-only server shows only when a transaction's number is asked for."""
        with self.transaction():
            if write:
                self._open().execute("SELECT pg_current_xact_id()")

    def lock(self, keys: Iterable[uuid.UUID]) -> None:
        """Take an advisory lock per key, in order, so that two batches can't wait for each other."""
        numbers = sorted({(key.int >> 64 ^ key.int) & 0x7FFF_FFFF_FFFF_FFFF for key in keys})
        self._open().execute(_LOCK, [numbers])

    def kept(self, keys: Sequence[uuid.UUID]) -> Iterable[Kept]:
        """Return all revisions of these keys, the lowest first."""
        return [Kept(*row) for row in self._open().execute(_KEPT, [keys])]

    def insert(self, rows: Sequence[Row]) -> None:
        """Insert all rows in one statement. A row that is there already (the lock lets none) fails the batch."""
        made = self._open().execute(_INSERT, [list(column) for column in zip(*rows, strict=True)]).fetchall()
        if len(made) != len(rows):
            raise DataFault(f"{len(rows) - len(made)} rows were there already")

    def remove(self, seqs: Sequence[int]) -> int:
        """Remove rows by number in a transaction of its own; return how many there were."""
        with self.transaction():
            return self._open().execute(f"DELETE FROM {TABLE} WHERE seq = ANY(%s)", [seqs]).rowcount  # noqa: S608

    def close(self) -> None:
        """Close the connection; the next transaction opens another one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error):
                connection.close()

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        if self._connection is None:
            connection = psycopg.connect(**self._parameters, **_CONNECT, autocommit=True)
            try:
                for command in _SESSION:
                    connection.execute(command)
            except psycopg.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection


@contextmanager
def _named() -> Iterator[None]:
    """Say whether the data or the database is at fault."""
    try:
        yield
    except (psycopg.DataError, psycopg.IntegrityError) as fault:
        raise DataFault(type(fault).__name__) from fault
    except psycopg.Error as fault:
        raise Unreachable(type(fault).__name__) from fault

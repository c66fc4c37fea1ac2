"""Writes many Feedback rows in one statement: the digest's and the imports' common road into the table.

Django's bulk_create needs 13 statements for 500 rows on SQLite (999 parameters each) and several times the time.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from fiilis.listen.models import Feedback


class Row(NamedTuple):
    """One Feedback, its fields in the order of COLUMNS."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    created_at: datetime
    survey_id: uuid.UUID
    version: int
    channel: str
    source: str
    language: str
    at: datetime
    event_at: datetime | None
    delay_seconds: int | None
    answers: dict[str, Any]
    touchpoint_id: uuid.UUID | None
    inbox_id: uuid.UUID | None = None
    revision: int = 1
    done: bool = True
    imported_by_id: uuid.UUID | None = None
    import_row: int | None = None
    person_id: uuid.UUID | None = None
    side: str = "customer"
    weight: float = 1.0
    cluster: str = ""


COLUMNS = Row._fields
# What a later revision of the same answer may change.
REVISED = (
    "version", "channel", "source", "language", "at", "event_at", "delay_seconds", "answers", "touchpoint_id",
    "revision", "done",
)  # fmt: skip

_json = msgspec.json.Encoder()


def insert(rows: Sequence[Row]) -> None:
    """Insert rows that must all be new: an existing (import, row of the file) or inbox id raises IntegrityError."""
    _write(rows, "")


def upsert(rows: Sequence[Row]) -> None:
    """Insert rows or, where their inbox id exists, put the revised fields in place of the old ones."""
    changes = ", ".join(f"{column} = excluded.{column}" for column in REVISED)
    _write(rows, f" ON CONFLICT (inbox_id) DO UPDATE SET {changes}")


def delay(at: datetime, event_at: datetime | None) -> int | None:
    """Return whole seconds from the event to the answer, never below zero (a customer's clock may run ahead)."""
    return None if event_at is None else max(0, round((at - event_at).total_seconds()))


def _write(rows: Sequence[Row], conflict: str) -> None:
    if not rows:
        return
    table = connection.ops.quote_name(Feedback._meta.db_table)
    one = f"({', '.join(['%s'] * len(COLUMNS))})"
    head = f"INSERT INTO {table} ({', '.join(COLUMNS)}) VALUES "  # noqa: S608 - constants
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(head + one + conflict, [_adapted(row, _SQLITE) for row in rows])
        else:  # one round trip; psycopg puts the parameters in on the client's side
            values = [value for row in rows for value in _adapted(row, _POSTGRES)]
            cursor.execute(head + ", ".join([one] * len(rows)) + conflict, values)


def _adapted(row: Row, adapters: dict[type, Callable[[Any], Any]]) -> list[Any]:
    return [adapters[type(value)](value) if type(value) in adapters else value for value in row]


def _sqlite_time(value: datetime) -> str:
    """Write a time as Django's backend does: UTC without an offset."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


# What the drivers can't take as it is. The column types are the models', so types and not columns decide.
_SQLITE: dict[type, Callable[[Any], Any]] = {
    uuid.UUID: lambda value: value.hex,
    datetime: _sqlite_time,
    dict: lambda value: _json.encode(value).decode(),
}
_POSTGRES: dict[type, Callable[[Any], Any]] = {dict: lambda value: _json.encode(value).decode()}

"""Writes many rows of one table in one statement: the road of digests and imports.

Django's bulk_create needs 13 statements for 500 rows of 25 columns on SQLite (999 parameters each) and several times
the time, since it builds every statement and adapts every value anew.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat
from operator import is_
from typing import Any

import msgspec
from django.db import connection, models

Adapter = Callable[[Any], Any]

_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Statement:
    """A write that is ready: what takes time has been done, so that the transaction around `run` stays short."""

    sql: str
    parameters: Sequence[Any]
    many: bool

    def run(self) -> int:
        """Write the rows; return how many were written, without those that a conflict left out."""
        if not self.parameters:
            return 0
        with connection.cursor() as cursor:
            (cursor.executemany if self.many else cursor.execute)(self.sql, self.parameters)
            return int(cursor.rowcount)


def insertion(
    model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], *, conflict: str = ""
) -> Statement:
    """Prepare the insertion of `rows`, each holding a value for every one of `columns` (database names).

    A dict is a JSON field's value. `conflict` is an ON CONFLICT clause. Columns and clause are the caller's constants,
    never input. Nothing fills in a field's default, and a scoped model's workspace is the caller's to give.
    """
    quote = connection.ops.quote_name
    one = f"({', '.join(['%s'] * len(columns))})"
    head = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608 - constants
    if connection.vendor == "sqlite":
        return Statement(f"{head}{one} {conflict}", list(_adapted(rows, _SQLITE)), many=True)
    # one round trip; psycopg puts the parameters in on the client's side
    values = list(chain.from_iterable(_adapted(rows, _POSTGRES)))
    return Statement(f"{head}{', '.join([one] * len(rows))} {conflict}", values, many=False)


def _adapted(rows: Sequence[Sequence[Any]], adapters: dict[type, Adapter]) -> Iterator[tuple[Any, ...]]:
    """Adapt column by column: most columns need nothing, and many hold the same value in each row."""
    return zip(*(_column(values, adapters) for values in zip(*rows, strict=True)), strict=True)


def _column(values: tuple[Any, ...], adapters: dict[type, Adapter]) -> Sequence[Any]:
    kinds = {type(value) for value in values}
    needed = kinds & adapters.keys()
    if not needed:
        return values
    first = values[0]
    if first is values[-1] and all(map(is_, values, repeat(first))):
        return [adapters[type(first)](first)] * len(values)
    return [adapters[type(value)](value) if type(value) in needed else value for value in values]


def _as_json(value: dict[str, Any]) -> str:
    return _json.encode(value).decode()


def _sqlite_time(value: datetime) -> str:
    """Write a time as Django's backend does: UTC without an offset."""
    return str(value.astimezone(UTC).replace(tzinfo=None))


# What the drivers can't take as it is. The fields' types are the models', so types and not columns decide.
_SQLITE: dict[type, Adapter] = {
    uuid.UUID: lambda value: value.hex,
    datetime: _sqlite_time,
    dict: _as_json,
}
_POSTGRES: dict[type, Adapter] = {dict: _as_json}

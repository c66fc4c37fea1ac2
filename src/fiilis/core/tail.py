"""Reading an append-only log by cursor without losing rows that commit late.

SQLite: an AUTOINCREMENT number inside BEGIN IMMEDIATE rises in commit order, so "number > last" loses nothing.
PostgreSQL: numbers and ids are given before the commit, so a slow transaction's row appears behind rows already
read. There the reader goes back to the oldest transaction that was still open at its previous read (the snapshot's
xmin) and drops the rows that it has seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader stands: the last number read, and on PostgreSQL the xmin to read again from and what is seen."""

    after: int = 0
    xmin: int = 0
    seen: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order (each a tuple that begins with seq, xid) and the position behind them."""

    rows: Sequence[tuple[Any, ...]]
    position: Position


def read(*, using: str, table: str, columns: Sequence[str], position: Position, limit: int) -> Page:
    """Return at most `limit` rows behind `position`.

    `table` must have the columns seq (rising number) and xid (`models.TransactionId`). `columns` are further columns
    to return. Names are the caller's constants, never input. A page of fewer than `limit` rows means: that was all.
    """
    connection = connections[using]
    names = ", ".join(connection.ops.quote_name(name) for name in ("seq", "xid", *columns))
    quoted = connection.ops.quote_name(table)
    if connection.vendor == "sqlite":
        sql = f"SELECT {names} FROM {quoted} WHERE seq > %s ORDER BY seq LIMIT %s"  # noqa: S608 - constants
        with connection.cursor() as cursor:
            cursor.execute(sql, [position.after, limit])
            rows = cursor.fetchall()
        return Page(rows, Position(after=rows[-1][0] if rows else position.after))
    sql = (
        f"SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS open_from, {names} FROM {quoted} "  # noqa: S608 - constants
        "WHERE xid >= %s AND NOT (seq = ANY(%s)) ORDER BY xid, seq LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [position.xmin, sorted(position.seen), limit])
        found = cursor.fetchall()
    if not found:
        return Page([], position)
    # A row that is not visible yet belongs to a transaction that was open in this snapshot: its xid >= open_from.
    # Rows cut off by the limit stand behind the last row's xid. So this is where the next read must begin.
    xmin = min(found[0][0], found[-1][2])
    kept = {row[1] for row in found if row[2] >= xmin}
    if xmin == position.xmin:
        kept |= position.seen
    else:
        kept |= _still_ahead(using, quoted, position.seen, xmin)
    return Page([row[1:] for row in found], Position(max(row[1] for row in found), xmin, frozenset(kept)))


def _still_ahead(using: str, quoted: str, seen: frozenset[int], xmin: int) -> set[int]:
    """Return those of `seen` whose transaction is not older than `xmin`."""
    if not seen:
        return set()
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT seq FROM {quoted} WHERE xid >= %s AND seq = ANY(%s)", [xmin, sorted(seen)])  # noqa: S608
        return {row[0] for row in cursor.fetchall()}

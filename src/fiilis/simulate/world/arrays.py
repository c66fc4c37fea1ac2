"""Tables of columns: what the world is passed around in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Table = dict[str, Array]

MISSING = -1
"""Stands for "no value" in columns of whole numbers inside the world; becomes an empty cell outside."""


def length(table: Table) -> int:
    """Return the number of rows."""
    return len(next(iter(table.values()))) if table else 0


def pick(table: Table, rows: Array) -> Table:
    """Return the table with only these rows (mask or positions)."""
    return {name: column[rows] for name, column in table.items()}


def concat(tables: Sequence[Table]) -> Table:
    """Return the rows of all tables, which have the same columns, one table after the other."""
    if len(tables) == 1:
        return tables[0]
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]} if tables else {}


class Shelf:
    """Rows that wait for their week: what is ordered now is answered, returned or asked about later."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[Table]] = {}

    def put(self, table: Table, weeks: Ints) -> None:
        """Lay each row on the shelf of its week."""
        if not len(weeks):
            return
        for week in range(int(weeks.min()), int(weeks.max()) + 1):
            rows = np.flatnonzero(weeks == week)
            if len(rows):
                self._waiting.setdefault(week, []).append(pick(table, rows))

    def take(self, week: int) -> Table | None:
        """Return and forget the rows of a week; None when there are none."""
        waiting = self._waiting.pop(week, [])
        return concat(waiting) if waiting else None

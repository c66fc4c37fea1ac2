"""From changes of facts to Parquet files: rows are staged as they stream in, then written once, in one commit.

Changes are applied in order. What they leave of their own rows, and what they leave of the rows in the files that
they touch, goes into new files; the touched files are dropped from the table. So an erasure is a real one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import duckdb
import msgspec
from django.conf import settings

from fiilis.warehouse.feeds import Change
from fiilis.warehouse.lake import DataFile
from fiilis.warehouse.tables import AnswerFact, Table

CHUNK = 50_000
_DELETABLE = ("feedback", "import_id", "person")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be committed: files written into the table's folder, and files whose rows are gone or moved there."""

    added: list[DataFile]
    removed: list[DataFile]


class Stage:
    """Collects the changes of one batch. A context manager: leaves nothing behind but the files of its outcome."""

    def __init__(self, table: Table, folder: Path, *, tick: Callable[[int], None] = lambda rows: None) -> None:
        """`folder` is the table's; `tick` is called with the rows so far, once for each chunk."""
        self.table = table
        self.folder = folder
        self.rows = 0
        self._tick = tick
        self._upserts = False
        self._sequence = 0
        self._chunks: list[str] = []
        self._lines: IO[bytes] | None = None
        self._encoder = msgspec.json.Encoder()

    def __enter__(self) -> Self:
        place = self.folder.parent / "staging"
        place.mkdir(exist_ok=True)
        # Only the holder of the lease comes here: what stands here is a crashed writer's.
        for left in [*place.iterdir(), *place.parent.glob("spill-*")]:
            if left.name != _spill():
                shutil.rmtree(left, ignore_errors=True)
        self._place = Path(tempfile.mkdtemp(dir=place))
        self._duck = connect(self.folder.parent)
        self._duck.execute(
            'CREATE TEMP TABLE erased ("column" VARCHAR, workspace VARCHAR, val VARCHAR, sequence BIGINT)'
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._duck.close()  # its temporary tables and views go with it
        if self._lines is not None:
            self._lines.close()
        shutil.rmtree(self._place, ignore_errors=True)

    def add(self, change: Change) -> None:
        """Take in one change; rows that stream are written to disk as they come."""
        for deletion in change.delete:
            if deletion.column not in _DELETABLE:
                raise ValueError(f"facts aren't deleted by {deletion.column!r}")
            self._sequence += 1
            if deletion.values:
                self._duck.execute(
                    "INSERT INTO erased SELECT $column, $workspace, unnest($vals::VARCHAR[]), $sequence",
                    {
                        "column": deletion.column,
                        "workspace": deletion.workspace,
                        "vals": list(deletion.values),
                        "sequence": self._sequence,
                    },
                )
        for fact in change.upsert:
            self._upserts = True
            self._write(fact, b"true")
        for fact in change.append:
            self._write(fact, b"false")

    def _write(self, fact: AnswerFact, upsert: bytes) -> None:
        if fact.at.tzinfo is None:
            raise ValueError("a fact's moment has a time zone")
        if self._lines is None:
            self._lines = (self._place / "chunk.ndjson").open("wb")
        self._sequence += 1
        head = b'{"upsert":%s,"sequence":%d,' % (upsert, self._sequence)
        self._lines.write(head + self._encoder.encode(fact)[1:] + b"\n")
        self.rows += 1
        if self.rows % CHUNK == 0:
            self._close_chunk()
            self._tick(self.rows)

    def _close_chunk(self) -> None:
        """Turn the lines so far, four times as large, into a Parquet file."""
        if self._lines is None:
            return
        self._lines.close()
        self._lines = None
        chunk = self._place / f"chunk-{len(self._chunks)}.parquet"
        self._duck.execute(f"COPY ({self._read_lines()}) TO {quoted(chunk)} (FORMAT parquet)")
        self._chunks.append(str(chunk))

    def _read_lines(self) -> str:
        types = ", ".join(f"'{c.name}': '{c.duckdb}'" for c in self.table.stored)
        return (
            f"SELECT * FROM read_json({quoted(self._place / 'chunk.ndjson')}, format = 'newline_delimited', "  # noqa: S608 - our own names
            f"columns = {{'upsert': 'BOOLEAN', 'sequence': 'BIGINT', {types}}})"
        )

    def _stage(self) -> None:
        """Make the view `staged` over all rows; a few lines are read as they are."""
        if self._lines is not None and not self._chunks:
            self._lines.close()
            self._duck.execute(f"CREATE TEMP VIEW staged AS {self._read_lines()}")
            return
        self._close_chunk()
        self._duck.execute(f"CREATE TEMP VIEW staged AS SELECT * FROM read_parquet({_list(self._chunks)})")  # noqa: S608

    def outcome(self, files: Sequence[DataFile]) -> Outcome:
        """Write what is left, given the table's files; return what to commit."""
        if self.rows:
            self._stage()
        kinds = [c for (c,) in self._duck.execute('SELECT DISTINCT "column" FROM erased ORDER BY 1').fetchall()]
        touched = self._touched(files, kinds) if files and (kinds or self._upserts) else []
        parts = []
        names = _names(self.table)
        if self.rows:
            parts.append(f"SELECT {names} FROM staged s WHERE true{self._alive(kinds)}")  # noqa: S608
        if touched:
            source = _list([str(self.folder / file.path) for file in touched])
            parts.append(
                f"SELECT {names} FROM read_parquet({source}, hive_partitioning = false) b "  # noqa: S608
                f"WHERE true{self._kept(kinds)}"
            )
        added = write(self._duck, self.table, self.folder, " UNION ALL ".join(parts)) if parts else []
        return Outcome(added, touched)

    def _alive(self, kinds: Iterable[str]) -> str:
        """SQL: the staged row has been neither deleted nor replaced by a later change of the same batch."""
        sql = "".join(f" AND NOT {_erased('s', kind, 'e.sequence > s.sequence')}" for kind in kinds)
        if self._upserts:
            same = " AND ".join(f'u."{c}" = s."{c}"' for c in self.table.key)
            sql += f" AND NOT EXISTS (FROM staged u WHERE u.upsert AND u.sequence > s.sequence AND {same})"
        return sql

    def _kept(self, kinds: Iterable[str]) -> str:
        """SQL: the row in a file stays."""
        sql = "".join(f" AND NOT {_erased('b', kind)}" for kind in kinds)
        return sql + (f" AND NOT {self._replaced()}" if self._upserts else "")

    def _replaced(self) -> str:
        same = " AND ".join(f'u."{c}" = b."{c}"' for c in self.table.key)
        return f"EXISTS (FROM staged u WHERE u.upsert AND {same})"

    def _touched(self, files: Sequence[DataFile], kinds: Iterable[str]) -> list[DataFile]:
        """Return the files that hold a row that goes."""
        tests = [_erased("b", kind) for kind in kinds] + ([self._replaced()] if self._upserts else [])
        by_path = {str(self.folder / file.path): file for file in files}
        source = f"read_parquet({_list(list(by_path))}, hive_partitioning = false, filename = true) b"
        found: set[str] = set()
        for test in tests:
            rows = self._duck.execute(f"SELECT DISTINCT filename FROM {source} WHERE {test}").fetchall()  # noqa: S608
            found |= {name for (name,) in rows}
        return [by_path[name] for name in sorted(found)]


_root: tuple[Path, duckdb.DuckDBPyConnection] | None = None
_root_lock = threading.Lock()


def connect(lake: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection for writing into a lake, within the memory that the settings allow. Close it after use.

    All are of one in-memory database, since to make one takes 25 ms; it spills into the lake's folder.
    """
    global _root
    with _root_lock:
        if _root is None or _root[0] != lake:
            _root = (lake, _make(lake / _spill()))
        return _root[1].cursor()


def _spill() -> str:
    return f"spill-{os.getpid()}"


def _make(spill: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={
            "memory_limit": f"{settings.FIILIS_DUCKDB_MEMORY_MB}MB",
            "threads": settings.FIILIS_DUCKDB_THREADS,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
        }
    )
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    return connection


def write(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, select: str) -> list[DataFile]:
    """Write the rows of `select` (SQL of our own making) into the table's folder; return the new files."""
    rows = connection.execute(
        f'COPY (SELECT *, strftime("day", \'%Y-%m\') AS "{table.partition}" FROM ({select})) TO {quoted(folder)} '  # noqa: S608
        f'(FORMAT parquet, COMPRESSION zstd, PARTITION_BY ("{table.partition}"), APPEND, '
        "FILENAME_PATTERN 'facts-{uuid}', RETURN_STATS)"
    ).fetchall()
    return [_data_file(folder, row) for row in rows]


def _data_file(folder: Path, row: Sequence[Any]) -> DataFile:
    path = Path(row[0]).relative_to(folder).as_posix()
    return DataFile(path, row[2], row[1], path.split("/")[0].partition("=")[2])


def _erased(alias: str, kind: str, later: str = "") -> str:
    also = f" AND {later}" if later else ""
    return (
        f"EXISTS (FROM erased e WHERE e.\"column\" = '{kind}' AND e.workspace = {alias}.workspace "
        f'AND e.val = {alias}."{kind}"{also})'
    )


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.stored)


def quoted(path: Path | str) -> str:
    """Return a path as a SQL string."""
    return "'" + str(path).replace("'", "''") + "'"


def _list(paths: Iterable[str]) -> str:
    return "[" + ", ".join(quoted(path) for path in paths) + "]"


def merge(
    connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, files: Sequence[DataFile]
) -> list[DataFile]:
    """Write the rows of some files into new ones, a workspace's together; return the new files."""
    source = _list(str(folder / file.path) for file in files)
    return write(
        connection,
        table,
        folder,
        f'SELECT {_names(table)} FROM read_parquet({source}, hive_partitioning = false) ORDER BY workspace, "at"',  # noqa: S608
    )

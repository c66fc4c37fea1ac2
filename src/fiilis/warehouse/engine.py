"""Where definitions run: this process's own DuckDB over a pinned version of each table.

An engine is a small Protocol, so that another one may run the same definitions over the same files.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from django.conf import settings

from fiilis.warehouse import lake
from fiilis.warehouse.errors import QueryMisused
from fiilis.warehouse.tables import TABLES, Table

# A version is looked up at most this often, unless the caller knows of a newer one.
FRESH_SECONDS = 0.5
# After this a pin is made anew from nothing; vacuum spares files for ten times as long (lake.GRACE).
PIN_SECONDS = 60.0
EMPTY_VERSION = -1
_ZONED = "TIMESTAMP WITH TIME ZONE"


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement returned: column names, tuples, and the version of the facts that it saw (-1: none yet)."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    version: int


class Engine(Protocol):
    """Runs a definition's SQL."""

    dialect: str
    """SQLGlot's name of the dialect that `run` takes."""

    def source(self, table: Table) -> str:
        """Return what stands for the table in FROM: SQL that yields all its columns, of all workspaces."""

    def run(self, sql: str, params: Mapping[str, Any], *, at_least: int | None = None) -> Rows:
        """Run one statement; `at_least` is a version that the caller knows to exist."""


@dataclass(slots=True)
class Pin:
    """The files of one version of one table, and when they were looked up (monotonic seconds)."""

    delta: DeltaTable | None
    version: int
    files: list[str]
    born: float
    seen: float


# The pins of a question that is under way in this thread or task: see `holding`.
_held: ContextVar[dict[str, Pin] | None] = ContextVar("fiilis_held_pins", default=None)


@contextmanager
def holding() -> Iterator[None]:
    """Keep to one version inside the block, unless a newer one is asked for; a block inside another is part of it."""
    if _held.get() is not None:
        yield
        return
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


class DuckEngine:
    """DuckDB in memory. One object a process; any thread may call it (each call has a cursor of its own)."""

    dialect = "duckdb"

    def __init__(self, place: Path) -> None:
        """`place` is the lake's folder."""
        self.place = place
        self._lock = threading.Lock()
        self._pins: dict[str, Pin] = {}
        # Stands for a table without files: it has the columns and no rows.
        self._scratch = Path(tempfile.mkdtemp(prefix="fiilis-engine-"))
        atexit.register(shutil.rmtree, self._scratch, ignore_errors=True)
        self._duck = duckdb.connect(
            config={
                "memory_limit": f"{settings.FIILIS_DUCKDB_MEMORY_MB}MB",
                "threads": settings.FIILIS_DUCKDB_THREADS,
                "temp_directory": str(self._scratch / "spill"),
                "autoinstall_known_extensions": False,
                # The files never change, so their footers are read once.
                "parquet_metadata_cache": True,
            }
        )
        self._duck.execute("SET GLOBAL TimeZone = 'UTC'")
        for table in TABLES.values():
            self._write_empty(table)
        self._lock_in()

    def _write_empty(self, table: Table) -> None:
        folder = self._empty(table).parent
        folder.mkdir(parents=True)
        columns = ", ".join(f'CAST(NULL AS {c.duckdb}) AS "{c.name}"' for c in table.stored)
        self._duck.execute(f"COPY (SELECT {columns} WHERE false) TO '{self._empty(table)}' (FORMAT parquet)")

    def _empty(self, table: Table) -> Path:
        return self._scratch / table.name / f"{table.partition}=none" / "empty.parquet"

    def _lock_in(self) -> None:
        """Let SQL reach the lake and nothing else: no other file, no network, no change of settings."""
        allowed = [f"{self.place}/".replace("'", "''"), f"{self._scratch}/"]
        self._duck.execute(f"SET allowed_directories = ['{allowed[0]}', '{allowed[1]}']")
        self._duck.execute("SET enable_external_access = false")
        self._duck.execute("SET lock_configuration = true")

    def source(self, table: Table) -> str:
        """Return a scan of the pinned files."""
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        return (
            f"SELECT {columns} FROM READ_PARQUET(${table.name}_files, hive_partitioning = TRUE, "  # noqa: S608
            f"hive_types = {{'{table.partition}': VARCHAR}})"
        )

    def run(self, sql: str, params: Mapping[str, Any], *, at_least: int | None = None) -> Rows:
        """Run one statement on the pinned versions. When a file has been vacuumed meanwhile, pin again, once."""
        try:
            return self._run(sql, params, at_least)
        except duckdb.IOException:
            with self._lock:
                self._pins.clear()
            (_held.get() or {}).clear()
            return self._run(sql, params, at_least)

    def _run(self, sql: str, params: Mapping[str, Any], at_least: int | None) -> Rows:
        bound = dict(params)
        version = EMPTY_VERSION
        for table in TABLES.values():
            if f"${table.name}_files" in sql:
                pin = self._pin(table, at_least)
                bound[f"{table.name}_files"] = pin.files or [str(self._empty(table))]
                version = max(version, pin.version)
        cursor = self._duck.cursor()
        try:
            cursor.execute(sql, bound)
            if any(str(column[1]) == _ZONED for column in cursor.description):
                raise QueryMisused("moments are returned as CAST(... AS TIMESTAMP): Python lacks the zoned type")
            return Rows(tuple(column[0] for column in cursor.description), cursor.fetchall(), version)
        finally:
            cursor.close()

    def _pin(self, table: Table, at_least: int | None) -> Pin:
        held = _held.get()
        if held is not None and table.name in held and (at_least is None or held[table.name].version >= at_least):
            return held[table.name]
        pin = self._newest(table, at_least)
        if held is not None:
            held[table.name] = pin
        return pin

    def _newest(self, table: Table, at_least: int | None) -> Pin:
        with self._lock:
            now = time.monotonic()
            pin = self._pins.get(table.name)
            if pin is not None and now - pin.seen < FRESH_SECONDS and (at_least is None or pin.version >= at_least):
                return pin
            if pin is None or pin.delta is None or now - pin.born >= PIN_SECONDS:
                pin = self._open(table, now)
            else:
                pin = self._refreshed(pin, now)
            self._pins[table.name] = pin
            return pin

    def _open(self, table: Table, now: float) -> Pin:
        folder = self.place / table.folder
        if not (folder / "_delta_log").is_dir():
            return Pin(None, EMPTY_VERSION, [], now, now)
        delta = DeltaTable(str(folder))
        return Pin(delta, int(delta.version()), _paths(delta), now, now)

    def _refreshed(self, pin: Pin, now: float) -> Pin:
        assert pin.delta is not None  # noqa: S101 - the caller has looked
        try:
            pin.delta.update_incremental()
        except DeltaError:
            # The log was cleaned up or replaced under us: the pin holds until its minute is over.
            return Pin(pin.delta, pin.version, pin.files, pin.born, now)
        version = int(pin.delta.version())
        files = pin.files if version == pin.version else _paths(pin.delta)
        return Pin(pin.delta, version, files, pin.born, now)


def _paths(delta: DeltaTable) -> list[str]:
    """Return the files, the newest month's first: "the newest 20" then passes over all the older ones."""
    return sorted((unquote(urlsplit(uri).path) for uri in delta.file_uris()), reverse=True)


_engine: DuckEngine | None = None
_engine_lock = threading.Lock()


def current() -> Engine:
    """Return this process's engine, made at its first use."""
    global _engine
    place = lake.root().resolve()
    with _engine_lock:
        if _engine is None or _engine.place != place:
            _engine = DuckEngine(place)
        return _engine

"""The lake: one Delta table on disk as its single writer sees it. Readers see it through `engine`.

Every commit of ours carries the number of the last batch of events as a Delta application transaction. Delta refuses
two concurrent commits with the same application id, so a writer that has lost its lease can't slip one in.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema, Transaction
from deltalake.exceptions import TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction
from django.conf import settings

from fiilis.core.errors import SettingProblem
from fiilis.warehouse.tables import Table

# Readers hold a version for at most a minute (engine.PIN_SECONDS); a file may go when it has been out of use for ten.
GRACE = timedelta(minutes=10)
# We decide when to write checkpoints and to clean up, so that an ordinary commit costs the same each time.
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True, slots=True)
class DataFile:
    """A Parquet file of the table: its path inside the table's folder, bytes, rows and partition."""

    path: str
    size: int
    rows: int
    month: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Which batch of which series the lake holds: a number that rises, and a mark of the batch's events."""

    lineage: str
    number: int
    mark: int

    def transactions(self) -> list[Transaction]:
        """Return the same as Delta application transactions."""
        return [
            Transaction(f"fiilis.{self.lineage}", self.number),
            Transaction(f"fiilis.{self.lineage}.mark", self.mark),
        ]


def root() -> Path:
    """Return the lake's folder (FIILIS_LAKE). Raises SettingProblem for what can't be one."""
    place: str = settings.FIILIS_LAKE
    if "://" in place:
        raise SettingProblem("FIILIS_LAKE: object stores aren't supported yet; name a folder.")
    if set(place) & set("*?["):
        raise SettingProblem("FIILIS_LAKE: the folder's name can't contain *, ? or [.")
    return Path(place)


class Lake:
    """A table that is open for writing. Hold the lease while you use one."""

    def __init__(self, table: Table, folder: Path, delta: DeltaTable) -> None:
        self.table = table
        self.folder = folder
        self._delta = delta

    @classmethod
    def open(cls, table: Table) -> Lake | None:
        """Open the newest version, or return None when there is no such table yet."""
        folder = root() / table.folder
        if not (folder / "_delta_log").is_dir():
            return None
        try:
            return cls(table, folder, DeltaTable(str(folder)))
        except TableNotFoundError:
            return None

    @classmethod
    def make(cls, table: Table, *, grace: timedelta = GRACE) -> Lake:
        """Make an empty table.

        The log is kept as long as removed files are: an older version can't be read any more, since its files are
        gone, and a long log is slow (86,400 entries: 450-1,200 ms a commit against 9 ms with 100).
        """
        folder = root() / table.folder
        folder.mkdir(parents=True, exist_ok=True)
        keep = f"interval {int(grace.total_seconds())} seconds"
        delta = DeltaTable.create(
            str(folder),
            _schema(table),
            partition_by=[table.partition],
            description=f"Fiilis facts, table {table.name}, schema version {table.version}",
            configuration={
                "delta.logRetentionDuration": keep,
                "delta.deletedFileRetentionDuration": keep,
                "delta.enableExpiredLogCleanup": "false",
                "delta.checkpointInterval": "1000000",
            },
        )
        return cls(table, folder, delta)

    @property
    def version(self) -> int:
        """The version that is open."""
        return int(self._delta.version())

    def progress(self, lineage: str) -> Progress | None:
        """Return the last batch of this series that the lake holds, or None when it holds none."""
        number = self._delta.transaction_version(f"fiilis.{lineage}")
        if number is None:
            return None
        return Progress(lineage, number, self._delta.transaction_version(f"fiilis.{lineage}.mark") or 0)

    def files(self) -> list[DataFile]:
        """Return the files of this version."""
        actions = self._delta.get_add_actions(flatten=True)
        columns = [
            [value.as_py() for value in iter(actions.column(name))]
            for name in ("path", "size_bytes", "num_records", f"partition.{self.table.partition}")
        ]
        return [DataFile(*row) for row in zip(*columns, strict=True)]

    def commit(
        self,
        *,
        added: Sequence[DataFile],
        removed: Iterable[DataFile],
        progress: Progress,
        same_rows: bool = False,
    ) -> int:
        """Commit files that stand in the folder already, and the removal of others, as one version; return it.

        `same_rows` says that no row changed (compaction). Raises deltalake's CommitFailedError when somebody else
        has committed meanwhile: nothing has happened then.
        """
        now = int(time.time() * 1000)
        partition = self.table.partition
        actions: list[Any] = [
            RemoveAction(file.path, not same_rows, now, file.size, {partition: file.month}) for file in removed
        ]
        actions += [
            AddAction(
                file.path, file.size, {partition: file.month}, now, not same_rows, json.dumps({"numRecords": file.rows})
            )
            for file in added
        ]
        _settle(self.folder, [file.path for file in added])
        self._delta.create_write_transaction(
            actions,
            "append",
            self._delta.schema(),
            [partition],
            commit_properties=CommitProperties(app_transactions=progress.transactions()),
            post_commithook_properties=_NO_HOOKS,
        )
        self._delta.update_incremental()
        _settle(self.folder, [f"_delta_log/{self.version:020d}.json"])
        return self.version

    def entries_since_checkpoint(self) -> int:
        """Return how many log entries opening this version has to read after the checkpoint."""
        try:
            last = json.loads((self.folder / "_delta_log" / "_last_checkpoint").read_bytes())["version"]
        except FileNotFoundError:
            last = -1
        return self.version - int(last)

    def checkpoint(self) -> None:
        """Write the whole state as one file, so that opening doesn't read the log from its beginning."""
        self._delta.create_checkpoint()

    def clean_log(self) -> None:
        """Drop log entries that are older than the grace and stand before a checkpoint."""
        self._delta.cleanup_metadata()

    def vacuum(self) -> int:
        """Delete files that no version within the grace uses, orphans of crashed writers too; return how many."""
        gone = self._delta.vacuum(dry_run=True, full=True)
        if gone:  # a vacuum writes two log entries even when it finds nothing
            self._delta.vacuum(dry_run=False, full=True)
            self._delta.update_incremental()
        return len(gone)


def _schema(table: Table) -> Schema:
    fields = [
        {"name": c.name, "type": c.delta, "nullable": c.nullable, "metadata": {"comment": c.meaning}}
        for c in table.columns
    ]
    return Schema.from_json(json.dumps({"type": "struct", "fields": fields}))


def _settle(folder: Path, paths: Iterable[str]) -> None:
    """Wait until files and their directory entries are on the disk: a batch is called done only after that."""
    places = [folder / path for path in paths]
    for place in [*places, *{place.parent for place in places}]:
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

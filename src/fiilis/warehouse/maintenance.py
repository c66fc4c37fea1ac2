"""Keeping appends, queries and the log flat: compaction of small files, checkpoints, clean-up, vacuum."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from fiilis.warehouse.lake import DataFile, Lake, Progress
from fiilis.warehouse.staging import connect, merge

# A checkpoint bounds the log that opening a version reads: 20 entries cost 3 ms, 300 cost 120.
CHECKPOINT_EVERY = 20
# Each small file costs a query .14 ms.
COMPACT_EVERY = 100
COMPACT_AT_LEISURE = 8
# Larger files are left alone: an erasure or a correction rewrites a whole file (16 MB: some 400,000 answers, 1 s).
SMALL = 16 * 1024 * 1024


def keep_flat(lake: Lake, progress: Progress, renew: Callable[[], None]) -> None:
    """After a commit: every so often compact a month that has many small files, write a checkpoint, clean the log."""
    if lake.entries_since_checkpoint() < CHECKPOINT_EVERY:
        return
    compact(lake, progress, renew, at_least=COMPACT_EVERY)
    lake.checkpoint()
    lake.clean_log()


def maintain(lake: Lake, progress: Progress, renew: Callable[[], None]) -> None:
    """At leisure: compact what is left, and delete files that have been out of use for the grace."""
    compact(lake, progress, renew, at_least=COMPACT_AT_LEISURE)
    lake.vacuum()
    if lake.entries_since_checkpoint():
        lake.checkpoint()
    lake.clean_log()


def compact(lake: Lake, progress: Progress, renew: Callable[[], None], *, at_least: int) -> int:
    """Merge the small files of each month that has at least so many; return how many files were merged.

    One commit a month, by the same rows: readers of any version see the same.
    """
    merged = 0
    small = sorted((file for file in lake.files() if file.size < SMALL), key=_month)
    for _, group in groupby(small, key=_month):
        files = list(group)
        if len(files) < at_least:
            continue
        duck = connect(lake.folder.parent)
        try:
            added = merge(duck, lake.table, lake.folder, files)
        finally:
            duck.close()
        renew()
        lake.commit(added=added, removed=files, progress=progress, same_rows=True)
        merged += len(files)
    return merged


def _month(file: DataFile) -> str:
    return file.month

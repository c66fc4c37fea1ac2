"""Keeping appends, queries and the log flat: compaction of small files, checkpoints, clean-up, vacuum."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from fiilis.warehouse.lake import DataFile, Lake, Progress
from fiilis.warehouse.staging import connect, merge

# A checkpoint bounds the log that opening a version reads: 20 entries cost 3 ms, 300 cost 120.
CHECKPOINT_EVERY = 20
# Each file costs a query .14 ms for each time that it is scanned. Tiny ones are merged often, since that is cheap; what
# has grown is merged once more, so that no row is rewritten again and again.
TINY, COMPACT_TINY = 1024 * 1024, 40
SMALL, COMPACT_SMALL = 16 * 1024 * 1024, 16
# Larger files are left alone: an erasure or a correction rewrites a whole file (16 MB: some 400,000 answers, 1 s).
AT_LEISURE = 8


def keep_flat(lake: Lake, progress: Progress, renew: Callable[[], None]) -> None:
    """After a commit: every so often compact a month that has many small files, write a checkpoint, clean the log."""
    if lake.entries_since_checkpoint() < CHECKPOINT_EVERY:
        return
    compact(lake, progress, renew, tiny=COMPACT_TINY, small=COMPACT_SMALL)
    lake.checkpoint()
    lake.clean_log()


def maintain(lake: Lake, progress: Progress, renew: Callable[[], None]) -> None:
    """At leisure: compact what is left, and delete files that have been out of use for the grace."""
    compact(lake, progress, renew, tiny=AT_LEISURE, small=AT_LEISURE)
    lake.vacuum()
    if lake.entries_since_checkpoint():
        lake.checkpoint()
    lake.clean_log()


def compact(lake: Lake, progress: Progress, renew: Callable[[], None], *, tiny: int, small: int) -> int:
    """Merge a month's tiny files where there are so many, and its small ones; return how many files were merged.

    One commit for each merge, by the same rows: readers of any version see the same.
    """
    merged = 0
    candidates = sorted((file for file in lake.files() if file.size < SMALL), key=_class)
    for (_month, grown), group in groupby(candidates, key=_class):
        files = list(group)
        if len(files) < (small if grown else tiny):
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


def _class(file: DataFile) -> tuple[str, bool]:
    return file.month, file.size >= TINY

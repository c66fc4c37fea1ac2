"""Removing rows from the inbox: in chunks between the writer's batches, so that no answer waits for it."""

import uuid
from collections.abc import Callable
from datetime import UTC

from fiilis.intake.models import InboxRow, RemovalRequest
from fiilis.intake.store import Store
from fiilis.intake.writer import Writer

TABLE = InboxRow._meta.db_table
CHUNK = 500


def carry_out(writer: Writer) -> int:
    """Carry out the requests that stand in the main database; return how many rows were removed.

    Not for the writer's own thread: the main database may be locked by somebody else for seconds.
    """
    removed = 0
    for request in RemovalRequest.objects.order_by("pk"):
        if request.through_seq is not None and request.received_before is not None:
            removed += _until_done(writer, lambda store, asked=request: _purge(store, asked))  # type: ignore[misc]
        response_ids = [uuid.UUID(text) for text in request.response_ids]
        for start in range(0, len(response_ids), CHUNK):
            part = response_ids[start : start + CHUNK]
            removed += writer.do(lambda store, part=part: _erase(store, part))  # type: ignore[misc]
        request.delete()
    return removed


def _until_done(writer: Writer, chunk: Callable[[Store], int]) -> int:
    total = 0
    while True:
        removed = writer.do(chunk)
        total += removed
        if removed < CHUNK:
            return total


def _purge(store: Store, request: RemovalRequest) -> int:
    """Remove one chunk of digested rows that are old enough."""
    before = request.received_before
    moment = before.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ") if store.is_sqlite and before else before
    sql = (
        f"DELETE FROM {TABLE} WHERE seq IN (SELECT seq FROM {TABLE} "  # noqa: S608 - our table's name
        f"WHERE seq <= %s AND received_at < %s ORDER BY seq LIMIT {CHUNK})"
    )
    return store.remove(sql, [request.through_seq, moment])


def _erase(store: Store, response_ids: list[uuid.UUID]) -> int:
    """Remove all revisions of some responses."""
    marks = ",".join(["%s"] * len(response_ids))
    values = [i.hex for i in response_ids] if store.is_sqlite else response_ids
    return store.remove(f"DELETE FROM {TABLE} WHERE id IN ({marks})", values)  # noqa: S608 - marks only

"""Removing rows from the inbox: in chunks between the writer's batches, so that no answer waits for it."""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime

from fiilis.intake.models import InboxRow, RemovalRequest
from fiilis.intake.writer import Writer

CHUNK = 500


def carry_out(writer: Writer) -> int:
    """Carry out the requests that stand in the main database; return how many rows were removed.

    Not for the writer's own thread: it looks for the rows here, and the writer only removes them by number.
    """
    removed = 0
    for request in RemovalRequest.objects.order_by("pk"):
        if request.through_seq is not None and request.received_before is not None:
            through, before = request.through_seq, request.received_before
            removed += _until_none(writer, lambda through=through, before=before: _old(through, before))  # type: ignore[misc]
        response_ids = [uuid.UUID(text) for text in request.response_ids]
        for start in range(0, len(response_ids), CHUNK):
            part = response_ids[start : start + CHUNK]
            removed += _until_none(writer, lambda part=part: _of(part))  # type: ignore[misc]
        request.delete()
    return removed


def _until_none(writer: Writer, find: Callable[[], list[int]]) -> int:
    total = 0
    while seqs := find():
        total += writer.do(lambda database, seqs=seqs: database.remove(seqs))  # type: ignore[misc]
    return total


def _old(through: int, before: datetime) -> list[int]:
    """Find a chunk of digested rows that are old enough, by the index on received_at."""
    rows = InboxRow.objects.filter(received_at__lt=before, seq__lte=through).order_by("received_at")
    return list(rows.values_list("seq", flat=True)[:CHUNK])


def _of(response_ids: Iterable[uuid.UUID]) -> list[int]:
    """Find a chunk of rows of some responses: all revisions."""
    return list(InboxRow.objects.filter(id__in=list(response_ids)).values_list("seq", flat=True)[:CHUNK])

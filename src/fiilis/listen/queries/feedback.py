"""Reads of feedback: what people may see, and whole batches for the machines that make facts of it.

Feedback of an import is seen when the import is complete, and no more once it is being undone.
"""

import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from fiilis.core.errors import NotFound
from fiilis.core.models import Workspace
from fiilis.listen.models import Feedback, Import

STREAM = 2000  # rows read at once from an import


@dataclass(frozen=True, slots=True)
class FeedbackRow:
    """One feedback. `answers` maps question id to number, code, list of codes or redacted text."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    survey_id: uuid.UUID | None
    version: int
    touchpoint_id: uuid.UUID | None
    person_id: uuid.UUID | None
    import_id: uuid.UUID | None
    import_row: int | None
    side: str
    channel: str
    source: str
    language: str
    at: datetime
    delay_seconds: int | None
    weight: float
    cluster: str
    answers: dict[str, Any]
    attributes: dict[str, str]


# In the order of FeedbackRow's fields.
_FIELDS = (
    "id", "workspace_id", "survey_id", "version", "touchpoint_id", "person_id", "imported_by_id", "import_row", "side",
    "channel", "source", "language", "at", "delay_seconds", "weight", "cluster", "answers",
    "attributes",
)  # fmt: skip


def newest(*, workspace: Workspace, limit: int = 20) -> list[FeedbackRow]:
    """Return the newest feedback that may be seen, at most `limit`, newest first (one statement)."""
    found = Feedback.objects.of(workspace).filter(_visible(workspace)).order_by("-at", "-id")
    return _rows(found[:limit])


def one(*, workspace: Workspace, feedback_id: uuid.UUID) -> FeedbackRow:
    """Return one feedback that may be seen; raises NotFound."""
    found = _rows(Feedback.objects.of(workspace).filter(_visible(workspace), pk=feedback_id))
    if not found:
        raise NotFound()
    return found[0]


def first_of_survey(*, workspace: Workspace, survey_id: uuid.UUID, since: datetime) -> FeedbackRow | None:
    """Return the first answer given to a survey since a moment (its making: the index on time bounds the search)."""
    found = Feedback.objects.of(workspace).filter(survey_id=survey_id, imported_by=None, at__gte=since)
    return next(iter(_rows(found.order_by("at", "id")[:1])), None)


def count_of_source(*, workspace: Workspace, survey_id: uuid.UUID, source: str, since: datetime) -> int:
    """Return how many answers to a survey carry a source tag, given since a moment; imported ones aren't counted."""
    found = Feedback.objects.of(workspace).filter(survey_id=survey_id, imported_by=None, at__gte=since)
    return found.filter(source=source).count()


def received(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, FeedbackRow]:
    """Return those of the feedback asked for that exist and may be seen, whosever they are. For machines only."""
    every = Feedback.objects.across_workspaces(reason="one batch of events holds many workspaces' feedback")
    seen = Q(imported_by=None) | Q(imported_by__status=Import.Status.COMPLETE)
    return {row.id: row for row in _rows(every.filter(seen, pk__in=ids))}


def of_import(*, workspace_id: uuid.UUID, import_id: uuid.UUID) -> Iterator[list[FeedbackRow]]:
    """Yield all feedback of a complete import in parts, in the file's order; nothing for any other.

    Each part is a read of its own: a long import keeps no read open, which would make SQLite's log grow.
    """
    complete = Import.objects.of(workspace_id).filter(pk=import_id, status=Import.Status.COMPLETE)
    if not complete.exists():
        return
    after = 0
    while True:
        part = _rows(
            Feedback.objects.of(workspace_id)
            .filter(imported_by_id=import_id, import_row__gt=after)
            .order_by("import_row")[:STREAM]
        )
        if not part:
            return
        yield part
        after = part[-1].import_row or 0


def _visible(workspace: Workspace) -> Q:
    hidden = Import.objects.of(workspace).exclude(status=Import.Status.COMPLETE).values("pk")
    return Q(imported_by=None) | ~Q(imported_by__in=hidden)


def _rows(found: QuerySet[Feedback]) -> list[FeedbackRow]:
    return [FeedbackRow(*row) for row in found.values_list(*_FIELDS)]

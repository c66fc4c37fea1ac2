"""Handing all answers over to the facts anew: after a restore, or when the lake was lost."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q

from fiilis.core import outbox
from fiilis.core.models import Workspace
from fiilis.listen.events import FeedbackReceived, Received
from fiilis.listen.models import Feedback, Import

CHUNK = 500


def rebuild_facts() -> int:
    """Emit every visible feedback as if it had just changed; return how many. Repeating changes nothing."""
    total = 0
    for workspace in Workspace.objects.order_by("created_at"):
        for items in _chunks(workspace):
            with transaction.atomic():
                outbox.emit(workspace=workspace, event=FeedbackReceived(items=items))
            total += len(items)
    return total


def _chunks(workspace: Workspace) -> Iterator[tuple[Received, ...]]:
    visible = Q(imported_by=None) | Q(imported_by__status=Import.Status.COMPLETE)
    rows = Feedback.objects.of(workspace).filter(visible).order_by("pk").values_list("pk", "answers")
    chunk: list[Received] = []
    for pk, answers in rows.iterator(chunk_size=CHUNK):
        chunk.append(Received(pk, tuple(answers), changed=True))
        if len(chunk) == CHUNK:
            yield tuple(chunk)
            chunk = []
    if chunk:
        yield tuple(chunk)

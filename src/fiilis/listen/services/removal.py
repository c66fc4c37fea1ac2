"""Removing answers that were given to try a survey: from the database, the facts and the inbox."""

import uuid

from django.db import transaction

from fiilis.core import audit, outbox
from fiilis.core.models import User, Workspace
from fiilis.intake import services as intake
from fiilis.listen.events import FeedbackErased
from fiilis.listen.models import Feedback
from fiilis.listen.services import surveys

MOST = 500
"""Removed in one transaction; more than anybody tries by hand."""


def remove_of_source(*, workspace: Workspace, survey_id: uuid.UUID, source: str, by: User | str) -> int:
    """Remove the answers to one survey that carry one source tag, at most MOST, oldest first; return how many.

    Imported answers stay: an import is undone as a whole. Someone who still has the survey open and goes on answering
    after the removal makes a new answer. Raises NotFound for a survey of nobody's or another's.
    """
    with transaction.atomic():
        survey = surveys.locked(workspace, survey_id)
        # Counted from the survey's making: bounded by the index on time, however long the history.
        rows = Feedback.objects.of(workspace).filter(
            survey_id=survey.pk, source=source, imported_by=None, at__gte=survey.created_at
        )
        found = list(rows.order_by("at").values_list("id", "inbox_id")[:MOST])
        if not found:
            return 0
        ids = tuple(feedback_id for feedback_id, _inbox in found)
        Feedback.objects.of(workspace).filter(pk__in=ids).delete()
        intake.request_erasure(response_ids=[inbox_id for _id, inbox_id in found if inbox_id is not None])
        outbox.emit(workspace=workspace, event=FeedbackErased(ids=ids))
        audit.record(
            workspace=workspace, by=by, verb="removed", kind="answers", target_id=survey.pk,
            target_name=survey.name, summary={"source": source, "answers": len(ids)},
        )  # fmt: skip
    return len(ids)

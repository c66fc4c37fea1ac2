"""What the rooms above ask of intake: push a snapshot down, remove rows from the inbox."""

import uuid
from collections.abc import Iterable
from datetime import timedelta

import msgspec
from django.db import transaction
from django.db.models import F

from fiilis.core import clock
from fiilis.intake.models import Epoch, PublishedSurvey, RemovalRequest
from fiilis.intake.types import Snapshot

KEPT = timedelta(days=7)


def publish(snapshot: Snapshot) -> None:
    """Push a survey's snapshot down to the door; every web process has it within about a second.

    Call it in the transaction that publishes, opens or closes the survey.
    """
    with transaction.atomic():
        PublishedSurvey.objects.update_or_create(
            code=snapshot.code,
            defaults={"survey_id": snapshot.survey_id, "snapshot": msgspec.to_builtins(snapshot)},
        )
        Epoch.objects.get_or_create(pk=1)
        Epoch.objects.filter(pk=1).update(number=F("number") + 1)


def request_purge(*, through_seq: int) -> None:
    """Ask the writer to remove the raw rows up to `through_seq` (digested) that are older than 7 days."""
    RemovalRequest.objects.create(through_seq=through_seq, received_before=clock.now() - KEPT)


def request_erasure(*, response_ids: Iterable[uuid.UUID]) -> None:
    """Ask the writer to remove all revisions of these responses, however new."""
    RemovalRequest.objects.create(response_ids=[str(response_id) for response_id in response_ids])

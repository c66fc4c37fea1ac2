"""Intake's rows: the inbox (its own file on SQLite), published snapshots, and requests to remove rows."""

from django.db import models

from fiilis.core import clock
from fiilis.core.models import TransactionId


class InboxRow(models.Model):
    """One stored post. Rows of one key share `id`; `answers` is cumulative, so the highest revision tells all.

    Written by intake's writer only, in raw SQL; read by the digest through `queries`.
    """

    seq = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=TransactionId())
    id = models.UUIDField()
    key = models.UUIDField()
    revision = models.PositiveIntegerField()
    workspace_id = models.UUIDField()
    survey_id = models.UUIDField()
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    channel = models.CharField(max_length=10)
    language = models.CharField(max_length=5)
    source = models.CharField(max_length=60)
    done = models.BooleanField()
    event_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    # What was posted, hashed: tells a repeated post from another one under the same key and revision.
    posted = models.CharField(max_length=32)
    answers = models.TextField()
    # JSON of name to value; empty when there are none, as in nearly every post. Cumulative as the answers are.
    attributes = models.TextField(default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "survey_id", "revision"], name="intake_key_revision_once")
        ]
        # serves core.tail on PostgreSQL and the purge
        indexes = [
            models.Index(fields=["xid", "seq"], name="intake_inbox_xid"),
            models.Index(fields=["received_at"], name="intake_inbox_received"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} r{self.revision}"


class PublishedSurvey(models.Model):
    """A snapshot as it was pushed down when a survey was published, opened or closed."""

    code = models.CharField(max_length=20, primary_key=True)
    survey_id = models.UUIDField(unique=True)
    snapshot = models.JSONField()

    def __str__(self) -> str:
        return self.code


class Epoch(models.Model):
    """One row whose number rises with each push: what a web process asks each second."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class RemovalRequest(models.Model):
    """What intake's writer shall remove from the inbox: digested rows that have grown old, or a person's responses."""

    id = models.BigAutoField(primary_key=True)
    through_seq = models.BigIntegerField(null=True)
    received_before = models.DateTimeField(null=True)
    response_ids = models.JSONField(default=list)
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"removal {self.pk}"

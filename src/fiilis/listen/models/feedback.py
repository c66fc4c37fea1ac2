"""Feedback: one thing said at a touchpoint."""

from django.db import models

from fiilis.core import clock, ids
from fiilis.core.scoped import ScopedModel
from fiilis.listen.types import Channel, Side


class Feedback(ScopedModel):
    """A response, ticket, review, interview note or button press, with its answers.

    `answers` maps question id to value: a number for scales, a code, a list of codes, or redacted text. The facts in
    the warehouse are made from it; nothing is computed over this table.

    Digest and imports write it by the thousand, so it carries few indexes: workspace and import begin other ones, and
    a survey or touchpoint is deleted so rarely that a scan may look for its feedback.
    """

    workspace = models.ForeignKey("core.Workspace", on_delete=models.CASCADE, related_name="+", db_index=False)
    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    # The inbox's response id: a repeated digest finds it here. None for imports.
    inbox_id = models.UUIDField(null=True, unique=True)
    revision = models.PositiveIntegerField(default=1)
    survey = models.ForeignKey("listen.Survey", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=0)
    imported_by = models.ForeignKey(
        "listen.Import", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The row of the file: an interrupted import that starts over makes no doubles.
    import_row = models.PositiveIntegerField(null=True)
    person = models.ForeignKey("ecosystem.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    touchpoint = models.ForeignKey(
        "ecosystem.Touchpoint", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    side = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Side], default=Side.CUSTOMER)
    channel = models.CharField(max_length=8, choices=[(c.value, c.value) for c in Channel])
    source = models.CharField(max_length=60, blank=True, default="")
    language = models.CharField(max_length=5, blank=True, default="")
    at = models.DateTimeField()
    event_at = models.DateTimeField(null=True)
    # Seconds from the event to the answer, kept for ever: fresh answers are compared with late ones.
    delay_seconds = models.BigIntegerField(null=True)
    weight = models.FloatField(default=1.0)
    cluster = models.CharField(max_length=60, blank=True, default="")
    answers = models.JSONField(default=dict)
    # What is known of the surroundings (core.attributes says the limits), with personal data removed.
    attributes = models.JSONField(default=dict)
    done = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["imported_by", "import_row"], name="listen_import_row_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="listen_feedback_weight"),
        ]
        # serves the reading list: newest first inside a workspace
        indexes = [models.Index(fields=["workspace", "-at"], name="listen_feedback_newest")]

    def __str__(self) -> str:
        return str(self.pk)

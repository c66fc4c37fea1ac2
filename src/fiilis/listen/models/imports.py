"""Imports: a file of answers that becomes visible when it is complete, and can be undone as a whole."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fiilis.core import clock, ids
from fiilis.core.scoped import ScopedModel


class Import(ScopedModel):
    """One file read with one mapping."""

    class Status(models.TextChoices):
        """Only a complete import's answers are seen."""

        RUNNING = "running", _("Running")
        COMPLETE = "complete", _("Complete")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    survey = models.ForeignKey("listen.Survey", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    file_name = models.CharField(max_length=200)
    # Of file and mapping together: the same file with the same mapping is the same import.
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RUNNING)
    rows_total = models.PositiveIntegerField()
    rows_done = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)
    by = models.CharField(max_length=120)
    began_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # An undone import may be repeated; a running or complete one resumes or is refused.
            models.UniqueConstraint(
                fields=["workspace", "digest"],
                condition=models.Q(status__in=["running", "complete", "undoing"]),
                name="listen_import_once",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

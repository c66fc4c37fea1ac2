"""Uploads: a file that somebody has sent and the worker reads, until it has become an import."""

from django.db import models

from fiilis.core import clock, ids
from fiilis.core.scoped import ScopedModel


class Upload(ScopedModel):
    """One file on its way. The file itself stands in a private folder for at most a week."""

    class Status(models.TextChoices):
        """What is done with it, or what it waits for."""

        READING = "reading"  # the worker makes a plain table of it and guesses its columns
        LOOKING = "looking"  # the worker reads the table with the columns chosen
        READY = "ready"  # somebody looks at what would be imported
        IMPORTING = "importing"  # the worker imports
        DONE = "done"
        BROKEN = "broken"  # it can't be read; `fault` says why

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    file_name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.READING)
    # Rises with each request, so that the worker's late answer to an earlier one is dropped.
    turn = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=5)
    table = models.JSONField(default=dict)  # tables.Table
    where = models.JSONField(default=dict)  # how to read it anew: sheet, skip, head
    choices = models.JSONField(default=dict)  # chosen.Choices
    remembered = models.BooleanField(default=False)
    report = models.JSONField(default=dict)
    fault = models.TextField(blank=True, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    accept_refused = models.BooleanField(default=False)
    imported = models.ForeignKey("listen.Import", null=True, on_delete=models.SET_NULL, related_name="+")
    by_user = models.UUIDField(null=True)
    by = models.CharField(max_length=120)
    made_at = models.DateTimeField(default=clock.now)
    files_gone = models.BooleanField(default=False)

    class Meta(ScopedModel.Meta):
        abstract = False
        # serves the worker, which looks for work ten times a second
        indexes = [models.Index(fields=["status", "made_at"], name="listen_upload_waiting")]

    def __str__(self) -> str:
        return self.file_name


class RememberedColumns(ScopedModel):
    """What was chosen for the last file with these columns."""

    id = models.BigAutoField(primary_key=True)
    signature = models.CharField(max_length=64)
    choices = models.JSONField()
    at = models.DateTimeField(default=clock.now)

    class Meta(ScopedModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["workspace", "signature"], name="listen_columns_remembered_once")
        ]

    def __str__(self) -> str:
        return self.signature

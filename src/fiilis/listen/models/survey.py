"""Surveys: a draft that changes, and published versions that never do."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from fiilis.core import clock, ids
from fiilis.core.scoped import ScopedModel


class Survey(ScopedModel):
    """What is asked. `draft` is a `types.Definition` as JSON; answers are checked against published versions only."""

    class Status(models.TextChoices):
        """Where a survey stands in its life."""

        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    # Stands in public links; says nothing about the workspace.
    code = models.CharField(max_length=20, unique=True, default=ids.public_code)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    draft = models.JSONField(default=dict)
    # The number of the version that is asked now; 0: none published yet.
    current = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="listen_survey_name_once")]

    def __str__(self) -> str:
        return self.name


class Version(ScopedModel):
    """A published survey. Never changes: services only ever create one."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField(default=clock.now)
    published_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="listen_version_once")]

    def __str__(self) -> str:
        return f"{self.survey_id} v{self.number}"

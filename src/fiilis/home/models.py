"""What home keeps itself: how far the first steps of a workspace have come."""

from django.db import models

from fiilis.core import clock, ids
from fiilis.core.scoped import ScopedModel


class Start(ScopedModel):
    """What the five first steps can't read from elsewhere. A workspace that never took them has no row."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    languages = models.JSONField(default=list)  # in which customers are asked
    customers = models.PositiveIntegerField(default=0)  # a month, as the owner said; 0: not said
    rate = models.PositiveSmallIntegerField(default=0)  # per cent who answer, as the owner said; 0: not said
    survey_id = models.UUIDField(null=True)  # the survey that the third step made
    placed_at = models.DateTimeField(null=True)  # the fourth step was seen and left
    answered_at = models.DateTimeField(null=True)  # the fifth was done, though its answers are removed by now
    created_at = models.DateTimeField(default=clock.now)

    class Meta(ScopedModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["workspace"], name="home_start_once")]

    def __str__(self) -> str:
        return f"first steps of {self.workspace_id}"

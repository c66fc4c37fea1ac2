"""What the platform remembers of a made-up shop: its seal, and how far its weeks have been played."""

from django.db import models

from fiilis.core import clock, ids
from fiilis.core.scoped import ScopedModel


class Simulation(ScopedModel):
    """One workspace's made-up shop.

    `sealed` is what lies in the shell and is shown to nobody before `opened_at`; `digest` is its SHA-256. `week` is the
    next week to be played (None: nothing is played), counted as the settings count; `until` the last. From
    `broken_from` on a carrier is late everywhere. `lives_until`: till then a new answer comes every few seconds.
    """

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    sealed = models.TextField()
    digest = models.CharField(max_length=64)
    opened_at = models.DateTimeField(null=True)
    key = models.JSONField(null=True)
    survey_code = models.CharField(max_length=32, blank=True, default="")
    week = models.IntegerField(null=True)
    until = models.IntegerField(default=0)
    rewound = models.BooleanField(default=True)
    broken_from = models.IntegerField(null=True)
    next_at = models.DateTimeField(default=clock.now)
    lives_until = models.DateTimeField(null=True)
    said_live = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="simulate_one_a_workspace")]

    def __str__(self) -> str:
        return self.digest

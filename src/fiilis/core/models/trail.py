"""What was done and who looked: the audit trail of writes and the access log of personal data."""

from django.db import models

from fiilis.core import clock
from fiilis.core.scoped import ScopedModel


class AuditEntry(ScopedModel):
    """One write: who did what to which thing. Never holds a secret or a customer's text."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    # The user's id and name as they were; empty for machines, whose name stands in `by`.
    user_id = models.UUIDField(null=True)
    by = models.CharField(max_length=120)
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    target_id = models.CharField(max_length=60, blank=True, default="")
    target_name = models.CharField(max_length=200, blank=True, default="")
    summary = models.JSONField(default=dict)

    class Meta(ScopedModel.Meta):
        abstract = False
        # serves the audit page: newest first inside a workspace
        indexes = [models.Index(fields=["workspace", "-id"], name="core_audit_newest")]

    def __str__(self) -> str:
        return f"{self.by} {self.verb} {self.kind} {self.target_name}"


class AccessEntry(ScopedModel):
    """One look at personal data: who looked, at whom, on which page."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    user_id = models.UUIDField(null=True)
    by = models.CharField(max_length=120)
    person_id = models.UUIDField()
    purpose = models.CharField(max_length=60)

    class Meta(ScopedModel.Meta):
        abstract = False
        # serves a person's own page: who has opened my data
        indexes = [models.Index(fields=["workspace", "person_id", "-id"], name="core_access_person")]

    def __str__(self) -> str:
        return f"{self.by} saw {self.person_id} for {self.purpose}"

"""Links that let someone in once."""

from django.db import models

from fiilis.core import clock, ids
from fiilis.core.models import User


class SignInLink(models.Model):
    """A link that works once and for a while. Only the token's hash is kept."""

    class Purpose(models.TextChoices):
        """What the link is for."""

        DEMO = "demo"  # signs in without a password; only in demo mode
        WELCOME = "welcome"  # a new member chooses a password

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.purpose} of {self.user_id}"

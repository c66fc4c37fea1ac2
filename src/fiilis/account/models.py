"""Links that let someone in once, and how an organisation looks to its customers."""

from django.db import models

from fiilis.core import clock, ids
from fiilis.core.models import User
from fiilis.core.scoped import ScopedModel


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


class Branding(ScopedModel):
    """An organisation's logo and colour, as its customers see them. Without a row: its name and Fiilis' own blue."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    accent = models.CharField(max_length=7, blank=True, default="")  # #rrggbb; empty: our blue
    logo = models.BinaryField(default=bytes)  # WebP of at most 8 kB; empty: the name
    logo_width = models.PositiveSmallIntegerField(default=0)
    logo_height = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta(ScopedModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["workspace"], name="account_branding_once")]

    def __str__(self) -> str:
        return f"look of {self.workspace_id}"

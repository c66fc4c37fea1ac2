"""Who: workspaces, users and what role a user has in a workspace."""

import uuid
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from fiilis.core import clock, ids


class Workspace(models.Model):
    """One organisation's data. Everything belongs to one."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=5, default="fi")
    time_zone = models.CharField(max_length=60, default="Europe/Helsinki")
    # Shown on every page of a demo: "Real data", "Made-up data"; empty in ordinary workspaces.
    data_note = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this workspace's days begin."""
        return ZoneInfo(self.time_zone)


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail address is the name."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create a user with a hashed password (none: can't sign in with one)."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """Create a user who may see every workspace's settings (not their data)."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in. What she may do is said by her memberships."""

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=5, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """Return what the person is called (Django's name for it)."""
        return str(self)


class Role(models.TextChoices):
    """What a member is for; what each role may do is said in `core.permissions`."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    ANALYST = "analyst", _("Analyst")
    AGENT = "agent", _("Agent")
    PARTNER = "partner", _("Partner")


class Membership(models.Model):
    """One user's role in one workspace. Not a ScopedModel: sign-in asks for a user's memberships of all workspaces."""

    id: uuid.UUID = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)  # type: ignore[assignment]
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="core_membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="core_membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"

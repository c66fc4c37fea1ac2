"""Workspace separation in one place: a manager that refuses every query that names no workspace."""

import uuid
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from fiilis.core.models import Workspace

M = TypeVar("M", bound=models.Model)


class UnscopedQuery(Exception):
    """Code asked a scoped model for rows without saying whose. A programming error, never shown to a user."""


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that remembers its workspace, so that what is created through it belongs to the same one."""

    _workspace_id: uuid.UUID | None = None

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]  # Django's private hook, untyped in the stubs
        clone._workspace_id = self._workspace_id
        return clone

    def create(self, **kwargs: Any) -> M:
        """Create a row in the queryset's workspace."""
        return super().create(**{"workspace_id": self._workspace_id, **kwargs})


class ScopedManager(models.Manager[M]):
    """`Model.objects.of(workspace)` is the only way in; `Model.objects.all()` raises `UnscopedQuery`."""

    def get_queryset(self) -> NoReturn:
        """Refuse: the caller named no workspace."""
        raise UnscopedQuery(f"{self.model.__name__}.objects needs a workspace: use .of(workspace)")

    def of(self, workspace: "Workspace | uuid.UUID") -> ScopedQuerySet[M]:
        """Return the rows of one workspace (a Workspace or its id)."""
        workspace_id = workspace if isinstance(workspace, uuid.UUID) else getattr(workspace, "pk", None)
        if not isinstance(workspace_id, uuid.UUID):
            raise UnscopedQuery(f"{self.model.__name__}.objects.of() takes a Workspace or its id")
        rows: ScopedQuerySet[M] = ScopedQuerySet(self.model, using=self._db).filter(workspace_id=workspace_id)
        rows._workspace_id = workspace_id
        return rows

    def across_workspaces(self, *, reason: str) -> models.QuerySet[M]:
        """Return the rows of all workspaces, for machines only (worker, doctor). The reason stands in the code."""
        if not reason:
            raise UnscopedQuery("reading across workspaces needs a reason")
        return models.QuerySet(self.model, using=self._db)


class ScopedModel(models.Model):
    """A row that belongs to one workspace."""

    workspace = models.ForeignKey("core.Workspace", on_delete=models.CASCADE, related_name="+")

    objects = ScopedManager()

    class Meta:
        abstract = True

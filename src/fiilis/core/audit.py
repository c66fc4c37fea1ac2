"""The audit trail of writes and the access log of personal data."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from fiilis.core.models import AccessEntry, AuditEntry, User, Workspace


def record(
    *,
    workspace: Workspace | uuid.UUID,
    by: User | str,
    verb: str,
    kind: str,
    target_id: object = "",
    target_name: str = "",
    summary: Mapping[str, Any] | None = None,
) -> None:
    """Write one audit line in the caller's transaction. `by` is the user, or a machine's name ("worker", "command")."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"the audit line of {verb} {kind} must stand in the transaction of the write")
    user_id, name = _who(by)
    AuditEntry.objects.of(_workspace_id(workspace)).create(
        user_id=user_id,
        by=name,
        verb=verb,
        kind=kind,
        target_id=str(target_id),
        target_name=target_name[:200],
        summary=dict(summary or {}),
    )


def accessed(*, workspace: Workspace | uuid.UUID, by: User | str, person_id: uuid.UUID, purpose: str) -> None:
    """Write that somebody looked at a person's data."""
    user_id, name = _who(by)
    AccessEntry.objects.of(_workspace_id(workspace)).create(
        user_id=user_id, by=name, person_id=person_id, purpose=purpose
    )


def _who(by: User | str) -> tuple[uuid.UUID | None, str]:
    return (None, by[:120]) if isinstance(by, str) else (by.pk, str(by)[:120])


def _workspace_id(workspace: Workspace | uuid.UUID) -> uuid.UUID:
    return workspace if isinstance(workspace, uuid.UUID) else workspace.pk

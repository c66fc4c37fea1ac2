"""Core's tables."""

from fiilis.core.models.identity import Membership, Role, User, Workspace
from fiilis.core.models.machinery import Cursor, Lease, LiveTopic, OutboxEvent, ScheduledRun, TransactionId
from fiilis.core.models.trail import AccessEntry, AuditEntry

__all__ = [
    "AccessEntry",
    "AuditEntry",
    "Cursor",
    "Lease",
    "LiveTopic",
    "Membership",
    "OutboxEvent",
    "Role",
    "ScheduledRun",
    "TransactionId",
    "User",
    "Workspace",
]

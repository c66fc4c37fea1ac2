"""Writes many Feedback rows in one statement: the digest's and the imports' common road into the table."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fiilis.core import bulk
from fiilis.listen.models import Feedback

# One object for all rows that have none: what is the same in each row is written out once.
NOTHING: dict[str, str] = {}


class Row(NamedTuple):
    """One Feedback, its fields in the order of COLUMNS."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    created_at: datetime
    survey_id: uuid.UUID
    version: int
    channel: str
    source: str
    language: str
    at: datetime
    event_at: datetime | None
    delay_seconds: int | None
    answers: dict[str, Any]
    touchpoint_id: uuid.UUID | None
    inbox_id: uuid.UUID | None = None
    revision: int = 1
    done: bool = True
    imported_by_id: uuid.UUID | None = None
    import_row: int | None = None
    person_id: uuid.UUID | None = None
    side: str = "customer"
    weight: float = 1.0
    cluster: str = ""
    attributes: dict[str, str] = NOTHING


COLUMNS = Row._fields
# What a later revision of the same answer may change.
REVISED = (
    "version", "channel", "source", "language", "at", "event_at", "delay_seconds", "answers", "touchpoint_id",
    "revision", "done", "attributes",
)  # fmt: skip


def insertion(rows: Sequence[Row]) -> bulk.Statement:
    """Prepare the insertion of rows that must all be new.

    Running it raises IntegrityError for an inbox id, or a row of an import's file, that exists.
    """
    return bulk.insertion(Feedback, COLUMNS, rows)


def upsert(rows: Sequence[Row]) -> bulk.Statement:
    """Prepare to insert rows or, where their inbox id exists, to put the revised fields in the old ones' place."""
    changes = ", ".join(f"{column} = excluded.{column}" for column in REVISED)
    return bulk.insertion(Feedback, COLUMNS, rows, conflict=f"ON CONFLICT (inbox_id) DO UPDATE SET {changes}")


def delay(at: datetime, event_at: datetime | None) -> int | None:
    """Return whole seconds from the event to the answer, never below zero (a customer's clock may run ahead)."""
    return None if event_at is None else max(0, round((at - event_at).total_seconds()))

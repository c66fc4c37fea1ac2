"""Reading the inbox by cursor, for the digest."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connections

from fiilis.core import tail
from fiilis.intake import router
from fiilis.intake.models import InboxRow
from fiilis.intake.types import InboxItem

_COLUMNS = (
    "id",
    "revision",
    "workspace_id",
    "survey_id",
    "version",
    "kind",
    "channel",
    "language",
    "source",
    "done",
    "event_at",
    "received_at",
    "answers",
    "attributes",
)


def read(position: tail.Position, limit: int) -> tuple[list[InboxItem], tail.Position]:
    """Return at most `limit` rows behind `position`, in order, and the position behind them."""
    page = tail.read(
        using=router.alias(), table=InboxRow._meta.db_table, columns=_COLUMNS, position=position, limit=limit
    )
    return [_item(row) for row in page.rows], page.position


def backlog(position: tail.Position) -> int:
    """Return how many rows wait behind `position` (on PostgreSQL about)."""
    return InboxRow.objects.filter(seq__gt=position.after).count()


def newest_seq() -> int:
    """Return the highest number in the inbox, 0 when it is empty."""
    with connections[router.alias()].cursor() as cursor:
        cursor.execute(f"SELECT max(seq) FROM {InboxRow._meta.db_table}")  # noqa: S608 - our table's name
        return int(cursor.fetchone()[0] or 0)


def _moment(value: Any) -> datetime | None:
    """SQLite gives a moment in UTC without its zone, PostgreSQL one with it."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


def _item(row: tuple[Any, ...]) -> InboxItem:
    seq, _xid, response, revision, workspace, survey, version, kind, channel, language, source, *rest = row
    done, event_at, received_at, answers, attributes = rest
    received = _moment(received_at)
    if received is None:
        raise ValueError(f"inbox row {seq} has no time")
    return InboxItem(
        seq=seq,
        id=_uuid(response),
        revision=revision,
        workspace_id=_uuid(workspace),
        survey_id=_uuid(survey),
        version=version,
        kind=kind,
        channel=channel,
        language=language,
        source=source,
        done=bool(done),
        event_at=_moment(event_at),
        received_at=received,
        answers=msgspec.json.decode(answers),
        attributes=msgspec.json.decode(attributes) if attributes else {},
    )

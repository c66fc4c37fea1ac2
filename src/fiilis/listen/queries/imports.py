"""Reads of imports."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fiilis.core.errors import NotFound
from fiilis.core.models import Workspace
from fiilis.listen.models import Import


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import as a list shows it. `rows` are lines of the file."""

    id: uuid.UUID
    file_name: str
    survey: str
    version: int
    status: str
    rows_total: int
    rows_done: int
    report: dict[str, Any]
    by: str
    began_at: datetime
    ended_at: datetime | None


def imports(*, workspace: Workspace) -> list[ImportRow]:
    """Return the workspace's imports, newest first."""
    found = Import.objects.of(workspace).select_related("survey").order_by("-began_at", "-id")
    return [_row(one) for one in found]


def import_by_id(*, workspace: Workspace, import_id: uuid.UUID) -> ImportRow:
    """Return one import; raises NotFound."""
    found = Import.objects.of(workspace).select_related("survey").filter(pk=import_id).first()
    if found is None:
        raise NotFound()
    return _row(found)


def _row(found: Import) -> ImportRow:
    return ImportRow(
        id=found.pk,
        file_name=found.file_name,
        survey=found.survey.name,
        version=found.version,
        status=found.status,
        rows_total=found.rows_total,
        rows_done=found.rows_done,
        report=found.report,
        by=found.by,
        began_at=found.began_at,
        ended_at=found.ended_at,
    )

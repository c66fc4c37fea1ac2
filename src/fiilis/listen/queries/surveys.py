"""Reads of surveys and their published versions."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from fiilis.core.errors import NotFound
from fiilis.core.models import Workspace
from fiilis.listen.models import Survey, Version
from fiilis.listen.types import Definition
from fiilis.warehouse import query


@dataclass(frozen=True, slots=True)
class SurveyRow:
    """One line of the list. `version` is the number of the version asked now, 0 before the first."""

    id: uuid.UUID
    code: str
    name: str
    status: str
    version: int
    languages: tuple[str, ...]
    questions: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One published version."""

    number: int
    definition: Definition
    published_at: datetime
    published_by: str


@dataclass(frozen=True, slots=True)
class Hosted:
    """A survey as its public page needs it. `definition` is None before the first version."""

    survey_id: uuid.UUID
    workspace_id: uuid.UUID
    code: str
    is_open: bool
    version: int
    definition: Definition | None
    organisation: str


def read(raw: Any) -> Definition:
    """Return a stored definition as its frozen struct. Raises msgspec.ValidationError on JSON of another shape."""
    return msgspec.convert(raw, Definition)


def surveys(*, workspace: Workspace) -> list[SurveyRow]:
    """Return the workspace's surveys, last changed first."""
    return [
        SurveyRow(
            id=survey.pk,
            code=survey.code,
            name=survey.name,
            status=survey.status,
            version=survey.current,
            languages=tuple(survey.draft["languages"]),
            questions=len(survey.draft["questions"]),
            changed_at=survey.changed_at,
        )
        for survey in Survey.objects.of(workspace).order_by("-changed_at", "name")
    ]


def answer_counts(*, workspace: Workspace) -> dict[uuid.UUID, int]:
    """Return how many have answered each survey, from the facts: surveys without answers aren't among the keys."""
    rows = query.run("surveys", workspace=workspace).rows
    return {uuid.UUID(row["survey"]): row["n_feedback"] for row in rows}


def survey(*, workspace: Workspace, survey_id: uuid.UUID) -> Survey:
    """Return one survey of the workspace; raises NotFound for any other."""
    found = Survey.objects.of(workspace).filter(pk=survey_id).first()
    if found is None:
        raise NotFound()
    return found


def draft(found: Survey) -> Definition:
    """Return what the survey's editor holds."""
    return read(found.draft)


def versions(*, workspace: Workspace, survey_id: uuid.UUID) -> list[VersionRow]:
    """Return the published versions of one survey, newest first."""
    rows = Version.objects.of(workspace).filter(survey_id=survey_id).order_by("-number")
    return [VersionRow(row.number, read(row.definition), row.published_at, row.published_by) for row in rows]


def version(*, workspace: Workspace, survey_id: uuid.UUID, number: int) -> Definition:
    """Return one published version; raises NotFound when there is none."""
    row = Version.objects.of(workspace).filter(survey_id=survey_id, number=number).first()
    if row is None:
        raise NotFound()
    return read(row.definition)


def hosted(*, code: str) -> Hosted | None:
    """Return the survey behind a public address, or None. The code alone opens it: whoever has the link may answer."""
    if not (code.isascii() and code.isalnum()):
        return None  # no code of ours; PostgreSQL would stumble over a NUL
    found = (
        Survey.objects.across_workspaces(reason="a public link names no workspace")
        .select_related("workspace")
        .filter(code=code)
        .first()
    )
    if found is None:
        return None
    row = Version.objects.of(found.workspace_id).filter(survey=found, number=found.current).first()
    return Hosted(
        survey_id=found.pk,
        workspace_id=found.workspace_id,
        code=found.code,
        is_open=found.status == Survey.Status.OPEN,
        version=found.current,
        definition=read(row.definition) if row else None,
        organisation=found.workspace.name,
    )

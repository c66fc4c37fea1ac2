"""Turns published versions into the limits that intake checks answers against."""

import uuid
from collections.abc import Iterable

from fiilis.intake.types import CompiledQuestion, CompiledVersion, Snapshot, ValueKind
from fiilis.listen import wordings
from fiilis.listen.types import NUMERIC, TEXTUAL, Definition, Kind, Question


def snapshot(
    *,
    code: str,
    survey_id: uuid.UUID,
    workspace_id: uuid.UUID,
    is_open: bool,
    languages: Iterable[str],
    versions: Iterable[tuple[int, Definition]],
) -> Snapshot:
    """Return a survey as intake knows it; `versions` are all published ones, number first."""
    return Snapshot(
        code=code,
        survey_id=survey_id,
        workspace_id=workspace_id,
        is_open=is_open,
        languages=tuple(languages),
        thanks_path=f"/s/{code}/thanks",
        form_path=f"/s/{code}",
        versions=tuple(
            CompiledVersion(number=number, questions=tuple(compiled(q) for q in definition.questions))
            for number, definition in versions
        ),
    )


def compiled(question: Question) -> CompiledQuestion:
    """Return what an answer to one question may be."""
    if question.kind in NUMERIC:
        return CompiledQuestion(id=question.id, kind=ValueKind.NUMBER, low=question.low, high=question.high)
    if question.kind in TEXTUAL:
        return CompiledQuestion(id=question.id, kind=ValueKind.TEXT, max_length=question.max_length)
    kind = ValueKind.CODES if question.kind is Kind.MULTIPLE else ValueKind.CODE
    codes = tuple(option.code for option in wordings.choices(question))
    return CompiledQuestion(id=question.id, kind=kind, codes=codes)

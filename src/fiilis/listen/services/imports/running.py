"""The import itself: chunk by chunk under one Import, resumed after an interruption, visible when complete, undone as
a whole."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiilis.core import audit, clock, ids, outbox
from fiilis.core.errors import Conflict, Invalid, NotFound
from fiilis.core.models import User, Workspace
from fiilis.ecosystem import services as ecosystem
from fiilis.listen.events import ImportCompleted, ImportUndone
from fiilis.listen.models import Feedback, Import
from fiilis.listen.queries import versions
from fiilis.listen.services import rows, surveys
from fiilis.listen.services.imports import source
from fiilis.listen.services.imports.planning import Plan
from fiilis.listen.services.imports.reader import Parsed
from fiilis.listen.types import Channel

CHUNK = 500  # feedback a transaction: it holds the write lock for some milliseconds
REMEMBERED = 100_000  # people of earlier chunks
UNDO_CHUNK = 2000  # rows of the file

Progress = Callable[[int, int], None]  # lines of the file done, of how many


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run has done. `resumed`: it went on where an interrupted one stopped."""

    import_id: uuid.UUID
    feedback: int
    answers: int
    refused_rows: int
    resumed: bool


def run(
    *,
    workspace: Workspace,
    plan: Plan,
    by: User | str,
    accept_refused: bool = False,
    progress: Progress | None = None,
    name: str = "",
) -> Outcome:
    """Import what `plan` read. An interrupted run of the same file and mapping is resumed, without doubles.

    `name` is what people call the file, where its own name isn't that. Raises Invalid when rows are refused (unless
    `accept_refused`: they are left out as whole rows) or nothing would be read; Conflict when the file has
    changed since the plan, or has been imported with this mapping already.
    """
    if plan.workspace_id != workspace.pk:
        raise NotFound()
    _require_readable(plan, accept_refused)
    if source.sha256_of(plan.file) != plan.shape.sha256:
        raise Conflict(_("The file has changed since it was looked at. Look at it again."), code="file_changed")
    running, resumed = _begin(workspace, plan, by, name or plan.file.name)
    redacted = _import_rows(workspace, plan, running, progress)
    _complete(workspace, running, by, redacted)
    report = plan.report
    return Outcome(running.pk, report.read, report.answers, report.refused_rows, resumed)


def undo(*, workspace: Workspace, import_id: uuid.UUID, by: User | str, progress: Progress | None = None) -> None:
    """Take a whole import back: its answers disappear at once, and are then deleted in chunks.

    An interrupted undo is finished by calling it again. The survey stays. Raises NotFound, and Conflict when the
    import has been undone already.
    """
    begin_undo(workspace=workspace, import_id=import_id, by=by)
    finish_undo(workspace=workspace, import_id=import_id, progress=progress)


def begin_undo(*, workspace: Workspace, import_id: uuid.UUID, by: User | str) -> None:
    """Let an import's answers disappear at once; `finish_undo` deletes them. Raises as `undo`."""
    with transaction.atomic():
        found = Import.objects.of(workspace).select_for_update().filter(pk=import_id).first()
        if found is None:
            raise NotFound()
        if found.status == Import.Status.UNDONE:
            raise Conflict(_("This import has been undone already."), code="undone")
        if found.status != Import.Status.UNDOING:
            Import.objects.of(workspace).filter(pk=import_id).update(status=Import.Status.UNDOING)
            outbox.emit(workspace=workspace, event=ImportUndone(import_id=import_id))
            _audit(found, by, "undone")


def finish_undo(*, workspace: Workspace, import_id: uuid.UUID, progress: Progress | None = None) -> None:
    """Delete the answers of an import that is being undone, in chunks; whatever else its state, do nothing."""
    found = Import.objects.of(workspace).filter(pk=import_id, status=Import.Status.UNDOING).first()
    if found is None:
        return
    for first in range(1, found.rows_total + 1, UNDO_CHUNK):
        span = (first, first + UNDO_CHUNK - 1)
        Feedback.objects.of(workspace).filter(imported_by=found, import_row__range=span).delete()
        if progress:
            progress(min(span[1], found.rows_total), found.rows_total)
    Import.objects.of(workspace).filter(pk=import_id).update(status=Import.Status.UNDONE, ended_at=clock.now())


def _require_readable(plan: Plan, accept_refused: bool) -> None:
    report = plan.report
    if report.refused_rows and not accept_refused:
        said = ngettext(
            "%(n)s line is refused, so nothing was imported. Mend the file or the mapping, or accept that it is "
            "left out.",
            "%(n)s lines are refused, so nothing was imported. Mend the file or the mapping, or accept that they are "
            "left out.",
            report.refused_rows,
        )
        raise Invalid(said % {"n": report.refused_rows}, code="refused_rows")
    if not report.read:
        raise Invalid(_("The file holds no answers to read."), code="no_answers")


def _begin(workspace: Workspace, plan: Plan, by: User | str, name: str) -> tuple[Import, bool]:
    """Return the Import to carry on with, and whether it had begun before."""
    found = (
        Import.objects.of(workspace).filter(digest=plan.digest).exclude(status=Import.Status.UNDONE).first()
    )  # the partial unique constraint leaves at most one
    if found is None:
        survey_id, version = _survey(workspace, plan, by)
        try:
            return _create(workspace, plan, survey_id, version, by, name), False
        except IntegrityError:
            raise Conflict(_("This import is running already."), code="import_running") from None
    if found.status == Import.Status.COMPLETE:
        day = date_format(found.began_at.astimezone(workspace.zone), "SHORT_DATETIME_FORMAT")
        said = _("This file was imported with this mapping on %(date)s. Undo that import first to read it again.")
        raise Conflict(said % {"date": day}, code="imported_already")
    if found.status == Import.Status.UNDOING:
        raise Conflict(_("This import is being undone. Undo it to the end first."), code="import_undoing")
    return found, True


def _create(workspace: Workspace, plan: Plan, survey_id: uuid.UUID, version: int, by: User | str, name: str) -> Import:
    with transaction.atomic():
        made = Import.objects.of(workspace).create(
            survey_id=survey_id,
            version=version,
            file_name=name[:200],
            digest=plan.digest,
            rows_total=plan.report.rows,
            report=plan.report.as_dict(),
            by=str(by)[:120],
        )
        _audit(made, by, "began")
    return made


def _survey(workspace: Workspace, plan: Plan, by: User | str) -> tuple[uuid.UUID, int]:
    """Return survey and version, made and published first when the mapping defines them."""
    target = plan.target
    survey_id = target.survey_id
    if survey_id is None:
        made = surveys.create_from(workspace=workspace, name=target.name, definition=target.definition, by=by)
        survey_id = made.pk
    if not versions.published({(survey_id, target.version)}):
        surveys.publish_survey(workspace=workspace, survey_id=survey_id, by=by)
    return survey_id, target.version


def _import_rows(workspace: Workspace, plan: Plan, running: Import, progress: Progress | None) -> dict[str, int]:
    reader = plan.reader()
    done = running.rows_done
    version = versions.published({(running.survey_id, running.version)})[running.survey_id, running.version]
    people: dict[str, uuid.UUID] = {}
    chunk: list[tuple[int, Parsed]] = []
    number = 0
    for number, (line, cells) in enumerate(source.lines(plan.file, plan.shape), 1):
        row = reader.read(cells, line)  # rows done before are read as well: a doubled key is found again
        if number > done and isinstance(row, Parsed):
            chunk.append((number, row))
            if len(chunk) == CHUNK:
                done = _write(workspace, running, version, chunk, people, before=done, after=number)
                chunk = []
                if progress:
                    progress(done, plan.report.rows)
    if number > done:
        done = _write(workspace, running, version, chunk, people, before=done, after=number)
    if progress:
        progress(done, plan.report.rows)
    return dict(reader.redacted)


def _write(
    workspace: Workspace,
    running: Import,
    version: versions.Published,
    chunk: list[tuple[int, Parsed]],
    people: dict[str, uuid.UUID],
    *,
    before: int,
    after: int,
) -> int:
    """Write one chunk and move the import's progress in the same transaction. `people` remembers who was met."""
    if len(people) > REMEMBERED:
        people.clear()
    people |= ecosystem.resolve_people(
        workspace=workspace, keys={row.person for _number, row in chunk} - people.keys() - {""}
    )
    new = rows.insertion(list(_feedback(running, version, chunk, people)))
    with transaction.atomic():
        # A conditional UPDATE that must change exactly one row: of two runs at once, one goes on.
        moved = (
            Import.objects.of(workspace)
            .filter(pk=running.pk, status=Import.Status.RUNNING, rows_done=before)
            .update(rows_done=after)
        )
        if moved != 1:
            raise Conflict(_("This import is running already."), code="import_running")
        new.run()
    return after


def _feedback(
    running: Import, version: versions.Published, chunk: list[tuple[int, Parsed]], people: dict[str, uuid.UUID]
) -> Iterator[rows.Row]:
    now = clock.now()
    for number, row in chunk:
        yield rows.Row(
            id=ids.uuid7(),
            workspace_id=running.workspace_id,
            created_at=now,
            survey_id=running.survey_id,
            version=running.version,
            channel=Channel.IMPORT.value,
            source=row.source,
            language=row.language,
            at=row.at,
            event_at=row.event_at,
            delay_seconds=rows.delay(row.at, row.event_at),
            answers=row.answers,
            touchpoint_id=row.touchpoint_id or version.touchpoint_id,
            imported_by_id=running.pk,
            import_row=number,
            person_id=people.get(row.person),
            weight=row.weight,
            cluster=row.cluster,
            attributes=row.attributes,
        )


def _complete(workspace: Workspace, running: Import, by: User | str, redacted: dict[str, int]) -> None:
    with transaction.atomic():
        moved = (
            Import.objects.of(workspace)
            .filter(pk=running.pk, status=Import.Status.RUNNING)
            .update(
                status=Import.Status.COMPLETE, ended_at=clock.now(), report={**running.report, "redacted": redacted}
            )
        )
        if moved != 1:
            raise Conflict(_("This import was ended by someone else."), code="import_ended")
        outbox.emit(workspace=workspace, event=ImportCompleted(import_id=running.pk))
        _audit(running, by, "imported")


def _audit(running: Import, by: User | str, verb: str) -> None:
    kept: dict[str, Any] = {name: running.report.get(name) for name in ("rows", "read", "answers", "refused_rows")}
    audit.record(
        workspace=running.workspace_id, by=by, verb=verb, kind="import", target_id=running.pk,
        target_name=running.file_name, summary=kept,
    )  # fmt: skip

"""What the worker does with uploads, one at a time and beside its other rounds: read, look, import, undo, tidy up."""

import csv
import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError
from django.utils import translation
from django.utils.translation import gettext as _

from fiilis.core import clock, lease
from fiilis.core.errors import Invalid, Problem
from fiilis.core.models import User, Workspace
from fiilis.listen.models import Import, RememberedColumns, Upload
from fiilis.listen.services import imports
from fiilis.listen.services.imports import chosen, guessing, labels, planning, report, tables
from fiilis.listen.services.imports.chosen import Choices
from fiilis.listen.services.imports.numbers import Tallies
from fiilis.listen.services.imports.reader import Parsed
from fiilis.listen.services.imports.tables import Table, Where
from fiilis.listen.services.uploads import files, requests

log = logging.getLogger("fiilis.uploads")

LEASE, LEASE_SECONDS = "listen.uploads", 60.0
TOLD_EVERY = 0.5  # seconds between two notes of progress
KEPT = timedelta(days=7)
MOST_REFUSALS = 100_000  # written to the list; all are counted
_CODED = {role.value for role in (*guessing.SCALES, guessing.Role.LANGUAGE, guessing.Role.TOUCHPOINT)}
"""Columns whose values are a scale's or a list's: the choices taken along name them."""

WAITING = (Upload.Status.READING, Upload.Status.LOOKING, Upload.Status.IMPORTING)


class _Overtaken(Exception):
    """Somebody has asked for something else meanwhile, or has discarded the upload."""


def waits() -> bool:
    """Return whether there is anything to do. Reads only."""
    return bool(_uploads().filter(status__in=WAITING).exists() or _undoing().exists())


def run_next() -> bool:
    """Do one piece of work, unless somebody else is at it; return whether there was any."""
    holder = f"{lease.HOLDER}:{uuid.uuid4().hex[:6]}"
    if not lease.claim(LEASE, seconds=LEASE_SECONDS, holder=holder):
        return False
    try:
        return _next(lambda: lease.claim(LEASE, seconds=LEASE_SECONDS, holder=holder))
    finally:
        lease.release(LEASE, holder=holder)


def _uploads() -> Any:
    return Upload.objects.across_workspaces(reason="one worker serves all workspaces")


def _undoing() -> Any:
    found = Import.objects.across_workspaces(reason="one worker serves all workspaces")
    return found.filter(status=Import.Status.UNDOING)


def _next(renew: Callable[[], bool]) -> bool:
    upload = _uploads().filter(status__in=WAITING).select_related("workspace").order_by("made_at").first()
    if upload is not None:
        with translation.override(upload.language):
            _serve(upload, _Note(upload, renew))
        return True
    undone = _undoing().select_related("workspace").order_by("began_at").first()
    if undone is None:
        return False
    imports.finish_undo(workspace=undone.workspace, import_id=undone.pk, progress=lambda _done, _total: None)
    return True


class _Note:
    """Notes how far an upload has come, now and then; raises _Overtaken when that no longer interests anybody."""

    def __init__(self, upload: Upload, renew: Callable[[], bool]) -> None:
        self._upload = upload
        self._renew = renew
        self._at = 0.0

    def progress(self, done: int, total: int) -> None:
        """Note it, at most twice a second."""
        if time.monotonic() - self._at >= TOLD_EVERY:
            self._at = time.monotonic()
            self._renew()
            self.change(done=done, total=total)

    def change(self, **changes: Any) -> None:
        """Change the upload's row if it is still in the same turn."""
        upload = self._upload
        rows = Upload.objects.of(upload.workspace_id).filter(pk=upload.pk, turn=upload.turn)
        if rows.update(**changes) != 1:
            raise _Overtaken
        for name, value in changes.items():
            setattr(upload, name, value)


def _serve(upload: Upload, note: _Note) -> None:
    steps = {Upload.Status.READING: _read, Upload.Status.LOOKING: _look, Upload.Status.IMPORTING: _import}
    try:
        try:
            steps[Upload.Status(upload.status)](upload, note)
        except Problem as problem:
            note.change(status=_after_fault(upload), fault=problem.detail, report={})
        except (OperationalError, InterfaceError):
            raise  # the database is away: the same again later
        except Exception:  # a file that no rule foresaw must not keep the others waiting for ever
            log.exception("upload %s can't be served", upload.pk)
            fault = _("Something in the file could not be handled. Save it as CSV in UTF-8 and send it again.")
            note.change(status=Upload.Status.BROKEN, fault=fault)
    except _Overtaken:
        log.info("upload %s: something else is asked for", upload.pk)


def _after_fault(upload: Upload) -> Upload.Status:
    return Upload.Status.BROKEN if upload.status == Upload.Status.READING else Upload.Status.READY


def _read(upload: Upload, note: _Note) -> None:
    """Make a plain table of the file and guess its columns; look at it at once when the guess can stand."""
    place = files.folder(upload.workspace_id, upload.pk)
    made = place / f"{files.TABLE}.new"
    where = msgspec.convert(upload.where, Where) if upload.where else Where()
    table = tables.flatten(place / files.SENT, made, where=where, progress=note.progress)
    made.replace(place / files.TABLE)
    choices, remembered = _choices(upload, table)
    note.change(
        table=msgspec.to_builtins(table), choices=msgspec.to_builtins(choices), remembered=remembered,
        status=Upload.Status.LOOKING,
    )  # fmt: skip


def _choices(upload: Upload, table: Table) -> tuple[Choices, bool]:
    """Return what was chosen for the last file with these columns, else a guess."""
    known = RememberedColumns.objects.of(upload.workspace_id).filter(signature=chosen.signature(table)).first()
    if known is not None:
        try:
            return msgspec.convert(known.choices, Choices), True
        except msgspec.ValidationError:  # from an earlier release: guess anew
            log.info("remembered columns of %s can't be read", upload.workspace_id)
    places = requests.places(upload.workspace)
    names = [name for place in places.values() for name in (place.key, *place.names)]
    roles = guessing.roles(table.columns, touchpoints=names)
    order = next((c.order for c in table.columns if roles[c.name] is guessing.Role.TIME), "")
    stem = " ".join(Path(upload.file_name).stem.replace("_", " ").split())[:100]
    given = {name: role.value for name, role in roles.items()}
    return Choices(name=stem or _("Imported answers"), roles=given, order=order), False


def _look(upload: Upload, note: _Note) -> None:
    """Read the table with the choices: what would be imported, which numbers come out, what is refused."""
    try:
        plan, tallies, refused = _planned(upload, note)
    except Invalid as problem:
        if problem.fields:  # choices that can't stand: the page says so beside each
            note.change(status=Upload.Status.READY, report={})
            return
        raise
    made = plan.report.as_dict() | {
        "numbers": tallies.as_list(plan.target.definition),
        "refused": refused,
        "questions_said": [{"id": one.id, "text": one.text} for one in plan.target.definition.questions],
        "new_survey": plan.target.survey_id is None,
    }
    note.change(status=Upload.Status.READY, report=made, done=0, total=0)


def _planned(upload: Upload, note: _Note) -> tuple[imports.Plan, Tallies, list[list[str]]]:
    table = requests.table_of(upload)
    ready = requests.compiled(upload.workspace, table, msgspec.convert(upload.choices, Choices))
    place = files.folder(upload.workspace_id, upload.pk)
    (place / files.MAP).write_text(chosen.as_toml(ready.mapping), encoding="utf-8")
    (place / files.SURVEY).write_text(ready.definition_json(), encoding="utf-8")
    tallies, above = Tallies(), table.skip + table.head
    shown: list[list[str]] = []
    with (place / files.REFUSED).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        count = 0

        def watch(number: int, row: Parsed | list[report.Refused] | None) -> None:
            nonlocal count
            if number % 5_000 == 0:
                note.progress(number, table.rows)
            if isinstance(row, Parsed):
                tallies.add(row)
            for one in row if isinstance(row, list) else ():
                count += 1
                if count <= MOST_REFUSALS:
                    writer.writerow([number + above, one.column, one.why.value])
                if count <= report.SHOWN:
                    shown.append([str(number + above), one.column, one.why.value])

        plan = planning.plan(
            workspace=upload.workspace, file=place / files.TABLE, mapping=place / files.MAP, flat=True, watch=watch
        )
    return plan, tallies, shown


def take_along(upload: Upload) -> dict[str, str]:
    """Return the files with which `fiilis import answers` does the same with the file that was sent. Raises Invalid."""
    table = requests.table_of(upload)
    ready = requests.compiled(upload.workspace, table, msgspec.convert(upload.choices, Choices))
    where = {"sheet": table.sheet, "skip": table.skip, "head": table.head if table.head != 1 else 0}
    ready.mapping["file"] |= {name: value for name, value in where.items() if value}
    return {files.MAP: chosen.as_toml(ready.mapping), files.SURVEY: ready.definition_json()}


def _import(upload: Upload, note: _Note) -> None:
    """Import as the command does; what was interrupted goes on without doubles."""
    plan, _tallies, _refused = _planned(upload, note)
    by = User.objects.filter(pk=upload.by_user).first() if upload.by_user else None
    outcome = imports.run(
        workspace=upload.workspace, plan=plan, by=by or upload.by, accept_refused=upload.accept_refused,
        progress=note.progress, name=upload.file_name,
    )  # fmt: skip
    _remember(upload.workspace, upload)
    note.change(status=Upload.Status.DONE, imported_id=outcome.import_id, table=_bare(upload))
    files.remove_answers(upload.workspace_id, upload.pk)


def _bare(upload: Upload) -> Any:
    """Return how the file was read without what people said in it: who takes the import back leaves none of it here."""
    table = requests.table_of(upload)
    roles = msgspec.convert(upload.choices, Choices).roles
    columns = [
        column
        if roles.get(column.name) in _CODED
        else msgspec.structs.replace(column, values={v: n for v, n in column.values.items() if labels.is_blank(v)})
        for column in table.columns
    ]
    return msgspec.to_builtins(msgspec.structs.replace(table, columns=tuple(columns), sample=()))


def _remember(workspace: Workspace, upload: Upload) -> None:
    RememberedColumns.objects.of(workspace).update_or_create(
        workspace_id=workspace.pk,
        signature=chosen.signature(requests.table_of(upload)),
        defaults={"choices": upload.choices, "at": clock.now()},
    )


def tidy() -> int:
    """Remove files that are a week old, and uploads that came to nothing; return how many were removed."""
    before = clock.now() - KEPT
    removed = 0
    for upload in _uploads().filter(files_gone=False, made_at__lte=before).exclude(status=Upload.Status.IMPORTING):
        files.remove(upload.workspace_id, upload.pk)
        rows = Upload.objects.of(upload.workspace_id).filter(pk=upload.pk)
        if upload.status == Upload.Status.DONE:
            rows.update(files_gone=True)
        else:
            rows.delete()
        removed += 1
    for workspace_id, upload_id, place in files.all_folders():
        stale = place.stat().st_mtime < before.timestamp()
        if stale and not Upload.objects.of(workspace_id).filter(pk=upload_id, files_gone=False).exists():
            files.remove(workspace_id, upload_id)
            removed += 1
    return removed

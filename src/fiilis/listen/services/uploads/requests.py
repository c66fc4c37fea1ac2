"""What somebody at a page asks of an upload. Each is short: the worker does what takes time."""

import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core import audit, ids
from fiilis.core.errors import Conflict, Invalid, NotFound
from fiilis.core.models import User, Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.listen.models import Upload
from fiilis.listen.services.imports import chosen, tables, workbooks
from fiilis.listen.services.imports.chosen import Choices, Compiled, Place
from fiilis.listen.services.imports.source import Broken
from fiilis.listen.services.imports.tables import Table
from fiilis.listen.services.uploads import files

MOST_BYTES = 1024 * 1024 * 1024  # of a text
MOST_PACKED = 150 * 1024 * 1024  # of a workbook
MOST_WAITING = 20  # uploads of a workspace that have files
MOST_HEAD = 20  # rows above the names, and of names


def receive(*, workspace: Workspace, file_name: str, chunks: Iterable[bytes], by: User, language: str) -> Upload:
    """Keep a file for the worker to read. Raises Invalid, Broken (nothing is kept then) or Conflict (too many wait)."""
    if Upload.objects.of(workspace).filter(files_gone=False).exclude(status=Upload.Status.DONE).count() >= MOST_WAITING:
        said = _("%(most)s uploads wait already. Import or discard some of them first.")
        raise Conflict(said % {"most": MOST_WAITING}, code="too_many_uploads")
    upload_id = ids.uuid7()
    try:
        place = files.make(workspace.pk, upload_id) / files.SENT
        size = _keep(place, chunks)
        _require_likely(place, file_name, size)
        with transaction.atomic():
            upload = Upload.objects.of(workspace).create(
                id=upload_id, file_name=Path(file_name).name[:200] or "–", size=size, language=language, by_user=by.pk,
                by=str(by)[:120],
            )  # fmt: skip
            _audit(upload, by, "uploaded")
    except BaseException:
        files.remove(workspace.pk, upload_id)
        raise
    return upload


def _keep(place: Path, chunks: Iterable[bytes]) -> int:
    size = 0
    with place.open("xb") as file:
        place.chmod(0o600)
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise _too_large(MOST_BYTES)
            file.write(chunk)
    return size


def _too_large(most: int) -> Broken:
    said = _("The file is larger than %(most)s MB. Send it in parts, or import it with the command “fiilis import”.")
    return Broken(said % {"most": most // 1024 // 1024}, code="too_large")


def _require_likely(place: Path, file_name: str, size: int) -> None:
    """Refuse at once what can be seen from the first bytes and, of a workbook, the archive's directory."""
    if not size:
        raise Broken(_("The file is empty."), code="empty")
    if file_name.lower().endswith((".xlsm", ".xltm", ".xlsb", ".xlam")):
        raise Broken(_("The workbook holds macros. Save it as .xlsx without macros, or as CSV."), code="macros")
    if tables.is_workbook(place):
        if size > MOST_PACKED:
            raise _too_large(MOST_PACKED)
        workbooks.require_safe(place)
        return
    tables.require_text(place)


def choose(*, workspace: Workspace, upload_id: uuid.UUID, choices: Choices, by: User) -> Upload:
    """Let the worker look at the table with these choices. Raises NotFound, Conflict, Invalid (a field for each)."""
    found = _waiting(workspace, upload_id)
    compiled(workspace, table_of(found), choices)
    return _turn(found, status=Upload.Status.LOOKING, choices=msgspec.to_builtins(choices), by=by)


def reread(*, workspace: Workspace, upload_id: uuid.UUID, sheet: str, skip: int, head: int, by: User) -> Upload:
    """Let the worker read the file anew: another sheet, or names in other rows. Raises NotFound, Conflict, Invalid."""
    if not (0 <= skip <= MOST_HEAD and 1 <= head <= 5):
        raise Invalid(_("The names stand in the first rows of a table."), code="head")
    found = _waiting(workspace, upload_id)
    return _turn(
        found, status=Upload.Status.READING, where={"sheet": sheet, "skip": skip, "head": head}, choices={}, by=by
    )


def start(*, workspace: Workspace, upload_id: uuid.UUID, turn: int, accept_refused: bool, by: User) -> Upload:
    """Let the worker import what was looked at in `turn`. Raises NotFound, Conflict (it changed meanwhile), Invalid."""
    found = _waiting(workspace, upload_id)
    report = found.report
    if found.turn != turn or found.status != Upload.Status.READY or not report:
        raise Conflict(_("The preview has changed meanwhile. Look at it again."), code="changed")
    if not report["read"]:
        raise Invalid(_("The file holds no answers to read."), code="no_answers")
    if report["refused_rows"] and not accept_refused:
        said = _("Some rows are refused. Accept that they are left out, or change the choices.")
        raise Invalid(said, code="refused_rows")
    return _turn(found, status=Upload.Status.IMPORTING, accept_refused=accept_refused, by=by)


def discard(*, workspace: Workspace, upload_id: uuid.UUID, by: User) -> None:
    """Remove an upload with its file; an import stays. Raises NotFound, Conflict while it is imported."""
    with transaction.atomic():
        found = _locked(workspace, upload_id)
        if found.status == Upload.Status.IMPORTING:
            raise Conflict(_("The file is being imported. Undo the import when it is complete."), code="importing")
        _audit(found, by, "discarded")
        Upload.objects.of(workspace).filter(pk=upload_id).delete()
    files.remove(workspace.pk, upload_id)


def compiled(workspace: Workspace, table: Table, choices: Choices) -> Compiled:
    """Return the mapping and survey of these choices. Raises Invalid with a field for each that can't stand."""
    return chosen.compiled(
        choices, table, language=workspace.language, zone=workspace.time_zone, places=places(workspace)
    )


def places(workspace: Workspace) -> dict[str, Place]:
    """Return the workspace's touchpoints by their keys."""
    found = ecosystem.touchpoints(workspace=workspace)
    return {point.key: Place(point.key, point.names) for point in found}


def table_of(upload: Upload) -> Table:
    """Return how the upload was read. Raises Conflict before it has been."""
    if not upload.table:
        raise Conflict(_("The file is still being read."), code="reading")
    return msgspec.convert(upload.table, Table)


def _locked(workspace: Workspace, upload_id: uuid.UUID) -> Upload:
    found = Upload.objects.of(workspace).select_for_update().filter(pk=upload_id).first()
    if found is None:
        raise NotFound()
    return found


def _waiting(workspace: Workspace, upload_id: uuid.UUID) -> Upload:
    """Return the upload, which must not be under way to an import. Raises NotFound and Conflict."""
    found = Upload.objects.of(workspace).filter(pk=upload_id).first()
    if found is None:
        raise NotFound()
    if found.status in (Upload.Status.IMPORTING, Upload.Status.DONE) or found.files_gone:
        raise Conflict(_("The file has been imported or removed meanwhile."), code="not_waiting")
    return found


def _turn(found: Upload, *, by: User, **changes: Any) -> Upload:
    """Ask for the next piece of work: of two people at once, one goes on."""
    with transaction.atomic():
        moved = (
            Upload.objects.of(found.workspace_id)
            .filter(pk=found.pk, turn=found.turn, status=found.status)
            .update(turn=found.turn + 1, fault="", done=0, total=0, by_user=by.pk, by=str(by)[:120], **changes)
        )
        if moved != 1:
            raise Conflict(_("The preview has changed meanwhile. Look at it again."), code="changed")
    found.refresh_from_db()
    return found


def _audit(upload: Upload, by: User | str, verb: str) -> None:
    audit.record(
        workspace=upload.workspace_id, by=by, verb=verb, kind="upload", target_id=upload.pk,
        target_name=upload.file_name, summary={"size": upload.size},
    )  # fmt: skip

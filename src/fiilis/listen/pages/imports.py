"""Pages of imports: the list, sending a file, choosing what its columns are, the report, taking an import back."""

import csv
import uuid
from datetime import datetime
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fiilis.core import permissions, sheets
from fiilis.core.errors import Invalid, NotFound, Problem
from fiilis.core.http import WorkspaceRequest, page
from fiilis.design import format as fmt
from fiilis.listen.forms.uploads import ChoicesForm, FileForm, WhereForm
from fiilis.listen.models import Import, Upload
from fiilis.listen.pages import import_words as words
from fiilis.listen.queries import imports as reads
from fiilis.listen.queries import uploads as upload_reads
from fiilis.listen.services import imports, uploads
from fiilis.listen.services.imports import numbers
from fiilis.listen.services.imports.chosen import Choices
from fiilis.listen.services.imports.tables import Table
from fiilis.listen.services.uploads import files, requests, work
from fiilis.listen.types import Kind

BUSY = {Upload.Status.READING, Upload.Status.LOOKING, Upload.Status.IMPORTING}
AGAIN = 2  # seconds until a page that waits for the worker asks again


@page("import.view")
def index(request: WorkspaceRequest) -> HttpResponse:
    """What has been brought in from elsewhere, and what is on its way."""
    return _index(request, FileForm())


@page("import.edit", methods=("POST",))
def send(request: WorkspaceRequest) -> HttpResponse:
    """Take a file."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = uploads.receive(
                workspace=request.workspace, file_name=file.name, chunks=file.chunks(), by=request.user,
                language=(get_language() or request.workspace.language).partition("-")[0],
            )  # fmt: skip
        except Problem as problem:
            form.add_error("file", problem.detail)
        else:
            return redirect(_address(request, "upload", made.pk))
    return _index(request, form, status=422)


def _index(request: WorkspaceRequest, form: FileForm, status: int = 200) -> HttpResponse:
    found = reads.imports(workspace=request.workspace)
    sent = upload_reads.of_imports(workspace=request.workspace, import_ids=[row.id for row in found])
    may = permissions.may(request.membership, "import.edit")
    lines = [
        {
            "row": row,
            "status": words.status(row.status),
            "rows": fmt.number(row.report.get("read", row.rows_done)),
            "refused": fmt.number(row.report.get("refused_rows", 0)),
            "report": _address(request, "upload", sent[row.id]) if may and row.id in sent else "",
            "undo": reverse("listen:undo-import", args=[request.workspace.slug, row.id])
            if may and row.status in (Import.Status.COMPLETE, Import.Status.RUNNING)
            else "",
        }
        for row in found
    ]
    waiting = [
        {"upload": one, "href": _address(request, "upload", one.pk), "busy": one.status in BUSY}
        for one in (upload_reads.waiting(workspace=request.workspace) if may else [])
    ]
    context = {"form": form, "lines": lines, "waiting": waiting, "may_edit": may}
    return render(request, "listen/imports.html", context, status=status)


@page("import.edit")
def upload(request: WorkspaceRequest, upload_id: uuid.UUID) -> HttpResponse:
    """One upload: how far it is, what would come of it, or what has."""
    return _upload(request, upload_reads.upload(workspace=request.workspace, upload_id=upload_id))


@page("import.edit", methods=("POST",))
def choose(request: WorkspaceRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Look at the file with other choices."""
    found = upload_reads.upload(workspace=request.workspace, upload_id=upload_id)
    form = _choices_form(request, found, request.POST)
    if form.is_valid():
        try:
            uploads.choose(workspace=request.workspace, upload_id=upload_id, choices=form.choices(), by=request.user)
        except Invalid as problem:
            form.take(problem)
        else:
            return redirect(_address(request, "upload", upload_id))
    return _upload(request, found, form=form, status=422)


@page("import.edit", methods=("POST",))
def reread(request: WorkspaceRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Read the file anew."""
    found = upload_reads.upload(workspace=request.workspace, upload_id=upload_id)
    form = WhereForm(request.POST, requests.table_of(found))
    if not form.is_valid():
        return _upload(request, found, where=form, status=422)
    cleaned = form.cleaned_data
    uploads.reread(
        workspace=request.workspace, upload_id=upload_id, sheet=cleaned.get("sheet", ""), skip=cleaned["skip"],
        head=cleaned["head"], by=request.user,
    )  # fmt: skip
    return redirect(_address(request, "upload", upload_id))


@page("import.edit", methods=("POST",))
def start(request: WorkspaceRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Import what the preview shows."""
    given = request.POST.get("turn", "")
    turn = int(given) if given.isascii() and given.isdigit() else 0
    try:
        uploads.start(
            workspace=request.workspace, upload_id=upload_id, turn=turn,
            accept_refused=request.POST.get("accept") == "on", by=request.user,
        )  # fmt: skip
    except NotFound:
        raise
    except Problem as problem:
        messages.error(request, problem.detail)
    return redirect(_address(request, "upload", upload_id))


@page("import.edit", methods=("POST",))
def discard(request: WorkspaceRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Remove an upload and its file."""
    uploads.discard(workspace=request.workspace, upload_id=upload_id, by=request.user)
    messages.success(request, _("The file is removed. Nothing was imported from it."))
    return redirect(_list_address(request))


@page("import.edit")
def refused(request: WorkspaceRequest, upload_id: uuid.UUID) -> HttpResponse:
    """The refused rows as a CSV file: row, column, reason and remedy."""
    found = upload_reads.upload(workspace=request.workspace, upload_id=upload_id)
    place = files.folder(found.workspace_id, found.pk) / files.REFUSED
    if not place.is_file():
        raise NotFound(_("The list is kept for a week and is gone."))
    with place.open(encoding="utf-8", newline="") as file:
        rows = [[row, column or _("the whole row"), words.remedy(why)] for row, column, why in csv.reader(file)]
    return _attachment(sheets.csv_bytes([[_("Row"), _("Column"), _("Reason")], *rows]), "refused.csv", "text/csv")


@page("import.edit")
def take_along(request: WorkspaceRequest, upload_id: uuid.UUID, name: str) -> HttpResponse:
    """The choices as files for the command `fiilis import answers`."""
    made = work.take_along(upload_reads.upload(workspace=request.workspace, upload_id=upload_id))
    return _attachment(made[name].encode(), name, "application/octet-stream")


@page("import.edit", methods=("GET", "POST"))
def undo(request: WorkspaceRequest, import_id: uuid.UUID) -> HttpResponse:
    """Take an import back as a whole: GET asks, POST does it."""
    row = reads.import_by_id(workspace=request.workspace, import_id=import_id)
    if request.method == "POST":
        imports.begin_undo(workspace=request.workspace, import_id=import_id, by=request.user)
        messages.success(request, _("The import is taken back: its answers leave the pages now."))
        return redirect(_list_address(request))
    context = {"row": row, "rows": fmt.number(row.report.get("read", row.rows_done)), "back": _list_address(request)}
    return render(request, "listen/import_undo.html", context)


# --- what the page of an upload shows ----------------------------------------------------------------------


def _upload(
    request: WorkspaceRequest,
    found: Upload,
    *,
    form: ChoicesForm | None = None,
    where: WhereForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"upload": found, "status": found.status, "back": _list_address(request)}
    context |= {
        name: _address(request, f"upload-{name}", found.pk)
        for name in ("choose", "reread", "start", "discard", "refused")
    }
    if found.status in BUSY:
        response = render(request, "listen/upload_busy.html", context | _waiting_words(found))
        response["Refresh"] = str(AGAIN)  # without a script, and in step with the worker
        return response
    if found.report:
        context |= _report(found)
    if found.status == Upload.Status.DONE:
        context["undo"] = _undo_address(request, found)
        return render(request, "listen/upload_done.html", context)
    if found.status == Upload.Status.BROKEN:
        return render(request, "listen/upload_broken.html", context)
    table = requests.table_of(found)
    form = form or _choices_form(request, found)
    context |= {
        "form": form,
        "where": where or WhereForm(None, table),
        "how": words.how_read(table),
        "doubts": words.doubts(table, msgspec.convert(found.choices, Choices), requests.places(request.workspace)),
        "table": table,
        "map": _address(request, "upload-map", found.pk),
        "survey_file": _address(request, "upload-survey", found.pk),
    }
    return render(request, "listen/upload.html", context, status=status)


def _choices_form(request: WorkspaceRequest, found: Upload, data: Any = None) -> ChoicesForm:
    table: Table = requests.table_of(found)
    language = (get_language() or "").partition("-")[0]
    names = {
        place.key: place.by_language.get(language) or place.names[0]
        for place in requests.places(request.workspace).values()
    }
    form = ChoicesForm(data, table, msgspec.convert(found.choices, Choices), names)
    if data is None and not found.report and not found.fault:
        form = ChoicesForm(_as_data(form), table, msgspec.convert(found.choices, Choices), names)
        try:
            if form.is_valid():
                requests.compiled(request.workspace, table, form.choices())
        except Invalid as problem:
            form.take(problem)
    return form


def _as_data(form: ChoicesForm) -> dict[str, Any]:
    """Return what a browser would post of the form as it is shown: its problems are then shown beside its fields."""
    return {bound.html_name: bound.value() or "" for bound in form}


def _report(found: Upload) -> dict[str, Any]:
    report = found.report
    first, last = (datetime.fromisoformat(report[name]) if report[name] else None for name in ("first_at", "last_at"))
    columns = {one["id"]: next(iter(one["text"].values())) for one in report.get("questions_said", [])}
    return {
        "report": report,
        "counted": [(label, fmt.number(n)) for label, n in words.counted(report)],
        "first": first,
        "last": last,
        "figures": [_figure(one, columns) for one in report["numbers"]],
        "refusals": [
            {"row": row, "column": column, "why": words.remedy(why)} for row, column, why in report["refused"]
        ],
        "refusal_groups": [
            {"column": one["column"], "why": words.remedy(one["why"]), "count": fmt.number(one["count"])}
            for one in report["refusals"]
        ],
        "read": fmt.number(report["read"]),
        "has_list": (files.folder(found.workspace_id, found.pk) / files.REFUSED).is_file(),
    }


def _figure(counted: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    found = numbers.figure(counted)
    return {
        "label": words.figure_name(found.kind, found.low, found.high),
        "column": columns.get(found.question, ""),
        "estimate": found.estimate,
        "digits": 2 if found.kind is Kind.CES else 1,
        "unit": "percent" if found.kind is Kind.CSAT else "number",
        "note": words.figure_note(found.kind, found.high),
    }


def _waiting_words(found: Upload) -> dict[str, Any]:
    label = {
        Upload.Status.READING: _("Reading the file"),
        Upload.Status.LOOKING: _("Counting what the file would give"),
        Upload.Status.IMPORTING: _("Importing"),
    }[Upload.Status(found.status)]
    return {"label": label, "done": found.done, "total": max(found.total, 1)}


def _undo_address(request: WorkspaceRequest, found: Upload) -> str:
    if found.imported is None or found.imported.status != Import.Status.COMPLETE:
        return ""
    return reverse("listen:undo-import", args=[request.workspace.slug, found.imported.pk])


def _attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _address(request: WorkspaceRequest, name: str, upload_id: uuid.UUID, **more: str) -> str:
    return reverse(f"listen:{name}", kwargs={"workspace": request.workspace.slug, "upload_id": upload_id, **more})


def _list_address(request: WorkspaceRequest) -> str:
    return reverse("listen:imports", args=[request.workspace.slug])

"""Pages of a whole survey: the list, making one, its overview, publishing, closing, versions."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fiilis.core import permissions, slots
from fiilis.core.errors import Conflict, FieldProblem, Problem
from fiilis.core.http import WorkspaceRequest, page
from fiilis.listen.forms.questions import AddQuestionForm
from fiilis.listen.forms.surveys import NewSurveyForm
from fiilis.listen.models import Survey
from fiilis.listen.pages import words
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services import checking, surveys
from fiilis.listen.services.changes import changes
from fiilis.listen.services.effort import effort_seconds
from fiilis.listen.types import LANGUAGES, Definition
from fiilis.listen.wordings import Template

PANELS = "listen.survey"


@page("survey.view")
def index(request: WorkspaceRequest) -> HttpResponse:
    """What do we ask, whom, when? The list of surveys."""
    counts = reads.answer_counts(workspace=request.workspace)
    rows = [
        {
            "row": row,
            "answers": counts.get(row.id, 0),
            "href": address(request, "survey", row.id),
            "status": words.status(row.status),
            "languages": words.languages(row.languages),
        }
        for row in reads.surveys(workspace=request.workspace)
    ]
    return render(request, "listen/surveys.html", {"rows": rows, "may": rights(request)})


@page("survey.edit", methods=("GET", "POST"))
def new(request: WorkspaceRequest) -> HttpResponse:
    """Make a survey from a template."""
    initial = {"languages": [request.workspace.language]}
    form = NewSurveyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = surveys.create_survey(
                workspace=request.workspace,
                name=form.cleaned_data["name"],
                template=Template(form.cleaned_data["template"]),
                languages=[code for code in LANGUAGES if code in form.cleaned_data["languages"]],
                by=request.user,
            )
        except Problem as problem:
            form.add_error("name", problem.detail)
        else:
            return redirect(address(request, "survey", made.pk))
    return render(request, "listen/survey_new.html", {"form": form}, status=422 if form.errors else 200)


@page("survey.view")
def overview(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """One survey: its questions in order, what it asks of the customer, what keeps it from being published."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    draft = reads.draft(survey)
    may = rights(request)
    context = frame(request, survey, "survey") | {
        "questions": _lines(request, survey, draft),
        "effort": words.effort(effort_seconds(draft)),
        "problems": linked(request, survey, problems_of(request, draft)) if may["edit"] else [],
        "add": AddQuestionForm() if may["edit"] else None,
        "panels": [
            panel.render(request, survey)
            for panel in slots.panels(PANELS)
            if permissions.may(request.membership, panel.permission)
        ],
    }
    return render(request, "listen/survey.html", context)


@page("survey.publish", methods=("GET", "POST"))
def publish(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """Publish the draft: GET shows what keeps it back or what will change, POST does it."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    if request.method == "POST":
        try:
            version = surveys.publish_survey(workspace=request.workspace, survey_id=survey_id, by=request.user)
        except Conflict as conflict:
            messages.info(request, conflict.detail)
            return redirect(address(request, "survey", survey_id))
        except Problem as problem:
            if not problem.fields:
                raise
        else:
            messages.success(request, _("Version %(number)s is published.") % {"number": version.number})
            return redirect(address(request, "share", survey_id))
    draft = reads.draft(survey)
    problems = problems_of(request, draft)
    last = (
        reads.version(workspace=request.workspace, survey_id=survey_id, number=survey.current)
        if survey.current
        else None
    )
    context = frame(request, survey, "publish") | {
        "problems": linked(request, survey, problems),
        "changes": changes(last, draft) if last else [],
        "first": last is None,
        "next": survey.current + 1,
        "effort": words.effort(effort_seconds(draft)),
        "asked_in": words.languages(draft.languages),
        "count": len(draft.questions),
    }
    return render(request, "listen/survey_publish.html", context, status=422 if request.method == "POST" else 200)


@page("survey.publish", methods=("POST",))
def close(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """Take no more answers."""
    surveys.close_survey(workspace=request.workspace, survey_id=survey_id, by=request.user)
    messages.success(request, _("The survey is closed. Its page says so, and its answers stay."))
    return redirect(address(request, "survey", survey_id))


@page("survey.publish", methods=("POST",))
def reopen(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """Take answers again."""
    surveys.reopen_survey(workspace=request.workspace, survey_id=survey_id, by=request.user)
    messages.success(request, _("The survey is open again."))
    return redirect(address(request, "survey", survey_id))


@page("survey.view")
def versions(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """What has been asked, version by version."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    rows = reads.versions(workspace=request.workspace, survey_id=survey_id)
    lines = [
        {
            "row": row,
            "languages": words.languages(row.definition.languages),
            "changes": changes(before.definition, row.definition) if before else [],
            "preview": f"{address(request, 'preview', survey_id)}?version={row.number}",
        }
        for row, before in zip(rows, [*rows[1:], None], strict=True)
    ]
    return render(request, "listen/survey_versions.html", frame(request, survey, "versions") | {"lines": lines})


# --- what all the pages of a survey share ------------------------------------------------------------------


def address(request: WorkspaceRequest, name: str, survey_id: uuid.UUID, **more: str) -> str:
    """Return the address of one of the survey's pages."""
    kwargs = {"workspace": request.workspace.slug, "survey_id": survey_id, **more}
    return reverse(f"listen:{name}", kwargs=kwargs)


def rights(request: WorkspaceRequest) -> dict[str, bool]:
    """Return what the member may do with surveys."""
    return {verb: permissions.may(request.membership, f"survey.{verb}") for verb in ("edit", "publish")}


def frame(request: WorkspaceRequest, survey: Survey, here: str) -> dict[str, Any]:
    """Return what the head of each of the survey's pages needs."""
    may = rights(request)
    changed = unpublished(request, survey, reads.draft(survey))
    tabs = [(_("Questions"), "survey", True), (_("Survey settings"), "settings", may["edit"])]
    tabs += [(_("Preview"), "preview", True), (_("Link and QR"), "share", True), (_("Versions"), "versions", True)]
    return {
        "survey": survey,
        "here": here,
        "status": words.status(survey.status),
        "may": may,
        "changed": changed,
        # An open survey that customers see as it stands has nothing to publish.
        "same": survey.status == Survey.Status.OPEN and not changed,
        "tabs": [
            {"label": label, "href": address(request, name, survey.pk), "current": name == here}
            for label, name, shown in tabs
            if shown
        ],
    }


def problems_of(request: WorkspaceRequest, draft: Definition) -> list[FieldProblem]:
    """Return what keeps the draft from being published."""
    return checking.publishing_problems(draft, touchpoints=surveys.touchpoint_ids(request.workspace))


def linked(request: WorkspaceRequest, survey: Survey, problems: list[FieldProblem]) -> list[dict[str, str]]:
    """Return problems with the address where each is mended."""
    elsewhere = {"questions": "survey", "title": "settings", "languages": "settings", "touchpoint": "settings"}
    return [
        {
            "text": problem.text,
            "href": address(request, elsewhere[problem.field], survey.pk)
            if problem.field in elsewhere
            else address(request, "question", survey.pk, question_id=problem.field),
        }
        for problem in problems
    ]


def unpublished(request: WorkspaceRequest, survey: Survey, draft: Definition) -> bool:
    """Return whether the draft differs from what customers are asked now."""
    if not survey.current:
        return False
    return draft != reads.version(workspace=request.workspace, survey_id=survey.pk, number=survey.current)


def _lines(request: WorkspaceRequest, survey: Survey, draft: Definition) -> list[dict[str, Any]]:
    language = words.reading(draft.languages)
    points = dict(choice for _stage, choices in words.touchpoint_choices(request.workspace) for choice in choices)
    return [
        {
            "id": question.id,
            "number": number,
            "text": question.text.get(language, ""),
            "language": language,
            "kind": words.kind(question),
            "direction": words.direction(question),
            "required": question.required,
            "condition": words.condition(draft, question),
            "touchpoint": points.get(question.touchpoint or "", ""),
            "first": number == 1,
            "last": number == len(draft.questions),
            **{
                name: address(
                    request, f"{name}-question" if name != "edit" else "question", survey.pk, question_id=question.id
                )
                for name in ("edit", "move", "remove")
            },
        }
        for number, question in enumerate(draft.questions, 1)
    ]

"""Pages that change a draft: its texts and settings, and its questions one by one. All work without script."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from fiilis.core.errors import Problem
from fiilis.core.http import WorkspaceRequest, page
from fiilis.listen import wordings
from fiilis.listen.forms import options as option_rows
from fiilis.listen.forms.questions import AddQuestionForm, QuestionForm
from fiilis.listen.forms.surveys import SettingsForm
from fiilis.listen.pages import words
from fiilis.listen.pages.surveys import address, frame, problems_of
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services import questions
from fiilis.listen.services.checking import language_name
from fiilis.listen.types import Definition, Kind, Question

OPTION_KINDS = (Kind.SINGLE, Kind.MULTIPLE)


@page("survey.edit", methods=("GET", "POST"))
def settings(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """Name, languages, title, introduction, thank-you, touchpoint and how questions are shown."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    form = SettingsForm(
        request.POST if request.method == "POST" else None,
        name=survey.name,
        draft=reads.draft(survey),
        touchpoints=words.touchpoint_choices(request.workspace),
    )
    if request.method == "POST" and form.is_valid():
        try:
            questions.change_settings(
                workspace=request.workspace, survey_id=survey_id, by=request.user, **form.settings()
            )
        except Problem as problem:
            form.add_error("name" if problem.code in ("name", "name_taken") else None, problem.detail)
        else:
            messages.success(request, _("Saved."))
            return redirect(address(request, "settings", survey_id))
    context = frame(request, survey, "settings") | {"form": form}
    return render(request, "listen/survey_settings.html", context, status=422 if form.errors else 200)


@page("survey.edit", methods=("POST",))
def add_question(request: WorkspaceRequest, survey_id: uuid.UUID) -> HttpResponse:
    """Add a ready-made question and open it."""
    reads.survey(workspace=request.workspace, survey_id=survey_id)
    form = AddQuestionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the kind of question."))
        return redirect(address(request, "survey", survey_id))
    added = questions.add_question(
        workspace=request.workspace,
        survey_id=survey_id,
        preset=wordings.Preset(form.cleaned_data["preset"]),
        by=request.user,
    )
    return redirect(address(request, "question", survey_id, question_id=added.id))


@page("survey.edit", methods=("GET", "POST"))
def question(request: WorkspaceRequest, survey_id: uuid.UUID, question_id: str) -> HttpResponse:
    """Change one question. The rows' own buttons come back with the rows changed and nothing saved or lost."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    draft = reads.draft(survey)
    asked = questions.find(draft, question_id)
    post = request.POST if request.method == "POST" else None
    form = QuestionForm(post, draft=draft, question=asked, touchpoints=words.touchpoint_choices(request.workspace))
    with_rows = asked.kind in OPTION_KINDS
    rows = option_rows.of_question(asked, form.asked) if post is None else option_rows.posted(post, asked, form.asked)
    button = request.POST.get("row", "")
    if post is not None and button:
        rows = option_rows.pressed(rows, button, form.asked)
        form.errors.clear()  # nothing is saved by a row's button, so nothing is judged either
    elif post is not None and form.is_valid():
        taken = _codes_ever_used(request, survey_id, question_id) if with_rows else ()
        made = (
            option_rows.to_options(rows, question=asked, languages=form.asked, taken=taken)
            if with_rows
            else asked.options
        )
        try:
            questions.change_question(
                workspace=request.workspace, survey_id=survey_id, question=form.result(made), by=request.user
            )
        except Problem as problem:
            for text in [field.text for field in problem.fields] or [problem.detail]:
                form.add_error(None, text)
        else:
            messages.success(request, _("Saved."))
            return redirect(address(request, "survey", survey_id))
    context = frame(request, survey, "survey") | _question_context(request, draft, asked, form)
    context |= {"rows": rows if with_rows else None, "columns": [(c, capfirst(language_name(c))) for c in form.asked]}
    return render(request, "listen/question.html", context, status=422 if form.errors else 200)


def _question_context(
    request: WorkspaceRequest, draft: Definition, asked: Question, form: QuestionForm
) -> dict[str, object]:
    number = draft.questions.index(asked) + 1
    language = words.reading(draft.languages)
    fixed = asked.kind in (Kind.EMOTION, Kind.SOLVED)
    return {
        "form": form,
        "question": asked,
        "number": number,
        "kind": words.kind(asked),
        "direction": words.direction(asked),
        "answers": [o.label.get(language, "") for o in wordings.choices(asked)] if fixed else [],
        "problems": [p.text for p in problems_of(request, draft) if p.field == asked.id] if not form.is_bound else [],
    }


@page("survey.edit", methods=("POST",))
def move_question(request: WorkspaceRequest, survey_id: uuid.UUID, question_id: str) -> HttpResponse:
    """Move a question one step up or down."""
    step = -1 if request.POST.get("to") == "up" else 1
    questions.move_question(
        workspace=request.workspace, survey_id=survey_id, question_id=question_id, step=step, by=request.user
    )
    return redirect(f"{address(request, 'survey', survey_id)}#{question_id}")


@page("survey.edit", methods=("GET", "POST"))
def remove_question(request: WorkspaceRequest, survey_id: uuid.UUID, question_id: str) -> HttpResponse:
    """Ask before a question is removed, then remove it."""
    survey = reads.survey(workspace=request.workspace, survey_id=survey_id)
    draft = reads.draft(survey)
    asked = questions.find(draft, question_id)
    if request.method == "POST":
        questions.remove_question(
            workspace=request.workspace, survey_id=survey_id, question_id=question_id, by=request.user
        )
        messages.success(request, _("The question was removed."))
        return redirect(address(request, "survey", survey_id))
    context = frame(request, survey, "survey") | {
        "text": asked.text.get(words.reading(draft.languages), ""),
        "number": draft.questions.index(asked) + 1,
        "dependents": ", ".join(str(n) for n in questions.dependents(draft, question_id)),
        "published": bool(survey.current),
    }
    return render(request, "listen/question_remove.html", context)


def _codes_ever_used(request: WorkspaceRequest, survey_id: uuid.UUID, question_id: str) -> set[str]:
    rows = reads.versions(workspace=request.workspace, survey_id=survey_id)
    return {
        option.code
        for row in rows
        for asked in row.definition.questions
        if asked.id == question_id
        for option in asked.options
    }

"""The five steps from nothing to the first answer: shop, look, question, place, a test answer seen arriving."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from fiilis.account import pages as account_pages
from fiilis.account import queries as account
from fiilis.account import services as accounts
from fiilis.core import live, workspaces
from fiilis.core.errors import Forbidden, Problem
from fiilis.core.http import WorkspaceRequest, page
from fiilis.core.models import User
from fiilis.design import brand
from fiilis.home import queries, services
from fiilis.home.forms import ShopForm
from fiilis.home.pages import forecasting, start_drawing
from fiilis.home.types import TEST, Progress, Step
from fiilis.listen.pages.sharing import public_link, qr_inline
from fiilis.listen.queries import feedback as feedbacks
from fiilis.listen.queries import surveys
from fiilis.listen.wordings import Template

TOPIC = "facts"
LOCAL = {"127.0.0.1", "localhost", "::1"}
Context = dict[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The first step of who has no such workspace yet: its name, languages and time zone."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    if not accounts.may_start(workspaces.memberships_of(request.user)):
        raise Forbidden(_("Ask the operator of this server to begin a workspace for you."))
    form = ShopForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = accounts.start_workspace(by=request.user, **form.workspace())
        except Problem as problem:
            form.add_error("name", problem.detail)
        else:
            said = forecasting.read(request)
            services.remember(
                workspace=made, by=request.user, languages=form.languages_asked(),
                customers=said[0] if said else None, rate=said[1] if said else None,
            )  # fmt: skip
            return redirect("home:start-step", workspace=made.slug, step=Step.LOOK.value)
    context = {
        "form": form,
        "forecast": forecasting.view(request),
        "steps": start_drawing.steps(Step.SHOP, None, lambda step: reverse("home:start") if step is Step.SHOP else ""),
        "number": 1,
    }
    return render(request, "home/start_shop.html", context, status=422 if form.errors else 200)


@page("start.walk")
def onward(request: WorkspaceRequest) -> HttpResponse:
    """Back to where the owner left: the first step that isn't done, else the last."""
    reached = queries.progress(workspace=request.workspace).next or Step.ANSWER
    return redirect(_address(request, reached))


@page("start.walk", methods=("GET", "POST"))
def step(request: WorkspaceRequest, step: str) -> HttpResponse:
    """One of the five steps."""
    progress = queries.progress(workspace=request.workspace)
    return _VIEWS[Step(step)](request, progress)


View = Callable[[WorkspaceRequest, Progress], HttpResponse]


def _keeps_forecast(view: View) -> View:
    """Keep what was said of the customers when a step's own form is sent: it travels along in hidden fields."""

    @wraps(view)
    def kept(request: WorkspaceRequest, progress: Progress) -> HttpResponse:
        said = forecasting.read(request) if request.method == "POST" else None
        if said is not None:
            services.remember(workspace=request.workspace, by=request.user, customers=said[0], rate=said[1])
        return view(request, progress)

    return kept


@_keeps_forecast
def _shop(request: WorkspaceRequest, progress: Progress) -> HttpResponse:
    ours = request.workspace
    initial = {"name": ours.name, "language": ours.language, "time_zone": ours.time_zone}
    form = ShopForm(
        request.POST if request.method == "POST" else None,
        initial=initial | {"languages": list(progress.languages)},
    )
    if request.method == "POST" and form.is_valid():
        accounts.change_settings(workspace=ours, by=request.user, **form.workspace())
        services.remember(workspace=ours, by=request.user, languages=form.languages_asked())
        return redirect(_address(request, Step.LOOK))
    context = _context(request, progress, Step.SHOP) | {"form": form}
    return render(request, "home/start_shop.html", context, status=422 if form.errors else 200)


@_keeps_forecast
def _look(request: WorkspaceRequest, progress: Progress) -> HttpResponse:
    now = account.look(workspace_id=request.workspace.pk)
    form = account_pages.look_form(request, now)
    if request.method == "POST" and "later" in request.POST:
        accounts.set_look(workspace=request.workspace, accent=now.accent, by=request.user)
        return redirect(_address(request, Step.QUESTION))
    if request.method == "POST" and form.is_valid():
        account_pages.save_look(request, form)
        return redirect(_address(request, Step.QUESTION))
    shades = brand.shades(now.accent) if now.accent else None
    context = _context(request, progress, Step.LOOK) | {"form": form, "look": now, "shades": shades}
    return render(request, "home/start_look.html", context, status=422 if form.errors else 200)


@_keeps_forecast
def _question(request: WorkspaceRequest, progress: Progress) -> HttpResponse:
    if request.method == "POST":
        wanted = request.POST.get("template", "")
        try:
            services.ask(
                workspace=request.workspace, languages=progress.languages, by=request.user,
                template=Template(wanted) if wanted in set(Template) else Template.BLANK,
            )  # fmt: skip
        except Problem as problem:
            messages.error(request, problem.detail)
            return redirect(_address(request, Step.QUESTION))
        messages.success(request, _("The survey is published. Its link works from now on."))
        return redirect(_address(request, Step.PLACE))
    context = _context(request, progress, Step.QUESTION) | {
        "choices": start_drawing.choices(progress.languages),
        "survey": _survey(request, progress),
    }
    return render(request, "home/start_question.html", context)


@_keeps_forecast
def _place(request: WorkspaceRequest, progress: Progress) -> HttpResponse:
    if request.method == "POST":
        services.placed(workspace=request.workspace, by=request.user)
        return redirect(_address(request, Step.ANSWER))
    context = _context(request, progress, Step.PLACE) | _links(request, progress)
    return render(request, "home/start_place.html", context)


@_keeps_forecast
def _answer(request: WorkspaceRequest, progress: Progress) -> HttpResponse:
    if request.method == "POST":
        if progress.asked is not None:
            removed = services.remove_test_answers(
                workspace=request.workspace, survey_id=progress.asked.survey_id, by=request.user
            )
            said = ngettext("%(count)s test answer was removed.", "%(count)s test answers were removed.", removed)
            messages.success(request, said % {"count": removed})
        return redirect(_address(request, Step.ANSWER))
    version = live.versions([request.workspace.pk]).get((request.workspace.pk, TOPIC), -1)
    context = _context(request, progress, Step.ANSWER) | _links(request, progress, TEST)
    context |= {"version": version} | _arrival(request, progress)
    return render(request, "home/start_answer.html", context)


@page("start.walk")
def arrival(request: WorkspaceRequest) -> HttpResponse:
    """The live part of the last step: still waiting, or the first answer."""
    context = _arrival(request, queries.progress(workspace=request.workspace))
    return HttpResponse(render_to_string("home/start_arrival.html", context, request=request))


@page("start.walk")
def poster(request: WorkspaceRequest) -> HttpResponse:
    """The QR code alone on a page, to be printed."""
    progress = queries.progress(workspace=request.workspace)
    if progress.asked is None:
        return redirect(_address(request, Step.QUESTION))
    survey = surveys.survey(workspace=request.workspace, survey_id=progress.asked.survey_id)
    link = public_link(request, survey, "poster")
    titles = surveys.draft(survey).title
    context = {
        "titles": [(language, titles[language]) for language in progress.languages if titles.get(language)],
        "qr": qr_inline(link),
        "link": link.partition("?")[0],
        "look": account.look(workspace_id=request.workspace.pk),
        "back": _address(request, Step.PLACE),
    }
    return render(request, "home/start_poster.html", context)


_VIEWS: dict[Step, View] = {
    Step.SHOP: _shop, Step.LOOK: _look, Step.QUESTION: _question, Step.PLACE: _place, Step.ANSWER: _answer,
}  # fmt: skip


# --- what the steps share ----------------------------------------------------------------------------------


def _address(request: WorkspaceRequest, step: Step) -> str:
    return reverse("home:start-step", kwargs={"workspace": request.workspace.slug, "step": step.value})


def _context(request: WorkspaceRequest, progress: Progress, here: Step) -> Context:
    kind = {"asked": progress.asked.kind} if progress.asked else {}
    return {
        "number": list(Step).index(here) + 1,
        "steps": start_drawing.steps(here, progress, lambda step: _address(request, step)),
        "forecast": forecasting.view(request, customers=progress.customers, rate=progress.rate, **kind),
        "progress": progress,
    }


def _survey(request: WorkspaceRequest, progress: Progress) -> Context | None:
    """Return the first survey's name and where it is changed; None before there is one."""
    if progress.asked is None:
        return None
    survey = surveys.survey(workspace=request.workspace, survey_id=progress.asked.survey_id)
    where = {"workspace": request.workspace.slug, "survey_id": survey.pk}
    return {"name": survey.name, "href": reverse("listen:survey", kwargs=where)}


def _links(request: WorkspaceRequest, progress: Progress, source: str = "") -> Context:
    if progress.asked is None:
        return {"link": "", "question": _address(request, Step.QUESTION)}
    survey = surveys.survey(workspace=request.workspace, survey_id=progress.asked.survey_id)
    where = {"workspace": request.workspace.slug, "survey_id": survey.pk}
    link = public_link(request, survey, source)
    query = f"?{urlencode({'source': source})}" if source else ""
    return {
        "link": link,
        "qr": qr_inline(link),
        "png": reverse("listen:qr-png", kwargs=where) + query,
        "svg": reverse("listen:qr-svg", kwargs=where) + query,
        "poster": reverse("home:start-poster", kwargs={"workspace": request.workspace.slug}),
        "local": not settings.FIILIS_URL and urlsplit(link).hostname in LOCAL,
    }


def _arrival(request: WorkspaceRequest, progress: Progress) -> Context:
    ours = request.workspace
    board = reverse("home:board", kwargs={"workspace": ours.slug})
    context: Context = {"first": None, "board": board, "done": Step.ANSWER in progress.done, "tests": 0}
    if progress.asked is None:
        return context
    where: Context = {"workspace": ours, "survey_id": progress.asked.survey_id, "since": progress.asked.since}
    first = feedbacks.first_of_survey(**where)
    if first is not None:
        survey = surveys.survey(workspace=ours, survey_id=progress.asked.survey_id)
        context["first"] = start_drawing.said(first, surveys.draft(survey))
        context["tests"] = feedbacks.count_of_source(**where, source=TEST)
    return context | {"remove": _address(request, Step.ANSWER)}

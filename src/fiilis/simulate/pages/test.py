"""Put us to the test: an ordinary dashboard beside ours on the same answers, then the seal is opened."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fiilis.core import clock, permissions
from fiilis.core.errors import NotFound, Problem
from fiilis.core.http import WorkspaceRequest, page
from fiilis.design import format as fmt
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem.types import name_in
from fiilis.listen.queries import surveys
from fiilis.science.comparisons import Verdict
from fiilis.simulate.pages import words
from fiilis.simulate.queries import findings, shells
from fiilis.simulate.queries.shells import Shell
from fiilis.simulate.queries.sides import Cell, Figure, Sides, sides
from fiilis.simulate.services import playing
from fiilis.simulate.settings import Settings
from fiilis.understand.types import Form


@dataclass(frozen=True, slots=True)
class RawView:
    """One line of the ordinary dashboard: a bare number and its arrow."""

    name: str
    value: str
    arrow: int
    change: str


@dataclass(frozen=True, slots=True)
class OurView:
    """One line of ours: the number, its interval and n, and the verdict in words."""

    name: str
    value: str
    interval: str
    n: str
    arrow: int
    verdict: str


@page("simulation.view")
def index(request: WorkspaceRequest) -> HttpResponse:
    """Both dashboards of the last whole week, the play buttons, the seal; and what was found once it is open."""
    shell = shells.shell(workspace=request.workspace)
    if shell is None:
        raise NotFound()
    found = sides(workspace=request.workspace, end=shell.end)
    places = ecosystem.touchpoints(workspace=request.workspace)
    names = {str(one.id): name_in(one.names, get_language()) or one.key for one in places}
    live = surveys.hosted(code=shell.survey_code) if shell.survey_code else None
    context = {
        "shell": shell,
        "raw": [_raw(figure, names) for figure in found.figures],
        "ours": [_ours(figure, names) for figure in found.figures],
        "week": fmt.day(found.figures[0].cells[-1].monday) if found.figures else "",
        "counts": words.arrow_counts(found.raw_arrows, found.arrows, found.weeks),
        "version": found.version,
        "may_play": permissions.may(request.membership, "simulation.play"),
        "share": reverse("listen:share", args=[request.workspace.slug, live.survey_id]) if live else "",
        "board": f"{reverse('home:board', args=[request.workspace.slug])}?period=26w",
        "lives": shell.lives_until is not None and shell.lives_until > clock.now(),
    }
    if shell.key is not None:
        context |= _opened(request, shell, found, {str(one.id): one.key for one in places})
    return render(request, "simulate/test.html", context)


def _raw(figure: Figure, names: dict[str, str]) -> RawView:
    now, before = figure.cells[-1], figure.cells[-2]
    digits = 0 if figure.measure.form is Form.NPS else 1
    change = now.raw - before.raw
    sign = "+" if change > 0 else ""
    return RawView(
        words.figure_name(figure, names), fmt.number(now.raw, digits), now.raw_arrow,
        f"{sign}{fmt.number(change, digits)}" if now.raw_arrow else "",
    )  # fmt: skip


def _ours(figure: Figure, names: dict[str, str]) -> OurView:
    cell: Cell = figure.cells[-1]
    digits = 0 if figure.measure.form is Form.NPS else 1
    verdict = Verdict(cell.comparison.verdict)
    return OurView(
        words.figure_name(figure, names), fmt.value_text(cell.ours.value, digits), fmt.interval_text(cell.ours, digits),
        fmt.answers(cell.ours.n), cell.arrow, words.verdict(verdict),
    )  # fmt: skip


def _opened(request: WorkspaceRequest, shell: Shell, found: Sides, keys: dict[str, str]) -> dict[str, object]:
    assert shell.key is not None  # noqa: S101 - for the type checker
    settings = Settings.from_dict(shell.key["settings"])
    rows = findings.findings(workspace=request.workspace, settings=settings, key=shell.key, version=found.version)
    counted = findings.counted(found, settings, keys)
    return {
        "findings": [words.finding(row, settings) for row in rows],
        "false": words.false_arrows(counted),
        "sealed": shells.sealed_text(workspace=request.workspace),
    }


@page("simulation.view")
def key(request: WorkspaceRequest) -> HttpResponse:
    """The answer key as JSON, once the seal is open."""
    shell = shells.shell(workspace=request.workspace)
    if shell is None or shell.key is None:
        raise NotFound()
    return JsonResponse(shell.key, json_dumps_params={"ensure_ascii": False, "indent": 1})


@page("simulation.play", methods=("POST",))
def open_seal(request: WorkspaceRequest) -> HttpResponse:
    """Open the shell."""
    playing.open_seal(workspace=request.workspace, by=request.user)
    return redirect("simulate:test", workspace=request.workspace.slug)


@page("simulation.play", methods=("POST",))
def play(request: WorkspaceRequest) -> HttpResponse:
    """Play the last 26 weeks, break a carrier, or bring everything back."""
    acts = {"play": playing.play, "break": playing.break_carrier, "restore": playing.restore}
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound()
    try:
        act(workspace=request.workspace, by=request.user)
    except Problem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, _("The weeks begin to run in a moment. Look at the situation board."))
    return redirect("simulate:test", workspace=request.workspace.slug)


@page("simulation.play", methods=("POST",))
def live(request: WorkspaceRequest) -> HttpResponse:
    """Let an answer come every few seconds, or no more."""
    playing.live(workspace=request.workspace, on=request.POST.get("on") == "yes", by=request.user)
    return redirect("simulate:test", workspace=request.workspace.slug)

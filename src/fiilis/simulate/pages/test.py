"""Doors of the test page: looking, opening the seal, playing. What is slow to import waits for the first look."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fiilis.core.errors import NotFound, Problem
from fiilis.core.http import WorkspaceRequest, page


@page("simulation.view")
def index(request: WorkspaceRequest) -> HttpResponse:
    """Both dashboards of the last whole week, the play buttons, the seal; and what was found once it is open."""
    from fiilis.simulate.pages import showing  # noqa: PLC0415 - slow import

    context = showing.dashboards(request)
    if context is None:
        raise NotFound()
    return render(request, "simulate/test.html", context)


@page("simulation.view")
def key(request: WorkspaceRequest) -> HttpResponse:
    """The answer key as JSON, once the seal is open."""
    from fiilis.simulate.pages import showing  # noqa: PLC0415 - slow import

    found = showing.opened_key(request)
    if found is None:
        raise NotFound()
    return JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})


@page("simulation.play", methods=("POST",))
def open_seal(request: WorkspaceRequest) -> HttpResponse:
    """Open the shell."""
    from fiilis.simulate.services import playing  # noqa: PLC0415 - slow import

    playing.open_seal(workspace=request.workspace, by=request.user)
    return redirect("simulate:test", workspace=request.workspace.slug)


@page("simulation.play", methods=("POST",))
def play(request: WorkspaceRequest) -> HttpResponse:
    """Play the last 26 weeks, break a carrier, or bring everything back."""
    from fiilis.simulate.services import playing  # noqa: PLC0415 - slow import

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
    from fiilis.simulate.services import playing  # noqa: PLC0415 - slow import

    playing.live(workspace=request.workspace, on=request.POST.get("on") == "yes", by=request.user)
    return redirect("simulate:test", workspace=request.workspace.slug)

"""The first page: the situation now, its live part, and its numbers as CSV."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fiilis.account import services as account
from fiilis.core import permissions, slots, workspaces
from fiilis.core.errors import NotFound
from fiilis.core.http import WorkspaceRequest, page
from fiilis.core.models import User
from fiilis.home import queries, wordings
from fiilis.home.pages import drawing, tables
from fiilis.home.pages.links import CHARTS, Links, beginnings
from fiilis.home.queries import BoardData
from fiilis.understand.periods import Period

SLOT = "home.board"


@require_safe
def way_in(request: HttpRequest) -> HttpResponse:
    """`/`: a member goes to her first workspace; someone who has none learns what to do."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    every = workspaces.memberships_of(request.user)
    own = [one for one in every if permissions.may(one, "board.view")]
    if own:
        return redirect("home:board", workspace=own[0].workspace.slug)
    start = reverse("home:start") if account.may_start(every) else ""
    return render(request, "home/no_workspace.html", {"start": start})


@page("board.view")
def board(request: WorkspaceRequest) -> HttpResponse:
    """The situation now."""
    data = _data(request)
    context = _context(request, data) | {
        "periods": [(period.value, wordings.period_name(period)) for period in Period],
    }
    with timezone.override(request.workspace.zone):
        return render(request, "home/board.html", context)


@page("board.view")
def part(request: WorkspaceRequest) -> HttpResponse:
    """The board's live part alone, from facts no older than `at_least`."""
    with timezone.override(request.workspace.zone):
        # Without the request: the part needs no menu, so nothing is asked for one.
        return HttpResponse(render_to_string("home/board_part.html", _context(request, _data(request))))


@page("board.view")
def csv(request: WorkspaceRequest, chart: str) -> HttpResponse:
    """The numbers of one chart, for machines: plain numbers, one name for each column in every language."""
    if chart not in CHARTS:
        raise NotFound()
    data = _data(request)
    name = f"{request.workspace.slug}-{chart}-{data.period}.csv"
    return HttpResponse(
        tables.text(tables.rows(chart, data)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _data(request: WorkspaceRequest) -> BoardData:
    version = request.GET.get("at_least", "")
    return queries.board(
        workspace=request.workspace,
        period=request.GET.get("period", ""),
        # Nine digits: a version that no table of facts will reach isn't waited for.
        at_least=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
    )


def _context(request: WorkspaceRequest, data: BoardData) -> dict[str, object]:
    with timezone.override(request.workspace.zone):
        view = drawing.board(data, Links(request.workspace.slug, data.period))
        panels = [
            panel.render(request, data)
            for panel in slots.panels(SLOT)
            if permissions.may(request.membership, panel.permission)
        ]
    return {"board": view, "panels": panels} | beginnings(request.workspace.slug, request.membership)

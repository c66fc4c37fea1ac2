"""Pages of ecosystem: the customer's journey, who takes part in it, and what else was going on."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fiilis.core import permissions
from fiilis.core.errors import Conflict, Problem
from fiilis.core.http import WorkspaceRequest, page
from fiilis.ecosystem import queries, services
from fiilis.ecosystem.forms import ContextForm
from fiilis.ecosystem.queries import ActorRow, JourneyRow, TouchpointRow
from fiilis.ecosystem.types import ActorKind, ContextKind, Control, Names, name_in

TONES = {Control.OWN: "accent", Control.PARTNER: "", Control.OUTSIDE: ""}


@dataclass(frozen=True, slots=True)
class PointLine:
    """A touchpoint as the page shows it."""

    key: str
    name: str
    actor: str
    control: str | Promise
    tone: str


@dataclass(frozen=True, slots=True)
class StagePart:
    """A stage with its touchpoints."""

    number: int
    name: str
    points: tuple[PointLine, ...]


@dataclass(frozen=True, slots=True)
class JourneyPart:
    """A journey with its stages."""

    name: str
    stages: tuple[StagePart, ...]


@dataclass(frozen=True, slots=True)
class KindPart:
    """The actors of one kind, by name."""

    kind: str | Promise
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadyPart:
    """A journey to begin with, before it is laid out."""

    key: str
    name: str
    stages: tuple[str, ...]


@page("journey.view")
def journey(request: WorkspaceRequest) -> HttpResponse:
    """Where experience happens, in the order in which a customer meets it, and whose hands each part is in."""
    rows = queries.journeys(workspace=request.workspace)
    context = {
        "journeys": [_journey(row) for row in rows],
        "kinds": _kinds(queries.actors(workspace=request.workspace)),
        "ready": [] if rows or not permissions.may(request.membership, "journey.edit") else _ready(),
    }
    return render(request, "ecosystem/journey.html", context)


@page("journey.edit", methods=("POST",))
def begin_journey(request: WorkspaceRequest) -> HttpResponse:
    """Lay out one of the journeys to begin with."""
    try:
        services.begin_journey(workspace=request.workspace, key=request.POST.get("plan", ""), by=request.user)
    except Conflict as conflict:
        messages.info(request, conflict.detail)
    else:
        messages.success(request, _("The journey is laid out. Choose a touchpoint for each survey in its settings."))
    return redirect("ecosystem:journey", workspace=request.workspace.slug)


@page("context.view", methods=("GET", "POST"))
def context_events(request: WorkspaceRequest) -> HttpResponse:
    """What else was going on, newest first; POST writes one more down."""
    may_edit = permissions.may(request.membership, "context.edit")
    form = ContextForm(request.POST or None)
    if request.method == "POST":
        permissions.require(request.membership, "context.edit")
        if form.is_valid() and _noted(request, form):
            messages.success(request, _("Written down. Charts show it from now on."))
            return redirect("ecosystem:context", workspace=request.workspace.slug)
    rows = [
        {"row": row, "name": _name(row.names), "kind": ContextKind(row.kind).label}
        for row in reversed(queries.context_events(workspace=request.workspace))
    ]
    context = {"rows": rows, "form": form if may_edit else None}
    return render(request, "ecosystem/context.html", context, status=422 if form.errors else 200)


def _noted(request: WorkspaceRequest, form: ContextForm) -> bool:
    given = form.cleaned_data
    try:
        services.note_context_event(
            workspace=request.workspace, kind=given["kind"], names={(get_language() or "en")[:2]: given["name"]},
            first=given["first"], last=given["last"], evidence=given["evidence"], by=request.user,
        )  # fmt: skip
    except Problem as problem:
        for field in problem.fields:
            form.add_error(field.field, field.text)
    return not form.errors


@page("context.edit", methods=("POST",))
def remove_context_event(request: WorkspaceRequest, event_id: uuid.UUID) -> HttpResponse:
    """Forget one."""
    services.remove_context_event(workspace=request.workspace, event_id=event_id, by=request.user)
    messages.success(request, _("Removed."))
    return redirect("ecosystem:context", workspace=request.workspace.slug)


def _ready() -> list[ReadyPart]:
    """Return the journeys to begin with, by name and stages."""
    parts = []
    for key in services.READY_JOURNEYS:
        plan = services.ready_plan(key)
        parts.append(ReadyPart(key, _name(plan.names, plan.name), tuple(_name(stage.names) for stage in plan.stages)))
    return parts


def _journey(row: JourneyRow) -> JourneyPart:
    stages = tuple(
        StagePart(number, _name(stage.names), tuple(map(_point, stage.touchpoints)))
        for number, stage in enumerate(row.stages, 1)
    )
    return JourneyPart(_name(row.names, row.name), stages)


def _point(row: TouchpointRow) -> PointLine:
    control = Control(row.control)
    return PointLine(
        row.key, _name(row.names, row.key), _name(row.actor_names, row.actor_name), control.label, TONES[control]
    )


def _kinds(actors: list[ActorRow]) -> list[KindPart]:
    """Group the actors by kind, those who control a touchpoint first."""
    parts = []
    for kind in ActorKind:
        ours = sorted(
            (actor for actor in actors if actor.kind == kind), key=lambda actor: (not actor.touchpoints, actor.name)
        )
        if ours:
            parts.append(KindPart(kind.label, tuple(_name(actor.names, actor.name) for actor in ours)))
    return parts


def _name(names: Names, fallback: str = "") -> str:
    return name_in(names, get_language(), fallback)

"""Pages of ecosystem: the customer's journey, and who takes part in it."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language

from fiilis.core.http import WorkspaceRequest, page
from fiilis.ecosystem import queries
from fiilis.ecosystem.queries import ActorRow, JourneyRow, TouchpointRow
from fiilis.ecosystem.types import ActorKind, Control, Names, name_in

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


@page("journey.view")
def journey(request: WorkspaceRequest) -> HttpResponse:
    """Where experience happens, in the order in which a customer meets it, and whose hands each part is in."""
    context = {
        "journeys": [_journey(row) for row in queries.journeys(workspace=request.workspace)],
        "kinds": _kinds(queries.actors(workspace=request.workspace)),
    }
    return render(request, "ecosystem/journey.html", context)


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

"""Reads of ecosystem: journeys as a page shows them, and where each touchpoint stands, for machines."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from fiilis.core.models import Workspace
from fiilis.ecosystem.models import Actor, ContextEvent, Journey, Stage, Touchpoint
from fiilis.ecosystem.types import ContextKind, Names, Place


@dataclass(frozen=True, slots=True)
class TouchpointRow:
    """A touchpoint with its stage and the actor who controls it."""

    id: uuid.UUID
    key: str
    names: Names
    control: str
    stage_id: uuid.UUID
    stage_names: Names
    actor_id: uuid.UUID
    actor_name: str
    actor_names: Names
    actor_kind: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage with its touchpoints in order."""

    id: uuid.UUID
    names: Names
    touchpoints: tuple[TouchpointRow, ...]


@dataclass(frozen=True, slots=True)
class JourneyRow:
    """A journey with its stages in order."""

    id: uuid.UUID
    name: str
    names: Names
    stages: tuple[StageRow, ...]


@dataclass(frozen=True, slots=True)
class ActorRow:
    """An actor and how many touchpoints are in its hands."""

    id: uuid.UUID
    name: str
    names: Names
    kind: str
    touchpoints: int


def touchpoints(*, workspace: Workspace) -> list[TouchpointRow]:
    """Return all touchpoints in the order in which a customer meets them: journey, stage, own order."""
    rows = (
        Touchpoint.objects.of(workspace)
        .select_related("stage", "actor")
        .order_by("stage__journey__name", "stage__order", "order", "key")
    )
    return [
        TouchpointRow(
            id=row.pk,
            key=row.key,
            names=row.names,
            control=row.control,
            stage_id=row.stage_id,
            stage_names=row.stage.names,
            actor_id=row.actor_id,
            actor_name=row.actor.name,
            actor_names=row.actor.names,
            actor_kind=row.actor.kind,
        )
        for row in rows
    ]


def journeys(*, workspace: Workspace) -> list[JourneyRow]:
    """Return all journeys with their stages and touchpoints (three statements)."""
    by_stage: dict[uuid.UUID, list[TouchpointRow]] = {}
    for point in touchpoints(workspace=workspace):
        by_stage.setdefault(point.stage_id, []).append(point)
    stages: dict[uuid.UUID, list[StageRow]] = {}
    for stage in Stage.objects.of(workspace).order_by("order"):
        row = StageRow(stage.pk, stage.names, tuple(by_stage.get(stage.pk, ())))
        stages.setdefault(stage.journey_id, []).append(row)
    return [
        JourneyRow(journey.pk, journey.name, journey.names, tuple(stages.get(journey.pk, ())))
        for journey in Journey.objects.of(workspace).order_by("name")
    ]


def actors(*, workspace: Workspace) -> list[ActorRow]:
    """Return all actors by name, with how many touchpoints each controls (two statements)."""
    counts: dict[uuid.UUID, int] = {}
    for actor_id in Touchpoint.objects.of(workspace).values_list("actor_id", flat=True):
        counts[actor_id] = counts.get(actor_id, 0) + 1
    return [
        ActorRow(actor.pk, actor.name, actor.names, actor.kind, counts.get(actor.pk, 0))
        for actor in Actor.objects.of(workspace).order_by("name")
    ]


def places_of(touchpoint_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Place]:
    """Return where the touchpoints stand that exist of those asked for, whosever they are (one statement).

    For machines whose batch holds many workspaces; the caller compares `workspace_id`.
    """
    if not touchpoint_ids:
        return {}
    every = Touchpoint.objects.across_workspaces(reason="one batch of the worker holds many workspaces' answers")
    rows = every.filter(pk__in=touchpoint_ids).values_list("id", "workspace_id", "stage_id", "actor_id")
    return {point_id: Place(workspace_id, stage_id, actor_id) for point_id, workspace_id, stage_id, actor_id in rows}


def touchpoint_ids(*, workspace: Workspace | uuid.UUID) -> dict[str, uuid.UUID]:
    """Return every touchpoint's id by its key."""
    return dict(Touchpoint.objects.of(workspace).values_list("key", "id"))


@dataclass(frozen=True, slots=True)
class ContextRow:
    """What else was going on. `assumed`: a change of our own that rests on no evidence."""

    id: uuid.UUID
    kind: str
    names: Names
    first: date
    last: date | None
    evidence: str

    @property
    def assumed(self) -> bool:
        """Whether it is a change of our own without evidence."""
        return self.kind == ContextKind.CHANGE and not self.evidence


def context_events(*, workspace: Workspace, since: date | None = None, until: date | None = None) -> list[ContextRow]:
    """Return what went on between two days (None: whenever), oldest first; what has a last day by its whole span."""
    rows = ContextEvent.objects.of(workspace).order_by("first", "id")
    if since is not None:
        rows = rows.filter(Q(first__gte=since) | Q(last__gte=since))
    if until is not None:
        rows = rows.filter(first__lte=until)
    return [ContextRow(row.pk, row.kind, row.names, row.first, row.last, row.evidence) for row in rows]

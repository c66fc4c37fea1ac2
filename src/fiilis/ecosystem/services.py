"""Writes of ecosystem: a journey with its actors, people by their key, and what else was going on."""

import tomllib
import uuid
from collections.abc import Collection
from datetime import date
from pathlib import Path

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core import audit, bulk, clock, ids
from fiilis.core.errors import Conflict, FieldProblem, Invalid, NotFound
from fiilis.core.models import User, Workspace
from fiilis.ecosystem.models import Actor, ContextEvent, Journey, Person, Stage, Touchpoint
from fiilis.ecosystem.types import ActorPlan, ContextKind, JourneyPlan, Names, PersonRole, StagePlan

READY_JOURNEYS = ("web_shop", "service")
_DATA = Path(__file__).parent / "data"
PERSON_COLUMNS = ("id", "workspace_id", "key", "role", "language", "created_at")


def lay_out_journey(*, workspace: Workspace, plan: JourneyPlan, by: User | str) -> Journey:
    """Make what `plan` names and the workspace lacks: actors, journey, stages, touchpoints.

    What exists (actors by name, journey by name, stages by their place, touchpoints by key) stays as it is, so the
    same plan again changes nothing. Raises Invalid when a touchpoint names an actor that the plan doesn't have.
    """
    _check(plan)
    with transaction.atomic():
        actors, made = _actors(workspace, plan.actors)
        journey, is_new = Journey.objects.of(workspace).get_or_create(name=plan.name, defaults={"names": plan.names})
        made += is_new + _stages(workspace, journey, plan.stages, actors)
        if made:
            audit.record(
                workspace=workspace, by=by, verb="laid out", kind="journey", target_id=journey.pk,
                target_name=plan.name, summary={"made": made},
            )  # fmt: skip
    return journey


def ready_plan(key: str) -> JourneyPlan:
    """Return one of the journeys to begin with, READY_JOURNEYS; raises NotFound for another key."""
    if key not in READY_JOURNEYS:
        raise NotFound()
    return msgspec.convert(tomllib.loads((_DATA / f"{key}.toml").read_text(encoding="utf-8")), JourneyPlan)


def begin_journey(*, workspace: Workspace, key: str, by: User | str) -> Journey:
    """Lay out one of the journeys to begin with. Raises NotFound for its key, Conflict where there is a journey."""
    plan = ready_plan(key)
    with transaction.atomic():
        if Journey.objects.of(workspace).exists():
            raise Conflict(_("There is a journey already."))
        return lay_out_journey(workspace=workspace, plan=plan, by=by)


def _check(plan: JourneyPlan) -> None:
    known = {actor.key for actor in plan.actors}
    for stage in plan.stages:
        for touchpoint in stage.touchpoints:
            if touchpoint.actor not in known:
                # For developers and importers of plans; a page never offers it.
                raise Invalid(f"touchpoint {touchpoint.key}: there is no actor {touchpoint.actor}", code="actor")


def _actors(workspace: Workspace, plans: tuple[ActorPlan, ...]) -> tuple[dict[str, uuid.UUID], int]:
    rows = Actor.objects.of(workspace)
    existing = dict(rows.values_list("name", "id"))
    new = [
        Actor(workspace_id=workspace.pk, name=plan.name, names=plan.names, kind=plan.kind)
        for plan in plans
        if plan.name not in existing
    ]
    rows.bulk_create(new)
    existing |= {actor.name: actor.pk for actor in new}
    return {plan.key: existing[plan.name] for plan in plans}, len(new)


def _stages(workspace: Workspace, journey: Journey, plans: tuple[StagePlan, ...], actors: dict[str, uuid.UUID]) -> int:
    stages = {stage.order: stage for stage in Stage.objects.of(workspace).filter(journey=journey)}
    new_stages = [
        Stage(workspace_id=workspace.pk, journey=journey, names=plan.names, order=order)
        for order, plan in enumerate(plans)
        if order not in stages
    ]
    Stage.objects.of(workspace).bulk_create(new_stages)
    stages |= {stage.order: stage for stage in new_stages}
    touchpoints = Touchpoint.objects.of(workspace)
    existing = set(touchpoints.values_list("key", flat=True))
    new = [
        Touchpoint(
            workspace_id=workspace.pk,
            key=point.key,
            names=point.names,
            stage=stages[order],
            actor_id=actors[point.actor],
            control=point.control,
            order=place,
        )
        for order, plan in enumerate(plans)
        for place, point in enumerate(plan.touchpoints)
        if point.key not in existing
    ]
    touchpoints.bulk_create(new)
    return len(new_stages) + len(new)


def resolve_people(
    *, workspace: Workspace, keys: Collection[str], role: str = PersonRole.CUSTOMER
) -> dict[str, uuid.UUID]:
    """Return the id of the person behind each key, making those who are missing. For machines: no audit line each.

    Two statements, however many keys, and a third when another caller made some of them meanwhile. Of two callers at
    once neither makes a double. An empty key is nobody's.
    """
    people = Person.objects.of(workspace)
    wanted = {key for key in keys if key}
    found = dict(people.filter(key__in=wanted).values_list("key", "id")) if wanted else {}
    missing = sorted(wanted - found.keys())
    if missing:
        now = clock.now()
        new = [(ids.uuid7(), workspace.pk, key, role, "", now) for key in missing]
        written = bulk.insertion(Person, PERSON_COLUMNS, new, conflict="ON CONFLICT DO NOTHING").run()
        if written == len(new):
            found |= {row[2]: row[0] for row in new}
        else:  # another caller was quicker with some: theirs are the ids that count
            found |= dict(people.filter(key__in=missing).values_list("key", "id"))
    return found


def note_context_event(
    *,
    workspace: Workspace,
    kind: str,
    names: Names,
    first: date,
    last: date | None = None,
    evidence: str = "",
    by: User | str,
) -> ContextEvent:
    """Write down what else was going on, for charts to mark. Raises Invalid for no name and for days out of order.

    `evidence`, for a change of our own, says what it rests on: answers, an interview, a test. Without any it is kept
    as an assumption, and shown so.
    """
    names = {code: " ".join(name.split())[:120] for code, name in names.items() if name.strip()}
    if kind not in ContextKind.values or not names:
        text = _("Say in a few words what happened.")
        raise Invalid(text, code="name", fields=[FieldProblem("name", "name", text)])
    if last is not None and last < first:
        text = _("The last day is before the first.")
        raise Invalid(text, code="days", fields=[FieldProblem("last", "days", text)])
    with transaction.atomic():
        made = ContextEvent.objects.of(workspace).create(
            kind=kind, names=names, first=first, last=last, evidence=" ".join(evidence.split())[:300]
        )
        _audit_event(made, verb="added", by=by)
    return made


def remove_context_event(*, workspace: Workspace, event_id: uuid.UUID, by: User | str) -> None:
    """Forget a context event. Raises NotFound."""
    with transaction.atomic():
        event = ContextEvent.objects.of(workspace).filter(pk=event_id).first()
        if event is None:
            raise NotFound()
        _audit_event(event, verb="removed", by=by)
        event.delete()


def _audit_event(event: ContextEvent, *, verb: str, by: User | str) -> None:
    audit.record(
        workspace=event.workspace_id, by=by, verb=verb, kind="context event", target_id=event.pk,
        target_name=str(event), summary={"kind": event.kind},
    )  # fmt: skip

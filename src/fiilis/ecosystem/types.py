"""Words shared inside ecosystem, and a journey as plain frozen data."""

import uuid
from dataclasses import dataclass

import msgspec
from django.db import models
from django.utils.translation import gettext_lazy as _

Names = dict[str, str]  # language code -> name


class ActorKind(models.TextChoices):
    """Who takes part in the customer's experience. All eight kinds, the environment's included."""

    OWN_TEAM = "own_team", _("Own team")
    EMPLOYEE_GROUP = "employee_group", _("Employee group")
    SUPPLIER = "supplier", _("Supplier")
    DISTRIBUTOR = "distributor", _("Distributor")
    SUBCONTRACTOR = "subcontractor", _("Subcontractor")
    PARTNER = "partner", _("Partner")
    COMPETITOR = "competitor", _("Competitor")
    AUTHORITY = "authority", _("Authority")


class PersonRole(models.TextChoices):
    """In which role we know a human."""

    CUSTOMER = "customer", _("Customer")
    EMPLOYEE = "employee", _("Employee")
    PARTNER_CONTACT = "partner_contact", _("Partner contact")


class Control(models.TextChoices):
    """Whose hands a touchpoint is in, seen from the workspace."""

    OWN = "own", _("In our own hands")
    PARTNER = "partner", _("In a partner's hands")
    OUTSIDE = "outside", _("Outside our control")


class ContextKind(models.TextChoices):
    """What else was going on: in the world, or by our own hand."""

    STRIKE = "strike", _("Strike")
    WEATHER = "weather", _("Weather")
    SEASON = "season", _("Season or holiday")
    CAMPAIGN = "campaign", _("Campaign")
    INCIDENT = "incident", _("Incident")
    CHANGE = "change", _("A change of our own")


class ActorPlan(msgspec.Struct, frozen=True, kw_only=True):
    """An actor to be made. `name` is its name in the workspace, `names` its name by language where it differs."""

    key: str
    name: str
    kind: ActorKind
    names: Names = {}


class TouchpointPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A touchpoint to be made; `actor` is the key of an ActorPlan of the same journey."""

    key: str
    names: Names
    actor: str
    control: Control = Control.OWN


class StagePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A stage to be made, with its touchpoints in order."""

    names: Names
    touchpoints: tuple[TouchpointPlan, ...] = ()


class JourneyPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole journey to be made, with the actors who take part in it."""

    name: str
    names: Names = {}
    actors: tuple[ActorPlan, ...] = ()
    stages: tuple[StagePlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a touchpoint stands: its workspace, its stage, and the actor who controls it."""

    workspace_id: uuid.UUID
    stage_id: uuid.UUID
    actor_id: uuid.UUID


def name_in(names: Names, language: str | None, fallback: str = "") -> str:
    """Return the name in `language`, else `fallback`, else the English one, else any."""
    return (
        names.get((language or "").partition("-")[0]) or fallback or names.get("en") or next(iter(names.values()), "")
    )

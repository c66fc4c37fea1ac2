"""The demonstration: San Francisco airport's real guest survey of 2017 as a workspace (data/airport/SOURCE.md)."""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core import workspaces
from fiilis.core.errors import Conflict
from fiilis.core.models import Membership, Role, User, Workspace
from fiilis.ecosystem import queries as ecosystem_reads
from fiilis.ecosystem import services as ecosystem
from fiilis.ecosystem.types import JourneyPlan
from fiilis.listen.models import Import, Survey
from fiilis.listen.services import imports, surveys
from fiilis.listen.services.imports.planning import located
from fiilis.listen.types import Definition

DATA = Path(__file__).resolve().parent.parent / "data" / "airport"
SLUG = "airport"
T = TypeVar("T")
REAL = "real"  # Workspace.data_note: real data of a real organisation, not this installation's own


def load(*, by: User | str, owner: User | None = None, progress: imports.Progress | None = None) -> Workspace:
    """Make the airport's workspace, or whatever an interrupted load left unmade; return it. Again: changes nothing.

    `progress` gets (lines done, of how many). Raises Conflict when somebody's own workspace has the address.
    """
    workspace = _workspace(by, owner)
    ecosystem.lay_out_journey(workspace=workspace, plan=_read("journey.toml", JourneyPlan), by=by)
    complete = Import.objects.of(workspace).filter(file_name="answers.csv", status=Import.Status.COMPLETE)
    if not complete.exists():
        plan = imports.plan(workspace=workspace, file=DATA / "answers.csv", mapping=DATA / "MAP.toml")
        imports.run(workspace=workspace, plan=plan, by=by, progress=progress)
    survey = Survey.objects.of(workspace).get(pk=complete.values_list("survey_id", flat=True)[0])
    if survey.current < 2:
        touchpoints = ecosystem_reads.touchpoint_ids(workspace=workspace)
        short = located(_read("survey-2.toml", Definition), touchpoints)
        surveys.save_draft(workspace=workspace, survey_id=survey.pk, definition=short, by=by)
        surveys.publish_survey(workspace=workspace, survey_id=survey.pk, by=by)
    return workspace


def _workspace(by: User | str, owner: User | None) -> Workspace:
    with transaction.atomic():
        workspace = Workspace.objects.filter(slug=SLUG).first()
        if workspace is None:
            return workspaces.create_workspace(
                slug=SLUG, name="San Franciscon lentoasema", by=by, language="fi", time_zone="America/Los_Angeles",
                data_note=REAL, owner=owner,
            )  # fmt: skip
        if workspace.data_note != REAL:
            raise Conflict(_("The address “%(slug)s” belongs to a workspace of your own.") % {"slug": SLUG})
        if owner and not Membership.objects.filter(workspace=workspace, user=owner).exists():
            workspaces.give_role(workspace=workspace, user=owner, role=Role.OWNER, by=by)
    return workspace


def _read(name: str, kind: type[T]) -> T:
    return msgspec.convert(tomllib.loads((DATA / name).read_text(encoding="utf-8")), kind)

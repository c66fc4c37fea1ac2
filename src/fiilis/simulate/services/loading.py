"""A made-up shop becomes a workspace: through the same import, journey and survey services as anybody's own data."""

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings as installation
from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core import clock, workspaces
from fiilis.core.errors import Conflict
from fiilis.core.models import Membership, Role, User, Workspace
from fiilis.ecosystem import queries as ecosystem_reads
from fiilis.ecosystem import services as ecosystem
from fiilis.ecosystem.types import ActorKind, ActorPlan, Control, JourneyPlan, StagePlan, TouchpointPlan
from fiilis.listen.queries import imports as import_reads
from fiilis.listen.queries import surveys as survey_reads
from fiilis.listen.queries import uploads as upload_reads
from fiilis.listen.queries.imports import ImportRow
from fiilis.listen.services import imports, surveys
from fiilis.listen.wordings import Template
from fiilis.simulate.models import Simulation
from fiilis.simulate.queries.shells import end_of, said, settings_of
from fiilis.simulate.said import between, write_csv
from fiilis.simulate.seal import seal
from fiilis.simulate.settings import Settings
from fiilis.simulate.types import MADE_UP
from fiilis.simulate.world import calendar, shop
from fiilis.simulate.world.arrays import Table, length

DATA = Path(__file__).resolve().parent.parent / "data"
SLUG = "kehranummi"
HISTORY, RECENT = "history.csv", "recent.csv"
RECENT_WEEKS = 26
"""So many of the last weeks can be played again; what is before them stays."""

LIVE_SURVEY = "Kehränummi: suosittelu"
STAGES = {
    "choose": {"fi": "Valitsee", "sv": "Väljer", "en": "Chooses"},
    "buy": {"fi": "Ostaa", "sv": "Köper", "en": "Buys"},
    "receive": {"fi": "Saa paketin", "sv": "Får paketet", "en": "Gets the parcel"},
    "return": {"fi": "Palauttaa", "sv": "Returnerar", "en": "Returns"},
    "get_help": {"fi": "Kysyy apua", "sv": "Ber om hjälp", "en": "Asks for help"},
    "visit": {"fi": "Käy myymälässä", "sv": "Besöker butiken", "en": "Visits the store"},
}
KINDS = {"own": ActorKind.OWN_TEAM, "partner": ActorKind.SUBCONTRACTOR}
CONTEXT = {"strike": "strike", "campaign": "campaign", "heat_wave": "weather", "christmas": "season"}
EVIDENCE = {"return_form": "valitukset palautuslomakkeesta"}
"""What the shop's own changes rest on, in the workspace's language; the new front page is an assumption."""

Progress = Callable[[int, int], None]


def default_settings(*, seed: int = 1, size: float = 1.0, today: date | None = None) -> Settings:
    """Return a shop of 104 weeks that ends with the last whole week before `today`."""
    day = today or clock.now().date()
    return Settings(seed=seed, size=size, first_day=day - timedelta(days=day.weekday(), weeks=104))


def load(
    *,
    by: User | str,
    owner: User | None = None,
    settings: Settings | None = None,
    slug: str = SLUG,
    progress: Progress | None = None,
) -> Workspace:
    """Make the shop's workspace, or whatever an interrupted load left unmade; return it. Again: changes nothing.

    `settings` count for a workspace that isn't there yet. `progress` gets (lines done, of how many). Raises Conflict
    when somebody's own workspace has the address.
    """
    workspace = _workspace(slug, by, owner)
    row = _sealed(workspace, settings or default_settings())
    shop_settings = settings_of(row)
    ecosystem.lay_out_journey(workspace=workspace, plan=journey(), by=by)
    _note_happenings(workspace, shop_settings, by)
    done = {one.file_name for one in own_imports(workspace) if one.status == "complete"}
    if not done & {RECENT, *(week_file(week) for week in recent_weeks(shop_settings))}:
        _load_history(workspace, shop_settings, HISTORY in done, by, progress)
    if not row.survey_code:
        _publish_live_survey(workspace, row, by)
    return workspace


def recent_weeks(settings: Settings) -> range:
    """Return the numbers of the weeks that can be played again."""
    return range(settings.last_week - RECENT_WEEKS + 1, settings.last_week + 1)


def week_file(week: int) -> str:
    """Return the name under which a played week is imported."""
    return f"week-{week}.csv"


def own_imports(workspace: Workspace) -> list[ImportRow]:
    """Return the imports that aren't somebody's upload: a file of hers may have any name, ours as well."""
    found = import_reads.imports(workspace=workspace)
    sent = upload_reads.of_imports(workspace=workspace, import_ids=[one.id for one in found])
    return [one for one in found if one.id not in sent]


def import_said(
    *, workspace: Workspace, table: Table, name: str, by: User | str, progress: Progress | None = None
) -> None:
    """Bring in what was said, like any file of answers."""
    if not length(table):
        return
    # In the installation's own folder: the system's temporary one may be small, or in memory.
    with tempfile.TemporaryDirectory(dir=installation.DATA, prefix="simulate-") as folder:
        file = Path(folder) / name
        write_csv(file, table)
        plan = imports.plan(workspace=workspace, file=file, mapping=DATA / "MAP.toml")
        imports.run(workspace=workspace, plan=plan, by=by, progress=progress)


def _workspace(slug: str, by: User | str, owner: User | None) -> Workspace:
    with transaction.atomic():
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            return workspaces.create_workspace(
                slug=slug, name=shop.SHOP, by=by, language="fi", time_zone="Europe/Helsinki", data_note=MADE_UP,
                owner=owner,
            )  # fmt: skip
        if workspace.data_note != MADE_UP:
            raise Conflict(_("The address “%(slug)s” belongs to a workspace of your own.") % {"slug": slug})
        if owner and not Membership.objects.filter(workspace=workspace, user=owner).exists():
            workspaces.give_role(workspace=workspace, user=owner, role=Role.OWNER, by=by)
    return workspace


def _sealed(workspace: Workspace, settings: Settings) -> Simulation:
    """Seal the truths before anything of them is written."""
    row = Simulation.objects.of(workspace).first()
    if row is None:
        made = seal(settings)
        row = Simulation.objects.of(workspace).create(sealed=made.text, digest=made.digest)
    return row


def journey() -> JourneyPlan:
    """Return the shop's journey with its actors."""
    actors = tuple(ActorPlan(key=one.code, name=one.name, kind=KINDS[one.kind]) for one in shop.ACTORS)
    hands = {one.code: Control.OWN if one.kind == "own" else Control.PARTNER for one in shop.ACTORS}
    stages = tuple(
        StagePlan(
            names=names,
            touchpoints=tuple(
                TouchpointPlan(
                    key=one.code, names={"fi": one.fi, "sv": one.sv, "en": one.en}, actor=one.actor,
                    control=hands[one.actor],
                )
                for one in shop.TOUCHPOINTS
                if one.stage == code
            ),
        )
        for code, names in STAGES.items()
    )  # fmt: skip
    names = {"fi": "Ostos Kehränummesta", "sv": "Köp hos Kehränummi", "en": "Buying from Kehränummi"}
    return JourneyPlan(name=names["fi"], names=names, actors=actors, stages=stages)


def _note_happenings(workspace: Workspace, settings: Settings, by: User | str) -> None:
    if ecosystem_reads.context_events(workspace=workspace):
        return
    for one in calendar.happenings(settings):
        own = one.kind == "improvement"
        ecosystem.note_context_event(
            workspace=workspace, kind="change" if own else CONTEXT[one.code],
            names={"fi": one.fi, "sv": one.sv, "en": one.en}, first=one.first_day, last=one.last_day, by=by,
            evidence=EVIDENCE.get(one.code, ""),
        )  # fmt: skip


def _load_history(
    workspace: Workspace, settings: Settings, history_done: bool, by: User | str, progress: Progress | None
) -> None:
    whole = said(settings)
    split = settings.monday(recent_weeks(settings).start)
    parts = [(HISTORY, between(whole, settings.first_day, split)), (RECENT, between(whole, split, end_of(settings)))]
    total, before = sum(length(table) for _name, table in parts), 0
    for name, table in parts:
        if not (name == HISTORY and history_done):
            import_said(workspace=workspace, table=table, name=name, by=by, progress=_shifted(progress, before, total))
        before += length(table)


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    return None if progress is None else lambda done, _of: progress(before + done, total)


def _publish_live_survey(workspace: Workspace, row: Simulation, by: User | str) -> None:
    """Publish the short survey that an audience answers by its QR code."""
    found = next((one for one in survey_reads.surveys(workspace=workspace) if one.name == LIVE_SURVEY), None)
    if found is None:
        made = surveys.create_survey(
            workspace=workspace, name=LIVE_SURVEY, template=Template.NPS, languages=["fi", "sv", "en"], by=by
        )
        survey_id = made.pk
    else:
        survey_id = found.id
    survey = survey_reads.survey(workspace=workspace, survey_id=survey_id)
    if not survey.current:
        surveys.publish_survey(workspace=workspace, survey_id=survey_id, by=by)
    Simulation.objects.of(workspace).filter(pk=row.pk).update(survey_code=survey.code)

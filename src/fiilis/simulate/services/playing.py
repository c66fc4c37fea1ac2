"""Playing a made-up shop: its last weeks before your eyes, a carrier that breaks, answers that keep coming."""

import http.client
import json
import logging
import urllib.request
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings as installation
from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core import audit, clock
from fiilis.core.errors import Conflict, NotFound
from fiilis.core.models import User, Workspace
from fiilis.listen.queries import surveys as survey_reads
from fiilis.listen.services import imports
from fiilis.listen.services.removal import MOST, remove_of_source
from fiilis.simulate.key import answer_key
from fiilis.simulate.models import Simulation
from fiilis.simulate.queries import shells
from fiilis.simulate.queries.shells import end_of, said, settings_of
from fiilis.simulate.said import between
from fiilis.simulate.services.loading import RECENT, RECENT_WEEKS, import_said, own_imports, recent_weeks, week_file
from fiilis.simulate.settings import LateCarrier, Settings

log = logging.getLogger("fiilis.simulate")

PLAY_SECONDS = 80
"""The 26 last weeks are played in so long, after the ten seconds that taking them back needs."""

LIVE_SECONDS = 5.0
LIVES = timedelta(minutes=30)
"""So long an answer comes every LIVE_SECONDS after somebody asked for it: a demo left open doesn't fill the disk."""

BROKEN_WEEKS = 8
"""A carrier that breaks while nothing is played breaks so many weeks ago, and those weeks are played."""

BROKEN_CARRIER = "kapyrahti"
LIVE_SOURCE = "live"


def play(*, workspace: Workspace, by: User) -> None:
    """Take the last 26 weeks back and play them again, as they were. Raises NotFound, Conflict while one is on."""
    _start(workspace, by, "played", weeks=RECENT_WEEKS, broken=False)


def break_carrier(*, workspace: Workspace, by: User) -> None:
    """Let a carrier be late everywhere from now on: in what is being played, else in the last eight weeks, played anew.

    Raises NotFound.
    """
    with transaction.atomic():
        row = _locked(workspace)
        if row.week is not None and row.broken_from is None:
            Simulation.objects.of(workspace).filter(pk=row.pk).update(broken_from=row.week)
            _audit(row, by, "broke a carrier")
            return
    _start(workspace, by, "broke a carrier", weeks=BROKEN_WEEKS, broken=True)


def restore(*, workspace: Workspace, by: User) -> None:
    """Bring the sealed weeks back at once and remove the answers that came live. Raises NotFound, Conflict."""
    _start(workspace, by, "restored", weeks=0, broken=False)


def live(*, workspace: Workspace, on: bool, by: User) -> None:
    """Let an answer come every few seconds for half an hour, or no more. Raises NotFound."""
    with transaction.atomic():
        row = _locked(workspace)
        until = clock.now() + LIVES if on else None
        Simulation.objects.of(workspace).filter(pk=row.pk).update(lives_until=until, next_at=clock.now())
        _audit(row, by, "let answers come" if on else "stopped answers")


def begin_to_live(*, workspace: Workspace, by: User) -> None:
    """Let answers come when nobody has ever asked for any, or do nothing. Raises NotFound."""
    row = Simulation.objects.of(workspace).first()
    if row is None or (row.said_live == 0 and row.lives_until is None):
        live(workspace=workspace, on=True, by=by)


def open_seal(*, workspace: Workspace, by: User) -> None:
    """Open the seal: what was planted, and what is true, may be read from now on. Raises NotFound."""
    row = Simulation.objects.of(workspace).first()
    if row is None:
        raise NotFound()
    key = answer_key(settings_of(row))  # seconds of work: outside the transaction
    with transaction.atomic():
        opened = Simulation.objects.of(workspace).filter(pk=row.pk, opened_at=None)
        if opened.update(opened_at=clock.now(), key=key):
            _audit(row, by, "opened the seal")


def _start(workspace: Workspace, by: User, verb: str, *, weeks: int, broken: bool) -> None:
    with transaction.atomic():
        row = _locked(workspace)
        if row.week is not None:
            raise Conflict(_("The weeks are being played already. Wait until they have run."), code="playing")
        last = settings_of(row).last_week
        first = last - weeks + 1
        Simulation.objects.of(workspace).filter(pk=row.pk).update(
            week=first, until=last, rewound=False, broken_from=first if broken else None, next_at=clock.now()
        )
        _audit(row, by, verb)


def turn() -> None:
    """Play what is due of every shop. For the worker."""
    now = clock.now()
    every = Simulation.objects.across_workspaces(reason="the worker plays every shop that somebody started")
    due = every.select_related("workspace").filter(next_at__lte=now).exclude(week=None, lives_until=None)
    for row in due:
        if row.week is not None:
            _step(row, now)
        elif row.lives_until is not None:
            _say(row, now)


def _step(row: Simulation, now: datetime) -> None:
    """Take the weeks back first, then bring one a step; nothing is kept in memory that a restart would lose."""
    assert row.week is not None  # noqa: S101 - for the type checker
    settings = settings_of(row)
    mine = Simulation.objects.of(row.workspace).filter(pk=row.pk)
    if not row.rewound:
        _rewind(row, settings)
        mine.update(rewound=True, next_at=now)
        return
    if row.week > row.until:
        mine.update(week=None)
        shells.said.cache_clear()
        return
    shop = settings if row.broken_from is None or row.week < row.broken_from else broken(settings, row.broken_from)
    table = between(said(shop), settings.monday(row.week), settings.monday(row.week + 1))
    name = week_file(row.week)
    # After a crash between the import's end and the step's the week is there already.
    if not any(one.file_name == name and one.status == "complete" for one in own_imports(row.workspace)):
        import_said(workspace=row.workspace, table=table, name=name, by="simulation")
    following = now + timedelta(seconds=PLAY_SECONDS / RECENT_WEEKS)
    over = row.week == row.until
    mine.update(week=None if over else row.week + 1, next_at=following)
    if over:
        shells.said.cache_clear()  # a hundred megabytes that nobody needs any more


def _rewind(row: Simulation, settings: Settings) -> None:
    """Undo the imports of the last weeks, and bring those before the first one to be played in one go."""
    ours = {RECENT, *map(week_file, recent_weeks(settings))}  # whatever people brought in themselves stays
    for one in own_imports(row.workspace):
        if one.file_name in ours and one.status in ("complete", "undoing", "running"):
            imports.undo(workspace=row.workspace, import_id=one.id, by="simulation")
    if row.survey_code and (found := survey_reads.hosted(code=row.survey_code)) is not None:
        while remove_of_source(
            workspace=row.workspace, survey_id=found.survey_id, source=LIVE_SOURCE, by="simulation"
        ) == MOST:  # fmt: skip
            pass
    first = recent_weeks(settings).start
    assert row.week is not None  # noqa: S101 - for the type checker
    stay = between(said(settings), settings.monday(first), min(settings.monday(row.week), end_of(settings)))
    import_said(workspace=row.workspace, table=stay, name=RECENT, by="simulation")


def broken(settings: Settings, week: int) -> Settings:
    """Return the shop with a carrier late everywhere from a week on, in place of what was planted about carriers."""
    late = LateCarrier(
        carrier=BROKEN_CARRIER, first_area=0, last_area=99, from_week=week, delivery_csat=-1.2, total_nps=-8.0
    )
    return replace(settings, truths=replace(settings.truths, late_carrier=late))


def _say(row: Simulation, now: datetime) -> None:
    mine = Simulation.objects.of(row.workspace).filter(pk=row.pk)
    assert row.lives_until is not None  # noqa: S101 - for the type checker
    if now >= row.lives_until or not installation.FIILIS_BESIDE:
        mine.update(lives_until=None)
        return
    words = shells.comments(settings_of(row))
    language, nps, text = words[row.said_live * 7919 % len(words)]
    _post(row.survey_code, language, nps, text)
    mine.update(said_live=row.said_live + 1, next_at=now + timedelta(seconds=LIVE_SECONDS))


def _post(code: str, language: str, nps: int, words: str) -> None:
    """Answer the short survey through the public door, as any customer's browser would."""
    found = survey_reads.hosted(code=code)
    if found is None or found.definition is None or not found.is_open:
        return
    ids = {question.kind.value: question.id for question in found.definition.questions}
    body = {
        "key": str(uuid.uuid4()), "rev": 1, "version": found.version, "lang": language, "channel": "link",
        "source": LIVE_SOURCE, "answers": {ids["nps"]: nps, ids["long"]: words},
    }  # fmt: skip
    request = urllib.request.Request(  # noqa: S310 - our own server's address, from the settings
        f"{installation.FIILIS_BESIDE}/i/{code}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        # without a proxy: an installation may have one for the world, and our own server isn't there
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5).close()
    except (OSError, http.client.HTTPException) as fault:  # no answer at all, a refusal, or one that breaks off
        log.warning("no live answer could be given: %s", fault)


def _locked(workspace: Workspace) -> Simulation:
    row = Simulation.objects.of(workspace).select_for_update().first()
    if row is None:
        raise NotFound()
    return row


def _audit(row: Simulation, by: User, verb: str) -> None:
    audit.record(workspace=row.workspace_id, by=by, verb=verb, kind="simulation", target_id=row.pk)

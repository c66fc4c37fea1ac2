"""Where a workspace's simulation stands, and its shop, made anew from the seal."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from fiilis.core.models import Workspace
from fiilis.simulate.models import Simulation
from fiilis.simulate.publish import weekly
from fiilis.simulate.said import everything_said
from fiilis.simulate.seal import open_seal
from fiilis.simulate.settings import Settings
from fiilis.simulate.world.arrays import MISSING, Table

COMMENT_WEEKS = 4
"""Weeks whose comments are said again live."""


@dataclass(frozen=True, slots=True)
class Shell:
    """A simulation as pages know it: nothing of what is sealed, but for `key` once it is opened.

    `end` is the Monday after the shop's last week. `week` is being played (None: nothing is), `left` weeks follow.
    Until `lives_until` answers come by themselves.
    """

    digest: str
    end: date
    opened_at: datetime | None
    key: dict[str, Any] | None
    survey_code: str
    week: int | None
    left: int
    broken: bool
    lives_until: datetime | None


def shell(*, workspace: Workspace) -> Shell | None:
    """Return the workspace's simulation, or None."""
    row = Simulation.objects.of(workspace).first()
    if row is None:
        return None
    return Shell(
        digest=row.digest,
        end=end_of(settings_of(row)),
        opened_at=row.opened_at,
        key=row.key if row.opened_at else None,
        survey_code=row.survey_code,
        week=row.week,
        left=0 if row.week is None else row.until - row.week + 1,
        broken=row.broken_from is not None,
        lives_until=row.lives_until,
    )


def settings_of(row: Simulation) -> Settings:
    """Return the sealed settings, for machines: no page shows them before the seal is opened."""
    return open_seal(row.sealed, row.digest)


@lru_cache(maxsize=3)
def said(settings: Settings) -> Table:
    """Return everything said in a shop; the last few shops are kept, for weeks are played one by one."""
    return everything_said(settings)


@lru_cache(maxsize=1)
def comments(settings: Settings) -> tuple[tuple[str, int, str], ...]:
    """Return language, NPS score and words of the answers of a shop's last weeks that say something in words."""
    found = []
    for _week, streams in weekly(settings, from_week=settings.last_week - COMMENT_WEEKS + 1, streams=["answers"]):
        table = streams.get("answers")
        if table is None:
            continue
        rows = zip(table["language"].tolist(), table["nps"].tolist(), table["comment"].tolist(), strict=True)
        found += [row for row in rows if row[1] != MISSING and row[2]]
    return tuple(found)


def end_of(settings: Settings) -> date:
    """Return the Monday after the shop's last week."""
    return settings.monday(settings.last_week + 1)


def sealed_text(*, workspace: Workspace) -> str:
    """Return what lay in the shell, exactly as its digest was made of; "" before it is opened."""
    row = Simulation.objects.of(workspace).exclude(opened_at=None).first()
    return "" if row is None else row.sealed

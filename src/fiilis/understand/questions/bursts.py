"""Which answers came too fast for people? Mail scanners that follow every link, a child at the kiosk."""

from dataclasses import dataclass
from datetime import datetime

from fiilis.core.models import Workspace
from fiilis.understand import facts
from fiilis.understand.types import Filter

SECONDS, LEAST = 10, 10
"""The rule, published on the page: so many answers within so many seconds at one touchpoint by one source."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Answers given at one touchpoint (its id) by one source, too close together for people. `n` feedback."""

    touchpoint: str
    source: str
    began: datetime
    ended: datetime
    n: int


def bursts(*, workspace: Workspace, asked: Filter, at_least: int | None = None) -> facts.Found[tuple[Burst, ...]]:
    """Return the bursts among the answers asked for, newest first. The answers are kept and counted as any others.

    It misleads where a crowd answers at once because it was asked to (an audience by one QR code): the source tells.
    """
    found = facts.bursts(workspace=workspace, asked=asked, seconds=SECONDS, least=LEAST, at_least=at_least)
    rows = tuple(Burst(row["touchpoint"], row["source"], row["began"], row["ended"], row["n"]) for row in found.value)
    return facts.Found(rows, found.version)

"""What did they say? The newest feedback, and the answers behind a number, as many as the number's n."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fiilis.core.models import Workspace
from fiilis.understand import facts
from fiilis.understand.types import FORMS, Filter, Group, Measure


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer: its score on its scale, or None for another kind of answer, and what was said in words."""

    feedback: str
    kind: str
    measure: Measure | None
    value: float | None
    text: str
    touchpoint: str
    channel: str
    language: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answers:
    """A page of answers, newest first, and how many there are in all."""

    version: int
    entries: tuple[Entry, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest feedback, each once."""

    version: int
    entries: tuple[Entry, ...]


def latest(*, workspace: Workspace, asked: Filter, n: int, at_least: int | None = None) -> Latest:
    """Return the newest feedback, newest first, each once, by the answer that says most."""
    found = facts.feedback(workspace=workspace, asked=asked, n=n, skip=0, at_least=at_least)
    return Latest(found.version, _entries(found.value))


def everything(*, workspace: Workspace, asked: Filter, n: int, skip: int = 0, at_least: int | None = None) -> Answers:
    """Return a page of all feedback, as `latest` tells it, and how much there is in all."""

    def ask(version: int | None) -> tuple[list[facts.Said], int]:
        said = facts.feedback(workspace=workspace, asked=asked, n=n, skip=skip, at_least=version)
        return said.value, facts.overview(workspace=workspace, asked=asked, at_least=version).value.answered

    found = facts.steady(ask, at_least)
    return Answers(found.version, _entries(found.value[0]), found.value[1])


def behind(
    *,
    workspace: Workspace,
    asked: Filter,
    measure: Measure,
    values: tuple[int, int] | None,
    n: int,
    skip: int = 0,
    at_least: int | None = None,
) -> Answers:
    """Return the answers behind a measure's number; `values` keeps those from the first to the second value."""
    whole = values or (measure.low, measure.high)
    found = facts.answers(
        workspace=workspace, asked=asked, measure=measure, values=whole, n=n, skip=skip, at_least=at_least
    )
    return Answers(found.version, _entries(found.value[0]), found.value[1])


def values_of(measure: Measure, group: Group) -> tuple[int, int]:
    """Return the least and the greatest value of a group.

    >>> values_of(Measure("nps", 0, 10), Group.MIDDLE), values_of(Measure("csat", 1, 5), Group.BEST)
    ((7, 8), (4, 5))
    """
    inside = [value for value in range(measure.low, measure.high + 1) if measure.group(value) is group]
    return (inside[0], inside[-1]) if inside else (measure.high + 1, measure.high + 1)


def _entries(rows: Sequence[facts.Said]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            feedback=row.feedback,
            kind=row.kind,
            measure=Measure(row.kind, row.low, row.high) if row.kind in FORMS and row.value is not None else None,
            value=row.value,
            text=row.text,
            touchpoint=row.touchpoint,
            channel=row.channel,
            language=row.language,
            at=row.at,
        )
        for row in rows
    )

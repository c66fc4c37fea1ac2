"""How the rooms above hand facts over: a feed says which events it wants and turns them into changes of facts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fiilis.core.outbox import Delivered, Event
from fiilis.warehouse.tables import AnswerFact

# The name under which the outbox knows the facts.
READER = "warehouse.facts"


@dataclass(frozen=True, slots=True)
class Deletion:
    """All facts of one workspace whose `column` is one of `values` (ids as text) are to go, physically."""

    workspace: str
    column: Literal["feedback", "import_id", "person"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What one event, or several, did to the facts: first `delete`, then `upsert`, then `append`.

    `append` holds rows that are known to be new, `upsert` rows that may replace one with the same key. Both may be
    generators and are read once: a million rows take no memory.
    """

    append: Iterable[AnswerFact] = ()
    upsert: Iterable[AnswerFact] = ()
    delete: tuple[Deletion, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of facts.

    `changes` gets the wanted events of one batch in order and yields changes in the order in which they are to be
    applied: a later change sees the rows of earlier ones, so "import completed, then undone" leaves nothing. It may
    be called again with the same events after a crash; only one outcome is ever kept.
    """

    name: str
    wants: tuple[type[Event], ...]
    changes: Callable[[Sequence[Delivered]], Iterable[Change]]


_feeds: dict[str, Feed] = {}


def register(feed: Feed) -> None:
    """Add a feed (in the room's AppConfig.ready)."""
    _feeds[feed.name] = feed


def feeds() -> list[Feed]:
    """Return all feeds."""
    return list(_feeds.values())

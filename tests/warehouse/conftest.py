"""A lake of its own for each test, and a feed whose events say by name which changes of facts they stand for."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import transaction
from pytest_django import Settings

from fiilis.core import outbox
from fiilis.core.models import Workspace
from fiilis.warehouse import feeds, query
from fiilis.warehouse.feeds import Change
from fiilis.warehouse.tables import AnswerFact

NOON = datetime(2026, 3, 2, 10, tzinfo=UTC)


@outbox.event
class Happened(outbox.Event, frozen=True):
    name: ClassVar[str] = "test.happened"
    what: str


@outbox.event
class Ignored(outbox.Event, frozen=True):
    name: ClassVar[str] = "test.ignored"


class Story:
    """What each event changes. `calls` counts how often the feed was asked."""

    def __init__(self) -> None:
        self.changes: dict[str, Callable[[], Iterable[Change]]] = {}
        self.calls = 0

    def tell(
        self, workspace: Workspace, *changes: Change, lazily: Callable[[], Iterable[Change]] | None = None
    ) -> None:
        """Write one event that stands for these changes."""
        what = f"event {len(self.changes)}"
        self.changes[what] = lazily or (lambda: changes)
        with transaction.atomic():
            outbox.emit(workspace=workspace, event=Happened(what=what))

    def answer(self, events: Sequence[outbox.Delivered]) -> Iterator[Change]:
        self.calls += 1
        for delivered in events:
            assert isinstance(delivered.event, Happened)
            yield from self.changes[delivered.event.what]()


@pytest.fixture
def lake(settings: Settings, tmp_path: Path) -> Path:
    """An empty lake."""
    place = tmp_path / "lake of åäö 100%"
    settings.FIILIS_LAKE = str(place)
    return place


@pytest.fixture
def story(lake: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """The only feed."""
    monkeypatch.setattr(feeds, "_feeds", {})
    told = Story()
    feeds.register(feeds.Feed("test", (Happened,), told.answer))
    return told


def fact(workspace: Workspace, feedback: str, value: float | None = 9, **more: Any) -> AnswerFact:
    """An answer to the NPS question on 2 March 2026 unless said otherwise."""
    at = more.get("at", NOON)
    fields: dict[str, Any] = {
        "workspace": str(workspace.pk),
        "feedback": feedback,
        "question": "q1",
        "survey": "s1",
        "version": 1,
        "kind": "nps",
        "low": 0,
        "high": 10,
        "value": value,
        "channel": "link",
        "at": at,
        "day": (at + timedelta(hours=2)).date(),
    }
    return AnswerFact(**{**fields, **more})


def day(number: int, month: int = 3) -> date:
    return date(2026, month, number)


def values(workspace: Workspace, **params: Any) -> dict[str, list[float | None]]:
    """All answers of a workspace by now: feedback to its values, by question."""
    found = query.run("latest", workspace=workspace, at_least=10**9, n=10_000, **params)
    return {row["feedback"]: [answer["value"] for answer in row["answers"]] for row in found.rows}

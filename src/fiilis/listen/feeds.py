"""Facts of answers: what listen hands to the warehouse when feedback comes, is added to, or goes."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

from fiilis.core.models import Workspace
from fiilis.core.outbox import Delivered
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem.types import Place
from fiilis.listen.events import FeedbackErased, FeedbackReceived, ImportCompleted, ImportUndone
from fiilis.listen.queries import feedback as reads
from fiilis.listen.queries import versions
from fiilis.listen.queries.feedback import FeedbackRow
from fiilis.listen.types import NUMERIC, TEXTUAL, Kind, Question
from fiilis.warehouse.feeds import Change, Deletion, Feed
from fiilis.warehouse.tables import AnswerFact

GROUP = 1000  # feedback handed over at once


@dataclass(slots=True)
class _Group:
    """Feedback of several events in a row: what is new of each, and which have changed."""

    workspaces: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)  # of each feedback, as its event says
    added: dict[uuid.UUID, set[str]] = field(default_factory=dict)
    changed: set[uuid.UUID] = field(default_factory=set)

    def take(self, workspace_id: uuid.UUID, event: FeedbackReceived) -> None:
        for item in event.items:
            self.workspaces[item.id] = workspace_id
            self.added.setdefault(item.id, set()).update(item.added)
            if item.changed:
                self.changed.add(item.id)


def changes(delivered: Sequence[Delivered]) -> Iterator[Change]:
    """Return what a batch of events does to the facts, in order. The facts are made from the feedback as it is now."""
    group = _Group()
    for one in delivered:
        if isinstance(one.event, FeedbackReceived):
            group.take(one.workspace_id, one.event)
            if len(group.added) < GROUP:
                continue
        yield from _received(group)
        group = _Group()
        if isinstance(one.event, ImportCompleted):
            yield Change(append=_imported(one.workspace_id, one.event.import_id))
        elif isinstance(one.event, ImportUndone):
            yield Change(delete=(_deletion(one.workspace_id, "import_id", [one.event.import_id]),))
        elif isinstance(one.event, FeedbackErased) and one.event.ids:
            yield Change(delete=(_deletion(one.workspace_id, "feedback", one.event.ids),))
    yield from _received(group)


FEED = Feed("listen.answers", (FeedbackReceived, ImportCompleted, ImportUndone, FeedbackErased), changes)


def _received(group: _Group) -> Iterator[Change]:
    if not group.added:
        return
    # An event of one workspace never moves another one's feedback into the facts.
    rows = [row for row in reads.received(group.added.keys()).values() if row.workspace_id == group.workspaces[row.id]]
    surroundings = _surroundings(rows)
    new = [row for row in rows if row.id not in group.changed]
    yield Change(append=[fact for row in new for fact in surroundings.facts(row, group.added[row.id])])
    # A changed choice has another key than the one before: the old facts go, all facts come anew. Only those that the
    # event knew: what was added after it has an event of its own, and would stand here twice.
    gone: dict[uuid.UUID, list[uuid.UUID]] = {}
    for feedback_id in sorted(group.changed):
        gone.setdefault(group.workspaces[feedback_id], []).append(feedback_id)
    if gone:
        yield Change(
            delete=tuple(_deletion(workspace_id, "feedback", ids) for workspace_id, ids in gone.items()),
            append=[f for row in rows if row.id in group.changed for f in surroundings.facts(row, group.added[row.id])],
        )


def _imported(workspace_id: uuid.UUID, import_id: uuid.UUID) -> Iterator[AnswerFact]:
    surroundings: _Surroundings | None = None
    for part in reads.of_import(workspace_id=workspace_id, import_id=import_id):
        if surroundings is None or not surroundings.know(part):
            surroundings = _surroundings(part)
        for row in part:
            yield from surroundings.facts(row)


def _deletion(workspace_id: uuid.UUID, column: Literal["feedback", "import_id"], ids: Iterable[uuid.UUID]) -> Deletion:
    return Deletion(str(workspace_id), column, tuple(map(str, ids)))


@dataclass(slots=True)
class _Surroundings:
    """What turns feedback into facts: versions, places and zones, read once for a batch."""

    published: dict[versions.Key, versions.Published]
    places: dict[uuid.UUID, Place]
    zones: dict[uuid.UUID, ZoneInfo]
    asked: set[uuid.UUID]  # touchpoints looked for, the missing ones too

    def know(self, rows: Sequence[FeedbackRow]) -> bool:
        """Return whether everything about these rows has been read."""
        points = {row.touchpoint_id for row in rows if row.touchpoint_id}
        return points <= self.asked and {_version(row) for row in rows} <= {*self.published, None}

    def facts(self, row: FeedbackRow, only: set[str] | None = None) -> Iterator[AnswerFact]:
        """Yield the facts of one feedback, or of `only` some of its questions."""
        key = _version(row)
        published = self.published.get(key) if key else None
        if published is None or published.workspace_id != row.workspace_id:
            return
        at_day = row.at.astimezone(self.zones[row.workspace_id]).date()
        common: dict[str, Any] = {
            "workspace": str(row.workspace_id),
            "feedback": str(row.id),
            "survey": str(row.survey_id),
            "version": row.version,
            "person": _text(row.person_id),
            "side": row.side,
            "channel": row.channel,
            "language": row.language,
            "source": row.source,
            "at": row.at,
            "day": at_day,
            "delay_seconds": row.delay_seconds,
            "weight": row.weight,
            "cluster": row.cluster,
            "import_id": _text(row.import_id),
            "attributes": row.attributes,
        }
        for name, value in row.answers.items():
            question = published.questions.get(name)
            if question is None or (only is not None and name not in only):
                continue
            where = self._where(row, versions.as_id(question.touchpoint))
            for said in _said(question, value):
                yield AnswerFact(
                    question=name, kind=question.kind.value, low=question.low, high=question.high,
                    **said, **where, **common,
                )  # fmt: skip

    def _where(self, row: FeedbackRow, own: uuid.UUID | None) -> dict[str, Any]:
        """Return touchpoint, stage and actor: of the question's own touchpoint, else of the feedback's."""
        for point in (own, row.touchpoint_id):
            place = self.places.get(point) if point else None
            if place is not None and place.workspace_id == row.workspace_id:
                return {"touchpoint": str(point), "stage": str(place.stage_id), "actor": str(place.actor_id)}
        return {}


def _surroundings(rows: Sequence[FeedbackRow]) -> _Surroundings:
    """Read what the rows need: three statements, however many rows."""
    keys = {_version(row) for row in rows}
    published = versions.published({key for key in keys if key})
    points = {row.touchpoint_id for row in rows if row.touchpoint_id}
    for version in published.values():
        points |= version.touchpoint_ids
    zones = Workspace.objects.filter(pk__in={row.workspace_id for row in rows}).values_list("pk", "time_zone")
    return _Surroundings(
        published,
        ecosystem.places_of(points),
        {workspace_id: ZoneInfo(zone) for workspace_id, zone in zones} if rows else {},
        points,
    )


def _version(row: FeedbackRow) -> versions.Key | None:
    return (row.survey_id, row.version) if row.survey_id else None


def _said(question: Question, value: Any) -> Iterator[dict[str, Any]]:
    """Yield what each fact of an answer says: a value, a text, or one code; a multiple choice gives one for each."""
    if question.kind in NUMERIC:
        yield {"value": float(value)}
    elif question.kind in TEXTUAL:
        yield {"text": value}
    elif question.kind is Kind.MULTIPLE:
        for code in value:
            yield {"code": code}
    else:
        yield {"code": value}


def _text(value: uuid.UUID | None) -> str:
    return str(value) if value else ""

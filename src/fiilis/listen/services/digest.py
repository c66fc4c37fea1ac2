"""The digest: inbox rows become Feedback, exactly once, and the rooms above are told.

An answer arrives as one or more revisions of the same response. Each row is understood alone; a Feedback is the sum of
all rows of its response that were seen, in whatever order and however often, so a crash, a late row or a repeat
changes nothing.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db import DataError, IntegrityError, transaction

from fiilis.core import attributes, audit, bulk, clock, cursors, outbox, tail
from fiilis.core.models import Cursor, Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem.types import Place
from fiilis.intake import queries as inbox
from fiilis.intake.types import InboxItem
from fiilis.listen import redact
from fiilis.listen.events import FeedbackReceived, Received
from fiilis.listen.models import Feedback
from fiilis.listen.queries import versions
from fiilis.listen.services import rows
from fiilis.listen.types import NUMERIC, TEXTUAL, Kind, Question

log = logging.getLogger("fiilis.digest")

CURSOR = "listen.digest"
BATCH = 500
# A survey deleted this instant, a value that this engine can't hold: one by one, the other rows go through.
REFUSED_BY_DATABASE = (IntegrityError, DataError, UnicodeError, OverflowError)


class NotUnderstood(Exception):
    """A row that can't become Feedback; its argument is the reason, a word that holds nothing of the answer."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of one response: the sum of the rows seen so far. `merge` is commutative and idempotent."""

    id: uuid.UUID
    workspace_id: uuid.UUID
    survey_id: uuid.UUID
    version: int
    revision: int
    channel: str
    language: str
    source: str
    done: bool
    at: datetime  # of the earliest row: a comment added later doesn't move the score to another day
    event_at: datetime | None
    answers: dict[str, Any]
    touchpoint_id: uuid.UUID | None
    attributes: dict[str, str] = field(default_factory=dict)


def merge(one: Said, other: Said) -> Said:
    """Return the sum of two: the higher revision's answers (they are cumulative), the earliest times."""
    newer, older = (one, other) if one.revision >= other.revision else (other, one)
    events = [moment for moment in (newer.event_at, older.event_at) if moment is not None]
    return Said(
        id=newer.id, workspace_id=newer.workspace_id, survey_id=newer.survey_id, version=newer.version,
        revision=newer.revision, channel=newer.channel, language=newer.language, source=newer.source, done=newer.done,
        at=min(one.at, other.at), event_at=min(events, default=None), answers=newer.answers,
        touchpoint_id=newer.touchpoint_id, attributes=newer.attributes,
    )  # fmt: skip


def difference(old: Said | None, new: Said) -> Received | None:
    """Return what the facts must learn, or None when they would stay the same."""
    if old is None:
        return Received(new.id, tuple(new.answers))
    added = tuple(question for question in new.answers if question not in old.answers)
    kept = {question: new.answers.get(question) for question in old.answers}
    changed = kept != old.answers or _dimensions(old) != _dimensions(new)
    if changed:
        # All that is answered by now: the facts are made anew from these, and a later addition stays an addition.
        return Received(new.id, tuple(new.answers), changed=True)
    return Received(new.id, added) if added else None


def _dimensions(said: Said) -> tuple[object, ...]:
    return (
        said.version, said.channel, said.language, said.source, said.at, said.event_at, said.touchpoint_id,
        said.attributes,
    )  # fmt: skip


def digest(limit: int = BATCH) -> int:
    """Digest the next rows of the inbox, at most `limit`, in one short transaction; return how many were passed.

    0: nothing new. A row that can't be understood is counted, logged without its answers, and passed.
    """
    try:
        return _pass(limit)
    except REFUSED_BY_DATABASE:
        return sum(takewhile(bool, (_alone() for _ in range(limit))))


def _alone() -> int:
    """Digest one row by itself; one that the database still refuses is passed."""
    try:
        return _pass(1)
    except REFUSED_BY_DATABASE:
        return _pass(1, refuse="database")


@dataclass(slots=True)
class _Batch:
    said: dict[uuid.UUID, Said] = field(default_factory=dict)
    refused: Counter[tuple[uuid.UUID, str]] = field(default_factory=Counter)
    redacted: Counter[str] = field(default_factory=Counter)

    def refuse(self, item: InboxItem, reason: str) -> None:
        self.refused[item.workspace_id, reason] += 1
        log.warning("inbox row %d of survey %s not understood: %s", item.seq, item.survey_id, reason)


def _pass(limit: int, refuse: str = "") -> int:
    # The cursor is read without a lock and checked under it: what takes time (reading, redacting) stays outside.
    cursor = Cursor.objects.filter(name=CURSOR).first() or Cursor(name=CURSOR)
    start = cursors.position(cursor)
    items, end = inbox.read(start, limit)
    if not items:
        return 0
    batch = _Batch()
    if refuse:
        for item in items:
            batch.refuse(item, refuse)
    else:
        _understand(items, batch)
    if not _write(_prepare(batch), start, end):
        return 0  # another worker has digested these rows
    if batch.redacted:
        log.info("personal data redacted: %s", dict(batch.redacted))
    return len(items)


def _understand(items: Sequence[InboxItem], batch: _Batch) -> None:
    published = versions.published({(item.survey_id, item.version) for item in items})
    places = ecosystem.places_of({point for version in published.values() for point in version.touchpoint_ids})
    for item in items:
        version = published.get((item.survey_id, item.version))
        try:
            said = _said(item, version, places, batch.redacted)
        except NotUnderstood as fault:
            batch.refuse(item, str(fault))
            continue
        seen = batch.said.get(said.id)
        if seen is not None and (seen.workspace_id, seen.survey_id) != (said.workspace_id, said.survey_id):
            batch.refuse(item, "another_survey")
            continue
        batch.said[said.id] = said if seen is None else merge(seen, said)


def _said(
    item: InboxItem,
    version: versions.Published | None,
    places: dict[uuid.UUID, Place],
    redacted: Counter[str],
) -> Said:
    if item.kind != "answer":
        raise NotUnderstood("kind")
    if version is None:
        raise NotUnderstood("unknown_version")
    if version.workspace_id != item.workspace_id:
        raise NotUnderstood("another_workspace")
    point = version.touchpoint_id
    place = places.get(point) if point else None
    return Said(
        id=item.id, workspace_id=item.workspace_id, survey_id=item.survey_id, version=item.version,
        revision=item.revision, channel=item.channel, language=item.language, source=item.source, done=item.done,
        at=item.received_at, event_at=item.event_at, answers=_answers(item.answers, version, redacted),
        touchpoint_id=point if place and place.workspace_id == item.workspace_id else None,
        attributes=_attributes(item.attributes, redacted),
    )  # fmt: skip


def _answers(given: dict[str, Any], version: versions.Published, redacted: Counter[str]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for name in version.questions:  # the survey's order, whatever the order of arrival
        if name in given:
            answers[name] = _value(version.questions[name], given[name], redacted)
    if len(answers) != len(given):
        raise NotUnderstood("unknown_question")
    return answers


def _attributes(given: dict[str, Any], redacted: Counter[str]) -> dict[str, str]:
    """Return what to store of the attributes: an e-mail address in one is as personal as in a text."""
    if not given:
        return rows.NOTHING
    cleaned = {name: redact.redact(value) for name, value in attributes.kept(given).items()}
    for redaction in cleaned.values():
        redacted.update(redaction.found)
    return {name: redaction.text for name, redaction in cleaned.items()}


def _value(question: Question, value: Any, redacted: Counter[str]) -> Any:
    """Return the value to store. Intake has checked it against the same version; this is for what slipped by."""
    if question.kind in TEXTUAL:
        if not isinstance(value, str):
            raise NotUnderstood("bad_value")
        # PostgreSQL holds no NUL, and no database a lone half of a surrogate pair.
        redaction = redact.redact(value.replace("\x00", "").encode(errors="replace").decode())
        redacted.update(redaction.found)
        return redaction.text
    if question.kind in NUMERIC:
        fits = isinstance(value, int) and not isinstance(value, bool) and question.low <= value <= question.high
    elif question.kind is Kind.MULTIPLE:
        fits = isinstance(value, list) and all(isinstance(code, str) for code in value)
    else:
        fits = isinstance(value, str)
    if not fits:
        raise NotUnderstood("bad_value")
    return value


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a pass writes, computed before its transaction."""

    feedback: bulk.Statement
    events: dict[uuid.UUID, FeedbackReceived]
    refused: dict[uuid.UUID, dict[str, int]]


def _prepare(batch: _Batch) -> _Prepared:
    """Compare with what is known. Only a digest writes these rows, and the cursor tells whether another one has."""
    known = _known(batch.said)
    now = clock.now()
    changed: list[rows.Row] = []
    told: dict[uuid.UUID, list[Received]] = {}
    for said in batch.said.values():
        old = known.get(said.id)
        if old is not None and (old.workspace_id, old.survey_id) != (said.workspace_id, said.survey_id):
            batch.refused[said.workspace_id, "another_survey"] += 1
            continue
        new = said if old is None else merge(old, said)
        if new == old:
            continue
        changed.append(_row(new, now))
        received = difference(old, new)
        if received is not None:
            told.setdefault(new.workspace_id, []).append(received)
    refused: dict[uuid.UUID, dict[str, int]] = {}
    for (workspace_id, reason), count in batch.refused.items():
        refused.setdefault(workspace_id, {})[reason] = count
    events = {workspace_id: FeedbackReceived(items=tuple(items)) for workspace_id, items in told.items()}
    return _Prepared(rows.upsert(changed), events, refused)


def _write(prepared: _Prepared, start: tail.Position, end: tail.Position) -> bool:
    """Write Feedback, events, refusals and the cursor in one transaction; False when the cursor has moved meanwhile."""
    with transaction.atomic():
        cursor = cursors.lock(CURSOR)
        if cursors.position(cursor) != start:
            return False
        prepared.feedback.run()
        for workspace_id, event in prepared.events.items():
            outbox.emit(workspace=workspace_id, event=event)
        _note_refusals(prepared.refused)
        cursors.move(cursor, end)
    return True


def _known(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Said]:
    every = Feedback.objects.across_workspaces(reason="one batch of the worker holds many workspaces' answers")
    fields = (
        "inbox_id", "workspace_id", "survey_id", "version", "revision", "channel", "language", "source", "done", "at",
        "event_at", "answers", "touchpoint_id", "attributes",
    )  # fmt: skip
    found = every.filter(inbox_id__in=list(ids)).values_list(*fields)
    return {row[0]: Said(*row) for row in found}


def _row(said: Said, now: datetime) -> rows.Row:
    # The Feedback carries the response's own id: the same rows digested again after a restore get the same ids.
    return rows.Row(
        id=said.id, workspace_id=said.workspace_id, created_at=now, survey_id=said.survey_id, version=said.version,
        channel=said.channel, source=said.source, language=said.language, at=said.at, event_at=said.event_at,
        delay_seconds=rows.delay(said.at, said.event_at), answers=said.answers, touchpoint_id=said.touchpoint_id,
        inbox_id=said.id, revision=said.revision, done=said.done, attributes=said.attributes,
    )  # fmt: skip


def _note_refusals(refused: dict[uuid.UUID, dict[str, int]]) -> None:
    if not refused:
        return
    for workspace_id in Workspace.objects.filter(pk__in=refused).values_list("pk", flat=True):
        audit.record(workspace=workspace_id, by="worker", verb="refused", kind="inbox", summary=refused[workspace_id])

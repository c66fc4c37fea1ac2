"""What intake knows of a survey, and what it hands to the digest: plain frozen data."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class ValueKind(StrEnum):
    """What an answer's value must be."""

    NUMBER = "number"  # a whole number from low to high
    CODE = "code"  # one of codes
    CODES = "codes"  # a list of different codes
    TEXT = "text"  # at most max_length characters


class CompiledQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one question."""

    id: str
    kind: ValueKind
    low: int = 0
    high: int = 0
    codes: tuple[str, ...] = ()
    max_length: int = 0


class CompiledVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one published version."""

    number: int
    questions: tuple[CompiledQuestion, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A published survey as intake sees it. `code` stands in the door's address."""

    code: str
    survey_id: uuid.UUID
    workspace_id: uuid.UUID
    is_open: bool
    languages: tuple[str, ...]
    thanks_path: str  # a path on this server, for form posts: 303 goes there
    form_path: str  # where the form stands, for the link on a form's problem page
    versions: tuple[CompiledVersion, ...]


class InboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the inbox, as the digest reads it."""

    seq: int
    id: uuid.UUID  # the response's id: the same for all revisions of one key
    revision: int
    workspace_id: uuid.UUID
    survey_id: uuid.UUID
    version: int
    kind: str  # "answer" or "event"
    channel: str
    language: str
    source: str
    done: bool
    event_at: datetime | None
    received_at: datetime
    answers: dict[str, Any]  # question id -> value, cumulative: all answers of this key so far
    attributes: dict[str, Any] = {}  # name -> value, cumulative too

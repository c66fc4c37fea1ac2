"""What the facts are: one typed, documented, versioned table, described once for all who read or write it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec


class AnswerFact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One answer to one question (one row for each choice of a multiple choice). The row key is `ANSWER.key`.

    All ids are text. `month`, the partition, follows from `day`. What each field means is said by `ANSWER.columns`.
    """

    workspace: str
    feedback: str
    question: str
    code: str = ""
    survey: str
    version: int
    kind: str
    low: int = 0
    high: int = 0
    value: float | None = None
    text: str | None = None
    touchpoint: str = ""
    stage: str = ""
    actor: str = ""
    person: str = ""
    side: str = "customer"
    channel: str
    language: str = ""
    source: str = ""
    at: datetime
    day: date
    delay_seconds: int | None = None
    weight: float = 1.0
    cluster: str = ""
    import_id: str = ""
    attributes: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type in the lake (a Delta type) and in DuckDB, and what it means."""

    name: str
    delta: str | dict[str, Any]
    duckdb: str
    meaning: str
    nullable: bool = False

    @property
    def shown(self) -> str:
        """The type in words."""
        if isinstance(self.delta, str):
            return self.delta
        return f"{self.delta['type']} of {self.delta['keyType']} to {self.delta['valueType']}"


@dataclass(frozen=True, slots=True)
class Table:
    """A fact table. A changed schema is a new `version`, in a folder of its own, made anew from the databases."""

    name: str
    version: int
    key: tuple[str, ...]
    partition: str
    columns: tuple[Column, ...]

    @property
    def folder(self) -> str:
        """The table's folder inside the lake."""
        return f"{self.name}.v{self.version}"

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns inside the files; the partition stands in their folder's name."""
        return tuple(column for column in self.columns if column.name != self.partition)


def _text(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, "string", "VARCHAR", meaning, nullable)


def _whole(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, "long", "BIGINT", meaning, nullable)


def _real(name: str, meaning: str, *, nullable: bool = False) -> Column:
    return Column(name, "double", "DOUBLE", meaning, nullable)


def _words(name: str, meaning: str) -> Column:
    delta = {"type": "map", "keyType": "string", "valueType": "string", "valueContainsNull": False}
    return Column(name, delta, "MAP(VARCHAR, VARCHAR)", meaning)


ANSWER = Table(
    name="answer",
    version=2,
    key=("workspace", "feedback", "question", "code"),
    partition="month",
    columns=(
        _text("workspace", "Whose data; every query is filtered by it in one place."),
        _text("feedback", "The feedback that the answer belongs to."),
        _text("question", "The question's id, stable across the survey's versions."),
        _text("code", "The code chosen; empty for scales and texts."),
        _text("survey", "The survey; empty for feedback without one."),
        _whole("version", "The survey's version that was asked."),
        _text("kind", "The question's kind: nps, csat, ces, emotion, solved, single, multiple, short, long."),
        _whole("low", "The scale's lowest value; 0 where there is no scale."),
        _whole("high", "The scale's highest value; 0 where there is no scale."),
        _real("value", "The value on the scale.", nullable=True),
        _text("text", "What was written, with personal data removed.", nullable=True),
        _text("touchpoint", "The touchpoint; empty when unknown."),
        _text("stage", "The touchpoint's stage; empty when unknown."),
        _text("actor", "Who controls the touchpoint; empty when unknown."),
        _text("person", "Who answered; empty when anonymous."),
        _text("side", "Whose experience: customer, employee, partner. Metrics name their side."),
        _text("channel", "Where it was asked."),
        _text("language", "The language of the answer; empty when unknown."),
        _text("source", "What in the channel brought the answer (a link's or a device's name)."),
        Column("at", "timestamp", "TIMESTAMPTZ", "When it was answered (UTC)."),
        Column("day", "date", "DATE", "The same in the workspace's own time zone, as a day."),
        _whole("delay_seconds", "Seconds from the event asked about to the answer.", nullable=True),
        _real("weight", "How many customers the answer stands for, relative to others; 1 unless weighted."),
        _text(
            "cluster",
            "Answers of one cluster resemble each other (one flight, one company); empty: the feedback is its own. "
            "The same name is the same cluster, in every import.",
        ),
        _text("import_id", "The import that brought the answer; empty for answers given here."),
        _words(
            "attributes",
            "What is known of the surroundings, name to value: postcode, device, carrier ... Empty values aren't kept.",
        ),
        _text("month", "YYYY-MM of `day`; the partition."),
    ),
)

TABLES = {table.name: table for table in (ANSWER,)}

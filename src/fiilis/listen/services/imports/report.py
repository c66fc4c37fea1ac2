"""What an import would read, pass over and refuse: counted for the whole file, and never with a customer's value."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

SHOWN = 100  # refusals listed one by one; all are counted


class Why(StrEnum):
    """Why a row is refused."""

    FIELDS = "fields"
    CODE = "code"
    NUMBER = "number"
    RANGE = "range"
    TOO_LONG = "too_long"
    TIME = "time"
    OUT_OF_TIME = "out_of_time"
    WEIGHT = "weight"
    LANGUAGE = "language"
    TOUCHPOINT = "touchpoint"
    DOUBLED = "doubled"


def said(why: Why) -> str:
    """Return the reason in words, without the value: it may be personal."""
    return {
        Why.FIELDS: _("The line has another number of cells than the head. Is a delimiter inside an unquoted text?"),
        Why.CODE: _("The value is none of the question's codes, and the mapping doesn't translate it."),
        Why.NUMBER: _("The value isn't a whole number."),
        Why.RANGE: _("The number is outside the question's scale. If it means “no answer”, list it under “blank”."),
        Why.TOO_LONG: _("The text is longer than the field takes."),
        Why.TIME: _("The value isn't a time in the mapping's format."),
        Why.OUT_OF_TIME: _("The time is before 1990 or in the future."),
        Why.WEIGHT: _("The value isn't a weight: a number above zero."),
        Why.LANGUAGE: _("The value isn't a language code of at most five characters."),
        Why.TOUCHPOINT: _("There is no touchpoint with this key."),
        Why.DOUBLED: _("An earlier line has the same key."),
    }[why]


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused cell: its line in the file, its column ("" for the whole line), and why."""

    line: int
    column: str
    why: Why

    @property
    def text(self) -> str:
        """The reason in words."""
        return said(self.why)


@dataclass(slots=True)
class Count:
    """One question's cells."""

    answered: int = 0
    blank: int = 0


@dataclass(slots=True)
class Report:
    """The outcome of reading a whole file without writing anything."""

    encoding: str
    delimiter: str
    rows: int = 0  # lines under the head
    read: int = 0  # rows that become feedback
    blank: int = 0  # rows without any answer, passed over
    answers: int = 0
    redacted: int = 0  # personal data found in texts; filled in by the run
    refused_rows: int = 0
    refused: list[Refused] = field(default_factory=list)
    refusals: Counter[tuple[str, Why]] = field(default_factory=Counter)
    questions: dict[str, Count] = field(default_factory=dict)
    unread_columns: tuple[str, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None

    def refuse(self, found: list[Refused]) -> None:
        """Count one refused row."""
        self.refused_rows += 1
        for one in found:
            self.refusals[one.column, one.why] += 1
        self.refused += found[: max(0, SHOWN - len(self.refused))]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON, to be kept with the import."""
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "rows": self.rows,
            "read": self.read,
            "blank": self.blank,
            "answers": self.answers,
            "refused_rows": self.refused_rows,
            "refusals": [
                {"column": column, "why": str(why), "count": count}
                for (column, why), count in self.refusals.most_common()
            ],
            "questions": {
                question: {"answered": count.answered, "blank": count.blank}
                for question, count in self.questions.items()
            },
            "first_at": self.first_at.isoformat() if self.first_at else None,
            "last_at": self.last_at.isoformat() if self.last_at else None,
        }

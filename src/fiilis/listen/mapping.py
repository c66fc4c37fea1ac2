"""MAP.toml: says which column of a file of answers is which question, and what its codes mean. Pure parsing.

The format is documented in docs/importing.md.
"""

import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from django.utils.translation import gettext as _

from fiilis.core import attributes
from fiilis.core.errors import FieldProblem, Invalid
from fiilis.listen.times import ORDERS

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "iso-8859-15")
DELIMITERS = (",", ";", "\t", "|")
LARGEST = 1_000_000  # characters of a mapping; a slip with the file names would otherwise read the answers as one


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: a misspelt key is refused, never passed over."""


class FileRule(_Table, frozen=True, kw_only=True):
    """How the file is written; what is left out is found out."""

    encoding: str = ""
    delimiter: str = ""
    decimal: str = "."
    row_key: str = ""  # a column whose value may occur once only
    sheet: str = ""  # of a workbook; the first with rows unless given
    skip: int = 0  # rows above the columns' names
    head: int = 1  # rows of names


class SurveyRule(_Table, frozen=True, kw_only=True):
    """Which survey the answers belong to: a published one by its code, or one defined in a file beside the mapping."""

    code: str = ""
    define: str = ""
    version: int = 0  # of `code`; 0: the one asked now


class TimeRule(_Table, frozen=True, kw_only=True):
    """When it was said: a column with a format, a column with a day's number counted from `base`, or one `value`."""

    column: str = ""
    format: str = ""  # of strptime; left out: ISO 8601
    order: str = ""  # or, for times as people write them: dmy, mdy, ymd
    base: date | None = None
    first: int = 1  # the number of the day `base`
    at: time = time(12)  # the time of day of values that have none
    zone: str = "UTC"
    value: Any = None  # a TOML date or date-time


class ColumnRule(_Table, frozen=True, kw_only=True):
    """One column, or one value for all rows. `codes` translates the column's values."""

    column: str = ""
    value: str = ""
    codes: dict[str, str] = {}


class AnswerRule(_Table, frozen=True, kw_only=True):
    """One question's column or, for a multiple choice, columns."""

    question: str
    column: str = ""
    columns: tuple[str, ...] = ()
    separator: str = ""  # parts several choices inside one cell
    map: dict[str, str | int] = {}
    blank: tuple[str, ...] = ()  # besides an empty cell

    @property
    def all_columns(self) -> tuple[str, ...]:
        """The columns, whichever way they were named."""
        return (self.column,) if self.column else self.columns


class Mapping(_Table, frozen=True, kw_only=True):
    """A whole mapping."""

    survey: SurveyRule
    time: TimeRule
    answer: tuple[AnswerRule, ...]
    file: FileRule = FileRule()
    event: TimeRule | None = None
    weight: ColumnRule | None = None
    cluster: ColumnRule | None = None
    language: ColumnRule | None = None
    person: ColumnRule | None = None
    touchpoint: ColumnRule | None = None
    source: ColumnRule | None = None
    attributes: dict[str, str | ColumnRule] = {}  # name = "column", or a table as of any other field

    @property
    def attribute_rules(self) -> dict[str, ColumnRule]:
        """The attributes, each as a rule."""
        return {
            name: ColumnRule(column=rule) if isinstance(rule, str) else rule for name, rule in self.attributes.items()
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping names, once each."""
        single = (self.weight, self.cluster, self.language, self.person, self.touchpoint, self.source)
        named = [
            self.file.row_key, self.time.column, self.event.column if self.event else "",
            *(rule.column for rule in single if rule),
            *(rule.column for rule in self.attribute_rules.values()),
            *(column for rule in self.answer for column in rule.all_columns),
        ]  # fmt: skip
        return tuple(dict.fromkeys(column for column in named if column))


def load(path: Path) -> Mapping:
    """Read a mapping from a file. Raises Invalid with what is wrong with it."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST + 1)
    except OSError as fault:
        raise Invalid(_("The mapping “%(file)s” can't be read.") % {"file": path.name}, code="mapping") from fault
    except UnicodeDecodeError as fault:
        raise Invalid(_("The mapping “%(file)s” isn't UTF-8 text.") % {"file": path.name}, code="mapping") from fault
    if len(text) > LARGEST:
        raise Invalid(_("The mapping “%(file)s” is too long for one.") % {"file": path.name}, code="mapping")
    return parse(text)


def parse(text: str) -> Mapping:
    """Return the mapping that a TOML text holds. Raises Invalid, `field` naming the place in the file."""
    try:
        mapping = msgspec.convert(tomllib.loads(text), Mapping)
    except tomllib.TOMLDecodeError as fault:
        raise Invalid(_("The mapping isn't TOML: %(fault)s") % {"fault": fault}, code="mapping") from fault
    except msgspec.ValidationError as fault:
        # msgspec says "Expected `int`, got `str` - at `$.answer[2].map`": the place is what helps.
        what, _at, place = str(fault).partition(" - at ")
        raise _wrong(place.strip("`").removeprefix("$."), what) from fault
    _check(mapping)
    return mapping


def _wrong(field: str, text: str) -> Invalid:
    detail = _("The mapping can't be used: %(place)s: %(fault)s") % {"place": field or "MAP.toml", "fault": text}
    return Invalid(detail, code="mapping", fields=[FieldProblem(field, "mapping", text)])


def _check(mapping: Mapping) -> None:
    if not mapping.answer:
        raise _wrong("answer", _("There is no [[answer]]: name at least one question's column."))
    if bool(mapping.survey.code) == bool(mapping.survey.define):
        raise _wrong("survey", _("Name the survey by either “code” or “define”."))
    _check_file(mapping.file)
    _check_time("time", mapping.time)
    if mapping.event:
        _check_time("event", mapping.event)
    for name in ("weight", "cluster", "language", "person", "touchpoint", "source"):
        rule: ColumnRule | None = getattr(mapping, name)
        if rule and bool(rule.column) == bool(rule.value):
            raise _wrong(name, _("Give either “column” or “value”."))
    _check_attributes(mapping.attribute_rules)
    _check_answers(mapping.answer)


def _check_file(rule: FileRule) -> None:
    if rule.encoding and rule.encoding.lower() not in ENCODINGS:
        raise _wrong("file.encoding", _("Known encodings: %(known)s.") % {"known": ", ".join(ENCODINGS)})
    if rule.delimiter and rule.delimiter not in DELIMITERS:
        raise _wrong("file.delimiter", _("Known delimiters: comma, semicolon, tab and vertical bar."))
    if rule.decimal not in (".", ","):
        raise _wrong("file.decimal", _("The decimal sign is either “.” or “,”."))


def _check_time(name: str, rule: TimeRule) -> None:
    try:
        ZoneInfo(rule.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise _wrong(f"{name}.zone", _("There is no time zone of that name.")) from None
    if bool(rule.column) == (rule.value is not None):
        raise _wrong(name, _("Give either “column” or “value”."))
    if rule.value is not None and not isinstance(rule.value, date):  # a datetime is a date
        raise _wrong(f"{name}.value", _("Write a date or a time without quotation marks: 2017-05-01."))
    if rule.base and rule.format:
        raise _wrong(name, _("Give either “format” or “base”."))
    if rule.order and (rule.base or rule.format or rule.order not in ORDERS):
        raise _wrong(f"{name}.order", _("The order is dmy, mdy or ymd, and there is neither “format” nor “base” then."))


def _check_attributes(rules: dict[str, ColumnRule]) -> None:
    if len(rules) > attributes.MAX_KEYS:
        raise _wrong("attributes", _("At most %(most)s attributes.") % {"most": attributes.MAX_KEYS})
    for name, rule in rules.items():
        if not attributes.is_key(name):
            raise _wrong(
                f"attributes.{name[:40]}",
                _("The name begins with a lower-case letter and has at most 30 letters a–z, digits and underscores."),
            )
        if bool(rule.column) == bool(rule.value):
            raise _wrong(f"attributes.{name}", _("Give either “column” or “value”."))


def _check_answers(rules: tuple[AnswerRule, ...]) -> None:
    asked: set[str] = set()
    for index, rule in enumerate(rules):
        place = f"answer[{index}]"
        if bool(rule.column) == bool(rule.columns):
            raise _wrong(place, _("Give either “column” or “columns”."))
        if rule.question in asked:
            raise _wrong(place, _("The question “%(id)s” is mapped twice.") % {"id": rule.question})
        asked.add(rule.question)

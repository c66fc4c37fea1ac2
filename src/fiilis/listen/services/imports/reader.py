"""Cells to answers: a mapping and a survey's version compiled once into converters that remember what they have seen.

The same few codes fill millions of cells: each converter looks a raw cell up before it thinks.
"""

import math
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from fiilis.core import attributes, clock
from fiilis.core.errors import Invalid
from fiilis.listen import mapping as maps
from fiilis.listen import redact, times, wordings
from fiilis.listen.services.imports.report import Refused, Why
from fiilis.listen.services.rows import NOTHING
from fiilis.listen.types import NUMERIC, TEXTUAL, Definition, Kind, Question

REMEMBERED = 50_000  # raw values a converter remembers
EARLIEST = 1990
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2})?")


class Blank(Enum):
    """The cell holds no answer."""

    BLANK = "blank"


BLANK = Blank.BLANK
Converter = Callable[[str], Any]  # raw cell -> value, BLANK or Why


@dataclass(frozen=True, slots=True)
class Parsed:
    """One row that becomes a Feedback."""

    at: datetime
    event_at: datetime | None
    weight: float
    cluster: str
    language: str
    person: str
    touchpoint_id: uuid.UUID | None
    source: str
    answers: dict[str, Any]
    attributes: dict[str, str]


class _Remembering(dict[str, Any]):
    """A dict that asks its converter for what it doesn't hold, and forgets all when it is full."""

    def __init__(self, convert: Converter) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, raw: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        value = self[raw] = self._convert(raw.strip())
        return value


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a field comes from, and how a raw cell becomes its value."""

    index: int
    name: str
    convert: Converter


class Reader:
    """Turns the cells of one row into `Parsed`, BLANK (no answer in the row) or a list of what is refused."""

    def __init__(
        self,
        mapping: maps.Mapping,
        columns: tuple[str, ...],
        definition: Definition,
        touchpoints: Mapping[str, uuid.UUID],
        *,
        keep_texts: bool,
    ) -> None:
        """`keep_texts`: redact and return texts (the run), instead of only measuring them (the dry run)."""
        self.width = len(columns)
        self.redacted: Counter[str] = Counter()
        self._keep_texts = keep_texts
        self._place = {name: index for index, name in enumerate(columns)}
        self._decimal = mapping.file.decimal
        questions = {question.id: question for question in definition.questions}
        unknown = [rule.question for rule in mapping.answer if rule.question not in questions]
        if unknown:
            said = _("The survey has no question %(ids)s. Mend the mapping.")
            raise Invalid(said % {"ids": ", ".join(f"“{name}”" for name in unknown)}, code="mapping")
        self._answers = [
            (rule.question, [self._answer_column(name, rule, questions[rule.question]) for name in rule.all_columns])
            for rule in mapping.answer
        ]
        for rule in mapping.answer:
            if len(rule.all_columns) > 1 and questions[rule.question].kind is not Kind.MULTIPLE:
                said = _("The question “%(id)s” takes one answer, but the mapping gives it several columns.")
                raise Invalid(said % {"id": rule.question}, code="mapping")
        self._order = {
            question.id: {option.code: n for n, option in enumerate(wordings.choices(question))}
            for question in definition.questions
            if question.kind is Kind.MULTIPLE
        }
        self._key = self._place.get(mapping.file.row_key, -1)
        self._key_name = mapping.file.row_key
        self._keys: set[str] = set()
        self._attributes = self._compile_attributes(mapping)
        dimensions = self._compile_dimensions(mapping, touchpoints)
        self._constants = [None if isinstance(one, _Column) else one for one in dimensions]
        self._varying = [(slot, one) for slot, one in enumerate(dimensions) if isinstance(one, _Column)]

    def read(self, cells: list[str], line: int) -> Parsed | Blank | list[Refused]:
        """Read one row. `line` is its line in the file, for what is refused."""
        if not cells:
            return BLANK
        if len(cells) != self.width:
            return BLANK if not any(cells) else [Refused(line, "", Why.FIELDS)]
        refused: list[Refused] = []
        answers = self._read_answers(cells, line, refused)
        if not answers and not refused:
            return BLANK
        values: list[Any] = [*self._constants, answers]
        for slot, column in self._varying:
            value = values[slot] = column.convert(cells[column.index])
            if type(value) is Why:
                refused.append(Refused(line, column.name, value))
        if self._key >= 0:
            key = cells[self._key].strip()
            if key in self._keys:
                refused.append(Refused(line, self._key_name, Why.DOUBLED))
            self._keys.add(key)
        values.append(self._read_attributes(cells, line, refused) if self._attributes else NOTHING)
        return refused or Parsed(*values)

    def _read_attributes(self, cells: list[str], line: int, refused: list[Refused]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, rule in self._attributes:
            value = rule.convert(cells[rule.index]) if isinstance(rule, _Column) else rule
            if type(value) is Why:
                refused.append(Refused(line, rule.name, value))
            elif type(value) is redact.Redaction:
                self.redacted.update(value.found)
                found[name] = value.text
            elif value:
                found[name] = value
        return found

    def _read_answers(self, cells: list[str], line: int, refused: list[Refused]) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        for question, columns in self._answers:
            for column in columns:
                value = column.convert(cells[column.index])
                if value is BLANK:
                    continue
                if type(value) is Why:
                    refused.append(Refused(line, column.name, value))
                elif type(value) is not list:
                    answers[question] = value
                elif question in answers:
                    answers[question] = self._in_order(question, [*answers[question], *value])
                else:
                    answers[question] = value
        return answers

    def _in_order(self, question: str, codes: Iterable[str]) -> list[str]:
        """Return each code once, in the survey's order."""
        return sorted(set(codes), key=self._order[question].__getitem__)

    def _column(self, name: str, convert: Converter) -> _Column:
        return _Column(self._place[name], name, _Remembering(convert).__getitem__)

    # answers

    def _answer_column(self, name: str, rule: maps.AnswerRule, question: Question) -> _Column:
        if question.kind in TEXTUAL:  # every text is its own: nothing to remember
            return _Column(self._place[name], name, self._text(question, rule))
        return self._column(name, self._choice(question, rule))

    def _text(self, question: Question, rule: maps.AnswerRule) -> Converter:
        blank, longest = frozenset(rule.blank), question.max_length

        def convert(raw: str) -> Any:
            raw = raw.strip()
            if not raw or raw in blank:
                return BLANK
            if len(raw) > longest:
                return Why.TOO_LONG
            if not self._keep_texts:
                return ""
            redaction = redact.redact(raw)
            if redaction.found:
                self.redacted.update(redaction.found)
            return redaction.text

        return convert

    def _choice(self, question: Question, rule: maps.AnswerRule) -> Converter:
        blank, translated = frozenset(rule.blank), rule.map
        one = self._number(question) if question.kind in NUMERIC else _code(question)
        multiple = question.kind is Kind.MULTIPLE

        def convert(raw: str) -> Any:
            if not raw or raw in blank:
                return BLANK
            if not multiple:
                return one(str(translated.get(raw, raw)))
            parts = [part.strip() for part in raw.split(rule.separator)] if rule.separator else [raw]
            codes = [one(str(translated.get(part, part))) for part in parts if part and part not in blank]
            wrong = next((code for code in codes if type(code) is Why), None)
            return wrong or self._in_order(question.id, codes) or BLANK

        return convert

    def _number(self, question: Question) -> Converter:
        low, high = question.low, question.high

        def convert(raw: str) -> Any:
            number = self._float(raw)
            if number is None or number != int(number):
                return Why.NUMBER
            return int(number) if low <= number <= high else Why.RANGE

        return convert

    def _float(self, raw: str) -> float | None:
        """Return a finite number; the decimal sign is the file's, and the other one is none."""
        if self._decimal == ",":
            raw = raw.replace(".", "x").replace(",", ".")
        try:
            number = float(raw) if raw.isascii() and "_" not in raw else math.nan
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    # everything else about a row

    def _compile_dimensions(self, mapping: maps.Mapping, touchpoints: Mapping[str, uuid.UUID]) -> list[Any]:
        """Return a column, or the value for all rows, of each of Parsed's fields in their order, `answers` excepted."""
        return [
            self._time(mapping.time, required=True),
            self._time(mapping.event, required=False) if mapping.event else None,
            self._field(mapping.weight, self._weight, 1.0),
            self._field(mapping.cluster, _short(60), ""),
            self._field(mapping.language, _language, ""),
            self._field(mapping.person, _short(120), ""),
            self._field(mapping.touchpoint, lambda raw: touchpoints.get(raw, Why.TOUCHPOINT) if raw else None, None),
            self._field(mapping.source, _short(60), ""),
        ]

    def _compile_attributes(self, mapping: maps.Mapping) -> list[tuple[str, Any]]:
        """Return each attribute's column or its value for all rows."""
        rules = sorted(mapping.attribute_rules.items())
        return [(name, self._field(rule, _attribute, "")) for name, rule in rules]

    def _field(self, rule: maps.ColumnRule | None, convert: Converter, absent: Any) -> Any:
        if rule is None:
            return absent
        if rule.column:
            return self._column(rule.column, lambda raw: convert(rule.codes.get(raw, raw)))
        value = convert(rule.value)
        if type(value) is Why:
            raise Invalid(_("The mapping's value “%(value)s” can't be used.") % {"value": rule.value}, code="mapping")
        return value

    def _weight(self, raw: str) -> Any:
        weight = self._float(raw)
        return weight if weight is not None and 0 < weight < 1e9 else Why.WEIGHT

    def _time(self, rule: maps.TimeRule, *, required: bool) -> Any:
        zone = ZoneInfo(rule.zone)

        def at(moment: datetime, *, has_time: bool) -> Any:
            if not has_time:
                moment = datetime.combine(moment.date(), rule.at)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
            return moment if moment.year >= EARLIEST and moment <= clock.now() + timedelta(days=1) else Why.OUT_OF_TIME

        def convert(raw: str) -> Any:
            if not raw:
                return Why.TIME if required else None
            try:
                if rule.base:
                    day = datetime.combine(rule.base, rule.at) + timedelta(days=int(raw) - rule.first)
                    return at(day, has_time=True)
                if rule.order:
                    found = times.parse(raw, rule.order)
                    return Why.TIME if found is None else at(found[0], has_time=found[1])
                if rule.format:
                    return at(datetime.strptime(raw, rule.format), has_time=_has_time(rule.format))  # noqa: DTZ007 - the mapping's zone
                return at(datetime.fromisoformat(raw), has_time=":" in raw or "T" in raw)
            except (ValueError, OverflowError):
                return Why.TIME

        if rule.column:
            return self._column(rule.column, convert)
        value = convert(str(rule.value))
        if type(value) is Why:
            raise Invalid(_("The mapping's value “%(value)s” can't be used.") % {"value": rule.value}, code="mapping")
        return value


def _has_time(form: str) -> bool:
    return any(sign in form for sign in ("%H", "%I", "%c", "%X"))


def _code(question: Question) -> Converter:
    codes = frozenset(option.code for option in wordings.choices(question))
    return lambda raw: raw if raw in codes else Why.CODE


def _short(most: int) -> Converter:
    return lambda raw: raw if len(raw) <= most else Why.TOO_LONG


def _attribute(raw: str) -> Any:
    """Return the value, or what is left of it without personal data, to be counted each time."""
    if len(raw) > attributes.MAX_VALUE:
        return Why.TOO_LONG
    redaction = redact.redact(raw)
    return redaction if redaction.found else raw


def _language(raw: str) -> Any:
    return raw if not raw or (len(raw) <= 5 and _LANGUAGE.fullmatch(raw)) else Why.LANGUAGE

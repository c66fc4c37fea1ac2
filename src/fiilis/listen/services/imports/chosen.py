"""From roles chosen on a page to the same mapping and survey that a MAP.toml names: one import, two ways in."""

import hashlib
import json
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from fiilis.core import attributes
from fiilis.core.errors import FieldProblem, Invalid
from fiilis.listen import times, wordings
from fiilis.listen.services.checking import LENGTHS, TEXT_MAX
from fiilis.listen.services.imports import labels
from fiilis.listen.services.imports.guessing import SCALES, SINGLE, Role
from fiilis.listen.services.imports.profiles import Column
from fiilis.listen.services.imports.tables import Table
from fiilis.listen.types import Definition, Question
from fiilis.listen.wordings import Preset

_PRESETS = {
    Role.NPS: Preset.NPS, Role.CSAT5: Preset.SATISFACTION, Role.CSAT4: Preset.FACES, Role.CES7: Preset.EASE,
    Role.CES5: Preset.EASE, Role.COMMENT: Preset.LONG,
}  # fmt: skip
_IDS = {Role.CSAT5: "csat", Role.CSAT4: "faces", Role.CES7: "ces", Role.CES5: "ease", Role.COMMENT: "comment"}


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What is chosen for a file: kept for the next one with the same names."""

    name: str  # of the survey
    roles: dict[str, str]  # column -> Role; what isn't named is left out
    order: str = ""  # of day, month and year
    day: str = ""  # one date for all rows, ISO 8601
    touchpoint: str = ""  # the key of one for all rows
    blank: tuple[str, ...] = ()  # more values that mean "no answer"


@dataclass(frozen=True, slots=True)
class Place:
    """What a column of touchpoints may name: key, and the names by which people know it."""

    key: str
    by_language: AnyMapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in all languages."""
        return tuple(self.by_language.values()) or (self.key,)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mapping as the content of a MAP.toml, and the survey that it defines."""

    mapping: dict[str, Any]
    definition: Definition

    def definition_json(self) -> str:
        """Return the survey as the file that the mapping's `define` names."""
        return msgspec.json.format(msgspec.json.encode(self.definition), indent=1).decode()


def signature(table: Table) -> str:
    """Return what tells files with the same names in the same order from others."""
    return hashlib.sha256("\x1f".join(name.casefold() for name in table.names).encode()).hexdigest()


def compiled(choices: Choices, table: Table, *, language: str, zone: str, places: AnyMapping[str, Place]) -> Compiled:
    """Return the mapping and the survey. Raises Invalid with a field for each column or choice that can't stand."""
    by_name = {column.name: column for column in table.columns}
    # In the file's order: PostgreSQL keeps a JSON object's names in one of its own.
    chosen = {name: Role(choices.roles[name]) for name in by_name if choices.roles.get(name)}
    _require_sound(choices, chosen, by_name)
    rules: dict[str, Any] = {"file": {"decimal": _decimal(chosen, by_name)}, "survey": {"define": "survey.json"}}
    questions, answers = _questions(choices, chosen, by_name, language)
    rules |= _when(choices, chosen, zone)
    rules |= _dimensions(choices, chosen, by_name, language, places)
    own = {name: _attribute(column) for name, column in _attributes(chosen, by_name).items()}
    if own:
        rules["attributes"] = own
    rules["answer"] = answers
    touchpoint = choices.touchpoint if choices.touchpoint in places else None
    title = {language: " ".join(choices.name.split())}
    made = Definition(title=title, languages=(language,), questions=questions, touchpoint=touchpoint)
    return Compiled(rules, made)


def _require_sound(choices: Choices, chosen: dict[str, Role], columns: dict[str, Column]) -> None:
    problems = []
    for role in SINGLE:
        named = [name for name, given in chosen.items() if given is role]
        if len(named) > 1:
            said = _("Two columns have the same meaning: %(columns)s. Only one can have it.")
            both = ", ".join(f"“{name}”" for name in named)
            problems.append(FieldProblem(named[1], "doubled", said % {"columns": both}))
    if not set(chosen.values()) & {*SCALES, Role.COMMENT}:
        said = _("No column holds answers. Choose at least one: a scale or a comment.")
        problems.append(FieldProblem("roles", "no_answers", said))
    times_of = [name for name, role in chosen.items() if role is Role.TIME]
    if not times_of and not _is_day(choices.day):
        said = _("No column says when the answer was given. Choose one, or give one date for all rows.")
        problems.append(FieldProblem("day", "no_time", said))
    if times_of and not columns[times_of[0]].times:
        said = _("The column “%(column)s” holds no times that can be read.") % {"column": times_of[0]}
        problems.append(FieldProblem(times_of[0], "no_times", said))
    if sum(1 for role in chosen.values() if role is Role.ATTRIBUTE) > attributes.MAX_KEYS:
        said = _("At most %(most)s attributes.") % {"most": attributes.MAX_KEYS}
        problems.append(FieldProblem("roles", "too_many_attributes", said))
    if not choices.name.strip() or len(choices.name) > LENGTHS["title"]:
        said = _("Give the survey a name of at most %(most)s characters.") % {"most": LENGTHS["title"]}
        problems.append(FieldProblem("name", "name", said))
    if choices.order and choices.order not in times.ORDERS:
        problems.append(FieldProblem("order", "order", _("Choose the order of day and month from the list.")))
    if problems:
        raise Invalid(_("The choices can't be used as they are."), code="choices", fields=problems)


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _decimal(chosen: dict[str, Role], columns: dict[str, Column]) -> str:
    return "," if any(columns[name].comma for name, role in chosen.items() if role is Role.WEIGHT) else "."


def _questions(
    choices: Choices, chosen: dict[str, Role], columns: dict[str, Column], language: str
) -> tuple[tuple[Question, ...], list[dict[str, Any]]]:
    questions: list[Question] = []
    answers: list[dict[str, Any]] = []
    used: dict[str, int] = {}
    for name, column in columns.items():
        role = chosen.get(name, Role.IGNORE)
        if role not in _PRESETS:
            continue
        base = _IDS.get(role, role.value)
        used[base] = used.get(base, 0) + 1
        identity = base if used[base] == 1 else f"{base}_{used[base]}"
        questions.append(_question(role, identity, name, language))
        answers.append({"column": name, "question": identity} | _values(choices, role, column))
    return tuple(questions), answers


def _question(role: Role, identity: str, name: str, language: str) -> Question:
    standard = wordings.question(_PRESETS[role], new_id=identity, languages=(language,))
    changes: dict[str, Any] = {"text": {language: name[: LENGTHS["text"]]}, "help": {}}
    if role is Role.COMMENT:
        changes["max_length"] = TEXT_MAX
    if role is Role.CES5:
        changes["high"] = 5
    return msgspec.structs.replace(standard, **changes)


def _values(choices: Choices, role: Role, column: Column) -> dict[str, Any]:
    """Return how the column's cells become answers: words as numbers, and what means no answer."""
    if role is Role.COMMENT:
        return {"blank": sorted({"-", *choices.blank})}
    low, high = SCALES[role]
    blank, translated = {*choices.blank, "-"}, {}
    for value in column.values:
        if labels.is_blank(value):
            blank.add(value)
            continue
        number = labels.number(value, role.value, low, high)
        if number is not None and value != str(number):
            translated[value] = number
    return {"blank": sorted(blank)} | ({"map": translated} if translated else {})


def _when(choices: Choices, chosen: dict[str, Role], zone: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, role in chosen.items():
        if role in (Role.TIME, Role.EVENT):
            utc = "(utc)" in name.casefold()
            made[role.value] = {"column": name, "order": choices.order or "dmy", "zone": "UTC" if utc else zone}
    if "time" not in made:
        made["time"] = {"value": date.fromisoformat(choices.day), "zone": zone}
    return made


def _dimensions(
    choices: Choices, chosen: dict[str, Role], columns: dict[str, Column], language: str, places: AnyMapping[str, Place]
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, role in chosen.items():
        if role in (Role.PERSON, Role.WEIGHT):
            made[role.value] = {"column": name}
        elif role is Role.LANGUAGE:
            codes = {value: labels.LANGUAGES.get(value.casefold(), "") for value in columns[name].values}
            made["language"] = {"column": name, "codes": codes}
        elif role is Role.TOUCHPOINT:
            made["touchpoint"] = {"column": name, "codes": touchpoint_codes(columns[name], places)}
    made.setdefault("language", {"value": language})
    return made


def touchpoint_codes(column: Column, places: AnyMapping[str, Place]) -> dict[str, str]:
    """Return the key of the touchpoint that each value names; "" for those that name none."""
    known = {key.casefold(): key for key in places}
    known |= {name.casefold(): place.key for place in places.values() for name in place.names}
    return {value: known.get(value.casefold(), "") for value in column.values}


def _attributes(chosen: dict[str, Role], columns: dict[str, Column]) -> dict[str, Column]:
    """Return the columns of attributes by the attributes' names."""
    made: dict[str, Column] = {}
    for name in columns:
        if chosen.get(name) is Role.ATTRIBUTE:
            key = base = attributes.as_key(name) or "attribute"
            number = 2
            while key in made:
                key, number = f"{base[:27]}_{number}", number + 1
            made[key] = columns[name]
    return made


def _attribute(column: Column) -> dict[str, Any]:
    blank = {value: "" for value in column.values if labels.is_blank(value)}
    return {"column": column.name} | ({"codes": blank} if blank else {})


def as_toml(mapping: AnyMapping[str, Any]) -> str:
    """Write a mapping as a MAP.toml."""
    lines: list[str] = []
    for name, value in mapping.items():
        if isinstance(value, list):
            for item in value:
                lines += ["", f"[[{name}]]", *_pairs(item)]
        else:
            lines += ["", f"[{name}]", *_pairs(value)]
    return "\n".join(lines[1:]) + "\n"


def _pairs(table: AnyMapping[str, Any]) -> list[str]:
    return [f"{_quoted(name) if not name.isidentifier() else name} = {_value(value)}" for name, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(name)} = {_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's; DEL is the one character that only TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

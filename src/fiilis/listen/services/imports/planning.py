"""The dry run: reads a whole file with a mapping, writes nothing, and says what an import would do."""

import hashlib
import json
import tomllib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from msgspec.structs import replace

from fiilis.core.errors import Conflict, Invalid
from fiilis.core.models import Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.listen import mapping as maps
from fiilis.listen.models import Survey
from fiilis.listen.queries import surveys
from fiilis.listen.services.imports import source
from fiilis.listen.services.imports.reader import BLANK, Parsed, Reader
from fiilis.listen.services.imports.report import Count, Refused, Report
from fiilis.listen.types import NUMERIC, Definition


@dataclass(frozen=True, slots=True)
class Target:
    """The survey and version that the answers belong to; `survey_id` None: to be made from `definition`."""

    survey_id: uuid.UUID | None
    name: str
    version: int
    definition: Definition


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, a mapping and what came out of reading the one with the other."""

    workspace_id: uuid.UUID
    file: Path
    mapping: maps.Mapping
    shape: source.Shape
    target: Target
    touchpoints: Mapping[str, uuid.UUID]
    digest: str  # of file, mapping and survey together
    report: Report

    def reader(self) -> Reader:
        """Return a reader that keeps texts."""
        return Reader(self.mapping, self.shape.columns, self.target.definition, self.touchpoints, keep_texts=True)


Watch = Callable[[int, Parsed | list[Refused] | None], None]


def plan(*, workspace: Workspace, file: Path, mapping: Path, flat: bool = False, watch: Watch | None = None) -> Plan:
    """Read the whole file and return what an import would do. Writes nothing.

    `flat`: the file was made by `tables.flatten`, whatever the mapping says of how it was written before.
    `watch` is told of each row: its number under the names, and what was read, why it is refused, or None (blank).

    Raises Invalid when the mapping can't be used, Broken (an Invalid with the line) when the file is no sound table,
    Conflict when the mapping defines a survey whose name is taken by another one.
    """
    rules = maps.load(mapping)
    if flat:
        rules = replace(rules, file=maps.FileRule(decimal=rules.file.decimal, row_key=rules.file.row_key))
    touchpoints = ecosystem.touchpoint_ids(workspace=workspace)
    target = _target(workspace, rules.survey, mapping.parent, touchpoints)
    shape = source.examine(file, rules.file, wanted=rules.columns)
    reader = Reader(rules, shape.columns, target.definition, touchpoints, keep_texts=False)
    report = _read_all(file, shape, reader, rules, watch or _unwatched)
    return Plan(workspace.pk, file, rules, shape, target, touchpoints, _digest(shape, rules, target), report)


def _unwatched(_number: int, _row: Parsed | list[Refused] | None) -> None:
    """Watch nothing."""


def _read_all(file: Path, shape: source.Shape, reader: Reader, rules: maps.Mapping, watch: Watch) -> Report:
    report = Report(shape.encoding, shape.delimiter)
    report.unread_columns = tuple(name for name in shape.columns if name and name not in rules.columns)
    answered = dict.fromkeys((rule.question for rule in rules.answer), 0)
    first, last = None, None
    for line, cells in source.lines(file, shape):
        report.rows += 1
        row = reader.read(cells, line)
        watch(report.rows, None if row is BLANK else row)
        if isinstance(row, Parsed):
            report.read += 1
            for question in row.answers:
                answered[question] += 1
            first = row.at if first is None or row.at < first else first
            last = row.at if last is None or row.at > last else last
        elif row is BLANK:
            report.blank += 1
        else:
            report.refuse(row)
    report.first_at, report.last_at = first, last
    report.answers = sum(answered.values())
    report.questions = {name: Count(count, report.read - count) for name, count in answered.items()}
    return report


def _digest(shape: source.Shape, rules: maps.Mapping, target: Target) -> str:
    # A survey still to be made has no id: its name and definition stand for it, before and after it is made.
    asked = msgspec.json.encode(target.definition) if rules.survey.define else f"{target.survey_id}".encode()
    written = msgspec.to_builtins(rules, order="deterministic")
    _without_later_keys(written)
    whole = [
        shape.sha256.encode(),
        msgspec.json.encode(written),
        target.name.encode() if rules.survey.define else str(target.version).encode(),
        asked,
    ]
    return hashlib.sha256(b"\0".join(whole)).hexdigest()


def _without_later_keys(written: dict[str, Any]) -> None:
    """Leave out what mappings have learnt since and this one doesn't use: one of before is still the same."""
    for table, names in (("", ("attributes",)), ("time", ("order",)), ("event", ("order",))):
        part = written[table] if table else written
        for name in names if part else ():
            if not part[name]:
                del part[name]
    for name in ("sheet", "skip", "head"):  # they say where the table stands in its file, not what it says
        del written["file"][name]


def _target(workspace: Workspace, rule: maps.SurveyRule, folder: Path, touchpoints: Mapping[str, uuid.UUID]) -> Target:
    if rule.code:
        return _existing(workspace, rule)
    definition = _defined(folder / rule.define, touchpoints)
    name = definition.title.get(workspace.language) or next(iter(definition.title.values()), "")
    found = Survey.objects.of(workspace).filter(name=name).first()
    if found is None:
        return Target(None, name, 1, definition)
    for version in surveys.versions(workspace=workspace, survey_id=found.pk):
        if version.definition == definition:
            return Target(found.pk, name, version.number, definition)
    if found.current == 0 and surveys.draft(found) == definition:
        return Target(found.pk, name, 1, definition)  # made by a run that was interrupted before it published
    said = _("A survey named “%(name)s” exists and asks something else. Name it by its code, or give another title.")
    raise Conflict(said % {"name": name}, code="name_taken")


def _existing(workspace: Workspace, rule: maps.SurveyRule) -> Target:
    found = Survey.objects.of(workspace).filter(code=rule.code).first()
    if found is None:
        raise Invalid(_("There is no survey with the code “%(code)s”.") % {"code": rule.code}, code="survey")
    number = rule.version or found.current
    for version in surveys.versions(workspace=workspace, survey_id=found.pk):
        if version.number == number:
            return Target(found.pk, found.name, number, version.definition)
    raise Invalid(_("The survey “%(name)s” has no such published version.") % {"name": found.name}, code="survey")


def _defined(path: Path, touchpoints: Mapping[str, uuid.UUID]) -> Definition:
    """Read a survey's definition from TOML or JSON, touchpoints named by their keys."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        definition = msgspec.convert(raw, Definition)
    except OSError as fault:
        raise Invalid(_("The survey's file “%(file)s” can't be read.") % {"file": path.name}, code="survey") from fault
    except ValueError as fault:  # not UTF-8, not TOML, not JSON, or of another shape: each error says where
        said = _("The survey's file “%(file)s” can't be used: %(fault)s")
        raise Invalid(said % {"file": path.name, "fault": fault}, code="survey") from fault
    for question in definition.questions:
        if question.kind in NUMERIC and question.low >= question.high:
            said = _("The question “%(question)s” needs “low” and “high”: the ends of its scale.")
            raise Invalid(said % {"question": question.id}, code="survey")
    return located(definition, touchpoints)


def located(definition: Definition, touchpoints: Mapping[str, uuid.UUID]) -> Definition:
    """Return the definition with the ids of its touchpoints in place of their keys. Raises Invalid for unknown keys."""

    def point(key: str | None) -> str | None:
        if not key:
            return None
        if key not in touchpoints:
            raise Invalid(_("There is no touchpoint with the key “%(key)s”.") % {"key": key}, code="touchpoint")
        return str(touchpoints[key])

    return msgspec.structs.replace(
        definition,
        touchpoint=point(definition.touchpoint),
        questions=tuple(msgspec.structs.replace(q, touchpoint=point(q.touchpoint)) for q in definition.questions),
    )

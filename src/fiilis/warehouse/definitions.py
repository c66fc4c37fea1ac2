"""Reading definitions: header, shared parts, and the guard that adds the workspace to every fact table."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from fiilis.warehouse.errors import QueryMisused
from fiilis.warehouse.tables import TABLES, Table

_PARAM = re.compile(r"param (?P<name>\w+) (?P<type>[\w|]+)(?P<null> null)?(?: = (?P<default>\S+))?: (?P<meaning>.+)")
_RESERVED = {"workspace", *(f"{name}_files" for name in TABLES)}
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a definition. `type` is date, text, texts, whole, or the words allowed with `|` between."""

    name: str
    type: str
    nullable: bool
    default: Any
    meaning: str

    def check(self, value: Any) -> Any:
        """Return the value to bind. Raises QueryMisused for a value of another type."""
        if value is None:
            if self.nullable:
                return None
        elif self.type == "date":
            if isinstance(value, date) and not isinstance(value, datetime):
                return value
        elif self.type == "text":
            if isinstance(value, str | uuid.UUID):
                return str(value)
        elif self.type == "texts":
            if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
                return list(value)
        elif self.type == "whole":
            if isinstance(value, int) and not isinstance(value, bool):
                return value
        elif value in self.type.split("|"):
            return value
        raise QueryMisused(f"parameter {self.name} is {self.type}{' or null' * self.nullable}, not {value!r}")


@dataclass(frozen=True, slots=True)
class Text:
    """A SQL file: its parameters and its query."""

    params: tuple[Param, ...]
    tree: exp.Query


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition with its parts, before the guard: `tree` still names fact tables."""

    name: str
    params: tuple[Param, ...]
    tree: exp.Query

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters' values. Raises QueryMisused for unknown, missing and ill-typed ones."""
        known = {param.name for param in self.params}
        if unknown := sorted(set(given) - known):
            raise QueryMisused(f"{self.name} has no parameter {', '.join(unknown)}; it has {', '.join(sorted(known))}")
        bound = {}
        for param in self.params:
            value = given.get(param.name, param.default)
            if value is _NOTHING:
                raise QueryMisused(f"{self.name} needs the parameter {param.name}: {param.meaning}")
            bound[param.name] = param.check(value)
        return bound


def read(name: str, folder: Path) -> Definition:
    """Read `folder/name.sql` with the parts that it names. Raises QueryMisused."""
    if not re.fullmatch(r"\w+", name) or not (folder / f"{name}.sql").is_file():
        raise QueryMisused(f"there is no definition {name!r}")
    own = _parse(folder / f"{name}.sql")
    tree = own.tree
    parts: dict[str, Text] = {}

    def gather(text: Text) -> None:
        for part in _tables_named(text.tree):
            path = folder / "parts" / f"{part}.sql"
            if part not in parts and path.is_file():
                parts[part] = _parse(path)
                gather(parts[part])

    gather(own)
    if clash := sorted(_cte_names(tree) & set(parts)):
        raise QueryMisused(f"{name}: {', '.join(clash)} is the name of a shared part")
    _add_parts(tree, {part: text.tree for part, text in parts.items()})
    params = {param.name: param for text in (own, *parts.values()) for param in text.params}
    used = {node.name for node in tree.find_all(exp.Parameter, exp.Placeholder)}
    if used != set(params):
        raise QueryMisused(f"{name}: the header and the SQL name different parameters: {sorted(used ^ set(params))}")
    return Definition(name, tuple(params.values()), tree)


def _parse(path: Path) -> Text:
    text = path.read_text(encoding="utf-8")
    params = []
    for line in text.splitlines():
        if line.startswith("-- param "):
            match = _PARAM.fullmatch(line[3:])
            if match is None or match["name"] in _RESERVED:
                raise QueryMisused(f"{path.name}: can't read {line!r}")
            default = None if match["null"] else _NOTHING if match["default"] is None else match["default"]
            params.append(Param(match["name"], match["type"], bool(match["null"]), default, match["meaning"]))
    try:
        trees = sqlglot.parse(text, dialect="duckdb")
    except ParseError as fault:
        raise QueryMisused(f"{path.name}: {fault}") from fault
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Query):
        raise QueryMisused(f"{path.name} must be one SELECT")
    return Text(tuple(params), tree)


def _tables_named(tree: exp.Query) -> set[str]:
    return {node.name for node in tree.find_all(exp.Table)}


def _cte_names(tree: exp.Query) -> set[str]:
    return {node.alias for node in tree.find_all(exp.CTE)}


def _add_parts(tree: exp.Query, parts: Mapping[str, exp.Query]) -> None:
    """Put parts among the definition's own CTEs, each before whoever names it (they name each other both ways)."""
    own: dict[str, exp.Query] = {cte.alias: cte.this for cte in tree.ctes}
    bodies = {**own, **parts}
    ordered: list[str] = []

    def place(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise QueryMisused(f"{' -> '.join((*above, name))} goes round in a circle")
        if name in bodies and name not in ordered:
            for needed in sorted(_tables_named(bodies[name])):
                place(needed, (*above, name))
            ordered.append(name)

    for name in bodies:
        place(name, ())
    tree.set("with_", None)
    for name in ordered:
        tree.with_(name, as_=bodies[name], copy=False)


def guard(tree: exp.Query, source: Callable[[Table], str]) -> exp.Query:
    """Return a copy of the query that reads the asking workspace's rows of each fact table, and nothing else.

    `source` says how an engine names a table's rows. A name is a fact table or a CTE; anything else (another table,
    a file, a table function, a qualified name) and a CTE that hides a fact table is refused with QueryMisused.
    """
    tree = tree.copy()
    ctes = _cte_names(tree)
    if hidden := sorted(name for name in ctes if name.lower() in TABLES):
        raise QueryMisused(f"{', '.join(hidden)} is the name of a fact table")
    _refuse_other_readers(tree)
    for node in list(tree.find_all(exp.Table)):
        table = TABLES.get(node.name.lower())
        if not isinstance(node.this, exp.Identifier) or any(
            v for k, v in node.args.items() if k not in ("this", "alias")
        ):
            raise QueryMisused(f"{node.sql('duckdb')} isn't a plain name of a fact table")
        if table is None:
            if node.name not in ctes:
                raise QueryMisused(f"there is no fact table {node.name!r}")
            continue
        rows = sqlglot.parse_one(
            f"SELECT * FROM ({source(table)}) AS every WHERE every.workspace = $workspace",  # noqa: S608 - no input
            dialect="duckdb",
        )
        assert isinstance(rows, exp.Select)  # noqa: S101 - for the type checker
        node.replace(rows.subquery(node.alias_or_name, copy=False))
    return tree


def _refuse_other_readers(tree: exp.Query) -> None:
    """Refuse whatever could read without being an exp.Table."""
    for node in tree.walk():
        if isinstance(node, exp.DML | exp.DDL | exp.Command | exp.Into) and not isinstance(node, exp.Query):
            raise QueryMisused("a definition only selects")
        if isinstance(node, exp.Lateral) and not isinstance(node.this, exp.Subquery | exp.Unnest):
            raise QueryMisused(f"{node.sql('duckdb')} isn't a subquery")

"""Asking the facts: named definitions with named parameters, filtered by workspace in one place.

A definition is a SQL file in `sql/` in DuckDB's dialect. It reads fact tables and the shared parts in `sql/parts/`
(a part is a SELECT that several definitions need; it is added where it is named). Every reference to a fact table,
wherever it stands, becomes a subquery of the asking workspace's rows: see `guard`.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fiilis.core.models import Workspace
from fiilis.warehouse.errors import QueryMisused

if TYPE_CHECKING:
    from fiilis.warehouse.definitions import Definition
    from fiilis.warehouse.engine import Engine

FOLDER = Path(__file__).parent / "sql"


@dataclass(frozen=True, slots=True)
class Result:
    """Rows as dicts by column name, and the version of the facts that they were counted from (-1: no facts yet)."""

    rows: list[dict[str, Any]]
    version: int


@contextmanager
def one_version() -> Iterator[None]:
    """Let all queries inside the block see one version of the facts, however they move meanwhile.

    A query that asks for a newer version (`at_least`), or whose files were vacuumed, moves on: compare the versions.
    """
    from fiilis.warehouse import engine  # noqa: PLC0415 - slow import

    with engine.holding():
        yield


def run(name: str, *, workspace: Workspace | uuid.UUID, at_least: int | None = None, **params: Any) -> Result:
    """Run the definition `name` for one workspace.

    `params` are those that the definition's header names (docs in the file); those with a default may be left out.
    `at_least` is a version that the caller has heard of ("facts moved to version v"): older ones won't do. Moments
    come in UTC. Raises QueryMisused.
    """
    from fiilis.warehouse import engine  # noqa: PLC0415 - slow import

    workspace_id = workspace if isinstance(workspace, uuid.UUID) else getattr(workspace, "pk", None)
    if not isinstance(workspace_id, uuid.UUID):
        raise QueryMisused(f"{name}: a query is asked for a Workspace or its id")
    runner = engine.current()
    definition, sql = _prepared(name, runner)
    bound = definition.bind(params)
    found = runner.run(sql, {**bound, "workspace": str(workspace_id)}, at_least=at_least)
    return Result([dict(zip(found.names, _row(row), strict=True)) for row in found.rows], found.version)


def _row(values: tuple[Any, ...]) -> list[Any]:
    """Give moments their zone back: engines hand them over as UTC without one."""
    return [v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for v in values]


_cached: dict[tuple[str, str], tuple[Definition, str]] = {}
_cache_lock = threading.Lock()


def _prepared(name: str, runner: Engine) -> tuple[Definition, str]:
    """Return the definition and its guarded SQL in the engine's dialect, read once a process."""
    with _cache_lock:
        if (name, runner.dialect) not in _cached:
            from fiilis.warehouse import definitions  # noqa: PLC0415 - slow import

            definition = definitions.read(name, FOLDER)
            sql = definitions.guard(definition.tree, runner.source).sql(
                dialect=runner.dialect, identify=True, comments=False
            )
            _cached[name, runner.dialect] = (definition, sql)
        return _cached[name, runner.dialect]

"""What an import graph can't see: relations point down the ladder, models are asked by name in migrations only,
files and functions keep their size, scoped models are never reached around their manager."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from fiilis.core.scoped import ScopedManager

SOURCE = Path(__file__).parent.parent / "src" / "fiilis"
# The ladder of ARCHITECTURE.md from below; the import contract stands in .importlinter.
STEP = {
    "science": 0,
    "core": 1,
    "warehouse": 2,
    "design": 2,
    "post": 2,
    "account": 3,
    "ecosystem": 4,
    "intake": 4,
    "trust": 5,
    "listen": 6,
    "understand": 7,
    "act": 8,
    "prove": 9,
    "home": 10,
    "simulate": 10,
    "api": 10,
    "config": 11,
}


def sources() -> list[Path]:
    return sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)


def our_models() -> Iterator[type[models.Model]]:
    for config in apps.get_app_configs():
        if config.name.startswith("fiilis."):
            yield from config.get_models()


def room(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def test_every_relation_goes_to_the_same_or_a_lower_room() -> None:
    upward = []
    for model in our_models():
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if not isinstance(target, type) or not target.__module__.startswith("fiilis."):
                continue
            if target is not model and room(target) != room(model) and STEP[room(target)] >= STEP[room(model)]:
                upward.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert upward == []


def test_models_are_asked_by_name_in_migrations_only() -> None:
    assert [str(p) for p in sources() if "get_model(" in p.read_text(encoding="utf-8")] == []


def test_no_code_goes_around_the_scoped_manager() -> None:
    found = [p.name for p in sources() if re.search(r"\b_(base|default)_manager\b", p.read_text(encoding="utf-8"))]
    assert found == []


def test_rows_of_a_workspace_have_the_scoped_manager() -> None:
    # Asked across workspaces by design: sign-in reads memberships, the machinery's rows are read by machines.
    machinery = {"Membership", "OutboxEvent", "LiveTopic", "InboxRow", "PublishedSurvey"}
    loose = [
        model.__name__
        for model in our_models()
        if any(f.name in ("workspace", "workspace_id") for f in model._meta.get_fields())
        and not isinstance(model._meta.managers_map.get("objects"), ScopedManager)
        and model.__name__ not in machinery
    ]
    assert loose == []


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_file_is_at_most_500_lines_and_says_why_it_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "no module docstring"
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > 80
    ]
    assert long == []


def test_late_imports_give_their_reason() -> None:
    allowed = {"slow import", "optional dependency", "needs the app registry", "slow import, needs the app registry"}
    wrong = []
    for path in sources():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = re.search(r"noqa: PLC0415(?: - (.*))?$", line)
            if match and match.group(1) not in allowed:
                wrong.append(f"{path.name}:{number}")
    assert wrong == []


def test_packages_stay_about_forty() -> None:
    project = (SOURCE.parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    block = project.partition("\ndependencies = [")[2].partition("]")[0]
    names = set(re.findall(r'"([A-Za-z0-9-]+)', block))
    assert len(names) <= 40
    documented = (SOURCE.parent.parent / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert sorted(n for n in names if f"| {n} |" not in documented) == []


def test_pinned_packages_name_no_host() -> None:
    for path in (SOURCE.parent.parent / "requirements").glob("*.txt"):
        assert re.findall(r"https?://|--(?:extra-)?index", path.read_text(encoding="utf-8")) == []

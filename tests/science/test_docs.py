"""Examples in docstrings and in docs/statistics are run; their figures can't go stale."""

import doctest
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

from fiilis import science
from tests.science.exact_coverage import table
from tests.science.false_arrows import lines

DOCS = Path(__file__).parents[2] / "docs" / "statistics"
MODULES = [m.name for m in pkgutil.walk_packages(science.__path__, f"{science.__name__}.") if not m.ispkg]
PAGES = sorted(page.name for page in DOCS.glob("*.md"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_have_an_example(name: str) -> None:
    module = importlib.import_module(name)
    functions = [
        function
        for title, function in inspect.getmembers(module, inspect.isfunction)
        if not title.startswith("_") and function.__module__ == name
    ]
    assert [function.__name__ for function in functions if ">>>" not in (function.__doc__ or "")] == []


@pytest.mark.parametrize("name", PAGES)
def test_examples_in_pages_run(name: str) -> None:
    assert doctest.testfile(str(DOCS / name), module_relative=False).failed == 0


def test_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    assert [page for page in PAGES if page != "README.md" and f"({page})" not in index] == []


def test_coverage_table_in_docs_is_the_computed_one() -> None:
    page = (DOCS / "nps.md").read_text(encoding="utf-8")
    assert [line for line in table().splitlines() if line not in page] == []


def test_false_arrows_in_docs_are_the_simulated_ones_and_at_most_five_per_cent() -> None:
    page = (DOCS / "comparisons.md").read_text(encoding="utf-8")
    shown = {tuple(line.split("|")[1:5]): line for line in page.splitlines() if line.startswith("|")}
    for line in lines():
        *_, alone, normal, heavy = (cell.strip(" %|") for cell in line.split("|")[1:-1])
        stands = [cell.strip(" %|") for cell in shown[tuple(line.split("|")[1:5])].split("|")[1:-1]][-3:]
        if "---" in line or "Holm" in line:
            assert stands == [alone, normal, heavy]
            continue
        # Another release of numpy may draw other numbers: four standard errors of 40,000 pages are 0.5 points.
        assert [float(figure) for figure in stands] == pytest.approx([float(alone), float(normal), float(heavy)], abs=1)
        assert not line.startswith("| arrow") or float(heavy) <= 5

"""Examples in the docstrings of the alarms are run, and every public function has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

from fiilis.science import alarms

MODULES = [f"{alarms.__name__}.{module.name}" for module in pkgutil.iter_modules(alarms.__path__)]


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

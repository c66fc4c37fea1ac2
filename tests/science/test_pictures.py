"""The handbook's pictures of estimates are those that their scripts draw today."""

from types import ModuleType

import pytest

from tests.science.pictures import dosing, raking, silent, strata


@pytest.mark.parametrize("script", [strata, raking, silent, dosing], ids=lambda script: script.__name__.split(".")[-1])
def test_picture_is_the_drawn_one(script: ModuleType) -> None:
    assert script.TARGET.read_text(encoding="utf-8") == script.drawn()

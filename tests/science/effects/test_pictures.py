"""The handbook's pictures of effects, links and working time are the ones that their code draws."""

from types import ModuleType

import pytest

from tests.science.pictures import cause_and_effect, effects, interrupted, regression_to_mean, working_time


@pytest.mark.parametrize(
    "picture",
    [cause_and_effect, effects, interrupted, regression_to_mean, working_time],
    ids=lambda module: module.TARGET.stem,
)
def test_picture_is_the_one_that_is_drawn(picture: ModuleType) -> None:
    assert picture.TARGET.read_text(encoding="utf-8") == picture.drawn()

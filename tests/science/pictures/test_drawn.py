"""The handbook's pictures of drivers and churn are the ones that their code draws."""

from types import ModuleType

import pytest

from tests.science.pictures import churn, churn_risk, drivers, repeat_purchase


@pytest.mark.parametrize(
    "picture", [churn, churn_risk, drivers, repeat_purchase], ids=lambda module: module.TARGET.stem
)
def test_picture_is_the_one_that_is_drawn(picture: ModuleType) -> None:
    assert picture.TARGET.read_text(encoding="utf-8") == picture.drawn()

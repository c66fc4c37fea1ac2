"""An Estimate can't contradict itself."""

import math

import pytest

from fiilis.science.estimate import Estimate, Method, Unknown, check_level


def known(**changes: object) -> Estimate:
    parts: dict[str, object] = {
        "value": 45.0, "low": 29.0, "high": 58.0, "level": 0.95, "n": 100, "method": Method.SCORE,
    }  # fmt: skip
    return Estimate(**(parts | changes))  # type: ignore[arg-type]


def test_known_estimate_has_half_width() -> None:
    assert known().half_width == 14.5


def test_missing_estimate_has_reason_and_nothing_else() -> None:
    estimate = Estimate.missing(Unknown.TOO_FEW, n=3)
    assert (estimate.value, estimate.low, estimate.high, estimate.half_width) == (None, None, None, None)
    assert (estimate.unknown, estimate.n, estimate.method) == ("too_few", 3, "none")


@pytest.mark.parametrize(
    "changes",
    [
        {"low": 46.0},
        {"high": 44.0},
        {"value": math.nan},
        {"low": math.nan},
        {"high": math.inf},
        {"value": None},
        {"low": None},
        {"high": None},
        {"n": -1},
        {"n": 0},
        {"level": 95},
        {"level": 0.0},
        {"level": math.nan},
        {"method": Method.NONE},
        {"n_effective": math.nan},
        {"n_effective": -1.0},
        {"design_effect": math.inf},
        {"unknown": Unknown.TOO_FEW},
    ],
)
def test_contradiction_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        known(**changes)


def test_missing_estimate_with_method_is_refused() -> None:
    with pytest.raises(ValueError):
        Estimate(None, None, None, 0.95, 3, Method.WILSON, Unknown.TOO_FEW)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, math.nan])
def test_level_outside_0_and_1_is_refused(level: float) -> None:
    with pytest.raises(ValueError):
        check_level(level)

"""Interrupted series against the golden seatbelt table, simulation, and their own symmetries."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.assumptions import Threat
from fiilis.science.effects.interrupted import default_lag, interrupted
from fiilis.science.effects.stretch import stretches
from fiilis.science.estimate import Unknown
from fiilis.science.quantiles import t_quantile
from tests.science.tables import rows
from tests.science.test_regression import DRIVERS, KMS

CHANGE = 169
"""February 1983, the first month with the seat belt law."""


def column(name: str) -> np.ndarray:
    return np.array([float(row[name]) for row in rows("its_seatbelts_data.csv")])


@pytest.mark.parametrize("model", [DRIVERS, KMS])
def test_seatbelts_golden(model: str) -> None:
    golden = [row for row in rows("its_seatbelts.csv") if row["model"] == model]
    beside = np.log(np.column_stack([column("kms"), column("PetrolPrice")])) if model == KMS else None
    y = np.log(column("drivers" if model == KMS else "DriversKilled"))
    effect = interrupted(y, CHANGE, season=12, covariates=beside, lag=12, stretched=False)
    details = effect.details
    assert details is not None
    assert details.lag == default_lag(len(y), 12) == 12
    assert details.coefficients == pytest.approx([float(row["coef"]) for row in golden], rel=1e-6)
    assert details.standard_errors == pytest.approx([float(row["se_newey_west_12"]) for row in golden], rel=1e-6)
    assert details.durbin_watson == pytest.approx(float(golden[0]["dw"]), rel=1e-6)
    for part, row in ((details.trend_before, golden[1]), (details.level, golden[2]), (details.slope, golden[3])):
        half = t_quantile(0.975, len(y) - len(golden)) * float(row["se_newey_west_12"])
        expected = (float(row["coef"]), float(row["coef"]) - half, float(row["coef"]) + half)
        assert (part.value, part.low, part.high) == pytest.approx(expected, rel=1e-6)


def test_mean_effect_is_the_mean_of_what_was_less_what_would_have_been() -> None:
    y = np.log(column("drivers"))
    effect = interrupted(y, CHANGE, season=12)
    assert effect.details is not None
    # Residuals after the change add up to 0 within level and slope, so the two ways agree exactly.
    assert effect.estimate.value == pytest.approx((y - effect.details.expected)[CHANGE:].mean(), rel=1e-9)
    level, slope = effect.details.level.value, effect.details.slope.value
    assert level is not None
    assert slope is not None
    assert effect.details.at_end.value == pytest.approx(level + slope * (len(y) - CHANGE))


@pytest.mark.parametrize("relation", [0.0, 0.6])
def test_a_series_without_change_is_held_in_about_95_of_100(relation: float) -> None:
    random, wrong, plain = np.random.default_rng(4), 0, 0
    for _ in range(80):
        noise = random.normal(size=32)
        for place in range(1, 32):
            noise[place] += relation * noise[place - 1]
        effects = [interrupted(30 + 0.1 * np.arange(32) + noise, 16, stretched=kind) for kind in (True, False)]
        wrong += effects[0].p is not None and effects[0].p < 0.05
        plain += effects[1].p is not None and effects[1].p < 0.05
    assert wrong <= 10
    assert plain >= 12  # what Newey and West alone would have cried


def test_stretch_fades_in_a_long_series() -> None:
    x = np.column_stack([np.ones(1000), np.arange(1000) >= 500]).astype(float)
    noise = np.random.default_rng(1).normal(size=1000)
    assert stretches(x, noise, [np.array([0.0, 1.0])], 7) == pytest.approx((1.0,), abs=0.06)
    assert stretches(x, np.zeros(1000), [np.array([0.0, 1.0])], 0) == pytest.approx((1.0,), abs=0.06)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100), st.floats(-2, 2))
def test_scale_shift_and_trend_pass_through(seed: int, scale: float, shift: float, trend: float) -> None:
    y = np.random.default_rng(seed).normal(size=40)
    one, other = interrupted(y, 20), interrupted(y * scale + shift + trend * np.arange(40), 20)
    parts = ("value", "low", "high")
    expected = [getattr(one.estimate, part) * scale for part in parts]
    assert [getattr(other.estimate, part) for part in parts] == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_turned_round_series_has_the_opposite_effect() -> None:
    y = np.random.default_rng(5).normal(size=40)
    one, other = interrupted(y, 20).estimate, interrupted(-y, 20).estimate
    assert (one.value, one.low, one.high) == pytest.approx((-other.value, -other.high, -other.low))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("y", "change", "options", "why"),
    [
        ([], 0, {}, Unknown.NO_ANSWERS),
        ([1.0], 0, {}, Unknown.NO_BEFORE),
        (range(40), 0, {}, Unknown.NO_BEFORE),
        (range(40), -3, {}, Unknown.NO_BEFORE),
        (range(40), 7, {}, Unknown.NO_BEFORE),
        (range(40), 11, {"season": 12}, Unknown.NO_BEFORE),
        (range(40), 33, {}, Unknown.NO_AFTER),
        (range(40), 40, {}, Unknown.NO_AFTER),
        ([5.0] * 40, 20, {}, Unknown.NO_SPREAD),
        (range(40), 20, {}, Unknown.NO_SPREAD),
        ([np.nan, *range(39)], 20, {}, Unknown.INVALID),
        ([np.inf, *range(39)], 20, {}, Unknown.INVALID),
        ([i % 3 for i in range(40)], 20, {"covariates": range(40)}, Unknown.COLLINEAR),
        ([i % 3 for i in range(20)], 10, {"season": 10, "covariates": np.eye(20)[:, :9]}, Unknown.TOO_FEW),
    ],
)
def test_unusable_series_have_their_reason(y: Any, change: int, options: dict[str, Any], why: Unknown) -> None:
    effect = interrupted(list(y), change, **options)
    assert (effect.estimate.unknown, effect.p, effect.estimate.value) == (why, None, None)


def test_short_history_of_a_season_is_named() -> None:
    y = [i % 12 + (i * 7) % 5 for i in range(40)]
    assert Threat.SHORT_HISTORY in interrupted(y, 20, season=12).breaks_if
    assert Threat.SHORT_HISTORY not in interrupted(y, 26, season=12).breaks_if


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="season"):
        interrupted([1.0] * 40, 20, season=0)
    with pytest.raises(ValueError, match="dimension"):
        interrupted([[1.0]] * 40, 20)
    with pytest.raises(ValueError, match="level"):
        interrupted([1.0] * 40, 20, level=95)

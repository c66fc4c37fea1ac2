"""Churn risk: planted chances come back, unseen customers judge, reasons add up, and every refusal."""

import math

import msgspec
import numpy as np
import pytest

from fiilis.science.churn.calibration import ISOTONIC_FROM, calibrate, reliability
from fiilis.science.churn.risk import Caution, Direction, Model, Past, average_log_odds, fit, risk
from fiilis.science.estimate import Estimate, Method, Unknown


def made(n: int = 1500, seed: int = 1, base: float = -1.5) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Log-odds rise by 1 with each late parcel and fall by 0.5 with each year; shoe size is nothing."""
    rng = np.random.default_rng(seed)
    known = {
        "late": rng.integers(0, 4, n).astype(float),
        "years": rng.integers(0, 5, n).astype(float),
        "shoes": rng.normal(42, 2, n),
    }
    chance = 1 / (1 + np.exp(-(base + known["late"] - 0.5 * known["years"])))
    return (rng.random(n) < chance).astype(float), known


def chances(base: float, **known: float) -> float:
    return 1 / (1 + math.exp(-(base + known["late"] - 0.5 * known["years"])))


@pytest.fixture(scope="module")
def model() -> Model:
    return fit(Past.from_arrays(*made()))


def notes(found: Model) -> dict[Caution, tuple[str, ...]]:
    return {note.caution: note.names for note in found.notes}


def test_planted_chances_are_inside_their_intervals(model: Model) -> None:
    inside = [
        (found := risk(model, {"late": late, "years": years, "shoes": 42}).chance).low
        <= chances(-1.5, late=late, years=years)
        <= found.high
        for late in range(4)
        for years in range(5)
    ]
    assert sum(inside) >= 17


def test_interval_holds_the_planted_chance_in_most_samples() -> None:
    held = 0
    for seed in range(20):
        found = risk(fit(Past.from_arrays(*made(n=600, seed=seed))), {"late": 2, "years": 1, "shoes": 42}).chance
        held += found.low <= chances(-1.5, late=2, years=1) <= found.high
    assert held >= 17


def test_unseen_customers_are_predicted_better_than_by_the_base_rate(model: Model) -> None:
    left, known = made(n=4000, seed=2)
    slopes = np.array(model.slopes) / np.array(model.scales)
    table = np.column_stack([known[name] for name in model.names]) - np.array(model.means)
    chance = model.calibration.chance(model.intercept + table @ slopes)
    brier = float(((chance - left) ** 2).mean())
    # What was told of unseen customers holds for another sample.
    assert model.quality.brier.low - 0.01 < brier < model.quality.brier.high + 0.01
    assert model.quality.gain.low > 0
    base = model.base_rate.value
    assert model.quality.base_rate_brier.value == pytest.approx(base * (1 - base), rel=0.01)
    assert model.quality.gain.value == pytest.approx(
        model.quality.base_rate_brier.value - model.quality.brier.value, abs=1e-12
    )


def test_reliability_table_holds_everybody_once_and_rises(model: Model) -> None:
    table = model.quality.reliability
    assert sum(row.observed.n for row in table) == 1500
    assert sum(row.observed.value * row.observed.n for row in table) == pytest.approx(model.events)
    assert [row.predicted for row in table] == sorted(row.predicted for row in table)
    assert {row.observed.method for row in table} == {Method.WILSON}
    assert notes(model) == {}


def test_reasons_sum_to_the_log_odds_and_say_their_direction(model: Model) -> None:
    found = risk(model, {"late": 3, "years": 4, "shoes": 43, "other": 1})
    odds = average_log_odds(model) + sum(reason.log_odds.value for reason in found.reasons)
    assert found.chance.value == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-12)
    directions = {reason.name: reason.direction for reason in found.reasons}
    assert directions == {"late": Direction.RAISES, "years": Direction.LOWERS, "shoes": Direction.NOT_KNOWN}
    sizes = [abs(reason.log_odds.value) for reason in found.reasons]
    assert sizes == sorted(sizes, reverse=True)
    assert (found.chance.n, found.chance.method) == (1500, Method.DELTA)


def test_average_customer_has_no_reasons(model: Model) -> None:
    found = risk(model, dict(zip(model.names, model.means, strict=True)))
    assert {reason.direction for reason in found.reasons} == {Direction.NOT_KNOWN}
    assert [reason.log_odds.value for reason in found.reasons] == [0, 0, 0]


def test_model_survives_being_kept_as_json(model: Model) -> None:
    assert msgspec.json.decode(msgspec.json.encode(model), type=Model) == model


def test_unit_of_a_variable_changes_no_chance() -> None:
    left, known = made(n=400)
    plain = fit(Past.from_arrays(left, known))
    days = fit(Past.from_arrays(left, known | {"years": known["years"] * -365}))
    here = risk(plain, {"late": 2, "years": 3, "shoes": 41}).chance
    there = risk(days, {"late": 2, "years": 3 * -365, "shoes": 41}).chance
    assert (here.value, here.low) == (pytest.approx(there.value, abs=1e-5), pytest.approx(there.low, abs=1e-5))


def test_leavers_and_stayers_swapped_swap_the_chance() -> None:
    left, known = made(n=400, base=0)
    person = {"late": 2, "years": 3, "shoes": 41}
    leaves = risk(fit(Past.from_arrays(left, known)), person).chance
    stays = risk(fit(Past.from_arrays(1 - left, known)), person).chance
    assert leaves.value == pytest.approx(1 - stays.value, abs=0.01)


def test_same_seed_gives_the_same_model() -> None:
    past = Past.from_arrays(*made(n=400))
    assert fit(past) == fit(past)
    assert fit(past) != fit(past, seed=1)


def test_many_departures_are_calibrated_by_a_rising_curve() -> None:
    left, known = made(n=8000, base=0.0)
    model = fit(Past.from_arrays(left, known))
    heights = [height for _, height in model.calibration.knots]
    assert min(left.sum(), (1 - left).sum()) >= ISOTONIC_FROM
    assert heights == sorted(heights)
    assert 0 < heights[0] < heights[-1] < 1
    found = risk(model, {"late": 2, "years": 3, "shoes": 41})
    assert found.chance.low <= found.chance.value <= found.chance.high
    assert found.chance.value == pytest.approx(chances(0, late=2, years=3), abs=0.05)
    assert average_log_odds(model) == model.intercept
    assert msgspec.json.decode(msgspec.json.encode(model), type=Model) == model


def test_line_of_calibration_equals_statsmodels() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    odds = rng.normal(size=500)
    left = (rng.random(500) < 1 / (1 + np.exp(-(0.3 + 0.5 * odds)))).astype(float)
    theirs = sm.Logit(left, sm.add_constant(odds)).fit(disp=0)
    ours = calibrate(odds, left)
    assert (ours.offset, ours.slope) == pytest.approx(theirs.params.tolist(), abs=1e-4)
    assert np.array(ours.covariance) == pytest.approx(theirs.cov_params(), rel=1e-3)


def test_nothing_known_is_said_to_be_no_better_than_the_base_rate() -> None:
    left, known = made(n=500)
    assert notes(fit(Past.from_arrays(left, {"shoes": known["shoes"]}))) == {Caution.NO_BETTER_THAN_BASE_RATE: ()}


def test_variable_written_after_the_fact_is_too_good() -> None:
    left, known = made(n=500)
    assert notes(fit(Past.from_arrays(left, known | {"closed": left}))) == {Caution.TOO_GOOD: ()}


def test_curve_that_is_no_line_is_said_not_to_be_calibrated() -> None:
    # Both the new and the old leave, those in between stay.
    years = np.tile(np.arange(12.0), 100)
    left = np.where(np.abs(years - 4) > 3, np.arange(1200) % 10 < 7, np.arange(1200) % 10 < 1).astype(float)
    assert Caution.NOT_CALIBRATED in notes(fit(Past.from_arrays(left, {"years": years})))


def test_customers_with_a_blank_are_left_out_and_said_so() -> None:
    left, known = made(n=500)
    known["late"][:150] = np.nan
    model = fit(Past.from_arrays(left, known))
    assert (model.n, notes(model)) == (350, {Caution.MANY_BLANKS: ()})


def test_variable_without_spread_is_left_out_and_said_so() -> None:
    left, known = made(n=500)
    model = fit(Past.from_arrays(left, known | {"same": np.ones(500)}))
    assert (model.names, notes(model)) == (("late", "years", "shoes"), {Caution.LEFT_OUT: ("same",)})


def test_rows_of_few_customers_have_no_share() -> None:
    (row,) = reliability(np.array([0.2, 0.2, 0.2]), np.array([0.0, 1.0, 0.0]), 0.95)
    assert row.observed.unknown is Unknown.TOO_FEW


def test_tiny_rows_break_no_calibration() -> None:
    # 45 customers in ten rows: four or five each, some under the least that is shown.
    left = np.tile([1.0, 0.0], 23)[:45]
    model = fit(Past.from_arrays(left, {"a": np.random.default_rng(3).normal(size=45)}))
    assert Unknown.TOO_FEW in {row.observed.unknown for row in model.quality.reliability}
    assert Caution.NOT_CALIBRATED not in notes(model)


LEFT = [float(number % 2) for number in range(60)]
AGE = [float(number % 7) for number in range(60)]


@pytest.mark.parametrize(
    ("left", "variables", "why"),
    [
        ([], {"a": []}, Unknown.NO_ANSWERS),
        ([1.0], {"a": [3.0]}, Unknown.NO_SPREAD),
        (LEFT, {"a": [math.nan] * 60}, Unknown.NO_ANSWERS),
        ([0.0] * 60, {"a": AGE}, Unknown.NO_EVENTS),
        ([1.0] * 60, {"a": AGE}, Unknown.NO_SPREAD),
        (LEFT, {"a": [2.0] * 60}, Unknown.NO_SPREAD),
        ([2.0, *LEFT[1:]], {"a": AGE}, Unknown.INVALID),
        ([math.nan, *LEFT[1:]], {"a": AGE}, Unknown.INVALID),
        (LEFT, {"a": [math.inf, *AGE[1:]]}, Unknown.INVALID),
        ([1.0] * 19 + [0.0] * 41, {"a": AGE}, Unknown.TOO_FEW_EVENTS),
        ([0.0] * 19 + [1.0] * 41, {"a": AGE}, Unknown.TOO_FEW_EVENTS),
        (LEFT, {f"a{i}": [(n * (i + 3)) % 11 for n in range(60)] for i in range(4)}, Unknown.TOO_FEW_EVENTS),
        (LEFT, {"a": AGE, "b": [3 - age for age in AGE]}, Unknown.COLLINEAR),
    ],
)
def test_degenerate_customers_have_a_named_reason(
    left: list[float], variables: dict[str, list[float]], why: Unknown
) -> None:
    found = fit(Past.from_arrays(left, variables))
    assert (found.unknown, found.base_rate.unknown, found.quality, found.intercept) == (why, why, None, None)
    assert risk(found, {"a": 1.0}).chance == Estimate.missing(why, n=found.n)
    with pytest.raises(ValueError, match="no model"):
        average_log_odds(found)


def test_customer_with_a_blank_has_a_named_reason(model: Model) -> None:
    assert risk(model, {"late": math.nan, "years": 1, "shoes": 42}).chance.unknown is Unknown.NO_ANSWERS
    assert risk(model, {"late": math.inf, "years": 1, "shoes": 42}).chance.unknown is Unknown.INVALID


@pytest.mark.parametrize(
    "wrong",
    [
        lambda model: Past.from_arrays([1.0], {}),
        lambda model: Past.from_arrays([1.0], {"a": [1.0, 2.0]}),
        lambda model: Past.from_arrays([[1.0]], {"a": [1.0]}),
        lambda model: fit(Past.from_arrays(LEFT, {"a": AGE}), level=1),
        lambda model: risk(model, {"late": 1}),
        lambda model: risk(model, {"late": 1, "years": 1, "shoes": 42}, level=95),
    ],
)
def test_wrong_wishes_are_refused(model: Model, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"variables|level|nothing is said of years, shoes"):
        wrong(model)  # type: ignore[operator]

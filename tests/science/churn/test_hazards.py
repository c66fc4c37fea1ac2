"""Hazards: published ratios, lifelines itself, planted truths, and every refusal."""

import math

import numpy as np
import pytest

from fiilis.science.churn.hazards import Caution, Followed, Hazards, Remedy, hazards
from fiilis.science.churn.survival import log_rank
from fiilis.science.estimate import Method, Unknown
from tests.science.churn.test_survival import PLACEBO, TREATED


def leukaemia() -> Followed:
    duration, left, placebo = [], [], []
    for table, arm in ((TREATED, 0), (PLACEBO, 1)):
        for time, gone, still in zip(table.times, table.left, table.censored, strict=True):
            duration += [time] * (gone + still)
            left += [1] * gone + [0] * still
            placebo += [arm] * (gone + still)
    return Followed.from_arrays(duration, left, {"placebo": placebo})


def made(n: int = 400, seed: int = 1) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Customers whose hazard doubles with each late parcel; the number of letters goes along with nothing."""
    rng = np.random.default_rng(seed)
    late, letters = rng.integers(0, 3, n).astype(float), rng.normal(size=n)
    stay, followed = rng.exponential(20 / 2**late), rng.uniform(5, 30, n)
    return np.minimum(stay, followed), stay <= followed, {"late": late, "letters": letters}


def notes(found: Hazards) -> dict[Caution, tuple[str, ...]]:
    return {note.caution: note.names for note in found.notes}


def test_leukaemia_ratio_equals_the_published_one() -> None:
    # R's coxph with Efron's ties: coef 1.5721, se 0.4124.
    (found,) = hazards(leukaemia()).ratios
    assert math.log(found.ratio.value) == pytest.approx(1.5721, abs=5e-5)
    assert (math.log(found.ratio.high) - math.log(found.ratio.low)) / (2 * 1.959964) == pytest.approx(0.4124, abs=5e-5)
    assert (found.ratio.n, found.ratio.method) == (42, Method.COX)
    assert found.p == pytest.approx(0.000138, abs=1e-6)
    # The hazards of this trial are the textbooks' proportional ones.
    assert found.proportional_p > 0.5
    assert log_rank([TREATED, PLACEBO]).p == pytest.approx(found.p, abs=1e-3)


def test_ratios_equal_lifelines() -> None:
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.statistics import proportional_hazard_test

    duration, left, variables = made()
    frame = pd.DataFrame({"duration": duration, "left": left, **variables})
    fit = CoxPHFitter().fit(frame, "duration", "left")
    test = proportional_hazard_test(fit, frame, time_transform="rank")
    found = hazards(Followed.from_arrays(duration, left, variables))
    limits = np.exp(fit.confidence_intervals_.to_numpy())
    assert [one.ratio.value for one in found.ratios] == pytest.approx(fit.hazard_ratios_.to_list(), rel=1e-6)
    assert np.array([(one.ratio.low, one.ratio.high) for one in found.ratios]) == pytest.approx(limits, rel=1e-5)
    assert [one.p for one in found.ratios] == pytest.approx(fit.summary["p"].to_list(), rel=1e-3)
    assert [one.proportional_p for one in found.ratios] == pytest.approx(test.p_value.tolist(), rel=1e-4)
    assert found.concordance == pytest.approx(fit.concordance_index_)


def test_planted_ratio_is_found_and_chance_is_not() -> None:
    found = hazards(Followed.from_arrays(*made(n=1500)))
    late, letters = (one.ratio for one in found.ratios)
    assert late.low < 2 < late.high
    assert late.low > 1.7
    assert letters.low < 1 < letters.high
    assert (found.notes, found.n) == ((), 1500)


def test_unit_and_direction_of_a_variable_change_its_ratio_alone() -> None:
    duration, left, variables = made()
    plain = hazards(Followed.from_arrays(duration, left, variables))
    turned = hazards(Followed.from_arrays(duration, left, variables | {"late": -variables["late"] / 10 + 7}))
    assert turned.ratios[0].ratio.value == pytest.approx(plain.ratios[0].ratio.value ** -10, rel=1e-5)
    assert turned.ratios[1].ratio.value == pytest.approx(plain.ratios[1].ratio.value, rel=1e-5)
    years = hazards(Followed.from_arrays(duration / 12, left, variables))
    assert [one.ratio.value for one in years.ratios] == pytest.approx(
        [one.ratio.value for one in plain.ratios], rel=1e-6
    )


def crossing() -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """A discount that keeps customers at first and drives them away when it ends."""
    rng = np.random.default_rng(3)
    discount = np.arange(800) % 2
    stay = np.where(discount, 6 + rng.exponential(2, 800), rng.exponential(8, 800))
    return np.minimum(stay, 12), stay <= 12, {"discount": discount.astype(float)}


def test_ratio_that_changes_with_time_is_named_with_what_to_use_instead() -> None:
    found = hazards(Followed.from_arrays(*crossing()))
    (note,) = found.notes
    assert (note.caution, note.names) == (Caution.NOT_PROPORTIONAL, ("discount",))
    assert note.instead == (Remedy.RESTRICTED_MEANS, Remedy.STRATA)
    assert found.ratios[0].proportional_p < 0.001


def test_variable_as_strata_no_longer_warns() -> None:
    duration, left, variables = crossing()
    late = np.random.default_rng(4).normal(size=800)
    label = np.where(variables["discount"], "yes", "no")
    found = hazards(Followed.from_arrays(duration, left, {"late": late}, strata=label))
    assert ([one.name for one in found.ratios], found.notes) == (["late"], ())
    assert found.ratios[0].ratio.low < 1 < found.ratios[0].ratio.high


def test_proportional_variables_are_seldom_warned_about() -> None:
    warned = sum(
        Caution.NOT_PROPORTIONAL in notes(hazards(Followed.from_arrays(*made(n=150, seed=seed)))) for seed in range(20)
    )
    assert warned <= 4


def test_few_departures_a_variable_are_named_with_what_to_do() -> None:
    duration, left, variables = made(n=60)
    left = left & (np.cumsum(left) <= 12)
    (note,) = hazards(Followed.from_arrays(duration, left, variables)).notes
    assert (note.caution, note.instead) == (Caution.FEW_EVENTS, (Remedy.FEWER_VARIABLES,))


def test_customers_with_a_blank_are_left_out_and_said_so() -> None:
    duration, left, variables = made()
    variables["late"][:120] = np.nan
    found = hazards(Followed.from_arrays(duration, left, variables))
    rest = hazards(Followed.from_arrays(duration[120:], left[120:], {k: v[120:] for k, v in variables.items()}))
    assert (found.n, notes(found)) == (280, {Caution.MANY_BLANKS: ()})
    assert found.ratios == rest.ratios


def test_variable_without_spread_is_left_out_with_its_reason() -> None:
    duration, left, variables = made()
    found = hazards(Followed.from_arrays(duration, left, {"same": np.ones(400)} | variables))
    assert (found.ratios[0].ratio.unknown, found.ratios[0].p) == (Unknown.NO_SPREAD, None)
    assert found.ratios[1:] == hazards(Followed.from_arrays(duration, left, variables)).ratios
    assert notes(found) == {Caution.LEFT_OUT: ("same",)}


TIMES = [float(1 + number % 9) for number in range(40)]
LEFT = [number % 2 for number in range(40)]
AGE = [float(number % 7) for number in range(40)]


@pytest.mark.parametrize(
    ("duration", "left", "variables", "why"),
    [
        ([], [], {"a": []}, Unknown.NO_ANSWERS),
        ([3.0], [1], {"a": [2.0]}, Unknown.NO_SPREAD),
        ([math.nan, *TIMES[1:]], LEFT, {"a": AGE}, Unknown.INVALID),
        ([math.inf, *TIMES[1:]], LEFT, {"a": AGE}, Unknown.INVALID),
        ([-1.0, *TIMES[1:]], LEFT, {"a": AGE}, Unknown.INVALID),
        (TIMES, [2, *LEFT[1:]], {"a": AGE}, Unknown.INVALID),
        (TIMES, [math.nan, *LEFT[1:]], {"a": AGE}, Unknown.INVALID),
        (TIMES, LEFT, {"a": [math.inf, *AGE[1:]]}, Unknown.INVALID),
        (TIMES, LEFT, {"a": [math.nan] * 40}, Unknown.NO_ANSWERS),
        (TIMES, [0] * 40, {"a": AGE}, Unknown.NO_EVENTS),
        (TIMES, LEFT, {"a": [3.0] * 40}, Unknown.NO_SPREAD),
        (TIMES, [1] * 9 + [0] * 31, {"a": AGE}, Unknown.TOO_FEW_EVENTS),
        (TIMES, LEFT, {f"a{i}": [(n * (i + 3)) % 11 for n in range(40)] for i in range(5)}, Unknown.TOO_FEW_EVENTS),
        (TIMES, LEFT, {"a": AGE, "b": [2 * age + 1 for age in AGE]}, Unknown.COLLINEAR),
        # Who left first and who didn't is told by one variable completely.
        (list(range(1, 41)), [1] * 20 + [0] * 20, {"a": list(range(40))}, Unknown.NOT_CONVERGED),
    ],
)
def test_degenerate_customers_have_a_named_reason(
    duration: list[float], left: list[float], variables: dict[str, list[float]], why: Unknown
) -> None:
    found = hazards(Followed.from_arrays(duration, left, variables))
    assert (found.unknown, {one.ratio.unknown for one in found.ratios}) == (why, {why})
    assert (found.concordance, found.notes) == (None, ())


def test_variable_that_is_its_own_strata_has_a_named_reason() -> None:
    duration, left, variables = crossing()
    late = np.random.default_rng(4).normal(size=800)
    for known in (variables, variables | {"late": late}):
        found = hazards(Followed.from_arrays(duration, left, known, strata=variables["discount"]))
        assert (found.unknown, found.n) == (Unknown.NOT_CONVERGED, 800)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Followed.from_arrays([1.0], [1], {}),
        lambda: Followed.from_arrays([1.0], [1, 0], {"a": [1.0]}),
        lambda: Followed.from_arrays([1.0], [1], {"a": [1.0, 2.0]}),
        lambda: Followed.from_arrays([1.0], [1], {"a": [1.0]}, strata=["x", "y"]),
        lambda: hazards(leukaemia(), level=1),
    ],
)
def test_wrong_wishes_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"variables|level"):
        wrong()  # type: ignore[operator]

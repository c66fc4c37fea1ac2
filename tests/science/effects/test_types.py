"""The shape of an effect refuses contradictions; guards and placebos say no more than their numbers."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.types import Effect, GuardVerdict, PlaceboVerdict, guard, known, rank, unknown
from fiilis.science.estimate import Estimate, Method, Unknown

BASIS = ((Assumption.TREND_CONTINUES,), (Threat.OTHER_EVENT,))


def effect(value: float, error: float) -> Effect[None]:
    return known((value, error), inf, 100, Method.NEWEY_WEST, *BASIS)


def test_known_effect_has_interval_p_and_basis() -> None:
    found = effect(2.0, 1.0)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((0.040036, 3.959964), abs=1e-6)
    assert found.p == pytest.approx(0.0455, abs=1e-4)
    assert (found.assumes, found.breaks_if, found.method) == (*BASIS, Method.NEWEY_WEST)


@pytest.mark.parametrize(
    ("error", "why"),
    [(0.0, Unknown.NO_SPREAD), (inf, Unknown.INVALID), (nan, Unknown.INVALID), (1e308, Unknown.INVALID)],
)
def test_effect_without_usable_error_is_unknown(error: float, why: Unknown) -> None:
    found = known((1.0, error), 2, 10, Method.NEWEY_WEST, *BASIS)
    assert (found.estimate.unknown, found.p) == (why, None)


def test_contradictory_effects_are_refused() -> None:
    fine = Estimate(1, 0, 2, 0.95, 10, Method.T)
    with pytest.raises(ValueError, match="assumes something"):
        Effect(fine, (), (Threat.OTHER_EVENT,), 0.5)
    with pytest.raises(ValueError, match="assumes something"):
        Effect(fine, (Assumption.TREND_CONTINUES,), (), 0.5)
    with pytest.raises(ValueError, match="exactly when"):
        Effect(fine, *BASIS)
    with pytest.raises(ValueError, match="exactly when"):
        Effect(Estimate.missing(Unknown.TOO_FEW, n=1), *BASIS, 0.5)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (effect(0, 0.1), GuardVerdict.HELD),
        (effect(-0.5, 0.1), GuardVerdict.HELD),
        (effect(-3, 0.5), GuardVerdict.HARMED),
        (effect(-1, 2), GuardVerdict.NOT_KNOWN),
        (unknown(Unknown.TOO_FEW, 3, *BASIS), GuardVerdict.NOT_KNOWN),
    ],
)
def test_guard_is_judged_by_both_ends(found: Effect[None], verdict: GuardVerdict) -> None:
    assert guard("calls", found, margin=1).verdict is verdict


@pytest.mark.parametrize("margin", [0, -1, nan, inf])
def test_guard_needs_a_margin(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        guard("calls", effect(0, 1), margin=margin)


def test_no_fake_among_eighteen_lets_anything_stand_out() -> None:
    assert rank(100, [0.0] * 18).verdict is PlaceboVerdict.TOO_FEW_FAKES
    assert rank(100, [0.0] * 19).verdict is PlaceboVerdict.STANDS_OUT
    assert rank(100, []).p == 1


def test_placebo_at_another_level_needs_more_fakes() -> None:
    assert rank(100, [0.0] * 98, level=0.99).verdict is PlaceboVerdict.TOO_FEW_FAKES
    assert rank(100, [0.0] * 99, level=0.99).verdict is PlaceboVerdict.STANDS_OUT
    assert rank(0, [1.0] * 99, level=0.99).verdict is PlaceboVerdict.NOT_SPECIAL


def test_infinite_effects_have_no_rank() -> None:
    with pytest.raises(ValueError, match="finite"):
        rank(nan, [1.0])


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=60), st.floats(-100, 100))
def test_rank_does_not_care_for_sign_or_order(fakes: list[float], real: float) -> None:
    one = rank(real, fakes)
    assert one.p == rank(-real, [-fake for fake in reversed(fakes)]).p
    assert 1 / (1 + len(fakes)) <= one.p <= 1

"""The forecast against the figures it promises, against what intervals then turn out to be, and in degenerate cases."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.science.estimate import Unknown
from fiilis.science.forecast import (
    USUAL_RATE,
    Assumed,
    Kind,
    ResponseRate,
    answers_needed,
    forecast,
    invitations_needed,
    outlook,
    spread_of,
)
from fiilis.science.intervals import nps_adjusted_wald, wilson
from tests.science.pictures.forecast import TARGET, drawn

SCALES = {Kind.NPS: None, Kind.SHARE: None, Kind.MEAN: (1, 7)}


@pytest.mark.parametrize(("n", "half"), [(30, 29), (100, 16), (400, 8), (1000, 5)])
def test_nps_half_widths_are_those_of_the_published_rule(n: int, half: int) -> None:
    found = outlook(n, spread=spread_of(Kind.NPS)).half_width
    assert found is not None
    assert round(found) == half


@pytest.mark.parametrize("n", [99, 300, 1200])
def test_forecast_is_the_interval_that_thirds_turn_out_to_have(n: int) -> None:
    low, high = nps_adjusted_wald(n // 3, n // 3, n // 3)
    assert outlook(n, spread=spread_of(Kind.NPS)).half_width == pytest.approx((high - low) / 2, rel=0.03)


@pytest.mark.parametrize("n", [100, 400, 2000])
def test_forecast_is_the_interval_that_halves_turn_out_to_have(n: int) -> None:
    low, high = wilson(n // 2, n)
    assert outlook(n, spread=spread_of(Kind.SHARE)).half_width == pytest.approx((high - low) / 2, rel=0.02)


@pytest.mark.parametrize("scale", [(1, 2), (1, 4), (1, 5), (1, 7), (0, 10)])
def test_even_spread_is_the_deviation_of_all_points_once(scale: tuple[int, int]) -> None:
    spread = spread_of(Kind.MEAN, scale=scale)
    assert spread.deviation == pytest.approx(np.arange(scale[0], scale[1] + 1).std())
    assert spread.assumed is Assumed.EVEN


def test_thirds_spread_is_the_deviation_of_one_of_each() -> None:
    assert spread_of(Kind.NPS).deviation == pytest.approx(np.array([-100, 0, 100]).std())


def test_figures_of_the_example_that_is_shown() -> None:
    seen = forecast(4000, kind=Kind.NPS, rate=USUAL_RATE)
    assert [one.answers for one in (seen.few, seen.likely, seen.many)] == [200, 400, 800]
    assert [round(one.half_width or 0) for one in (seen.few, seen.likely, seen.many)] == [11, 8, 6]
    assert seen.spread.assumed is Assumed.THIRDS


@given(st.integers(1, 10**7), st.sampled_from(Kind), st.floats(0.001, 1))
def test_more_answers_never_make_a_wider_interval(invitations: int, kind: Kind, likely: float) -> None:
    seen = forecast(invitations, kind=kind, rate=ResponseRate.around(likely), scale=SCALES[kind])
    assert seen.few.answers <= seen.likely.answers <= seen.many.answers <= invitations
    widths = [one.half_width if one.half_width is not None else math.inf for one in (seen.few, seen.likely, seen.many)]
    assert widths == sorted(widths, reverse=True)


@given(st.floats(0.5, 60), st.sampled_from([Kind.NPS]), st.floats(0.5, 0.999))
def test_needed_answers_are_enough_and_one_fewer_is_not(half: float, kind: Kind, level: float) -> None:
    spread = spread_of(kind)
    n = answers_needed(half, spread=spread, level=level)
    enough = outlook(n, spread=spread, level=level).half_width
    assert enough is not None
    assert enough <= half * (1 + 1e-9)
    fewer = outlook(n - 1, spread=spread, level=level)
    assert fewer.unknown is Unknown.TOO_FEW or (fewer.half_width or 0) > half


@given(st.integers(1, 10**6), st.floats(0.01, 1))
def test_needed_invitations_bring_the_answers(answers: int, likely: float) -> None:
    rate = ResponseRate.around(likely)
    found = invitations_needed(answers, rate=rate)
    assert found is not None
    few, usual, many = found
    assert few <= usual <= many
    assert usual * rate.likely >= answers - 1e-6 * answers
    assert (usual - 1) * rate.likely < answers


def test_inverse_of_eight_points_is_about_four_hundred() -> None:
    assert answers_needed(8, spread=spread_of(Kind.NPS)) == 401
    assert invitations_needed(401) == (2005, 4010, 8020)


@pytest.mark.parametrize(
    ("invitations", "unknown"), [(0, Unknown.NO_ANSWERS), (4, Unknown.NO_ANSWERS), (5, Unknown.TOO_FEW), (50, None)]
)
def test_too_few_has_a_name_never_a_number(invitations: int, unknown: Unknown | None) -> None:
    likely = forecast(invitations, kind=Kind.SHARE).likely
    assert (likely.unknown, likely.half_width is None) == (unknown, unknown is not None)


def test_nobody_answers() -> None:
    silent = forecast(1000, kind=Kind.NPS, rate=ResponseRate(0, 0, 0))
    assert silent.many.unknown is Unknown.NO_ANSWERS
    assert invitations_needed(1, rate=ResponseRate(0, 0, 0)) is None
    assert invitations_needed(0, rate=ResponseRate(0, 0, 0)) == (0, 0, 0)


@pytest.mark.parametrize("bad", [-1, 2**53, math.nan, math.inf])
def test_counts_that_are_none_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="counted"):
        forecast(bad, kind=Kind.NPS)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="counted"):
        invitations_needed(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf, 1e-12])
def test_half_widths_that_are_none_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="half-width"):
        answers_needed(bad, spread=spread_of(Kind.NPS))


@pytest.mark.parametrize("bad", [(-0.1, 0.1, 0.2), (0.1, 0.1, 1.1), (math.nan, 0.1, 0.2), (0.2, 0.1, 0.3)])
def test_rates_that_are_none_are_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="not 0 <= low"):
        ResponseRate(*bad)


@pytest.mark.parametrize("scale", [None, (5, 5), (7, 1)])
def test_mean_without_a_scale_is_refused(scale: tuple[int, int] | None) -> None:
    with pytest.raises(ValueError, match="needs a scale"):
        spread_of(Kind.MEAN, scale=scale)


def test_picture_in_the_docs_is_the_one_that_is_drawn() -> None:
    assert TARGET.read_bytes() == drawn().encode()

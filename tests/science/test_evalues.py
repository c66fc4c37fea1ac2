"""E-values against the paper's own examples."""

from math import exp, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.science.evalues import e_value, e_value_of_means


@pytest.mark.parametrize(
    ("ratio", "low", "high", "estimate", "limit"),
    [
        (3.9, 1.8, 8.7, 7.26, 3.0),  # VanderWeele & Ding 2017: infant death and bottle feeding (Victora et al.)
        (0.80, 0.71, 0.91, 1.81, 1.43),  # the same paper's formula for ratios below 1
        (1.5, 0.9, 2.5, 2.37, 1.0),
        (0.9, 0.7, 1.2, 1.46, 1.0),
        (1.0, 1.0, 1.0, 1.0, 1.0),
    ],
)
def test_published(ratio: float, low: float, high: float, estimate: float, limit: float) -> None:
    found = e_value(ratio, low, high)
    assert (found.estimate, found.limit) == pytest.approx((estimate, limit), abs=0.01)


def test_means_are_taken_as_ratios_by_the_papers_formula() -> None:
    # VanderWeele & Ding 2017, table 2: RR = exp(0.91 d), limits exp(0.91 d +- 1.78 s_d)
    found = e_value_of_means(0.42 * 3, 0.17 * 3, 3.0)
    expected = e_value(exp(0.91 * 0.42), exp(0.91 * 0.42 - 1.78 * 0.17), exp(0.91 * 0.42 + 1.78 * 0.17))
    assert (found.estimate, found.limit) == pytest.approx((expected.estimate, expected.limit))


@given(st.floats(0.05, 20), st.floats(1, 3))
def test_ratio_turned_round_needs_the_same(ratio: float, wide: float) -> None:
    one, other = e_value(ratio, ratio / wide, ratio * wide), e_value(1 / ratio, 1 / ratio / wide, wide / ratio)
    assert (one.estimate, one.limit) == pytest.approx((other.estimate, other.limit))
    assert one.estimate >= one.limit >= 1


@given(st.floats(-5, 5), st.floats(0, 2), st.floats(0.1, 10))
def test_sign_and_scale_of_means_do_not_matter(difference: float, error: float, spread: float) -> None:
    one = e_value_of_means(difference, error, spread)
    other = e_value_of_means(-difference * 7, error * 7, spread * 7)
    assert (one.estimate, one.limit) == pytest.approx((other.estimate, other.limit))


def test_enormous_differences_stay_finite() -> None:
    assert e_value_of_means(1e9, 1, 1).estimate < inf


@pytest.mark.parametrize("arguments", [(0, 0, 1), (1, 2, 3), (2, 1, inf), (nan, 1, 2), (2, -1, 3)])
def test_impossible_ratios_are_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="ratio"):
        e_value(*arguments)


@pytest.mark.parametrize("arguments", [(nan, 1, 1), (1, -1, 1), (1, 1, 0), (1, inf, 1), (1, 1, inf)])
def test_impossible_means_are_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        e_value_of_means(*arguments)

"""The last step of an estimate: clipped, widened to hold its value, or unknown with a reason."""

from math import inf, nan

import pytest

from fiilis.science.estimate import Method, Unknown
from fiilis.science.intervals import wilson
from fiilis.science.scales import alike, missing, outside, within


def test_interval_is_clipped_to_the_scale() -> None:
    estimate = within((1, 5), 4.8, (0.5, 5.6), 0.95, 30, Method.T, n_effective=20, design_effect=1.5)
    assert (estimate.low, estimate.value, estimate.high) == (1, 4.8, 5)
    assert (estimate.n_effective, estimate.design_effect) == (20, 1.5)


def test_interval_is_widened_to_hold_its_value() -> None:
    assert within(None, 3.0, (3.1, 4.0), 0.95, 30, Method.T).low == 3.0
    assert within(None, 3.0, (2.0, 2.9), 0.95, 30, Method.T).high == 3.0


def test_rounding_past_the_end_is_taken_back() -> None:
    assert within((0, 1), 1 + 1e-12, (0.5, 1.2), 0.95, 30, Method.T).value == 1


def test_all_alike_is_wilsons_interval_on_a_share() -> None:
    estimate = alike(1.0, 30, (0, 1), 0.95, 40, n_effective=35)
    assert estimate.low == pytest.approx(wilson(30, 30)[0])
    assert (estimate.n, estimate.n_effective, estimate.method) == (40, 35, Method.WORST_CASE)
    assert alike(1.0, 30, None, 0.95, 40).unknown is Unknown.NO_SPREAD


def test_mean_off_the_scale_is_invalid_and_rounding_is_not() -> None:
    assert outside(51, 10, (1, 5)) is Unknown.INVALID
    assert outside(nan, 10, (1, 5)) is Unknown.INVALID
    assert outside(50 + 1e-9, 10, (1, 5)) is None
    assert outside(51, 10, None) is None
    assert outside(0, 0, (1, 5)) is None


@pytest.mark.parametrize("n", [nan, inf, -3])
def test_count_that_is_none_counts_no_answers(n: float) -> None:
    assert missing(Unknown.INVALID, n, 0.95).n == 0

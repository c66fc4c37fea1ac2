"""Axes: round ticks that cover the data inside the measure's ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.design.charts.scale import nice_step, scale

VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@pytest.mark.parametrize(("span", "count", "step"), [(100, 5, 20), (97, 5, 20), (1, 5, 0.2), (7, 6, 2), (0.3, 3, 0.1)])
def test_step_is_one_two_or_five(span, count, step):
    assert nice_step(span, count) == pytest.approx(step)


def test_nps_axis_ends_at_its_bounds():
    axis = scale([-100, 100], start=0, end=100, ticks=5, bounds=(-100, 100))
    assert axis.ticks == (-100, -50, 0, 50, 100)


def test_small_moves_are_not_blown_up():
    axis = scale([30, 32], start=0, end=100, ticks=5, bounds=(-100, 100), min_span=40)
    assert axis.high - axis.low >= 40


@given(st.lists(VALUES, max_size=6), st.integers(2, 8))
def test_scale_covers_its_values(values, ticks):
    axis = scale(values, start=0, end=100, ticks=ticks)
    assert axis.low < axis.high
    assert all(axis.low - 1e-6 <= value <= axis.high + 1e-6 for value in values)
    assert len(axis.ticks) <= ticks + 3


@given(st.lists(st.floats(-100, 100), max_size=6), st.floats(1, 80))
def test_bounded_scale_stays_inside(values, span):
    axis = scale(values, start=0, end=100, ticks=5, bounds=(-100, 100), min_span=span)
    assert -100 <= axis.low < axis.high <= 100
    assert all(-100 <= tick <= 100 for tick in axis.ticks)
    assert all(0 <= axis(value) <= 100 for value in values)

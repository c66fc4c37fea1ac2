"""Run lengths of CUSUMs: golden and published tables, a Markov chain, a simulation, Siegmund's line."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from fiilis.science.alarms.run_lengths import approximate_run_length, average_run_length, two_sided_run_length
from tests.science.tables import rows

NAN, INFINITE = float("nan"), float("inf")


def by_markov_chain(h: float, k: float, shift: float, states: int) -> float:
    """Brook & Evans 1972, Biometrika 59: the sum as one of so many states."""
    width = 2 * h / (2 * states - 1)
    state = np.arange(states)
    upper = (state[None, :] - state[:, None] + 0.5) * width + k - shift
    lower = upper - width
    lower[:, 0] = -np.inf
    chain = ndtr(upper) - ndtr(lower)
    return float(np.linalg.solve(np.eye(states) - chain, np.ones(states))[0])


@pytest.mark.parametrize("row", rows("cusum_arl.csv"), ids=lambda row: "/".join(list(row.values())[:3]))
def test_run_length_golden(row: dict[str, str]) -> None:
    h, k, shift, expected = (float(row[name]) for name in ("h", "k", "shift_sigma", "ARL_one_sided"))
    assert average_run_length(h, k, shift) == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(
    ("shift", "published"),
    [(0, 465), (0.25, 139), (0.5, 38.0), (0.75, 17.0), (1, 10.4), (1.5, 5.75), (2, 4.01), (3, 2.57)],
)
def test_two_sided_published_by_montgomery_table_9_3(shift: float, published: float) -> None:
    # Montgomery, Introduction to Statistical Quality Control, after Lucas & Crosier 1982: k = 1/2, h = 5
    assert two_sided_run_length(5, 0.5, shift) == pytest.approx(published, rel=4e-3)


@pytest.mark.parametrize(("h", "k", "shift"), [(5, 0.5, 0), (4, 0.25, 0.5), (2, 1, 0), (8, 0.5, -0.3)])
def test_run_length_agrees_with_brook_and_evans(h: float, k: float, shift: float) -> None:
    rough, fine = (by_markov_chain(h, k, shift, states) for states in (150, 300))
    # The chain's error falls with the square of the number of states.
    assert average_run_length(h, k, shift) == pytest.approx(fine + (fine - rough) / 3, rel=1e-4)


def test_run_length_agrees_with_a_simulation() -> None:
    chance = np.random.default_rng(1)
    total, length = np.zeros(20_000), np.zeros(20_000)
    running = np.ones(20_000, dtype=bool)
    while running.any():
        total = np.maximum(0, total + chance.normal(0.5, 1, 20_000) - 0.5)
        length += running
        running &= total < 5
    assert average_run_length(5, 0.5, 0.5) == pytest.approx(float(length.mean()), rel=0.02)


@pytest.mark.parametrize(("h", "shift"), [(4, 0), (5, 0), (5, 0.25), (5, 0.5), (5, 1), (5, 2), (8, 0.5)])
def test_siegmunds_line_is_near(h: float, shift: float) -> None:
    assert approximate_run_length(h, 0.5, shift) == pytest.approx(average_run_length(h, 0.5, shift), rel=0.05)


def test_siegmunds_line_has_no_gap_where_shift_is_k() -> None:
    assert approximate_run_length(5, 0.5, 0.5) == pytest.approx(approximate_run_length(5, 0.5, 0.5001), rel=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.5, 8), st.floats(0, 1), st.floats(-1, 3))
def test_higher_bars_and_smaller_shifts_take_longer(h: float, k: float, shift: float) -> None:
    here = average_run_length(h, k, shift)
    assert 1 <= here <= average_run_length(h * 1.1, k, shift) * (1 + 1e-9)
    assert here <= average_run_length(h, k + 0.1, shift) * (1 + 1e-9)
    assert average_run_length(h, k, shift + 0.1) <= here * (1 + 1e-9)
    # Only the distance between the scores' mean and k matters.
    assert average_run_length(h, k + 1, shift + 1) == pytest.approx(here, rel=1e-6)


def test_beyond_all_counting_is_infinite() -> None:
    assert average_run_length(30) == two_sided_run_length(30) == math.inf


@pytest.mark.parametrize(
    ("h", "k", "shift"), [(0, 0.5, 0), (-1, 0.5, 0), (NAN, 0.5, 0), (5, NAN, 0), (5, 0.5, INFINITE)]
)
def test_wrong_input_is_refused(h: float, k: float, shift: float) -> None:
    with pytest.raises(ValueError):
        average_run_length(h, k, shift)


def test_siegmunds_line_refuses_no_threshold() -> None:
    with pytest.raises(ValueError):
        approximate_run_length(0)

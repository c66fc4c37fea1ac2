"""Scores have the shares that were told, and a tilt moves the mean exactly."""

import doctest

import numpy as np
import pytest

from fiilis.simulate import files, seal
from fiilis.simulate.world import calendar, scores

EVEN = (np.arange(200_000) + 0.5) / 200_000


def test_nps_groups_have_their_shares_over_lateness() -> None:
    late = np.zeros(200_000, dtype=bool)
    usual = scores._USUALLY_LATE
    on_time = np.bincount(scores.group(scores.nps(EVEN, late)), minlength=3) / 200_000
    tardy = np.bincount(scores.group(scores.nps(EVEN, ~late)), minlength=3) / 200_000
    assert (1 - usual) * on_time + usual * tardy == pytest.approx([0.24, 0.34, 0.42], abs=1e-4)
    assert 100 * ((tardy - on_time)[2] - (tardy - on_time)[0]) == pytest.approx(-50, abs=0.01)


def test_nps_shift_moves_the_nps_by_as_much() -> None:
    late = np.zeros(200_000, dtype=bool)
    before, after = (scores.group(scores.nps(EVEN, late, shift)) for shift in (0.0, -14.0))
    assert 100 * (np.mean(after == 2) - np.mean(after == 0) - np.mean(before == 2) + np.mean(before == 0)) == (
        pytest.approx(-14, abs=0.01)
    )
    assert (after <= before).all()


@pytest.mark.parametrize("shift", [-1.8, -0.6, 0.0, 0.3])
def test_tilted_shares_have_the_mean(shift: float) -> None:
    tilted = scores.tilted(scores.DELIVERY, shift)
    assert scores.mean(tilted) == pytest.approx(scores.mean(scores.DELIVERY) + shift, abs=1e-9)
    assert float(scores.draw(EVEN, tilted).mean()) == pytest.approx(scores.mean(tilted), abs=1e-4)


def test_no_tilt_leaves_the_scale() -> None:
    with pytest.raises(ValueError, match="no mean of"):
        scores.tilted(scores.DELIVERY, 2.0)


@pytest.mark.parametrize(("n", "mean"), [(11, 2.9), (1, 4.0), (40, 1.1), (7, 5.0), (3, 1.0)])
def test_sample_can_be_made_to_show_a_mean(n: int, mean: float) -> None:
    made = scores.with_mean(n, mean)
    assert (len(made), made.min() >= 1, made.max() <= 5) == (n, True, True)
    assert float(made.mean()) == pytest.approx(mean, abs=0.5 / n + 1e-9)


@pytest.mark.parametrize("module", [scores, calendar, seal, files])
def test_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]

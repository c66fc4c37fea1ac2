"""Chance by name is even, independent of order, and the same for the same seed, purpose and id."""

import numpy as np
import pytest

from fiilis.simulate.world.dice import Dice


def test_numbers_depend_on_seed_purpose_and_id_alone() -> None:
    ids = np.arange(1_000, dtype=np.int64)
    once = Dice(1).uniform("a", ids)
    assert Dice(1).uniform("a", ids[::-1]).tolist() == once[::-1].tolist()
    assert Dice(1).uniform("b", ids).tolist() != once.tolist()
    assert Dice(2).uniform("a", ids).tolist() != once.tolist()


def test_numbers_are_even_and_uncorrelated() -> None:
    ids = (np.arange(200_000, dtype=np.int64) << 2) + (77 << 34)
    one, two = Dice(5).pair("x", ids)
    three = Dice(5).uniform("y", ids)
    for numbers in (one, two, three):
        counts = np.bincount((numbers * 20).astype(int), minlength=20)
        assert float(np.sum((counts - 10_000) ** 2 / 10_000)) < 45  # chi-squared, 19 degrees of freedom: p about 0.001
        assert (numbers.min() >= 0, numbers.max() < 1) == (True, True)
    correlations = np.corrcoef([one, two, three, np.roll(one, 1)])[np.triu_indices(4, 1)]
    assert np.abs(correlations).max() == pytest.approx(0, abs=0.01)

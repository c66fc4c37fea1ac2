"""Drivers that can't be ordered say so; and no more than one ranking in twenty orders equals."""

import numpy as np

from fiilis.science.drivers import Ratings, analyse
from fiilis.science.drivers.order import places


def spread(point: list[float], error: float) -> tuple[np.ndarray, np.ndarray]:
    samples = np.random.default_rng(1).normal(point, error, (500, len(point)))
    return np.array(point), samples


def test_drivers_far_apart_have_a_place_each() -> None:
    found = places(*spread([0.1, 0.5, 0.3], 0.01), 0.95)
    assert (found.order, found.best, found.worst) == ((1, 2, 0), (3, 1, 2), (3, 1, 2))
    assert found.groups == ((1,), (2,), (0,))


def test_drivers_close_together_share_all_places() -> None:
    found = places(*spread([0.30, 0.31, 0.32], 0.1), 0.95)
    assert (found.best, found.worst, found.groups) == ((1, 1, 1), (3, 3, 3), ((2, 1, 0),))


def test_driver_between_two_is_in_both_groups() -> None:
    found = places(*spread([0.10, 0.20, 0.30], 0.03), 0.95)
    assert found.groups == ((2, 1), (1, 0))
    assert (found.best, found.worst) == ((2, 1, 1), (3, 3, 2))


def test_copies_that_never_differ_share_their_place() -> None:
    point, samples = spread([0.1, 0.4], 0.01)
    found = places(point[[0, 0, 1]], samples[:, [0, 0, 1]], 0.95)
    assert (found.groups, found.best, found.worst) == (((2,), (0, 1)), (2, 2, 1), (3, 3, 1))


def test_one_driver_has_the_first_place() -> None:
    found = places(*spread([0.4], 0.1), 0.95)
    assert (found.order, found.best, found.worst, found.groups) == ((0,), (1,), (1,), ((0,),))


def test_equal_drivers_are_seldom_ordered() -> None:
    wrong = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        table = rng.normal(size=(200, 4))
        outcome = table.sum(axis=1) + rng.normal(size=200) * 2
        drivers = {str(number): table[:, number] for number in range(4)}
        wrong += len(analyse(Ratings.from_arrays(outcome, drivers), resamples=200, seed=seed).groups) > 1
    # 5 % of 100, with a standard error of 2.2.
    assert wrong <= 11

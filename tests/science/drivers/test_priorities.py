"""The importance-performance table names a corner only where both intervals allow it."""

import math

import numpy as np

from fiilis.science.drivers import Corner, Ratings, analyse, priorities

GRID = np.array([(a, b, c, d) for a in range(3) for b in range(3) for c in range(3) for d in range(3)] * 6, dtype=float)


def test_four_corners() -> None:
    # Two carry the outcome, two don't; of each pair one is rated high.
    drivers = {
        "staff": GRID[:, 0] + 3, "speed": GRID[:, 1] + 1, "signs": GRID[:, 2] + 3, "parking": GRID[:, 3] + 1,
    }  # fmt: skip
    outcome = 3 * GRID[:, 0] + 3 * GRID[:, 1] + 0.5 * GRID[:, 2] + 0.5 * GRID[:, 3]
    table = priorities(analyse(Ratings.from_arrays(outcome, drivers), resamples=200, bounds=(1, 5)))
    assert {row.name: row.corner for row in table.rows} == {
        "staff": Corner.KEEP, "speed": Corner.LOOK_FIRST, "signs": Corner.ENOUGH, "parking": Corner.LATER,
    }  # fmt: skip
    assert (table.middle_importance, table.middle_performance) == (0.25, 3.0)


def test_corner_is_not_known_where_an_interval_reaches_over_the_middle() -> None:
    drivers = {"a": GRID[:, 0], "b": GRID[:, 1]}
    table = priorities(analyse(Ratings.from_arrays(GRID[:, 0] + GRID[:, 1], drivers), resamples=200))
    assert {row.corner for row in table.rows} == {Corner.NOT_KNOWN}


def test_driver_left_out_has_no_corner_and_moves_no_middle() -> None:
    drivers = {"a": GRID[:, 0], "silent": np.full(len(GRID), math.nan)}
    table = priorities(analyse(Ratings.from_arrays(GRID[:, 0], drivers), resamples=200))
    assert [(row.name, row.corner) for row in table.rows] == [("a", Corner.NOT_KNOWN), ("silent", Corner.NOT_KNOWN)]
    assert (table.middle_importance, table.middle_performance) == (1.0, 1.0)


def test_no_answers_have_no_middle() -> None:
    table = priorities(analyse(Ratings.from_arrays([], {"a": []}), resamples=200))
    assert (table.middle_importance, table.middle_performance, table.rows[0].corner) == (None, None, Corner.NOT_KNOWN)

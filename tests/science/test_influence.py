"""The variance of a sum over clusters inside strata, against a loop and refusing with a reason."""

from collections import defaultdict
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Unknown
from fiilis.science.influence import Spread, spread_of_sum

row = st.tuples(st.floats(-9, 9), st.integers(0, 2), st.integers(0, 3))
files = st.lists(row, min_size=14, max_size=40).filter(
    lambda file: all(len({c for _, h, c in file if h == stratum}) > 1 for stratum in range(3))
)


def naive(file: list[tuple[float, int, int]], population: float) -> float:
    totals: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for u, stratum, cluster in file:
        totals[stratum][cluster] += u
    variance = 0.0
    for clusters in totals.values():
        k, middle = len(clusters), sum(clusters.values()) / len(clusters)
        variance += (1 - k / population) * k / (k - 1) * sum((total - middle) ** 2 for total in clusters.values())
    return variance


@settings(deadline=None, max_examples=50)
@given(files, st.sampled_from([4.0, 10.0, inf]))
def test_agrees_with_a_loop(file: list[tuple[float, int, int]], population: float) -> None:
    u, stratum, cluster = (list(column) for column in zip(*file, strict=True))
    spread = spread_of_sum(u, cluster=cluster, stratum=stratum, population=population)
    assert isinstance(spread, Spread)
    assert spread.variance == pytest.approx(naive(file, population), rel=1e-9, abs=1e-12)
    assert (spread.clusters, spread.df) == (len({(h, c) for _, h, c in file}), len({(h, c) for _, h, c in file}) - 3)


def test_blanks_count_among_clusters_but_not_among_degrees_of_freedom() -> None:
    spread = spread_of_sum([1.0, -1.0, 0.0, 0.0], heard=[True, True, False, False])
    assert spread == Spread(pytest.approx(4 / 3 * 2), 1, 4)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("u", "named", "why"),
    [
        ([], {}, Unknown.ONE_CLUSTER),
        ([1.0], {}, Unknown.ONE_CLUSTER),
        ([1.0, 2.0], {"cluster": [1, 1]}, Unknown.ONE_CLUSTER),
        ([1.0, 2.0, 3.0], {"stratum": [1, 1, 2]}, Unknown.LONELY_STRATUM),
        ([1.0, 2.0], {"stratum": [1, 2], "population": 1}, Unknown.ONE_CLUSTER),
        ([1.0, 2.0], {"heard": [True, False]}, Unknown.ONE_CLUSTER),
        ([1.0, nan], {}, Unknown.INVALID),
        ([1.0, inf], {}, Unknown.INVALID),
        ([1.0, 2.0], {"population": 1}, Unknown.INVALID),
        ([1.0, 2.0], {"population": nan}, Unknown.INVALID),
    ],
)
def test_spread_that_can_not_be_told_says_why(u: list[float], named: dict[str, object], why: Unknown) -> None:
    assert spread_of_sum(u, **named) is why  # type: ignore[arg-type]


def test_unlike_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="of one length"):
        spread_of_sum([1.0, 2.0], cluster=[1])


def test_whole_population_has_no_variance() -> None:
    spread = spread_of_sum(np.arange(4.0), population=4)
    assert isinstance(spread, Spread)
    assert spread.variance == 0

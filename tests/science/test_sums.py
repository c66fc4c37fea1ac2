"""Cluster sums give what a loop over the answers gives."""

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Unknown
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally

answer = st.tuples(st.integers(-5, 10), st.floats(0.1, 5), st.integers(0, 6))
files = st.lists(answer, min_size=8, max_size=60).filter(lambda file: len({row[2] for row in file}) > 1)


def arrays(file: list[tuple[int, float, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    y, w, cluster = (np.array(column) for column in zip(*file, strict=True))
    return y, w, cluster


def naive_variance(file: list[tuple[int, float, int]], clusters: int) -> float:
    """Linearised variance answer by answer, as the definition has it."""
    weight = sum(w for _, w, _ in file)
    mean = sum(w * y for y, w, _ in file) / weight
    totals: dict[int, float] = defaultdict(float)
    for y, w, cluster in file:
        totals[cluster] += w * (y - mean) / weight
    return clusters / (clusters - 1) * sum(total**2 for total in totals.values())


@settings(deadline=None)
@given(files, st.integers(0, 30))
def test_variance_equals_naive_linearisation(file: list[tuple[int, float, int]], elsewhere: int) -> None:
    clusters = len({row[2] for row in file}) + elsewhere
    sums = ClusterSums.from_arrays(*arrays(file), clusters)
    assert sums.variance_of_mean == pytest.approx(naive_variance(file, clusters), rel=1e-6, abs=1e-9)
    assert sums.df == clusters - elsewhere - 1


@settings(deadline=None)
@given(files, st.floats(0.01, 100))
def test_scale_of_weights_does_not_matter(file: list[tuple[int, float, int]], scale: float) -> None:
    y, w, cluster = arrays(file)
    plain, scaled = ClusterSums.from_arrays(y, w, cluster), ClusterSums.from_arrays(y, w * scale, cluster)
    for name in ("mean", "n_effective", "clusters_effective"):
        assert getattr(scaled, name) == pytest.approx(getattr(plain, name), rel=1e-9, abs=1e-9)
    assert scaled.standard_error == pytest.approx(plain.standard_error, rel=1e-5, abs=1e-6)


@settings(deadline=None)
@given(files, st.randoms())
def test_order_of_answers_does_not_matter(file: list[tuple[int, float, int]], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = file.copy()
    chance.shuffle(shuffled)
    one, other = ClusterSums.from_arrays(*arrays(file)), ClusterSums.from_arrays(*arrays(shuffled))
    assert other.mean == pytest.approx(one.mean, rel=1e-9, abs=1e-9)
    assert other.variance_of_mean == pytest.approx(one.variance_of_mean, rel=1e-6, abs=1e-9)


@settings(deadline=None)
@given(files, files)
def test_sums_of_disjoint_clusters_add(one: list[tuple[int, float, int]], two: list[tuple[int, float, int]]) -> None:
    two = [(y, w, cluster + 100) for y, w, cluster in two]
    added = ClusterSums.from_arrays(*arrays(one)) + ClusterSums.from_arrays(*arrays(two))
    whole = ClusterSums.from_arrays(*arrays(one + two))
    assert (added.n, added.clusters, added.clusters_seen) == (whole.n, whole.clusters, whole.clusters_seen)
    for name in ("w", "wy", "s_ww", "s_wy", "s_yy", "w2", "wyy"):
        assert getattr(added, name) == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-9)


def test_what_one_part_lacks_the_sum_lacks() -> None:
    one = ClusterSums.from_arrays([1, 2, 3])
    less = replace(one, wyy=None, clusters_seen=None)
    assert ((one + less).wyy, (one + less).clusters_seen) == (None, None)
    assert ((less + one).wyy, (less + one).clusters_seen) == (None, None)


def test_equal_weights_without_clusters_are_a_simple_random_sample() -> None:
    y = np.array([5, 4, 4, 1, 3, 5, 2, 5])
    sums = ClusterSums.from_arrays(y)
    assert sums.variance_of_mean == pytest.approx(y.var(ddof=1) / 8, rel=1e-12)
    assert sums.design_effect == pytest.approx(1.0, rel=1e-12)
    assert sums.n_effective == pytest.approx(8, rel=1e-12)


def test_clusters_of_answers_all_alike_have_their_size_as_design_effect() -> None:
    # Nine clusters of 8 answers that copy each other: 72 answers worth 9. (71 / 72) * (9 / 8) is the two
    # corrections for small numbers.
    means = np.array([1, 5, 3, 4, 2, 2, 5, 1, 4])
    sums = ClusterSums.from_arrays(np.repeat(means, 8), cluster=np.repeat(np.arange(9), 8))
    assert sums.design_effect == pytest.approx(8 * (71 / 72) * (9 / 8), rel=1e-12)
    assert sums.clusters_effective == pytest.approx(9)


def test_degrees_of_freedom_without_clusters_seen_are_the_lesser_of_clusters_and_answers() -> None:
    sums = replace(ClusterSums.from_arrays([1, 2, 3, 4, 5, 6], clusters_in_file=200), clusters_seen=None)
    assert sums.df == 5
    assert replace(sums, clusters=4).df == 3


def test_spread_and_design_effect_are_unknown_without_squares() -> None:
    sums = replace(ClusterSums.from_arrays([1, 2, 3, 4, 5]), wyy=None)
    assert (sums.spread, sums.design_effect) == (None, None)


def test_rounding_is_not_taken_for_spread() -> None:
    weights = np.random.default_rng(2).uniform(0.1, 3, 1000)
    sums = ClusterSums.from_arrays(np.full(1000, 4.7), weights, np.arange(1000) // 5)
    assert (sums.variance_of_mean, sums.spread, sums.design_effect) == (0.0, 0.0, None)
    tenths = Moments(1000, sum([4.7] * 1000), sum([4.7**2] * 1000))
    assert (tenths.squares, tenths.variance_of_mean) == (0.0, 0.0)


def test_small_spread_is_not_taken_for_rounding() -> None:
    moments = Moments(1000, 4_999, 24_991)  # 999 fives and a four
    assert moments.squares == pytest.approx(0.999, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": [1, math.nan]}, "finite"),
        ({"y": [1, math.inf]}, "finite"),
        ({"y": [1, 2], "w": [1, -1]}, "negative"),
        ({"y": [1, 2], "w": [1, math.nan]}, "finite"),
        ({"y": [1, 2], "w": [1, math.inf]}, "finite"),
        ({"y": [1, 2], "w": [1]}, "one length"),
        ({"y": [1, 2], "cluster": [1, 2, 3]}, "one length"),
        ({"y": [[1, 2], [3, 4]]}, "one-dimensional"),
        ({"y": [1, 2, 3], "clusters_in_file": 2}, "only 2 in the file"),
    ],
)
def test_broken_arrays_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ClusterSums.from_arrays(**arguments)  # type: ignore[arg-type]


def test_no_answers_give_empty_sums() -> None:
    sums = ClusterSums.from_arrays([])
    assert (sums.n, sums.clusters, sums.w) == (0, 0, 0.0)
    assert sums.trouble() == Unknown.NO_ANSWERS


good = ClusterSums.from_arrays([1, 2, 3, 4, 5, 4, 3, 2], cluster=[1, 1, 2, 2, 3, 3, 4, 4])


@pytest.mark.parametrize(
    ("sums", "why"),
    [
        (good, None),
        (ClusterSums.from_arrays([1, 2, 3, 4]), Unknown.TOO_FEW),
        (ClusterSums.from_arrays([1, 2, 3, 4, 5], w=[0] * 5), Unknown.ZERO_WEIGHT),
        (ClusterSums.from_arrays([1, 2, 3, 4, 5, 1], w=[1000, 1, 1, 1, 1, 1]), Unknown.TOO_FEW),
        (ClusterSums.from_arrays([1, 2, 3, 4, 5], cluster=[1] * 5), Unknown.ONE_CLUSTER),
        (ClusterSums.from_arrays([1, 2, 3, 4, 5], cluster=[1] * 5, clusters_in_file=50), Unknown.ONE_CLUSTER),
        (ClusterSums.from_arrays([1, 2, 3, 4, 5] * 4, cluster=[1] * 18 + [2, 3]), Unknown.ONE_CLUSTER),
        (replace(good, clusters=1, clusters_seen=None), Unknown.ONE_CLUSTER),
        (replace(good, n=-1), Unknown.INVALID),
        (replace(good, n=7.5), Unknown.INVALID),  # type: ignore[arg-type]
        (replace(good, w=math.nan), Unknown.INVALID),
        (replace(good, wy=math.inf), Unknown.INVALID),
        (replace(good, s_wy=math.nan), Unknown.INVALID),
        (replace(good, w=-8.0), Unknown.INVALID),
        (replace(good, s_yy=-1.0), Unknown.INVALID),
        (replace(good, wyy=-1.0), Unknown.INVALID),
        (replace(good, w2=0.0), Unknown.INVALID),
        (replace(good, s_ww=0.0), Unknown.INVALID),
        (replace(good, w=1e200), Unknown.INVALID),
        (replace(good, wy=1e200), Unknown.INVALID),
    ],
)
def test_trouble_of_cluster_sums_is_named(sums: ClusterSums, why: Unknown | None) -> None:
    assert sums.trouble() == why


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        (Counts(0, 0, 0), Unknown.NO_ANSWERS),
        (Counts(1, 1, 2), Unknown.TOO_FEW),
        (Counts(1, 2, 2), None),
        (Counts(-1, 5, 5), Unknown.INVALID),
        (Tally(0, 0), Unknown.NO_ANSWERS),
        (Tally(4, 4), Unknown.TOO_FEW),
        (Tally(6, 5), Unknown.INVALID),
        (Tally(0, 5), None),
        (Moments(0, 0, 0), Unknown.NO_ANSWERS),
        (Moments(1, 5, 25), Unknown.TOO_FEW),
        (Moments(5, 25, 125), None),
        (Moments(5, 25, 100), Unknown.INVALID),
        (Moments(5, math.nan, 125), Unknown.INVALID),
        (Moments(5, 1e200, 1e308), Unknown.INVALID),
    ],
)
def test_trouble_of_plain_counts_is_named(plain: Counts | Tally | Moments, why: Unknown | None) -> None:
    assert plain.trouble() == why

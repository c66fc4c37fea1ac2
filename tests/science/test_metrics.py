"""The right interval is chosen, clipped, and never silent about what isn't known."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Method, Unknown
from fiilis.science.intervals import nps_adjusted_wald, nps_score
from fiilis.science.metrics import (
    bounds_of,
    choose,
    mean,
    mean_from_sums,
    nps,
    nps_from_sums,
    share,
    share_from_sums,
)
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally
from tests.science.tables import rows

PAGE: dict[str, Any] = {"weighted_or_clustered": False}


@pytest.mark.parametrize("row", rows("nps_intervals.csv"), ids=lambda row: "/".join(list(row.values())[:3]))
def test_nps_is_golden_by_the_method_for_its_n(row: dict[str, str]) -> None:
    n = int(row["n"])
    estimate = nps(int(row["detractors"]), int(row["passives"]), int(row["promoters"]))
    if n < 5:
        assert (estimate.value, estimate.unknown, estimate.n) == (None, Unknown.TOO_FEW, n)
        return
    prefix, tolerance = ("score", 1e-3) if n < 100 else ("adjwald", 1e-6)
    assert estimate.method == ("score" if n < 100 else "adjusted_wald")
    assert estimate.value == pytest.approx(float(row["nps"]), abs=1e-6)
    assert estimate.low == pytest.approx(max(-100, float(row[f"{prefix}_lo"])), abs=tolerance)
    assert estimate.high == pytest.approx(min(100, float(row[f"{prefix}_hi"])), abs=tolerance)


def test_nps_changes_method_at_100_answers() -> None:
    below, above = nps(15, 25, 59), nps(15, 25, 60)
    assert (below.low, below.high) == nps_score(15, 25, 59)
    assert (above.low, above.high) == nps_adjusted_wald(15, 25, 60)


def test_nps_is_clipped_to_the_scale() -> None:
    assert nps_adjusted_wald(0, 0, 200)[1] > 100
    assert nps(0, 0, 200).high == 100.0


@pytest.mark.parametrize(("n", "points"), [(30, 29), (100, 16), (400, 8), (1000, 5)])
def test_half_width_of_nps_is_as_planned_where_a_third_each_answer(n: int, points: int) -> None:
    half_width = nps(n // 3, n - 2 * (n // 3), n // 3).half_width
    # The plan rounds plain Wald; the score interval at 30 is a little shorter.
    assert half_width == pytest.approx(points, abs=1)


@settings(deadline=None)
@given(st.tuples(*[st.integers(0, 400)] * 3).filter(lambda three: sum(three) >= 5), st.floats(0.01, 0.999))
def test_nps_holds_its_value_within_the_scale_at_any_level(three: tuple[int, int, int], level: float) -> None:
    estimate = nps(*three, level)
    assert estimate.value is not None and estimate.low is not None and estimate.high is not None
    assert -100 <= estimate.low <= estimate.value <= estimate.high <= 100
    mirrored = nps(*three[::-1], level)
    assert (mirrored.value, mirrored.low, mirrored.high) == pytest.approx(
        (-estimate.value, -estimate.high, -estimate.low), abs=1e-9
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1, 2.5])
def test_bad_counts_are_invalid_not_zero(bad: float) -> None:
    for estimate in (nps(bad, 5, 5), share(bad, 10), share(1, bad), mean(bad, 5, 5)):  # type: ignore[arg-type]
        assert (estimate.value, estimate.unknown) == (None, Unknown.INVALID)


def test_no_answers_are_no_answers() -> None:
    for estimate in (
        nps(0, 0, 0),
        share(0, 0),
        mean(0, 0, 0, bounds=(1, 5)),
        nps_from_sums(ClusterSums.from_arrays([])),
    ):
        assert (estimate.value, estimate.unknown, estimate.n) == (None, Unknown.NO_ANSWERS, 0)


def test_four_answers_are_too_few_and_five_are_not() -> None:
    assert [share(n, n).unknown for n in (1, 4, 5)] == [Unknown.TOO_FEW, Unknown.TOO_FEW, None]


def test_share_of_all_is_not_certain() -> None:
    estimate = share(30, 30)
    assert (estimate.value, estimate.high, estimate.method) == (1.0, 1.0, "wilson")
    assert estimate.low == pytest.approx(0.886487, abs=1e-6)


def test_mean_is_clipped_to_the_scale() -> None:
    free, clipped = mean(5, 23, 107), mean(5, 23, 107, bounds=(1, 5))
    assert free.high == pytest.approx(5.280, abs=1e-3)
    assert (clipped.high, clipped.low, clipped.method) == (5.0, free.low, "mean_t")


def test_mean_of_answers_all_alike_is_not_certain() -> None:
    estimate = mean(30, 150, 750, bounds=(1, 5))
    assert (estimate.value, estimate.high, estimate.method) == (5.0, 5.0, "worst_case")
    assert estimate.low == pytest.approx(5 - 4 * (1 - 0.88648661), abs=1e-6)
    assert mean(30, 150, 750).unknown == Unknown.NO_SPREAD


def test_mean_outside_its_scale_is_invalid() -> None:
    assert mean(5, 30, 200, bounds=(1, 5)).unknown == Unknown.INVALID
    assert mean_from_sums(ClusterSums.from_arrays([1, 7, 8, 9, 9]), bounds=(1, 5)).unknown == Unknown.INVALID


@pytest.mark.parametrize("bounds", [(5, 1), (1, 1), (math.nan, 5), (-math.inf, 5)])
def test_impossible_scale_is_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(ValueError):
        mean(5, 15, 55, bounds=bounds)
    with pytest.raises(ValueError):
        mean_from_sums(ClusterSums.from_arrays([1, 2, 3, 4, 5]), bounds=bounds)


def test_impossible_level_is_refused_everywhere() -> None:
    sums = ClusterSums.from_arrays([1, 2, 3, 4, 5])
    with pytest.raises(ValueError):
        nps(0, 0, 0, 95)
    with pytest.raises(ValueError):
        share(0, 0, 95)
    with pytest.raises(ValueError):
        mean(0, 0, 0, 95)
    with pytest.raises(ValueError):
        mean_from_sums(sums, 95)


@settings(deadline=None)
@given(st.lists(st.integers(1, 7), min_size=5, max_size=60))
def test_unweighted_sums_agree_with_plain_mean(scores: list[int]) -> None:
    plain = mean(len(scores), sum(scores), sum(y * y for y in scores), bounds=(1, 7))
    summed = mean_from_sums(ClusterSums.from_arrays(scores), bounds=(1, 7))
    assert (summed.value, summed.low, summed.high) == pytest.approx((plain.value, plain.low, plain.high), abs=1e-6)


def test_sums_show_kish_n_and_design_effect() -> None:
    sums = ClusterSums.from_arrays(
        [1, 0, 1, 1, 0, 1, 0, 1], w=[1, 2, 1, 2, 1, 2, 1, 2], cluster=[1, 1, 2, 2, 3, 3, 4, 4]
    )
    estimate = share_from_sums(sums)
    assert (estimate.n, estimate.method) == (8, Method.LINEARISED)
    assert estimate.value == pytest.approx(8 / 12)
    assert estimate.n_effective == pytest.approx(144 / 20)
    assert estimate.design_effect == sums.design_effect


def test_share_needs_no_squares() -> None:
    sums = ClusterSums.from_arrays([1, 0, 1, 1, 0, 1], cluster=[1, 1, 2, 2, 3, 3])
    assert share_from_sums(replace(sums, wyy=None)) == share_from_sums(sums)


def test_clustered_answers_all_alike_are_worth_their_clusters() -> None:
    sums = ClusterSums.from_arrays([100] * 80, cluster=np.arange(80) // 8)
    estimate = nps_from_sums(sums)
    assert (estimate.value, estimate.high, estimate.method) == (100.0, 100.0, "worst_case")
    assert estimate.low == pytest.approx(nps_score(0, 0, 10)[0], abs=1e-6)
    assert (estimate.n, estimate.n_effective, estimate.design_effect) == (80, 80.0, None)


def test_answers_all_alike_are_known_by_the_end_of_the_scale_without_squares() -> None:
    top = replace(ClusterSums.from_arrays([100] * 20, cluster=np.arange(20) // 2), wyy=None)
    assert nps_from_sums(top).method == "worst_case"
    middle = replace(ClusterSums.from_arrays([0] * 20, cluster=np.arange(20) // 2), wyy=None)
    assert nps_from_sums(middle).unknown == Unknown.NO_SPREAD
    assert mean_from_sums(top).unknown == Unknown.NO_SPREAD


def test_clusters_that_happen_to_agree_are_not_answers_all_alike() -> None:
    sums = ClusterSums.from_arrays([100, -100] * 10, cluster=np.arange(20) // 2)
    assert nps_from_sums(sums).unknown == Unknown.NO_SPREAD


def test_answers_all_alike_without_scale_have_no_interval() -> None:
    assert mean_from_sums(ClusterSums.from_arrays([4] * 20)).unknown == Unknown.NO_SPREAD


def test_sums_in_trouble_say_why() -> None:
    one = ClusterSums.from_arrays([100, 0, 0, -100, 100, 100], cluster=[7] * 6)
    estimate = nps_from_sums(one)
    assert (estimate.value, estimate.unknown, estimate.n) == (None, Unknown.ONE_CLUSTER, 6)


def test_choose_takes_plain_answers_plainly() -> None:
    assert choose(Counts(15, 25, 60), **PAGE) == nps(15, 25, 60)
    assert choose(Tally(7, 10), **PAGE) == share(7, 10)
    assert choose(Moments(5, 15, 55), bounds=(1, 5), **PAGE) == mean(5, 15, 55, bounds=(1, 5))


def test_choose_takes_sums_where_answers_are_weighted_or_clustered() -> None:
    cluster = np.arange(30) // 3
    points = ClusterSums.from_arrays([100, 0, -100, 100, 100, 0] * 5, cluster=cluster)
    ones = ClusterSums.from_arrays([1, 0, 0, 1, 1, 0] * 5, cluster=cluster)
    scores = ClusterSums.from_arrays([5, 3, 1, 5, 4, 3] * 5, cluster=cluster)
    assert choose(Counts(5, 10, 15), points, weighted_or_clustered=True) == nps_from_sums(points)
    assert choose(Tally(15, 30), ones, weighted_or_clustered=True) == share_from_sums(ones)
    assert choose(Moments(30, 105, 425), scores, weighted_or_clustered=True, bounds=(1, 5)) == mean_from_sums(
        scores, bounds=(1, 5)
    )


def test_choose_refuses_weighted_answers_without_sums() -> None:
    with pytest.raises(ValueError):
        choose(Counts(15, 25, 60), weighted_or_clustered=True)


def test_scale_of_a_metric_is_known_but_of_a_mean() -> None:
    assert bounds_of(Counts(1, 1, 1), None) == (-100.0, 100.0)
    assert bounds_of(Tally(1, 1), None) == (0.0, 1.0)
    assert bounds_of(Moments(1, 1, 1), (1, 7)) == (1, 7)


def test_linearised_interval_covers_in_clustered_data_where_the_plain_one_does_not() -> None:
    # 40 flights of 12 passengers; a flight's mood moves its passengers' scores together.
    chance = np.random.default_rng(20)
    cluster = np.repeat(np.arange(40), 12)
    held = {"linearised": 0, "plain": 0}
    for _ in range(600):
        feeling = 7.5 + chance.normal(0, 1.0, 40)[cluster] + chance.normal(0, 2.0, 480)
        sums = ClusterSums.from_arrays(feeling, cluster=cluster)
        clustered = mean_from_sums(sums)
        plain = mean(480, float(feeling.sum()), float((feeling**2).sum()))
        held["linearised"] += clustered.low <= 7.5 <= clustered.high  # type: ignore[operator]
        held["plain"] += plain.low <= 7.5 <= plain.high  # type: ignore[operator]
    assert held["linearised"] / 600 >= 0.93
    assert held["plain"] / 600 <= 0.80

"""Differences of two groups against golden and published tables, a simulation and their own symmetries."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fiilis.science.comparisons import (
    Comparison,
    Growing,
    Verdict,
    compare,
    compare_means,
    compare_nps,
    compare_shares,
    compare_sums,
)
from fiilis.science.estimate import Unknown
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally
from tests.science.tables import rows

three = st.tuples(*[st.integers(0, 300)] * 3).filter(lambda counts: sum(counts) >= 5)


def counts(text: str) -> Counts:
    detractors, passives, promoters = (int(part) for part in text.split("/"))
    return Counts(detractors, passives, promoters)


def moments(scores: Sequence[float]) -> Moments:
    y = np.array(scores, dtype=float)
    return Moments(len(scores), float(y.sum()), float((y * y).sum()))


@pytest.mark.parametrize("row", rows("nps_two_sample.csv"), ids=lambda row: f"{row['x']} {row['y']}")
def test_nps_difference_golden(row: dict[str, str]) -> None:
    result = compare_nps(counts(row["x"]), counts(row["y"]))
    assert result.delta == pytest.approx(float(row["abs_delta_wald"]), abs=1e-6)
    assert result.evidence is not None
    assert result.evidence.centre == pytest.approx(float(row["abs_delta_adj"]), abs=1e-6)
    assert (result.low, result.high) == pytest.approx((float(row["aw_lo"]), float(row["aw_hi"])), abs=1e-6)
    assert result.p == pytest.approx(float(row["aw_p"]), rel=1e-6)
    assert result.method == "adjusted_wald"


def test_golden_differences_have_their_verdicts() -> None:
    judged = [compare_nps(counts(row["x"]), counts(row["y"])) for row in rows("nps_two_sample.csv")]
    assert [str(one.verdict) for one in judged] == ["not_known", "not_known", "better", "not_known"]


def test_share_difference_published_for_perondi_2004() -> None:
    # R contingencytables 3.0, AgrestiCaffo_CI_2x2: 7 of 34 against 1 of 34, 0.1765 (95% CI 0.0116 to 0.3217)
    result = compare_shares(Tally(7, 34), Tally(1, 34))
    assert (result.delta, result.low, result.high) == pytest.approx((0.1765, 0.0116, 0.3217), abs=5e-5)


def test_mean_difference_agrees_with_scipy_welch() -> None:
    now, then = [5, 4, 5, 3, 5, 5, 4, 2] * 5, [3, 4, 2, 5, 1, 4] * 7
    expected = stats.ttest_ind(now, then, equal_var=False)
    result = compare_means(moments(now), moments(then))
    limits = expected.confidence_interval(0.95)
    assert (result.low, result.high) == pytest.approx((limits.low, limits.high), rel=1e-9)
    assert result.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert (result.verdict, result.method) == ("better", "mean_t")


def test_sums_of_plain_answers_agree_with_means() -> None:
    now, then = [5, 4, 5, 3, 5, 5, 4, 2] * 5, [3, 4, 2, 5, 1, 4] * 7
    summed = compare_sums(ClusterSums.from_arrays(now), ClusterSums.from_arrays(then))
    plain = compare_means(moments(now), moments(then))
    assert (summed.delta, summed.low, summed.high) == pytest.approx((plain.delta, plain.low, plain.high), rel=1e-9)
    assert summed.method == "linearised"


def test_clusters_take_back_what_single_answers_seemed_to_show() -> None:
    # Eight flights of 25 in each wave; whole flights are in good or bad mood.
    good, bad = [100] * 18 + [0] * 5 + [-100] * 2, [100] * 6 + [0] * 7 + [-100] * 12
    flights = np.repeat(np.arange(8), 25)
    now, then = good * 5 + bad * 3, good * 3 + bad * 5
    naive = compare_nps(*(Counts(*(y.count(points) for points in (-100, 0, 100))) for y in (now, then)))
    honest = compare_sums(
        ClusterSums.from_arrays(now, cluster=flights),
        ClusterSums.from_arrays(then, cluster=flights),
        bounds=(-100, 100),
    )
    assert (naive.verdict, honest.verdict) == ("better", "not_known")
    assert naive.delta == pytest.approx(honest.delta)


@settings(deadline=None)
@given(three, three, st.floats(0.5, 0.99))
def test_sides_changed_change_signs(a: tuple[int, int, int], b: tuple[int, int, int], level: float) -> None:
    forth = compare_nps(Counts(*a), Counts(*b), level=level, margin=5)
    back = compare_nps(Counts(*b), Counts(*a), level=level, margin=5)
    assert forth.delta is not None and forth.low is not None and forth.high is not None
    assert (back.delta, back.low, back.high) == pytest.approx((-forth.delta, -forth.high, -forth.low), abs=1e-9)
    mirrored = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    assert back.verdict == mirrored.get(forth.verdict, forth.verdict)
    assert -200 <= forth.low <= forth.delta <= forth.high <= 200


@settings(deadline=None)
@given(st.integers(5, 300), st.integers(5, 300), st.floats(0.5, 0.999))
def test_groups_alike_never_differ(n_a: int, n_b: int, level: float) -> None:
    # Adjusting pulls the smaller group further in: that alone must not give an arrow.
    assert compare_nps(Counts(0, 0, n_a), Counts(0, 0, n_b), level=level).verdict == "not_known"
    assert compare_shares(Tally(n_a, n_a), Tally(n_b, n_b), level=level).verdict == "not_known"


def test_no_arrow_under_thirty_answers() -> None:
    extreme = [compare_nps(Counts(0, 0, n), Counts(n, 0, 0)) for n in (29, 30)]
    assert [str(one.verdict) for one in extreme] == ["not_known", "better"]
    assert (extreme[0].more_needed, extreme[1].more_needed) == (1, None)


def test_no_arrow_under_thirty_answers_worth() -> None:
    # 60 answers, of which three carry most of the weight.
    now = ClusterSums.from_arrays([5, 4, 5, 4] * 15, w=[20.0] * 6 + [1.0] * 54)
    then = ClusterSums.from_arrays([1, 2, 1, 2] * 15)
    result = compare_sums(now, then, bounds=(1, 5))
    assert now.n_effective < 30 <= now.n
    assert result.low is not None and result.low > 0
    assert result.verdict == "not_known"
    assert result.more_needed == math.ceil(30 * 60 / now.n_effective) - 60


def test_small_margin_not_reached_is_not_known() -> None:
    assert compare_nps(Counts(20, 30, 50), Counts(20, 30, 50), margin=5).verdict == "not_known"


def test_no_material_difference_is_shown_by_two_one_sided_tests() -> None:
    alike = (Counts(2000, 3000, 5000), Counts(2010, 3000, 4990))
    shown = compare_nps(*alike, margin=3)
    assert (shown.verdict, shown.more_needed) == ("no_material_difference", None)
    assert shown.evidence is not None and shown.p_equivalent is not None
    se, delta = shown.evidence.standard_error, shown.evidence.delta
    naive = max(stats.norm.sf((delta + 3) / se), stats.norm.cdf((delta - 3) / se))
    assert shown.p_equivalent == pytest.approx(naive, rel=1e-9)
    assert compare_nps(*alike).verdict == "not_known"


def test_difference_shown_to_be_immaterial_gets_no_arrow() -> None:
    result = compare_nps(Counts(20_000, 30_000, 50_000), Counts(21_000, 30_000, 49_000), margin=5)
    assert result.low is not None and result.low > 0
    assert result.verdict == "no_material_difference"


def test_more_answers_needed_are_more_for_smaller_margins() -> None:
    asked = [compare_nps(Counts(20, 30, 50), Counts(20, 30, 50), margin=margin).more_needed for margin in (15, 10, 5)]
    assert all(few is not None and many is not None and few < many for few, many in pairwise(asked))


def test_fixed_past_needs_more_of_the_present_or_makes_it_hopeless() -> None:
    now, then = Counts(15, 25, 60), Counts(200, 300, 500)
    both = compare_nps(now, then, margin=12)
    present = compare_nps(now, then, margin=12, growing=Growing.A)
    assert both.more_needed is not None and present.more_needed is not None
    assert both.more_needed < present.more_needed
    assert compare_nps(now, then, margin=5, growing=Growing.A).more_needed is None


def test_past_of_few_answers_can_give_no_verdict_and_asks_for_none() -> None:
    result = compare_nps(Counts(15, 25, 60), Counts(2, 2, 10), growing=Growing.A)
    assert (result.verdict, result.more_needed) == ("not_known", None)


def test_no_difference_seen_and_no_margin_asks_for_no_number() -> None:
    assert compare_nps(Counts(20, 30, 50), Counts(20, 30, 50)).more_needed is None


def test_number_of_answers_beyond_reason_is_not_named() -> None:
    assert compare_nps(Counts(2000, 3000, 5000), Counts(2000, 2999, 5001)).more_needed is None
    tiny = compare_nps(Counts(20, 30, 50), Counts(20, 30, 50), margin=1e-200)
    assert tiny.more_needed is None


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (compare_nps(Counts(0, 0, 0), Counts(9, 9, 9)), Unknown.NO_ANSWERS),
        (compare_nps(Counts(9, 9, 9), Counts(1, 1, 1)), Unknown.TOO_FEW),
        (compare_shares(Tally(9, 9), Tally(1, -1)), Unknown.INVALID),
        (compare_means(Moments(40, math.nan, 9), Moments(40, 80, 200)), Unknown.INVALID),
        (compare_means(Moments(40, 200, 1000), Moments(40, 160, 690)), Unknown.NO_SPREAD),
        (compare_means(Moments(40, 160, 690), Moments(40, 200, 1000)), Unknown.NO_SPREAD),
        (compare_means(Moments(40, 280, 2000), Moments(40, 160, 690), bounds=(1, 5)), Unknown.INVALID),
        (
            compare_sums(ClusterSums.from_arrays([1, 2] * 9, cluster=[1] * 18), ClusterSums.from_arrays([1, 2] * 9)),
            Unknown.ONE_CLUSTER,
        ),
    ],
)
def test_what_cannot_be_compared_says_why(result: Comparison, why: Unknown) -> None:
    assert (result.unknown, result.delta, result.p, result.verdict) == (why, None, None, "not_known")


@pytest.mark.parametrize(("n_a", "n_b", "growing", "more"), [(3, 50, "both", 27), (3, 50, "a", 27), (50, 3, "a", None)])
def test_too_few_say_what_they_lack_where_it_can_come(n_a: int, n_b: int, growing: str, more: int | None) -> None:
    result = compare_shares(Tally(n_a, n_a), Tally(n_b, n_b), growing=Growing(growing))
    assert (result.unknown, result.more_needed) == (Unknown.TOO_FEW, more)


def test_invalid_asks_for_no_answers() -> None:
    assert compare_shares(Tally(9, 3), Tally(5, 9)).more_needed is None
    assert compare_shares(Tally(1, math.nan), Tally(5, 9)).n_a == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("margin", [0, -1, math.nan, math.inf])
def test_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(ValueError):
        compare_nps(Counts(15, 25, 60), Counts(20, 30, 50), margin=margin)


def test_compare_takes_the_formula_of_the_metric() -> None:
    nps, share, mean = (Counts(15, 25, 60), Tally(40, 60), Moments(40, 180, 840))
    plain: dict[str, Any] = {"weighted_or_clustered": False}
    assert compare(nps, Counts(20, 30, 50), margin=3, **plain) == compare_nps(nps, Counts(20, 30, 50), margin=3)
    assert compare(share, Tally(30, 60), **plain) == compare_shares(share, Tally(30, 60))
    then = Moments(40, 160, 690)
    assert compare(mean, then, bounds=(1, 5), **plain) == compare_means(mean, then, bounds=(1, 5))


def test_compare_takes_sums_where_answers_are_weighted_or_clustered() -> None:
    one, other = ([100, 0, -100, 100] * 20, [100, 0, -100, 0] * 20)
    sums = [ClusterSums.from_arrays(y, cluster=np.arange(80) // 3) for y in (one, other)]
    result = compare(Counts(20, 20, 40), Counts(20, 40, 20), *sums, weighted_or_clustered=True)
    assert result == compare_sums(*sums, bounds=(-100, 100))


def test_compare_refuses_unlike_metrics_and_missing_sums() -> None:
    with pytest.raises(ValueError):
        compare(Counts(15, 25, 60), Tally(5, 9), weighted_or_clustered=False)
    sums = ClusterSums.from_arrays([100, 0, -100] * 20)
    for missing in ((None, sums), (sums, None)):
        with pytest.raises(ValueError):
            compare(Counts(15, 25, 60), Counts(20, 30, 50), *missing, weighted_or_clustered=True)


def test_false_arrows_of_one_comparison_stay_at_five_per_cent_by_adding_up_all_outcomes() -> None:
    n = 30
    every = [[compare_shares(Tally(x, n), Tally(y, n)).verdict for y in range(n + 1)] for x in range(n + 1)]
    arrow = np.array([[verdict != "not_known" for verdict in row] for row in every])
    for share in np.arange(0.02, 1, 0.02):
        chances = stats.binom.pmf(np.arange(n + 1), n, share)
        assert float(chances @ arrow @ chances) <= 0.056


@settings(deadline=None)
@given(st.lists(st.integers(1, 7), min_size=30, max_size=60), st.lists(st.integers(1, 7), min_size=30, max_size=60))
def test_shift_of_both_groups_changes_nothing(now: list[int], then: list[int]) -> None:
    here = compare_means(moments(now), moments(then), margin=0.5)
    there = compare_means(moments([y + 100 for y in now]), moments([y + 100 for y in then]), margin=0.5)
    assert replace(there, evidence=None).unknown == here.unknown
    if here.unknown is None:
        assert (there.delta, there.low, there.high) == pytest.approx((here.delta, here.low, here.high), abs=1e-6)

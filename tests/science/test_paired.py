"""Before and after on the same people: published values, other programs, symmetries, coverage, wrong input."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from fiilis.science.comparisons import Verdict, compare_shares, holm
from fiilis.science.estimate import Unknown
from fiilis.science.paired import (
    Matched,
    PairedCounts,
    PairedMoments,
    PairedTally,
    before_after_nps,
    before_after_scores,
    before_after_shares,
    before_after_sums,
    match,
)
from fiilis.science.sums import ClusterSums, Tally
from tests.science.paired_coverage import coverage

NAN, INFINITE = float("nan"), float("inf")
cell = st.integers(0, 80)
tallies = st.builds(PairedTally, cell, cell, cell, cell).filter(lambda people: people.n >= 5)
rows = st.tuples(cell, cell, cell)
moves = st.tuples(rows, rows, rows).filter(lambda three: sum(map(sum, three)) >= 5)


def test_share_published_for_bentur_2009() -> None:
    # Fagerland, Lydersen & Laake 2013, BMC Medical Research Methodology 13:91, and R contingencytables 3.0:
    # before 2 of 21, after 8 of 21; Tango's interval 0.026 to 0.517, McNemar's asymptotic p 0.034.
    result = before_after_shares(PairedTally(kept=1, gained=7, lost=1, neither=12))
    assert (result.delta, result.low, result.high) == pytest.approx((0.2857, 0.026, 0.517), abs=5e-4)
    assert result.p == pytest.approx(0.034, abs=5e-4)
    assert (result.verdict, result.more_needed) == ("not_known", 26)


def test_share_agrees_with_mcnemar_of_statsmodels() -> None:
    result = before_after_shares(PairedTally(kept=120, gained=38, lost=16, neither=26))
    expected = mcnemar([[120, 16], [38, 26]], exact=False, correction=False)
    assert result.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert (str(result.method), str(result.verdict)) == ("score", "better")


def test_share_equivalence_agrees_with_a_naive_score_test() -> None:
    people, margin = PairedTally(kept=300, gained=21, lost=19, neither=60), 0.05
    delta = (people.gained - people.lost) / people.n
    worst = 0.0
    for sign in (1, -1):
        # The likeliest share of "lost" when the difference is the margin, by brute force.
        shares = np.linspace(1e-6, 1 - margin - 1e-6, 400_001) / 2
        lost, gained = (people.lost, people.gained) if sign > 0 else (people.gained, people.lost)
        chance = lost * np.log(shares) + gained * np.log(shares + margin)
        chance = chance + (people.n - lost - gained) * np.log(1 - 2 * shares - margin)
        likely = shares[np.argmax(chance)]
        z = (margin - sign * delta) * math.sqrt(people.n) / math.sqrt(2 * likely + margin - margin**2)
        worst = max(worst, float(stats.norm.sf(z)))
    result = before_after_shares(people, margin=margin)
    assert result.p_equivalent == pytest.approx(worst, rel=1e-4)
    assert result.verdict == "no_material_difference"


def test_share_of_people_who_all_stayed_is_never_a_change() -> None:
    result = before_after_shares(PairedTally(kept=40, gained=0, lost=0, neither=10), margin=0.2)
    assert (result.delta, result.p, result.verdict) == (0, 1, "no_material_difference")
    assert result.low == -(result.high or 0) and result.high > 0


def test_margin_of_the_whole_scale_is_met_by_anything_but_everybody() -> None:
    assert before_after_shares(PairedTally(5, 30, 5, 5), margin=1.5).p_equivalent == 0
    assert before_after_shares(PairedTally(0, 40, 0, 0), margin=1.0).p_equivalent == 1


@settings(deadline=None)
@given(tallies)
def test_share_limits_leave_out_zero_exactly_when_mcnemar_rejects(people: PairedTally) -> None:
    result = before_after_shares(people)
    assert result.low is not None and result.high is not None and result.p is not None
    assert (result.low > 1e-12 or result.high < -1e-12) == (result.p < 0.05)
    assert -1 <= result.low <= result.high <= 1


@settings(deadline=None)
@given(tallies, st.floats(0.01, 0.5))
def test_share_sides_changed_change_signs(people: PairedTally, margin: float) -> None:
    forth = before_after_shares(people, margin=margin)
    back = before_after_shares(PairedTally(people.kept, people.lost, people.gained, people.neither), margin=margin)
    assert forth.delta is not None and forth.low is not None and forth.high is not None
    assert (back.delta, back.low, back.high) == pytest.approx((-forth.delta, -forth.high, -forth.low), abs=1e-9)
    turned = {Verdict.BETTER: Verdict.WORSE, Verdict.WORSE: Verdict.BETTER}
    assert back.verdict == turned.get(forth.verdict, forth.verdict)
    assert back.more_needed == forth.more_needed


def test_same_people_show_what_two_groups_could_not() -> None:
    apart = compare_shares(Tally(158, 200), Tally(136, 200))
    paired = before_after_shares(PairedTally(kept=125, gained=33, lost=11, neither=31))
    assert (apart.delta, paired.delta) == pytest.approx((0.11, 0.11))
    assert apart.high is not None and apart.low is not None and paired.high is not None and paired.low is not None
    assert paired.high - paired.low < apart.high - apart.low


def test_scores_agree_with_scipy_paired_t() -> None:
    chance = np.random.default_rng(4)
    before = chance.integers(1, 6, 60)
    after = np.clip(before + chance.integers(0, 3, 60), 1, 5)
    people = PairedMoments.from_matched(match(dict(enumerate(before.tolist())), dict(enumerate(after.tolist()))))
    expected = stats.ttest_rel(after, before)
    result = before_after_scores(people, bounds=(1, 5))
    limits = expected.confidence_interval(0.95)
    assert (result.low, result.high) == pytest.approx((limits.low, limits.high), rel=1e-9)
    assert result.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert (str(result.method), str(result.verdict)) == ("paired_t", "better")


def test_sums_of_plain_changes_agree_with_scores() -> None:
    changes = [1, 0, 2, -1, 0, 1, 1, 0] * 6
    summed = before_after_sums(ClusterSums.from_arrays(changes), left_out=3)
    plain = before_after_scores(PairedMoments(48, 144, 144 + sum(changes), sum(one * one for one in changes)))
    assert (summed.delta, summed.low, summed.high) == pytest.approx((plain.delta, plain.low, plain.high), rel=1e-9)
    assert (str(summed.method), summed.left_out) == ("linearised", 3)


@settings(deadline=None)
@given(moves)
def test_nps_upside_down_changes_signs(three: Any) -> None:
    forth = before_after_nps(PairedCounts(three))
    upside_down = tuple(tuple(row[::-1]) for row in three[::-1])
    back = before_after_nps(PairedCounts(upside_down))  # type: ignore[arg-type]
    assert forth.delta is not None and forth.low is not None and forth.high is not None
    assert (back.delta, back.low, back.high) == pytest.approx((-forth.delta, -forth.high, -forth.low), abs=1e-9)
    assert -200 <= forth.low <= forth.delta <= forth.high <= 200


def test_nps_change_is_the_difference_of_both_scores() -> None:
    result = before_after_nps(PairedCounts(((20, 12, 8), (4, 40, 16), (2, 8, 90))))
    before, after = 100 * (100 - 40) / 200, 100 * (114 - 26) / 200
    assert result.delta == pytest.approx(after - before)
    assert result.evidence is not None
    assert (result.evidence.b.value, result.evidence.a.value) == (before, after)


@pytest.mark.parametrize(("n", "moved"), [(30, 0.1), (30, 0.4), (100, 0.05), (100, 0.4)])
def test_intervals_cover(n: int, moved: float) -> None:
    share, nps = coverage(11, 1500, n, moved)
    assert share >= 0.93 and nps >= 0.94


def test_only_people_in_both_are_matched_and_the_others_counted() -> None:
    before = {"ann": 3, "bo": 9, "cy": 10, "di": 7}
    after = {"bo": 10, "cy": 6, "ann": 8, "ed": 1, "flo": 2}
    answers = match(before, after)
    assert answers == Matched((3, 9, 10), (8, 10, 6), 1, 2)
    assert PairedCounts.from_matched(answers).moves == ((0, 1, 0), (0, 0, 0), (1, 0, 1))
    assert PairedTally.from_matched(answers, least=9) == PairedTally(1, 0, 1, 1, 1, 2)
    assert PairedMoments.from_matched(answers) == PairedMoments(3, 22, 24, 42, 1, 2)


def test_left_out_people_are_named_also_where_nothing_can_be_said() -> None:
    known = before_after_nps(PairedCounts(((9, 9, 9), (1, 9, 9), (1, 1, 9)), only_before=7, only_after=2))
    few = before_after_nps(PairedCounts(((1, 0, 0), (0, 1, 0), (0, 0, 1)), only_before=7, only_after=2))
    assert (known.left_out, holm([known])[0].left_out, few.left_out) == (9, 9, 9)
    assert (few.unknown, few.n_a, few.more_needed) == (Unknown.TOO_FEW, 3, 27)


def test_no_verdict_under_thirty_people() -> None:
    result = before_after_shares(PairedTally(0, 29, 0, 0))
    assert (result.verdict, result.more_needed) == ("not_known", 1)
    assert before_after_shares(PairedTally(0, 30, 0, 0)).verdict == "better"


def test_a_page_of_changes_is_judged_together() -> None:
    alone = before_after_shares(PairedTally(kept=50, gained=24, lost=11, neither=15))
    assert (alone.verdict, {str(one.verdict) for one in holm([alone] * 10)}) == ("better", {"not_known"})


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (PairedTally(0, 0, 0, 0), Unknown.NO_ANSWERS),
        (PairedTally(1, 0, 0, 0), Unknown.TOO_FEW),
        (PairedTally(50, -1, 0, 0), Unknown.INVALID),
        (PairedTally(50, NAN, 0, 0), Unknown.INVALID),  # type: ignore[arg-type]
        (PairedTally(50, 1, 1, INFINITE), Unknown.INVALID),  # type: ignore[arg-type]
        (PairedTally(50, 1, 1, 1, only_before=-1), Unknown.INVALID),
    ],
)
def test_share_that_cannot_be_compared_says_why(people: PairedTally, why: Unknown) -> None:
    result = before_after_shares(people)
    assert (result.unknown, result.delta, result.verdict) == (why, None, "not_known")


@pytest.mark.parametrize(
    ("people", "why"),
    [
        (PairedMoments(0, 0, 0, 0), Unknown.NO_ANSWERS),
        (PairedMoments(40, 100, 140, 40), Unknown.NO_SPREAD),
        (PairedMoments(40, 100, 140, 4), Unknown.INVALID),
        (PairedMoments(40, NAN, 140, 90), Unknown.INVALID),
        (PairedMoments(40, 100, INFINITE, 90), Unknown.INVALID),
        (PairedMoments(40, 100, 400, 9000), Unknown.INVALID),
        (PairedMoments(40, 100, 140, 90, only_after=-3), Unknown.INVALID),
    ],
)
def test_scores_that_cannot_be_compared_say_why(people: PairedMoments, why: Unknown) -> None:
    assert before_after_scores(people, bounds=(1, 5)).unknown is why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (ClusterSums.from_arrays([1, 0, 1, 1, 0], cluster=[1] * 5), Unknown.ONE_CLUSTER),
        (ClusterSums.from_arrays([1.0] * 40), Unknown.NO_SPREAD),
        (ClusterSums.from_arrays([9, 8] * 40), Unknown.INVALID),
        (ClusterSums.from_arrays([]), Unknown.NO_ANSWERS),
    ],
)
def test_sums_that_cannot_be_compared_say_why(changes: ClusterSums, why: Unknown) -> None:
    assert before_after_sums(changes, reach=4).unknown is why


def test_wrong_wishes_are_refused() -> None:
    with pytest.raises(ValueError):
        before_after_shares(PairedTally(5, 5, 5, 5), margin=0)
    with pytest.raises(ValueError):
        before_after_nps(PairedCounts(((5, 5, 5), (5, 5, 5), (5, 5, 5))), level=95)
    with pytest.raises(ValueError):
        before_after_sums(ClusterSums.from_arrays([1, 0, 1, 1, 0]), reach=NAN)
    with pytest.raises(ValueError):
        match({1: NAN}, {1: 3})

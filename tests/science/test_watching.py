"""Watched comparisons: the closed form, its verdicts, Holm over them, and the simulation of daily peeking."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.comparisons import Growing, Verdict, compare_means, compare_nps, compare_shares, holm
from fiilis.science.estimate import Method, Unknown
from fiilis.science.paired import PairedTally, before_after_shares
from fiilis.science.sums import Counts, Moments, Tally
from fiilis.science.verdicts import Evidence, Side, judge
from fiilis.science.watching import watch
from tests.science import peeking

counts = st.tuples(*[st.integers(0, 2000)] * 3).filter(lambda three: sum(three) >= 5)


def evidence(delta: float, variance: float, n: int = 10_000_000, margin: float | None = None) -> Evidence:
    a, b = (Side(value, value, variance / 2, n, n, n) for value in (delta, 0.0))
    return Evidence(a, b, float("inf"), Method.ADJUSTED_WALD, margin, Growing.BOTH)


def test_limits_are_those_published_for_the_normal_mixture() -> None:
    # Waudby-Smith et al. 2024, theorem 2.2, with t answers of variance 1 and rho the mixture's width:
    # mean +- sqrt(2 (t rho^2 + 1) / (t^2 rho^2) log(sqrt(t rho^2 + 1) / alpha))
    t, rho, alpha = 400, 0.2, 0.05
    half = math.sqrt(2 * (t * rho**2 + 1) / (t**2 * rho**2) * math.log(math.sqrt(t * rho**2 + 1) / alpha))
    result = watch(judge(evidence(0.1, 1 / t)), expected=rho)
    assert (result.low, result.high) == pytest.approx((0.1 - half, 0.1 + half), rel=1e-5)
    assert str(result.method) == "normal_mixture"


def test_p_is_the_naive_mixture_of_likelihood_ratios() -> None:
    variance, delta, expected = 4.0, 7.0, 5.0
    truths = np.linspace(-60, 80, 200_001)
    prior = np.exp(-(truths**2) / 2 / expected**2) / math.sqrt(2 * math.pi) / expected
    ratio = np.exp(-((delta - truths) ** 2) / 2 / variance + delta**2 / 2 / variance)
    mixture = float(np.trapezoid(prior * ratio, truths))
    assert watch(judge(evidence(delta, variance)), expected=expected).p == pytest.approx(1 / mixture, rel=1e-4)


@settings(deadline=None)
@given(counts, counts, st.floats(1, 50))
def test_interval_leaves_out_zero_exactly_when_p_is_small(a: object, b: object, expected: float) -> None:
    result = watch(compare_nps(Counts(*a), Counts(*b)), expected=expected)  # type: ignore[misc]
    once = compare_nps(Counts(*a), Counts(*b))  # type: ignore[misc]
    assert result.low is not None and result.high is not None and result.p is not None and once.p is not None
    if min(result.n_a, result.n_b) >= 30 and abs(result.p - 0.05) > 1e-9:
        assert (result.verdict is not Verdict.NOT_KNOWN) == (result.p < 0.05)
    assert result.p >= once.p
    assert -200 <= result.low <= result.high <= 200


def test_sides_changed_change_signs() -> None:
    a, b = Counts(30, 50, 320), Counts(90, 90, 220)
    forth, back = (watch(compare_nps(*pair, margin=10)) for pair in ((a, b), (b, a)))
    assert forth.delta is not None and forth.low is not None and forth.high is not None
    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low))
    assert (forth.verdict, back.verdict) == ("better", "worse")


def test_equivalence_is_shown_at_every_look_too() -> None:
    alike = compare_nps(Counts(4000, 6000, 10000), Counts(4020, 6000, 9980), margin=5)
    far = compare_nps(Counts(4000, 6000, 10000), Counts(5020, 6000, 8980), margin=5)
    assert (watch(alike).verdict, watch(far).verdict) == ("no_material_difference", "better")
    assert (watch(far).p_equivalent, watch(judge(evidence(0, 1)), expected=1).p_equivalent) == (1.0, None)


@settings(deadline=None)
@given(st.floats(-20, 20), st.floats(0.5, 400), st.floats(1, 10))
def test_after_the_answers_asked_for_not_known_is_no_answer(delta: float, variance: float, margin: float) -> None:
    more = watch(judge(evidence(delta, variance, n=200, margin=margin))).more_needed
    if more is None:
        return
    grown, n = variance * 200 / (200 + more), 200 + more
    for seen in np.linspace(-2 * margin, 2 * margin, 41):
        sides = (Side(float(seen), float(seen), grown / 2, n, n, n), Side(0.0, 0.0, grown / 2, n, n, n))
        later = Evidence(*sides, float("inf"), Method.ADJUSTED_WALD, margin, Growing.BOTH)
        # Student's t is a little further out than the normal that the wish is computed with.
        relaxed = watch(judge(later, 0.945))
        assert relaxed.verdict != "not_known"


def test_any_comparison_can_be_watched() -> None:
    shares = watch(compare_shares(Tally(450, 500), Tally(350, 500)), expected=0.1)
    means = watch(compare_means(Moments(400, 1800, 8400), Moments(400, 1600, 6900)), expected=0.3)
    people = watch(before_after_shares(PairedTally(300, 90, 20, 90, only_before=31), margin=0.1))
    assert [str(one.verdict) for one in (shares, means, people)] == ["better"] * 3
    assert people.left_out == 31


def test_unknown_stays_unknown() -> None:
    few = compare_nps(Counts(1, 1, 1), Counts(9, 9, 9))
    assert watch(few) == watch(few, expected=10) == few and few.unknown is Unknown.TOO_FEW


def test_difference_beyond_all_measure_small_asks_for_no_answers() -> None:
    assert watch(judge(evidence(1e-200, 1.0)), expected=1).more_needed is None


def test_little_is_far_from_sure() -> None:
    result = watch(compare_nps(Counts(0, 0, 5), Counts(5, 0, 0)), expected=0.5)
    assert (result.low, result.high, result.verdict) == (-200, 200, "not_known")


@pytest.mark.parametrize("expected", [0, -5, float("nan"), float("inf"), None])
def test_wrong_wish_is_refused(expected: float | None) -> None:
    with pytest.raises(ValueError):
        watch(compare_nps(Counts(9, 9, 9), Counts(9, 9, 9)), expected=expected)


def test_simulation_computes_what_the_package_does() -> None:
    a, b = peeking.days(3, 4), peeking.days(4, 4)
    once, always = peeking.once_p(a, b), peeking.always_p(a, b)
    for run in range(4):
        for day in (1, 5, 29):
            pair = compare_nps(Counts(*map(int, a[run, day])), Counts(*map(int, b[run, day])))
            assert pair.p == pytest.approx(once[run, day], rel=1e-9)
            assert watch(pair, expected=peeking.EXPECTED).p == pytest.approx(always[run, day], rel=1e-7)


def test_peeking_errs_in_a_quarter_and_watching_in_under_five_per_cent() -> None:
    once, always = peeking.false_arrows(1, 4000)
    assert 0.22 < once < 0.31
    assert always <= 0.03


def test_peeking_at_a_page_keeps_its_family_wise_error() -> None:
    alone, holm_once, watched = peeking.false_pages(1, 400)
    assert alone > 0.9 and holm_once > 0.25
    assert watched <= 0.05


def test_a_watched_page_is_judged_together() -> None:
    alone = watch(compare_nps(Counts(60, 100, 340), Counts(100, 120, 280)), expected=10)
    assert alone.verdict == "better"
    assert {str(one.verdict) for one in holm([alone] * 200)} == {"not_known"}

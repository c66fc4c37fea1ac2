"""The silent: bounds that hold whatever they think, and a follow-up that finds out."""

from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.comparisons import compare_nps
from fiilis.science.estimate import Estimate, Method, Unknown
from fiilis.science.metrics import mean, nps, share
from fiilis.science.quantiles import t_quantile
from fiilis.science.silent import (
    early_and_late,
    followed_up,
    response_rate,
    worst_case_mean,
    worst_case_nps,
    worst_case_share,
)
from fiilis.science.sums import Counts, Moments, Tally

counts = st.builds(Counts, st.integers(2, 60), st.integers(2, 60), st.integers(2, 60))


def moments(*scores: float) -> Moments:
    return Moments(len(scores), sum(scores), sum(score * score for score in scores))


def test_response_rate_is_wilsons_share_of_those_asked() -> None:
    assert response_rate(asked=400, answered=60) == share(60, 400)
    assert response_rate(asked=50, answered=60).unknown is Unknown.INVALID
    assert response_rate(asked=0, answered=0).unknown is Unknown.NO_ANSWERS


@settings(deadline=None, max_examples=40)
@given(counts, st.integers(0, 500), st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_no_answers_of_the_silent_leave_the_bounds(counts: Counts, silent: int, split: tuple[float, float]) -> None:
    bounds = worst_case_nps(counts, counts.n + silent)
    promoters = int(split[0] * silent)
    detractors = int(split[1] * (silent - promoters))
    truth = 100 * (counts.promoters + promoters - counts.detractors - detractors) / (counts.n + silent)
    assert bounds.outer_low <= bounds.low <= truth + 1e-9  # type: ignore[operator]
    assert truth - 1e-9 <= bounds.high <= bounds.outer_high  # type: ignore[operator]
    assert (bounds.n, bounds.silent) == (counts.n, silent)


@settings(deadline=None, max_examples=40)
@given(counts, st.integers(0, 500))
def test_bounds_mirror_when_promoters_and_detractors_change_places(counts: Counts, silent: int) -> None:
    one = worst_case_nps(counts, counts.n + silent)
    other = worst_case_nps(Counts(counts.promoters, counts.passives, counts.detractors), counts.n + silent)
    assert (one.heard, one.low, one.high) == pytest.approx((-other.heard, -other.high, -other.low))  # type: ignore[operator]
    assert (one.outer_low, one.outer_high) == pytest.approx((-other.outer_high, -other.outer_low), abs=1e-9)  # type: ignore[operator]


def test_nobody_silent_leaves_the_plain_figure() -> None:
    bounds, plain = worst_case_nps(Counts(15, 25, 60), 100), nps(15, 25, 60)
    assert (bounds.low, bounds.heard, bounds.high) == (plain.value,) * 3
    assert (bounds.outer_low, bounds.outer_high) == (plain.low, plain.high)


def test_share_and_mean_of_zeros_and_ones_have_the_same_bounds() -> None:
    one = worst_case_share(Tally(30, 40), 100)
    other = worst_case_mean(Moments(40, 30, 30), 100, bounds=(0, 1))
    assert (one.low, one.heard, one.high) == (other.low, other.heard, other.high) == (0.3, 0.75, 0.9)
    assert other.outer_low < 0.3 and other.outer_high > 0.9  # type: ignore[operator]


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (worst_case_nps(Counts(0, 0, 0), 100), Unknown.NO_ANSWERS),
        (worst_case_nps(Counts(1, 1, 1), 100), Unknown.TOO_FEW),
        (worst_case_nps(Counts(10, 10, 10), 29), Unknown.INVALID),
        (worst_case_nps(Counts(10, -1, 10), 100), Unknown.INVALID),
        (worst_case_nps(Counts(10, 10, 10), nan), Unknown.INVALID),  # type: ignore[arg-type]
        (worst_case_nps(Counts(10, 10, 10), inf), Unknown.INVALID),  # type: ignore[arg-type]
        (worst_case_share(Tally(11, 10), 100), Unknown.INVALID),
        (worst_case_share(Tally(9, 10), 9), Unknown.INVALID),
        (worst_case_mean(Moments(10, 60, 400), 100, (1, 5)), Unknown.INVALID),
        (worst_case_mean(Moments(10, nan, 400), 100, (1, 5)), Unknown.INVALID),
        (worst_case_mean(Moments(10, 30, 100), 5, (1, 5)), Unknown.INVALID),
    ],
)
def test_bounds_that_can_not_be_had_say_why(bounds: object, why: Unknown) -> None:
    assert bounds.unknown is why  # type: ignore[attr-defined]
    assert (bounds.low, bounds.high, bounds.outer_low) == (None, None, None)  # type: ignore[attr-defined]


def test_early_and_late_are_compared_as_any_two_groups() -> None:
    late, early = Counts(30, 40, 30), Counts(15, 25, 60)
    assert early_and_late(late, early, margin=10) == compare_nps(late, early, margin=10)


def naive(early: list[float], late: list[float], silent: int, population: float) -> tuple[float, float]:
    """Rao's variance of double sampling for stratification, as Cochran prints it."""
    asked = len(early) + silent
    strata = [(len(early), early), (silent, late)]
    value = sum(met / asked * np.mean(scores) for met, scores in strata)
    within = sum(
        ((met - 1) / (asked - 1) - (len(scores) - 1) / (population - 1))
        * met / asked * np.var(scores, ddof=1) / len(scores)
        for met, scores in strata
    )  # fmt: skip
    between = sum(met / asked * (np.mean(scores) - value) ** 2 for met, scores in strata)
    first = (population - 1) / population * within
    return float(value), sqrt(first + (population - asked) / (population * (asked - 1)) * between)


def error(estimate: Estimate, df: float) -> float:
    assert estimate.high is not None and estimate.value is not None
    return (estimate.high - estimate.value) / t_quantile(0.975, df)


scores = st.lists(st.floats(0, 10), min_size=5, max_size=20).filter(lambda one: np.var(one) > 1e-3)


@settings(deadline=None, max_examples=40)
@given(scores, scores, st.integers(0, 100), st.sampled_from([0, 7, 1000]))
def test_follow_up_agrees_with_the_printed_formula(early: list[float], late: list[float], more: int, rest: int) -> None:
    silent = len(late) + more
    population = len(early) + silent + rest
    estimate = followed_up(moments(*early), moments(*late), silent, population=population)
    if more == rest == 0:
        assert estimate.low == estimate.value == estimate.high
        return
    value, standard_error = naive(early, late, silent, population)
    assert estimate.value == pytest.approx(value)
    # Between the normal's and the fewest degrees of freedom's quantile.
    assert standard_error * 1.95 <= estimate.half_width <= standard_error * 2.78  # type: ignore[operator]


@settings(deadline=None, max_examples=40)
@given(scores, scores)
def test_without_end_is_the_limit_of_a_large_population(early: list[float], late: list[float]) -> None:
    parts = moments(*early), moments(*late), 30
    endless, large = followed_up(*parts), followed_up(*parts, population=1e12)
    assert (endless.low, endless.high) == pytest.approx((large.low, large.high))


@settings(deadline=None, max_examples=40)
@given(scores, scores)
def test_all_silent_followed_up_is_the_plain_variance(early: list[float], late: list[float]) -> None:
    estimate = followed_up(moments(*early), moments(*late), len(late))
    plain = mean(len(early + late), sum(early + late), moments(*early, *late).total_sq)
    assert estimate.value == pytest.approx(plain.value)
    assert estimate.half_width >= plain.half_width * (1 - 1e-9) / 1.5  # type: ignore[operator]
    assert estimate.n_effective == pytest.approx(plain.n)


def test_follow_up_by_hand() -> None:
    # Early 1 2 3 4 5 (mean 3, s2 2.5), 15 silent, of whom 5 said 5 6 7 8 9 (mean 7, s2 2.5).
    estimate = followed_up(moments(1, 2, 3, 4, 5), moments(5, 6, 7, 8, 9), 15)
    early, late = 4 / 19 * 0.25 * 0.5, 14 / 19 * 0.75 * 0.5
    between = (0.25 * 9 + 0.75 * 1) / 19
    variance = early + late + between
    df = variance**2 / ((early + between) ** 2 / 4 + late**2 / 4)
    assert (estimate.value, estimate.n, estimate.method) == (6, 10, Method.TWO_PHASE)
    assert error(estimate, df) == pytest.approx(sqrt(variance))
    assert estimate.n_effective == pytest.approx(400 / (5 + 15 * 15 / 5))


def test_everybody_there_is_has_answered_leaves_no_uncertainty() -> None:
    estimate = followed_up(moments(1, 2, 3, 4, 5), moments(5, 6, 7, 8, 9), 5, population=10)
    assert (estimate.low, estimate.value, estimate.high) == (5, 5, 5)


def test_nps_and_share_are_means_on_their_scale() -> None:
    points = followed_up(Counts(0, 10, 20), Counts(0, 6, 4), 30)
    part = followed_up(Tally(20, 30), Tally(4, 10), 30)
    assert (points.value, points.low, points.high) == pytest.approx((100 * part.value, 100 * part.low, 100 * part.high))  # type: ignore[operator]


def test_nobody_silent_is_the_plain_estimate() -> None:
    assert followed_up(Counts(15, 25, 60), Counts(0, 0, 0), 0) == nps(15, 25, 60)
    assert followed_up(Tally(7, 10), Tally(0, 0), 0) == share(7, 10)
    assert followed_up(moments(1, 2, 3, 4, 5), Moments(0, 0, 0), 0, bounds=(1, 5)) == mean(5, 15, 55, bounds=(1, 5))


EARLY = moments(1, 2, 3, 4, 5)


@pytest.mark.parametrize(
    ("early", "late", "silent", "population", "why"),
    [
        (EARLY, Moments(0, 0, 0), 10, None, Unknown.TOO_FEW),
        (EARLY, moments(1, 2), 10, None, Unknown.TOO_FEW),
        (moments(1, 2), EARLY, 10, None, Unknown.TOO_FEW),
        (Moments(0, 0, 0), EARLY, 10, None, Unknown.NO_ANSWERS),
        (EARLY, EARLY, 4, None, Unknown.INVALID),
        (EARLY, EARLY, 0, None, Unknown.INVALID),
        (EARLY, EARLY, nan, None, Unknown.INVALID),
        (EARLY, EARLY, -9, None, Unknown.INVALID),
        (EARLY, Moments(5, nan, 3), 10, None, Unknown.INVALID),
        (EARLY, EARLY, 10, 14, Unknown.INVALID),
        (EARLY, EARLY, 10, nan, Unknown.INVALID),
        (EARLY, moments(50, 60, 70, 80, 90), 10, None, Unknown.INVALID),
        (EARLY, moments(2, 2, 2, 2, 2), 10, None, Unknown.NO_SPREAD),
        (moments(1, 1, 1, 1, 1), moments(2, 2, 2, 2, 2), 10, None, Unknown.NO_SPREAD),
    ],
)
def test_follow_up_that_tells_nothing_says_why(
    early: Moments, late: Moments, silent: int, population: float | None, why: Unknown
) -> None:
    assert followed_up(early, late, silent, population=population, bounds=(0, 10)).unknown is why


def test_all_alike_is_no_certainty() -> None:
    fives = moments(5, 5, 5, 5, 5)
    estimate = followed_up(fives, fives, 20, bounds=(1, 5))
    assert (estimate.method, estimate.high) == (Method.WORST_CASE, 5)
    assert estimate.low < 4.2  # type: ignore[operator]
    assert followed_up(fives, fives, 20).unknown is Unknown.NO_SPREAD


def test_unlike_measures_are_refused() -> None:
    with pytest.raises(ValueError, match="measure the same"):
        followed_up(Tally(5, 10), Counts(5, 5, 5), 20)


def test_follow_up_finds_what_the_first_answers_hide() -> None:
    """42/34/24 in truth (NPS 18); promoters answer twice as often. 400 surveys of 1,000, 60 silent followed up."""
    rng = np.random.default_rng(6)
    points = rng.choice([100, 0, -100], p=[0.42, 0.34, 0.24], size=(400, 1000))
    answers = rng.random(points.shape) < np.where(points == 100, 0.3, 0.15)
    inside, seen, found = 0, [], []

    def tally(of: np.ndarray) -> Counts:
        return Counts(*(int((of == kind).sum()) for kind in (-100, 0, 100)))

    for row, answered in zip(points, answers, strict=True):
        early, silent = row[answered], row[~answered]
        estimate = followed_up(tally(early), tally(rng.choice(silent, 60, replace=False)), len(silent))
        inside += estimate.low <= 18 <= estimate.high  # type: ignore[operator]
        seen.append(early.mean())
        found.append(estimate.value)
    assert np.mean(seen) == pytest.approx(42.3, abs=1)
    assert np.mean(found) == pytest.approx(18, abs=1)
    assert 366 <= inside <= 392

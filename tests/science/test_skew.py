"""What a skew in who answers does, and how strong it must be: by closed formulas and refusing with a reason."""

from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Method, Unknown
from fiilis.science.metrics import mean_from_sums
from fiilis.science.skew import Answers, Passives, corrected, overturning, overturning_difference
from fiilis.science.sums import ClusterSums, Counts, Tally

counts = st.builds(Counts, st.integers(5, 60), st.integers(5, 60), st.integers(5, 60))
SEEN = Answers.of_nps(Counts(detractors=240, passives=340, promoters=840))


def test_promoters_who_answer_twice_as_often_hide_a_true_nps_of_18() -> None:
    assert corrected(SEEN, 1).value == pytest.approx(42.2535, abs=1e-4)
    assert corrected(SEEN, 2).value == pytest.approx(18)
    assert corrected(SEEN, 2).method is Method.SKEW_CORRECTED


@settings(deadline=None, max_examples=40)
@given(counts, st.floats(0.2, 5))
def test_correction_agrees_with_weighting_each_answer(counts: Counts, ratio: float) -> None:
    y = np.repeat([-100, 0, 100], [counts.detractors, counts.passives, counts.promoters])
    w = np.where(y == 100, 1 / ratio, 1)
    expected = mean_from_sums(ClusterSums.from_arrays(y, w), bounds=(-100, 100))
    estimate = corrected(Answers.of_nps(counts), ratio)
    for name in ("value", "low", "high", "n_effective", "design_effect"):
        assert getattr(estimate, name) == pytest.approx(getattr(expected, name), rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(counts, st.floats(0.2, 5))
def test_skew_and_its_reverse_mirror(counts: Counts, ratio: float) -> None:
    there = corrected(Answers.of_nps(counts, Passives.BETWEEN), ratio)
    mirrored = Counts(counts.promoters, counts.passives, counts.detractors)
    back = corrected(Answers.of_nps(mirrored, Passives.BETWEEN), 1 / ratio)
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))  # type: ignore[operator]


def test_scale_leans_evenly_from_end_to_end() -> None:
    scale = Answers.of_scale({-100: 24, 0: 34, 100: 84}, bounds=(-100, 100))
    assert corrected(scale, 3) == corrected(Answers.of_nps(Counts(24, 34, 84), Passives.BETWEEN), 3)
    share = Answers.of_scale({0: 10, 1: 90}, bounds=(0, 1))
    assert corrected(share, 3) == corrected(Answers.of_share(Tally(90, 100)), 3)


@settings(deadline=None, max_examples=40)
@given(counts, st.integers(-95, 95))
def test_overturning_ratio_is_the_closed_formula(counts: Counts, threshold: int) -> None:
    strong = overturning(Answers.of_nps(counts), threshold)
    # P/r (100 - T) = T passives + (100 + T) detractors
    right = threshold * counts.passives + (100 + threshold) * counts.detractors
    if right <= 0:
        assert strong.ratio is None
        return
    assert strong.ratio == pytest.approx(counts.promoters * (100 - threshold) / right, rel=1e-9)
    assert corrected(Answers.of_nps(counts), strong.ratio).value == pytest.approx(threshold, abs=1e-6)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=40)
@given(st.integers(5, 95), st.floats(0.05, 0.95))
def test_overturning_ratio_of_a_share_is_the_ratio_of_odds(successes: int, threshold: float) -> None:
    strong = overturning(Answers.of_share(Tally(successes, 100)), threshold)
    odds = successes / (100 - successes) / (threshold / (1 - threshold))
    assert strong.ratio == pytest.approx(odds, rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(counts, st.integers(-95, 95))
def test_doubt_comes_before_the_turn(counts: Counts, threshold: int) -> None:
    answers = Answers.of_nps(counts)
    strong = overturning(answers, threshold)
    if strong.ratio is None or strong.doubt is None:
        return
    assert min(1, strong.ratio) - 1e-9 <= strong.doubt <= max(1, strong.ratio) + 1e-9
    now, turned = corrected(answers, 1), corrected(answers, strong.doubt)
    if strong.doubt == 1:
        assert now.low <= threshold <= now.high  # type: ignore[operator]
    elif turned.unknown is None:
        edge = turned.low if strong.ratio > 1 else turned.high
        assert edge == pytest.approx(threshold, abs=1e-4)


def test_strong_skew_does_not_fit_where_nearly_all_answered() -> None:
    # At ratio r the promoters answered all and the others one in r: 840 + r (340 + 240) were asked at least.
    ratio = overturning(SEEN, 30).ratio
    assert ratio is not None
    needed = 840 + ratio * 580
    assert overturning(SEEN, 30, asked=int(needed) + 1).possible is True
    assert overturning(SEEN, 30, asked=int(needed) - 1).possible is False
    assert overturning(SEEN, 30).possible is None
    # The other way round: the promoters answered less.
    low = Answers.of_share(Tally(30, 100))
    assert overturning(low, 0.6, asked=175).possible is True
    assert overturning(low, 0.6, asked=174).possible is False


def test_finding_that_no_skew_overturns() -> None:
    strong = overturning(Answers.of_nps(Counts(0, 40, 60)), -10)
    assert (strong.ratio, strong.doubt, strong.possible, strong.unknown) == (None, None, None, None)
    # With a few detractors the interval reaches further than the figure does.
    far = overturning(Answers.of_nps(Counts(2, 40, 60)), -10, asked=9000)
    assert (far.ratio, far.possible) == (None, None)
    assert far.doubt > 1  # type: ignore[operator]
    near = overturning(Answers.of_nps(Counts(0, 4, 4)), 25)
    assert near.doubt == 1
    assert overturning(Answers.of_share(Tally(50, 50)), 0.5).ratio is None


def test_interval_that_already_holds_an_unreachable_threshold_is_in_doubt_at_once() -> None:
    strong = overturning(Answers.of_nps(Counts(0, 9, 3)), -2)
    assert (strong.ratio, strong.doubt) == (None, 1)


def test_figure_at_the_threshold_needs_no_skew() -> None:
    strong = overturning(Answers.of_nps(Counts(10, 20, 10)), 0, asked=100)
    assert (strong.ratio, strong.doubt, strong.possible) == (1, 1, True)
    assert overturning(Answers.of_nps(Counts(10, 20, 10)), 0).possible is None


def test_too_uneven_weights_are_doubt() -> None:
    # From some skew on the two who are not promoters carry everything.
    strong = overturning(Answers.of_nps(Counts(1, 1, 200)), -40)
    assert strong.ratio == pytest.approx(200 * 140 / (60 - 40))
    assert strong.doubt < strong.ratio  # type: ignore[operator]


def test_difference_turns_where_the_one_falls_to_the_other() -> None:
    new, old = Answers.of_nps(Counts(15, 25, 60)), Answers.of_nps(Counts(30, 40, 30))
    strong = overturning_difference(new, old, asked=1000)
    assert (strong.value, strong.threshold, strong.possible) == (45, 0, True)
    assert strong.ratio == pytest.approx(60 / 15)
    # The other's uncertainty counts too.
    assert 1 < strong.doubt < overturning(new, 0).doubt  # type: ignore[operator]
    worse = overturning_difference(old, new)
    assert worse.ratio < worse.doubt < 1  # type: ignore[operator]
    # Three passives carry everything under the strongest skew: too few to tell.
    few = overturning_difference(Answers.of_nps(Counts(0, 3, 200)), Answers.of_nps(Counts(60, 20, 20)))
    assert few.ratio is None
    assert few.doubt > 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (Answers.of_nps(Counts(0, 0, 0)), Unknown.NO_ANSWERS),
        (Answers.of_nps(Counts(1, 1, 1)), Unknown.TOO_FEW),
        (Answers.of_nps(Counts(-1, 10, 10)), Unknown.INVALID),
        (Answers.of_share(Tally(11, 10)), Unknown.INVALID),
        (Answers.of_scale({1: nan, 5: 3}, (1, 5)), Unknown.INVALID),  # type: ignore[dict-item]
        (Answers.of_scale({1: inf, 5: 3}, (1, 5)), Unknown.INVALID),  # type: ignore[dict-item]
        (Answers.of_scale({}, (1, 5)), Unknown.NO_ANSWERS),
    ],
)
def test_answers_that_tell_nothing_say_why(answers: Answers, why: Unknown) -> None:
    fine = Answers((1, 5), (10, 10), (0, 1), answers.bounds)
    threshold = sum(answers.bounds) / 2
    assert corrected(answers, 2).unknown is why
    assert overturning(answers, threshold).unknown is why
    assert overturning_difference(answers, fine).unknown is why
    assert overturning_difference(fine, answers).unknown is why


def test_more_answers_than_people_asked_contradict() -> None:
    assert overturning(SEEN, 30, asked=1000).unknown is Unknown.INVALID
    assert overturning(SEEN, 30, asked=nan).unknown is Unknown.INVALID  # type: ignore[arg-type]


def test_all_alike_give_the_worst_case() -> None:
    assert corrected(Answers.of_share(Tally(20, 20)), 2).method is Method.WORST_CASE


def test_wrong_calls_are_refused() -> None:
    for ratio in (0, -1, nan, inf):
        with pytest.raises(ValueError, match="a ratio of readiness"):
            corrected(SEEN, ratio)
    with pytest.raises(ValueError, match="the threshold 200"):
        overturning(SEEN, 200)
    with pytest.raises(ValueError, match="the threshold nan"):
        overturning(SEEN, nan)
    with pytest.raises(ValueError, match="on one scale"):
        overturning_difference(SEEN, Answers.of_share(Tally(5, 10)))
    with pytest.raises(ValueError, match="lies outside"):
        Answers.of_scale({6: 10}, (1, 5))


def test_corrected_interval_covers_when_the_ratio_is_right() -> None:
    """42/34/24, promoters twice as ready; 2,000 surveys of about 142 answers."""
    rng = np.random.default_rng(9)
    drawn = rng.multinomial(142, np.array([24, 34, 84]) / 142, size=2000)
    inside = 0
    for detractors, passives, promoters in drawn.tolist():
        estimate = corrected(Answers.of_nps(Counts(detractors, passives, promoters)), 2)
        inside += estimate.low <= 18 <= estimate.high  # type: ignore[operator]
    assert inside / 2000 == pytest.approx(0.95, abs=3 * sqrt(0.95 * 0.05 / 2000))

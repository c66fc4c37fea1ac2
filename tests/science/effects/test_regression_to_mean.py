"""Regression to the mean against simulation, a naive integral and its own symmetries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.regression_to_mean import Score, before_after, rise_of_the_worst
from fiilis.science.estimate import Unknown


@pytest.mark.parametrize(("m", "largest"), [(1, 0.0), (2, 0.56419), (5, 1.16296), (10, 1.53875), (20, 1.86748)])
def test_largest_of_normals_published_by_harter(m: int, largest: float) -> None:
    assert rise_of_the_worst(m, 1.0) == pytest.approx(largest, abs=1e-5)


@pytest.mark.parametrize(("m", "error", "spread"), [(20, 14.6, 11.0), (8, 5.0, 0.0), (50, 10.0, 30.0)])
def test_rise_of_the_worst_agrees_with_simulation(m: int, error: float, spread: float) -> None:
    random = np.random.default_rng(1)
    true = random.normal(0, spread, (20_000, m))
    scores = true + random.normal(0, error, true.shape)
    worst = scores.argmin(axis=1)
    rows = np.arange(len(true))
    rise = (true[rows, worst] - scores[rows, worst]).mean()
    assert rise_of_the_worst(m, error, spread) == pytest.approx(rise, rel=0.02)


@pytest.mark.parametrize(("m", "spread"), [(12, 12.0), (20, 0.0), (30, 25.0)])
def test_doing_nothing_to_the_worst_shows_an_effect_in_at_most_5_of_100(m: int, spread: float) -> None:
    random = np.random.default_rng(2)
    raw, left, false = [], [], 0
    for _ in range(400):
        errors = random.uniform(10, 18, m)
        true = random.normal(30, spread, m)
        before = true + random.normal(0, errors)
        worst = int(before.argmin())
        after = true[worst] + random.normal(0, 14)
        effect = before_after(
            [Score(float(value), float(error), 30) for value, error in zip(before, errors, strict=True)],
            worst,
            Score(float(after), 14, 30),
        )
        assert effect.p is not None
        assert effect.estimate.value is not None
        raw.append(after - before[worst])
        left.append(effect.estimate.value)
        false += effect.p < 0.05
    assert false <= 28  # 20 expected at most, four standard errors above
    assert abs(np.mean(left)) < 0.25 * np.mean(raw)


def ten(spread: float = 10.0) -> list[Score]:
    return [Score(30 + spread * z, 14.0, 30) for z in (-1.8, -1.1, -0.7, -0.3, 0.0, 0.1, 0.4, 0.8, 1.1, 1.5)]


def test_scores_no_wider_than_chance_rise_all_the_way_to_the_mean() -> None:
    scores = ten(5.0)
    details = before_after(scores, 0, Score(30, 14, 30)).details
    assert details is not None
    assert (details.spread, details.kept) == (0, 0)
    assert details.expected.value == pytest.approx(np.mean([score.value for score in scores]) - scores[0].value)


def test_scores_much_wider_than_chance_hardly_rise() -> None:
    details = before_after([Score(score.value, 0.5, 900) for score in ten()], 0, Score(30, 0.5, 900)).details
    assert details is not None
    assert details.kept > 0.99
    assert details.expected.value == pytest.approx(0, abs=0.1)


def test_spread_solves_paule_and_mandels_equation() -> None:
    scores = [Score(value, error, 30) for value, error in zip((9, 41, 28, 55, 37, 70), (5, 8, 6, 9, 7, 4), strict=True)]
    details = before_after(scores, 0, Score(20, 5, 30)).details
    assert details is not None
    weights = np.array([1 / (score.error**2 + details.spread**2) for score in scores])
    values = np.array([score.value for score in scores])
    assert details.mean == pytest.approx(weights @ values / weights.sum())
    assert weights @ (values - details.mean) ** 2 == pytest.approx(len(scores) - 1)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=5, max_size=15), st.floats(0.1, 20), st.floats(-100, 100))
def test_scale_and_shift_pass_through(values: list[float], scale: float, shift: float) -> None:
    one = before_after([Score(value, 10, 30) for value in values], 0, Score(5, 10, 30))
    moved = [Score(value * scale + shift, 10 * scale, 30) for value in values]
    other = before_after(moved, 0, Score(5 * scale + shift, 10 * scale, 30))
    parts = [part * scale for part in (one.estimate.value, one.estimate.low, one.estimate.high) if part is not None]
    found = (other.estimate.value, other.estimate.low, other.estimate.high)
    assert found == pytest.approx(parts, rel=1e-5, abs=1e-5 * scale)


def test_best_falls_as_the_worst_rises() -> None:
    mirrored = [Score(-score.value, score.error, score.n) for score in ten(15)]
    one = before_after(ten(15), 0, Score(20, 14, 30)).details
    other = before_after(mirrored, 0, Score(-20, 14, 30)).details
    assert one is not None
    assert other is not None
    assert one.expected.value == pytest.approx(-other.expected.value)  # type: ignore[operator]


def test_says_what_it_rests_on() -> None:
    effect = before_after(ten(), 0, Score(20, 14, 30))
    assert Assumption.CHOSEN_BY_SCORE in effect.assumes
    assert effect.breaks_if[0] is Threat.OTHER_EVENT
    assert before_after(ten()[:9], 0, Score(20, 14, 30)).breaks_if[0] is Threat.FEW_PEERS
    assert (effect.method, effect.estimate.n) == ("less_regression_to_the_mean", 60)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ([], Score(1, 1, 30), Unknown.NO_ANSWERS),
        (ten()[:1], Score(1, 1, 30), Unknown.TOO_FEW),
        (ten()[:4], Score(1, 1, 30), Unknown.TOO_FEW),
        (ten(), Score(1, 1, 4), Unknown.TOO_FEW),
        (ten(), Score(1, 0, 30), Unknown.NO_SPREAD),
        ([Score(3, 0, 30)] * 6, Score(1, 1, 30), Unknown.NO_SPREAD),
        (ten(), Score(float("nan"), 1, 30), Unknown.INVALID),
        (ten(), Score(1, float("inf"), 30), Unknown.INVALID),
        (ten(), Score(1, -1, 30), Unknown.INVALID),
        (ten(), Score(1, 1, -100), Unknown.INVALID),
    ],
)
def test_unusable_scores_have_their_reason(before: list[Score], after: Score, why: Unknown) -> None:
    effect = before_after(before, 0, after)
    assert (effect.estimate.unknown, effect.p) == (why, None)


def test_scores_all_equal_have_nothing_to_rise_to() -> None:
    effect = before_after([Score(30, 14, 30)] * 8, 2, Score(30, 14, 30))
    assert effect.estimate.value == pytest.approx(0, abs=1e-9)
    assert effect.details is not None
    assert effect.details.expected.value == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("chosen", [-1, 10])
def test_chosen_outside_the_list_is_refused(chosen: int) -> None:
    with pytest.raises(ValueError, match="one of 10"):
        before_after(ten(), chosen, Score(1, 1, 30))


@pytest.mark.parametrize("arguments", [(0, 1.0, 0.0), (5, 0.0, 0.0), (5, 1.0, -1.0), (5, float("nan"), 0.0)])
def test_impossible_rise_is_refused(arguments: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="at least one unit"):
        rise_of_the_worst(*arguments)

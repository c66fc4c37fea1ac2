"""Confidence sequences: exact at every look, free of order, small in state; the simulation of daily peeking."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Unknown
from fiilis.science.metrics import nps, share
from fiilis.science.sequences import (
    Watched,
    difference,
    interval,
    page_level,
    update,
    watched_mean,
    watched_nps,
    watched_share,
)
from fiilis.science.sums import Counts, Tally
from tests.science import peeking

three = st.tuples(*[st.integers(0, 400)] * 3).filter(lambda counts: sum(counts) >= 5)
NAN, INFINITE = float("nan"), float("inf")


def limits(state: Watched, level: float = 0.95) -> tuple[float, float]:
    estimate = interval(state, level)
    assert estimate.low is not None and estimate.high is not None
    return estimate.low, estimate.high


def naive_wealth(answers: list[float], m: float, up: bool) -> float:
    """One bet after the other, answers 0..1, all stakes side by side."""
    total = 0.0
    for step in range(24):
        stake = 0.98 * 2 ** (-step / 2)
        purse = 1.0
        for x in answers:
            purse *= 1 + stake * ((x / m if up else (1 - x) / (1 - m)) - 1)
        total += purse / 24
    return total


def test_limits_are_where_a_naive_gambler_has_made_forty_of_one() -> None:
    answers = [1.0] * 14 + [0.5] * 5 + [0.0] * 6
    state = update(watched_nps(), Counts(6, 5, 14))
    low, high = limits(state)
    assert naive_wealth(answers, (low + 100) / 200, up=True) == pytest.approx(40, rel=1e-6)
    assert naive_wealth(answers, (high + 100) / 200, up=False) == pytest.approx(40, rel=1e-6)


@settings(deadline=None, max_examples=50)
@given(three, three)
def test_batches_and_their_order_play_no_part(one: tuple[int, int, int], two: tuple[int, int, int]) -> None:
    forth = update(update(watched_nps(), Counts(*one)), Counts(*two))
    back = update(update(watched_nps(), Counts(*two)), Counts(*one))
    whole = update(watched_nps(), Counts(*(a + b for a, b in zip(one, two, strict=True))))
    assert forth == back == whole


@settings(deadline=None, max_examples=50)
@given(three, st.floats(0.5, 0.99))
def test_upside_down_turns_the_interval(counts: tuple[int, int, int], level: float) -> None:
    low, high = limits(update(watched_nps(), Counts(*counts)), level)
    assert limits(update(watched_nps(), Counts(*counts[::-1])), level) == pytest.approx((-high, -low), abs=1e-6)
    assert -100 <= low <= high <= 100


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 300), st.integers(5, 300), st.floats(-50, 50), st.floats(0.1, 50))
def test_scale_of_the_answers_is_only_a_scale(yes: int, no: int, start: float, step: float) -> None:
    low, high = limits(update(watched_share(), Tally(yes, yes + no)))
    scaled = limits(update(watched_mean((start, start + step)), {start: no, start + step: yes}))
    assert scaled == pytest.approx((start + step * low, start + step * high), abs=1e-6 * step + 1e-9)


@settings(deadline=None, max_examples=50)
@given(three)
def test_more_confidence_and_one_look_only_are_inside_and_outside(counts: tuple[int, int, int]) -> None:
    state = update(watched_nps(), Counts(*counts))
    (low, high), (lower, higher) = limits(state, 0.95), limits(state, 0.99)
    once = nps(*counts)
    assert lower <= low <= high <= higher
    assert once.low is not None and once.high is not None
    assert high - low >= 0.99 * (once.high - once.low)


def test_interval_narrows_as_the_root_of_n() -> None:
    widths = []
    for n in (100, 10_000, 1_000_000):
        low, high = limits(update(watched_share(), Tally(7 * n // 10, n)))
        once = share(7 * n // 10, n)
        assert once.half_width is not None
        widths.append((high - low) / 2 / once.half_width)
    assert max(widths) < 1.85


def test_answers_all_alike_are_not_certainty() -> None:
    low, high = limits(update(watched_share(), Tally(30, 30)))
    assert (round(low, 2), high) == (0.8, 1.0)
    low, high = limits(update(watched_mean((1, 5)), {1: 30}))
    assert (low, round(high, 2)) == (1.0, 1.81)


def test_looking_every_day_for_thirty_days_is_wrong_in_at_most_five_per_cent() -> None:
    a = peeking.days(8, 4000)
    assert 0.22 < peeking.out_once(a).mean() < 0.35
    assert peeking.out_by_betting(a).mean() <= 0.03


def test_a_page_of_twenty_is_wrong_in_at_most_five_per_cent() -> None:
    out = np.zeros(400, dtype=bool)
    for place in range(20):
        out |= peeking.out_by_betting(peeking.days(100 + place, 400), level=page_level(20))
    assert out.mean() <= 0.05


def test_simulation_computes_what_the_package_does() -> None:
    for day in peeking.days(5, 30)[:, 9]:
        low, high = limits(update(watched_nps(), Counts(*map(int, day))))
        for truth in (0.0, 15.0, 30.0, 50.0):
            assert bool(peeking.out_by_betting(day[None, None, :], truth)[0]) == (not low <= truth <= high)


def test_difference_holds_both_and_turns_round() -> None:
    now, then = update(watched_nps(), Counts(50, 100, 350)), update(watched_nps(), Counts(150, 200, 150))
    forth, back = difference(now, then), difference(then, now)
    assert forth.low is not None and forth.high is not None
    assert (back.low, back.high) == (-forth.high, -forth.low)
    assert (forth.value, forth.n, str(forth.method)) == (60, 1000, "betting")
    inner_a, inner_b = limits(now, 0.975), limits(then, 0.975)
    assert (forth.low, forth.high) == (inner_a[0] - inner_b[1], inner_a[1] - inner_b[0])
    assert forth.low > 0


def test_state_lives_through_json() -> None:
    state = update(watched_mean((1, 7)), {7: 3, 4.5: 2})
    assert Watched.from_dict(json.loads(json.dumps(asdict(state)))) == state


def test_too_few_answers_give_no_interval() -> None:
    few = update(watched_share(), Tally(4, 4))
    assert [interval(one).unknown for one in (watched_share(), few)] == [Unknown.NO_ANSWERS, Unknown.TOO_FEW]
    assert difference(update(few, Tally(9, 9)), watched_share()).unknown is Unknown.NO_ANSWERS
    assert difference(few, update(few, Tally(9, 9))).unknown is Unknown.TOO_FEW
    assert update(few, Tally(0, 0)) == few


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: watched_mean((5, 1)),
        lambda: watched_mean((1, INFINITE)),
        lambda: update(watched_mean((1, 5)), {6: 1}),
        lambda: update(watched_mean((1, 5)), {NAN: 1}),
        lambda: update(watched_mean((1, 5)), {3: -1}),
        lambda: update(watched_mean((1, 5)), {3: 0.5}),  # type: ignore[dict-item]
        lambda: update(watched_mean((1, 5)), {3: NAN}),  # type: ignore[dict-item]
        lambda: update(watched_mean((1, 5)), Counts(1, 1, 1)),
        lambda: update(watched_nps(), Tally(1, 1)),
        lambda: update(watched_share(), Tally(3, 2)),
        lambda: update(watched_mean((0, 1)), {i / 500: 1 for i in range(400)}),
        lambda: interval(watched_share(), 95),
        lambda: difference(watched_share(), watched_nps()),
        lambda: page_level(0),
    ],
)
def test_wrong_input_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]


def test_bets_of_a_true_mean_win_nothing_on_average() -> None:
    # The martingale itself, over every sequence of five answers to a yes-or-no with a true share of 0.3.
    mean = 0.0
    for yes in range(6):
        chance = math.comb(5, yes) * 0.3**yes * 0.7 ** (5 - yes)
        mean += chance * naive_wealth([1.0] * yes + [0.0] * (5 - yes), 0.3, up=True)
    assert mean == pytest.approx(1)

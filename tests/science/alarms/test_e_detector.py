"""E-detector: the martingale behind its bound, a naive one, hard run lengths, state in JSON, wrong input."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.alarms.cusum import Alarm, Direction
from fiilis.science.alarms.e_detector import EDetector, Kind, alpha_for, update, watching
from fiilis.science.estimate import Estimate, Unknown
from fiilis.science.metrics import nps, share
from fiilis.science.sums import Counts, Tally
from tests.science import false_alarms

week = st.integers(0, 12).flatmap(lambda n: st.builds(Tally, st.integers(0, n), st.just(n)))


def watched(weeks: list[Tally], state: EDetector) -> tuple[EDetector, list[Alarm]]:
    alarms = []
    for number, answers in enumerate(weeks):
        state, alarm = update(state, f"W{number}", answers)
        if alarm:
            alarms.append(alarm)
    return state, alarms


@settings(deadline=None, max_examples=40)
@given(st.lists(week, max_size=25), st.sampled_from(Kind))
def test_alarms_are_those_of_a_naive_detector(weeks: list[Tally], kind: Kind) -> None:
    _, alarms = watched(weeks, EDetector((0.0, 1.0), 0.7, 0.05, kind=kind))
    stakes = [0.98 * 2 ** (-step / 2) for step in range(12)]
    so_far, expected = [0.0] * 12, []
    for number, answers in enumerate(weeks):
        if answers.n == 0:
            continue
        for i, stake in enumerate(stakes):
            past = so_far[i] + 1 if kind is Kind.SHIRYAEV_ROBERTS else max(so_far[i], 1)
            win, lose = 1 + stake * (1 / 0.3 - 1), 1 - stake
            so_far[i] = past * win ** (answers.n - answers.successes) * lose**answers.successes
        if sum(so_far) / 12 >= 20:
            expected.append(f"W{number}")
            so_far = [0.0] * 12
    assert [one.at for one in alarms] == expected
    assert all(int(one.since[1:]) <= int(one.at[1:]) for one in alarms)


def test_start_is_where_the_likeliest_stake_began_to_win() -> None:
    weeks = [Tally(17, 20)] * 8 + [Tally(0, 0)] + [Tally(11, 20)] * 12
    _, alarms = watched(weeks, EDetector((0.0, 1.0), 0.8, 1 / 208))
    first = alarms[0]
    assert (first.direction, first.since) == (Direction.DOWN, "W9")
    assert int(first.at[1:]) <= 14
    assert first.n == 20 * first.looks
    assert first.total >= first.threshold == pytest.approx(math.log(208))


@settings(deadline=None, max_examples=30)
@given(st.lists(week, max_size=20))
def test_rises_are_drops_upside_down(weeks: list[Tally]) -> None:
    _, down = watched(weeks, EDetector((0.0, 1.0), 0.7, 0.05))
    turned = [Tally(one.n - one.successes, one.n) for one in weeks]
    _, up = watched(turned, EDetector((0.0, 1.0), 0.3, 0.05, Direction.UP))
    assert [(one.at, one.since) for one in up] == [(one.at, one.since) for one in down]
    assert {one.direction for one in up} <= {Direction.UP}


@pytest.mark.parametrize("shares", [(0.2, 0.3, 0.5), (0.0, 0.7, 0.3), (0.35, 0.0, 0.65)])
def test_mean_run_length_is_at_least_one_over_alpha(shares: tuple[float, float, float]) -> None:
    # Any distribution with mean 30 will do; runs that are cut off after 400 looks count as 400.
    counts = np.random.default_rng(3).multinomial(5, shares, size=(800, 400))
    alarms = false_alarms.e_detector(counts, np.full((800, 1), 30.0), alpha=0.02)
    first = np.where(alarms.any(axis=1), alarms.argmax(axis=1) + 1, 400)
    assert first.mean() >= 50


def test_simulation_alarms_where_the_package_does() -> None:
    counts = np.concatenate([false_alarms.weeks(6, 8, 10), false_alarms.weeks(7, 8, 30, (0.35, 0.3, 0.35))], axis=1)
    drawn = false_alarms.e_detector(counts, np.full((8, 1), 25.0), alpha=1 / 208)
    for stream in range(8):
        state, found = EDetector((-100.0, 100.0), 25.0, 1 / 208), []
        for number, one in enumerate(counts[stream]):
            state, alarm = update(state, str(number), Counts(*map(int, one)))
            found += [number] if alarm else []
        assert found == list(np.flatnonzero(drawn[stream])) and found


def test_state_lives_through_json_and_goes_on_the_same() -> None:
    weeks = [Tally(int(yes), 20) for yes in np.random.default_rng(5).binomial(20, 0.6, 40)]
    for kind in Kind:
        fresh = EDetector((0.0, 1.0), 0.75, 0.01, kind=kind)
        state, found = fresh, []
        for number, answers in enumerate(weeks):
            state, alarm = update(state, f"W{number}", answers)
            state = EDetector.from_dict(json.loads(json.dumps(asdict(state))))
            found += [alarm] if alarm else []
        assert (state, found) == watched(weeks, fresh) and found


def test_fresh_state_lives_through_json() -> None:
    state = EDetector((1.0, 5.0), 4.0, 0.01)
    assert EDetector.from_dict(json.loads(json.dumps(asdict(state)))) == state


def test_alarm_of_many_unlikely_starts_names_the_look_itself() -> None:
    state, first = update(EDetector((0.0, 1.0), 0.5, 0.9), "W1", Tally(5, 10))
    state, second = update(state, "W2", Tally(5, 10))
    assert first is None and second is not None
    assert (second.since, second.looks, second.n) == ("W2", 1, 10)


def test_answers_on_any_scale_can_be_watched() -> None:
    state, alarm = update(EDetector((1.0, 5.0), 4.2, 0.01), "W1", {1: 9, 5: 3})
    assert alarm is not None and alarm.since == "W1" and state == EDetector((1.0, 5.0), 4.2, 0.01)


def test_doubt_of_the_baseline_is_on_the_safe_side() -> None:
    baseline = nps(90, 110, 200)
    assert baseline.low is not None and baseline.high is not None
    down = watching(baseline, (-100, 100), 0.01, material=5)
    up = watching(baseline, (-100, 100), 0.01, Direction.UP)
    assert (down.normal, up.normal) == (baseline.low - 5, baseline.high)


def test_five_false_alarms_a_year_over_twenty_touchpoints() -> None:
    assert 1 / alpha_for(5, series=20) == pytest.approx(208)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: EDetector((0.0, 1.0), 1.0, 0.01),
        lambda: EDetector((0.0, 1.0), float("nan"), 0.01),
        lambda: EDetector((0.0, 1.0), 0.5, 0.0),
        lambda: EDetector((0.0, 1.0), 0.5, 1.5),
        lambda: watching(Estimate.missing(Unknown.TOO_FEW, n=3), (0, 1), 0.01),
        lambda: watching(share(100, 100), (0, 1), 0.01, Direction.UP),
        lambda: update(EDetector((0.0, 1.0), 0.5, 0.01), "W1", Tally(5, 3)),
        lambda: update(EDetector((0.0, 1.0), 0.5, 0.01), "W1", {2: 1}),
        lambda: alpha_for(0),
        lambda: alpha_for(60),
        lambda: alpha_for(float("nan")),
    ],
)
def test_wrong_input_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]

"""CUSUM over a stream: a naive one, alarms with their start, unequal weeks, state in JSON, and the simulation."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.alarms.baseline import Baseline
from fiilis.science.alarms.cusum import Alarm, Cusum, Direction, Run, standardised, update
from fiilis.science.sums import Counts, Moments, Tally
from tests.science import false_alarms

NORMAL = Baseline(30.0, 80.0, 0.0, 4000, 100)
week = st.tuples(*[st.integers(0, 30)] * 3)


def watched(weeks: list[Counts], state: Cusum) -> tuple[Cusum, list[Alarm]]:
    alarms = []
    for number, answers in enumerate(weeks):
        state, alarm = update(state, f"W{number}", answers)
        if alarm:
            alarms.append(alarm)
    return state, alarms


@settings(deadline=None, max_examples=60)
@given(st.lists(week, max_size=40))
def test_alarms_are_those_of_a_naive_cusum(weeks: list[tuple[int, int, int]]) -> None:
    _, alarms = watched([Counts(*one) for one in weeks], Cusum(NORMAL))
    up = down = 0.0
    zero_up = zero_down = -1
    expected = []
    for number, (d, p, r) in enumerate(weeks):
        n = d + p + r
        if n == 0:
            continue
        z = (100 * (r - d) / n - 30) / (80 / n**0.5)
        up, down = up + z - 0.5, down - z - 0.5
        if up <= 0:
            up, zero_up = 0.0, number
        if down <= 0:
            down, zero_down = 0.0, number
        if max(up, down) >= 5:
            way, zero = ("down", zero_down) if down >= up else ("up", zero_up)
            first = next(i for i in range(zero + 1, number + 1) if sum(weeks[i]))
            expected.append((way, f"W{number}", f"W{first}"))
            up, down, zero_up, zero_down = 0.0, 0.0, number, number
    assert [(str(one.direction), one.at, one.since) for one in alarms] == expected


@settings(deadline=None, max_examples=40)
@given(st.lists(week, max_size=30))
def test_upside_down_turns_the_alarms(weeks: list[tuple[int, int, int]]) -> None:
    _, forth = watched([Counts(*one) for one in weeks], Cusum(NORMAL))
    _, back = watched([Counts(*one[::-1]) for one in weeks], Cusum(replace(NORMAL, mean=-30.0)))
    turned = {Direction.UP: Direction.DOWN, Direction.DOWN: Direction.UP}
    assert [(turned[one.direction], one.at, one.since, one.n) for one in back] == [
        (one.direction, one.at, one.since, one.n) for one in forth
    ]


def test_alarm_tells_when_the_drop_began_and_from_how_many_answers() -> None:
    quiet, bad = Counts(9, 10, 21), Counts(16, 11, 13)
    state, alarms = watched([quiet] * 6 + [Counts(0, 0, 0)] + [bad] * 3, Cusum(NORMAL))
    (alarm,) = alarms
    assert (alarm.direction, alarm.at, alarm.since) == (Direction.DOWN, "W9", "W7")
    assert (alarm.looks, alarm.n, alarm.threshold) == (3, 120, 5.0)
    assert alarm.total == pytest.approx(3 * (37.5 / (80 / 40**0.5) - 0.5))
    assert (state.up, state.down) == (Run(), Run())


def test_only_drops_are_looked_for_when_asked() -> None:
    good = [Counts(0, 5, 35)] * 8
    assert [one.direction for one in watched(good, Cusum(NORMAL))[1]] == [Direction.UP] * 4
    assert watched(good, Cusum(NORMAL, two_sided=False))[1] == []


def test_weeks_with_few_answers_weigh_less() -> None:
    assert standardised(NORMAL, Counts(4, 0, 0)) == pytest.approx(-130 / 40)
    assert standardised(NORMAL, Counts(16, 0, 0)) == pytest.approx(-130 / 20)
    moving = replace(NORMAL, between=30.0)
    assert standardised(moving, Counts(16, 0, 0)) == pytest.approx(-130 / np.hypot(20, 30))


def test_single_answers_can_be_the_looks() -> None:
    baseline = Baseline.from_answers(Tally(90, 100))
    assert isinstance(baseline, Baseline)
    state, first = Cusum(baseline), ""
    for number, yes in enumerate([1] * 12 + [0, 0, 1, 0]):
        state, alarm = update(state, str(number), Tally(yes, 1))
        first = first or (f"{alarm.since}-{alarm.at}" if alarm else "")
    assert first == "12-15"


def test_state_lives_through_json_and_goes_on_the_same() -> None:
    weeks = [Counts(*map(int, one)) for one in false_alarms.weeks(4, 1, 60, false_alarms.DROPPED)[0]]
    whole = watched(weeks, Cusum(NORMAL, h=4.0, two_sided=False))
    state, found = Cusum(NORMAL, h=4.0, two_sided=False), []
    for number, answers in enumerate(weeks):
        state, alarm = update(state, f"W{number}", answers)
        state = Cusum.from_dict(json.loads(json.dumps(asdict(state))))
        found += [alarm] if alarm else []
    assert (state, found) == whole and len(found) > 3


def test_state_is_small() -> None:
    state, _ = update(Cusum(NORMAL), "2026-W31", Counts(20, 10, 10))
    assert len(json.dumps(asdict(state))) < 400


@pytest.mark.parametrize(
    "answers", [Counts(-1, 5, 5), Tally(5, 3), Moments(9, float("nan"), 9), Moments(5, float("inf"), 9)]
)
def test_impossible_counts_are_refused(answers: Counts) -> None:
    with pytest.raises(ValueError, match="at W9"):
        update(Cusum(NORMAL), "W9", answers)


@pytest.mark.parametrize("wrong", [{"k": -1}, {"h": 0}, {"h": float("nan")}, {"baseline": Baseline(3, 0, 0, 9, 9)}])
def test_senseless_cusum_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Cusum(**({"baseline": NORMAL} | wrong))  # type: ignore[arg-type]


def test_simulation_alarms_where_the_package_does() -> None:
    counts = np.concatenate(
        [false_alarms.weeks(6, 12, 40), false_alarms.weeks(7, 12, 20, false_alarms.DROPPED)], axis=1
    )
    drawn = false_alarms.cusum(counts, np.full((12, 1), 30.0), np.full((12, 1), 80.0))
    for stream in range(12):
        _, alarms = watched([Counts(*map(int, one)) for one in counts[stream]], Cusum(NORMAL))
        assert [int(one.at[1:]) for one in alarms] == list(np.flatnonzero(drawn[stream]))


def test_cusum_cries_wolf_a_hundred_times_less_and_still_finds_the_drop() -> None:
    found = {name: figures for name, *figures in false_alarms.rules(1, 400)}
    last_week, sure, own = (
        found[name]
        for name in ("10 points below last week", "CUSUM, baseline known for certain", "CUSUM, baseline of 52 weeks")
    )
    assert 250 < last_week[0] < 320
    assert 1 < sure[0] < 4 and own[0] <= 5
    assert sure[1] > 0.9 and own[1] > 0.9
    chosen = found["CUSUM, baseline of 12 weeks, h = 6.73"]
    assert chosen[0] < 7 and chosen[1] > 0.7


def test_start_of_a_drop_is_guessed_within_three_weeks_mostly() -> None:
    errors = false_alarms.start_errors(5, 1000)
    assert (abs(errors) <= 3).mean() > 0.8
    assert -2 <= np.median(errors) <= 1

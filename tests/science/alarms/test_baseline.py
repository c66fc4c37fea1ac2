"""Baselines: what quiet weeks say, and what their own uncertainty costs in false alarms."""

import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.alarms.baseline import Baseline, choose_h, false_alarms_a_year, run_length
from fiilis.science.alarms.run_lengths import average_run_length
from fiilis.science.estimate import Unknown
from fiilis.science.sums import Counts, Moments, Tally
from tests.science import false_alarms

NAN = float("nan")


def learned(looks: list[Counts]) -> Baseline:
    baseline = Baseline.from_looks(looks)
    assert isinstance(baseline, Baseline)
    return baseline


def test_weeks_that_differ_by_chance_have_no_spread_of_their_own() -> None:
    counts = false_alarms.weeks(1, 1, 200)[0]
    baseline = learned([Counts(*map(int, week)) for week in counts])
    assert baseline.mean == pytest.approx(30, abs=2)
    assert baseline.spread == pytest.approx(np.sqrt(6100), abs=2)
    assert baseline.between < 4
    assert (baseline.n, baseline.looks) == (int(counts.sum()), 200)


def test_weeks_that_differ_by_more_show_it() -> None:
    chance = np.random.default_rng(2)
    levels = np.clip(chance.normal(20, 15, 300), -65, 65)
    weeks = [chance.multinomial(80, (0.35 - nps / 200, 0.3, 0.35 + nps / 200)) for nps in levels]
    baseline = learned([Counts(*map(int, week)) for week in weeks])
    assert baseline.between == pytest.approx(15, abs=2)
    assert baseline.standard_error(80) == pytest.approx(
        float(np.std([false_alarms.nps(week) for week in weeks])), rel=0.1
    )


def test_equal_weeks_have_the_plain_mean_and_are_worth_their_number() -> None:
    baseline = learned([Counts(8, 12, 20), Counts(10, 10, 20), Counts(7, 13, 20)] * 4)
    assert baseline.mean == pytest.approx(100 * (20 - 25 / 3) / 40)
    assert baseline.worth(40) == pytest.approx(12)
    assert Baseline(30, 80, 6, 1200, 12).worth(100) == pytest.approx(12)


def test_single_answers_are_looks_of_their_own() -> None:
    baseline = Baseline.from_answers(Tally(80, 100))
    assert isinstance(baseline, Baseline)
    assert (baseline.mean, baseline.between, baseline.looks) == (0.8, 0, 100)
    assert baseline.spread == pytest.approx(np.sqrt(0.16 * 100 / 99))


def test_baseline_lives_through_json() -> None:
    baseline = learned([Counts(8, 12, 20), Counts(10, 10, 20)] * 4)
    assert Baseline.from_dict(json.loads(json.dumps(asdict(baseline)))) == baseline


@pytest.mark.parametrize(
    ("looks", "why"),
    [
        ([], Unknown.NO_ANSWERS),
        ([Tally(0, 0)] * 20, Unknown.NO_ANSWERS),
        ([Tally(3, 5)] * 7, Unknown.TOO_FEW),
        ([Tally(1, 1)] * 20, Unknown.TOO_FEW),
        ([Tally(5, 5)] * 20, Unknown.NO_SPREAD),
        ([Tally(3, 5)] * 9 + [Tally(5, 3)], Unknown.INVALID),
        ([Moments(9, NAN, 9)] * 9, Unknown.INVALID),
    ],
)
def test_baseline_that_cannot_be_learned_says_why(looks: list[Tally], why: Unknown) -> None:
    assert Baseline.from_looks(looks) is why


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        (Tally(0, 0), Unknown.NO_ANSWERS),
        (Tally(3, 6), Unknown.TOO_FEW),
        (Tally(9, 9), Unknown.NO_SPREAD),
        (Counts(-1, 5, 5), Unknown.INVALID),
    ],
)
def test_answers_that_are_no_baseline_say_why(answers: Tally, why: Unknown) -> None:
    assert Baseline.from_answers(answers) is why


def test_known_baseline_has_one_run_length() -> None:
    sure = run_length(5)
    assert sure.planned == sure.low == sure.high == pytest.approx(465.4, abs=0.1)
    assert run_length(5, two_sided=False).planned == pytest.approx(average_run_length(5))


def test_learned_baseline_agrees_with_a_naive_average_over_baselines() -> None:
    chance = np.random.default_rng(3)
    offs = chance.normal(0, 1 / np.sqrt(26), 400)
    ratios = np.sqrt(chance.chisquare(60, 400) / 60)
    lengths = [
        1 / (1 / average_run_length(5 * r, 0.5 * r, off * r) + 1 / average_run_length(5 * r, 0.5 * r, -off * r))
        for off, r in zip(offs, ratios, strict=True)
    ]
    learned_from = run_length(5, baseline_looks=26, spread_df=60)
    assert learned_from.rate == pytest.approx(float(np.mean(1 / np.array(lengths))), rel=0.1)
    low, high = np.quantile(lengths, (0.025, 0.975))
    assert (learned_from.low, learned_from.high) == pytest.approx((low, high), rel=0.25)


def test_false_alarms_are_as_many_as_the_simulation_draws() -> None:
    # 2,000 streams of a year, baseline of 12 weeks: a year over 20 touchpoints has the computed false alarms.
    quiet = false_alarms.weeks(1, 2000, 104)
    drawn = false_alarms.a_year(false_alarms.cusum(quiet, *false_alarms.learned(4, 2000, 12)))
    computed = false_alarms_a_year(run_length(5, baseline_looks=12).rate, series=20)
    assert drawn == pytest.approx(computed, rel=0.1)


@settings(deadline=None, max_examples=10)
@given(st.floats(2, 6), st.floats(4, 500))
def test_longer_baselines_cost_fewer_false_alarms(h: float, looks: float) -> None:
    short, long = run_length(h, baseline_looks=looks), run_length(h, baseline_looks=2 * looks)
    assert short.planned == long.planned
    assert 1 / long.planned <= long.rate * (1 + 1e-9) <= short.rate * (1 + 1e-8)
    assert short.low <= long.low * (1 + 1e-9) and long.low <= long.high <= long.planned * (1 + 1e-9)


@pytest.mark.parametrize("looks", [12.0, 52.0, float("inf")])
def test_chosen_threshold_keeps_five_false_alarms_a_year_over_twenty_touchpoints(looks: float) -> None:
    h = choose_h(5, series=20, baseline_looks=looks)
    kept, broken = (false_alarms_a_year(run_length(one, baseline_looks=looks).rate, series=20) for one in (h, h - 0.02))
    assert kept <= 5 < broken


@pytest.mark.parametrize("wishes", [{"at_most": 0}, {"at_most": NAN}, {"at_most": 5, "series": 0}])
def test_senseless_wish_is_refused(wishes: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        choose_h(**wishes)  # type: ignore[arg-type]


def test_wish_that_no_threshold_fulfils_is_refused() -> None:
    with pytest.raises(ValueError, match="learn it for longer"):
        choose_h(0.001, series=1000, baseline_looks=1)


@pytest.mark.parametrize("wrong", [{"baseline_looks": 0}, {"spread_df": NAN}, {"level": 95}])
def test_wrong_doubt_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        run_length(5, **wrong)  # type: ignore[arg-type]

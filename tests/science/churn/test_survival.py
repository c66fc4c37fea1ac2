"""Survival: R's survfit on the telephone customers, published leukaemia data, lifelines, and naive loops."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.churn.lifetable import LifeTable
from fiilis.science.churn.survival import (
    Scale,
    compare_restricted_means,
    kaplan_meier,
    log_rank,
    restricted_mean,
    stay_time,
    survival_at,
)
from fiilis.science.estimate import Method, Unknown
from fiilis.science.verdicts import Verdict
from tests.science.churn.data import telco, telco_rows
from tests.science.tables import rows

# Weeks to relapse under 6-mercaptopurine and placebo: Freireich et al. 1963, the textbooks' example.
TREATED = LifeTable.from_arrays(
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
)
PLACEBO = LifeTable.from_arrays([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23], [1] * 21)
NOBODY_LEFT = LifeTable.from_arrays([3, 6, 12], [0, 0, 0], count=[10, 10, 20])


@pytest.mark.parametrize("row", rows("telco_km.csv"), ids=lambda row: f"{row['group']} {row['t']}")
def test_curve_equals_survfit(row: dict[str, str]) -> None:
    contract = None if row["group"] == "all" else row["group"].removeprefix("Contract=")
    curve = kaplan_meier(telco(contract))
    place = curve.place(float(row["t"]))
    found = (curve.survival[place], curve.errors[place], curve.low[place], curve.high[place])
    assert found == pytest.approx([float(row[name]) for name in ("surv", "se", "lo", "hi")], abs=1e-12)
    assert curve.at_risk[place] == int(row["n_risk"])


def test_leukaemia_curve_equals_the_published_one() -> None:
    curve = kaplan_meier(TREATED)
    shares = [round(survival_at(curve, week).value, 3) for week in (6, 7, 10, 13, 16, 22, 23)]
    assert shares == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    # R's survfit: 23 (16, NA) and 8 (4, 12).
    medians = [stay_time(one) for one in (curve, kaplan_meier(PLACEBO))]
    assert [(one.value, one.low, one.high) for one in medians] == [(23, 16, None), (8, 4, 12)]
    test = log_rank([TREATED, PLACEBO])
    assert (round(test.statistic, 2), test.left, [round(e, 2) for e in test.expected]) == (
        16.79, (9, 21), [19.25, 10.75],
    )  # fmt: skip
    assert test.p == pytest.approx(4.17e-5, rel=1e-2)


@pytest.mark.parametrize("scale", Scale)
def test_curve_equals_lifelines(scale: Scale) -> None:
    from lifelines import KaplanMeierFitter

    months, left, _ = telco_rows()
    theirs = KaplanMeierFitter().fit(months, left)
    ours = kaplan_meier(LifeTable.from_arrays(months, left), scale=scale)
    assert theirs.survival_function_.iloc[1:, 0].to_numpy() == pytest.approx(ours.survival, abs=1e-12)
    if scale is Scale.LOG_LOG:
        limits = theirs.confidence_interval_.iloc[1:].to_numpy().T
        assert np.array([ours.low, ours.high]) == pytest.approx(limits, abs=1e-12)


def test_log_rank_of_three_groups_equals_lifelines() -> None:
    from lifelines.statistics import multivariate_logrank_test

    months, left, contract = telco_rows()
    theirs = multivariate_logrank_test(months, contract, left)
    ours = log_rank([telco(name) for name in ("Month-to-month", "One year", "Two year")])
    assert (ours.statistic, ours.df, ours.n) == (pytest.approx(theirs.test_statistic, rel=1e-9), 2, 7032)
    assert ours.p == pytest.approx(theirs.p_value, rel=1e-6)


def test_restricted_mean_equals_lifelines() -> None:
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    months, left, _ = telco_rows()
    fitted = KaplanMeierFitter().fit(months, left)
    assert restricted_mean(telco(), 36).value == pytest.approx(restricted_mean_survival_time(fitted, 36), abs=1e-9)


def test_restricted_mean_equals_the_published_one() -> None:
    # R's survRM2 on the same data, 22 weeks (area under the steps by hand; variance by Greenwood's sum over them).
    curve = kaplan_meier(TREATED)
    steps = [0.0, *(time for time in curve.times if time < 22), 22.0]
    heights = [1.0, *(share for time, share in zip(curve.times, curve.survival, strict=True) if time < 22)]
    area = sum(height * (end - start) for height, start, end in zip(heights, steps, steps[1:], strict=False))
    variance = 0.0
    for time, left, risk in zip(TREATED.times, TREATED.left, curve.at_risk, strict=True):
        if time < 22 and left:
            rest = sum(
                height * (end - max(start, time))
                for height, start, end in zip(heights, steps, steps[1:], strict=False)
                if end > time
            )
            variance += rest**2 * left / (risk * (risk - left))
    estimate = restricted_mean(TREATED, 22)
    assert estimate.value == pytest.approx(area, abs=1e-12)
    assert estimate.low == pytest.approx(area - 1.959963985 * math.sqrt(variance), abs=1e-8)
    assert estimate.method is Method.RMST


lives = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=5, max_size=60)


def table_of(people: list[tuple[int, bool]]) -> LifeTable:
    return LifeTable.from_arrays([time for time, _ in people], [left for _, left in people])


@given(lives)
def test_curve_equals_a_loop_over_customers_and_never_rises(people: list[tuple[int, bool]]) -> None:
    curve = kaplan_meier(table_of(people))
    share = 1.0
    for place, time in enumerate(curve.times):
        followed = sum(other >= time for other, _ in people)
        share *= 1 - sum(other == time and left for other, left in people) / followed
        assert curve.at_risk[place] == followed
        assert curve.survival[place] == pytest.approx(share, abs=1e-12)
        assert 0 <= curve.low[place] <= curve.survival[place] + 1e-12 <= curve.high[place] + 2e-12 <= 1 + 3e-12
    assert list(curve.survival) == sorted(curve.survival, reverse=True)


@given(lives, st.sampled_from(Scale))
def test_without_censoring_the_curve_is_the_share_left(people: list[tuple[int, bool]], scale: Scale) -> None:
    curve = kaplan_meier(table_of([(time, True) for time, _ in people]), scale=scale)
    for time in curve.times:
        estimate = survival_at(curve, time)
        assert estimate.value == pytest.approx(sum(other > time for other, _ in people) / len(people), abs=1e-12)
        assert 0 <= estimate.low <= estimate.high <= 1


@given(lives, st.integers(1, 1000))
@settings(max_examples=30)
def test_unit_of_time_changes_nothing_but_times(people: list[tuple[int, bool]], unit: int) -> None:
    plain, scaled = table_of(people), table_of([(time * unit, left) for time, left in people])
    assert kaplan_meier(plain).survival == kaplan_meier(scaled).survival
    mine, theirs = restricted_mean(plain, 3), restricted_mean(scaled, 3 * unit)
    assert mine.unknown == theirs.unknown
    if mine.value is not None:
        assert theirs.value == pytest.approx(mine.value * unit)
        assert theirs.high == pytest.approx(mine.high * unit)


@given(lives, lives)
@settings(max_examples=50)
def test_order_of_groups_changes_no_test(first: list[tuple[int, bool]], second: list[tuple[int, bool]]) -> None:
    a, b = table_of(first), table_of(second)
    one, other = log_rank([a, b]), log_rank([b, a])
    assert one.unknown == other.unknown
    if one.unknown is None:
        assert one.statistic == pytest.approx(other.statistic, abs=1e-9)
        assert sum(one.expected) == pytest.approx(sum(one.left))
    there, back = compare_restricted_means(a, b, 2), compare_restricted_means(b, a, 2)
    # With two reasons the first group's is told.
    assert (there.delta is None) == (back.delta is None)
    if there.delta is not None:
        assert (there.delta, there.low) == (pytest.approx(-back.delta), pytest.approx(-back.high))


def test_log_rank_of_equal_groups_rejects_one_in_twenty() -> None:
    rng = np.random.default_rng(1)
    rejected = 0
    for _ in range(400):
        tables = []
        for _ in range(2):
            stay, followed = rng.exponential(10, 60), rng.uniform(2, 20, 60)
            tables.append(LifeTable.from_arrays(np.minimum(stay, followed), stay <= followed))
        rejected += log_rank(tables).p < 0.05
    assert rejected == pytest.approx(20, abs=13)


def test_before_anybody_left_the_interval_is_not_certainty() -> None:
    estimate = survival_at(kaplan_meier(telco("Two year")), 6)
    assert (estimate.value, estimate.high, estimate.method) == (1, 1, Method.WORST_CASE)
    # None of the 1,674 then followed: Wilson's upper limit.
    assert 1 - estimate.low == pytest.approx(3.8415 / (1674 + 3.8415), abs=1e-7)
    assert survival_at(kaplan_meier(telco()), 0.5).method is Method.WORST_CASE


def test_after_the_last_has_left_the_upper_limit_stays() -> None:
    curve = kaplan_meier(PLACEBO)
    estimate = survival_at(curve, 23)
    assert (estimate.value, estimate.low, estimate.high) == (0, 0, curve.high[-2])
    at_once = survival_at(kaplan_meier(LifeTable((2.0,), (10,), (0,))), 2)
    assert (at_once.value, at_once.low, round(at_once.high, 3)) == (0, 0, 0.278)


def test_median_not_reached_is_a_named_reason() -> None:
    median = stay_time(kaplan_meier(telco()))
    assert (median.value, median.low, median.high, median.unknown) == (None, None, None, Unknown.NOT_REACHED)
    # A quarter has left after 35 months: R's quantile of the same curve is 35 as well.
    quarter = stay_time(kaplan_meier(telco()), left=0.25)
    assert quarter.value == min(
        time for time, share in zip(kaplan_meier(telco()).times, kaplan_meier(telco()).survival, strict=True)
        if share < 0.75
    )  # fmt: skip
    assert quarter.low < quarter.value < quarter.high


def test_median_where_the_curve_runs_at_a_half_is_the_middle_of_the_run() -> None:
    table = LifeTable.from_arrays([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 1, 1])
    assert stay_time(kaplan_meier(table)).value == 4
    stays = LifeTable.from_arrays([1, 2, 3, 9, 9, 9], [1, 1, 1, 0, 0, 0])
    assert stay_time(kaplan_meier(stays)).value == 3


def test_restricted_mean_while_nobody_has_left_is_the_window_with_the_worst_case() -> None:
    estimate = restricted_mean(NOBODY_LEFT, 12)
    assert (estimate.value, estimate.high, estimate.method) == (12, 12, Method.WORST_CASE)
    assert 10 < estimate.low < 12
    assert compare_restricted_means(NOBODY_LEFT, TREATED, 12).unknown is Unknown.NO_SPREAD


def test_restricted_means_of_treatment_and_placebo_differ() -> None:
    gain = compare_restricted_means(TREATED, PLACEBO, 22)
    assert gain.delta == pytest.approx(restricted_mean(TREATED, 22).value - restricted_mean(PLACEBO, 22).value)
    assert gain.low > 0
    # Under 30 in a group there is no arrow.
    assert (gain.verdict, gain.method) == (Verdict.NOT_KNOWN, Method.RMST)
    contracts = compare_restricted_means(telco("One year"), telco("Month-to-month"), 24, margin=1)
    assert contracts.verdict is Verdict.BETTER


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (LifeTable((), (), ()), Unknown.NO_ANSWERS),
        (LifeTable.from_arrays([], []), Unknown.NO_ANSWERS),
        (LifeTable.from_arrays([3], [1]), Unknown.TOO_FEW),
        (LifeTable.from_arrays([math.nan] * 9, [1] * 9), Unknown.INVALID),
        (LifeTable.from_arrays([math.inf, 1, 2, 3, 4], [1] * 5), Unknown.INVALID),
        (LifeTable.from_arrays([-1, 1, 2, 3, 4], [1] * 5), Unknown.INVALID),
        (LifeTable((1.0, 2.0), (5,), (5, 5)), Unknown.INVALID),
        (LifeTable((2.0, 1.0), (5, 5), (5, 5)), Unknown.INVALID),
        (LifeTable((1.0, 2.0), (5, -5), (5, 5)), Unknown.INVALID),
    ],
)
def test_degenerate_tables_have_a_named_reason(table: LifeTable, why: Unknown) -> None:
    curve = kaplan_meier(table)
    assert (curve.unknown, curve.survival) == (why, ())
    assert survival_at(curve, 1).unknown is why
    assert stay_time(curve).unknown is why
    assert restricted_mean(table, 1).unknown is why
    assert compare_restricted_means(table, TREATED, 1).unknown is why
    assert log_rank([TREATED, table]).unknown is why


def test_time_beyond_anybody_followed_is_a_named_reason() -> None:
    assert survival_at(kaplan_meier(TREATED), 35.1).unknown is Unknown.BEYOND_DATA
    assert restricted_mean(TREATED, 36).unknown is Unknown.BEYOND_DATA
    assert compare_restricted_means(TREATED, PLACEBO, 30).unknown is Unknown.BEYOND_DATA


def test_log_rank_without_departures_or_overlap_has_a_named_reason() -> None:
    assert log_rank([NOBODY_LEFT, NOBODY_LEFT]).unknown is Unknown.NO_EVENTS
    early, late = LifeTable((1.0,), (0,), (9,)), LifeTable((1.5, 2.0), (4, 5), (0, 0))
    found = log_rank([early, late])
    assert (found.unknown, found.statistic, found.p, found.n) == (Unknown.NO_SPREAD, None, None, 18)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: LifeTable.from_arrays([1, 2], [1]),
        lambda: LifeTable.from_arrays([[1, 2]], [[1, 0]]),
        lambda: LifeTable.from_arrays([1, 2], [1, 2]),
        lambda: LifeTable.from_arrays([1, 2], [1, math.nan]),
        lambda: kaplan_meier(TREATED, level=95),
        lambda: survival_at(kaplan_meier(TREATED), -1),
        lambda: survival_at(kaplan_meier(TREATED), math.nan),
        lambda: stay_time(kaplan_meier(TREATED), left=1),
        lambda: restricted_mean(TREATED, 0),
        lambda: compare_restricted_means(TREATED, PLACEBO, 10, margin=0),
        lambda: log_rank([TREATED]),
    ],
)
def test_wrong_wishes_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"length|left|level|negative|share|window|margin|groups"):
        wrong()  # type: ignore[operator]

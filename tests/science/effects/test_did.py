"""Difference-in-differences against statsmodels, a published table, simulation and its own symmetries."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.did import NEVER, difference_in_differences, two_by_two
from fiilis.science.effects.wild import wild_bootstrap
from fiilis.science.estimate import Unknown
from fiilis.science.sums import ClusterSums, Moments

Panel = tuple[np.ndarray, np.ndarray, np.ndarray]


def panel(groups: int, periods: int, seed: int = 1, answers: int = 1) -> Panel:
    random = np.random.default_rng(seed)
    group = np.repeat(np.arange(groups), periods * answers)
    period = np.tile(np.repeat(np.arange(periods), answers), groups)
    level, season = random.normal(size=groups) * 5, random.normal(size=periods) * 3
    shock = random.normal(size=(groups, periods))
    return 50 + level[group] + season[period] + shock[group, period] + random.normal(size=len(group)), group, period


def moments(n: int, mean: float, error: float) -> Moments:
    """Sums of n scores with that mean and standard error of the mean."""
    return Moments(n, n * mean, (n - 1) * n * error**2 + n * mean**2)


def dates(groups: int, changed: int, at: float) -> dict[object, float]:
    return {group: at if group < changed else NEVER for group in range(groups)}


def test_published_for_card_and_krueger() -> None:
    # Card & Krueger 1994, table 3, rows 1-3: New Jersey 20.44 (0.51) -> 21.03 (0.52), Pennsylvania 23.33 (1.35) ->
    # 21.17 (0.94); difference in differences 2.76 (1.36 when stores are told apart; independent, as here, 1.80).
    cells = [moments(321, 21.03, 0.52), moments(321, 20.44, 0.51), moments(77, 21.17, 0.94), moments(77, 23.33, 1.35)]
    effect = two_by_two(*cells)
    assert effect.estimate.value == pytest.approx(2.75, abs=0.02)
    assert effect.estimate.half_width == pytest.approx(1.97 * 1.80, rel=0.01)
    assert effect.breaks_if[0] is Threat.FEW_GROUPS
    assert Assumption.INDEPENDENT_ANSWERS in effect.assumes


def test_two_by_two_of_clusters_agrees_with_plain_sums() -> None:
    random = np.random.default_rng(1)
    scores = [random.normal(mean, 1, 30) for mean in (4, 3, 3, 3)]
    plain = two_by_two(*(Moments(30, float(y.sum()), float((y * y).sum())) for y in scores))
    summed = two_by_two(*(ClusterSums.from_arrays(y) for y in scores))
    assert plain.estimate.value == pytest.approx(summed.estimate.value)
    assert plain.estimate.half_width == pytest.approx(summed.estimate.half_width)


def test_two_by_two_turned_round_is_its_opposite() -> None:
    a, b, c, d = (moments(40, mean, 0.2) for mean in (4, 3.5, 3.7, 3.6))
    one, other = two_by_two(a, b, c, d).estimate, two_by_two(c, d, a, b).estimate
    assert (one.value, one.low) == pytest.approx((-other.value, -other.high))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (Moments(0, 0, 0), Unknown.NO_ANSWERS),
        (Moments(1, 3, 9), Unknown.TOO_FEW),
        (Moments(30, 90, 270), Unknown.NO_SPREAD),
        (Moments(30, float("nan"), 270), Unknown.INVALID),
    ],
)
def test_two_by_two_names_its_reason(cell: Moments, why: Unknown) -> None:
    fine = moments(40, 3, 0.2)
    for place in range(4):
        cells = [fine] * 4
        cells[place] = cell
        effect = two_by_two(*cells)
        assert (effect.estimate.unknown, effect.p) == (why, None)


def test_many_groups_agree_with_statsmodels() -> None:
    import statsmodels.api as sm

    y, group, period = panel(50, 6, answers=3)
    after = ((group < 20) & (period >= 3)).astype(float)
    x = np.column_stack([after, np.eye(50)[group], np.eye(6)[period][:, 1:]])
    theirs = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": group})
    effect = difference_in_differences(y, group, period, dates(50, 20, 3))
    assert effect.method == "difference_in_differences"
    assert effect.estimate.value == pytest.approx(theirs.params[0], rel=1e-9)
    assert effect.estimate.half_width == pytest.approx(2.009575 * theirs.bse[0], rel=1e-6)


def test_weights_count_like_repeated_answers() -> None:
    y, group, period = panel(45, 5)
    times = np.random.default_rng(2).integers(1, 4, len(y))
    repeated = difference_in_differences(*(np.repeat(part, times) for part in (y, group, period)), dates(45, 15, 2))
    weighted = difference_in_differences(y, group, period, dates(45, 15, 2), weights=times)
    assert weighted.estimate.value == pytest.approx(repeated.estimate.value, rel=1e-9)
    assert weighted.estimate.half_width == pytest.approx(repeated.estimate.half_width, rel=0.2)


def test_staggered_changes_are_each_held_against_the_never_changed() -> None:
    # Effects that grow with time: plain two-way effects would use early changed groups as comparison and halve it.
    y, group, period = panel(60, 10, seed=3)
    start = {g: 3.0 if g < 20 else 6.0 if g < 40 else NEVER for g in range(60)}
    since = np.maximum(0, period - np.array([start[int(g)] for g in group]) + 1)
    effect = difference_in_differences(y + 2 * since, group, period, start)
    mean = np.average([2 * np.arange(1, 8).mean(), 2 * np.arange(1, 5).mean()], weights=[2.1, 2.4])
    assert effect.estimate.value == pytest.approx(mean, abs=1)
    naive = [
        difference_in_differences(
            (y + 2 * since)[pick], group[pick], period[pick], {g: start[g] for g in np.unique(group[pick])}
        ).estimate.value
        for pick in ((group < 20) | (group >= 40), group >= 20)
    ]
    assert effect.estimate.value == pytest.approx(np.average(naive, weights=[2.1, 2.4]), abs=1e-6)  # type: ignore[arg-type]


@pytest.mark.parametrize(("groups", "changed"), [(8, 4), (14, 5)])
def test_few_groups_without_change_are_held_in_about_95_of_100(groups: int, changed: int) -> None:
    held = 0
    for seed in range(40):
        effect = difference_in_differences(*panel(groups, 6, seed), dates(groups, changed, 3), seed=seed)
        assert effect.method == "wild_bootstrap"
        assert effect.estimate.low is not None
        assert effect.estimate.high is not None
        held += effect.estimate.low <= 0 <= effect.estimate.high
    assert held >= 34


def test_few_changed_among_many_go_by_the_wild_bootstrap_too() -> None:
    few = difference_in_differences(*panel(44, 4), dates(44, 3, 2))
    assert few.method == "wild_bootstrap"
    assert few.breaks_if[0] is Threat.FEW_GROUPS
    assert difference_in_differences(*panel(44, 4), dates(44, 10, 2)).method == "difference_in_differences"


def test_interval_and_p_of_the_wild_bootstrap_agree() -> None:
    y, group, period = panel(12, 6)
    after = (group < 5) & (period >= 3)
    effect = difference_in_differences(y + 2 * after, group, period, dates(12, 5, 3))
    assert effect.estimate.low is not None
    at_the_end = difference_in_differences(y + (2 - effect.estimate.low) * after, group, period, dates(12, 5, 3))
    assert at_the_end.p == pytest.approx(0.05, abs=0.002)


def test_groups_that_drift_apart_are_seen_before_the_change() -> None:
    y, group, period = panel(50, 8)
    calm = difference_in_differences(y, group, period, dates(50, 25, 5)).details
    drifting = difference_in_differences(y + (group < 25) * period, group, period, dates(50, 25, 5)).details
    assert calm is not None
    assert drifting is not None
    assert calm.p is not None
    assert calm.p > 0.05
    assert drifting.p is not None
    assert drifting.p < 0.001
    assert drifting.drift.value == pytest.approx(1, abs=0.3)
    assert (drifting.changed_groups, drifting.other_groups) == (25, 25)


def test_pre_trend_of_two_periods_is_unknown() -> None:
    details = difference_in_differences(*panel(50, 5), dates(50, 25, 2)).details
    assert details is not None
    assert (details.drift.unknown, details.p) == (Unknown.NO_BEFORE, None)


def test_pre_trend_without_noise_is_unknown() -> None:
    y, group, period = panel(45, 8)
    flat = np.where(period < 5, 3.0, y)
    details = difference_in_differences(flat, group, period, dates(45, 20, 5)).details
    assert details is not None
    assert details.drift.unknown is Unknown.NO_SPREAD


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.floats(0.1, 20), st.floats(-50, 50), st.floats(-3, 3))
def test_scale_shift_and_common_trend_pass_through(seed: int, scale: float, shift: float, trend: float) -> None:
    y, group, period = panel(42, 5, seed)
    one = difference_in_differences(y, group, period, dates(42, 20, 3)).estimate
    other = difference_in_differences(y * scale + shift + trend * period, group, period, dates(42, 20, 3)).estimate
    expected = [part * scale for part in (one.value, one.low, one.high) if part is not None]
    assert [other.value, other.low, other.high] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_names_and_order_of_groups_do_not_matter() -> None:
    y, group, period = panel(12, 6)
    names = [f"shop {11 - g}" for g in group]
    order = np.random.default_rng(1).permutation(len(y))
    one = difference_in_differences(y, group, period, dates(12, 5, 3))
    other = difference_in_differences(
        y[order],
        [names[place] for place in order],
        period[order],
        {f"shop {11 - g}": 3 if g < 5 else NEVER for g in range(12)},
    )
    assert other.estimate.value == pytest.approx(one.estimate.value, rel=1e-9)
    # The draws fall on the groups in their order, so the ends agree as far as 1,999 draws do.
    assert other.estimate.half_width == pytest.approx(one.estimate.half_width, rel=0.1)


FEW: Panel = panel(6, 4)


@pytest.mark.parametrize(
    ("data", "changed", "why"),
    [
        (([], [], []), {}, Unknown.NO_ANSWERS),
        (([1.0], [0], [0]), dates(6, 3, 2), Unknown.TOO_FEW),
        (FEW, dates(6, 6, 2), Unknown.NO_COMPARISON),
        (FEW, dates(6, 0, 2), Unknown.NO_AFTER),
        (FEW, dates(6, 3, 9), Unknown.NO_AFTER),
        (FEW, dates(6, 3, 0), Unknown.NO_BEFORE),
        (FEW, dates(6, 1, 2), Unknown.ONE_CLUSTER),
        (FEW, dates(6, 5, 2), Unknown.ONE_CLUSTER),
        ((FEW[0] * np.nan, *FEW[1:]), dates(6, 3, 2), Unknown.INVALID),
        ((FEW[0] + np.inf, *FEW[1:]), dates(6, 3, 2), Unknown.INVALID),
        (FEW, {g: float("nan") for g in range(6)}, Unknown.INVALID),
        ((FEW[0] * 0 + 3, *FEW[1:]), dates(6, 3, 2), Unknown.NO_SPREAD),
    ],
)
def test_unusable_panels_have_their_reason(data: Any, changed: Any, why: Unknown) -> None:
    effect = difference_in_differences(*data, changed)
    assert (effect.estimate.unknown, effect.p) == (why, None)


def test_answers_of_no_weight_are_not_there() -> None:
    y, group, period = panel(45, 5)
    none = difference_in_differences(y, group, period, dates(45, 15, 2), weights=np.zeros(len(y)))
    assert none.estimate.unknown is Unknown.ZERO_WEIGHT
    weights = (group != 44).astype(float)
    without = difference_in_differences(
        *(part[group != 44] for part in (y, group, period)), {g: 2 if g < 15 else NEVER for g in range(44)}
    )
    assert difference_in_differences(
        y, group, period, dates(45, 15, 2), weights=weights
    ).estimate.value == pytest.approx(without.estimate.value)


def test_group_that_is_changed_after_the_last_answer_shows_nothing() -> None:
    y, group, period = panel(12, 4)
    effect = difference_in_differences(y, group, period, dates(12, 1, 2) | {1: 40.0})
    assert effect.estimate.unknown is Unknown.ONE_CLUSTER


def test_changed_seen_only_when_others_are_not_is_collinear() -> None:
    y, group, period = panel(6, 4)
    # The changed answered once each: their group's effect takes it all.
    keep = (group >= 3) | (period == np.where(group == 0, 1, 2))
    effect = difference_in_differences(y[keep], group[keep], period[keep], dates(6, 3, 2))
    assert effect.estimate.unknown is Unknown.COLLINEAR


def test_groups_too_few_to_bound_the_effect_say_so() -> None:
    y, group, period = panel(4, 4, seed=2)
    effect = difference_in_differences(y, group, period, dates(4, 2, 2), level=0.999)
    assert effect.estimate.unknown is Unknown.ONE_CLUSTER


def test_many_groups_that_cancel_exactly_have_no_spread() -> None:
    # Each group's residuals cancel against its own column: sums of 0 would give an interval of no width.
    group, period = np.repeat(np.arange(44), 4), np.tile(np.arange(4), 44)
    y = np.where(period % 2 == 0, 1.0, -1.0) * np.where(group % 2 == 0, 1, -1)
    effect = difference_in_differences(y, group, period, {g: 2 if g < 22 else NEVER for g in range(44)})
    assert effect.estimate.unknown is Unknown.NO_SPREAD


def test_wild_bootstrap_of_cancelling_groups_has_no_spread() -> None:
    x = np.array([0.5, 0.5, -0.5, -0.5])
    y = np.array([1.0, -1.0, 1.0, -1.0])
    assert wild_bootstrap(y, x, x[:, None], np.array([0, 0, 1, 1])) is Unknown.NO_SPREAD


def test_wrong_shapes_and_missing_dates_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        difference_in_differences([1.0, 2.0], [1], [1, 2], {1: 2})
    with pytest.raises(ValueError, match="no word on when"):
        difference_in_differences([1.0, 2.0], ["a", "b"], [1, 2], {"a": 2})

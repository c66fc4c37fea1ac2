"""Raking: published tables, R's survey package, a loop over the table, and what can't be raked."""

from collections.abc import Hashable
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Estimate, Method, Unknown
from fiilis.science.quantiles import t_quantile
from fiilis.science.raking import Margin, Raked, Regress, rake, raked_mean, raked_nps, raked_share
from fiilis.science.strata import GroupSums, poststratified_mean
from fiilis.science.sums import ClusterSums
from tests.science.tables import rows

Table = list[list[float]]


def people(table: Table) -> tuple[dict[str, Any], np.ndarray]:
    """One answer a cell, its weight the cell's count."""
    counts = np.array(table, dtype=float)
    row, column = np.indices(counts.shape)
    return {"row": row.ravel(), "column": column.ravel()}, counts.ravel()


def margin(name: str, targets: list[float]) -> Margin:
    return Margin(name, dict(enumerate(targets)))


def raked_table(table: Table, row_totals: list[float], column_totals: list[float]) -> np.ndarray:
    answers, counts = people(table)
    raked = rake(answers, [margin("row", row_totals), margin("column", column_totals)], counts)
    assert raked.weights is not None
    return np.asarray(raked.weights.reshape(np.shape(table)))


def naive(table: Table, row_totals: list[float], column_totals: list[float]) -> np.ndarray:
    """Deming and Stephan's loop: scale the rows, scale the columns, again."""
    fitted = np.array(table, dtype=float)
    before = np.zeros_like(fitted)
    while np.abs(fitted - before).max() > 1e-12:
        before = fitted.copy()
        for r, total in enumerate(row_totals):
            fitted[r] *= total / fitted[r].sum()
        for c, total in enumerate(column_totals):
            fitted[:, c] *= total / fitted[:, c].sum()
    return fitted


def test_textbook_table_is_raked_as_printed() -> None:
    # The worked example of "Iterative proportional fitting" in Wikipedia.
    table: Table = [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]]
    fitted = raked_table(table, [150, 300, 400, 150], [200, 300, 400, 100])
    printed = [
        [64.61, 46.28, 35.42, 3.83],
        [49.95, 68.15, 156.49, 25.37],
        [56.70, 144.40, 145.06, 53.76],
        [28.74, 41.18, 63.03, 17.03],
    ]
    # Printed after three rounds; ours is the limit.
    assert fitted == pytest.approx(np.array(printed), abs=0.25)
    assert fitted == pytest.approx(naive(table, [150, 300, 400, 150], [200, 300, 400, 100]), rel=1e-8)


def test_weights_are_those_of_kalton_and_flores_cervantes() -> None:
    # Kalton & Flores-Cervantes 2003, Journal of Official Statistics 19, table B; a in rows, b in columns.
    sample: Table = [[20, 40, 40], [50, 140, 310], [100, 50, 50], [30, 100, 70]]
    population = np.array([[80, 40, 55], [60, 150, 340], [170, 60, 200], [55, 165, 125]])
    fitted = raked_table(sample, population.sum(1).tolist(), population.sum(0).tolist())
    printed = [[1.81, 1.45, 2.02], [1.08, 0.87, 1.21], [2.20, 1.76, 2.45], [1.83, 1.47, 2.04]]
    assert np.round(fitted / np.array(sample), 2) == pytest.approx(np.array(printed), abs=1e-9)


cells = st.lists(st.lists(st.integers(1, 50), min_size=3, max_size=3), min_size=2, max_size=4)


@settings(deadline=None, max_examples=30)
@given(cells, cells)
def test_agrees_with_a_loop_over_the_table_and_keeps_odds(table: Table, other: Table) -> None:
    known = np.array(other[: len(table)] + table[len(other) :], dtype=float)
    totals = (known.sum(1).tolist(), known.sum(0).tolist())
    fitted = raked_table(table, *totals)
    assert fitted == pytest.approx(naive(table, *totals), rel=1e-6)
    assert fitted.sum(1) == pytest.approx(known.sum(1), rel=1e-9)
    odds = [t * t[0, 0] / t[:1] / t[:, :1] for t in (np.array(table, dtype=float), fitted)]
    assert odds[1] == pytest.approx(odds[0], rel=1e-6)


def schools() -> tuple[dict[str, list[str]], list[float], dict[str, Any], list[float]]:
    """Categories, scores, design and weights of the clusters of Californian schools of R's survey package."""
    file = rows("api_clusters.csv")
    answers = {
        "type": [row["stype"] for row in file],
        "wide": [row["sch.wide"] for row in file],
        "both": [row["stype"] + row["sch.wide"] for row in file],
        "improved": [row["comp.imp"] for row in file],
    }
    design = {"cluster": [row["dnum"] for row in file], "population": [float(row["fpc"]) for row in file]}
    return answers, [float(row["api00"]) for row in file], design, [float(row["pw"]) for row in file]


TYPE = Margin("type", {"E": 4421, "H": 755, "M": 1018})
WIDE = Margin("wide", {"No": 1072, "Yes": 5122})
BOTH = Margin("both", {"ENo": 472, "EYes": 3949, "HNo": 334, "HYes": 421, "MNo": 266, "MYes": 752})
IMPROVED = Margin("improved", {"No": 1712, "Yes": 4482})


def error(estimate: Estimate, df: int) -> float:
    assert estimate.high is not None and estimate.value is not None
    return (estimate.high - estimate.value) / t_quantile(0.975, df)


@pytest.mark.parametrize(
    ("margins", "value", "standard_error"),
    [
        ([TYPE, WIDE], 641.23, 23.704),  # rake, and calibrate(calfun = "raking")
        ([BOTH, IMPROVED], 642.61, 22.731),
        ([TYPE], 642.31, 23.921),  # postStratify
    ],
)
@pytest.mark.parametrize("regress", list(Regress))
def test_schools_are_as_r_survey_prints_them(
    margins: list[Margin], value: float, standard_error: float, regress: Regress
) -> None:
    answers, score, design, weights = schools()
    raked = rake(answers, margins, weights)
    estimate = raked_mean(raked, score, **design, regress=regress)
    assert estimate.value == pytest.approx(value, abs=0.005)
    assert error(estimate, 14) == pytest.approx(standard_error, abs=0.001)
    assert (estimate.n, estimate.method, raked.met) == (183, Method.RAKED, True)


def drawn(seed: int, n: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Answers whose score depends on age and place, unequal weights."""
    rng = np.random.default_rng(seed)
    age, place = rng.integers(0, 3, n), rng.integers(0, 2, n)
    y = np.clip(np.round(5 + 1.5 * age - 2 * place + rng.normal(0, 1.5, n)), 0, 10)
    return {"age": age, "place": place}, y, rng.uniform(0.5, 2, n)


AGE, PLACE = margin("age", [0.5, 0.3, 0.2]), margin("place", [0.4, 0.6])


def test_one_margin_is_poststratification() -> None:
    answers, y, w = drawn(1, 90)
    estimate = raked_mean(rake(answers, [AGE], w), y, regress=Regress.BY_BASE_WEIGHT)
    groups = [
        GroupSums(ClusterSums.from_arrays(y[answers["age"] == a], w[answers["age"] == a]), AGE.targets[a])
        for a in range(3)
    ]
    other = poststratified_mean(groups)
    for name in ("value", "low", "high", "n_effective", "design_effect"):
        assert getattr(estimate, name) == pytest.approx(getattr(other, name), rel=1e-9)


def naive_error(raked: Raked, answers: dict[str, np.ndarray], y: np.ndarray, answered: np.ndarray) -> float:
    """Residuals by a regression over single answers."""
    assert raked.weights is not None
    w = np.where(answered, raked.weights, 0)
    m = (w @ y) / w.sum()
    z = np.where(answered, y - m, 0)
    x = np.column_stack([labels == label for labels in answers.values() for label in np.unique(labels)]).astype(float)
    u = raked.weights * (z - x @ np.linalg.lstsq(x, z, rcond=None)[0]) / w.sum()
    return float(np.sqrt(len(y) / (len(y) - 1) * ((u - u.mean()) ** 2).sum()))


def test_error_agrees_with_a_regression_over_single_answers_and_knows_blanks() -> None:
    answers, y, w = drawn(2, 80)
    answered = np.arange(80) % 5 > 0
    raked = rake(answers, [AGE, PLACE], w)
    estimate = raked_mean(raked, np.where(answered, y, nan), answered=answered)
    assert error(estimate, 63) == pytest.approx(naive_error(raked, answers, y, answered), rel=1e-9)
    assert estimate.n == 64


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 999), st.floats(0.1, 50), st.floats(1, 1000))
def test_order_names_and_scale_do_not_matter(seed: int, scale: float, total: float) -> None:
    answers, y, w = drawn(seed, 60)
    one = raked_mean(rake(answers, [AGE, PLACE], w), y)
    order = np.random.default_rng(seed).permutation(60)
    names: list[Hashable] = ["x", "y", "z"]
    renamed = {"place": answers["place"][order], "age": np.array(names)[answers["age"][order]]}
    ages = Margin("age", {names[a]: total * target for a, target in reversed(AGE.targets.items())})  # type: ignore[index]
    places = margin("place", [total * target for target in PLACE.targets.values()])
    other = raked_mean(rake(renamed, [places, ages], scale * w[order]), y[order])
    for name in ("value", "low", "high", "n_effective", "design_effect"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-7)


def test_cap_holds_every_weight_and_the_miss_is_told() -> None:
    answers = {"age": np.repeat([0, 1], [5, 95])}
    free = rake(answers, [margin("age", [0.5, 0.5])])
    held = rake(answers, [margin("age", [0.5, 0.5])], cap=4)
    assert free.weights is not None and held.weights is not None
    assert (free.weights.max() / free.weights.mean(), free.met, free.capped) == (pytest.approx(10), True, 0)
    assert held.weights.max() == pytest.approx(4 / 100)
    assert (held.met, held.capped, held.miss, held.where) == (False, 5, pytest.approx(0.3), "age: 0")
    assert held.n_effective > free.n_effective  # type: ignore[operator]
    assert held.unknown is None


def test_cap_that_is_not_felt_changes_nothing() -> None:
    answers, _, w = drawn(5, 70)
    free, held = rake(answers, [AGE, PLACE], w), rake(answers, [AGE, PLACE], w, cap=50)
    assert held.weights == pytest.approx(free.weights)
    assert (held.met, held.capped) == (True, 0)


def test_cap_holds_single_weights_too_where_most_differ() -> None:
    rng = np.random.default_rng(4)
    answers = {str(k): rng.integers(0, 4, 20_000) for k in range(4)}
    w = rng.lognormal(0, 1, 20_000)
    raked = rake(answers, [margin(str(k), [0.4, 0.3, 0.2, 0.1]) for k in range(4)], w, cap=3)
    assert raked.weights is not None
    assert raked.weights.max() <= 3 / 20_000 * (1 + 1e-9)
    assert raked.met
    assert raked.capped > 100


def answers_of(*labels: object) -> dict[str, Any]:
    return {"age": np.array(labels, dtype=object)}


@pytest.mark.parametrize(
    ("labels", "w", "targets", "why", "where"),
    [
        ((), None, {"a": 1}, Unknown.NO_ANSWERS, ""),
        (("a", "a"), None, {"a": 1, "b": 1}, Unknown.EMPTY_GROUP, "age: b"),
        (("a", "b"), [1, 0], {"a": 1, "b": 1}, Unknown.EMPTY_GROUP, "age: b"),
        (("a", None), None, {"a": 1}, Unknown.INVALID, "age: 1 of another category"),
        (("a", nan), None, {"a": 1}, Unknown.INVALID, "age: 1 of another category"),
        (("a", "b"), [1, -1], {"a": 1, "b": 1}, Unknown.INVALID, "weights"),
        (("a", "b"), [1, nan], {"a": 1, "b": 1}, Unknown.INVALID, "weights"),
        (("a", "b"), [1, inf], {"a": 1, "b": 1}, Unknown.INVALID, "weights"),
        (("a", "b"), [0, 0], {"a": 1, "b": 1}, Unknown.ZERO_WEIGHT, "weights"),
        (("a", "b"), None, {"a": 1, "b": -1}, Unknown.INVALID, "age: b"),
        (("a", "b"), None, {"a": nan, "b": 1}, Unknown.INVALID, "age: a"),
        (("a", "b"), None, {"a": inf, "b": 1}, Unknown.INVALID, "age: a"),
        (("a", "b"), None, {"a": 0, "b": 0}, Unknown.INVALID, "age"),
    ],
)
def test_what_can_not_be_raked_says_why_and_where(
    labels: tuple[object, ...], w: list[float] | None, targets: dict[Hashable, float], why: Unknown, where: str
) -> None:
    raked = rake(answers_of(*labels), [Margin("age", targets)], w)
    assert (raked.weights, raked.unknown, raked.where, raked.met) == (None, why, where, False)
    assert raked_mean(raked, [1.0] * len(labels)).unknown is why


def test_totals_that_contradict_each_other_are_told() -> None:
    raked = rake({"a": [1, 2], "b": [1, 2]}, [Margin("a", {1: 500, 2: 500}), Margin("b", {1: 500, 2: 490})])
    assert (raked.unknown, raked.where) == (Unknown.MARGINS_CONTRADICT, "a: 1000, b: 990")


def test_margins_that_these_answers_can_not_meet_are_told() -> None:
    # All young are women and all old are men: sex and age must have the same shares.
    raked = rake({"age": [0, 0, 1, 1], "sex": [0, 0, 1, 1]}, [margin("age", [0.5, 0.5]), margin("sex", [0.9, 0.1])])
    assert (raked.unknown, raked.rounds) == (Unknown.NO_FIT, 2)
    assert raked.miss == pytest.approx(0.4)
    # The only young are women, of whom there are none in all.
    gone = rake({"age": [0, 1, 1], "sex": [0, 0, 1]}, [margin("sex", [0, 1]), margin("age", [0.5, 0.5])])
    assert (gone.unknown, gone.where) == (Unknown.NO_FIT, "sex: 1")


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a margin"):
        rake({}, [])
    with pytest.raises(ValueError, match="have no 'age'"):
        rake({"sex": [1]}, [AGE])
    with pytest.raises(ValueError, match="of one length"):
        rake({"age": [0, 1, 2]}, [AGE], [1, 2])
    with pytest.raises(ValueError, match="a cap is over 1"):
        rake({"age": [0, 1, 2]}, [AGE], cap=1)
    with pytest.raises(ValueError, match="3 raked answers"):
        raked_mean(rake({"age": [0, 1, 2]}, [AGE]), [1, 2])


def plain(n: int) -> Raked:
    return rake({"age": np.zeros(n)}, [margin("age", [1])])


@pytest.mark.parametrize(
    ("y", "named", "why"),
    [
        ([1.0, 2.0, 3.0], {}, Unknown.TOO_FEW),
        ([1.0] * 8, {"answered": [False] * 8}, Unknown.NO_ANSWERS),
        ([1.0, 2, 3, 4, nan], {}, Unknown.INVALID),
        ([1.0, 2, 3, 4, inf], {}, Unknown.INVALID),
        ([1.0, 2, 3, 4, 50], {"bounds": (0, 10)}, Unknown.INVALID),
        ([5.0] * 5, {}, Unknown.NO_SPREAD),
        ([1.0, 2, 3, 4, 5], {"cluster": [1] * 5}, Unknown.ONE_CLUSTER),
        ([1.0, 2, 3, 4, 5], {"stratum": [1, 1, 1, 1, 2]}, Unknown.LONELY_STRATUM),
    ],
)
def test_mean_that_can_not_be_had_says_why(y: list[float], named: dict[str, Any], why: Unknown) -> None:
    assert raked_mean(plain(len(y)), y, **named).unknown is why


def test_one_weight_that_outweighs_all_is_too_few() -> None:
    raked = rake({"age": [0, 1, 1, 1, 1, 1]}, [margin("age", [0.99, 0.01])])
    assert raked_mean(raked, [1, 2, 3, 4, 5, 6]).unknown is Unknown.TOO_FEW


def test_what_the_margins_explain_wholly_is_no_certainty() -> None:
    raked = rake({"age": [0] * 5 + [1] * 5}, [margin("age", [0.5, 0.5])])
    assert raked_mean(raked, [2.0] * 5 + [7.0] * 5).unknown is Unknown.NO_SPREAD


@pytest.mark.parametrize(("cluster", "worth"), [(None, 10), ([1, 1, 2, 2, 3, 3, 4, 4, 5, 5], 5)])
def test_answers_all_alike_give_the_worst_case(cluster: list[int] | None, worth: int) -> None:
    raked = plain(10)
    share = raked_share(raked, [1] * 10, cluster=cluster)
    z2 = 1.959964**2
    assert (share.method, share.low) == (Method.WORST_CASE, pytest.approx(1 - z2 / (worth + z2), abs=1e-6))


def test_nps_is_a_hundred_times_the_difference_of_shares() -> None:
    answers, y, w = drawn(7, 90)
    raked = rake(answers, [AGE, PLACE], w)
    points = np.select([y >= 8, y <= 4], [100, -100], 0)
    promoters, detractors = raked_share(raked, points == 100), raked_share(raked, points == -100)
    assert raked_nps(raked, points).value == pytest.approx(100 * (promoters.value - detractors.value))  # type: ignore[operator]


def test_raking_takes_a_known_skew_away_and_its_interval_covers() -> None:
    """Of 4,000 people the young answer half as often; 300 draws."""
    rng = np.random.default_rng(8)
    young = np.repeat([1, 0], 2000)
    y = np.clip(np.round(8 - 3 * young + rng.normal(0, 1.5, 4000)), 0, 10)
    inside, plain_inside = 0, 0
    for _ in range(300):
        who = rng.random(4000) < np.where(young == 1, 0.02, 0.04)
        raked = rake({"young": young[who]}, [Margin("young", {1: 0.5, 0: 0.5})])
        estimate = raked_mean(raked, y[who])
        inside += estimate.low <= y.mean() <= estimate.high  # type: ignore[operator]
        plain_mean = ClusterSums.from_arrays(y[who])
        plain_inside += abs(plain_mean.mean - y.mean()) <= 2 * plain_mean.standard_error
    assert 275 <= inside <= 295
    assert plain_inside < 200

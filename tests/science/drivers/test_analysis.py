"""Drivers: LMG and Johnson against R's relaimpo, against all regressions one by one, and against themselves."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.drivers import Caution, Division, Drivers, Missing, Ratings, analyse
from fiilis.science.drivers.shares import MOST_DRIVERS, explained, inflation, johnson, lmg
from fiilis.science.estimate import Method, Unknown
from tests.science.tables import rows

OUTCOME = {"attitude": "rating", "swiss": "Fertility"}


def public(name: str) -> Ratings:
    table = rows(f"{name}.csv")
    columns = {key: [float(row[key]) for row in table] for key in table[0]}
    return Ratings.from_arrays(columns.pop(OUTCOME[name]), columns)


def made(n: int = 400, p: int = 3, seed: int = 1) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    table = np.round(np.clip(3.5 + 0.6 * common + rng.normal(size=(n, p)), 1, 5))
    outcome = table @ np.linspace(1.0, 0.2, p) + rng.normal(size=n)
    return outcome, {f"q{number}": table[:, number] for number in range(p)}


def notes(found: Drivers) -> dict[Caution, tuple[str, ...]]:
    return {note.caution: note.names for note in found.notes}


@pytest.mark.parametrize("name", OUTCOME)
@pytest.mark.parametrize("division", Division)
def test_importance_equals_relaimpo(name: str, division: Division) -> None:
    found = analyse(public(name), division=division, resamples=100)
    golden = {row["driver"]: row for row in rows("drivers_public.csv") if row["dataset"] == f"R datasets::{name}"}
    assert {driver.name for driver in found.drivers} == set(golden)
    for driver in found.drivers:
        row = golden[driver.name]
        assert found.explained.value == pytest.approx(float(row["R2"]), abs=1e-10)
        assert driver.importance.value == pytest.approx(float(row[division]), abs=1e-10)
        assert driver.share.value == pytest.approx(float(row[f"{division}_share"]), abs=1e-10)
        assert driver.correlation.value == pytest.approx(float(row["zero_order_r"]), abs=1e-10)
        assert driver.inflation == pytest.approx(float(row["vif"]), abs=1e-9)
        assert driver.performance.value == pytest.approx(float(row["mean"]), abs=1e-9)
        assert (driver.importance.n, driver.importance.method) == (int(row["n"]), Method.BOOTSTRAP)


def r_squared(outcome: np.ndarray, columns: np.ndarray) -> float:
    design = np.column_stack([np.ones(len(outcome)), columns])
    left = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    return float(1 - (left @ left) / ((outcome - outcome.mean()) ** 2).sum())


def test_lmg_equals_the_mean_over_all_orders_of_all_regressions() -> None:
    outcome, drivers = made(p=4)
    table = np.column_stack(list(drivers.values()))
    found = np.zeros(4)
    for order in itertools.permutations(range(4)):
        for place, driver in enumerate(order):
            before = r_squared(outcome, table[:, list(order[:place])])
            found[driver] += r_squared(outcome, table[:, list(order[: place + 1])]) - before
    correlations = np.corrcoef(np.column_stack([table, outcome]), rowvar=False)
    assert lmg(correlations) == pytest.approx(found / math.factorial(4), abs=1e-12)


def test_explained_equals_a_regression_for_every_subset() -> None:
    outcome, drivers = made(p=4)
    table = np.column_stack(list(drivers.values()))
    correlations = np.corrcoef(np.column_stack([table, outcome]), rowvar=False)
    singly = [r_squared(outcome, table[:, [j for j in range(4) if subset >> j & 1]]) for subset in range(16)]
    assert explained(correlations) == pytest.approx(singly, abs=1e-12)


def test_many_matrices_at_once_equal_one_by_one() -> None:
    rng = np.random.default_rng(3)
    matrices = np.array([np.corrcoef(rng.normal(size=(30, 13)), rowvar=False) for _ in range(300)])
    assert lmg(matrices) == pytest.approx(np.array([lmg(matrix) for matrix in matrices]), abs=1e-12)
    assert johnson(matrices) == pytest.approx(np.array([johnson(matrix) for matrix in matrices]), abs=1e-12)


@st.composite
def correlation_matrices(draw: st.DrawFn) -> np.ndarray:
    p = draw(st.integers(1, 5))
    seed = draw(st.integers(0, 10_000))
    table = np.random.default_rng(seed).normal(size=(p + 6, p + 1))
    return np.corrcoef(table @ np.random.default_rng(seed + 1).normal(size=(p + 1, p + 1)), rowvar=False)


@given(correlation_matrices(), st.randoms(use_true_random=False))
def test_parts_are_not_negative_sum_to_r_squared_and_follow_the_labels(matrix: np.ndarray, random: object) -> None:
    p = len(matrix) - 1
    order = list(range(p))
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = matrix[np.ix_([*order, p], [*order, p])]
    for divide in (lmg, johnson):
        parts = divide(matrix)
        assert (parts > -1e-9).all()
        assert parts.sum() == pytest.approx(explained(matrix)[-1], abs=1e-7)
        assert divide(turned) == pytest.approx(parts[order], abs=1e-7)


@given(st.integers(0, 1000), st.floats(0.01, 1000), st.floats(-1000, 1000))
@settings(max_examples=20)
def test_scale_origin_and_direction_change_no_importance(seed: int, factor: float, origin: float) -> None:
    outcome, drivers = made(n=60, p=2, seed=seed)
    moved = {"q0": drivers["q0"] * -factor + origin, "q1": drivers["q1"]}
    plain = analyse(Ratings.from_arrays(outcome, drivers), resamples=100)
    other = analyse(Ratings.from_arrays(outcome * factor + origin, moved), resamples=100)
    assert {d.name: d.importance.value for d in plain.drivers} == pytest.approx(
        {d.name: d.importance.value for d in other.drivers}, abs=1e-6
    )


def test_same_seed_gives_the_same_intervals_and_another_others() -> None:
    data = Ratings.from_arrays(*made())
    assert analyse(data, resamples=100) == analyse(data, resamples=100)
    assert analyse(data, resamples=100) != analyse(data, resamples=100, seed=7)


def test_interval_is_as_long_as_the_sampling_error() -> None:
    shares, lengths = [], []
    for seed in range(60):
        found = analyse(Ratings.from_arrays(*made(n=300, seed=seed)), resamples=200)
        first = next(driver for driver in found.drivers if driver.name == "q0").importance
        shares.append(first.value)
        lengths.append(first.half_width)
    assert np.mean(lengths) / (1.96 * np.std(shares)) == pytest.approx(1, abs=0.2)


def test_whole_weights_equal_repeated_answers() -> None:
    outcome, drivers = made(n=100)
    times = np.arange(100) % 3
    weighted = analyse(Ratings.from_arrays(outcome, drivers, weights=times), resamples=100)
    repeated = analyse(
        Ratings.from_arrays(np.repeat(outcome, times), {k: np.repeat(v, times) for k, v in drivers.items()}),
        resamples=100,
    )
    assert [d.importance.value for d in weighted.drivers] == pytest.approx(
        [d.importance.value for d in repeated.drivers], abs=1e-12
    )
    assert [d.performance.value for d in weighted.drivers] == pytest.approx(
        [d.performance.value for d in repeated.drivers], abs=1e-12
    )
    assert {d.performance.method for d in weighted.drivers} == {Method.LINEARISED}


def test_clusters_of_copies_make_intervals_longer() -> None:
    outcome, drivers = made(n=100)
    copies = (np.repeat(outcome, 4), {key: np.repeat(value, 4) for key, value in drivers.items()})
    naive = analyse(Ratings.from_arrays(*copies), resamples=400)
    clustered = analyse(Ratings.from_arrays(*copies, clusters=np.repeat(np.arange(100), 4)), resamples=400)
    assert naive.explained.value == pytest.approx(clustered.explained.value, abs=1e-12)
    assert clustered.explained.half_width / naive.explained.half_width == pytest.approx(2, abs=0.3)


def test_more_answers_than_a_block_are_all_counted() -> None:
    outcome, drivers = made(n=9000)
    found = analyse(Ratings.from_arrays(outcome, drivers), resamples=100)
    assert found.explained.n == 9000
    assert found.explained.value == pytest.approx(
        r_squared(outcome, np.column_stack(list(drivers.values()))), abs=1e-12
    )
    assert found.explained.half_width == pytest.approx(0.012, abs=0.004)


def test_listwise_leaves_out_people_with_a_blank_and_says_so() -> None:
    outcome, drivers = made(n=200)
    drivers["q1"][:60] = np.nan
    found = analyse(Ratings.from_arrays(outcome, drivers), resamples=100)
    whole = analyse(Ratings.from_arrays(outcome[60:], {k: v[60:] for k, v in drivers.items()}), resamples=100)
    assert (found.explained.n, found.missing, notes(found)) == (140, Missing.LISTWISE, {Caution.MANY_BLANKS: ()})
    assert found.explained == whole.explained
    assert {driver.name: driver.blanks for driver in found.drivers} == {"q0": 0, "q1": 60, "q2": 0}
    # The mean of a driver is of all who rated it.
    assert {driver.name: driver.performance.n for driver in found.drivers} == {"q0": 200, "q1": 140, "q2": 200}


def test_pairwise_takes_each_correlation_from_those_who_answered_both() -> None:
    outcome, drivers = made(n=200)
    drivers["q1"][:60] = np.nan
    drivers["q2"][150:] = np.nan
    weights = np.linspace(0.5, 2, 200)
    found = analyse(Ratings.from_arrays(outcome, drivers, weights), missing=Missing.PAIRWISE, resamples=100)
    table = np.column_stack([*drivers.values(), outcome])
    matrix = np.eye(4)
    for one, other in itertools.combinations(range(4), 2):
        both = ~np.isnan(table[:, one]) & ~np.isnan(table[:, other])
        spread = np.cov(table[both][:, [one, other]], rowvar=False, aweights=weights[both])
        matrix[one, other] = matrix[other, one] = spread[0, 1] / math.sqrt(spread[0, 0] * spread[1, 1])
    expected = dict(zip(drivers, lmg(matrix), strict=True))
    assert {driver.name: driver.importance.value for driver in found.drivers} == pytest.approx(expected, abs=1e-12)
    assert found.columns == ("q0", "q1", "q2", "")
    assert found.pairs == ((200, 140, 150, 200), (140, 140, 90, 140), (150, 90, 150, 150), (200, 140, 150, 200))
    assert found.explained.n == 90


def test_pairs_that_contradict_each_other_are_repaired_and_said_so() -> None:
    # a goes with b, b with c, and a against c: told by three groups that each skipped one question.
    up, down, blank = np.tile([1.0, 2, 3, 4], 10), np.tile([4.0, 3, 2, 1], 10), np.full(40, np.nan)
    drivers = {"a": np.r_[up, up, blank], "b": np.r_[up, blank, up], "c": np.r_[blank, down, up]}
    outcome = np.r_[up, up, down] + np.tile([0.0, 1.0, 0.5], 40)
    found = analyse(Ratings.from_arrays(outcome, drivers), missing=Missing.PAIRWISE, resamples=100)
    assert Caution.REPAIRED in notes(found)
    assert 0 <= found.explained.value <= 1
    assert found.explained.value == pytest.approx(sum(d.importance.value for d in found.drivers), abs=1e-9)


def test_copies_share_alike_and_are_named() -> None:
    outcome, drivers = made(p=2)
    found = analyse(Ratings.from_arrays(outcome, drivers | {"copy": drivers["q0"]}), resamples=100)
    alone = analyse(Ratings.from_arrays(outcome, drivers), resamples=100)
    by_name = {driver.name: driver for driver in found.drivers}
    assert by_name["q0"].importance.value == pytest.approx(by_name["copy"].importance.value, abs=1e-9)
    assert found.explained.value == pytest.approx(alone.explained.value, abs=1e-9)
    assert notes(found) == {Caution.PERFECT_COLLINEARITY: ("q0", "copy")}
    assert (by_name["q0"].inflation, by_name["copy"].inflation) == (None, None)
    assert by_name["q1"].inflation == pytest.approx(alone.drivers[-1].inflation, abs=1e-9)
    assert (by_name["q0"].best, by_name["q0"].worst) == (by_name["copy"].best, by_name["copy"].worst)


def test_drivers_that_say_much_the_same_are_named() -> None:
    outcome, drivers = made(p=2)
    near = drivers["q0"] + np.random.default_rng(1).normal(0, 0.1, 400)
    assert notes(analyse(Ratings.from_arrays(outcome, drivers | {"near": near}), resamples=100)) == {
        Caution.COLLINEAR: ("q0", "near")
    }


def test_driver_rated_against_the_outcome_is_named() -> None:
    outcome, drivers = made(p=2)
    turned = {"q0": drivers["q0"], "turned": 6 - drivers["q1"]}
    assert notes(analyse(Ratings.from_arrays(outcome, turned), resamples=100)) == {Caution.AGAINST: ("turned",)}


def test_few_answers_and_few_clusters_are_named() -> None:
    outcome, drivers = made(n=50)
    found = analyse(Ratings.from_arrays(outcome, drivers, clusters=np.arange(50) % 10), resamples=100)
    assert notes(found) == {Caution.FEW_ANSWERS: (), Caution.FEW_CLUSTERS: ()}


def test_more_drivers_than_lmg_weighs_are_divided_by_johnson() -> None:
    found = analyse(Ratings.from_arrays(*made(n=600, p=MOST_DRIVERS + 1)), resamples=100)
    assert (found.division, notes(found)) == (Division.JOHNSON, {Caution.TOO_MANY_FOR_LMG: ()})
    with pytest.raises(ValueError, match="at most 14 drivers, not of 15"):
        lmg(np.eye(16))


def test_driver_without_spread_or_answers_is_left_out_with_its_reason() -> None:
    outcome, drivers = made(p=2)
    extra = {"same": np.full(400, 4.0), "silent": np.full(400, np.nan)}
    found = analyse(Ratings.from_arrays(outcome, drivers | extra), resamples=100, bounds=(1, 5))
    alone = analyse(Ratings.from_arrays(outcome, drivers), resamples=100, bounds=(1, 5))
    assert found.drivers[:2] == alone.drivers
    assert notes(found) == {Caution.LEFT_OUT: ("same", "silent")}
    same, silent = found.drivers[2:]
    assert (same.importance.unknown, same.performance.value, same.best) == (Unknown.NO_SPREAD, 4.0, None)
    assert (silent.importance.unknown, silent.performance.unknown) == (Unknown.NO_ANSWERS, Unknown.NO_ANSWERS)
    assert (same.blanks, silent.blanks) == (0, 400)


def without(outcome: object, drivers: dict[str, object], **parts: object) -> Drivers:
    found = analyse(Ratings.from_arrays(outcome, drivers, **parts), resamples=100)  # type: ignore[arg-type]
    assert {driver.share.unknown for driver in found.drivers} == {found.unknown}
    return found


GOOD = [float(number % 5) for number in range(40)]
LATE = [float(number % 7) for number in range(40)]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (without([], {"a": []}), Unknown.NO_ANSWERS),
        (without([5.0], {"a": [3.0]}), Unknown.NO_SPREAD),
        (without(GOOD, {"a": [math.nan] * 40}), Unknown.NO_SPREAD),
        (without([math.nan] * 40, {"a": GOOD}), Unknown.NO_ANSWERS),
        (without([3.0] * 40, {"a": GOOD}), Unknown.NO_SPREAD),
        (without(GOOD, {"a": [3.0] * 40}), Unknown.NO_SPREAD),
        (without(GOOD, {"a": [math.inf, *LATE[1:]]}), Unknown.INVALID),
        (without([-math.inf, *GOOD[1:]], {"a": LATE}), Unknown.INVALID),
        (without(GOOD, {"a": LATE}, weights=[-1.0] * 40), Unknown.INVALID),
        (without(GOOD, {"a": LATE}, weights=[math.nan] * 40), Unknown.INVALID),
        (without(GOOD, {"a": LATE}, weights=[0.0] * 40), Unknown.ZERO_WEIGHT),
        (without(GOOD, {"a": LATE}, weights=[0.0] * 39 + [1.0]), Unknown.NO_SPREAD),
        (without(GOOD, {"a": LATE}, clusters=[1] * 40), Unknown.ONE_CLUSTER),
        (without(GOOD[:19], {"a": LATE[:19]}), Unknown.TOO_FEW),
        (without(GOOD[:24], {f"a{i}": LATE[i : i + 24] for i in range(5)}), Unknown.TOO_FEW),
        # No two people answered both.
        (
            without(GOOD, {"a": LATE[:20] + [math.nan] * 20, "b": [math.nan] * 20 + LATE[:20]}),
            Unknown.NO_ANSWERS,
        ),
        # All who answered b gave a the same.
        (
            without(GOOD, {"a": [2.0] * 30 + LATE[:10], "b": LATE[:30] + [math.nan] * 10}),
            Unknown.NO_SPREAD,
        ),
        # Weight only where the outcome is blank.
        (without([math.nan, *GOOD[1:]], {"a": LATE}, weights=[1.0] + [0.0] * 39), Unknown.NO_ANSWERS),
    ],
)
def test_degenerate_answers_have_a_named_reason(found: Drivers, why: Unknown) -> None:
    assert (found.unknown, found.groups, found.notes) == (why, (), ())


def test_pairwise_without_common_answers_has_a_named_reason() -> None:
    drivers = {"a": LATE[:20] + [math.nan] * 20, "b": [math.nan] * 20 + LATE[:20]}
    found = analyse(Ratings.from_arrays(GOOD, drivers), missing=Missing.PAIRWISE, resamples=100)
    assert found.unknown is Unknown.NO_ANSWERS
    nothing = analyse(Ratings.from_arrays(GOOD, {"a": [1.0] * 40}), missing=Missing.PAIRWISE, resamples=100)
    assert (nothing.unknown, nothing.explained.n) == (Unknown.NO_SPREAD, 0)


def test_no_association_at_all_has_no_shares() -> None:
    grid = np.array([(a, b) for a in (1.0, 2, 3, 4, 5) for b in (1.0, 2, 3, 4, 5)] * 2)
    found = analyse(Ratings.from_arrays(grid[:, 0], {"a": grid[:, 1]}), resamples=100)
    assert found.explained.value == pytest.approx(0, abs=1e-12)
    assert found.drivers[0].importance.low <= 1e-9


@pytest.mark.parametrize(
    "parts",
    [
        {"drivers": {}},
        {"drivers": {"a": [1.0, 2.0]}},
        {"drivers": {"a": [[1.0], [2.0], [3.0]]}},
        {"weights": [1.0]},
        {"clusters": ["x"]},
        {"outcome": 5.0},
    ],
)
def test_parts_of_unlike_shape_are_refused(parts: dict[str, object]) -> None:
    given = {"outcome": [1.0, 2.0, 3.0], "drivers": {"a": [1.0, 2.0, 3.0]}} | parts
    with pytest.raises(ValueError, match="driver"):
        Ratings.from_arrays(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"level": 95}, {"resamples": 99}, {"bounds": (5, 1)}])
def test_wrong_wishes_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"95|99|scale"):
        analyse(Ratings.from_arrays(GOOD, {"a": LATE}), **wrong)  # type: ignore[arg-type]


def test_ratings_can_not_be_written_to() -> None:
    ratings = Ratings.from_arrays(GOOD, {"a": LATE}, clusters=range(40))
    with pytest.raises(ValueError, match="read-only"):
        ratings.outcome[0] = 1


def test_inflation_of_a_sum_of_others_is_none_for_all_of_them() -> None:
    rng = np.random.default_rng(1)
    parts = rng.normal(size=(50, 3))
    table = np.column_stack([parts, parts[:, 0] + parts[:, 1], rng.normal(size=50)])
    factors = inflation(np.corrcoef(table, rowvar=False))
    assert [factor is None for factor in factors] == [True, True, False, True]

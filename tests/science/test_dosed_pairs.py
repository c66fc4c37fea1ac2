"""Pairs of dosed questions: unbiased, covering, as numpy and a loop have it, and refusing with a reason."""

from math import atanh, inf, nan, sqrt, tanh
from typing import Any

import numpy as np
import pytest

from fiilis.science.dosed_pairs import Pair, Pairs, dosed_pairs, nearest_correlations
from fiilis.science.dosing import Doses, equal_doses
from fiilis.science.estimate import Estimate, Method, Unknown
from fiilis.science.quantiles import t_quantile
from tests.science.dosed import QUESTIONS, population
from tests.science.test_dosing import dosed


def asked_all(everybody: np.ndarray, **named: Any) -> Doses:
    n, size = everybody.shape
    return Doses.from_arrays(
        QUESTIONS[:size], np.repeat(np.arange(n), size), np.tile(QUESTIONS[:size], n), everybody.ravel(),
        named.pop("chances", equal_doses(size, size)), **named,
    )  # fmt: skip


def test_everything_asked_gives_numpys_matrix() -> None:
    everybody = population(np.random.default_rng(1), 80)
    found = dosed_pairs(asked_all(everybody))
    assert found.correlations() == pytest.approx(np.corrcoef(everybody.T))
    covariance = np.cov(everybody.T, bias=True)
    assert [one.covariance.value for one in found.pairs] == pytest.approx(covariance[np.triu_indices(6, 1)].tolist())
    assert found.counts().tolist() == (80 * (1 - np.eye(6, dtype=int))).tolist()
    assert found.unknown == {}


def naive(doses: Doses, a: int, b: int) -> tuple[float, float, float, float, int]:
    """Correlation, its standard error, covariance, its standard error and n, person by person."""
    rows = []
    for person in np.unique(doses.person).tolist():
        said = {int(q): float(y) for q, y in zip(*[x[doses.person == person] for x in (doses.question, doses.score)],
                                                 strict=True)}  # fmt: skip
        if a in said and b in said:
            scheme = int(doses.scheme[doses.person == person][0])
            rows.append((said[a], said[b], 1 / doses.chances[scheme, a, b]))
    x, y, w = (np.array(column) for column in zip(*rows, strict=True))
    w = w / w.sum()
    x, y = x - w @ x, y - w @ y
    xy, sx, sy = w @ (x * y), sqrt(w @ (x * x)), sqrt(w @ (y * y))
    r, n = xy / sx / sy, len(rows)
    u = w * (x / sx * y / sy - r * ((x / sx) ** 2 + (y / sy) ** 2) / 2)
    v = w * (x * y - xy)
    return r, sqrt(n / (n - 1) * ((u - u.mean()) @ (u - u.mean()))), xy, sqrt(n / (n - 1) * (v @ v)), n


def test_pairs_agree_with_a_loop_over_persons() -> None:
    doses = dosed(1, 900)
    for pair in dosed_pairs(doses).pairs:
        r, error, covariance, covariance_error, n = naive(doses, QUESTIONS.index(pair.a), QUESTIONS.index(pair.b))
        quantile = t_quantile(0.975, n - 1)
        half = quantile * max(error / (1 - r * r), 1 / sqrt(n - 3))
        assert (pair.n, pair.correlation.method) == (n, Method.INVERSE_PROBABILITY)
        assert (pair.correlation.value, pair.correlation.low, pair.correlation.high) == pytest.approx(
            (r, tanh(atanh(r) - half), tanh(atanh(r) + half))
        )
        assert (pair.covariance.value, pair.covariance.high) == pytest.approx(
            (covariance, covariance + quantile * covariance_error)
        )


def test_unequal_chances_to_meet_both_are_weighted() -> None:
    # Two schemes: the correlation of all is 0, but that half in which it is 1 was asked four times as often.
    x, y = [1.0, 2, 3, 4] * 4, [1.0, 2, 3, 4] * 2 + [4.0, 3, 2, 1] * 2
    chances = np.array([np.full((2, 2), 0.8), np.full((2, 2), 0.2)])
    doses = Doses.from_arrays(
        ["easy", "fast"], np.repeat(np.arange(16), 2), ["easy", "fast"] * 16, np.column_stack([x, y]).ravel(), chances,
        scheme=np.repeat([0, 1], 16),
    )  # fmt: skip
    assert dosed_pairs(doses).pairs[0].correlation.value == pytest.approx((1.25 - 5) / (1.25 + 5))


def test_names_and_direction_do_not_matter() -> None:
    everybody = population(np.random.default_rng(3), 60)[:, :2]
    one = dosed_pairs(asked_all(everybody)).pairs[0]
    swapped = dosed_pairs(asked_all(everybody[:, ::-1])).pairs[0]
    turned = dosed_pairs(asked_all(everybody * [1, -3] + 7)).pairs[0]
    assert swapped.correlation == one.correlation
    assert (turned.correlation.value, turned.correlation.low) == pytest.approx(
        (-one.correlation.value, -one.correlation.high)  # type: ignore[operator]
    )
    assert turned.covariance.value == pytest.approx(-3 * one.covariance.value)  # type: ignore[operator]


def test_clusters_widen() -> None:
    everybody = np.repeat(population(np.random.default_rng(4), 30)[:, 4:], 5, axis=0)
    shops = np.repeat(np.arange(30), 10)
    plain, clustered = (dosed_pairs(asked_all(everybody, cluster=c)).pairs[0] for c in (None, shops))
    assert clustered.correlation.value == plain.correlation.value
    assert clustered.correlation.half_width > 1.5 * plain.correlation.half_width  # type: ignore[operator]
    one_shop = dosed_pairs(asked_all(everybody, cluster=np.zeros(300, dtype=int))).pairs[0]
    assert one_shop.correlation.unknown is Unknown.ONE_CLUSTER


def test_one_question_each_meets_no_pair() -> None:
    doses = Doses.from_arrays(["a", "b"], range(10), ["a", "b"] * 5, range(10), equal_doses(2, 1))
    found = dosed_pairs(doses)
    assert found.unknown == {("a", "b"): Unknown.NEVER_MET}
    assert found.correlations() is Unknown.NEVER_MET
    assert found.counts().tolist() == [[0, 0], [0, 0]]


LINE = np.column_stack([np.arange(8.0), np.arange(8.0) % 3])


@pytest.mark.parametrize(
    ("everybody", "chance", "why"),
    [
        (LINE[:4], 1.0, Unknown.NEVER_MET),
        (LINE * [1, 0] + 3, 1.0, Unknown.NO_SPREAD),
        (LINE * [0, 1] + 3, 1.0, Unknown.NO_SPREAD),
        (LINE, 0.0, Unknown.INVALID),
        (LINE, -0.5, Unknown.INVALID),
        (LINE, nan, Unknown.INVALID),
        (LINE + np.array([0, nan]), 1.0, Unknown.INVALID),
        (LINE + np.array([0, inf]), 1.0, Unknown.INVALID),
    ],
)
def test_pair_that_tells_nothing_says_why(everybody: np.ndarray, chance: float, why: Unknown) -> None:
    chances = np.full((2, 2), chance)
    np.fill_diagonal(chances, 1.0)
    pair = dosed_pairs(asked_all(everybody, chances=chances)).pairs[0]
    assert (pair.correlation.unknown, pair.covariance.unknown) == (why, why)


def test_correlation_of_one_has_a_covariance_only() -> None:
    pair = dosed_pairs(asked_all(LINE[:, [0, 0]] * [1, 2])).pairs[0]
    assert pair.correlation.unknown is Unknown.NO_SPREAD
    assert pair.covariance.value == pytest.approx(2 * np.var(np.arange(8)))


def test_matrix_of_different_people_is_repaired() -> None:
    def pair(a: str, b: str, r: float) -> Pair:
        one = Estimate(r, r - 0.1, r + 0.1, 0.95, 50, Method.INVERSE_PROBABILITY)
        return Pair(a, b, 50, one, one)

    found = Pairs(("a", "b", "c"), (pair("a", "b", 0.9), pair("a", "c", -0.9), pair("b", "c", 0.9)))
    matrix = found.correlations()
    assert isinstance(matrix, np.ndarray)
    assert np.linalg.eigvalsh(matrix)[0] < 0
    repaired = nearest_correlations(matrix)
    assert np.linalg.eigvalsh(repaired)[0] > -1e-12
    assert np.diag(repaired) == pytest.approx(np.ones(3))
    assert nearest_correlations(repaired.round(6) * 0.9 + np.eye(3) * 0.1) == pytest.approx(
        repaired.round(6) * 0.9 + np.eye(3) * 0.1
    )


def test_pairs_of_two_dosed_questions_are_unbiased_and_cover() -> None:
    truth = np.corrcoef(population(np.random.default_rng(0), 400_000).T)
    inside = several = 0
    sums = np.zeros((6, 6))
    for seed in range(150):
        found = dosed_pairs(dosed(seed, 1500))
        matrix = found.correlations()
        assert isinstance(matrix, np.ndarray)
        sums += matrix
        for pair in found.pairs:
            r = truth[QUESTIONS.index(pair.a), QUESTIONS.index(pair.b)]
            inside += pair.correlation.low <= r <= pair.correlation.high  # type: ignore[operator]
            several += 1
    assert sums / 150 == pytest.approx(truth, abs=0.03)
    assert 0.935 <= inside / several <= 0.975

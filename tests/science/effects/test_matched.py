"""Matching against a naive re-implementation, simulation and its own symmetries."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.assumptions import Threat
from fiilis.science.effects.matched import Distance, matched
from fiilis.science.estimate import Unknown

Data = tuple[np.ndarray, np.ndarray, np.ndarray]


def people(seed: int, n: int = 200, effect: float = 1.0) -> Data:
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 2))
    changed = (random.random(n) < 1 / (1 + np.exp(0.6 - x @ (0.6, -0.4)))).astype(int)
    return x @ (2, 1) + effect * changed + random.normal(size=n), changed, x


def naive(y: np.ndarray, changed: np.ndarray, x: np.ndarray, caliper: float) -> tuple[float, float]:
    """One nearest neighbour by Mahalanobis distance with replacement, bias correction, Abadie-Imbens variance."""
    import statsmodels.api as sm

    mine, others = np.flatnonzero(changed == 1), np.flatnonzero(changed == 0)
    within = np.concatenate([x[mine] - x[mine].mean(axis=0), x[others] - x[others].mean(axis=0)])
    inverse = np.linalg.inv(within.T @ within / len(within))

    def gap(i: int, j: int) -> float:
        return float(np.sqrt((x[i] - x[j]) @ inverse @ (x[i] - x[j])))

    pairs = []
    for i in mine:
        j = min(others, key=lambda j: gap(i, j))
        if gap(i, j) <= caliper * np.sqrt(x.shape[1]):
            pairs.append((i, j))
    used = {j: sum(match == j for _, match in pairs) for _, j in pairs}
    names = list(used)
    line = sm.WLS(y[names], sm.add_constant(x[names]), weights=[used[j] for j in names]).fit().params[1:]
    gains = np.array([y[i] - y[j] - (x[i] - x[j]) @ line for i, j in pairs])
    value = gains.mean()
    total = ((gains - value) ** 2).sum()
    for j in names:
        twin = min((k for k in others if k != j), key=lambda k: gap(j, k))
        total += (used[j] ** 2 - used[j]) * (y[j] - y[twin]) ** 2 / 2
    return float(value), float(np.sqrt(total) / len(pairs))


@pytest.mark.parametrize(("seed", "caliper"), [(1, 10.0), (2, 0.2), (3, 0.15)])
def test_agrees_with_a_naive_search(seed: int, caliper: float) -> None:
    y, changed, x = people(seed)
    value, error = naive(y, changed, x, caliper)
    effect = matched(y, changed, x, caliper=caliper)
    assert effect.estimate.value == pytest.approx(value, rel=1e-9)
    assert effect.estimate.half_width == pytest.approx(1.959963984540054 * error, rel=1e-9)


@pytest.mark.parametrize(("distance", "neighbours"), [("mahalanobis", 1), ("mahalanobis", 3), ("propensity", 1)])
def test_true_effect_is_held_in_about_95_of_100(distance: str, neighbours: int) -> None:
    held, found, plain = 0, [], []
    for seed in range(100):
        y, changed, x = people(seed)
        effect = matched(y, changed, x, distance=Distance(distance), neighbours=neighbours, caliper=0.3)
        assert effect.estimate.value is not None
        assert effect.estimate.low is not None
        assert effect.estimate.high is not None
        found.append(effect.estimate.value)
        plain.append(y[changed == 1].mean() - y[changed == 0].mean())
        held += effect.estimate.low <= 1 <= effect.estimate.high
    assert np.mean(found) == pytest.approx(1, abs=0.08)
    assert np.mean(plain) > 1.6
    assert held >= 88


def test_balance_table_tells_before_and_after() -> None:
    y, changed, x = people(1)
    effect = matched(y, changed, x, names=("spend", "visits"))
    assert effect.details is not None
    spend = effect.details.balance[0]
    gap = x[changed == 1, 0].mean() - x[changed == 0, 0].mean()
    assert (spend.name, spend.before) == ("spend", pytest.approx(gap / x[changed == 1, 0].std(ddof=1)))
    assert abs(spend.after) < 0.1 < abs(spend.before)
    assert spend.balanced
    assert effect.details.balanced
    assert effect.details.changed == changed.sum()


def test_imbalance_left_over_is_the_first_threat() -> None:
    y, changed, x = people(1)
    lopsided = x + 1.2 * changed[:, None]
    effect = matched(y, changed, lopsided, caliper=5)
    assert effect.details is not None
    assert not effect.details.balanced
    assert effect.breaks_if[0] is Threat.POOR_MATCHES


def test_large_groups_are_searched_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    y, changed, x = people(1)
    whole = matched(y, changed, x)
    monkeypatch.setattr("fiilis.science.effects.matched._CHUNK", 500)
    assert matched(y, changed, x).estimate == whole.estimate


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 500), st.floats(0.1, 20), st.floats(-50, 50), st.floats(0.1, 20))
def test_scale_and_shift_of_scores_and_covariates_pass_through(
    seed: int, scale: float, shift: float, unit: float
) -> None:
    y, changed, x = people(seed)
    one, other = matched(y, changed, x).estimate, matched(y * scale + shift, changed, x * unit - 3).estimate
    expected = [part * scale for part in (one.value, one.low, one.high) if part is not None]
    assert [other.value, other.low, other.high] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_order_of_people_does_not_matter() -> None:
    y, changed, x = people(4)
    order = np.random.default_rng(1).permutation(len(y))
    assert matched(y[order], changed[order], x[order]).estimate.value == pytest.approx(
        matched(y, changed, x).estimate.value, rel=1e-9
    )


def test_matches_all_alike_are_compared_without_correction() -> None:
    # All others used have the same covariate: no regression among them, none needed.
    y = [1.0, 2, 3, 4, 5, 6, 2, 3, 1, 4, 2, 3]
    effect = matched(y, [1] * 6 + [0] * 6, [[0.0]] * 5 + [[1.0]] + [[0.0]] * 5 + [[9.0]])
    assert effect.details is not None
    assert effect.details.matched == 5


Y, CHANGED, X = people(9, 60)


@pytest.mark.parametrize(
    ("data", "options", "why"),
    [
        (([], [], np.empty((0, 1))), {}, Unknown.NO_ANSWERS),
        (([1.0], [1], [[1.0]]), {}, Unknown.NO_COMPARISON),
        ((Y, np.ones(60), X), {}, Unknown.NO_COMPARISON),
        ((Y, np.zeros(60), X), {}, Unknown.NO_COMPARISON),
        ((Y, np.arange(60) < 4, X), {}, Unknown.TOO_FEW),
        ((Y, np.arange(60) < 6, X), {"neighbours": 6}, Unknown.TOO_FEW),
        ((Y * np.nan, CHANGED, X), {}, Unknown.INVALID),
        ((Y, CHANGED, X + np.inf), {}, Unknown.INVALID),
        ((Y, CHANGED * 2, X), {}, Unknown.INVALID),
        ((Y, CHANGED, np.ones((60, 1))), {}, Unknown.COLLINEAR),
        ((Y, CHANGED, np.column_stack([X, X])), {}, Unknown.COLLINEAR),
        ((Y, CHANGED, np.ones((60, 1))), {"distance": Distance.PROPENSITY}, Unknown.COLLINEAR),
        ((Y, CHANGED, X + 100 * CHANGED[:, None]), {}, Unknown.NO_OVERLAP),
        ((Y, CHANGED, X + 100 * CHANGED[:, None]), {"distance": Distance.PROPENSITY}, Unknown.NO_OVERLAP),
        ((Y, np.arange(60) % 2, np.arange(60)[:, None] // 2), {"distance": Distance.PROPENSITY}, Unknown.COLLINEAR),
        ((Y * 0, CHANGED, X), {}, Unknown.NO_SPREAD),
    ],
)
def test_unusable_groups_have_their_reason(data: Any, options: dict[str, Any], why: Unknown) -> None:
    effect = matched(*data, **options)
    assert (effect.estimate.unknown, effect.p) == (why, None)


@pytest.mark.parametrize("options", [{"neighbours": 0}, {"caliper": 0}, {"caliper": float("nan")}])
def test_impossible_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="neighbours"):
        matched(Y, CHANGED, X, **options)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        matched(Y[:10], CHANGED, X)

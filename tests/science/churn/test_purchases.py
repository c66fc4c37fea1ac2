"""Repeat purchase: CDNOW as published, likelihood by integration, slopes by differences, and planted figures."""

import json
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.science.churn import bgnbd
from fiilis.science.churn.purchases import Histories, Repeat, alive, fit, purchases, purchases_of_all
from fiilis.science.estimate import Method, Unknown
from tests.science.churn.data import cdnow
from tests.science.tables import FOLDER

GOLDEN = json.loads((FOLDER / "cdnow_bgnbd.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def published() -> Repeat:
    return fit(Histories.from_arrays(*cdnow()))


def test_cdnow_equals_the_published_fit(published: Repeat) -> None:
    figures = (published.r, published.alpha, published.a, published.b)
    assert figures == pytest.approx([GOLDEN[name] for name in ("r", "alpha", "a", "b")], rel=1e-5)
    assert published.log_likelihood == pytest.approx(GOLDEN["loglik"], abs=1e-8)
    assert (published.n, published.repeaters) == (2357, 946)


def test_cdnow_customer_is_expected_to_buy_as_published(published: Repeat) -> None:
    estimate = purchases(published, repeats=2, last=30.43, observed=38.86, ahead=39)
    assert estimate.value == pytest.approx(GOLDEN["cond_exp_39w_x2_tx3043_T3886"], rel=1e-6)
    assert estimate.low < estimate.value < estimate.high
    assert (estimate.n, estimate.method) == (2357, Method.DELTA)


def test_all_together_are_expected_to_buy_the_sum_of_each(published: Repeat) -> None:
    few = Histories.from_arrays([2, 0, 5], [30.43, 0, 36.0], [38.86, 38.86, 39.0], count=[10, 20, 3])
    parts = [
        purchases(published, repeats=repeats, last=last, observed=observed, ahead=10).value * many
        for repeats, last, observed, many in zip(few.repeats, few.last, few.observed, few.customers, strict=True)
    ]
    assert purchases_of_all(published, few, ahead=10).value == pytest.approx(sum(parts))


def test_fit_survives_being_kept_as_json(published: Repeat) -> None:
    assert msgspec.json.decode(msgspec.json.encode(published), type=Repeat) == published


def test_likelihood_equals_integration_over_rate_and_stopping() -> None:
    from scipy import stats

    r, alpha, a, b = 0.8, 5.0, 1.5, 3.0
    nodes, weights = np.polynomial.legendre.leggauss(200)
    nodes, weights = (nodes + 1) / 2, weights / 2
    # The rate's density is endless at 0 for r < 1, the chance's slope for a < 2: substitute powers of the nodes.
    rate, stop = (2 * nodes[:, None]) ** 4, nodes[None, :] ** 4
    cells = weights[:, None] * 8 * (2 * nodes[:, None]) ** 3 * weights[None, :] * 4 * nodes[None, :] ** 3
    prior = stats.gamma.pdf(rate, r, scale=1 / alpha) * stats.beta.pdf(stop, a, b)
    for x, recency, age in ((0, 0.0, 10.0), (1, 4.0, 10.0), (3, 9.5, 12.0)):
        going = (1 - stop) ** x * rate**x * np.exp(-rate * age)
        gone = stop * (1 - stop) ** (x - 1) * rate**x * np.exp(-rate * recency) if x else 0.0
        value, _ = bgnbd.loss(
            np.log([r, alpha, a, b]), np.array([float(x)]), np.array([recency]), np.array([age]), np.ones(1)
        )
        assert -value == pytest.approx(math.log(((going + gone) * prior * cells).sum()), abs=1e-6)


@given(st.lists(st.floats(-1.5, 1.5), min_size=4, max_size=4))
def test_slope_equals_differences_of_the_likelihood(logs: list[float]) -> None:
    x, recency, age, many = (np.array(part) for part in ([0.0, 1, 4], [0.0, 3, 8], [9.0, 9, 10], [5.0, 2, 1]))
    point = np.array(logs)
    _, slope = bgnbd.loss(point, x, recency, age, many)
    for place in range(4):
        step = np.eye(4)[place] * 1e-5
        up, down = (bgnbd.loss(point + sign * step, x, recency, age, many)[0] for sign in (1, -1))
        assert slope[place] == pytest.approx((up - down) / 2e-5, abs=1e-5, rel=1e-6)


def simulated(n: int, seed: int, weeks: float = 52.0) -> tuple[Histories, int]:
    """Customers of r 1, alpha 6, a 1, b 3; and what they bought in the 26 weeks after."""
    rng = np.random.default_rng(seed)
    repeats, last, later = [], [], 0
    for rate, stop in zip(rng.gamma(1.0, 1 / 6.0, n), rng.beta(1.0, 3.0, n), strict=True):
        time, bought, seen = 0.0, 0, 0.0
        while True:
            time += rng.exponential(1 / rate)
            if time > weeks + 26:
                break
            if time <= weeks:
                bought, seen = bought + 1, time
            else:
                later += 1
            if rng.random() < stop:
                break
        repeats.append(bought)
        last.append(seen)
    return Histories.from_arrays(repeats, last, [weeks] * n), later


def test_planted_figures_and_future_are_found() -> None:
    histories, later = simulated(3000, 1)
    model = fit(histories)
    for place, truth in enumerate((1.0, 6.0, 1.0, 3.0)):
        error = math.sqrt(model.covariance[place][place])
        assert abs(model.logs[place] - math.log(truth)) < 3 * error
    estimate = purchases_of_all(model, histories, ahead=26)
    assert estimate.low * 0.95 < later < estimate.high * 1.05


def test_standard_errors_are_those_of_repeated_sampling() -> None:
    fits = [fit(simulated(800, seed)[0]) for seed in range(16)]
    known = [model for model in fits if model.unknown is None]
    assert len(known) >= 14
    spread = np.std([model.logs[1] for model in known], ddof=1)
    told = np.median([math.sqrt(model.covariance[1][1]) for model in known])
    assert told / spread == pytest.approx(1, abs=0.5)


def test_unit_of_time_changes_alpha_alone() -> None:
    x, recency, age, many = cdnow()
    weeks, days = (
        fit(Histories.from_arrays(x, recency, age, many)),
        fit(Histories.from_arrays(x, recency * 7, age * 7, many)),
    )
    assert (days.r, days.alpha, days.a, days.b) == pytest.approx((weeks.r, weeks.alpha * 7, weeks.a, weeks.b), rel=1e-4)


def test_later_last_purchase_is_likelier_alive(published: Repeat) -> None:
    chances = [alive(published, repeats=3, last=week, observed=38.86) for week in (5, 15, 25, 38.86)]
    values = [chance.value for chance in chances]
    assert values == sorted(values)
    assert all(0 < chance.low < chance.value < chance.high < 1 for chance in chances)
    # A customer of many purchases who fell silent is gone for all that can be told.
    gone = alive(published, repeats=5000, last=5, observed=38.86)
    assert (gone.value, gone.low) == (0, 0)


def test_chance_to_be_alive_of_who_never_bought_again_is_refused(published: Repeat) -> None:
    assert alive(published, repeats=0, last=0, observed=38.86).unknown is Unknown.NO_EVENTS
    assert purchases(published, repeats=0, last=0, observed=38.86, ahead=39).value > 0


def test_figure_a_of_one_is_no_hole() -> None:
    history = (np.array([2.0]), np.array([30.0]), np.array([38.0]))
    around = [float(bgnbd.expected(np.log([0.3, 4, a, 2.4]), *history, 20)[0]) for a in (0.999, 1.0, 1.001)]
    assert around[1] == pytest.approx((around[0] + around[2]) / 2, rel=1e-5)


@pytest.mark.parametrize(
    ("histories", "why"),
    [
        (Histories.from_arrays([], [], []), Unknown.NO_ANSWERS),
        (Histories.from_arrays([1], [2.0], [3.0]), Unknown.TOO_FEW),
        (Histories.from_arrays([0] * 200, [0.0] * 200, [9.0] * 200), Unknown.NO_EVENTS),
        (Histories.from_arrays([1] + [0] * 199, [2.0] + [0.0] * 199, [9.0] * 200), Unknown.TOO_FEW_EVENTS),
        (Histories.from_arrays([1], [math.nan], [3.0]), Unknown.INVALID),
        (Histories.from_arrays([1], [2.0], [math.inf]), Unknown.INVALID),
        (Histories.from_arrays([1], [4.0], [3.0]), Unknown.INVALID),
        (Histories.from_arrays([0], [2.0], [3.0]), Unknown.INVALID),
        (Histories.from_arrays([-1], [0.0], [3.0]), Unknown.INVALID),
        (Histories.from_arrays([0], [0.0], [0.0]), Unknown.INVALID),
        (Histories((1,), (2.0,), (3.0,), (-5,)), Unknown.INVALID),
        # All buy again just alike, right to the end: nobody stops, and rates don't differ.
        (Histories((10,), (39.9,), (40.0,), (300,)), Unknown.NOT_CONVERGED),
    ],
)
def test_degenerate_histories_have_a_named_reason(histories: Histories, why: Unknown) -> None:
    model = fit(histories)
    assert (model.unknown, model.r, model.log_likelihood) == (why, None, None)
    assert alive(model, repeats=2, last=3, observed=4).unknown is why
    assert purchases(model, repeats=2, last=3, observed=4, ahead=5).unknown is why


def test_nobody_is_expected_to_buy_nothing(published: Repeat) -> None:
    assert purchases_of_all(published, Histories((), (), (), ()), ahead=5).unknown is Unknown.NO_ANSWERS


@pytest.mark.parametrize(
    "wrong",
    [
        lambda model: Histories.from_arrays([1, 2], [1.0], [2.0]),
        lambda model: Histories.from_arrays([1.5], [1.0], [2.0]),
        lambda model: Histories.from_arrays([math.nan], [1.0], [2.0]),
        lambda model: alive(model, repeats=1, last=5, observed=4),
        lambda model: alive(model, repeats=1, last=3, observed=4, level=0),
        lambda model: purchases(model, repeats=1, last=5, observed=4, ahead=3),
        lambda model: purchases(model, repeats=1, last=3, observed=4, ahead=math.nan),
        lambda model: purchases_of_all(model, Histories.from_arrays([1], [5.0], [4.0]), ahead=1),
        lambda model: purchases_of_all(model, Histories.from_arrays([1], [3.0], [4.0]), ahead=0),
    ],
)
def test_wrong_wishes_are_refused(published: Repeat, wrong: object) -> None:
    with pytest.raises(ValueError, match=r"one-dimensional|whole|history|histories|level"):
        wrong(published)  # type: ignore[operator]

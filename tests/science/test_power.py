"""Sample sizes against published ones, statsmodels and simulation."""

import numpy as np
import pytest

from fiilis.science.power import Outcome, smallest_for_means, smallest_for_shares


@pytest.mark.parametrize(
    ("share", "other", "power", "n"),
    [
        # p and q against p + 0.1: textbook values of the pooled formula without continuity correction
        (0.6, 0.7, 0.8, 356),
        (0.5, 0.6, 0.8, 388),
        (0.5, 0.6, 0.9, 519),
        (0.1, 0.2, 0.8, 199),
    ],
)
def test_shares_published(share: float, other: float, power: float, n: int) -> None:
    plan = smallest_for_shares(share, other - share, power=power)
    assert plan is not None
    assert (plan.per_arm, plan.outcome) == (n, Outcome.SHARE)


@pytest.mark.parametrize(("d", "power", "n"), [(0.2, 0.8, 394), (0.5, 0.8, 64), (0.8, 0.8, 26), (0.5, 0.95, 105)])
def test_means_published_by_cohen(d: float, power: float, n: int) -> None:
    plan = smallest_for_means(2.0, -2.0 * d, power=power)
    assert plan is not None
    assert (plan.per_arm, plan.outcome) == (n, Outcome.MEAN)


@pytest.mark.parametrize("d", [0.1, 0.33, 1.0, 3.0])
def test_means_agree_with_statsmodels(d: float) -> None:
    from statsmodels.stats.power import TTestIndPower

    plan = smallest_for_means(1.0, d, level=0.99, power=0.9)
    assert plan is not None
    for n, reached in ((plan.per_arm, True), (plan.per_arm - 1, False)):
        assert (TTestIndPower().power(d, n, 0.01) >= 0.9) is np.bool_(reached)


def test_arm_of_shares_reaches_its_power_in_simulation() -> None:
    plan = smallest_for_shares(0.6, -0.1)
    assert plan is not None
    random = np.random.default_rng(1)
    a, b = random.binomial(plan.per_arm, 0.6, 20_000), random.binomial(plan.per_arm, 0.5, 20_000)
    pooled = (a + b) / (2 * plan.per_arm)
    z = (a - b) / plan.per_arm / np.sqrt(2 * pooled * (1 - pooled) / plan.per_arm)
    assert (np.abs(z) > 1.959964).mean() == pytest.approx(0.8, abs=0.01)


def test_direction_and_mirror_do_not_matter() -> None:
    assert smallest_for_shares(0.3, 0.1) is not None
    one, other = smallest_for_shares(0.3, 0.1), smallest_for_shares(0.7, -0.1)
    assert one is not None
    assert other is not None
    assert one.per_arm == other.per_arm


def test_no_experiment_is_named_where_none_is_sensible() -> None:
    assert smallest_for_shares(0.5, 1e-6) is None
    assert smallest_for_means(1.0, 1e-6) is None


def test_certain_shares_need_two_answers_at_least() -> None:
    plan = smallest_for_shares(0.0, 1.0)
    assert plan is not None
    assert plan.per_arm == 2


@pytest.mark.parametrize("arguments", [(1.2, 0.1), (0.5, 0.6), (0.5, 0.0), (float("nan"), 0.1)])
def test_impossible_shares_are_refused(arguments: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        smallest_for_shares(*arguments)


@pytest.mark.parametrize("arguments", [(0.0, 0.1), (1.0, 0.0), (float("nan"), 0.1), (1.0, float("inf"))])
def test_impossible_means_are_refused(arguments: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="spread"):
        smallest_for_means(*arguments)


@pytest.mark.parametrize("power", [0.05, 1.0, 0.0])
def test_impossible_power_is_refused(power: float) -> None:
    with pytest.raises(ValueError, match="power"):
        smallest_for_means(1.0, 0.5, power=power)

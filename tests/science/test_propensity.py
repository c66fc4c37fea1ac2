"""Logistic regression against statsmodels, and where it has no maximum."""

import numpy as np
import pytest

from fiilis.science.estimate import Unknown
from fiilis.science.propensity import Propensity, propensity


def test_agrees_with_statsmodels() -> None:
    import statsmodels.api as sm

    random = np.random.default_rng(1)
    x = random.normal(size=(200, 3)) * (1, 1e4, 1e-4) + (0, 5e4, 0)
    d = (random.random(200) < 1 / (1 + np.exp(-x @ (1, 5e-5, 5e3) + 2))).astype(int)
    ours, theirs = propensity(d, x), sm.Logit(d, sm.add_constant(x)).fit(disp=0, method="newton", tol=1e-12)
    assert isinstance(ours, Propensity)
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-7)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx(theirs.bse, rel=1e-6)
    assert ours.chance == pytest.approx(theirs.predict(), rel=1e-7)


def test_labels_turned_round_turn_chances_round() -> None:
    random = np.random.default_rng(2)
    x, d = random.normal(size=(60, 2)), np.arange(60) % 3 == 0
    one, other = propensity(d, x), propensity(~d, x)
    assert isinstance(one, Propensity)
    assert isinstance(other, Propensity)
    assert one.chance == pytest.approx(1 - other.chance, rel=1e-9)


@pytest.mark.parametrize(
    ("d", "x", "why"),
    [
        ([], np.empty((0, 1)), Unknown.TOO_FEW),
        ([1, 0], [[1.0], [2.0]], Unknown.TOO_FEW),
        ([1] * 5, [[1.0], [2], [3], [4], [5]], Unknown.NO_COMPARISON),
        ([1, 0] * 3, [[1.0]] * 6, Unknown.COLLINEAR),
        ([1, 0] * 3, [[i, 2 * i] for i in range(6)], Unknown.COLLINEAR),
        ([0, 0, 0, 1, 1, 1], [[i] for i in range(6)], Unknown.NO_OVERLAP),
        ([0] * 50 + [1] * 50, [[i] for i in range(100)], Unknown.NO_OVERLAP),
        ([0, 0, 1, 0, 1, 1] * 2, [[0.0], [0], [1], [0], [1], [2]] * 2, Unknown.NO_OVERLAP),
    ],
)
def test_unfit_groups_have_their_reason(d: list[int], x: list[list[float]], why: Unknown) -> None:
    assert propensity(d, x) == why


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="fit together"):
        propensity([1, 0], [1.0, 2.0])

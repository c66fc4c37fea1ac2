"""Least squares against the golden table made in R, statsmodels, and its own symmetries."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Unknown
from fiilis.science.regression import Covariance, Fit, ols
from tests.science.tables import rows

DRIVERS = "log(DriversKilled)~t+law+law_t+month"
KMS = "log(drivers)~t+law+law_t+month+log(kms)+log(PetrolPrice)"


def fitted(*args: Any, **kwargs: Any) -> Fit:
    fit = ols(*args, **kwargs)
    assert isinstance(fit, Fit)
    return fit


def seatbelts(model: str) -> tuple[np.ndarray, np.ndarray]:
    data = rows("its_seatbelts_data.csv")

    def column(name: str) -> np.ndarray:
        return np.array([float(row[name]) for row in data])

    months = np.array([[float(row["month"]) == month for month in range(2, 13)] for row in data])
    x = np.column_stack([np.ones(len(data)), column("t"), column("law"), column("law_t"), months])
    if model == DRIVERS:
        return np.log(column("DriversKilled")), x
    return np.log(column("drivers")), np.column_stack([x, np.log(column("kms")), np.log(column("PetrolPrice"))])


@pytest.mark.parametrize("model", [DRIVERS, KMS])
def test_seatbelts_golden(model: str) -> None:
    y, x = seatbelts(model)
    golden = [row for row in rows("its_seatbelts.csv") if row["model"] == model]
    robust, plain = fitted(y, x, covariance=Covariance.NEWEY_WEST, lag=12), fitted(y, x)
    assert len(golden) == x.shape[1]
    for place, row in enumerate(golden):
        assert robust.one(place) == pytest.approx((float(row["coef"]), float(row["se_newey_west_12"])), rel=1e-6)
        assert plain.one(place)[1] == pytest.approx(float(row["se_ols"]), rel=1e-6)


@pytest.mark.parametrize(
    ("ours", "kind", "options"),
    [
        ({}, "nonrobust", {}),
        ({"covariance": Covariance.HC0}, "HC0", {}),
        ({"covariance": Covariance.HC1}, "HC1", {}),
        ({"covariance": Covariance.HC2}, "HC2", {}),
        ({"covariance": Covariance.HC3}, "HC3", {}),
        ({"covariance": Covariance.NEWEY_WEST, "lag": 5}, "HAC", {"maxlags": 5, "use_correction": True}),
        ({"covariance": Covariance.NEWEY_WEST}, "HAC", {"maxlags": 0, "use_correction": True}),
    ],
)
def test_agrees_with_statsmodels(ours: dict[str, Any], kind: str, options: dict[str, Any]) -> None:
    import statsmodels.api as sm

    random = np.random.default_rng(1)
    x = np.column_stack([np.ones(60), random.normal(size=(60, 3)) * (1, 1e3, 1e-3)])
    y = x @ (1, 2, 0.1, 50) + random.normal(size=60) * (1 + np.abs(x[:, 1]))
    theirs = sm.OLS(y, x).fit(cov_type=kind, cov_kwds=options or None)
    fit = fitted(y, x, **ours)
    assert fit.coefficients == pytest.approx(theirs.params, rel=1e-9)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(np.sqrt(np.diag(theirs.cov_params())), rel=1e-9)
    assert fit.df == 56


def test_clusters_agree_with_statsmodels() -> None:
    import statsmodels.api as sm

    random = np.random.default_rng(2)
    groups = random.integers(0, 9, 80)
    x = np.column_stack([np.ones(80), random.normal(size=80)])
    y = x @ (1, 2) + random.normal(size=9)[groups] + random.normal(size=80)
    theirs = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": groups})
    fit = fitted(y, x, covariance=Covariance.CLUSTER, groups=groups)
    assert fit.covariance == pytest.approx(theirs.cov_params(), rel=1e-9)
    assert (fit.df, fit.n) == (8, 80)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-100, 100))
def test_scale_and_shift_pass_through(seed: int, scale: float, shift: float) -> None:
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(25), random.normal(size=25)])
    y = random.normal(size=25)
    for kind in (Covariance.CLASSICAL, Covariance.HC3, Covariance.NEWEY_WEST):
        one, other = fitted(y, x, covariance=kind), fitted(y * scale + shift, x, covariance=kind)
        value, error = one.one(1)
        assert other.one(1) == pytest.approx((value * scale, error * scale), rel=1e-7, abs=1e-9)


def test_combination_of_coefficients_has_its_error() -> None:
    random = np.random.default_rng(3)
    x = np.column_stack([np.ones(30), random.normal(size=(30, 2))])
    fit = fitted(random.normal(size=30), x)
    weights = np.array([0, 1.0, -2.0])
    value, error = fit.combined(weights)
    assert value == pytest.approx(fit.coefficients[1] - 2 * fit.coefficients[2])
    naive = fit.covariance[1, 1] + 4 * fit.covariance[2, 2] - 4 * fit.covariance[1, 2]
    assert error == pytest.approx(np.sqrt(naive))


@pytest.mark.parametrize(
    ("y", "x", "why"),
    [
        ([], np.empty((0, 1)), Unknown.TOO_FEW),
        ([1.0], [[1.0]], Unknown.TOO_FEW),
        ([1.0, np.nan, 2.0], [[1.0]] * 3, Unknown.INVALID),
        ([1.0, np.inf, 2.0], [[1.0]] * 3, Unknown.INVALID),
        ([1.0, 2.0, 3.0], [[1.0], [np.nan], [1.0]], Unknown.INVALID),
        ([1.0, 2.0, 3.0], [[1.0, 0.0]] * 3, Unknown.COLLINEAR),
        ([1.0, 2.0, 4.0, 1.0], [[1, 2], [2, 4], [3, 6], [4, 8]], Unknown.COLLINEAR),
        ([2.0, 2.0, 2.0], [[1.0]] * 3, Unknown.NO_SPREAD),
    ],
)
def test_unfit_data_have_their_reason(y: Any, x: Any, why: Unknown) -> None:
    assert ols(y, x) == why


def test_one_cluster_is_no_clustering() -> None:
    why = ols([1.0, 2.0, 4.0], [[1.0]] * 3, covariance=Covariance.CLUSTER, groups=["a"] * 3)
    assert why is Unknown.ONE_CLUSTER


@pytest.mark.parametrize(
    "options",
    [
        {"covariance": Covariance.CLUSTER},
        {"covariance": Covariance.CLUSTER, "groups": [1, 2]},
        {"covariance": Covariance.NEWEY_WEST, "lag": 3},
        {"covariance": Covariance.NEWEY_WEST, "lag": -1},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"group|lag"):
        ols([1.0, 2.0, 4.0], [[1.0]] * 3, **options)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="fit together"):
        ols([1.0, 2.0], [[1.0]] * 3)
    with pytest.raises(ValueError, match="fit together"):
        ols([1.0, 2.0, 3.0], [1.0] * 3)

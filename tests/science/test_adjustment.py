"""Adjusted means against statsmodels, direct standardisation by hand, and simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.adjustment import AdjustedMeans, Adjustment, adjusted_means, alike
from fiilis.science.estimate import Unknown

Data = tuple[np.ndarray, np.ndarray, np.ndarray]


def people(seed: int, n: int = 600) -> Data:
    random = np.random.default_rng(seed)
    x = random.integers(0, 3, (n, 2)).astype(float)
    d = (random.random(n) < 1 / (1 + np.exp(0.3 - x @ (0.5, -0.4)))).astype(float)
    return x @ (1, 0.5) + random.normal(size=n) + 0.5 * d, d, x


def means(data: Data, how: Adjustment) -> AdjustedMeans:
    found = adjusted_means(*data, how)
    assert isinstance(found, AdjustedMeans)
    return found


@pytest.mark.parametrize("how", list(Adjustment))
def test_true_difference_is_held_in_about_95_of_100(how: Adjustment) -> None:
    held, plain = 0, 0
    for seed in range(200):
        y, d, x = people(seed)
        value, error = means((y, d, x), how).difference
        held += abs(value - 0.5) < 1.96 * error
        plain += abs(y[d == 1].mean() - y[d == 0].mean() - 0.5) < 2 * error
    assert held >= 180
    assert plain < 160


def test_weighted_means_agree_with_statsmodels() -> None:
    import statsmodels.api as sm
    from statsmodels.regression.linear_model import OLS
    from statsmodels.treatment.treatment_effects import TreatmentEffect

    y, d, x = people(1)
    full = sm.add_constant(x)
    theirs = TreatmentEffect(OLS(y, full), d.astype(int), results_select=sm.Logit(d, full).fit(disp=0)).ipw(
        return_results=True
    )
    ours = means((y, d, x), Adjustment.WEIGHTED)
    value, error = ours.difference
    assert value == pytest.approx(float(np.ravel(theirs.effect)[0]), rel=1e-6)
    # Theirs by GMM without a correction for the parameters.
    assert error * np.sqrt(ours.df / ours.n) == pytest.approx(theirs.results_gmm.bse[0], rel=1e-3)


def test_regressed_means_agree_with_statsmodels() -> None:
    import statsmodels.api as sm
    from statsmodels.regression.linear_model import OLS
    from statsmodels.treatment.treatment_effects import TreatmentEffect

    y, d, x = people(2)
    full = sm.add_constant(x)
    theirs = TreatmentEffect(OLS(y, full), d.astype(int), results_select=sm.Logit(d, full).fit(disp=0)).ra(
        return_results=True
    )
    ours = means((y, d, x), Adjustment.REGRESSION)
    value, error = ours.difference
    assert value == pytest.approx(float(np.ravel(theirs.effect)[0]), rel=1e-6)
    assert error * np.sqrt(ours.df / ours.n) == pytest.approx(theirs.results_gmm.bse[0], rel=1e-3)


def test_strata_are_directly_standardised() -> None:
    y, d, x = people(3)
    naive = 0.0
    for row in np.unique(x, axis=0):
        mine = (x == row).all(axis=1)
        naive += (y[mine & (d == 1)].mean() - y[mine & (d == 0)].mean()) * mine.mean()
    assert means((y, d, x), Adjustment.STRATIFIED).difference[0] == pytest.approx(naive, rel=1e-9)


def test_without_confounders_it_is_the_plain_difference() -> None:
    y, d, _ = people(4)
    found = means((y, d, np.empty((600, 0))), Adjustment.REGRESSION)
    assert found.difference[0] == pytest.approx(y[d == 1].mean() - y[d == 0].mean())
    spread = sum(y[d == arm].var() / (d == arm).sum() for arm in (0, 1))
    assert found.difference[1] == pytest.approx(np.sqrt(spread), rel=0.01)


def test_log_ratio_has_the_delta_methods_error() -> None:
    d = np.arange(200) % 2
    y = np.where(d == 1, np.arange(200) % 5 == 0, np.arange(200) % 10 == 0).astype(float)
    value, error = means((y, d, np.empty((200, 0))), Adjustment.REGRESSION).log_ratio
    a, b = y[d == 1].mean(), y[d == 0].mean()
    assert value == pytest.approx(np.log(a / b))
    assert error == pytest.approx(np.sqrt((1 - a) / a / 100 + (1 - b) / b / 100), rel=0.01)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 500), st.sampled_from(list(Adjustment)), st.floats(0.1, 20), st.floats(-50, 50))
def test_scale_shift_and_labels_pass_through(seed: int, how: Adjustment, scale: float, shift: float) -> None:
    y, d, x = people(seed)
    value, error = means((y, d, x), how).difference
    assert means((y * scale + shift, d, x), how).difference == pytest.approx((value * scale, error * scale), rel=1e-6)
    assert means((y, 1 - d, x), how).difference == pytest.approx((-value, error), rel=1e-6)


Y, D, X = people(5, 60)


@pytest.mark.parametrize(
    ("data", "how", "why"),
    [
        (([], [], np.empty((0, 1))), Adjustment.REGRESSION, Unknown.NO_COMPARISON),
        ((Y, D * 0, X), Adjustment.REGRESSION, Unknown.NO_COMPARISON),
        ((Y * np.nan, D, X), Adjustment.REGRESSION, Unknown.INVALID),
        ((Y, D, X + np.inf), Adjustment.REGRESSION, Unknown.INVALID),
        ((Y, D * 3, X), Adjustment.REGRESSION, Unknown.INVALID),
        ((Y, D, X * 0 + 1), Adjustment.REGRESSION, Unknown.COLLINEAR),
        ((Y, D, X * 0 + 1), Adjustment.WEIGHTED, Unknown.COLLINEAR),
        ((Y, D, X + D[:, None]), Adjustment.STRATIFIED, Unknown.NO_OVERLAP),
        ((Y * 0, D, X), Adjustment.REGRESSION, Unknown.NO_SPREAD),
        ((Y[:3], [1, 1, 0], X[:3]), Adjustment.REGRESSION, Unknown.TOO_FEW),
    ],
)
def test_unusable_groups_have_their_reason(data: Data, how: Adjustment, why: Unknown) -> None:
    assert adjusted_means(*data, how) == why


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="don't fit"):
        adjusted_means(Y, D, X[:, 0])


def test_share_with_somebody_alike() -> None:
    assert alike([0.3] * 10, [0, 1] * 5) == 1
    assert alike([0.1] * 5 + [0.9] * 5, [0] * 5 + [1] * 5) == 0

"""The light quantiles agree with scipy.stats, which the package itself doesn't import."""

import subprocess
import sys

import pytest
from scipy import stats

from fiilis.science import quantiles


@pytest.mark.parametrize("p", [1e-9, 0.025, 0.5, 0.8, 0.975, 1 - 1e-9])
def test_normal_quantile_agrees_with_scipy(p: float) -> None:
    assert quantiles.normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("z", [-8.0, -1.0, 0.0, 1.96, 12.0])
def test_normal_tail_agrees_with_scipy(z: float) -> None:
    assert quantiles.normal_tail(z) == pytest.approx(stats.norm.sf(z), rel=1e-12)


@pytest.mark.parametrize("df", [1, 2.5, 29, 210, 1e6])
def test_t_agrees_with_scipy(df: float) -> None:
    assert quantiles.t_quantile(0.975, df) == pytest.approx(stats.t.ppf(0.975, df), rel=1e-9)
    assert quantiles.t_tail(2.5, df) == pytest.approx(stats.t.sf(2.5, df), rel=1e-9)


def test_infinite_df_is_normal() -> None:
    assert quantiles.t_quantile(0.975, float("inf")) == quantiles.normal_quantile(0.975)
    assert quantiles.t_tail(1.5, float("inf")) == quantiles.normal_tail(1.5)


def test_estimates_and_verdicts_do_not_import_scipy_stats_or_django() -> None:
    code = """
import sys
from fiilis.science import comparisons, metrics
from fiilis.science.sums import ClusterSums, Counts, Moments
metrics.nps(15, 25, 60)
metrics.share(7, 10)
print([name for name in ("numpy", "scipy", "django") if name in sys.modules])
metrics.mean(5, 15, 55)
metrics.nps_from_sums(ClusterSums.from_arrays([100, 0, -100] * 5))
comparisons.holm([comparisons.compare_means(Moments(40, 180, 840), Moments(40, 160, 690))])
print([name for name in ("scipy.stats", "pandas", "statsmodels", "django") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n[]\n"

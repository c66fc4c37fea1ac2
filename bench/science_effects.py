"""Effects beside what one would use instead, statsmodels, on the same data: processor time and agreement.

    python -m bench.science_effects

Each side gives an estimate with its error or interval. Ours adds what its page promises besides: level, slope and end
of an interrupted series, the drift before a difference of differences, the sum and its joint error of a forecast.
"""

import csv
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parent.parent / "tests" / "science" / "golden"
Answer = tuple[float, float]


def main(repeats: int = 9) -> None:
    """Print a table: what, ours, theirs, ours as a share of theirs, largest relative difference."""
    warnings.simplefilter("ignore")
    from bench.intake import machine

    print(machine())
    print(f"\nprocessor time, median of {repeats} runs taken in turns\n")
    print(f"{'':44} {'ours':>10} {'statsmodels':>12} {'share':>6}  largest relative difference")
    for name, ours, theirs in (_newey_west(), _differences(), _structural(), _weighted()):
        gap = max(abs(a - b) / abs(b) for a, b in zip(ours(), theirs(), strict=True))
        times: tuple[list[float], list[float]] = ([], [])
        # In turns, so that a busy moment of the machine falls on both.
        for _ in range(repeats):
            for kept, run in zip(times, (ours, theirs), strict=True):
                began = time.process_time()
                run()
                kept.append(time.process_time() - began)
        mine, other = (sorted(kept)[repeats // 2] for kept in times)
        print(f"{name:44} {mine * 1e3:7.1f} ms {other * 1e3:9.1f} ms {mine / other:6.2f}  {gap:.0e}")


def _column(file: str, name: str) -> np.ndarray:
    with (GOLDEN / file).open(encoding="utf-8", newline="") as text:
        return np.array([float(row[name]) for row in csv.DictReader(text)])


def _newey_west() -> tuple[str, Callable[[], Answer], Callable[[], Answer]]:
    import statsmodels.api as sm

    from fiilis.science.effects.interrupted import interrupted

    y = np.log(_column("its_seatbelts_data.csv", "DriversKilled"))
    n, change = len(y), 169

    def ours() -> Answer:
        details = interrupted(y, change, season=12, lag=12, stretched=False).details
        assert details is not None
        return details.coefficients[2], details.standard_errors[2]

    def theirs() -> Answer:
        t = np.arange(n)
        after = t >= change
        seasons = [t % 12 == month for month in range(1, 12)]
        x = np.column_stack([np.ones(n), t + 1, after, (t - change + 1) * after, *seasons]).astype(float)
        fit = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 12, "use_correction": True})
        fit.conf_int()
        return fit.params[2], fit.bse[2]

    return "interrupted series, Newey-West, 192 months", ours, theirs


def _differences() -> tuple[str, Callable[[], Answer], Callable[[], Answer]]:
    import statsmodels.api as sm

    from fiilis.science.effects.did import NEVER, difference_in_differences
    from fiilis.science.quantiles import t_quantile

    random = np.random.default_rng(1)
    group, period = np.repeat(np.arange(60), 26 * 10), np.tile(np.repeat(np.arange(26), 10), 60)
    y = 50 + random.normal(0, 5, 60)[group] + random.normal(0, 2, (60, 26))[group, period] + random.normal(size=15_600)
    changed = {one: 13 if one < 20 else NEVER for one in range(60)}

    def ours() -> Answer:
        found = difference_in_differences(y, group, period, changed).estimate
        assert found.value is not None
        assert found.half_width is not None
        return found.value, found.half_width / t_quantile(0.975, 59)

    def theirs() -> Answer:
        after = ((group < 20) & (period >= 13)).astype(float)
        x = np.column_stack([after, np.eye(60)[group], np.eye(26)[period][:, 1:]])
        fit = sm.OLS(y, x).fit(cov_type="cluster", cov_kwds={"groups": group})
        return fit.params[0], fit.bse[0]

    return "difference-in-differences, 15,600 answers", ours, theirs


def _structural() -> tuple[str, Callable[[], Answer], Callable[[], Answer]]:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    from fiilis.science.effects.structural import structural

    y, x = (_column("causalimpact_vignette_data.csv", name) for name in ("y", "x1"))

    def ours() -> Answer:
        details = structural(y, 70, covariates=x).details
        assert details is not None
        return details.expected[0], details.expected[-1]

    def theirs() -> Answer:
        scale, middle = y[:70].std(ddof=1), y[:70].mean()
        z, beside = (y - middle) / scale, (x - x[:70].mean()) / x[:70].std()
        model = UnobservedComponents(z[:70], level="llevel", exog=beside[:70], mle_regression=False)
        forecast = model.fit(disp=0, maxiter=500).get_forecast(30, exog=beside[70:]).predicted_mean * scale + middle
        return forecast[0], forecast[-1]

    return "structural series, 100 points (wraps it)", ours, theirs


def _weighted() -> tuple[str, Callable[[], Answer], Callable[[], Answer]]:
    import statsmodels.api as sm
    from statsmodels.treatment.treatment_effects import TreatmentEffect

    from fiilis.science.adjustment import AdjustedMeans, Adjustment, adjusted_means

    random = np.random.default_rng(2)
    x = random.normal(size=(5_000, 4))
    d = (random.random(5_000) < 1 / (1 + np.exp(0.5 - x @ (0.5, -0.3, 0.2, 0.1)))).astype(int)
    y = x @ (1, 0.5, 0.2, 0.1) - 0.4 * d + random.normal(size=5_000)
    full = sm.add_constant(x)

    def ours() -> Answer:
        means = adjusted_means(y, d, x, Adjustment.WEIGHTED)
        assert isinstance(means, AdjustedMeans)
        value, error = means.difference
        return value, error * float(np.sqrt(means.df / means.n))

    def theirs() -> Answer:
        chances = sm.Logit(d, full).fit(disp=0)
        found = TreatmentEffect(sm.OLS(y, full), d, results_select=chances).ipw(return_results=True)
        return float(np.ravel(found.effect)[0]), float(found.results_gmm.bse[0])

    return "weighted link with its error, 5,000 people", ours, theirs


if __name__ == "__main__":
    main()

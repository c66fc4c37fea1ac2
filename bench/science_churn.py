"""Churn and repeat purchase beside lifelines and plain loops on the same data: processor time and agreement.

    python -m bench.science_churn

Aim: never slower than the library that is wrapped by more than 10 %. lifelines has no BG/NBD; beside ours stands its
likelihood customer by customer, as it is written in the paper, with the slope by differences.
"""

import time
import warnings
from collections.abc import Callable
from math import exp, lgamma, log

CUSTOMERS, RUNS = 20_000, 7


def main() -> None:
    """Print a table: what, ours, theirs, ours as a share of theirs, largest difference."""
    warnings.simplefilter("ignore")
    from bench.intake import machine

    print(machine())
    print(f"\n{CUSTOMERS:,} customers; processor time, median of runs taken in turns\n")
    print(f"{'':44} {'ours':>10} {'beside':>10} {'share':>7}  largest difference")
    _survival()
    _cox()
    _purchases()


def _show(what: str, ours: Callable[[], object], theirs: Callable[[], object], apart: float, runs: int = RUNS) -> None:
    ours(), theirs()
    mine, other = [], []
    # In turns, so that a busy moment of the machine falls on both.
    for _ in range(runs):
        for times, run in ((mine, ours), (other, theirs)):
            began = time.process_time()
            run()
            times.append(time.process_time() - began)
    middle = [sorted(times)[runs // 2] for times in (mine, other)]
    print(f"{what:44} {middle[0] * 1000:7.1f} ms {middle[1] * 1000:7.1f} ms {middle[0] / middle[1]:7.2f}  {apart:.0e}")


def _followed() -> tuple[object, object, object]:
    import numpy as np

    rng = np.random.default_rng(1)
    table = rng.integers(0, 3, (CUSTOMERS, 3)).astype(float)
    stay = rng.exponential(40 / np.exp(table @ [0.5, -0.3, 0.0]))
    followed = rng.uniform(5, 60, CUSTOMERS)
    # Whole days over two years: ties, as in real data.
    return np.ceil(np.minimum(stay, followed) * 12), (stay <= followed).astype(int), table


def _survival() -> None:
    import numpy as np
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import multivariate_logrank_test
    from lifelines.utils import restricted_mean_survival_time

    from fiilis.science.churn.lifetable import LifeTable
    from fiilis.science.churn.survival import kaplan_meier, log_rank, restricted_mean

    time_, left, table = _followed()
    curve = kaplan_meier(LifeTable.from_arrays(time_, left))
    fitted = KaplanMeierFitter().fit(time_, left)
    _show(
        "Kaplan-Meier, from rows",
        lambda: kaplan_meier(LifeTable.from_arrays(time_, left)),
        lambda: KaplanMeierFitter().fit(time_, left),
        float(np.abs(fitted.survival_function_.iloc[1:, 0].to_numpy() - np.array(curve.survival)).max()),
    )
    life = LifeTable.from_arrays(time_, left)
    _show(
        "Kaplan-Meier, from a life table",
        lambda: kaplan_meier(life),
        lambda: KaplanMeierFitter().fit(time_, left),
        float(np.abs(fitted.survival_function_.iloc[1:, 0].to_numpy() - np.array(curve.survival)).max()),
    )
    group = table[:, 0]

    def ours() -> object:
        return log_rank([LifeTable.from_arrays(time_[group == one], left[group == one]) for one in range(3)])

    theirs = multivariate_logrank_test(time_, group, left)
    _show(
        "log-rank of three groups, from rows",
        ours,
        lambda: multivariate_logrank_test(time_, group, left),
        abs(ours().statistic / theirs.test_statistic - 1),
    )
    _show(
        "restricted mean with its variance",
        lambda: restricted_mean(life, 365),
        lambda: restricted_mean_survival_time(fitted, 365, return_variance=True),
        abs(restricted_mean(life, 365).value - restricted_mean_survival_time(fitted, 365)),
    )


def _cox() -> None:
    import numpy as np
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.statistics import proportional_hazard_test

    from fiilis.science.churn.hazards import Followed, hazards

    time_, left, table = _followed()
    names = ["a", "b", "c"]

    def ours() -> object:
        return hazards(Followed.from_arrays(time_, left, dict(zip(names, table.T, strict=True))))

    def theirs() -> object:
        frame = pd.DataFrame(table, columns=names).assign(time=time_, left=left)
        fit = CoxPHFitter().fit(frame, "time", "left")
        proportional_hazard_test(fit, frame, time_transform="rank")
        # Read as one reads it: p, concordance.
        return fit, fit.summary, fit.concordance_index_

    found, (fit, *_) = ours(), theirs()
    apart = np.abs(np.array([one.ratio.value for one in found.ratios]) / fit.hazard_ratios_.to_numpy() - 1).max()
    _show("Cox, 3 variables, with the test of it", ours, theirs, float(apart), runs=5)


def _purchases() -> None:
    import numpy as np
    from scipy.optimize import minimize

    from fiilis.science.churn.purchases import Histories, fit

    rng = np.random.default_rng(2)
    customers = 2000
    repeats, last = np.zeros(customers, dtype=int), np.zeros(customers)
    for number, (rate, stop) in enumerate(
        zip(rng.gamma(0.8, 0.2, customers), rng.beta(1.0, 3.0, customers), strict=True)
    ):
        at = rng.exponential(1 / rate)
        while at <= 52:
            repeats[number], last[number] = repeats[number] + 1, at
            at = np.inf if rng.random() < stop else at + rng.exponential(1 / rate)
    observed = np.full(customers, 52.0)

    def singly(logs: object) -> float:
        r, alpha, a, b = np.exp(logs).tolist()
        total = 0.0
        for x, recency, age in zip(repeats.tolist(), last.tolist(), observed.tolist(), strict=True):
            one = lgamma(r + x) - lgamma(r) + r * log(alpha) + lgamma(a + b) + lgamma(b + x) - lgamma(b)
            alive = -(r + x) * log(alpha + age)
            gone = log(a) - log(b + x - 1) - (r + x) * log(alpha + recency) if x else -1e300
            most = max(alive, gone)
            total += one - lgamma(a + b + x) + most + log(exp(alive - most) + exp(gone - most))
        return -total

    def theirs() -> object:
        return minimize(singly, np.zeros(4), method="L-BFGS-B")

    def ours() -> object:
        return fit(Histories.from_arrays(repeats, last, observed))

    apart = abs(ours().log_likelihood + theirs().fun)
    _show(f"BG/NBD of {customers:,}, beside a loop", ours, theirs, apart, runs=3)


if __name__ == "__main__":
    main()

"""Driver analysis on one core: 12 drivers, 10,000 answers, 1,000 resamples, beside regressions one by one.

    python -m bench.science_drivers

Aim: at most 2 s with bootstrap intervals. The loops are what one writes first; they are timed for one division, without
any interval, and multiplied by 1,001 for what the intervals would cost.
"""

import os
import time
from collections.abc import Callable
from math import factorial

ANSWERS, DRIVERS, RESAMPLES, RUNS = 10_000, 12, 1000, 3


def main() -> None:
    """Print seconds, agreement and the factor between ours and loops over all subsets."""
    # One core for everybody: read by numpy when it is first imported.
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    import numpy as np

    from bench.intake import machine
    from fiilis.science.drivers import Division, Missing, Ratings, analyse
    from fiilis.science.drivers.shares import lmg

    print(machine())
    rng = np.random.default_rng(1)
    table = np.clip(np.round(4 + 0.7 * rng.normal(size=(ANSWERS, 1)) + rng.normal(size=(ANSWERS, DRIVERS))), 1, 7)
    outcome = table @ np.linspace(1, 0.1, DRIVERS) + 3 * rng.normal(size=ANSWERS)
    names = [f"q{number:02}" for number in range(DRIVERS)]
    whole = Ratings.from_arrays(outcome, dict(zip(names, table.T, strict=True)))
    holes = np.where(rng.random(table.shape) < 0.05, np.nan, table)
    blanks = Ratings.from_arrays(outcome, dict(zip(names, holes.T, strict=True)))
    flights = Ratings.from_arrays(
        outcome,
        dict(zip(names, table.T, strict=True)),
        weights=rng.uniform(0.5, 2, ANSWERS),
        clusters=np.arange(ANSWERS) % 200,
    )
    print(f"\n{DRIVERS} drivers, {ANSWERS:,} answers, {RESAMPLES:,} resamples, one core; median of {RUNS}\n")
    seconds = {}
    for what, data, division, missing in (
        ("LMG with intervals", whole, Division.LMG, Missing.LISTWISE),
        ("LMG, weights, 200 clusters", flights, Division.LMG, Missing.LISTWISE),
        ("LMG, 5 % blanks, pairwise", blanks, Division.LMG, Missing.PAIRWISE),
        ("Johnson with intervals", whole, Division.JOHNSON, Missing.LISTWISE),
    ):
        seconds[what] = _median(
            lambda data=data, division=division, missing=missing: analyse(
                data, division=division, missing=missing, resamples=RESAMPLES
            )
        )
        print(f"{what:42} {seconds[what]:8.2f} s")
    correlations = np.corrcoef(np.column_stack([table, outcome]), rowvar=False)
    ours = lmg(correlations)
    print()
    for what, squared in (
        ("loop: a solve for each subset", lambda inside: _solved(correlations, inside)),
        ("loop: a regression for each subset", lambda inside: _regressed(table, outcome, inside)),
    ):
        began = time.perf_counter()
        theirs = _looped(squared)
        once = time.perf_counter() - began
        print(
            f"{what:42} {once:8.2f} s without intervals; with them {once * (RESAMPLES + 1):9,.0f} s = "
            f"{once * (RESAMPLES + 1) / seconds['LMG with intervals']:8,.0f} times ours; "
            f"largest difference {abs(ours - theirs).max():.0e}"
        )


def _median(run: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return sorted(times)[RUNS // 2]


def _looped(squared: Callable[[list[int]], float]) -> object:
    import numpy as np

    found = [squared([j for j in range(DRIVERS) if subset >> j & 1]) for subset in range(2**DRIVERS)]
    parts = np.zeros(DRIVERS)
    for subset in range(2**DRIVERS):
        size = subset.bit_count()
        for driver in range(DRIVERS):
            if not subset >> driver & 1:
                weight = factorial(size) * factorial(DRIVERS - 1 - size) / factorial(DRIVERS)
                parts[driver] += weight * (found[subset | 1 << driver] - found[subset])
    return parts


def _solved(correlations: object, inside: list[int]) -> float:
    import numpy as np

    if not inside:
        return 0.0
    own = correlations[inside, -1]
    return float(own @ np.linalg.solve(correlations[np.ix_(inside, inside)], own))


def _regressed(table: object, outcome: object, inside: list[int]) -> float:
    import numpy as np

    design = np.column_stack([np.ones(len(table)), table[:, inside]])
    slopes = np.linalg.solve(design.T @ design, design.T @ outcome)
    left = outcome - design @ slopes
    around = outcome - outcome.mean()
    return float(1 - (left @ left) / (around @ around))


if __name__ == "__main__":
    main()

"""How often the drivers' intervals hold the truth: `python -m tests.science.driver_coverage` prints docs' table.

Four normal ratings that correlate .4 among each other, with weights 1, .6, .3 and 0 in the whole.
"""

from collections.abc import Iterator

import numpy as np

from fiilis.science.drivers import Ratings, analyse
from fiilis.science.drivers.shares import lmg

SAMPLES, RESAMPLES = 300, 300
WEIGHTS = np.array([1.0, 0.6, 0.3, 0.0])


def lines() -> Iterator[str]:
    """Yield the table, a row for each number of answers."""
    yield "| answers | 1st | 2nd | 3rd | 4th | R² | some order wrong |"
    yield "|---|---|---|---|---|---|---|"
    ratings = np.full((4, 4), 0.4) + 0.6 * np.eye(4)
    both = ratings @ WEIGHTS
    covariance = np.block([[ratings, both[:, None]], [both[None, :], np.array([[WEIGHTS @ both + 2.7]])]])
    spread = np.sqrt(np.diag(covariance))
    truth = lmg(covariance / np.outer(spread, spread))
    root = np.linalg.cholesky(covariance)
    for n in (60, 150, 400, 1500):
        held, whole, wrong = np.zeros(4), 0, 0
        for seed in range(SAMPLES):
            drawn = np.random.default_rng(seed).normal(size=(n, 5)) @ root.T
            columns = {str(number): drawn[:, number] for number in range(4)}
            found = analyse(Ratings.from_arrays(drawn[:, 4], columns), resamples=RESAMPLES, seed=seed)
            drivers = sorted(found.drivers, key=lambda driver: driver.name)
            held += [
                driver.importance.low <= true <= driver.importance.high
                for driver, true in zip(drivers, truth, strict=True)
            ]
            whole += found.explained.low <= truth.sum() <= found.explained.high
            wrong += any(drivers[a].best > drivers[b].worst for a in range(4) for b in range(a + 1, 4))
        shares = [*held / SAMPLES, whole / SAMPLES]
        yield f"| {n} | " + " | ".join(f"{share:.0%}" for share in shares) + f" | {wrong / SAMPLES:.1%} |"


if __name__ == "__main__":
    print("\n".join(lines()))

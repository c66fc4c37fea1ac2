"""How often the NPS intervals hold the truth, by adding up all possible outcomes; no simulation.

`python -m tests.science.exact_coverage` prints the table that docs/statistics/nps.md shows.
"""

from collections.abc import Callable, Iterator
from functools import cache
from math import lgamma

import numpy as np

from fiilis.science.intervals import nps_adjusted_wald, nps_score, nps_wald

FORMULAS: dict[str, Callable[[int, int, int], tuple[float, float]]] = {
    "score": nps_score,
    "adjusted Wald": nps_adjusted_wald,
    "Wald": nps_wald,
}


@cache
def outcomes(n: int) -> tuple[np.ndarray, np.ndarray]:
    """All (detractors, passives, promoters) of n answers, and the logarithms of their multinomial coefficients."""
    every = np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)])
    return every, np.array([lgamma(n + 1) - sum(lgamma(k + 1) for k in counts) for counts in every])


@cache
def limits(n: int, formula: str) -> np.ndarray:
    return np.array([FORMULAS[formula](*map(int, counts)) for counts in outcomes(n)[0]])


def coverage(n: int, formula: str, population: tuple[float, float, float]) -> float:
    """Probability that the 95 % interval of n answers holds the NPS of a population of these three shares."""
    every, coefficients = outcomes(n)
    log_shares = np.array([np.log(share) if share > 0 else -np.inf for share in population])
    with np.errstate(invalid="ignore"):
        chances = np.exp(coefficients + np.where(every > 0, every * log_shares, 0.0).sum(axis=1))
    truth = 100 * (population[2] - population[0])
    low, high = limits(n, formula).T
    return float(chances[(low <= truth + 1e-9) & (high >= truth - 1e-9)].sum())


def populations(step: int, least: int) -> Iterator[tuple[float, float, float]]:
    """All populations on a grid of `step` per cent with at least `least` per cent in each of the three groups.

    One of each mirrored pair: the formulas treat detractors and promoters alike, which other tests show.
    """
    for detractors in range(least, 101 - 2 * least, step):
        for promoters in range(detractors, 101 - least - detractors, step):
            yield detractors / 100, (100 - detractors - promoters) / 100, promoters / 100


def worst_and_mean(n: int, formula: str, *, step: int, least: int) -> tuple[float, float]:
    all_of_them = [coverage(n, formula, population) for population in populations(step, least)]
    return min(all_of_them), float(np.mean(all_of_them))


def table() -> str:
    lines = [
        "| n | interval | worst, each group >= 2 % | worst, any population | mean |",
        "|---|---|---|---|---|",
    ]
    for n, formula in ((10, "score"), (30, "score"), (100, "adjusted Wald"), (10, "Wald"), (30, "Wald"), (100, "Wald")):
        usual, _ = worst_and_mean(n, formula, step=1, least=2)
        worst, mean = worst_and_mean(n, formula, step=1, least=0)
        lines.append(f"| {n} | {formula} | {usual:.1%} | {worst:.1%} | {mean:.1%} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())

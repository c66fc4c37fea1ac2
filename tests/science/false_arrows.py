"""How often a page of comparisons says something false: the simulation behind docs/statistics/comparisons.md.

`python -m tests.science.false_arrows` prints its table in some ten seconds. Written apart from the package, over
whole arrays, so that 40,000 pages of each kind are drawn and the two can be held against each other.
"""

import numpy as np
from scipy.special import ndtr, stdtr

PAGES = 40_000
Shares = tuple[float, float, float]
NO_CHANGE: list[tuple[Shares, int, int]] = [
    ((0.20, 0.30, 0.50), 30, 20),
    ((0.33, 0.34, 0.33), 30, 20),
    ((0.33, 0.34, 0.33), 30, 50),
    ((0.33, 0.34, 0.33), 100, 20),
    ((0.05, 0.20, 0.75), 100, 20),
]
AT_THE_MARGIN: list[tuple[Shares, Shares, int, int]] = [
    ((0.30, 0.30, 0.40), (0.20, 0.30, 0.50), 400, 12),
    ((0.15, 0.20, 0.65), (0.05, 0.20, 0.75), 400, 20),
    ((0.06, 0.10, 0.84), (0.01, 0.10, 0.89), 1000, 20),
]


def drawn(chance: np.random.Generator, n: int, shares: Shares) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Plain NPS, adjusted NPS and its variance, as fractions, of one group on each page."""
    detractors, _, promoters = chance.multinomial(n, shares, size=PAGES).T
    centre = (promoters - detractors) / (n + 3)
    return (promoters - detractors) / n, centre, ((promoters + detractors + 1.5) / (n + 3) - centre**2) / (n + 3)


def pages(seed: int, a: Shares, b: Shares, n: int, places: int) -> tuple[float, float, float]:
    """Share of pages with an arrow (none, Holm with normal, Holm with t), or, where a != b, with "immaterial"."""
    chance = np.random.default_rng(seed)
    least = [np.ones(PAGES), np.ones(PAGES)]
    margin = abs((a[2] - a[0]) - (b[2] - b[0]))
    for _ in range(places):
        value_a, centre_a, var_a = drawn(chance, n, a)
        value_b, centre_b, var_b = drawn(chance, n, b)
        df = (n - 1) * (var_a + var_b) ** 2 / (var_a**2 + var_b**2)
        far = np.maximum(abs(centre_a - centre_b), abs(value_a - value_b))
        distance, sides = (abs(centre_a - centre_b), 2) if a == b else (margin - far, 1)
        score = distance / np.sqrt(var_a + var_b)
        for place, p in enumerate((sides * ndtr(-score), sides * stdtr(df, -score))):
            least[place] = np.minimum(least[place], p)
    # Holm leaves some rejection exactly where the least p is at most alpha / places.
    return (
        float((least[0] <= 0.05).mean()),
        float((least[0] <= 0.05 / places).mean()),
        float((least[1] <= 0.05 / places).mean()),
    )


def lines() -> list[str]:
    table = [
        "| false verdict | detractors/passives/promoters, % | n each | on the page "
        "| each alone | Holm, normal | Holm, t |",
        "|---|---|---|---|---|---|---|",
    ]
    cases = [("arrow", a, a, n, places) for a, n, places in NO_CHANGE]
    cases += [("immaterial", a, b, n, places) for a, b, n, places in AT_THE_MARGIN]
    for kind, a, b, n, places in cases:
        alone, normal, heavy = pages(1, a, b, n, places)
        groups = " against ".join("/".join(f"{100 * share:.0f}" for share in one) for one in dict.fromkeys((a, b)))
        table.append(f"| {kind} | {groups} | {n} | {places} | {alone:.1%} | {normal:.1%} | {heavy:.1%} |")
    return table


if __name__ == "__main__":
    print("\n".join(lines()))

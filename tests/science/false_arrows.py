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


def side(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Plain NPS, adjusted NPS and its variance, as fractions, of (..., 3) counts."""
    detractors, promoters, n = counts[..., 0], counts[..., 2], counts.sum(axis=-1)
    centre = (promoters - detractors) / (n + 3)
    return (promoters - detractors) / n, centre, ((promoters + detractors + 1.5) / (n + 3) - centre**2) / (n + 3)


def p_values(a: np.ndarray, b: np.ndarray, margin: float | None) -> tuple[np.ndarray, np.ndarray]:
    """p of "no difference", or with a margin of "at least the margin", by the normal and by t; groups of one n."""
    (value_a, centre_a, var_a), (value_b, centre_b, var_b) = side(a), side(b)
    df = (a.sum(axis=-1) - 1) * (var_a + var_b) ** 2 / (var_a**2 + var_b**2)
    se = np.sqrt(var_a + var_b)
    if margin is None:
        score = abs(centre_a - centre_b) / se
        return 2 * ndtr(-score), 2 * stdtr(df, -score)
    score = (margin - np.maximum(abs(centre_a - centre_b), abs(value_a - value_b))) / se
    return ndtr(-score), stdtr(df, -score)


def pages(seed: int, a: Shares, b: Shares, n: int, places: int) -> tuple[float, float, float]:
    """Share of pages with an arrow (each alone, Holm with normal, Holm with t), or, where a != b, "immaterial"."""
    chance = np.random.default_rng(seed)
    least = [np.ones(PAGES), np.ones(PAGES)]
    margin = None if a == b else abs((a[2] - a[0]) - (b[2] - b[0]))
    for _ in range(places):
        drawn_a, drawn_b = (chance.multinomial(n, shares, size=PAGES) for shares in (a, b))
        least = [np.minimum(so_far, p) for so_far, p in zip(least, p_values(drawn_a, drawn_b, margin), strict=True)]
    # Holm leaves some rejection exactly where the least p is at most alpha / places.
    normal, heavy = least
    bar = 0.05 / places
    return float((normal <= 0.05).mean()), float((normal <= bar).mean()), float((heavy <= bar).mean())


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

"""How often looking every day ends in a false arrow: the simulation behind docs/statistics/peeking.md.

`python -m tests.science.peeking` prints its table in some ten seconds. Written apart from the package, over whole
arrays; a test holds the two against each other.
"""

import numpy as np
from scipy.special import ndtr, ndtri, stdtr

SHARES = (0.20, 0.30, 0.50)
DAYS = 30
A_DAY = 20
EXPECTED = 10.0
STAKES = 0.98 * 2.0 ** (-np.arange(24) / 2)


def days(seed: int, runs: int, *, shares: tuple[float, float, float] = SHARES, last: int = DAYS) -> np.ndarray:
    """Counts so far (run, day, class) of one group that gets A_DAY answers a day."""
    chance = np.random.default_rng(seed)
    return chance.multinomial(A_DAY, shares, size=(runs, last)).cumsum(axis=1)


def scores(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Adjusted difference in points, its variance and degrees of freedom, of (..., 3) counts."""

    def side(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        n = counts.sum(axis=-1) + 3
        centre = (counts[..., 2] - counts[..., 0]) / n
        return 100 * centre, 1e4 * ((counts[..., 0] + counts[..., 2] + 1.5) / n - centre**2) / n

    (centre_a, var_a), (centre_b, var_b) = side(a), side(b)
    df = (a.sum(axis=-1) - 1) * (var_a + var_b) ** 2 / (var_a**2 + var_b**2)
    return centre_a - centre_b, var_a + var_b, df


def once_p(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """p of the ordinary test."""
    delta, variance, _ = scores(a, b)
    return 2 * ndtr(-abs(delta) / np.sqrt(variance))


def always_p(a: np.ndarray, b: np.ndarray, expected: float = EXPECTED) -> np.ndarray:
    """Always-valid p of the normal mixture."""
    delta, variance, df = scores(a, b)
    tail = stdtr(df, -abs(delta) / np.sqrt(variance))
    far = ndtri(tail)
    ratio = expected**2 / variance
    return np.minimum(1, np.sqrt(1 + ratio) * np.exp(-far * far / 2 * ratio / (1 + ratio)))


def ever(p: np.ndarray, a: np.ndarray, level: float = 0.05) -> np.ndarray:
    """Whether p was ever at most the level on a day with 30 answers or more in the group."""
    return ((p <= level) & (a.sum(axis=-1) >= 30)).any(axis=1)


def false_arrows(seed: int, runs: int, last: int = DAYS) -> tuple[float, float]:
    """Share of runs without any change in which some day showed an arrow: ordinary test, always-valid."""
    a, b = days(seed, runs, last=last), days(seed + 1, runs, last=last)
    return float(ever(once_p(a, b), a).mean()), float(ever(always_p(a, b), a).mean())


def out_by_betting(a: np.ndarray, truth: float = 30.0, level: float = 0.95) -> np.ndarray:
    """Whether the confidence sequence of one NPS left out the truth on some day."""
    places, at = np.array([0.0, 0.5, 1.0]), (truth + 100) / 200
    wealth = []
    for x, m in ((places, at), (1 - places, 1 - at)):
        gains = np.log1p(STAKES[:, None] * (x / m - 1)[None, :])
        wealth.append(np.logaddexp.reduce(a @ gains.T, axis=-1) - np.log(len(STAKES)))
    return (np.maximum(*wealth) >= np.log(2 / (1 - level))).any(axis=1)


def out_once(a: np.ndarray, truth: float = 30.0) -> np.ndarray:
    """Whether the ordinary adjusted Wald interval left out the truth on some day."""
    n = a.sum(axis=-1) + 3
    centre = (a[..., 2] - a[..., 0]) / n
    half = 1.959964 * np.sqrt(((a[..., 0] + a[..., 2] + 1.5) / n - centre**2) / n)
    return (abs(centre - truth / 100) > half).any(axis=1)


def false_pages(seed: int, runs: int, places: int = 20) -> tuple[float, float, float]:
    """Share of pages with some arrow on some day: each alone, Holm over an ordinary test, Holm over watching."""
    found = np.zeros((3, runs), dtype=bool)
    for place in range(places):
        a, b = days(seed + 2 * place, runs), days(seed + 2 * place + 1, runs)
        once = once_p(a, b)
        found[0] |= ever(once, a)
        # Holm leaves some rejection exactly where the least p is at most alpha / places.
        found[1] |= ever(once, a, 0.05 / places)
        found[2] |= ever(always_p(a, b), a, 0.05 / places)
    alone, holm, watched = found.mean(axis=1)
    return float(alone), float(holm), float(watched)


def days_to_find(seed: int, runs: int, points: int) -> tuple[float, float]:
    """Median day on which a true change is seen first: ordinary test looked at daily (and wrong), always-valid."""
    moved = points / 200
    better = (SHARES[0] - moved, SHARES[1], SHARES[2] + moved)
    a, b = days(seed, runs, shares=better, last=365), days(seed + 1, runs, last=365)
    enough = a.sum(axis=-1) >= 30
    found = [np.where((p <= 0.05) & enough, np.arange(1, 366), 366).min(axis=1) for p in (once_p(a, b), always_p(a, b))]
    return float(np.median(found[0])), float(np.median(found[1]))


def lines(runs: int = 20_000) -> list[str]:
    table = ["| looked at daily for | ordinary 5 % test | watched |", "|---|---|---|"]
    for last in (2, 7, 30, 180):
        once, always = false_arrows(1, runs if last <= DAYS else runs // 5, last)
        table.append(f"| {last} days, one comparison | {once:.1%} | {always:.1%} |")
    a = days(3, runs)
    name = f"{DAYS} days, one NPS: the truth left out"
    table.append(f"| {name} | {out_once(a).mean():.1%} | {out_by_betting(a).mean():.1%} |")
    alone, holm, watched = false_pages(1, runs // 4)
    table.append(f"| 30 days, a page of 20, each alone | {alone:.1%} | - |")
    table.append(f"| 30 days, a page of 20, Holm | {holm:.1%} | {watched:.1%} |")
    for points in (10, 20):
        once, always = days_to_find(7, runs // 10, points)
        table.append(f"| true change of {points} points seen first on day (median) | {once:.0f} | {always:.0f} |")
    return table


if __name__ == "__main__":
    print("\n".join(lines()))

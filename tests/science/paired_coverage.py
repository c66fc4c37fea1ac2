"""How often intervals of a change among the same people hold: behind docs/statistics/before-and-after.md.

`python -m tests.science.paired_coverage` prints its table in about ten seconds.
"""

from collections import Counter

import numpy as np

from fiilis.science.paired import PairedCounts, PairedTally, before_after_nps, before_after_shares
from fiilis.science.verdicts import Comparison

BEFORE = np.array([[0.2], [0.3], [0.5]])
WHERE_TO = np.array([[0.2, 0.6, 0.2], [0.0, 0.7, 0.3], [0.1, 0.3, 0.6]])
CASES = ((30, 0.1), (30, 0.4), (100, 0.05), (100, 0.4), (400, 0.2))


def shares(moved: float) -> np.ndarray:
    """Chances of the nine cells, before in rows, when so large a part of the people think again."""
    return BEFORE * ((1 - moved) * np.eye(3) + moved * WHERE_TO)


def holds(result: Comparison, truth: float) -> bool:
    assert result.low is not None and result.high is not None
    return result.low <= truth <= result.high


def coverage(seed: int, runs: int, n: int, moved: float) -> tuple[float, float]:
    """Share of runs in which the interval holds the truth: of promoters, and of the NPS."""
    cells = shares(moved)
    steps = np.arange(3)[None, :] - np.arange(3)[:, None]
    gain = float(cells[:, 2].sum() - cells[2].sum())
    drawn = np.random.default_rng(seed).multinomial(n, cells.ravel(), size=runs)
    both = np.zeros(2)
    for table, times in Counter(tuple(map(int, one)) for one in drawn).items():
        people = PairedCounts((table[:3], table[3:6], table[6:]))
        gained, lost = table[2] + table[5], table[6] + table[7]
        promoters = PairedTally(table[8], gained, lost, n - table[8] - gained - lost)
        both[0] += times * holds(before_after_shares(promoters), gain)
        both[1] += times * holds(before_after_nps(people), 100 * float((cells * steps).sum()))
    return float(both[0] / runs), float(both[1] / runs)


def lines(runs: int = 10_000) -> list[str]:
    table = ["| people | thinking again | share of promoters | NPS |", "|---|---|---|---|"]
    for n, moved in CASES:
        share, nps = coverage(11, runs, n, moved)
        table.append(f"| {n} | {moved:.0%} | {share:.1%} | {nps:.1%} |")
    return table


if __name__ == "__main__":
    print("\n".join(lines()))

"""How far raw and shrunken figures are from the truth: the simulation behind docs/statistics/fair-ranking.md.

`python -m tests.science.fair_ranking` prints its table in about a minute.
"""

import numpy as np

from fiilis.science.shrinkage import rank
from fiilis.science.sums import Counts

GROUPS = 20
BETWEEN = 10.0
PASSIVES = 0.30


def truths(chance: np.random.Generator, between: float, groups: int = GROUPS) -> np.ndarray:
    """True NPS of each group, points around 30."""
    return np.clip(chance.normal(30, between, groups), -60, 60)


def shares(nps: float) -> tuple[float, float, float]:
    detractors = (1 - PASSIVES - nps / 100) / 2
    return detractors, PASSIVES, 1 - PASSIVES - detractors


def drawn(chance: np.random.Generator, true: np.ndarray, n: int) -> dict[str, Counts]:
    return {str(i): Counts(*(int(one) for one in chance.multinomial(n, shares(nps)))) for i, nps in enumerate(true)}


def errors(
    seed: int, lists: int, n: int, between: float = BETWEEN, groups: int = GROUPS
) -> tuple[float, float, float, float, float]:
    """Root mean square error raw and shrunken, coverage of the shrunken 95 %, lists whose rank intervals all hold,
    and how often the raw winner's raw figure is too high."""
    chance = np.random.default_rng(seed)
    raw, shrunken, held, ranks, winners = [], [], [], [], []
    for _ in range(lists):
        true = truths(chance, between, groups)
        order = {str(i): int(1 + (true > true[i]).sum()) for i in range(groups)}
        ranking = rank(drawn(chance, true, n))
        for place in ranking.places:
            truth = true[int(place.name)]
            assert place.raw.value is not None and place.shrunken.value is not None
            assert place.shrunken.low is not None and place.shrunken.high is not None
            raw.append(place.raw.value - truth)
            shrunken.append(place.shrunken.value - truth)
            held.append(place.shrunken.low <= truth <= place.shrunken.high)
        ranks.append(all(one.rank_low <= order[one.name] <= one.rank_high for one in ranking.places))
        winner = max(ranking.places, key=lambda place: place.raw.value or 0.0)
        winners.append((winner.raw.value or 0.0) > true[int(winner.name)])
    square = (float(np.sqrt(np.mean(np.square(one)))) for one in (raw, shrunken))
    return *square, float(np.mean(held)), float(np.mean(ranks)), float(np.mean(winners))


def lines(lists: int = 1_000) -> list[str]:
    table = [
        "| groups | n each | truth differs by (sd) | raw off by | shrunken off by | 95 % hold | all ranks hold |",
        "|---|---|---|---|---|---|---|",
    ]
    cases = ((100, 15, 10.0), (20, 15, 10.0), (20, 15, 0.0), (20, 15, 25.0), (20, 40, 10.0), (20, 600, 10.0))
    for groups, n, between in cases:
        raw, shrunken, held, ranks, _ = errors(3, lists * GROUPS // groups, n, between, groups)
        table.append(f"| {groups} | {n} | {between:.0f} | {raw:.1f} | {shrunken:.1f} | {held:.1%} | {ranks:.1%} |")
    return table


if __name__ == "__main__":
    print("\n".join(lines()))

"""How often effects are cried where nothing was done: `python -m tests.science.effects.simulated` prints docs' tables.

Takes some minutes; the tests hold shorter forms of the same.
"""

import numpy as np

from fiilis.science.effects.did import NEVER, difference_in_differences
from fiilis.science.effects.interrupted import interrupted
from fiilis.science.effects.regression_to_mean import Score, before_after

DRAWS = 600


def interruptions() -> None:
    """Straight trend with AR(1) errors, "changed" in the middle: cried at 5 %, plain and stretched."""
    print("| points | errors related by | Newey–West alone, shown | stretched, shown |\n|---|---|---|---|")
    for n in (24, 64, 150):
        for relation in (0.0, 0.5, 0.8):
            random, plain, stretched = np.random.default_rng(1), 0, 0
            for _ in range(DRAWS):
                noise = random.normal(size=n)
                for place in range(1, n):
                    noise[place] += relation * noise[place - 1]
                y = 50 + 0.1 * np.arange(n) + noise
                plain += (interrupted(y, n // 2, stretched=False).p or 0) < 0.05
                stretched += (interrupted(y, n // 2).p or 0) < 0.05
            print(f"| {n} | {relation:g} | {plain / DRAWS:.0%} | {stretched / DRAWS:.0%} |".replace("%", " %"))


def differences() -> None:
    """Groups with shocks and wandering levels over 16 periods, none changed really: how often 0 is held."""
    print("| groups | changed | 0 held |\n|---|---|---|")
    for groups, changed in ((6, 3), (10, 5), (10, 2), (20, 5), (50, 20)):
        random, held = np.random.default_rng(2), 0
        group, period = np.repeat(np.arange(groups), 16), np.tile(np.arange(16), groups)
        dates: dict[object, float] = {one: 8 if one < changed else NEVER for one in range(groups)}
        for draw in range(DRAWS):
            wander = random.normal(0, 1, (groups, 16)).cumsum(axis=1) + random.normal(0, 3, (groups, 16))
            found = difference_in_differences(50 + wander[group, period], group, period, dates, seed=draw).estimate
            held += found.low is None or found.high is None or found.low <= 0 <= found.high
        print(f"| {groups} | {changed} | {held / DRAWS:.1%} |".replace("%", " %"))


def rises() -> None:
    """The worst of m touchpoints, nothing done: rise seen, left after subtraction, cried at 5 %."""
    print("| units | true spread | rise seen | left after subtraction | shown as effect |\n|---|---|---|---|---|")
    for units, spread in ((5, 0), (10, 7), (20, 7), (20, 14), (40, 14)):
        random, cried, raw, left = np.random.default_rng(3), 0, [], []
        for _ in range(3 * DRAWS):
            errors, levels = random.uniform(10, 18, units), random.normal(30, spread, units)
            before = random.normal(levels, errors)
            worst = int(before.argmin())
            after = float(random.normal(levels[worst], 14))
            scores = [Score(float(value), float(error), 30) for value, error in zip(before, errors, strict=True)]
            effect = before_after(scores, worst, Score(after, 14, 30))
            raw.append(after - before[worst])
            left.append(effect.estimate.value or 0)
            cried += (effect.p or 0) < 0.05
        share = f"{cried / (3 * DRAWS):.1%}".replace("%", " %")
        print(f"| {units} | {spread} | {np.mean(raw):.1f} | {np.mean(left):.1f} | {share} |")


if __name__ == "__main__":
    rises()
    differences()
    interruptions()

"""Draws docs/statistics/pictures/regression-to-the-mean.svg: `python -m tests.science.pictures.regression_to_mean`."""

from random import Random

from fiilis.science.effects.regression_to_mean import rise_of_the_worst
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "regression-to-the-mean.svg"
UNITS, ERROR, SPREAD, MEAN, SEED = 20, 14.6, 11.0, 30.0, 12
LEFT, RIGHT = 150, 470


def scores() -> list[tuple[float, float]]:
    """Return each touchpoint's NPS in May and in June, from 30 answers each; nobody did anything in between."""
    chance = Random(SEED)
    levels = [chance.gauss(MEAN, SPREAD) for _ in range(UNITS)]
    return [(chance.gauss(level, ERROR), chance.gauss(level, ERROR)) for level in levels]


def drawn() -> str:
    """Return the picture: twenty touchpoints twice, lines between, the worst and the best drawn out."""
    seen = sorted(scores())
    paper = Paper(680, 360, "Twenty touchpoints twice: the worst rises and the best falls though nothing was done")
    top = axis(-20, 80, 310, 50)
    for tick in (0, 20, 40, 60):
        paper.line([(LEFT - 40, top(tick)), (RIGHT + 40, top(tick))], kind="g")
        paper.text((LEFT - 50, top(tick) + 4), f"{tick}", kind="m", anchor="end")
    for place, (may, june) in enumerate(seen):
        worst, best = place == 0, place == UNITS - 1
        kind = "l1 k" if worst else "l2 k" if best else "x"
        dot = "f1" if worst else "f2" if best else "m"
        paper.line([(LEFT, top(may)), (RIGHT, top(june))], kind=kind)
        paper.dot((LEFT, top(may)), kind=dot, radius=5 if worst or best else 3)
        paper.dot((RIGHT, top(june)), kind=dot, radius=5 if worst or best else 3)
    paper.text((LEFT, 34), "May", anchor="middle")
    paper.text((RIGHT, 34), "June, nothing done", anchor="middle")
    (may, june), (high_may, high_june) = seen[0], seen[-1]
    paper.text((RIGHT + 50, top(june) + 4), f"the worst: {june - may:+.0f}", kind="f1")
    fall = f"the best: {high_june - high_may:+.0f}".replace("-", "−")
    paper.text((RIGHT + 50, top(high_june) + 4), fall, kind="f2")
    expected = rise_of_the_worst(UNITS, ERROR, SPREAD)
    paper.text((LEFT - 40, 345), f"The worst of {UNITS} rises by {expected:.0f} points on average, by itself")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

"""Draws docs/statistics/pictures/churn-risk.svg, always the same: run `python -m tests.science.pictures.churn_risk`."""

import numpy as np

from fiilis.science.churn.risk import Direction, Model, Past, fit, risk
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "churn-risk.svg"
LEFT, RIGHT, TOP, BOTTOM = 56, 296, 46, 266
CUSTOMER = {"late parcels": 3.0, "years here": 4.0, "open cases": 1.0, "letters": 4.0}


def modelled() -> Model:
    """Return the model of 2,000 made-up customers: late parcels and open cases go with leaving, years with staying."""
    rng = np.random.default_rng(6)
    known = {
        "late parcels": rng.integers(0, 4, 2000).astype(float),
        "years here": rng.integers(0, 6, 2000).astype(float),
        "open cases": rng.integers(0, 2, 2000).astype(float),
        "letters": rng.integers(0, 5, 2000).astype(float),
    }
    odds = -1.6 + 0.8 * known["late parcels"] - 0.5 * known["years here"] + 0.5 * known["open cases"]
    return fit(Past.from_arrays(rng.random(2000) < 1 / (1 + np.exp(-odds)), known))


def drawn() -> str:
    """Return the picture: what came true beside what was said, and one customer's reasons."""
    model = modelled()
    paper = Paper(640, 316, "What came true follows what was predicted; beside it the reasons of one customer")
    _reliability(paper, model)
    _reasons(paper, model)
    return paper.done()


def _reliability(paper: Paper, model: Model) -> None:
    x, y = axis(0, 0.8, LEFT, RIGHT), axis(0, 0.8, BOTTOM, TOP)
    paper.text((20, 24), "Left, out of those said to leave with")
    for share in (0, 20, 40, 60, 80):
        paper.line([(LEFT, y(share / 100)), (RIGHT, y(share / 100))], kind="g")
        paper.text((LEFT - 8, y(share / 100) + 4), f"{share} %", kind="m", anchor="end")
        paper.text((x(share / 100), BOTTOM + 20), f"{share} %", kind="m", anchor="middle")
    paper.text((RIGHT, BOTTOM + 40), "chance said", kind="m", anchor="end")
    paper.line([(x(0), y(0)), (x(0.8), y(0.8))], kind="x", dash="3 3")
    for row in model.quality.reliability:
        at, seen = x(row.predicted), row.observed
        paper.line([(at, y(seen.low)), (at, y(seen.high))], kind="k l0")
        paper.dot((at, y(seen.value)), kind="f0", radius=4)


def _reasons(paper: Paper, model: Model) -> None:
    found = risk(model, CUSTOMER)
    middle, top, step = 500, 84, 40
    x = axis(-2, 2, middle - 110, middle + 110)
    chance = found.chance
    paper.text(
        (326, 24),
        f"One customer: {100 * chance.value:.0f} % ({100 * chance.low:.0f} to {100 * chance.high:.0f}), because",
    )
    paper.line([(middle, top - 22), (middle, top + step * len(found.reasons) - 10)], kind="x")
    for number, reason in enumerate(found.reasons):
        y = top + step * number
        kind = {Direction.RAISES: 1, Direction.LOWERS: 2}.get(reason.direction)
        value = reason.log_odds.value
        start = min(x(0), x(value))
        paper.bar((start, y - 9), abs(x(value) - x(0)), 16, kind="m" if kind is None else f"f{kind}")
        paper.line([(x(reason.log_odds.low), y - 1), (x(reason.log_odds.high), y - 1)], kind="x")
        name = f"{reason.name}: {CUSTOMER[reason.name]:.0f}"
        # The name stands on the empty side.
        if value < 0:
            paper.text((middle + 10, y + 4), name)
        else:
            paper.text((middle - 10, y + 4), name, anchor="end")
    under = top + step * len(found.reasons) + 10
    paper.text((middle - 10, under), "lowers", kind="m", anchor="end")
    paper.text((middle + 10, under), "raises the chance", kind="m")


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

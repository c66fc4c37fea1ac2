"""Draws docs/statistics/pictures/drivers.svg, always the same: run `python -m tests.science.pictures.drivers`."""

import numpy as np

from fiilis.science.drivers import Drivers, Ratings, analyse
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "drivers.svg"
LEFT, RIGHT, TOP, STEP = 150, 520, 66, 34
WEIGHTS = {
    "Staff": 1.0, "Cleanliness": 0.6, "Signs": 0.5, "Wi-Fi": 0.45, "Waiting": 0.4, "Parking": 0.1,
}  # fmt: skip


def analysed() -> Drivers:
    """Return the analysis of 800 made-up guests, whose ratings have something in common as real ones do."""
    rng = np.random.default_rng(4)
    mood = rng.normal(size=800)
    ratings = {name: np.clip(np.round(3.6 + 0.6 * mood + rng.normal(size=800)), 1, 5) for name in WEIGHTS}
    overall = sum(weight * ratings[name] for name, weight in WEIGHTS.items()) + 1.5 * rng.normal(size=800)
    return analyse(Ratings.from_arrays(overall, ratings), bounds=(1, 5))


def drawn() -> str:
    """Return the picture: shares with intervals, and brackets around drivers that can't be ordered."""
    found = analysed()
    bottom = TOP + STEP * len(found.drivers)
    x = axis(0, 0.5, LEFT, RIGHT)
    first = found.drivers[0]
    paper = Paper(
        640, bottom + 52, f"Shares of six drivers with intervals; only {first.name} stands apart from all others"
    )
    paper.text((20, 24), "Share of what all ratings together tell about the whole, 95 % intervals")
    for tick in range(0, 51, 10):
        at = x(tick / 100)
        paper.line([(at, TOP - 18), (at, bottom)], kind="g")
        paper.text((at, bottom + 20), f"{tick} %", kind="m", anchor="middle")
    place = {}
    for number, driver in enumerate(found.drivers):
        y = TOP + STEP * number + 8
        place[driver.name] = y
        paper.text((LEFT - 14, y + 5), driver.name, anchor="end")
        paper.line([(x(driver.share.low), y), (x(driver.share.high), y)], kind="k l0")
        paper.dot((x(driver.share.value), y), kind="f0")
    column = RIGHT + 18
    for group in found.groups:
        if len(group) > 1:
            start, end = place[group[0]] - 10, place[group[-1]] + 10
            paper.line([(column - 6, start), (column, start), (column, end), (column - 6, end)], kind="x")
            column += 14
    paper.text((column, TOP + STEP * 3), "no order", kind="m")
    paper.text((column, TOP + STEP * 3 + 17), "known", kind="m")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

"""Draws docs/statistics/pictures/question-dosing.svg: run `python -m tests.science.pictures.dosing`."""

import numpy as np

from fiilis.science.dosing import Doses, dosed_means, equal_doses
from tests.science.pictures.canvas import FOLDER, Canvas

TARGET = FOLDER / "question-dosing.svg"
QUESTIONS = ("finding", "prices", "paying", "delivery", "returns", "help", "app", "stores")
TRUTH = (4.2, 3.1, 4.4, 3.4, 2.6, 3.9, 3.6, 4.0)
SHOWN, PEOPLE = 14, 84
LEFT, STEP, TOP, ROW = 130, 61, 62, 10.0


def doses() -> tuple[Doses, np.ndarray]:
    """84 people met two of eight questions each, in turn, so that each pair is met alike; made-up answers."""
    pairs = [(a, b) for step in (1, 3, 2, 4) for a in range(8) for b in [(a + step) % 8] if step < 4 or a < b]
    which = np.array([pairs[person % len(pairs)] for person in range(PEOPLE)])
    # No random draw: another release of numpy would draw another picture.
    noise = ((np.arange(2 * PEOPLE) * 0.618034) % 1 * 3 - 1.5).reshape(-1, 2)
    score = np.clip(np.round(np.array(TRUTH)[which] + noise), 1, 5)
    names = np.array(QUESTIONS)[which.ravel()]
    return Doses.from_arrays(
        QUESTIONS, np.repeat(np.arange(PEOPLE), 2), names, score.ravel(), equal_doses(8, 2)
    ), which  # fmt: skip


def drawn() -> str:
    everything, which = doses()
    canvas = Canvas(640, 350, "Each of 84 people met two of eight questions; together they give every question its "
                              "mean and interval")  # fmt: skip
    canvas.text(20, 24, "Each meets two questions of eight …", "h")
    for place, name in enumerate(QUESTIONS):
        middle = LEFT + STEP * place + STEP / 2
        canvas.text(middle, 50, name, "m", "middle")
        for person in range(SHOWN):
            met = place in which[person].tolist()
            canvas.rect("d" if met else "w", middle - 22, TOP + ROW * person, 44, 7.5)
    canvas.text(LEFT - 6, TOP + 8, "person 1", "m", "end")
    canvas.text(LEFT - 6, TOP + ROW * SHOWN - 2, f"person {SHOWN}", "m", "end")
    canvas.text(LEFT - 6, TOP + ROW * SHOWN + 14, f"… to {PEOPLE}", "m", "end")
    canvas.text(20, 242, "… together they answer all", "h")
    base, top = 332, 256

    def y(mean: float) -> float:
        return base - (base - top) * (mean - 1) / 4

    for score in (1, 3, 5):
        canvas.line("g", LEFT, y(score), LEFT + 8 * STEP, y(score))
        canvas.text(LEFT - 6, y(score) + 4, str(score), "m", "end")
    for place, estimate in enumerate(dosed_means(everything, bounds=(1, 5)).values()):
        assert estimate.low is not None and estimate.high is not None and estimate.value is not None
        middle = LEFT + STEP * place + STEP / 2
        canvas.line("l", middle, y(estimate.low), middle, y(estimate.high))
        canvas.dot("d", middle, y(estimate.value), 3.5)
        canvas.text(middle + 8, y(estimate.value) + 4, f"{estimate.value:.1f}")
    return canvas.drawn()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

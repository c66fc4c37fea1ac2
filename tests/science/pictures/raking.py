"""Draws docs/statistics/pictures/raking.svg, always the same: run `python -m tests.science.pictures.raking`."""

import numpy as np

from fiilis.science.raking import Margin, rake
from tests.science.pictures.canvas import FOLDER, Canvas

TARGET = FOLDER / "raking.svg"
LEFT, WIDE = 150, 380
AGE = Margin("age", {"under 30": 0.35, "30 to 59": 0.45, "60 or over": 0.20})
CHANNEL = Margin("channel", {"shop": 0.40, "web": 0.60})
HEARD = {  # how many answered, by age and channel
    ("under 30", "shop"): 6, ("under 30", "web"): 18, ("30 to 59", "shop"): 30,
    ("30 to 59", "web"): 26, ("60 or over", "shop"): 54, ("60 or over", "web"): 16,
}  # fmt: skip


def answers() -> dict[str, np.ndarray]:
    """Age and channel of the 150 who answered."""
    return {
        "age": np.repeat([age for age, _ in HEARD], list(HEARD.values())),
        "channel": np.repeat([channel for _, channel in HEARD], list(HEARD.values())),
    }


def x(share: float) -> float:
    return LEFT + WIDE * share / 0.7


def drawn() -> str:
    people = answers()
    raked = rake(people, [AGE, CHANNEL])
    assert raked.weights is not None
    canvas = Canvas(640, 330, "Under thirties are 16 per cent of those who answered but 35 per cent of customers; "
                              "raked weights bring each age and channel to its known share")  # fmt: skip
    canvas.text(20, 26, "Who answered, and who the customers are", "h")
    for share in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6):
        canvas.line("g", x(share), 44, x(share), 262)
        canvas.text(x(share), 280, f"{share:.0%}".replace("%", " %"), "m", "middle")
    at = 52.0
    for margin in (AGE, CHANNEL):
        for name, target in margin.targets.items():
            mine = people[margin.name] == name
            canvas.text(LEFT - 12, at + 18, name, anchor="end")
            canvas.rect("s", x(0), at + 3, x(mine.mean()) - x(0), 20)
            canvas.line("t", x(target), at - 2, x(target), at + 28)
            canvas.dot("d", x(float(raked.weights[mine].sum())), at + 13, 6)
            at += 38
        at += 18
    canvas.rect("s", LEFT, 300, 16, 12)
    canvas.text(LEFT + 22, 311, "of those who answered", "m")
    canvas.line("t", LEFT + 190, 298, LEFT + 190, 314)
    canvas.text(LEFT + 200, 311, "known of all", "m")
    canvas.dot("d", LEFT + 306, 306, 6)
    canvas.text(LEFT + 318, 311, "after raking", "m")
    return canvas.drawn()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

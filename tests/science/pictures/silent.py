"""Draws docs/statistics/pictures/silent-majority.svg: run `python -m tests.science.pictures.silent`."""

from fiilis.science.skew import Answers, corrected
from fiilis.science.sums import Counts
from tests.science.pictures.canvas import FOLDER, Canvas

TARGET = FOLDER / "silent-majority.svg"
HEARD = Counts(detractors=24, passives=34, promoters=84)
ASKED = 500
LEFT, RIGHT, TOP, BOTTOM = 366, 612, 70, 250
HIGHEST = 3.0


def x(ratio: float) -> float:
    return LEFT + (RIGHT - LEFT) * (ratio - 1) / (HIGHEST - 1)


def y(points: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * (points + 20) / 80


def _people(canvas: Canvas) -> None:
    kinds = ["p"] * HEARD.promoters + ["n"] * HEARD.passives + ["r"] * HEARD.detractors
    kinds += ["o"] * (ASKED - HEARD.n)
    corners = [(20 + 11.0 * (place // 20), 44 + 11.0 * (place % 20)) for place in range(ASKED)]
    for kind in ("p", "n", "r", "o"):
        canvas.squares(kind, [corner for corner, one in zip(corners, kinds, strict=True) if one == kind], 8)
    for at, kind, words in (
        (20, "p", "promoter"),
        (104, "n", "passive"),
        (178, "r", "detractor"),
        (264, "o", "silent"),
    ):
        canvas.squares(kind, [(at, 276)], 9)
        canvas.text(at + 14, 285, words, "m")


def drawn() -> str:
    canvas = Canvas(640, 300, "500 customers asked, 142 answered: NPS 42. If promoters answer twice as readily, the "
                              "NPS of all is 18; at 1.4 times it falls to 30")  # fmt: skip
    canvas.text(20, 26, f"{ASKED} asked, {HEARD.n} answered", "h")
    _people(canvas)
    canvas.text(LEFT - 36, 26, "NPS of all, if promoters answer", "h")
    canvas.text(LEFT - 36, 44, "so many times as readily", "h")
    for points in (-20, 0, 20, 40, 60):
        canvas.line("g", LEFT, y(points), RIGHT, y(points))
        canvas.text(LEFT - 8, y(points) + 4, str(points).replace("-", "−"), "m", "end")
    steps = [1 + (HIGHEST - 1) * i / 40 for i in range(41)]
    found = [corrected(Answers.of_nps(HEARD), ratio) for ratio in steps]
    band = [(x(r), y(one.high or 0)) for r, one in zip(steps, found, strict=True)]
    band += [(x(r), y(one.low or 0)) for r, one in reversed(list(zip(steps, found, strict=True)))]
    canvas.path("w", band, closed=True)
    canvas.line("k", LEFT, y(30), RIGHT, y(30))
    canvas.text(RIGHT, y(30) - 7, "target 30", "m", "end")
    canvas.path("l", [(x(r), y(one.value or 0)) for r, one in zip(steps, found, strict=True)])
    for ratio, dx, dy in ((1, 9, -8), (2, 8, -9)):
        value = corrected(Answers.of_nps(HEARD), ratio).value or 0
        canvas.dot("d", x(ratio), y(value))
        canvas.text(x(ratio) + dx, y(value) + dy, f"{value:.0f}")
    for ratio in (1, 1.5, 2, 2.5, 3):
        canvas.text(x(ratio), BOTTOM + 20, f"{ratio:g}", "m", "middle")
    return canvas.drawn()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

"""Draws docs/statistics/pictures/peeking.svg: run `python -m tests.science.pictures.peeking`."""

from random import Random

from fiilis.science.comparisons import Comparison, compare_nps
from fiilis.science.sums import Counts
from fiilis.science.watching import watch
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "peeking.svg"
DAYS, A_DAY, SEED = 30, 20, 24
LEFT, RIGHT, TOP, BOTTOM = 60, 610, 62, 282


def looks() -> list[tuple[int, Comparison, Comparison]]:
    """Two pages that do not differ, looked at on each day: the day, the ordinary interval, the watched one."""
    chance = Random(SEED)
    counts = [[0, 0, 0], [0, 0, 0]]
    out = []
    for day in range(1, DAYS + 1):
        for group in counts:
            for _ in range(A_DAY):
                throw = chance.random()
                group[0 if throw < 0.2 else 1 if throw < 0.5 else 2] += 1
        once = compare_nps(Counts(*counts[0]), Counts(*counts[1]), margin=10)
        if day > 1:
            out.append((day, once, watch(once)))
    return out


def drawn() -> str:
    """Return the picture: the difference of two pages that don't differ, day by day, with both intervals."""
    paper = Paper(640, 330, "Two pages that do not differ: the ordinary interval leaves out 0 on some days, "
                            "the watched one on none")  # fmt: skip
    x, y = axis(1, DAYS, LEFT, RIGHT), axis(-60, 60, BOTTOM, TOP)
    seen = looks()

    def limit(value: float | None) -> float:
        assert value is not None
        return y(max(-60.0, min(60.0, value)))

    paper.text((LEFT, 22), "Difference of two pages that do not differ, NPS points, looked at every day")
    for tick in range(-60, 61, 20):
        paper.line([(LEFT, y(tick)), (RIGHT, y(tick))], kind="x" if tick == 0 else "g")
        paper.text((LEFT - 8, y(tick) + 4), f"{tick}".replace("-", "−"), kind="m", anchor="end")
    for day in (1, 5, 10, 15, 20, 25, 30):
        paper.text((x(day), BOTTOM + 20), f"{day}", kind="m", anchor="middle")
    paper.text((RIGHT, BOTTOM + 40), "day", kind="m", anchor="end")
    for which, kind in ((2, "f0"), (1, "f1")):
        low = [(x(day), limit((once, always)[which - 1].low)) for day, once, always in seen]
        high = [(x(day), limit((once, always)[which - 1].high)) for day, once, always in seen]
        paper.area(low, high, kind=kind)
        for side in (low, high):
            paper.line(side, kind=kind.replace("f", "l"))
    paper.line([(x(day), limit(once.delta)) for day, once, _ in seen], kind="x k")
    for day, once, _ in seen:
        if once.verdict in ("better", "worse"):
            paper.dot((x(day), limit(once.delta)), kind="f1")
    paper.text((RIGHT, TOP - 16), "watched interval", kind="f0", anchor="end")
    paper.text((LEFT, TOP - 16), "ordinary interval; a dot is a false arrow", kind="f1")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

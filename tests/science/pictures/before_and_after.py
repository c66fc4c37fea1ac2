"""Draws docs/statistics/pictures/before-and-after.svg: run `python -m tests.science.pictures.before_and_after`."""

from fiilis.science.comparisons import Comparison, compare_shares
from fiilis.science.paired import PairedTally, before_after_shares
from fiilis.science.sums import Tally
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "before-and-after.svg"
PEOPLE = PairedTally(kept=125, gained=33, lost=11, neither=31)
LEFT, RIGHT, TOP, TALL = 150, 490, 62, 150
WIDE = 14


def people(paper: Paper) -> None:
    """Draw where the people were before and where they are after, as bands from left to right."""
    scale = axis(0, PEOPLE.n, TOP, TOP + TALL)
    start = {"kept": 0, "lost": PEOPLE.kept, "gained": PEOPLE.kept + PEOPLE.lost}
    start["neither"] = start["gained"] + PEOPLE.gained
    end = {"kept": 0, "gained": PEOPLE.kept, "lost": PEOPLE.kept + PEOPLE.gained, "neither": start["neither"]}
    for name, kind in (("kept", "f0"), ("neither", "x0"), ("gained", "f2"), ("lost", "f1")):
        many = getattr(PEOPLE, name)
        left, right = (LEFT + WIDE, scale(start[name])), (RIGHT, scale(end[name]))
        tall = scale(many) - scale(0)
        low = [(left[0], left[1] + tall), (right[0], right[1] + tall)]
        paper.area(low, [left, right], kind="m" if kind == "x0" else kind)
    for x, before in ((LEFT, True), (RIGHT, False)):
        yes = PEOPLE.kept + (PEOPLE.lost if before else PEOPLE.gained)
        paper.bar((x, TOP), WIDE, scale(yes) - TOP - 1, kind="f0")
        paper.bar((x, scale(yes) + 1), WIDE, TOP + TALL - scale(yes) - 1, kind="m")
        words = (f"{yes / PEOPLE.n:.0%} satisfied", f"{1 - yes / PEOPLE.n:.0%} not")
        anchor, at = ("end", x - 10) if before else ("start", x + WIDE + 10)
        for text, y in zip(words, (scale(yes / 2), scale((yes + PEOPLE.n) / 2)), strict=True):
            paper.text((at, y + 4), text, anchor=anchor)
    middle = (LEFT + RIGHT) / 2
    paper.text(
        (RIGHT - 8, scale(PEOPLE.kept + PEOPLE.gained / 2) + 2), f"{PEOPLE.gained} gained", kind="f2", anchor="end"
    )
    paper.text((LEFT + WIDE + 8, scale(PEOPLE.kept + PEOPLE.lost / 2) - 4), f"{PEOPLE.lost} lost", kind="f1")
    paper.text((middle, scale(PEOPLE.kept / 2) + 4), f"{PEOPLE.kept} satisfied both times", anchor="middle")


def interval(paper: Paper, name: str, change: Comparison, y: float, kind: str) -> None:
    scale = axis(-0.05, 0.25, LEFT, RIGHT + WIDE)
    assert change.delta is not None and change.low is not None and change.high is not None
    paper.text((LEFT - 10, y + 4), name, anchor="end")
    for x in (change.low, change.high):
        paper.line([(scale(x), y - 5), (scale(x), y + 5)], kind=f"l{kind} k")
    paper.line([(scale(change.low), y), (scale(change.high), y)], kind=f"l{kind} k")
    paper.dot((scale(change.delta), y), kind=f"f{kind}")
    paper.text((RIGHT + WIDE + 10, y + 4), f"{100 * change.low:+.0f} … {100 * change.high:+.0f} points")


def drawn() -> str:
    """Return the picture: 200 people before and after, and the change's interval with and without knowing who."""
    paper = Paper(640, 350, "The same 200 people before and after: 33 became satisfied, 11 ceased to be")
    paper.text((LEFT, 24), "The same 200 people, asked twice")
    paper.text((LEFT, 50), "before", kind="m")
    paper.text((RIGHT + WIDE, 50), "after", kind="m", anchor="end")
    people(paper)
    scale = axis(-0.05, 0.25, LEFT, RIGHT + WIDE)
    for tick in (-5, 0, 5, 10, 15, 20, 25):
        x = scale(tick / 100)
        paper.line([(x, 248), (x, 312)], kind="x" if tick == 0 else "g")
        paper.text((x, 330), f"{tick:+d}".replace("-", "−") if tick else "0", kind="m", anchor="middle")
    yes = (PEOPLE.kept + PEOPLE.gained, PEOPLE.kept + PEOPLE.lost)
    apart = compare_shares(Tally(yes[0], PEOPLE.n), Tally(yes[1], PEOPLE.n))
    interval(paper, "as two groups", apart, 264, "1")
    interval(paper, "same people", before_after_shares(PEOPLE), 296, "0")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

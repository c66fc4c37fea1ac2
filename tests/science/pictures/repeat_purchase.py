"""Draws docs/statistics/pictures/repeat-purchase.svg: run `python -m tests.science.pictures.repeat_purchase`."""

from fiilis.science.churn.purchases import Histories, alive, fit
from tests.science.churn.data import cdnow
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "repeat-purchase.svg"
LEFT, RIGHT, TOP, BOTTOM = 56, 490, 46, 266
WEEKS = 52
# Repeat purchases and the week of the last one: the quick buyer's silence tells most.
BUYERS = ((10, 26.0, "10 purchases"), (4, 26.0, "4 purchases"), (1, 26.0, "1 purchase"))


def drawn() -> str:
    """Return the picture: how the chance of still buying falls with silence, for three who bought within 26 weeks."""
    model = fit(Histories.from_arrays(*cdnow()))
    x, y = axis(0, WEEKS, LEFT, RIGHT), axis(0, 1, BOTTOM, TOP)
    paper = Paper(640, 316, "The chance of still buying falls with silence, and faster for who used to buy often")
    paper.text((20, 24), "Chance of still being a customer, 95 % bands")
    for share in (0, 25, 50, 75, 100):
        paper.line([(LEFT, y(share / 100)), (RIGHT, y(share / 100))], kind="g")
        paper.text((LEFT - 8, y(share / 100) + 4), f"{share} %", kind="m", anchor="end")
    for week in range(0, WEEKS + 1, 13):
        paper.text((x(week), BOTTOM + 20), str(week), kind="m", anchor="middle")
    paper.text((RIGHT, BOTTOM + 40), "weeks of silence after the last purchase", kind="m", anchor="end")
    for number, (repeats, last, name) in enumerate(BUYERS):
        colour = (1, 0, 2)[number]
        silence = range(0, WEEKS + 1, 2)
        found = [alive(model, repeats=repeats, last=last, observed=last + week) for week in silence]
        low, high, line = (
            [(x(week), y(getattr(one, part))) for week, one in zip(silence, found, strict=True)]
            for part in ("low", "high", "value")
        )
        paper.area(low, high, kind=f"f{colour}")
        paper.line(line, kind=f"k l{colour}")
        paper.text((RIGHT + 8, line[-1][1] + 4), name, kind=f"f{colour}")
    paper.text((RIGHT + 8, TOP + 4), "in the first", kind="m")
    paper.text((RIGHT + 8, TOP + 21), "26 weeks:", kind="m")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

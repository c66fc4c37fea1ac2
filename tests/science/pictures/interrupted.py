"""Draws docs/statistics/pictures/interrupted-time-series.svg: run `python -m tests.science.pictures.interrupted`."""

from math import exp, log

from fiilis.science.effects.interrupted import interrupted
from tests.science.pictures.paper import FOLDER, Paper, axis
from tests.science.tables import rows

TARGET = FOLDER / "interrupted-time-series.svg"
CHANGE, FIRST, LEFT, RIGHT = 169, 1969, 60, 545


def drawn() -> str:
    """Return the picture: British drivers killed or hurt each month, and what the law of February 1983 changed."""
    y = [float(row["drivers"]) for row in rows("its_seatbelts_data.csv")]
    effect = interrupted([log(one) for one in y], CHANGE, season=12)
    details = effect.details
    assert details is not None
    paper = Paper(
        680, 330, "Drivers killed or hurt each month fall at the seat belt law, below the old trend and season"
    )
    x, top = axis(0, len(y), LEFT, RIGHT), axis(900, 2700, 285, 40)
    for tick in (1000, 1500, 2000, 2500):
        paper.line([(LEFT, top(tick)), (RIGHT, top(tick))], kind="g")
        paper.text((LEFT - 8, top(tick) + 4), f"{tick:,}", kind="m", anchor="end")
    for year in (1970, 1975, 1980, 1985):
        paper.text((x(12 * (year - FIRST)), 303), f"{year}", kind="m", anchor="middle")
    paper.line([(x(month), top(one)) for month, one in enumerate(y)], kind="l1")
    before = [(x(month), top(exp(one))) for month, one in enumerate(details.expected)]
    paper.line(before[:CHANGE], kind="l0")
    paper.line(before[CHANGE - 1 :], kind="l0 k", dash="6 4")
    paper.line([(x(month), top(y[month])) for month in range(CHANGE, len(y))], kind="l1 k")
    paper.line([(x(CHANGE - 0.5), 40), (x(CHANGE - 0.5), 285)], kind="x", dash="4 3")
    paper.text((x(CHANGE - 0.5), 30), "the law", kind="m", anchor="middle")
    paper.text((RIGHT + 8, top(exp(details.expected[-1])) + 4), "trend and", kind="f0")
    paper.text((RIGHT + 8, top(exp(details.expected[-1])) + 21), "season as before", kind="f0")
    paper.text((RIGHT + 8, top(y[-1]) + 30), "what was", kind="f1")
    value, low, high = (
        100 * (exp(part) - 1) if part is not None else 0.0
        for part in (effect.estimate.value, effect.estimate.low, effect.estimate.high)
    )
    words = f"Mean effect since: {value:.0f} %, between {low:.0f} % and {high:.0f} %".replace("-", "−")
    paper.text((LEFT, 324), words)
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

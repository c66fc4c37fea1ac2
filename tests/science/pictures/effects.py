"""Draws docs/statistics/pictures/effects.svg: run `python -m tests.science.pictures.effects`."""

import numpy as np

from fiilis.science.effects.structural import structural
from tests.science.pictures.paper import FOLDER, Paper, axis
from tests.science.tables import rows

TARGET = FOLDER / "effects.svg"
CHANGE, LEFT, RIGHT = 70, 60, 560


def drawn() -> str:
    """Return the picture: a series, what would have been of it with its band, and the gap between them."""
    data = rows("causalimpact_vignette_data.csv")
    y, market = ([float(row[name]) for row in data] for name in ("y", "x1"))
    details = structural(y, CHANGE, covariates=np.array(market)).details
    assert details is not None
    paper = Paper(680, 330, "A series rises at the change, above the band of what would have been without it")
    x, top = axis(1, len(y), LEFT, RIGHT), axis(95, 125, 285, 40)
    for tick in (100, 110, 120):
        paper.line([(LEFT, top(tick)), (RIGHT, top(tick))], kind="g")
        paper.text((LEFT - 8, top(tick) + 4), f"{tick}", kind="m", anchor="end")
    after = range(CHANGE + 1, len(y) + 1)
    paper.area(
        [(x(day), top(low)) for day, low in zip(after, details.low, strict=True)],
        [(x(day), top(high)) for day, high in zip(after, details.high, strict=True)],
        kind="f0",
    )
    paper.line([(x(day), top(one)) for day, one in zip(after, details.expected, strict=True)], kind="l0 k", dash="6 4")
    paper.line([(x(day), top(one)) for day, one in enumerate(y, start=1)], kind="l1 k")
    paper.line([(x(CHANGE + 0.5), 40), (x(CHANGE + 0.5), 285)], kind="x", dash="4 3")
    paper.text((x(CHANGE + 0.5), 30), "the change", kind="m", anchor="middle")
    paper.text((RIGHT + 8, top(y[-1]) - 8), "what was", kind="f1")
    paper.text((RIGHT + 8, top(details.expected[-1]) + 12), "what would", kind="f0")
    paper.text((RIGHT + 8, top(details.expected[-1]) + 30), "have been", kind="f0")
    total = details.cumulative
    assert total.value is not None
    assert total.low is not None
    assert total.high is not None
    paper.text((LEFT, 316), f"The gap, summed up: {total.value:.0f}, between {total.low:.0f} and {total.high:.0f}")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

"""Draws docs/statistics/pictures/fair-ranking.svg: run `python -m tests.science.pictures.fair_ranking`."""

from fiilis.science.shrinkage import Placed, rank
from fiilis.science.sums import Counts
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "fair-ranking.svg"
SHOPS = {
    "Turku": Counts(24, 66, 150),
    "Oulu": Counts(1, 3, 8),
    "Vaasa": Counts(30, 60, 110),
    "Espoo": Counts(60, 110, 160),
    "Pori": Counts(4, 6, 9),
    "Lahti": Counts(26, 30, 44),
    "Kotka": Counts(15, 14, 21),
    "Kuopio": Counts(85, 90, 125),
    "Rauma": Counts(6, 4, 5),
    "Salo": Counts(7, 4, 4),
}
LEFT, RIGHT, TOP, ROW = 110, 500, 66, 27


def row(paper: Paper, place: Placed, y: float) -> None:
    scale = axis(-40, 100, LEFT, RIGHT)
    raw, fair = place.raw, place.shrunken
    assert raw.value is not None and fair.value is not None and fair.low is not None and fair.high is not None
    paper.text((LEFT - 12, y + 4), place.name, anchor="end")
    paper.line([(scale(fair.low), y), (scale(fair.high), y)], kind="l0 k")
    paper.line([(scale(raw.value), y), (scale(fair.value), y)], kind="l1", dash="2 3")
    paper.dot((scale(raw.value), y), kind="f1", radius=3.5)
    paper.dot((scale(fair.value), y), kind="f0")
    paper.text((RIGHT + 50, y + 4), f"{fair.n}", kind="m", anchor="end")
    ranks = f"{place.rank_low}" if place.rank_low == place.rank_high else f"{place.rank_low}–{place.rank_high}"
    paper.text((RIGHT + 110, y + 4), ranks, anchor="end")


def drawn() -> str:
    """Return the picture: ten shops, raw and drawn towards the mean, with their rank intervals."""
    ranking = rank(SHOPS)
    bottom = TOP + ROW * len(ranking.places)
    paper = Paper(640, bottom + 40, "Ten shops: those with few answers are drawn furthest towards the mean")
    scale = axis(-40, 100, LEFT, RIGHT)
    paper.dot((LEFT + 4, 20), kind="f1", radius=3.5)
    paper.text((LEFT + 14, 24), "raw NPS")
    paper.dot((LEFT + 94, 20), kind="f0")
    paper.text((LEFT + 106, 24), "fair NPS with interval")
    paper.text((RIGHT + 50, 46), "answers", kind="m", anchor="end")
    paper.text((RIGHT + 110, 46), "rank", kind="m", anchor="end")
    for tick in range(-40, 101, 20):
        paper.line([(scale(tick), TOP - 10), (scale(tick), bottom - 6)], kind="g")
        paper.text((scale(tick), bottom + 14), f"{tick}".replace("-", "−"), kind="m", anchor="middle")
    assert ranking.mean is not None
    paper.line([(scale(ranking.mean), TOP - 10), (scale(ranking.mean), bottom - 6)], kind="x", dash="4 3")
    paper.text((scale(ranking.mean), TOP - 16), "mean of all", kind="m", anchor="middle")
    for number, place in enumerate(ranking.places):
        row(paper, place, TOP + ROW * number + 8)
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

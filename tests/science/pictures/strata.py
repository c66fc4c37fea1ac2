"""Draws docs/statistics/pictures/strata.svg, always the same: run `python -m tests.science.pictures.strata`."""

from collections import Counter

from fiilis.science.estimate import Estimate
from fiilis.science.metrics import mean_from_sums
from fiilis.science.strata import StratumSums, stratified_mean
from fiilis.science.sums import ClusterSums
from tests.science.pictures.canvas import FOLDER, Canvas

TARGET = FOLDER / "strata.svg"
SHOP = (8, 9, 7, 8, 9, 10, 8, 9, 7, 8)
WEB = (4, 3, 5, 4, 2, 4, 5, 3, 4, 6)
LEFT, STEP, GROUND = 180, 42, 158


def x(score: float) -> float:
    return LEFT + STEP * score


def estimates() -> tuple[Estimate, Estimate]:
    """The mean of both: as if drawn from one pile, and by strata."""
    shop, web = ClusterSums.from_arrays(SHOP), ClusterSums.from_arrays(WEB)
    return mean_from_sums(shop + web), stratified_mean([StratumSums(shop), StratumSums(web)])


def drawn() -> str:
    canvas = Canvas(640, 300, "Ten answers from the shop about 8, ten from the web about 4: the mean of both is much "
                              "surer when each was asked separately")  # fmt: skip
    canvas.text(20, 26, "Ten answers from the shop, ten from the web", "h")
    for score in range(11):
        canvas.line("g", x(score), 44, x(score), 262)
        canvas.text(x(score), 284, str(score), "m", "middle")
    for kind, answers in (("p", SHOP), ("r", WEB)):
        for score, count in Counter(answers).items():
            for place in range(count):
                canvas.dot(kind, x(score), GROUND - 8 - 17 * place, 7)
    canvas.line("a", x(0), GROUND + 4, x(10), GROUND + 4)
    canvas.text(x(9.1), 62, "shop", anchor="middle")
    canvas.text(x(3), 62, "web", anchor="middle")
    for words, kind, dot, estimate, at in zip(
        ("as one pile", "by strata"), ("v", "l"), ("n", "d"), estimates(), (196, 236), strict=True
    ):
        assert estimate.low is not None and estimate.value is not None and estimate.high is not None
        canvas.text(20, at + 5, f"Mean, {words}")
        canvas.interval(kind, x(estimate.low), x(estimate.value), x(estimate.high), at, dot)
        canvas.text(x(estimate.high) + 12, at + 5, f"{estimate.value:.1f} ±{estimate.half_width:.1f}")
    return canvas.drawn()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

"""Draws docs/statistics/pictures/churn.svg, always the same: run `python -m tests.science.pictures.churn`."""

from fiilis.science.churn.survival import Curve, kaplan_meier, stay_time
from tests.science.churn.data import telco
from tests.science.pictures.paper import FOLDER, Paper, Point, Scale, axis

TARGET = FOLDER / "churn.svg"
LEFT, RIGHT, TOP, BOTTOM = 56, 500, 46, 266
CONTRACTS = ("Two year", "One year", "Month-to-month")


def steps(curve: Curve, heights: tuple[float, ...], x: Scale, y: Scale) -> list[Point]:
    """Return the corners of a curve that falls in steps, from everybody on."""
    points, height = [(x(0), y(1))], 1.0
    for time, after in zip(curve.times, heights, strict=True):
        points += [(x(time), y(height)), (x(time), y(after))]
        height = after
    return points


def drawn() -> str:
    """Return the picture: three curves with bands, and where half of one group has left."""
    x, y = axis(0, 72, LEFT, RIGHT), axis(0, 1, BOTTOM, TOP)
    paper = Paper(
        640, 316, "Share still customers over 72 months for three contracts; half of the monthly ones have left"
    )
    paper.text((20, 24), "Share still customers, 95 % bands")
    for share in (0, 25, 50, 75, 100):
        paper.line([(LEFT, y(share / 100)), (RIGHT, y(share / 100))], kind="g")
        paper.text((LEFT - 8, y(share / 100) + 4), f"{share} %", kind="m", anchor="end")
    for month in range(0, 73, 12):
        paper.text((x(month), BOTTOM + 20), str(month), kind="m", anchor="middle")
    paper.text((RIGHT, BOTTOM + 40), "months since the start", kind="m", anchor="end")
    for number, contract in enumerate(reversed(CONTRACTS)):
        curve = kaplan_meier(telco(contract))
        colour = (1, 0, 2)[number]
        paper.area(steps(curve, curve.low, x, y), steps(curve, curve.high, x, y), kind=f"f{colour}")
        paper.line(steps(curve, curve.survival, x, y), kind=f"k l{colour}")
        paper.text((RIGHT + 8, y(curve.survival[-1]) + 4), contract, kind=f"f{colour}")
    median = stay_time(kaplan_meier(telco("Month-to-month")))
    paper.line([(LEFT, y(0.5)), (x(median.value), y(0.5)), (x(median.value), BOTTOM)], kind="x", dash="3 3")
    paper.text((x(median.value) - 8, BOTTOM - 10), f"half within {median.value:.0f}", kind="m", anchor="end")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

"""Draws docs/statistics/pictures/alarms.svg: run `python -m tests.science.pictures.alarms`."""

from random import Random

from fiilis.science.alarms.baseline import Baseline
from fiilis.science.alarms.cusum import Alarm, Cusum, update
from fiilis.science.sums import Counts
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "alarms.svg"
WEEKS, DROP, SEED = 40, 29, 24
BASELINE = Baseline(30.0, 78.0, 0.0, 2340, 52)
LEFT, RIGHT = 60, 610


def answers() -> list[Counts]:
    """About 45 answers a week; from week DROP on the NPS is 20 points lower."""
    chance = Random(SEED)
    weeks = []
    for week in range(1, WEEKS + 1):
        detractors = 0.2 if week < DROP else 0.3
        throws = [chance.random() for _ in range(chance.randint(38, 52))]
        low, middle = (sum(one < bar for one in throws) for bar in (detractors, detractors + 0.3))
        weeks.append(Counts(low, middle - low, len(throws) - middle))
    return weeks


def run() -> tuple[list[float], list[float], Alarm]:
    """Return the weekly figures, the sums of the CUSUM downwards, and the first alarm."""
    state, figures, sums, first = Cusum(BASELINE), [], [], None
    for number, one in enumerate(answers(), start=1):
        figures.append(100 * (one.promoters - one.detractors) / one.n)
        if first is None:
            state, first = update(state, str(number), one)
            sums.append(first.total if first else state.down.total)
    assert first is not None
    return figures, sums, first


def drawn() -> str:
    """Return the picture: weekly figures with the cries of a naive rule, and the sum that alarms once."""
    figures, sums, alarm = run()
    paper = Paper(640, 430, "Forty weeks: a rule of 10 points below last week alarms many times, the CUSUM once")
    x, top, low = axis(1, WEEKS, LEFT, RIGHT), axis(-20, 80, 210, 60), axis(0, 8, 390, 270)
    paper.text((LEFT, 22), "NPS of each week")
    paper.text((LEFT, 42), "dot: 10 points or more below last week", kind="f1")
    for tick in (-20, 0, 20, 40, 60, 80):
        paper.line([(LEFT, top(tick)), (RIGHT, top(tick))], kind="g")
        paper.text((LEFT - 8, top(tick) + 4), f"{tick}".replace("-", "−"), kind="m", anchor="end")
    paper.line([(x(number), top(one)) for number, one in enumerate(figures, start=1)], kind="x k")
    for number in range(2, WEEKS + 1):
        if figures[number - 1] <= figures[number - 2] - 10:
            paper.dot((x(number), top(figures[number - 1])), kind="f1")
    paper.text((LEFT, 250), "CUSUM: small signs of a drop, added up")
    for tick in (0, 5):
        paper.line([(LEFT, low(tick)), (RIGHT, low(tick))], kind="x" if tick else "g", dash="4 3" if tick else "")
        paper.text((LEFT - 8, low(tick) + 4), f"{tick}", kind="m", anchor="end")
    paper.line([(x(number), low(one)) for number, one in enumerate(sums, start=1)], kind="l0 k")
    at, since = int(alarm.at), int(alarm.since)
    paper.dot((x(at), low(sums[at - 1])), kind="f0", radius=6)
    paper.text((x(at) + 12, low(sums[at - 1]) + 4), f"alarm: week {at}", kind="f0")
    paper.line([(x(since), 60), (x(since), 390)], kind="l2", dash="4 3")
    paper.text((x(since) - 6, 70), f"began about week {since}", kind="f2", anchor="end")
    for week in (1, 10, 20, 30, 40):
        paper.text((x(week), 410), f"{week}", kind="m", anchor="middle")
    paper.text((RIGHT, 426), "week", kind="m", anchor="end")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

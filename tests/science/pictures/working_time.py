"""Draws docs/statistics/pictures/working-time.svg: run `python -m tests.science.pictures.working_time`."""

from datetime import date, datetime, timedelta

from fiilis.science.working_time import HELSINKI, OFFICE, deadline, holidays_of, is_working_day
from tests.science.pictures.paper import FOLDER, Paper, axis

TARGET = FOLDER / "working-time.svg"
START, WORK = datetime(2026, 6, 17, 14, tzinfo=HELSINKI), timedelta(hours=16)
FIRST, DAYS, LEFT, RIGHT = date(2026, 6, 17), 7, 110, 560


def drawn() -> str:
    """Return the picture: a week around Midsummer, its open hours, and those that a deadline of 16 hours counts."""
    end = deadline(START, WORK)
    paper = Paper(680, 330, "A week around Midsummer: sixteen working hours from Wednesday end on Monday")
    x = axis(0, 24, LEFT, RIGHT)
    free = holidays_of(FIRST.year)
    for hour in (0, 8, 16, 24):
        paper.text((x(hour), 30), f"{hour}", kind="m", anchor="middle")
        paper.line([(x(hour), 38), (x(hour), 282)], kind="g")
    for place in range(DAYS):
        day = FIRST + timedelta(days=place)
        y = 62 + 34 * place
        name = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]
        paper.text((LEFT - 12, y + 4), f"{name} {day.day} June", kind="m", anchor="end")
        if not is_working_day(day):
            paper.text((x(24) + 10, y + 4), free.get(day, ""), kind="m")
            continue
        opens, closes = (moment.astimezone(HELSINKI) for moment in OFFICE.hours_of(day))
        paper.bar((x(opens.hour), y - 9), x(closes.hour) - x(opens.hour), 18, kind="a f0")
        begins, ends = max(opens, START), min(closes, end)
        if begins < ends:
            paper.bar((x(begins.hour), y - 9), x(ends.hour) - x(begins.hour), 18, kind="f0")
        for moment, words in ((START, "start"), (end, "deadline")):
            if moment.date() == day:
                paper.line([(x(moment.hour), y - 15), (x(moment.hour), y + 15)], kind="l1 k")
                paper.text((x(closes.hour) + 10, y + 4), f"{words} at {moment.hour}", kind="f1")
    paper.text((LEFT, 312), "Dark: the 16 working hours counted. Light: open, not counted.")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

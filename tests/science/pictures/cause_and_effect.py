"""Draws docs/statistics/pictures/cause-and-effect.svg: run `python -m tests.science.pictures.cause_and_effect`."""

from tests.science.pictures.paper import FOLDER, Paper, Point

TARGET = FOLDER / "cause-and-effect.svg"
BOX = (176.0, 46.0)


def _box(paper: Paper, at: Point, words: str, kind: str) -> None:
    left, top = at[0] - BOX[0] / 2, at[1] - BOX[1] / 2
    right, low = left + BOX[0], top + BOX[1]
    paper.line([(left, top), (right, top), (right, low), (left, low), (left, top)], kind=kind)
    paper.text((at[0], at[1] + 4), words, anchor="middle")


def _arrow(paper: Paper, start: Point, end: Point, kind: str, dash: str = "") -> None:
    paper.line([start, end], kind=kind, dash=dash)
    dx, dy = end[0] - start[0], end[1] - start[1]
    size = (dx * dx + dy * dy) ** 0.5
    ux, uy = dx / size * 9, dy / size * 9
    left, right = (end[0] - ux - uy / 2, end[1] - uy + ux / 2), (end[0] - ux + uy / 2, end[1] - uy - ux / 2)
    paper.line([left, end, right], kind=kind)


def drawn() -> str:
    """Return the picture: what came before, the exposure, the outcome, and the two that could fool us."""
    paper = Paper(680, 380, "Late delivery before low support CSAT; what is measured beforehand; something unmeasured")
    earlier, late, low = (110.0, 190.0), (335.0, 190.0), (565.0, 190.0)
    measured, hidden = (335.0, 75.0), (450.0, 300.0)
    _box(paper, earlier, "CSAT before the order", "x")
    _box(paper, late, "Late delivery", "l1 k")
    _box(paper, low, "Low support CSAT", "l1 k")
    _box(paper, measured, "Order size, region …", "x")
    _box(paper, hidden, "Something unmeasured", "l0")
    half_x, half_y = BOX[0] / 2, BOX[1] / 2
    _arrow(paper, (late[0] + half_x, 190), (low[0] - half_x - 2, 190), "l1 k")
    paper.text(((late[0] + low[0]) / 2, 178), "link?", kind="f1", anchor="middle")
    _arrow(paper, (measured[0], measured[1] + half_y), (late[0], late[1] - half_y - 2), "x")
    _arrow(paper, (measured[0] + half_x, measured[1] + 10), (low[0] - 20, low[1] - half_y - 2), "x")
    paper.text((measured[0], 40), "measured beforehand: adjusted for", kind="m", anchor="middle")
    _arrow(paper, (hidden[0] - 40, hidden[1] - half_y), (late[0] + 25, late[1] + half_y + 2), "l0", "5 4")
    _arrow(paper, (hidden[0] + 40, hidden[1] - half_y), (low[0] - 25, low[1] + half_y + 2), "l0", "5 4")
    paper.text((hidden[0], 346), "E-value: how strong must it be?", kind="f0", anchor="middle")
    _arrow(paper, (late[0] - half_x, 190), (earlier[0] + half_x + 2, 190), "x", "2 4")
    paper.text((earlier[0], 236), "no effect here,", kind="m", anchor="middle")
    paper.text((earlier[0], 254), "or all is off", kind="m", anchor="middle")
    paper.line([(35, 368), (645, 368)], kind="g")
    paper.text((35, 362), "earlier", kind="m")
    paper.text((645, 362), "later", kind="m", anchor="end")
    return paper.done()


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

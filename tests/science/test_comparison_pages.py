"""The handbook's pages on change, ranking, peeking and alarms show the pictures and figures that their code makes."""

import re
from types import ModuleType

import pytest

from tests.science import fair_ranking, false_alarms, paired_coverage, peeking
from tests.science.pictures import alarms as alarms_picture
from tests.science.pictures import before_and_after as before_and_after_picture
from tests.science.pictures import fair_ranking as fair_ranking_picture
from tests.science.pictures import peeking as peeking_picture
from tests.science.test_docs import DOCS

PICTURES = [alarms_picture, before_and_after_picture, fair_ranking_picture, peeking_picture]
TABLES = [
    ("before-and-after.md", paired_coverage, 300, 3.5),
    ("fair-ranking.md", fair_ranking, 12, 6.0),
    ("peeking.md", peeking, 1000, 6.0),
    ("alarms.md", false_alarms, 300, 12.0),
]
"""Page, simulation, its size here, and how far a figure of so small a run may be from the page's."""


@pytest.mark.parametrize("picture", PICTURES, ids=lambda module: module.TARGET.stem)
def test_picture_is_the_one_that_is_drawn_and_its_page_shows_it(picture: ModuleType) -> None:
    assert picture.TARGET.read_bytes() == picture.drawn().encode()
    page = (DOCS / f"{picture.TARGET.stem}.md").read_text(encoding="utf-8")
    assert f"](pictures/{picture.TARGET.name})" in page


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(("page", "simulation", "size", "near"), TABLES, ids=[table[0] for table in TABLES])
def test_table_of_the_page_is_the_simulated_one(page: str, simulation: ModuleType, size: int, near: float) -> None:
    shown = [line for line in (DOCS / page).read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    drawn = [line for line in simulation.lines(size) if line]
    start = shown.index(drawn[0])
    stands = [line for line in shown[start:] if line][: len(drawn)]
    assert len(stands) == len(drawn)
    for there, here in zip(stands, drawn, strict=True):
        for one, other in zip(cells(there), cells(here), strict=True):
            if re.fullmatch(r"[\d.]+%?", one):
                assert float(one.strip("%")) == pytest.approx(float(other.strip("%")), abs=near), (there, here)
            else:
                assert one == other

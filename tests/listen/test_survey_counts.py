"""The list of surveys tells how many have answered each, from the facts."""

import re
from datetime import date
from pathlib import Path

import pytest

from fiilis.listen.queries import surveys as reads
from tests.facts import fact, put
from tests.listen.making import browser, make, text, url

DAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def lake(settings, tmp_path: Path) -> None:
    settings.FIILIS_LAKE = str(tmp_path / "lake")


def test_each_survey_shows_its_own_answers(world) -> None:
    one, two, none = (make(world.woollens, name) for name in ("Yksi", "Kaksi", "Nolla"))
    theirs = make(world.sauna, "Heidän")
    put([
        *(fact(world.woollens, f"a{n}", "nps", 9, DAY, survey=str(one.pk)) for n in range(1200)),
        fact(world.woollens, "b", "nps", 9, DAY, survey=str(two.pk)),
        fact(world.woollens, "b", "csat", 4, DAY, survey=str(two.pk)),
        fact(world.woollens, "c", "csat", 4, DAY, survey=""),
        fact(world.sauna, "d", "nps", 9, DAY, survey=str(theirs.pk)),
    ])  # fmt: skip
    assert reads.answer_counts(workspace=world.woollens) == {one.pk: 1200, two.pk: 1}
    html = text(browser(world, "carita").get(url("surveys")))
    shown = dict(re.findall(r">(\w+)</a></th><td>.*?</td><td class=\"num\">([\d,]+)</td>", html, re.S))
    assert shown == {one.name: "1,200", two.name: "1", none.name: "0"}


def test_without_facts_there_are_no_answers(world) -> None:
    assert reads.answer_counts(workspace=world.woollens) == {}

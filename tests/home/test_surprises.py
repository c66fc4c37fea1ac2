from datetime import timedelta

import numpy as np
import pytest

from tests.conftest import World
from tests.facts import fact, put
from tests.home.test_board import TODAY, seen
from tests.understand.test_touchpoints import laid_out

ADDRESS = "/w/villa/surprises/"


def test_drop_of_a_touchpoint_is_told_with_its_figures(world: World) -> None:
    ids = laid_out(world.woollens)
    rng = np.random.default_rng(4)
    rows = []
    for week in range(1, 105):
        day = TODAY - timedelta(weeks=week)
        rows += [
            fact(
                world.woollens, f"{week}-{i}", "csat", float(rng.choice([3, 4, 5])) - (2 if week < 9 else 0), day,
                touchpoint=ids["parcel"],
            )
            for i in range(30)
        ]  # fmt: skip
    put(rows)
    html = seen(world.client("carita"), ADDRESS)
    assert html.count("▼ CSAT 1–5 got worse") == 1
    assert html.count("240 answers") == 1
    assert html.count("still there") == 1
    assert html.count("Watched week by week: 1 figures; too few answers to watch: 2.") == 1


def test_workspace_without_a_past_is_told_what_is_lacking(world: World) -> None:
    assert seen(world.client("carita"), ADDRESS).count("Not enough past to tell") == 1


@pytest.mark.parametrize(("name", "status"), [("daniel", 200), ("eeva", 403), ("onni", 404)])
def test_who_may_look(world: World, name: str, status: int) -> None:
    assert world.client(name).get(ADDRESS).status_code == status

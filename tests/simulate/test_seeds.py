"""A few of the many seeds: the long form is `python -m tests.simulate.seeds`, its table stands in docs/simulator.md."""

import pytest

from tests.simulate import seeds


@pytest.fixture(scope="module")
def tables() -> seeds.Tables:
    return seeds.run(range(1, 4))


def test_intervals_hold_the_truth_when_nothing_skews_the_answers(tables: seeds.Tables) -> None:
    for name, rate in tables.coverage.items():
        if not name.startswith("NPS of the answers, planted"):
            assert rate.hits / rate.of > 0.86, name
    assert tables.coverage["NPS of the answers, planted"].hits == 0


def test_ordinary_dashboard_shows_false_arrows_and_ours_hardly_any(tables: seeds.Tables) -> None:
    ours, ordinary = (
        tables.arrows[name] for name in ("ours: Holm over the page", "ordinary: an arrow on every change")
    )
    assert ordinary.hits > 0.5 * ordinary.of
    assert ours.hits < 0.03 * ours.of


def test_large_truths_are_found_and_nothing_is_claimed_where_nothing_is(tables: seeds.Tables) -> None:
    for name, rate in tables.found.items():
        wrong = name.endswith("(wrong)")
        assert (rate.hits == 0) if wrong else (rate.hits >= 1), name
    assert sum(rate.hits for rate in tables.claimed.values()) <= 1

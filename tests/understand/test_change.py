from datetime import date, timedelta

import pytest

from fiilis.science.comparisons import Growing, Verdict, compare_nps
from fiilis.science.estimate import Unknown
from fiilis.science.sums import Counts
from fiilis.understand.questions.change import Changes, changes
from fiilis.understand.types import Days, Measure
from tests.conftest import World
from tests.facts import fact, put

NPS, CSAT = Measure("nps", 0, 10), Measure("csat", 1, 5)
LATER = Days(date(2026, 11, 9), date(2026, 11, 22))
EARLIER = LATER.before


def told(world: World, *measures: Measure, at_least: int | None = None) -> Changes:
    return changes(
        workspace=world.woollens, measures=measures or (NPS,), earlier=EARLIER, later=LATER, at_least=at_least
    )


def answers(world: World, day: date, tag: str, promoters: int, passives: int, detractors: int) -> None:
    values = [10] * promoters + [7] * passives + [2] * detractors
    put([fact(world.woollens, f"{tag}{i}", "nps", value, day) for i, value in enumerate(values)])


@pytest.mark.parametrize(
    ("then", "now", "verdict"),
    [
        ((100, 100, 200), (200, 100, 100), Verdict.BETTER),
        ((200, 100, 100), (100, 100, 200), Verdict.WORSE),
        ((3000, 6000, 1000), (3010, 5990, 1000), Verdict.NO_MATERIAL_DIFFERENCE),
        ((30, 40, 30), (35, 38, 27), Verdict.NOT_KNOWN),
    ],
)
def test_four_verdicts(world: World, then: tuple[int, int, int], now: tuple[int, int, int], verdict: Verdict) -> None:
    answers(world, EARLIER.last, "a", *then)
    answers(world, LATER.first, "b", *now)
    comparison = told(world).comparisons[NPS]
    assert comparison.verdict is verdict
    plain = compare_nps(
        Counts(now[2], now[1], now[0]), Counts(then[2], then[1], then[0]), margin=NPS.margin, growing=Growing.A
    )
    assert (comparison.delta, comparison.low, comparison.high) == (plain.delta, plain.low, plain.high)


def test_verdicts_of_one_page_are_judged_together(world: World) -> None:
    """One borderline difference is a finding alone, and none beside another hypothesis."""
    answers(world, EARLIER.last, "a", 40, 40, 40)
    answers(world, LATER.first, "b", 54, 40, 26)
    assert told(world).comparisons[NPS].verdict is Verdict.BETTER
    put([fact(world.woollens, f"c{i}", "csat", 4 - i % 3, EARLIER.first) for i in range(60)])
    version = put([fact(world.woollens, f"d{i}", "csat", 4 - i % 3, LATER.first) for i in range(60)])
    together = told(world, NPS, CSAT, at_least=version).comparisons
    assert together[NPS].verdict is Verdict.NOT_KNOWN
    assert together[NPS].family == 2


def test_time_without_answers_gives_no_comparison(world: World) -> None:
    answers(world, LATER.first, "b", 40, 40, 40)
    comparison = told(world).comparisons[NPS]
    assert (comparison.unknown, comparison.n_a, comparison.n_b) == (Unknown.NO_ANSWERS, 120, 0)


def test_days_outside_are_left_out(world: World) -> None:
    answers(world, EARLIER.first - timedelta(days=1), "x", 10, 0, 0)
    answers(world, LATER.last + timedelta(days=1), "y", 10, 0, 0)
    answers(world, EARLIER.first, "a", 1, 2, 3)
    answers(world, LATER.last, "b", 3, 2, 2)
    comparison = told(world).comparisons[NPS]
    assert (comparison.n_b, comparison.n_a) == (6, 7)


def test_weighted_answers_are_compared_by_their_sums(world: World) -> None:
    for tag, day, good in (("a", EARLIER.last, 2), ("b", LATER.first, 3)):
        put(
            [
                fact(
                    world.woollens, f"{tag}{i}", "nps", 10 if i % 5 < good else 3, day, weight=0.5 + i % 3,
                    cluster=f"{tag}{i // 4}",
                )
                for i in range(120)
            ]
        )  # fmt: skip
    comparison = told(world).comparisons[NPS]
    assert str(comparison.method) == "linearised"
    assert comparison.verdict in (Verdict.BETTER, Verdict.NOT_KNOWN)

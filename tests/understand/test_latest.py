from datetime import UTC, date, datetime

import pytest

from fiilis.understand.questions.latest import behind, everything, latest, values_of
from fiilis.understand.questions.situation import situation
from fiilis.understand.types import Filter, Group, Measure
from tests.conftest import World
from tests.facts import fact, put

DAY = date(2026, 11, 16)
NPS, CSAT = Measure("nps", 0, 10), Measure("csat", 1, 5)


def test_feedback_is_told_once_by_the_answer_that_says_most(world: World) -> None:
    at = [datetime(2026, 11, 16, hour, tzinfo=UTC) for hour in (8, 9, 10)]
    put(
        [
            fact(world.woollens, "a", "long", None, DAY, at=at[0], text="Sukat tulivat", question="z"),
            fact(world.woollens, "a", "nps", 3, DAY, at=at[0], touchpoint="t1"),
            fact(world.woollens, "a", "csat", 5, DAY, at=at[0]),
            fact(world.woollens, "b", "ces", 6, DAY, at=at[2], channel="kiosk", language="sv"),
            fact(world.woollens, "c", "long", None, DAY, at=at[1], text="Vain sanoja"),
        ]
    )
    found = latest(workspace=world.woollens, asked=Filter(), n=10)
    every = everything(workspace=world.woollens, asked=Filter(), n=2)
    assert (every.total, every.entries) == (3, found.entries[:2])
    assert [(e.feedback, e.kind, e.measure, e.value, e.text) for e in found.entries] == [
        ("b", "ces", Measure("ces", 1, 7), 6, ""),
        ("c", "long", None, None, "Vain sanoja"),
        ("a", "nps", NPS, 3, "Sukat tulivat"),
    ]
    first = found.entries[0]
    assert (first.channel, first.language, first.at) == ("kiosk", "sv", at[2])
    assert found.entries[2].touchpoint == "t1"


def test_answers_behind_a_number_are_as_many_as_its_n(world: World) -> None:
    facts = []
    for i in range(23):
        facts.append(fact(world.woollens, f"f{i}", "nps", i % 11, DAY))
        facts += [fact(world.woollens, f"f{i}", "csat", 1 + i % 5, DAY, question=q) for q in ("a", "b")]
        facts.append(fact(world.woollens, f"f{i}", "csat", 1, DAY, question="faces", high=4))
    facts += [fact(world.sauna, f"s{i}", "nps", 9, DAY) for i in range(30)]
    put(facts)
    for metric in situation(workspace=world.woollens, asked=Filter()).metrics:
        measure, n = metric.measure, metric.estimate.n
        found = behind(workspace=world.woollens, asked=Filter(), measure=measure, values=None, n=100)
        assert (found.total, len(found.entries)) == (n, n)
        by_group = [
            behind(workspace=world.woollens, asked=Filter(), measure=measure, values=values_of(measure, group), n=100)
            for group in Group
        ]
        assert sum(one.total for one in by_group) == n
        for group, one in zip(Group, by_group, strict=True):
            assert {measure.group(entry.value or 0) for entry in one.entries} <= {group}


def test_pages_follow_each_other_without_gap_or_repeat(world: World) -> None:
    put([fact(world.woollens, f"f{i:02}", "nps", 9, DAY) for i in range(11)])
    pages = [
        behind(workspace=world.woollens, asked=Filter(), measure=NPS, values=None, n=4, skip=skip)
        for skip in (0, 4, 8)
    ]  # fmt: skip
    assert [e.feedback for one in pages for e in one.entries] == [f"f{i:02}" for i in reversed(range(11))]
    assert {one.total for one in pages} == {11}
    feed = [everything(workspace=world.woollens, asked=Filter(), n=4, skip=skip) for skip in (0, 4, 8)]
    assert [e.feedback for one in feed for e in one.entries] == [f"f{i:02}" for i in reversed(range(11))]


def test_one_value_is_asked_for(world: World) -> None:
    put([fact(world.woollens, f"f{i}", "nps", i % 11, DAY) for i in range(22)])
    found = behind(workspace=world.woollens, asked=Filter(), measure=NPS, values=(7, 7), n=9)
    assert (found.total, {e.value for e in found.entries}) == (2, {7.0})


def test_neighbours_words_are_never_told(world: World) -> None:
    """Two organisations may, by a planted id, share a feedback's name: the words stay apart."""
    put([fact(world.woollens, "same", "nps", 9, DAY)])
    put([fact(world.sauna, "same", "long", None, DAY, text="Salaisuus")])
    (entry,) = latest(workspace=world.woollens, asked=Filter(), n=5, at_least=10**9).entries
    assert (entry.kind, entry.text) == ("nps", "")


@pytest.mark.parametrize("group", list(Group))
def test_scale_of_two_values_has_a_range_for_each_group(group: Group) -> None:
    measure = Measure("csat", 1, 2)
    low, high = values_of(measure, group)
    assert all(measure.group(v) is group for v in range(low, high + 1) if v <= 2)

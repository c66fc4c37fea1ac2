import doctest
from datetime import date
from importlib import import_module
from time import sleep

import pytest

from fiilis.understand import facts
from fiilis.understand.types import Filter
from tests.conftest import World
from tests.facts import fact, put

DAY = date(2026, 11, 16)


@pytest.mark.parametrize("name", ["types", "periods", "questions.trend", "questions.latest"])
def test_examples_in_docstrings_are_true(name: str) -> None:
    done = doctest.testmod(import_module(f"fiilis.understand.{name}"))
    assert done.attempted > 0
    assert done.failed == 0


def test_question_keeps_to_its_version_while_facts_move(world: World) -> None:
    version = put([fact(world.woollens, "a", "nps", 9, DAY)])
    calls = []

    def ask(at_least: int | None) -> list[int]:
        calls.append(at_least)
        found = [facts.overview(workspace=world.woollens, asked=Filter(), at_least=at_least).value.answered]
        put([fact(world.woollens, "b", "nps", 9, DAY)])
        sleep(0.6)  # longer than a version is taken for fresh
        return [*found, facts.overview(workspace=world.woollens, asked=Filter()).value.answered]

    assert facts.steady(ask, version) == facts.Found([1, 1], version)
    assert calls == [version]
    assert facts.overview(workspace=world.woollens, asked=Filter()).value.answered == 2


def test_queries_of_one_question_see_one_version(world: World) -> None:
    put([fact(world.woollens, "a", "nps", 9, DAY)])
    calls = []

    def ask(version: int | None) -> tuple[int, int]:
        calls.append(version)
        one = facts.overview(workspace=world.woollens, asked=Filter(), at_least=version)
        newest = one.version
        if len(calls) == 1:  # the facts move between the two queries
            newest = put([fact(world.woollens, "b", "nps", 9, DAY)])
        two = facts.overview(workspace=world.woollens, asked=Filter(), at_least=newest)
        return one.value.answered, two.value.answered

    found = facts.steady(ask, None)
    assert found.value == (2, 2)
    assert calls == [None, found.version]


def test_question_gives_up_when_facts_never_rest(world: World) -> None:
    calls = 0

    def ask(version: int | None) -> int:
        nonlocal calls
        calls += 1
        first = facts.overview(workspace=world.woollens, asked=Filter(), at_least=version)
        newest = put([fact(world.woollens, f"f{calls}", "nps", 9, DAY)])
        facts.overview(workspace=world.woollens, asked=Filter(), at_least=newest)
        return first.version

    found = facts.steady(ask, None)
    assert calls == facts.TRIES
    assert found.version == found.value  # the older of the two: a page would fetch again


def test_question_inside_a_question_tells_the_outer_one(world: World) -> None:
    version = put([fact(world.woollens, "a", "nps", 9, DAY)])
    inner = facts.steady(
        lambda at_least: facts.steady(
            lambda v: facts.overview(workspace=world.woollens, asked=Filter(), at_least=v).value.answered, at_least
        ),
        None,
    )
    assert (inner.version, inner.value.version, inner.value.value) == (version, version, 1)


def test_no_query_has_no_version() -> None:
    assert facts.steady(lambda version: 5, 3) == facts.Found(5, -1)

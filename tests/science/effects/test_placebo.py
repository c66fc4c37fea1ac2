"""Fakes in time and in space: all untouched, no real one among them, and an unknown never ranked."""

import numpy as np
import pytest

from fiilis.science.effects.did import two_by_two
from fiilis.science.effects.interrupted import interrupted
from fiilis.science.effects.placebo import fake_dates, in_space, in_time
from fiilis.science.effects.types import Effect, PlaceboVerdict
from fiilis.science.sums import Moments


def test_fake_dates_leave_points_on_both_sides() -> None:
    assert fake_dates(30, 12, before=16) == (16, 17, 18)
    assert fake_dates(30, 25) == ()
    assert fake_dates(1000, 10, most=3) == (8, 499, 990)
    assert fake_dates(1000, 10, most=1) == (8,)


@pytest.mark.parametrize("options", [{"after": 0}, {"after": 1, "before": 0}, {"after": 1, "most": 0}])
def test_fake_dates_without_points_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        fake_dates(30, **options)


def test_fakes_never_see_the_real_change() -> None:
    asked: list[tuple[int, int]] = []
    y = np.random.default_rng(1).normal(size=60)

    def measure(date: int, end: int) -> Effect:
        asked.append((date, end))
        return interrupted(y[:end], date, stretched=False)

    placebo = in_time(measure, 48, 12)
    assert placebo is not None
    assert asked[0] == (48, 60)
    assert max(end for _, end in asked[1:]) == 48
    assert len(placebo.fakes) == len(asked) - 1 == 29


def test_placebo_of_quiet_series_stands_out_seldom() -> None:
    random, out = np.random.default_rng(2), 0
    for _ in range(60):
        y = random.normal(size=60)
        placebo = in_time(lambda date, end, y=y: interrupted(y[:end], date, stretched=False), 52, 8)
        assert placebo is not None
        out += placebo.verdict is PlaceboVerdict.STANDS_OUT
    assert out <= 9


def sums(mean: float) -> Moments:
    return Moments(40, 40 * mean, 40 * (mean**2 + 1))


def test_changed_group_is_ranked_among_others() -> None:
    rises = {"ours": 0.3} | {f"shop {i}": i / 20 for i in range(20)}
    placebo = in_space(
        lambda group: two_by_two(sums(3 + rises[str(group)]), sums(3), sums(3), sums(3)), "ours", list(rises)[1:]
    )
    assert placebo is not None
    assert placebo.verdict is PlaceboVerdict.NOT_SPECIAL
    assert placebo.p == pytest.approx(15 / 21)


def test_unknown_effects_are_not_ranked() -> None:
    nothing, something = Moments(0, 0, 0), sums(3)

    def measure(group: object) -> Effect:
        return two_by_two(nothing if group == "empty" else something, something, something, something)

    assert in_space(measure, "empty", ["a", "b"]) is None
    assert in_space(measure, "a", ["empty"]) is None
    placebo = in_space(measure, "a", ["b", "empty"])
    assert placebo is not None
    assert len(placebo.fakes) == 1

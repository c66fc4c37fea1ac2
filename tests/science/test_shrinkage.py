"""Fair ranking: closed forms, a naive integral, the simulation of errors and ranks, symmetries, wrong input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from fiilis.science.estimate import Unknown
from fiilis.science.shrinkage import Ranking, between_variance, rank, rank_adjusted, shrink
from fiilis.science.sums import Counts, Moments, Tally
from tests.science.fair_ranking import errors

HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
"""Efron & Morris 1975: hits of 18 batters in their first 45 times at bat in 1970."""

values = st.lists(st.floats(-50, 50), min_size=5, max_size=12)
tally = st.integers(10, 200).flatmap(lambda n: st.builds(Tally, st.integers(0, n), st.just(n)))
tallies = st.lists(tally, min_size=5, max_size=9)


def named(groups: list[Tally]) -> dict[str, Tally]:
    return {f"g{i}": one for i, one in enumerate(groups)}


def test_spread_between_batters_is_that_of_efron_and_morris() -> None:
    # Efron & Morris 1977, Scientific American 236(5): the shrinking factor is 0.212 = 1 - 15 V / S.
    averages, variance = [one / 45 for one in HITS], 0.265 * 0.735 / 45
    squares = 17 * float(np.var(averages, ddof=1))
    assert 1 - 15 * variance / squares == pytest.approx(0.212, abs=2e-3)
    assert between_variance(averages, [variance] * 18) == pytest.approx(squares / 17 - variance, rel=1e-6)


def test_equal_variances_have_the_closed_form_of_the_flat_prior() -> None:
    # The pull B = V / (V + A) is then gamma((k - 3) / 2, S / 2V), cut off at 1 (Strawderman 1971).
    averages, variance = [one / 45 for one in HITS], 0.265 * 0.735 / 45
    shape, rate = 7.5, 17 * float(np.var(averages, ddof=1)) / variance / 2
    pull = shape / rate * stats.gamma.cdf(rate, shape + 1) / stats.gamma.cdf(rate, shape)
    prior = shrink(averages, [variance] * 18)
    assert [one.own_weight for one in prior.groups] == pytest.approx([1 - pull] * 18, abs=1e-4)
    assert prior.mean == pytest.approx(float(np.mean(averages)))


def test_unequal_variances_agree_with_a_naive_integral() -> None:
    # Rubin 1981, the eight schools; flat prior on mean and on the variance between.
    y = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
    v = np.array([15.0, 10, 16, 11, 9, 11, 10, 18]) ** 2

    def parts(a: float) -> tuple[float, float, float]:
        w = 1 / (v + a)
        m = float((w * y).sum() / w.sum())
        chance = math.sqrt(float(np.prod(w * 100) / w.sum())) * math.exp(-float((w * (y - m) ** 2).sum()) / 2)
        b = v[0] * w[0]
        centre = (1 - b) * y[0] + b * m
        return chance, centre, v[0] * (1 - b) + b * b / w.sum() + centre**2

    def over(weigh: object) -> float:
        def scaled(u: float) -> float:
            a = 100 * u / (1 - u)
            return float(weigh(*parts(a))) * 100 / (1 - u) ** 2  # type: ignore[operator]

        return float(integrate.quad(scaled, 0, 1, limit=500, epsabs=0, epsrel=1e-9)[0])

    whole = over(lambda chance, centre, square: chance)
    centre = over(lambda chance, centre, square: chance * centre) / whole
    square = over(lambda chance, centre, square: chance * square) / whole
    first = shrink(y.tolist(), v.tolist()).groups[0]
    assert first.value == pytest.approx(centre, rel=1e-3)
    assert first.standard_error == pytest.approx(math.sqrt(square - centre**2), rel=1e-3)


@settings(deadline=None, max_examples=40)
@given(values, st.floats(0.1, 100), st.floats(-100, 100), st.floats(0.1, 10))
def test_scale_is_only_a_scale_and_no_value_leaves_the_others(
    y: list[float], variance: float, start: float, step: float
) -> None:
    variances = [variance * (1 + i % 3) for i in range(len(y))]
    plain = shrink(y, variances)
    scaled = shrink([start + step * one for one in y], [step * step * one for one in variances])
    reach = 1e-6 * (1 + max(map(abs, y)) * step + abs(start))
    for one, other, raw in zip(plain.groups, scaled.groups, y, strict=True):
        assert other.value == pytest.approx(start + step * one.value, abs=reach)
        assert other.own_weight == pytest.approx(one.own_weight, abs=1e-6)
        assert 0 <= one.own_weight <= 1
        assert min(y) - 1e-9 <= one.value <= max(y) + 1e-9
        assert one.standard_error <= 1.5 * math.sqrt(max(variances)) + abs(raw - plain.mean)


def test_known_well_stays_and_known_little_is_drawn() -> None:
    prior = shrink([0, 10, 20, 30, 40, 40], [0.01] * 5 + [400.0])
    assert [one.value for one in prior.groups[:5]] == pytest.approx([0, 10, 20, 30, 40], abs=0.02)
    assert 20 < prior.groups[5].value < 35 and prior.groups[5].own_weight < 0.6


def test_ten_of_ten_does_not_win_over_many() -> None:
    shops = {"few": Tally(10, 10), "many": Tally(960, 1000)} | {str(i): Tally(80 + i, 100) for i in range(6)}
    ranking = rank(shops)
    assert max(ranking.places, key=lambda place: place.raw.value or 0).name == "few"
    assert ranking.places[0].name == "many"
    few = next(place for place in ranking.places if place.name == "few")
    assert (few.rank_low, few.rank_high, len(few.not_ordered)) == (1, 8, 7)
    assert str(few.shrunken.method) == "shrunken" and few.shrunken.n == 10


@settings(deadline=None, max_examples=40)
@given(tallies)
def test_places_are_in_order_and_ranks_agree_with_what_is_ordered(groups: list[Tally]) -> None:
    ranking = rank(named(groups))
    if ranking.unknown is Unknown.NO_SPREAD:
        assert all(one.successes in (0, one.n) for one in groups)
        return
    shown = [place.shrunken.value for place in ranking.places]
    assert shown == sorted(shown, key=lambda value: -(value or 0))
    k = len(groups)
    for place in ranking.places:
        assert 1 <= place.rank_low <= place.rank_high <= k
        assert place.rank_high - place.rank_low == len(place.not_ordered)
        for other in ranking.places:
            assert (other.name in place.not_ordered) == (place.name in other.not_ordered)
        assert place.shrunken.low is not None and place.shrunken.high is not None
        assert 0 <= place.shrunken.low <= place.shrunken.high <= 1


@settings(deadline=None, max_examples=25)
@given(tallies)
def test_turning_the_metric_round_turns_the_ranks(groups: list[Tally]) -> None:
    forth = rank(named(groups))
    back = rank(named([Tally(one.n - one.successes, one.n) for one in groups]))
    ranks = {place.name: (place.rank_low, place.rank_high) for place in back.places}
    for place in forth.places:
        low, high = ranks[place.name]
        assert (place.rank_low, place.rank_high) == (len(groups) + 1 - high, len(groups) + 1 - low)


def test_raw_is_off_by_twenty_points_and_shrunken_by_ten() -> None:
    raw, shrunken, held, _, winners = errors(3, 25, 15, 10.0, 40)
    assert 19 < raw < 22
    assert 8 < shrunken < 11
    assert held >= 0.94
    assert winners > 0.9


def test_groups_that_do_not_differ_are_put_in_order_in_at_most_five_per_cent_of_lists() -> None:
    chance = np.random.default_rng(2)
    wrong = 0
    for _ in range(120):
        drawn = chance.multinomial(60, (0.2, 0.3, 0.5), size=12)
        ranking = rank({str(i): Counts(*map(int, three)) for i, three in enumerate(drawn)})
        wrong += any(len(place.not_ordered) < 11 for place in ranking.places)
    assert wrong / 120 <= 0.05


def test_ranks_of_groups_that_differ_hold_all_at_once() -> None:
    _, _, held, ranks, _ = errors(5, 20, 300, 20.0)
    assert ranks == 1.0 and held >= 0.93


def test_mix_of_cases_is_taken_out() -> None:
    # All are equally good; half get many complaints.
    chance = np.random.default_rng(6)
    plain, by_kind = {}, {}
    for i in range(10):
        easy, hard = (160, 40) if i % 2 else (40, 160)
        by_kind[str(i)] = {
            "order": Tally(int(chance.binomial(easy, 0.9)), easy),
            "complaint": Tally(int(chance.binomial(hard, 0.5)), hard),
        }
        plain[str(i)] = Tally(sum(one.successes for one in by_kind[str(i)].values()), 200)
    unfair, fair = rank(plain), rank_adjusted(by_kind)  # type: ignore[arg-type]
    assert {int(place.name) % 2 for place in unfair.places[:5]} == {1}
    assert all(len(place.not_ordered) == 9 for place in fair.places)
    assert unfair.between is not None and fair.between is not None and fair.between < unfair.between / 3
    expected = {int(place.name) % 2: place.expected for place in fair.places}
    assert (expected[1] or 0) > (expected[0] or 0) + 0.15
    assert [place.expected for place in unfair.places] == [None] * 10


def test_left_out_groups_are_named_with_their_reason() -> None:
    groups: dict[str, Moments] = {str(i): Moments(40, 160 + i, 700 + 8 * i) for i in range(5)}
    odd = {
        "few": Moments(9, 40, 180),
        "none": Moments(0, 0, 0),
        "wrong": Moments(40, 100, 1),
        "off": Moments(40, 400, 4001),
    }
    ranking = rank(groups | odd, bounds=(1, 5))  # type: ignore[arg-type]
    assert dict(ranking.left_out) == {
        "few": Unknown.TOO_FEW,
        "none": Unknown.NO_ANSWERS,
        "wrong": Unknown.INVALID,
        "off": Unknown.INVALID,
    }
    assert len(ranking.places) == 5


def test_nothing_to_rank_says_why() -> None:
    four = {str(i): Tally(5, 20) for i in range(4)}
    assert rank(four).unknown is rank({}).unknown is Unknown.TOO_FEW_GROUPS  # type: ignore[arg-type]
    assert rank(four | {"full": Tally(20, 20)}).unknown is None  # type: ignore[arg-type]
    alike = rank({str(i): Tally(20, 20) for i in range(5)})  # type: ignore[arg-type]
    assert alike == Ranking((), 0.95, unknown=Unknown.NO_SPREAD)


def test_nothing_to_adjust_says_why() -> None:
    apart = {str(i): {f"kind {i}": Tally(5, 20)} for i in range(5)}
    assert rank_adjusted(apart).unknown is Unknown.NOT_COMPARABLE  # type: ignore[arg-type]
    fewer = rank_adjusted({"a": {"x": Tally(5, 20)}, "empty": {}})  # type: ignore[arg-type]
    assert (fewer.unknown, fewer.left_out) == (Unknown.TOO_FEW_GROUPS, (("empty", Unknown.NO_ANSWERS),))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: shrink([1, 2, 3, 4], [1, 1, 1, 1]),
        lambda: shrink([1, 2, 3, 4, 5], [1, 1, 1, 1]),
        lambda: shrink([1, 2, 3, 4, 5], [1, 1, 1, 1, 0]),
        lambda: shrink([1, 2, 3, 4, 5], [1, 1, 1, 1, float("nan")]),
        lambda: shrink([1, 2, 3, 4, float("inf")], [1, 1, 1, 1, 1]),
        lambda: rank({"a": Tally(1, 2), "b": Counts(1, 1, 1)}),
        lambda: rank({"a": Tally(1, 2)}, minimum_n=1),
        lambda: rank({"a": Moments(10, 20, 60)}, bounds=(5, 1)),
        lambda: rank({"a": Tally(1, 2)}, level=95),
    ],
)
def test_wrong_input_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]

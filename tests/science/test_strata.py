"""Strata and poststrata: as R's survey package, as a loop over the answers, and refusing with a reason."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.estimate import Estimate, Method, Unknown
from fiilis.science.metrics import mean_from_sums, nps_from_sums
from fiilis.science.quantiles import t_quantile
from fiilis.science.strata import (
    GroupSums,
    Lonely,
    StratumSums,
    poststratified_mean,
    poststratified_nps,
    poststratified_share,
    strata_from_arrays,
    stratified_mean,
    stratified_nps,
    stratified_share,
)
from fiilis.science.sums import ClusterSums
from tests.science.tables import Airport, rows

Row = tuple[float, float, int, int]  # score, weight, stratum, cluster

answer = st.tuples(st.integers(0, 10), st.floats(0.2, 5), st.integers(0, 2), st.integers(0, 4))
files = st.lists(answer, min_size=25, max_size=60).filter(
    lambda file: all(len({row[3] for row in file if row[2] == h}) > 1 for h in range(3))
)


def error_of(estimate: Estimate, df: float) -> float:
    """The standard error that the interval's unclipped upper limit tells."""
    assert estimate.high is not None and estimate.value is not None
    return (estimate.high - estimate.value) / t_quantile(0.975, df)


def naive(file: list[Row], population: dict[int, float] | None = None) -> tuple[float, float]:
    """Mean and standard error, stratum by stratum and answer by answer."""
    weight = sum(w for _, w, _, _ in file)
    mean = sum(w * y for y, w, _, _ in file) / weight
    totals: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for y, w, stratum, cluster in file:
        totals[stratum][cluster] += w * (y - mean) / weight
    variance = 0.0
    for stratum, clusters in totals.items():
        k = len(clusters)
        middle = sum(clusters.values()) / k
        unseen = 1 - k / population[stratum] if population else 1
        variance += unseen * k / (k - 1) * sum((total - middle) ** 2 for total in clusters.values())
    return mean, sqrt(variance)


def strata_of(file: list[Row], population: dict[int, float] | None = None) -> list[StratumSums]:
    y, w, stratum, cluster = (np.array(column) for column in zip(*file, strict=True))
    found = strata_from_arrays(y, w, stratum=stratum, cluster=cluster, population=population)  # type: ignore[arg-type]
    return list(found.values())


def schools(population: bool = True) -> list[StratumSums]:
    """The stratified sample of Californian schools of R's survey package."""
    file = rows("api_strata.csv")
    sizes = {row["stype"]: float(row["fpc"]) for row in file}
    found = strata_from_arrays(
        [float(row["api00"]) for row in file],
        [float(row["pw"]) for row in file],
        stratum=[row["stype"] for row in file],
        population=sizes if population else None,  # type: ignore[arg-type]
    )
    return list(found.values())


def test_schools_are_as_r_survey_prints_them() -> None:
    estimate = stratified_mean(schools())
    assert estimate.value == pytest.approx(662.29, abs=0.005)
    # svymean(~api00, dstrat): 662.29, SE 9.4089; degf 197.
    assert error_of(estimate, 197) == pytest.approx(9.4089, abs=0.00005)
    assert (estimate.n, estimate.method) == (200, Method.STRATIFIED)


@pytest.mark.parametrize(("population", "standard_error"), [(None, 0.7413), ({1: 15, 2: 12}, 0.616)])
def test_eight_answers_are_as_r_survey_prints_them(population: dict[int, float] | None, standard_error: float) -> None:
    # example(fpc) of R's survey package.
    strata = strata_from_arrays(
        [2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2], [3] * 5 + [4] * 3, stratum=[1] * 5 + [2] * 3,
        cluster=[1, 2, 3, 4, 5, 1, 2, 3], population=population,  # type: ignore[arg-type]
    )  # fmt: skip
    estimate = stratified_mean(list(strata.values()))
    assert estimate.value == pytest.approx(5.4481, abs=0.00005)
    assert error_of(estimate, 6) == pytest.approx(standard_error, abs=0.00005)


def districts(population: bool) -> list[StratumSums]:
    """The schools of 15 districts, each district a stratum; district 413 has one school."""
    file = rows("api_clusters.csv")
    names = [row["dnum"] for row in file]
    sizes = {name: 1 if name == "413" else 1000 for name in names} if population else None
    score, weight = ([float(row[name]) for row in file] for name in ("api00", "pw"))
    return list(strata_from_arrays(score, weight, stratum=names, population=sizes).values())  # type: ignore[arg-type]


def test_lonely_district_is_treated_as_r_survey_does() -> None:
    assert stratified_mean(districts(population=False)).unknown is Unknown.LONELY_STRATUM
    centred = stratified_mean(districts(population=False), lonely=Lonely.CENTRE)
    assert error_of(centred, 168) == pytest.approx(5.8281, abs=0.0001)
    # The only school of its district stands for nobody else.
    certain = stratified_mean(districts(population=True))
    assert error_of(certain, 168) == pytest.approx(5.7344, abs=0.0001)


def test_without_population_the_interval_is_wider() -> None:
    with_all, without = stratified_mean(schools()), stratified_mean(schools(population=False))
    assert with_all.half_width < without.half_width  # type: ignore[operator]
    assert with_all.value == without.value


@settings(deadline=None, max_examples=60)
@given(files, st.booleans())
def test_agrees_with_a_loop_over_the_answers(file: list[Row], finite: bool) -> None:
    population = {0: 9.0, 1: 50.0, 2: 1000.0} if finite else None
    strata = strata_of(file, population)
    mean, error = naive(file, population)
    estimate = stratified_mean(strata)
    if error < 1e-6:
        assert estimate.unknown is Unknown.NO_SPREAD
        return
    df = sum(one.sums.clusters - 1 for one in strata)
    assert estimate.value == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert error_of(estimate, df) == pytest.approx(error, rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(files, st.floats(0.01, 100), st.floats(-50, 50), st.randoms())
def test_order_scale_of_weights_and_shift_of_scores_do_not_matter(file, scale, shift, chance) -> None:  # type: ignore[no-untyped-def]
    moved = [(y + shift, w * scale, h, c) for y, w, h, c in file]
    chance.shuffle(moved)
    one, other = stratified_mean(strata_of(file)), stratified_mean(strata_of(moved))
    if one.unknown is None and other.unknown is None:
        assert other.value == pytest.approx(one.value + shift, abs=1e-7)  # type: ignore[operator]
        assert other.half_width == pytest.approx(one.half_width, rel=1e-5, abs=1e-6)
        assert (other.n_effective, other.design_effect) == pytest.approx(
            (one.n_effective, one.design_effect), rel=1e-5, abs=1e-6
        )


def test_one_stratum_is_the_plain_clustered_estimate() -> None:
    airport = Airport()
    one = stratified_nps([StratumSums(airport.sums)])
    plain = nps_from_sums(airport.sums)
    assert (one.value, one.low, one.high, one.design_effect) == pytest.approx(
        (plain.value, plain.low, plain.high, plain.design_effect), rel=1e-12
    )


def test_nps_mirrors_when_promoters_and_detractors_change_places() -> None:
    rng = np.random.default_rng(3)
    y = rng.choice([-100, 0, 100], 60)
    stratum = np.repeat([0, 1, 2], 20)
    there = stratified_nps(list(strata_from_arrays(y, stratum=stratum).values()))
    back = stratified_nps(list(strata_from_arrays(-y, stratum=stratum).values()))
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low))  # type: ignore[operator]


def test_share_needs_no_squares() -> None:
    strata = list(strata_from_arrays([1, 0, 1, 1, 0, 1, 0, 0], stratum=[0] * 4 + [1] * 4).values())
    bare = [replace(one, sums=replace(one.sums, wyy=None)) for one in strata]
    assert stratified_share(bare) == stratified_share(strata)
    assert stratified_mean(bare).design_effect is None


def test_whole_population_asked_has_no_uncertainty() -> None:
    strata = strata_from_arrays([1, 5, 3, 9, 7, 8], stratum=[0, 0, 0, 1, 1, 1], population={0: 3, 1: 3})
    estimate = stratified_mean(list(strata.values()))
    assert (estimate.low, estimate.value, estimate.high) == (5.5, 5.5, 5.5)


def test_strata_that_are_alike_inside_are_no_certainty() -> None:
    apart = strata_from_arrays([9] * 5 + [3] * 5, stratum=[0] * 5 + [1] * 5)
    assert stratified_mean(list(apart.values())).unknown is Unknown.NO_SPREAD
    same = strata_from_arrays([9] * 10, stratum=[0] * 5 + [1] * 5)
    estimate = stratified_mean(list(same.values()), bounds=(0, 10))
    assert (estimate.value, estimate.method) == (9, Method.WORST_CASE)
    assert estimate.low < 9 < estimate.high  # type: ignore[operator]


LONELY = [([9, 8, 7, 6], [1, 2, 3, 4]), ([3, 4, 5], [7, 7, 7])]


def lonely() -> list[StratumSums]:
    return [StratumSums(ClusterSums.from_arrays(y, cluster=cluster)) for y, cluster in LONELY]


def test_lonely_stratum_has_a_reason_or_is_centred_as_told() -> None:
    assert stratified_mean(lonely()).unknown is Unknown.LONELY_STRATUM
    estimate = stratified_mean(lonely(), lonely=Lonely.CENTRE)
    # By hand: m = 6; z = (9-6, 8-6, 7-6, 6-6)/7 about their mean 1.5/7, and (12 - 18)/7 about 0.
    variance = 4 / 3 * sum(((y - 7.5) / 7) ** 2 for y in (9, 8, 7, 6)) + (6 / 7) ** 2
    assert error_of(estimate, 3) == pytest.approx(sqrt(variance), rel=1e-9)


def test_lonely_stratum_that_is_a_census_is_not_lonely() -> None:
    first, second = lonely()
    assert stratified_mean([first, replace(second, population=1)]).unknown is None


def test_all_lonely_and_centred_is_one_sample_of_clusters() -> None:
    strata = [StratumSums(ClusterSums.from_arrays([y, y + 1], cluster=[h, h])) for h, y in enumerate((1, 5, 7, 3))]
    estimate = stratified_mean(strata, lonely=Lonely.CENTRE)
    plain = mean_from_sums(sum((one.sums for one in strata[1:]), strata[0].sums))
    # R's "adjust" has no K / (K - 1) for a lonely stratum.
    assert estimate.half_width == pytest.approx(plain.half_width * sqrt(3 / 4))  # type: ignore[operator]


def test_stratum_without_an_answer_to_this_question_adds_nothing() -> None:
    strata = strata_of([(y, 1.0, h, c) for y, h, c in [(9, 0, 0), (8, 0, 1), (3, 0, 2), (4, 1, 0), (5, 1, 1)]])
    silent = StratumSums(ClusterSums(0, 3, 0, 0, 0, 0, 0, 0, 0, 0))
    assert stratified_mean([*strata, silent]) == stratified_mean(strata)


def sums(**changes: object) -> ClusterSums:
    return replace(ClusterSums.from_arrays([1, 2, 3, 4, 5, 6]), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strata", "why"),
    [
        ([], Unknown.NO_ANSWERS),
        ([StratumSums(ClusterSums.from_arrays([]))], Unknown.NO_ANSWERS),
        ([StratumSums(ClusterSums.from_arrays([5]))], Unknown.TOO_FEW),
        ([StratumSums(ClusterSums.from_arrays([1, 2, 3, 4, 5], w=[0] * 5))], Unknown.ZERO_WEIGHT),
        ([StratumSums(ClusterSums.from_arrays([1, 2, 3, 4, 5], w=[100, 1, 1, 1, 1]))], Unknown.TOO_FEW),
        ([StratumSums(ClusterSums.from_arrays([1, 2, 3, 4, 5], cluster=[1] * 5))], Unknown.ONE_CLUSTER),
        # Five shops in the stratum, answers from one.
        ([StratumSums(ClusterSums.from_arrays([1, 2, 3, 4, 5], cluster=[1] * 5, clusters_in_file=5))],
         Unknown.ONE_CLUSTER),
        ([StratumSums(sums(wy=nan))], Unknown.INVALID),
        ([StratumSums(sums(w=inf))], Unknown.INVALID),
        ([StratumSums(sums(w=-1))], Unknown.INVALID),
        ([StratumSums(sums(n=0))], Unknown.INVALID),
        ([StratumSums(sums(), population=5)], Unknown.INVALID),
        ([StratumSums(sums(), population=nan)], Unknown.INVALID),
    ],
)  # fmt: skip
def test_stratified_mean_that_can_not_be_had_says_why(strata: list[StratumSums], why: Unknown) -> None:
    assert stratified_mean(strata).unknown is why


def test_scores_off_the_scale_are_invalid() -> None:
    assert stratified_mean(schools(), bounds=(0, 10)).unknown is Unknown.INVALID
    assert poststratified_mean([GroupSums(sums(), 1)], bounds=(0, 1)).unknown is Unknown.INVALID


def test_arrays_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError, match="of one length"):
        strata_from_arrays([1, 2, 3], stratum=[1, 2])


def naive_poststratified(file: list[Row], sizes: dict[int, float]) -> tuple[float, float]:
    total = sum(sizes.values())
    value = 0.0
    shares = {}
    for group, size in sizes.items():
        mine = [(y, w) for y, w, g, _ in file if g == group]
        weight = sum(w for _, w in mine)
        shares[group] = (sum(w * y for y, w in mine) / weight, size / total / weight)
        value += size / total * shares[group][0]
    squares = sum((w * shares[g][1] * (y - shares[g][0])) ** 2 for y, w, g, _ in file)
    return value, sqrt(len(file) / (len(file) - 1) * squares)


@settings(deadline=None, max_examples=60)
@given(files)
def test_poststratified_agrees_with_a_loop_over_the_answers(file: list[Row]) -> None:
    sizes = {0: 20.0, 1: 50.0, 2: 30.0}
    own = [(y, w, g, i) for i, (y, w, g, _) in enumerate(file)]
    groups = [GroupSums(one.sums, size) for one, size in zip(strata_of(own), sizes.values(), strict=True)]
    value, error = naive_poststratified(own, sizes)
    estimate = poststratified_mean(groups)
    if error < 1e-6 or estimate.unknown is Unknown.TOO_FEW:
        return
    assert estimate.value == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert error_of(estimate, len(file) - 1) == pytest.approx(error, rel=1e-6)


def test_groups_already_in_proportion_keep_the_plain_value() -> None:
    strata = schools(population=False)
    groups = [GroupSums(one.sums, one.sums.w) for one in strata]
    assert poststratified_mean(groups).value == pytest.approx(stratified_mean(strata).value)


def test_poststratified_share_and_nps_are_means_on_their_scale() -> None:
    first, second = [1, 1, 0, 1] * 5, [0, 0, 1, 0] * 5
    yes = [group(first, 1), group(second, 3)]
    share = poststratified_share(yes)
    score = poststratified_nps([group([100 * y for y in first], 1), group([100 * y for y in second], 3)])
    assert share.value == 0.375
    assert (score.value, score.low, score.high) == pytest.approx((37.5, 100 * share.low, 100 * share.high))  # type: ignore[operator]
    bare = [replace(one, sums=replace(one.sums, wyy=None)) for one in yes]
    assert poststratified_share(bare) == share
    assert poststratified_mean(bare).design_effect is None


def test_groups_all_alike_are_no_certainty() -> None:
    same = [GroupSums(ClusterSums.from_arrays([9] * 6), 0.5), GroupSums(ClusterSums.from_arrays([9] * 3), 0.5)]
    estimate = poststratified_mean(same, bounds=(0, 10))
    assert (estimate.method, estimate.n_effective) == (Method.WORST_CASE, pytest.approx(8))
    assert poststratified_mean(same).unknown is Unknown.NO_SPREAD


def group(y: Sequence[float], size: float, **named: object) -> GroupSums:
    return GroupSums(ClusterSums.from_arrays(y, **named), size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ([], Unknown.NO_ANSWERS),
        ([group([], 1)], Unknown.NO_ANSWERS),
        ([group([1, 2, 3], 1)], Unknown.TOO_FEW),
        ([group([1, 2, 3, 4, 5], 0)], Unknown.ZERO_WEIGHT),
        ([group([1, 2, 3, 4, 5], 1), group([], 1)], Unknown.EMPTY_GROUP),
        ([group([1, 2, 3, 4, 5], 1), group([2, 3], 1, w=[0, 0])], Unknown.EMPTY_GROUP),
        ([group([1, 2, 3, 4, 5], 1), group([4], 1)], Unknown.LONELY_STRATUM),
        ([group([1, 2, 3, 4, 5], 1, cluster=[1] * 5)], Unknown.ONE_CLUSTER),
        ([group([1, 2, 3, 4, 5], 1), group([4, 5], 99)], Unknown.TOO_FEW),
        ([group([1, 2, 3, 4, 5], -1)], Unknown.INVALID),
        ([group([1, 2, 3, 4, 5], nan)], Unknown.INVALID),
        ([group([1, 2, 3, 4, 5], inf)], Unknown.INVALID),
        ([GroupSums(sums(wy=nan), 1)], Unknown.INVALID),
    ],
)
def test_poststratified_mean_that_can_not_be_had_says_why(groups: list[GroupSums], why: Unknown) -> None:
    assert poststratified_mean(groups).unknown is why


def test_stratified_interval_covers_and_the_plain_one_is_too_wide() -> None:
    """1,000 draws of 20 + 20 from two unlike strata: the truth lies inside 95 % of intervals."""
    rng = np.random.default_rng(11)
    low, high = rng.normal(3, 1, (1000, 20)), rng.normal(8, 1, (1000, 20))
    inside, wider = 0, 0
    for a, b in zip(low, high, strict=True):
        parts = [ClusterSums.from_arrays(a), ClusterSums.from_arrays(b)]
        estimate = stratified_mean([StratumSums(part) for part in parts])
        inside += estimate.low <= 5.5 <= estimate.high  # type: ignore[operator]
        wider += mean_from_sums(parts[0] + parts[1]).half_width > estimate.half_width  # type: ignore[operator]
    assert 935 <= inside <= 965
    assert wider == 1000

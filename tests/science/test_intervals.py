"""Interval formulas against golden tables, published examples, other formulas and their own symmetries."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.intervals import (
    all_alike,
    linearised,
    mean_interval,
    nps_adjusted_wald,
    nps_score,
    nps_wald,
    wilson,
)
from fiilis.science.sums import ClusterSums
from tests.science.exact_coverage import worst_and_mean
from tests.science.tables import rows

counts = st.tuples(*[st.integers(0, 60)] * 3).filter(lambda three: sum(three) > 0)
levels = st.floats(0.5, 0.999)


@pytest.mark.parametrize("row", rows("nps_intervals.csv"), ids=lambda row: "/".join(list(row.values())[:3]))
def test_nps_intervals_golden(row: dict[str, str]) -> None:
    three = (int(row["detractors"]), int(row["passives"]), int(row["promoters"]))
    for formula, prefix, tolerance in (
        (nps_wald, "wald", 1e-6),
        (nps_adjusted_wald, "adjwald", 1e-6),
        (nps_score, "score", 1e-3),
    ):
        expected = (float(row[f"{prefix}_lo"]), float(row[f"{prefix}_hi"]))
        assert formula(*three) == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("row", rows("csat_top2_wilson.csv"), ids=lambda row: f"{row['top2']}/{row['n']}")
def test_wilson_golden(row: dict[str, str]) -> None:
    expected = (float(row["wilson_lo"]), float(row["wilson_hi"]))
    assert wilson(int(row["top2"]), int(row["n"])) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_published_by_newcombe_1998_table_1(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_score_published_by_contingencytables_for_three_of_three() -> None:
    # R contingencytables 3.0, Tango_asymptotic_score_CI_paired_2x2: 1.0000 (95% CI -0.1230 to 1.0000)
    assert nps_score(0, 0, 3) == pytest.approx((-12.30, 100.0), abs=5e-3)
    assert nps_score(3, 0, 0) == pytest.approx((-100.0, 12.30), abs=5e-3)


def likelihood(share_of_detractors: float, delta: float, three: tuple[int, int, int]) -> float:
    shares = (share_of_detractors, 1 - 2 * share_of_detractors - delta, share_of_detractors + delta)
    return sum(
        count * math.log(share) if share > 0 else -math.inf for count, share in zip(three, shares, strict=True) if count
    )


def naive_score_statistic(three: tuple[int, int, int], delta: float) -> float:
    """Score test by a brute search of the most likely share of detractors, with delta held."""
    n = sum(three)
    low, high = max(0.0, -delta), (1 - delta) / 2
    for _ in range(6):  # a grid, then ever finer grids around the best
        grid = np.linspace(low, high, 401)
        best = int(np.argmax([likelihood(share, delta, three) for share in grid]))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, 400)]
    likely = float(grid[best])
    variance = (2 * likely + delta - delta * delta) / n
    return ((three[2] - three[0]) / n - delta) / math.sqrt(variance)


@pytest.mark.parametrize("three", [(1, 2, 7), (3, 4, 3), (2, 0, 8), (6, 10, 14), (1, 4, 25), (15, 25, 60)])
def test_score_limits_are_where_a_naive_score_test_just_rejects(three: tuple[int, int, int]) -> None:
    low, high = nps_score(*three)
    assert naive_score_statistic(three, low / 100) == pytest.approx(1.959964, abs=1e-4)
    assert naive_score_statistic(three, high / 100) == pytest.approx(-1.959964, abs=1e-4)


@settings(deadline=None)
@given(counts, levels)
def test_nps_intervals_mirror_when_promoters_and_detractors_change_places(
    three: tuple[int, int, int], level: float
) -> None:
    for formula in (nps_score, nps_adjusted_wald, nps_wald):
        low, high = formula(*three, level)
        assert formula(*three[::-1], level) == pytest.approx((-high, -low), abs=1e-9)


@settings(deadline=None)
@given(counts, levels)
def test_score_stays_in_bounds_and_holds_the_score(three: tuple[int, int, int], level: float) -> None:
    low, high = nps_score(*three, level)
    value = 100 * (three[2] - three[0]) / sum(three)
    assert -100 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 100


@settings(deadline=None)
@given(counts)
def test_score_widens_with_level(three: tuple[int, int, int]) -> None:
    narrow, wide = nps_score(*three, 0.8), nps_score(*three, 0.99)
    assert wide[0] <= narrow[0]
    assert narrow[1] <= wide[1]


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 200), levels)
def test_wilson_mirrors_and_stays_in_bounds(successes: int, failures: int, level: float) -> None:
    n = successes + failures
    low, high = wilson(successes, n, level)
    assert 0 <= low <= successes / n <= high <= 1
    assert wilson(failures, n, level) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@settings(deadline=None)
@given(st.integers(1, 100), levels)
def test_all_alike_is_wilson_for_shares_and_score_for_nps(n: int, level: float) -> None:
    assert all_alike(1.0, n, (0, 1), level) == pytest.approx(wilson(n, n, level), abs=1e-12)
    assert all_alike(100.0, n, (-100, 100), level) == pytest.approx(nps_score(0, 0, n, level), abs=1e-6)
    assert all_alike(0.0, n, (-100, 100), level) == pytest.approx(nps_score(0, n, 0, level), abs=1e-6)


@settings(deadline=None)
@given(st.lists(st.integers(1, 7), min_size=2, max_size=50), st.floats(0.01, 100), st.floats(-100, 100))
def test_mean_interval_scales_and_shifts_with_the_scores(scores: list[int], scale: float, shift: float) -> None:
    y = np.array(scores, dtype=float)
    moved = y * scale + shift
    low, high = mean_interval(len(y), y.sum(), (y * y).sum())
    expected = (low * scale + shift, high * scale + shift)
    slack = 1e-5 * (scale + abs(shift))
    assert mean_interval(len(y), moved.sum(), (moved * moved).sum()) == pytest.approx(expected, abs=slack)


def test_mean_interval_published_by_student_1908() -> None:
    # Student's own example: extra hours of sleep by dextro- and laevo-hyoscyamine, differences of ten patients;
    # mean 1.58, s (n - 1) 1.23, t quantile of 9 df 2.262.
    extra = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert mean_interval(10, extra.sum(), (extra**2).sum()) == pytest.approx((0.7001, 2.4599), abs=5e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(1, 0),
        lambda: wilson(3, 2),
        lambda: wilson(-1, 2),
        lambda: wilson(math.nan, 2),
        lambda: wilson(1, 2, 95),
        lambda: nps_score(0, 0, 0),
        lambda: nps_score(-1, 2, 2),
        lambda: nps_wald(0, 0, 0),
        lambda: nps_adjusted_wald(0, -1, 0),
        lambda: mean_interval(1, 5, 25),
        lambda: mean_interval(5, 15, 55, 1.0),
        lambda: all_alike(6, 10, (1, 5)),
        lambda: all_alike(5, 0, (1, 5)),
        lambda: linearised(ClusterSums.from_arrays([1, 2, 3], cluster=[1, 1, 1])),
        lambda: linearised(ClusterSums.from_arrays([1, 2, 3], cluster=[1, 1, 1], clusters_in_file=9)),
        lambda: linearised(ClusterSums.from_arrays([1, 2, 3], w=[0, 0, 0])),
    ],
)
def test_impossible_input_is_refused(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize(
    ("n", "formula", "promised"), [(10, "score", 0.90), (30, "score", 0.93), (100, "adjusted Wald", 0.94)]
)
def test_worst_coverage_is_kept_where_each_group_has_two_per_cent(n: int, formula: str, promised: float) -> None:
    worst, mean = worst_and_mean(n, formula, step=2 if n == 100 else 1, least=2)
    assert worst >= promised
    assert mean >= 0.949


@pytest.mark.parametrize(
    ("n", "formula", "known"), [(10, "score", 0.900), (30, "score", 0.9297), (100, "adjusted Wald", 0.9105)]
)
def test_worst_coverage_of_any_population_is_as_documented(n: int, formula: str, known: float) -> None:
    worst, _ = worst_and_mean(n, formula, step=2 if n == 100 else 1, least=0)
    assert worst == pytest.approx(known, abs=5e-4)


def test_plain_wald_is_as_bad_as_documented() -> None:
    worst, _ = worst_and_mean(10, "Wald", step=1, least=0)
    assert worst < 0.10

"""The airport survey of 2017, weighted and clustered by flight: both ways, and as it was when first computed."""

import pytest

from fiilis.science.metrics import choose, nps_from_sums
from tests.science.tables import Airport
from tests.science.test_sums import naive_variance

airport = Airport()


def test_blanks_are_not_promoters() -> None:
    counts = airport.counts
    assert (airport.answers, counts.n) == (2831, 2746)
    assert (counts.detractors, counts.passives, counts.promoters) == (342, 968, 1436)


def test_sums_agree_with_a_loop_over_the_answers() -> None:
    file = list(zip(airport.points.tolist(), airport.weights.tolist(), airport.flights.tolist(), strict=True))
    expected = naive_variance(file, airport.flights_in_file)
    assert airport.sums.variance_of_mean == pytest.approx(expected, rel=1e-9)


def test_estimates_are_as_first_computed() -> None:
    plain = choose(airport.counts, weighted_or_clustered=False)
    assert (plain.value, plain.low, plain.high) == pytest.approx((39.839767, 37.182361, 42.410218), abs=1e-6)
    clustered = nps_from_sums(airport.sums)
    assert (clustered.value, clustered.low, clustered.high) == pytest.approx(
        (40.398436, 37.338010, 43.458861), abs=1e-6
    )
    assert (clustered.n_effective, clustered.design_effect) == pytest.approx((2266.512355, 1.375602), abs=1e-6)
    assert airport.sums.standard_error == pytest.approx(1.552471310, abs=1e-9)
    # One flight of 212 has nothing but blanks: it counts in K, not in the degrees of freedom.
    assert (airport.sums.clusters, airport.sums.df) == (212, 210)

from dataclasses import replace

import numpy as np
import pytest

from fiilis.science.sums import ClusterSums, Counts, Tally
from fiilis.understand.questions.silence import silence
from fiilis.understand.sums import NO_CLUSTERS, Sums


def plain(detractors: int, passives: int, promoters: int) -> Sums:
    points = np.repeat([-100.0, 0.0, 100.0], [detractors, passives, promoters])
    return Sums(Counts(detractors, passives, promoters), ClusterSums.from_arrays(points), False)


def test_eager_promoters_hide_an_nps_of_18_behind_42() -> None:
    found = silence(plain(240, 340, 840))
    assert found is not None
    assert found.raw is None
    assert found.twice is not None
    assert found.twice.value == pytest.approx(18.0)
    assert found.ratio == pytest.approx(840 / 240)  # then as many promoters as detractors were there


def test_weighted_figure_tells_what_it_would_be_without_weights() -> None:
    points = np.repeat([-100.0, 0.0, 100.0], [24, 34, 84])
    weights = np.repeat([2.0, 2.0, 1.0], [24, 34, 84])
    found = silence(Sums(Counts(24, 34, 84), ClusterSums.from_arrays(points, weights), True))
    assert found is not None
    assert found.raw is not None
    assert found.raw.value == pytest.approx(100 * 60 / 142)
    assert (found.twice, found.ratio) == (None, None)


def test_clusters_without_weights_are_no_weights() -> None:
    sums = plain(24, 34, 84)
    found = silence(replace(sums, weighted_or_clustered=True))
    assert found is not None
    assert found.raw is None


@pytest.mark.parametrize(
    "sums", [Sums(Tally(5, 9), NO_CLUSTERS, False), Sums(Counts(0, 0, 0), NO_CLUSTERS, False), plain(1, 1, 1)]
)
def test_other_measures_and_too_few_answers_say_nothing(sums: Sums) -> None:
    assert silence(sums) is None


def test_more_detractors_than_promoters_have_no_eager_promoters_to_blame() -> None:
    found = silence(plain(80, 10, 10))
    assert found is not None
    assert found.ratio is None or found.ratio < 1

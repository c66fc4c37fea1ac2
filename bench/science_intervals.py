"""Intervals and comparisons beside what an analyst would pick instead: a percentile bootstrap, statsmodels, pandas.

    python -m bench.science_intervals [--answers 10000] [--rounds 5]

Both sides of a row start from the same column of answers and take turns, round by round; the best round counts.
"""

import argparse
import platform
import time
from collections.abc import Callable

import numpy as np

from fiilis.science import comparisons, metrics
from fiilis.science.estimate import Estimate
from fiilis.science.sums import ClusterSums, Counts, Tally

RESAMPLES = 2_000
Pair = tuple[float, float]


def main(argv: list[str] | None = None) -> None:
    """Print one row for each pair: seconds of both, how many times faster, and how far apart the answers are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(argv)
    rng = np.random.default_rng(1)
    scores = rng.choice(11, given.answers, p=[0.02] * 5 + [0.06, 0.10, 0.14, 0.20, 0.18, 0.22])
    weights, clusters = rng.uniform(0.5, 2, given.answers), rng.integers(0, 200, given.answers)
    print(f"{given.answers:,} answers, best of {given.rounds} rounds; Python {platform.python_version()}, "
          f"numpy {np.__version__}, {platform.machine()}")  # fmt: skip
    print(f"{'interval of':34} {'Fiilis':>10} {'other':>10} {'ratio':>8}  {'ends differ by':>14}  the other")
    for what, ours, theirs, other in (
        ("NPS", lambda: _nps(scores), lambda: _bootstrap_nps(scores, rng), f"percentile bootstrap, {RESAMPLES:,}"),
        ("NPS by weeks (100 groups)", lambda: _by_group(scores, clusters), lambda: _pandas(scores, clusters),
         "pandas groupby and a loop, plain Wald"),
        ("share of 9-10, Wilson", lambda: _share(scores), lambda: _statsmodels_wilson(scores), "statsmodels, Wilson"),
        ("weighted, clustered NPS", lambda: _clustered(scores, weights, clusters),
         lambda: _statsmodels_clustered(scores, weights, clusters), "statsmodels WLS, cluster-robust"),
        ("weighted, clustered NPS", lambda: _clustered(scores, weights, clusters),
         lambda: _bootstrap_clustered(scores, weights, clusters, rng), f"cluster bootstrap, {RESAMPLES:,}"),
        ("page of 50 comparisons, Holm", _page, _statsmodels_page, "statsmodels z-tests and multipletests"),
    ):  # fmt: skip
        _row(what, ours, theirs, other, given.rounds)


def _row(what: str, ours: Callable[[], Pair], theirs: Callable[[], Pair], other: str, rounds: int) -> None:
    best, results = [float("inf"), float("inf")], [(0.0, 0.0), (0.0, 0.0)]
    for _round in range(rounds):
        for side, run in enumerate((ours, theirs)):
            began = time.perf_counter()
            results[side] = run()
            best[side] = min(best[side], time.perf_counter() - began)
    apart = max(abs(a - b) for a, b in zip(*results, strict=True))
    print(f"{what:34} {best[0] * 1e3:8.3f}ms {best[1] * 1e3:8.2f}ms {best[1] / best[0]:7.1f}x  {apart:14.2g}  {other}")


def _ends(estimate: Estimate) -> Pair:
    assert estimate.low is not None and estimate.high is not None
    return estimate.low, estimate.high


def _counts(scores: np.ndarray) -> Counts:
    return Counts(int((scores <= 6).sum()), int(((scores == 7) | (scores == 8)).sum()), int((scores >= 9).sum()))


def _points(scores: np.ndarray) -> np.ndarray:
    return np.where(scores >= 9, 100.0, np.where(scores <= 6, -100.0, 0.0))


def _nps(scores: np.ndarray) -> Pair:
    counts = _counts(scores)
    return _ends(metrics.nps(counts.detractors, counts.passives, counts.promoters))


def _bootstrap_nps(scores: np.ndarray, rng: np.random.Generator) -> Pair:
    points = _points(scores)
    means = [points[rng.integers(0, points.size, points.size)].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _by_group(scores: np.ndarray, clusters: np.ndarray) -> Pair:
    week, kind = clusters // 2, np.where(scores >= 9, 2, np.where(scores <= 6, 0, 1))
    table = np.bincount(week * 3 + kind, minlength=300).reshape(-1, 3)
    found = [metrics.nps(*map(int, row)) for row in table]
    return _ends(found[0])


def _pandas(scores: np.ndarray, clusters: np.ndarray) -> Pair:
    import pandas as pd

    frame = pd.DataFrame({"week": clusters // 2, "points": _points(scores)})
    ends = []
    for _week, group in frame.groupby("week"):
        mean, error = group.points.mean(), group.points.std() / len(group) ** 0.5
        ends.append((mean - 1.96 * error, mean + 1.96 * error))
    return float(ends[0][0]), float(ends[0][1])


def _share(scores: np.ndarray) -> Pair:
    return _ends(metrics.share(int((scores >= 9).sum()), scores.size))


def _statsmodels_wilson(scores: np.ndarray) -> Pair:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint((scores >= 9).sum(), scores.size, method="wilson")
    return float(low), float(high)


def _clustered(scores: np.ndarray, weights: np.ndarray, clusters: np.ndarray) -> Pair:
    return _ends(metrics.nps_from_sums(ClusterSums.from_arrays(_points(scores), weights, clusters)))


def _statsmodels_clustered(scores: np.ndarray, weights: np.ndarray, clusters: np.ndarray) -> Pair:
    import statsmodels.api as sm

    fit = sm.WLS(_points(scores), np.ones(scores.size), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": True}, use_t=True
    )
    low, high = fit.conf_int()[0]
    return float(low), float(high)


def _bootstrap_clustered(
    scores: np.ndarray, weights: np.ndarray, clusters: np.ndarray, rng: np.random.Generator
) -> Pair:
    points = _points(scores)
    w = np.bincount(clusters, weights)
    wy = np.bincount(clusters, weights * points)
    means = []
    for _ in range(RESAMPLES):
        drawn = rng.integers(0, w.size, w.size)
        means.append(wy[drawn].sum() / w[drawn].sum())
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def _page() -> Pair:
    found = [comparisons.compare_shares(Tally(70 + k % 9, 100), Tally(75, 100)) for k in range(50)]
    judged = comparisons.holm(found)
    assert judged[0].low is not None and judged[0].high is not None
    return judged[0].low, judged[0].high


def _statsmodels_page() -> Pair:
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

    values = [proportions_ztest([70 + k % 9, 75], [100, 100])[1] for k in range(50)]
    multipletests(values, method="holm")
    intervals = [confint_proportions_2indep(70 + k % 9, 100, 75, 100, method="agresti-caffo") for k in range(50)]
    return float(intervals[0][0]), float(intervals[0][1])


if __name__ == "__main__":
    main()

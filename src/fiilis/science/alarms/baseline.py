"""What is normal: learned from quiet weeks, and how much its own uncertainty costs in false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, isfinite, sqrt
from typing import Any

from fiilis.science.alarms.run_lengths import average_run_length, two_sided_run_length
from fiilis.science.case_mix import as_moments, pool
from fiilis.science.estimate import DEFAULT_LEVEL, Unknown, check_level
from fiilis.science.metrics import Plain
from fiilis.science.quantiles import normal_quantile
from fiilis.science.shrinkage import between_variance

MINIMUM_LOOKS = 8
"""A baseline of fewer looks (weeks) is no baseline."""

GREATEST_H = 50.0

_NODES = 40


@dataclass(frozen=True, slots=True)
class Baseline:
    """The normal level of a stream: `mean`, sd of one answer, sd of the level itself from look to look.

    Learned from `n` answers over `looks` looks; all in the metric's unit.
    """

    mean: float
    spread: float
    between: float
    n: int
    looks: int

    @classmethod
    def from_looks(cls, looks: Sequence[Plain]) -> Baseline | Unknown:
        """Return what quiet looks (one a week or a day, in any order) say, or why they don't.

        `between` is Paule and Mandel's: weeks may differ by more than answers do by chance. TOO_FEW under
        MINIMUM_LOOKS looks with answers, or without a look with two; NO_SPREAD when no look has any; INVALID counts.

        >>> from fiilis.science.sums import Counts
        >>> quiet = Baseline.from_looks([Counts(8, 12, 20), Counts(10, 10, 20), Counts(7, 13, 20)] * 4)
        >>> round(quiet.mean, 1), round(quiet.spread, 1), quiet.between, quiet.looks
        (29.2, 79.9, 0.0, 12)
        """
        if any(one.trouble() is Unknown.INVALID for one in looks):
            return Unknown.INVALID
        answered = [as_moments(one) for one in looks if one.n]
        if not answered:
            return Unknown.NO_ANSWERS
        squares, df = pool(answered)
        if len(answered) < MINIMUM_LOOKS or df < 1:
            return Unknown.TOO_FEW
        if squares == 0:
            return Unknown.NO_SPREAD
        variances = [squares / df / one.n for one in answered]
        between = between_variance([one.mean for one in answered], variances)
        weights = [1 / (variance + between) for variance in variances]
        mean = sum(w * one.mean for w, one in zip(weights, answered, strict=True)) / sum(weights)
        return cls(mean, sqrt(squares / df), sqrt(between), sum(one.n for one in answered), len(answered))

    @classmethod
    def from_answers(cls, answers: Plain) -> Baseline | Unknown:
        """Return what quiet answers say when each answer is a look of its own.

        >>> from fiilis.science.sums import Moments
        >>> round(Baseline.from_answers(Moments(100, 420, 1840)).spread, 3)
        0.876
        """
        if why := answers.trouble():
            return why
        moments = as_moments(answers)
        if moments.n < MINIMUM_LOOKS:
            return Unknown.TOO_FEW
        if moments.squares == 0:
            return Unknown.NO_SPREAD
        return cls(moments.mean, sqrt(moments.squares / (moments.n - 1)), 0.0, moments.n, moments.n)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Baseline:
        """Return the baseline that `dataclasses.asdict` took apart.

        >>> import dataclasses
        >>> baseline = Baseline(30.0, 80.0, 0.0, 400, 10)
        >>> Baseline.from_dict(dataclasses.asdict(baseline)) == baseline
        True
        """
        return cls(**kept)

    def standard_error(self, n: int) -> float:
        """Return the standard error of the mean of `n` answers of one look around the normal level.

        >>> Baseline(30.0, 80.0, 6.0, 400, 10).standard_error(100)
        10.0
        """
        return sqrt(self.spread**2 / n + self.between**2)

    def worth(self, n: int) -> float:
        """Return how many looks of `n` answers each this baseline is worth: the `baseline_looks` of `run_length`.

        >>> round(Baseline(30.0, 80.0, 0.0, 400, 10).worth(20), 6)
        20.0
        """
        return self.standard_error(n) ** 2 / (self.spread**2 / self.n + self.between**2 / self.looks)


@dataclass(frozen=True, slots=True)
class RunLength:
    """How rare false alarms are: mean looks between them as planned, and where it lies given the baseline's doubt.

    `planned` is for a baseline known for certain; with chance `level` over baselines, the one at hand has a true mean
    run length between `low` and `high`. `rate` is the expected number of false alarms a look, over all baselines.
    """

    planned: float
    low: float
    high: float
    level: float
    rate: float


def run_length(
    h: float,
    k: float = 0.5,
    *,
    baseline_looks: float = inf,
    spread_df: float = inf,
    two_sided: bool = True,
    level: float = DEFAULT_LEVEL,
) -> RunLength:
    """Return how long a CUSUM runs to a false alarm when mean and sd of its baseline are only estimated.

    The baseline's mean is off by N(0, 1 / baseline_looks) standard errors of a look, for good: a CUSUM takes that for
    a small change and adds it up. `spread_df`: degrees of freedom of the estimated sd (answers less looks, or looks
    less 1 where weeks differ by more than chance). Source: Jensen, Jones-Farmer, Champ & Woodall 2006, Journal of
    Quality Technology 38. Raises ValueError for baseline_looks or spread_df that aren't above 0.

    >>> known, learned = run_length(5), run_length(5, baseline_looks=26)
    >>> round(known.planned), round(learned.low), round(learned.high), round(1040 * learned.rate, 1)
    (465, 49, 465, 5.5)
    """
    check_level(level)
    if not (baseline_looks > 0 and spread_df > 0):
        raise ValueError("looks and degrees of freedom are above 0")
    length = two_sided_run_length if two_sided else average_run_length
    lengths = sorted(
        length(h * ratio, k * ratio, off * ratio) for off in _offsets(baseline_looks) for ratio in _ratios(spread_df)
    )
    tail = (1 - level) / 2
    low, high = (lengths[min(len(lengths) - 1, int(q * len(lengths)))] for q in (tail, 1 - tail))
    return RunLength(length(h, k, 0.0), low, high, level, sum(1 / one for one in lengths) / len(lengths))


def false_alarms_a_year(rate: float, *, series: int = 1, looks_a_year: float = 52) -> float:
    """Return how many false alarms a year to expect over all series together, from `RunLength.rate`.

    >>> round(false_alarms_a_year(run_length(5).rate, series=20), 1)
    2.2
    """
    return series * looks_a_year * rate


def choose_h(
    at_most: float,
    k: float = 0.5,
    *,
    series: int = 1,
    looks_a_year: float = 52,
    baseline_looks: float = inf,
    spread_df: float = inf,
    two_sided: bool = True,
) -> float:
    """Return the least h, to a hundredth, with at most so many false alarms a year over all series together.

    The rest as in `run_length`. Raises ValueError for a wish that no h up to GREATEST_H fulfils, or isn't above 0.

    >>> choose_h(5, series=20), choose_h(5, series=20, baseline_looks=26)
    (4.21, 5.15)
    """
    if not (at_most > 0 and series > 0 and looks_a_year > 0 and isfinite(at_most)):
        raise ValueError("false alarms, series and looks are above 0")

    def alarms(h: float) -> float:
        learned = run_length(h, k, baseline_looks=baseline_looks, spread_df=spread_df, two_sided=two_sided)
        return false_alarms_a_year(learned.rate, series=series, looks_a_year=looks_a_year)

    low, high = 0.0, 1.0
    while alarms(high) > at_most:
        low, high = high, 2 * high
        if high > GREATEST_H:
            raise ValueError("no threshold makes false alarms that rare with this baseline: learn it for longer")
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (low, middle) if alarms(middle) <= at_most else (middle, high)
    return ceil(100 * high) / 100


def _offsets(baseline_looks: float) -> list[float]:
    """Return equally likely values of the baseline's error, in standard errors of a look."""
    if baseline_looks == inf:
        return [0.0]
    return [normal_quantile((i + 0.5) / _NODES) / sqrt(baseline_looks) for i in range(_NODES)]


def _ratios(spread_df: float) -> list[float]:
    """Return equally likely values of estimated sd / true sd."""
    if spread_df == inf:
        return [1.0]
    from scipy.special import gammaincinv  # noqa: PLC0415 - slow import

    half = _NODES // 4
    return [sqrt(2 * gammaincinv(spread_df / 2, (i + 0.5) / half) / spread_df) for i in range(half)]

"""What if the happy answer more readily? The figure under any such skew, and how strong it must be to overturn it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, isfinite, log

from fiilis.science.comparisons import compare_sums
from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import NPS_BOUNDS, SHARE_BOUNDS, Bounds
from fiilis.science.metrics import check_bounds, mean_from_sums
from fiilis.science.scales import missing
from fiilis.science.sums import ClusterSums, Counts, Tally

MOST_SKEW = 1e6
"""Stronger skews aren't tried: nobody is a million times readier to answer than another."""

# 60 halvings of the log of the ratio: 27.6 / 2^60, beyond what a float tells apart.
_HALVINGS = 60


class Passives(StrEnum):
    """How readily those who gave 7-8 answer."""

    AS_DETRACTORS = "as_detractors"
    BETWEEN = "between"
    """In between: the square root of the ratio."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How many gave each score, and each score's place between the least ready to answer (0) and the readiest (1).

    >>> Answers.of_nps(Counts(24, 34, 84)).n
    142
    """

    scores: tuple[float, ...]
    counts: tuple[int, ...]
    places: tuple[float, ...]
    bounds: Bounds

    @classmethod
    def of_nps(cls, counts: Counts, passives: Passives = Passives.AS_DETRACTORS) -> Answers:
        """Return the answers to "how likely are you to recommend": promoters at 1, detractors at 0."""
        middle = 0.5 if passives is Passives.BETWEEN else 0.0
        parts = (counts.detractors, counts.passives, counts.promoters)
        return cls((-100.0, 0.0, 100.0), parts, (0.0, middle, 1.0), NPS_BOUNDS)

    @classmethod
    def of_share(cls, tally: Tally) -> Answers:
        """Return answers that are of the kind counted (1: satisfied, say) or aren't (0)."""
        return cls((0.0, 1.0), (tally.n - tally.successes, tally.successes), (0.0, 1.0), SHARE_BOUNDS)

    @classmethod
    def of_scale(cls, counts: Mapping[float, int], bounds: Bounds) -> Answers:
        """Return answers on a scale: readiness grows evenly (in its logarithm) from one end to the other.

        Raises ValueError for bounds out of order or a score outside them.

        >>> Answers.of_scale({1: 10, 3: 20, 5: 70}, bounds=(1, 5)).places
        (0.0, 0.5, 1.0)
        """
        check_bounds(bounds)
        if not all(bounds[0] <= score <= bounds[1] for score in counts):
            raise ValueError(f"a score lies outside {bounds}")
        scores = tuple(float(score) for score in counts)
        places = tuple((score - bounds[0]) / (bounds[1] - bounds[0]) for score in scores)
        return cls(scores, tuple(counts.values()), places, bounds)

    @property
    def n(self) -> int:
        """Number of answers."""
        return sum(self.counts)

    def trouble(self) -> Unknown | None:
        """Return why nothing can be said from these answers, or None."""
        if not all(isfinite(count) and count >= 0 and count == int(count) for count in self.counts):
            return Unknown.INVALID
        if self.n < MINIMUM_N:
            return Unknown.TOO_FEW if self.n else Unknown.NO_ANSWERS
        return None

    def value(self, ratio: float) -> float:
        """Return the mean score if the readiest had answered `ratio` times as readily as the least ready."""
        weights = self._weights(ratio)
        total = sum(w * c for w, c in zip(weights, self.counts, strict=True))
        return sum(w * c * y for w, c, y in zip(weights, self.counts, self.scores, strict=True)) / total

    def sums(self, ratio: float) -> ClusterSums:
        """Return the sums of the answers, each weighted by the inverse of its readiness."""
        w = w2 = wy = w2y = w2yy = wyy = 0.0
        for weight, count, y in zip(self._weights(ratio), self.counts, self.scores, strict=True):
            w += weight * count
            w2 += weight * weight * count
            wy += weight * count * y
            wyy += weight * count * y * y
            w2y += weight * weight * count * y
            w2yy += weight * weight * count * y * y
        return ClusterSums(self.n, self.n, w, wy, w2, w2y, w2yy, w2, wyy, self.n)

    def people(self, ratio: float) -> float:
        """Return how many must have been asked, at least, for the readiest to have answered no more than all."""
        heard = [(w, count) for w, count in zip(self._weights(ratio), self.counts, strict=True) if count]
        return sum(w * count for w, count in heard) / min(w for w, _ in heard)

    def _weights(self, ratio: float) -> list[float]:
        return [ratio**-place for place in self.places]


@dataclass(frozen=True, slots=True)
class Overturn:
    """How strong a skew in who answers would overturn a finding.

    `ratio`: at so many times the readiness to answer of the readiest against the least ready the corrected figure is
    the threshold itself. Over 1: the finding stands unless the happy were so much readier; under 1: unless the
    unhappy were 1 / ratio times as ready. `doubt`: the weaker skew at which the interval reaches the threshold, 1
    where it does already. None, without `unknown`: no such skew, however strong, does it. `possible`: whether so
    strong a skew fits the number of people asked; None where that isn't told or there is no ratio.
    """

    value: float | None
    threshold: float
    ratio: float | None
    doubt: float | None
    possible: bool | None
    level: float
    n: int
    unknown: Unknown | None = None


def corrected(answers: Answers, ratio: float, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the figure as it would be if the readiest had answered `ratio` times as readily as the least ready.

    The ratio is an assumption (or known from elsewhere), so the interval holds only if the ratio does: show several.
    Each answer is weighted by the inverse of its readiness; linearised variance, Student's t. Misleads when answers
    hang on more than the score (weigh for those things: `raking`). Source: Horvitz & Thompson 1952, JASA 47; as a
    sensitivity analysis Rosenbaum & Rubin 1983, JRSS B 45. Raises ValueError for a ratio that isn't positive.

    Of 42 % promoters, 34 % passives and 24 % detractors, promoters answer twice as often:

    >>> seen = Answers.of_nps(Counts(detractors=240, passives=340, promoters=840))
    >>> round(corrected(seen, 1).value, 1), round(corrected(seen, 2).value, 1)
    (42.3, 18.0)
    """
    check_level(level)
    _check_ratio(ratio)
    if why := answers.trouble():
        return missing(why, answers.n, level)
    estimate = mean_from_sums(answers.sums(ratio), level, bounds=answers.bounds)
    return replace(estimate, method=Method.SKEW_CORRECTED) if estimate.method is Method.LINEARISED else estimate


def overturning(
    answers: Answers, threshold: float, *, asked: int | None = None, level: float = DEFAULT_LEVEL
) -> Overturn:
    """Return how strong a skew would bring the figure to `threshold`: a target, 0, last year's figure.

    Asks how much readier one kind must have been to answer for the finding (above, or below, the threshold) to be
    the skew's doing alone. `asked` is how many were asked: a strong skew can't hide where nearly all answered.
    Read it with knowledge of your trade: ratios of 1.5 to 3 are met often, of 10 seldom. It considers skew by the
    score alone. Raises ValueError for a threshold outside the scale.

    >>> seen = Answers.of_nps(Counts(240, 340, 840))
    >>> strong = overturning(seen, 30, asked=10_000)
    >>> round(strong.ratio, 2), round(strong.doubt, 2), strong.possible
    (1.42, 1.26, True)
    """
    check_level(level)
    if not answers.bounds[0] <= threshold <= answers.bounds[1]:
        raise ValueError(f"the threshold {threshold} lies outside {answers.bounds}")

    def reaches(ratio: float) -> bool:
        estimate = corrected(answers, ratio, level)
        if estimate.low is None or estimate.high is None:
            return True  # too uneven to tell
        return estimate.low <= threshold <= estimate.high

    return _overturn(answers, answers.trouble(), threshold, reaches, asked, level)


def overturning_difference(
    a: Answers, b: Answers, *, asked: int | None = None, level: float = DEFAULT_LEVEL
) -> Overturn:
    """Return how strong a skew in group `a`, beyond whatever skew is in `b`, would make their difference vanish.

    Asks whether a lead may be due to who answered where: a change of channel, a reminder, a reward. The threshold is
    the figure of `b`, with its uncertainty. `asked` counts those asked in `a`. Raises ValueError for two scales.

    >>> new, old = Answers.of_nps(Counts(15, 25, 60)), Answers.of_nps(Counts(30, 40, 30))
    >>> strong = overturning_difference(new, old)
    >>> round(strong.ratio, 2), round(strong.doubt, 2)
    (4.0, 1.95)
    """
    check_level(level)
    if a.bounds != b.bounds:
        raise ValueError("only figures on one scale can be compared")
    why = a.trouble() or b.trouble()
    if why is not None:
        return Overturn(None, 0.0, None, None, None, level, a.n, why)
    other = b.sums(1)

    def reaches(ratio: float) -> bool:
        change = compare_sums(a.sums(ratio), other, level=level, bounds=a.bounds)
        if change.low is None or change.high is None:
            return True  # too uneven to tell
        return change.low <= 0 <= change.high

    return _overturn(a, None, b.value(1), reaches, asked, level)


def _check_ratio(ratio: float) -> None:
    if not (isfinite(ratio) and ratio > 0):
        raise ValueError(f"a ratio of readiness is over 0 and finite, not {ratio}")


def _overturn(
    answers: Answers,
    why: Unknown | None,
    threshold: float,
    reaches: Callable[[float], bool],
    asked: int | None,
    level: float,
) -> Overturn:
    if why is None and asked is not None and not asked >= answers.n:  # NaN fails too
        why = Unknown.INVALID
    if why is not None:
        return Overturn(None, threshold, None, None, None, level, answers.n, why)
    value = answers.value(1)
    if value == threshold:
        return Overturn(value, threshold, 1.0, 1.0, None if asked is None else True, level, answers.n)
    # A stronger lean of the happy towards answering always takes from the corrected figure.
    end = MOST_SKEW if value > threshold else 1 / MOST_SKEW
    above = value > threshold
    ratio = doubt = None
    if (answers.value(end) < threshold) == above and answers.value(end) != value:
        ratio = _turn(end, lambda tried: (answers.value(tried) > threshold) != above)
    if reaches(1.0):
        doubt = 1.0
    elif ratio is not None or reaches(end):
        # The interval holds the value, so it reaches the threshold before the value does.
        doubt = _turn(end if ratio is None else ratio, reaches)
    possible = None if asked is None or ratio is None else answers.people(ratio) <= asked * (1 + 1e-9)
    return Overturn(value, threshold, ratio, doubt, possible, level, answers.n)


def _turn(end: float, reached: Callable[[float], bool]) -> float:
    """Return the ratio between 1 and `end` from which on `reached` holds, by halving on the log scale."""
    inside, outside = log(end), 0.0
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if reached(exp(middle)):
            inside = middle
        else:
            outside = middle
    return exp(inside)

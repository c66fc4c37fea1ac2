"""Comparisons that are looked at again and again while answers come in: the same verdicts, right at every look."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, log, sqrt

from fiilis.science.estimate import Method
from fiilis.science.quantiles import normal_quantile, normal_tail, t_quantile, t_tail
from fiilis.science.verdicts import Comparison, Evidence, judge

# Further out than this many standard errors, a normal tail is no number that could be turned into Student's.
_FARTHEST = 35.0
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class WatchedEvidence(Evidence):
    """What a verdict is made from when it is looked at all the time: the limits of a normal mixture.

    `expected` is the size of the difference that the mixture is sharpest for, fixed before the first look.
    """

    expected: float = 1.0

    def limits(self, level: float) -> tuple[float, float]:
        """Return the limits of the confidence sequence at this look."""
        far = _radius(self.standard_error**2, self.expected**2, 1 - level)
        if far < _FARTHEST:
            # Student's t instead of the normal, as far out: the spread is only estimated.
            far = -t_quantile(normal_tail(far), self.df)
        return self.centre - far * self.standard_error, self.centre + far * self.standard_error

    def p(self, df: float) -> float:
        """Return the always-valid p-value: it falls below alpha at any look in at most alpha of cases."""
        return self._p_at(abs(self.centre), self.df)

    def p_equivalent(self, df: float) -> float | None:
        """Return the always-valid p-value of "the difference is at least the margin"; None without one."""
        if self.margin is None:
            return None
        room = self.margin - max(abs(self.delta), abs(self.centre))
        return self._p_at(room, self.df) if room > 0 else 1.0

    def variance_needed(self, target: float, df: float, alpha: float, alpha_equivalent: float) -> float:
        """Return the variance at which the sequences around 0 and around the target don't meet any more."""
        fits, too_wide = 0.0, target**2
        for _ in range(_HALVINGS):
            middle = (fits + too_wide) / 2
            reach = _radius(middle, self.expected**2, alpha) + _radius(middle, self.expected**2, alpha_equivalent)
            if middle > 0 and reach * sqrt(middle) <= target:
                fits = middle
            else:
                too_wide = middle
        return fits

    def _p_at(self, distance: float, df: float) -> float:
        ratio = self.expected**2 / self.standard_error**2
        far = distance / self.standard_error
        tail = t_tail(far, df)
        if 0 < tail < 0.5:
            far = -normal_quantile(tail)
        return min(1.0, exp(log(1 + ratio) / 2 - far * far / 2 * ratio / (1 + ratio)))


def watch(comparison: Comparison, *, expected: float | None = None) -> Comparison:
    """Return the comparison with interval, p and verdict that hold at every look, from 30 answers in each group on.

    Takes any comparison made for one look (`compare_nps`, `compare_shares`, `compare_means`, `compare_sums`, before
    and after); make it anew from all answers so far at each look, and put it through here. `holm` over the results
    covers a page that is looked at every day. `expected` is the difference that it is worth finding soon, in the
    metric's unit: it must not be chosen by looking at the answers. Left out, the margin is taken.

    H0: no difference at any time. About 1.5 times as wide as an interval for one look. By large numbers, not exact:
    `sequences.difference` is. Misleads when either truth moves while it is watched.
    Source: Robbins 1970, Annals of Mathematical Statistics 41; Johari, Koomen, Pekelis & Walsh 2022, Operations
    Research 70; Waudby-Smith et al. 2024, Annals of Statistics 52. Raises ValueError for an `expected` that isn't
    positive, or none at all.

    >>> from fiilis.science.comparisons import compare_nps
    >>> from fiilis.science.sums import Counts
    >>> once = compare_nps(Counts(30, 50, 120), Counts(48, 60, 92), margin=10)
    >>> always = watch(once)
    >>> str(once.verdict), str(always.verdict), round(always.low, 1), round(always.high, 1)
    ('better', 'not_known', -3.2, 48.5)
    """
    evidence = comparison.evidence
    if expected is None:
        expected = evidence.margin if evidence is not None else 1.0
    if expected is None or not (isfinite(expected) and expected > 0):
        raise ValueError(f"say which difference is worth finding soon, above 0, not {expected}")
    if evidence is None:
        return comparison
    watched = WatchedEvidence(
        evidence.a, evidence.b, evidence.reach, Method.NORMAL_MIXTURE, evidence.margin, evidence.growing,
        evidence.left_out, expected,
    )  # fmt: skip
    return judge(watched, comparison.level)


def _radius(variance: float, expected_sq: float, alpha: float) -> float:
    """Return the half-width in standard errors: sqrt((1 + v / e^2) (2 log(1 / alpha) + log(1 + e^2 / v)))."""
    if variance == 0:
        return 0.0
    return sqrt((1 + variance / expected_sq) * (-2 * log(alpha) + log(1 + expected_sq / variance)))

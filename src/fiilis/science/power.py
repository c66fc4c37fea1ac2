"""How many answers an experiment needs before it can show an effect of a given size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, isfinite, sqrt

from fiilis.science.estimate import DEFAULT_LEVEL, check_level
from fiilis.science.quantiles import normal_quantile, t_quantile

DEFAULT_POWER = 0.8
"""Chance of showing an effect that is really there, when nobody says otherwise."""

MOST_PER_ARM = 10_000_000
"""Above this no experiment is named: it is no advice."""


class Outcome(StrEnum):
    """What an experiment's outcome is."""

    SHARE = "share"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Experiment:
    """The smallest experiment that would tell: `per_arm` answers drawn by lot for each of two arms.

    It shows a true effect of `minimal_effect` (a fraction for SHARE, scale points for MEAN) in `power` of cases, by a
    two-sided test at `level`.
    """

    per_arm: int
    minimal_effect: float
    outcome: Outcome
    level: float
    power: float


def smallest_for_shares(
    share: float, effect: float, *, level: float = DEFAULT_LEVEL, power: float = DEFAULT_POWER
) -> Experiment | None:
    """Return the smallest experiment that shows a share moving from `share` to `share + effect`.

    H0: the shares are equal; two-sided test with pooled variance. n per arm =
    (z_a sqrt(2 p q) + z_b sqrt(p1 q1 + p2 q2))^2 / effect^2, p the mean of both shares. None when more than
    MOST_PER_ARM are needed. Misleads where answers come in clusters (multiply by the design effect).
    Source: Fleiss, Levin & Paik 2003, Statistical Methods for Rates and Proportions, eq. 4.14 without continuity
    correction. Raises ValueError unless 0 <= both shares <= 1, effect != 0 and 1 - level < power < 1.

    >>> smallest_for_shares(0.6, -0.1).per_arm
    388
    """
    other = share + effect
    if not (0 <= share <= 1 and 0 <= other <= 1 and effect != 0):
        raise ValueError(f"shares are between 0 and 1 and an effect isn't 0: {share}, {effect}")
    alpha = _alpha(level, power)
    middle = (share + other) / 2
    first = normal_quantile(1 - alpha / 2) * sqrt(2 * middle * (1 - middle))
    second = normal_quantile(power) * sqrt(share * (1 - share) + other * (1 - other))
    exact = ((first + second) / effect) ** 2
    if exact > MOST_PER_ARM:
        return None
    return Experiment(max(2, ceil(exact - 1e-9)), effect, Outcome.SHARE, level, power)


def smallest_for_means(
    spread: float, effect: float, *, level: float = DEFAULT_LEVEL, power: float = DEFAULT_POWER
) -> Experiment | None:
    """Return the smallest experiment that shows a mean moving by `effect`, scores having standard deviation `spread`.

    H0: the means are equal; two-sided Student's t, its power by the noncentral t. None when more than MOST_PER_ARM
    are needed. Misleads where answers come in clusters. Source: Cohen 1988, Statistical Power Analysis, ch. 2.
    Raises ValueError unless spread > 0, effect != 0 and 1 - level < power < 1.

    >>> smallest_for_means(1.0, 0.5).per_arm
    64
    """
    if not (isfinite(spread) and spread > 0 and isfinite(effect) and effect != 0):
        raise ValueError(f"a spread is above 0 and an effect isn't 0: {spread}, {effect}")
    alpha = _alpha(level, power)
    distance = abs(effect) / spread
    normal = 2 * ((normal_quantile(1 - alpha / 2) + normal_quantile(power)) / distance) ** 2
    if normal > MOST_PER_ARM:
        return None
    # The normal's n is never too large; a few more for Student's heavier tails.
    n = max(2, ceil(normal) - 1)
    while _power_of_t(n, distance, alpha) < power:
        n += 1
    return Experiment(n, effect, Outcome.MEAN, level, power)


def _power_of_t(n: int, distance: float, alpha: float) -> float:
    from scipy.special import nctdtr  # noqa: PLC0415 - slow import

    df = 2 * n - 2
    critical, shift = t_quantile(1 - alpha / 2, df), distance * sqrt(n / 2)
    # The far tail is below 1e-300 for all but the smallest shifts, where nctdtr is exact.
    return float(1 - nctdtr(df, shift, critical) + nctdtr(df, shift, -critical))


def _alpha(level: float, power: float) -> float:
    check_level(level)
    if not 1 - level < power < 1:
        raise ValueError(f"a power is between {1 - level:g} and 1, not {power}")
    return 1 - level

"""The worst rise by themselves: what of a rise after a fix would have come had nobody done anything."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.types import Effect, known, unknown
from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Estimate, Method, Unknown, check_level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiilis.science.regression import Floats

MINIMUM_PEERS = 5
"""With fewer units to choose among, their true spread can't be told from chance."""

FEW_PEERS = 10
"""Under this many the spread is only roughly known, and the effect says so."""

ASSUMES = (
    Assumption.CHOSEN_BY_SCORE,
    Assumption.ALIKE_BEFOREHAND,
    Assumption.LEVEL_STAYS,
    Assumption.NOTHING_ELSE_CHANGED,
    Assumption.SAME_KIND_OF_PEOPLE,
)
BREAKS_IF = (
    Threat.OTHER_EVENT,
    Threat.OTHER_PEOPLE,
    Threat.OTHER_REASON_TO_CHOOSE,
    Threat.OTHER_MEASUREMENT,
    Threat.BENT_TREND,
)


@dataclass(frozen=True, slots=True)
class Score:
    """A unit's score in one period: its value, standard error and answers."""

    value: float
    error: float
    n: int


@dataclass(frozen=True, slots=True)
class Regression:
    """The parts of a before-after with regression to the mean subtracted; the Effect is `observed` - `expected`.

    `expected` is the rise that would have come by itself; `mean` and `spread` (standard deviation) describe the true
    levels of all units as far as chance lets them be seen; `kept` is the share of a deviation that is true (0..1).
    """

    observed: float
    expected: Estimate
    mean: float
    spread: float
    kept: float


def rise_of_the_worst(units: int, error: float, spread: float = 0.0) -> float:
    """Return by how much the worst of `units` rises next time if nobody does anything, on average.

    Scores with standard error `error`, true levels normal with standard deviation `spread`: error^2 /
    sqrt(error^2 + spread^2) times the expected largest of `units` standard normals. In the scores' unit.
    Misleads where levels aren't roughly normal (one true outlier rises less). Source: James 1973, Biometrics 29;
    Harter 1961, Biometrika 48, for the order statistic. Raises ValueError unless units >= 1, error > 0, spread >= 0.

    >>> round(rise_of_the_worst(20, error=14.6, spread=11), 1)
    21.8
    """
    if units < 1 or not (isfinite(error) and error > 0 and isfinite(spread) and spread >= 0):
        raise ValueError(f"at least one unit, an error above 0 and a spread not below: {units}, {error}, {spread}")
    return error * error / sqrt(error * error + spread * spread) * _largest_of(units)


def before_after(
    before: Sequence[Score],
    chosen: int,
    after: Score,
    *,
    level: float = DEFAULT_LEVEL,
) -> Effect[Regression]:
    """Return what the chosen unit rose by, less what it would have risen by itself.

    `before` are the scores of all units that it was chosen among, itself at index `chosen`; `after` is its score
    since the fix, from other answers. True levels are taken as normal (empirical Bayes): expected rise =
    (1 - kept) (mean - before), kept = spread^2 / (spread^2 + error^2), spread by Paule and Mandel. The interval has
    the errors of after, of the true level before, of mean and of spread (Morris); Student's t with m - 1.
    H0: the fix did nothing. It doesn't matter that the worst was picked: given all scores, the expected true level is
    the same whatever the reason to look (Senn). Misleads where it was picked for knowing more than its score, where
    units aren't of one kind, and for everything that changed at the same time: there is no comparison here.
    TOO_FEW under MINIMUM_PEERS units or MINIMUM_N answers in any, NO_SPREAD for a standard error of 0, INVALID.
    Sources: Morris 1983, JASA 78; Paule & Mandel 1982; Mee & Chua 1991, The American Statistician 45, for the test.
    Raises ValueError for an index outside the list.

    >>> scores = [Score(value, 14.0, 30) for value in (32, 41, 28, 9, 37, 46, 35, 25, 38, 30)]
    >>> effect = before_after(scores, 3, Score(31, 14.0, 30))
    >>> round(effect.details.observed), round(effect.details.expected.value), str(effect.estimate.low < 0)
    (22, 23, 'True')
    """
    check_level(level)
    if not 0 <= chosen < max(1, len(before)):
        raise ValueError(f"the chosen is one of {len(before)}, not number {chosen}")
    n = after.n + (before[chosen].n if before else 0)
    if why := _trouble([*before, after], len(before)):
        return unknown(why, max(0, n), ASSUMES, BREAKS_IF, level=level)
    values = np.array([score.value for score in before], dtype=float)
    variances = np.array([score.error for score in before], dtype=float) ** 2
    mean, spread2 = _true_levels(values, variances)
    weights = 1 / (variances + spread2)
    own, gap = variances[chosen], mean - values[chosen]
    kept = spread2 / (spread2 + own)
    # d kept / d spread2 = own / (spread2 + own)^2; var(spread2) = 2 / sum w^2.
    doubt = (own / (spread2 + own) ** 2) ** 2 * 2 / float((weights**2).sum())
    # kept can't be surer than a flat guess between 0 and 1 leaves it.
    level_error2 = kept * own + (1 - kept) ** 2 / float(weights.sum()) + gap**2 * min(doubt, 1 / 12)
    threats = BREAKS_IF if len(before) >= FEW_PEERS else (Threat.FEW_PEERS, *BREAKS_IF)
    observed, expected = after.value - before[chosen].value, float((1 - kept) * gap)
    df = len(before) - 1
    rise: Effect[Regression] = known(
        (expected, sqrt(level_error2)), df, n, Method.LESS_REGRESSION, ASSUMES, threats, level=level
    )
    details = Regression(observed, rise.estimate, float(mean), sqrt(spread2), float(kept))
    error = sqrt(level_error2 + after.error**2)
    found = (observed - expected, error)
    return known(found, df, n, Method.LESS_REGRESSION, ASSUMES, threats, level=level, details=details)


def _trouble(scores: Sequence[Score], units: int) -> Unknown | None:
    if units == 0:
        return Unknown.NO_ANSWERS
    if not all(
        isfinite(score.value) and isfinite(score.error) and score.error >= 0 and score.n >= 0 for score in scores
    ):
        return Unknown.INVALID
    if units < MINIMUM_PEERS or min(score.n for score in scores) < MINIMUM_N:
        return Unknown.TOO_FEW
    return Unknown.NO_SPREAD if min(score.error for score in scores) == 0 else None


def _true_levels(values: Floats, variances: Floats) -> tuple[float, float]:
    """Return mean and variance of the true levels: the variance at which the scores' spread is just what is expected.

    Paule and Mandel's equation sum w (y - mean)^2 = m - 1, w = 1 / (variance + own variance); 0 where chance alone
    spreads them at least as much. The left side falls in the variance, so halving finds it.
    """

    def excess(spread2: float) -> tuple[float, float]:
        weights = 1 / (variances + spread2)
        mean = float(weights @ values / weights.sum())
        return float(weights @ (values - mean) ** 2) - (len(values) - 1), mean

    low, high = 0.0, float(np.ptp(values)) ** 2 + 1e-300
    if excess(0.0)[0] <= 0:
        return excess(0.0)[1], 0.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle)[0] > 0 else (low, middle)
    return excess(high)[1], high


@lru_cache(maxsize=256)
def _largest_of(units: int) -> float:
    """Return the expected largest of `units` standard normals, by integrating 1 - F(x)^m - F(-x)^m over x > 0."""
    from scipy.special import ndtr  # noqa: PLC0415 - slow import

    edges = np.linspace(0.0, 40.0, 80_001)
    return float(np.trapezoid(1 - ndtr(edges) ** units - ndtr(-edges) ** units, edges))

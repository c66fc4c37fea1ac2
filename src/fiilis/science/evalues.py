"""How strong something unmeasured would have to be to explain a link away (VanderWeele & Ding's E-value)."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isfinite, sqrt


@dataclass(frozen=True, slots=True)
class EValue:
    """Risk ratios with both exposure and outcome that an unmeasured cause needs: to explain away all, or the limit.

    `limit` is 1 when the interval holds "no link": nothing is needed then.
    """

    estimate: float
    limit: float


def e_value(ratio: float, low: float, high: float) -> EValue:
    """Return the E-values of a risk ratio and of the end of its interval that is nearer to 1.

    RR + sqrt(RR (RR - 1)), for ratios below 1 of their inverse. Asks nothing of the unmeasured; misleads when read as
    how likely it is to exist. Source: VanderWeele & Ding 2017, Annals of Internal Medicine 167(4).
    Raises ValueError unless 0 < low <= ratio <= high, all finite.

    >>> value = e_value(3.9, 1.8, 8.7)
    >>> round(value.estimate, 2), round(value.limit, 1)
    (7.26, 3.0)
    """
    if not (0 < low <= ratio <= high and isfinite(high)):
        raise ValueError(f"not 0 < low <= ratio <= high: {low}, {ratio}, {high}")
    if ratio < 1:
        ratio, low, high = 1 / ratio, 1 / high, 1 / low
    return EValue(_needed(ratio), _needed(max(1.0, low)))


def e_value_of_means(difference: float, error: float, spread: float) -> EValue:
    """Return the E-values of a difference of means with its standard `error`; `spread` is the scores' sd.

    d = difference / spread is taken as the risk ratio exp(0.91 d), its 95 % limits exp(0.91 d +- 1.78 error / spread).
    An approximation: it takes scores as roughly normal and dichotomises them in thought (Chinn 2000; VanderWeele &
    Ding 2017). Raises ValueError unless error >= 0, spread > 0 and all are finite.

    >>> value = e_value_of_means(0.6, 0.1, 1.0)
    >>> round(value.estimate, 2), round(value.limit, 2)
    (2.85, 2.25)
    """
    if not (isfinite(difference) and isfinite(error) and error >= 0 and isfinite(spread) and spread > 0):
        raise ValueError(f"a difference and its error are finite, a spread is above 0: {difference}, {error}, {spread}")
    # Beyond exp(50) all ratios are alike: nothing unmeasured is that strong.
    centre, half = 0.91 * difference / spread, 1.78 * error / spread
    return e_value(*(exp(max(-50.0, min(50.0, log))) for log in (centre, centre - half, centre + half)))


def _needed(ratio: float) -> float:
    return ratio + sqrt(ratio * (ratio - 1))

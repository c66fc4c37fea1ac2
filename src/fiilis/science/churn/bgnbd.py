"""The BG/NBD model's formulas, vectorised over customers: likelihood, its slope, and what to expect.

Written by hand because no library of ours has them. With r, alpha the gamma of buying rates, a, b the beta of the
chance to stop after a purchase; x repeat purchases, the last at time `recency`, observed until `age`.
Source: Fader, Hardie & Lee 2005, Marketing Science 24(2), equations 6, 7 and 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# E[Y(t)] has a removable hole at a = 1: step over it.
_HOLE = 1e-6


def loss(logs: Floats, x: Floats, recency: Floats, age: Floats, many: Floats) -> tuple[float, Floats]:
    """Return minus the log-likelihood and its slope in log r, log alpha, log a, log b.

    `many` says how many customers share each history.

    >>> value, slope = loss(np.log([0.243, 4.414, 0.793, 2.426]), *(np.array([v]) for v in (2.0, 30.43, 38.86, 1.0)))
    >>> round(value, 4), slope.shape
    (9.4586, (4,))
    """
    from scipy.special import betaln, digamma, gammaln  # noqa: PLC0415 - slow import

    r, alpha, a, b = np.exp(logs)
    again = x > 0
    # Of a customer without repeat purchase only "still alive" is left.
    before = np.maximum(b + x - 1, 1e-300)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.where(again, np.log(a) - np.log(before) - (r + x) * np.log(alpha + recency), -np.inf)
    mixed = np.logaddexp(alive, gone)
    likelihood = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b) + mixed
    stopped = np.exp(gone - mixed)
    going = 1 - stopped
    by_r = digamma(r + x) - digamma(r) + np.log(alpha) - going * np.log(alpha + age) - stopped * np.log(alpha + recency)
    by_alpha = r / alpha - (r + x) * (going / (alpha + age) + stopped / (alpha + recency))
    both = digamma(a + b) - digamma(a + b + x)
    # betaln(a, b + x) - betaln(a, b): the terms in a alone cancel.
    by_a = both + stopped / a
    by_b = both + digamma(b + x) - digamma(b) - np.where(again, stopped / before, 0.0)
    slope = np.array([by_r @ many * r, by_alpha @ many * alpha, by_a @ many * a, by_b @ many * b])
    return -float(likelihood @ many), -slope


def alive_odds(logs: Floats, x: Floats, recency: Floats, age: Floats) -> Floats:
    """Return the log-odds that customers still buy; inf for those without repeat purchase, who can't have stopped.

    >>> odds = alive_odds(np.log([0.243, 4.414, 0.793, 2.426]), np.array([2.0]), np.array([30.43]), np.array([38.86]))
    >>> (1 / (1 + np.exp(-odds))).round(3).tolist()
    [0.727]
    """
    r, alpha, a, b = np.exp(logs)
    again = x > 0
    before = np.where(again, b + x - 1, 1.0)
    odds: Floats = np.where(
        again, np.log(before / a) - (r + x) * (np.log(alpha + age) - np.log(alpha + recency)), np.inf
    )
    return odds


def expected(logs: Floats, x: Floats, recency: Floats, age: Floats, ahead: float) -> Floats:
    """Return the purchases to expect of each customer in the `ahead` units of time after `age`.

    >>> one = (np.array([value]) for value in (2.0, 30.43, 38.86))
    >>> expected(np.log([0.243, 4.414, 0.793, 2.426]), *one, ahead=39).round(3).tolist()
    [1.226]
    """
    from scipy.special import expit, hyp2f1  # noqa: PLC0415 - slow import

    r, alpha, a, b = np.exp(logs)
    if abs(a - 1) < _HOLE:
        a = 1 + _HOLE
    total = alpha + age + ahead
    ratio = (alpha + age) / total
    shrunk = ratio ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, ahead / total)
    bought: Floats = (a + b + x - 1) / (a - 1) * (1 - shrunk) * expit(alive_odds(logs, x, recency, age))
    return np.maximum(bought, 0.0)

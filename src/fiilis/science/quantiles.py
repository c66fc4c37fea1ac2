"""Quantiles and tails of the normal and Student's t, without scipy.stats, whose import takes a second."""

from __future__ import annotations

from math import erfc, isinf, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()


def normal_quantile(p: float) -> float:
    """Return the standard normal quantile of `p`, 0 < p < 1 (Wichura 1988, AS 241).

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return _NORMAL.inv_cdf(p)


def normal_tail(z: float) -> float:
    """Return P(Z > z); keeps its relative precision far out, which 1 - cdf doesn't.

    >>> f"{normal_tail(10):.3e}"
    '7.620e-24'
    """
    return erfc(z / sqrt(2)) / 2


def t_quantile(p: float, df: float) -> float:
    """Return the quantile of Student's t with `df` degrees of freedom (any positive number, or inf).

    >>> round(t_quantile(0.975, 9), 6)
    2.262157
    >>> t_quantile(0.975, float("inf")) == normal_quantile(0.975)
    True
    """
    if isinf(df):
        return normal_quantile(p)
    from scipy.special import stdtrit  # noqa: PLC0415 - slow import

    return float(stdtrit(df, p))


def t_tail(t: float, df: float) -> float:
    """Return P(T > t) of Student's t with `df` degrees of freedom (any positive number, or inf).

    >>> round(t_tail(2.262157, 9), 6)
    0.025
    >>> t_tail(2.0, float("inf")) == normal_tail(2.0)
    True
    """
    if isinf(df):
        return normal_tail(t)
    from scipy.special import stdtr  # noqa: PLC0415 - slow import

    return float(stdtr(df, -t))

"""How many are still customers after a time, how long they stay, and whether groups differ in it.

The curve is our own arithmetic over a life table: a dozen lines of sums, so that a table made by the warehouse is
enough, no row of any customer is needed, and nothing waits seconds for a survival library to load.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.churn.lifetable import LifeTable
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import SHARE_BOUNDS, all_alike, two_sided_z
from fiilis.science.verdicts import Comparison, Evidence, Growing, Side, judge, missing_comparison

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Scale(StrEnum):
    """On which scale the curve's interval is symmetric."""

    LOG = "log"
    """log S: what R's survfit does unless told otherwise."""
    LOG_LOG = "log_log"
    """log(-log S): stays within 0..1 by itself and covers better with few customers (Borgan & Liestøl 1990)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier curve: at each of `times`, `at_risk` were followed, and `survival` is the share still here after.

    `errors` are standard errors, `low` and `high` limits at `level` at each time by itself, not of the whole curve.
    Before the first departure they are 1 as in other programs, though nobody knows that surely: `survival_at` gives
    an honest interval there. All empty when `unknown`.
    """

    n: int
    events: int
    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    survival: tuple[float, ...]
    errors: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float
    unknown: Unknown | None = None

    def place(self, time: float) -> int:
        """Return the index of the last time of the curve up to `time`; -1 before the first."""
        return int(np.searchsorted(self.times, time, side="right")) - 1


def kaplan_meier(table: LifeTable, *, level: float = DEFAULT_LEVEL, scale: Scale = Scale.LOG) -> Curve:
    """Return the share of customers still here after each time, though many are followed only part of the way.

    Asks for the share that would be here after t had all been followed. Those whose following ended count as long
    as they were followed; that is right only if it ended for a reason that has nothing to do with leaving
    (customers since June are followed shorter: fine; those about to leave stopped answering: not fine). Misleads
    at the far end, where a handful carry the curve. Source: Kaplan & Meier 1958, JASA 53; variance Greenwood 1926.

    >>> curve = kaplan_meier(LifeTable.from_arrays([1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 0]))
    >>> curve.at_risk, [round(share, 3) for share in curve.survival]
    ((6, 5, 4, 3, 2, 1), [0.833, 0.833, 0.625, 0.625, 0.312, 0.312])
    """
    check_level(level)
    if why := table.trouble():
        n = table.n if why is Unknown.TOO_FEW else 0
        return Curve(n, 0, (), (), (), (), (), (), level, why)
    left, risk = _at_risk(table)
    survival = _surviving(left, risk)
    alive = survival > 0
    # After the last customer has left Greenwood's sum is infinite; the limits are mended below.
    gone: Floats = np.cumsum(np.divide(left, risk * (risk - left), out=np.zeros_like(risk), where=risk > left))
    low, high = _limits(survival, gone, two_sided_z(level), scale)
    # The curve never rises, so neither can what bounds it: an upper limit holds on when all have left.
    high = np.where(alive, high, high[alive][-1] if alive.any() else all_alike(0, table.n, SHARE_BOUNDS, level)[1])
    return Curve(
        n=table.n,
        events=table.events,
        times=table.times,
        at_risk=tuple(int(number) for number in risk.tolist()),
        survival=tuple(survival.tolist()),
        errors=tuple((survival * np.sqrt(gone)).tolist()),
        low=tuple(np.where(alive, low, 0.0).tolist()),
        high=tuple(high.tolist()),
        level=level,
    )


def _at_risk(table: LifeTable) -> tuple[Floats, Floats]:
    """Return who left at each time and who was still followed just before it."""
    left = np.array(table.left, dtype=float)
    out = left + np.array(table.censored, dtype=float)
    return left, out[::-1].cumsum()[::-1]


def _surviving(left: Floats, risk: Floats) -> Floats:
    survival: Floats = np.multiply.accumulate(1 - left / risk)
    return survival


def _limits(survival: Floats, gone: Floats, z: float, scale: Scale) -> tuple[Floats, Floats]:
    reach = z * np.sqrt(gone)
    if scale is Scale.LOG:
        return survival * np.exp(-reach), np.minimum(survival * np.exp(reach), 1.0)
    hazard = -np.log(np.clip(survival, 1e-300, 1.0))
    bend = np.exp(np.divide(reach, hazard, out=np.zeros_like(reach), where=hazard > 0))
    return np.exp(-hazard * bend), np.exp(-hazard / bend)


def survival_at(curve: Curve, time: float) -> Estimate:
    """Return the share still customers after `time`, as a fraction 0..1.

    While nobody has left, the interval is what Wilson's allows for none out of all who are still followed then.
    BEYOND_DATA after the last time anybody was followed to. Raises ValueError unless time >= 0.

    >>> curve = kaplan_meier(LifeTable.from_arrays([1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 0]))
    >>> estimate = survival_at(curve, 3.5)
    >>> round(estimate.value, 3), round(estimate.low, 3), estimate.high
    (0.625, 0.32, 1.0)
    >>> survival_at(curve, 7).unknown
    <Unknown.BEYOND_DATA: 'beyond_data'>
    """
    if not time >= 0:
        raise ValueError(f"a time since the start is not negative: {time}")
    if curve.unknown is not None:
        return Estimate.missing(curve.unknown, n=curve.n, level=curve.level)
    if time > curve.times[-1]:
        return Estimate.missing(Unknown.BEYOND_DATA, n=curve.n, level=curve.level)
    place = curve.place(time)
    if place < 0 or curve.survival[place] == 1:
        followed = curve.at_risk[int(np.searchsorted(curve.times, time))]
        low, high = all_alike(1.0, followed, SHARE_BOUNDS, curve.level)
        return Estimate(1.0, low, high, curve.level, curve.n, Method.WORST_CASE)
    value, low, high = curve.survival[place], curve.low[place], curve.high[place]
    return Estimate(value, min(low, value), max(high, value), curve.level, curve.n, Method.KAPLAN_MEIER)


@dataclass(frozen=True, slots=True)
class StayTime:
    """The time by which a share of customers has left; open upwards where the curve's limit never falls so far.

    `value`, `low` and `high` are in the durations' unit. `high` is None when nobody can say how long it may be at
    most; `value` is None, with NOT_REACHED, when fewer have left at all.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    unknown: Unknown | None = None


def stay_time(curve: Curve, left: float = 0.5) -> StayTime:
    """Return the time by which the share `left` (0..1; the median unless told otherwise) has left.

    The limits are where the curve's own limits cross (Brookmeyer & Crowley 1982, Biometrics 38). Where the curve
    runs exactly at the share, the middle of that run is taken, as R does. Where the median is NOT_REACHED ask
    `restricted_mean`, which always has an answer. Raises ValueError unless 0 < left < 1.

    >>> curve = kaplan_meier(LifeTable.from_arrays([1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 0]))
    >>> median = stay_time(curve)
    >>> median.value, median.low, median.high
    (5.0, 3.0, None)
    >>> stay_time(curve, left=0.9).unknown
    <Unknown.NOT_REACHED: 'not_reached'>
    """
    if not 0 < left < 1:
        raise ValueError(f"a share of customers is between 0 and 1, not {left}")
    if curve.unknown is not None:
        return StayTime(None, None, None, curve.level, curve.n, curve.unknown)
    value, low, high = (_crossing(curve.times, line, 1 - left) for line in (curve.survival, curve.low, curve.high))
    return StayTime(value, low, high, curve.level, curve.n, Unknown.NOT_REACHED if value is None else None)


# A curve this near to the share runs at it: sums of floats miss it by a hair.
_AT = 1e-9


def _crossing(times: Sequence[float], line: Sequence[float], share: float) -> float | None:
    for place, height in enumerate(line):
        if height < share - _AT:
            return times[place]
        if height <= share + _AT:
            below = next((later for later in range(place, len(line)) if line[later] < share - _AT), None)
            return times[place] if below is None else (times[place] + times[below]) / 2
    return None


def restricted_mean(table: LifeTable, until: float, *, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the mean time as a customer within the first `until` (RMST), in the durations' unit.

    The area under the curve up to `until`: a mean that needs no median to be reached and no hazards to be
    proportional. It says nothing of what comes after. BEYOND_DATA when nobody was followed so long. Normal
    interval, clipped to 0..until; while nobody has left, the worst that Wilson's interval allows.
    Source: Uno et al. 2014, Journal of Clinical Oncology 32(22). Raises ValueError unless until > 0.

    >>> estimate = restricted_mean(LifeTable.from_arrays([1, 2, 3, 4, 5, 6], [1, 0, 1, 0, 1, 0]), 4)
    >>> round(estimate.value, 3), round(estimate.low, 2), round(estimate.high, 2)
    (3.292, 2.4, 4.0)
    """
    check_level(level)
    if not until > 0:
        raise ValueError(f"a window is longer than 0, not {until}")
    if why := table.trouble():
        return Estimate.missing(why, n=table.n if why is Unknown.TOO_FEW else 0, level=level)
    if until > table.longest:
        return Estimate.missing(Unknown.BEYOND_DATA, n=table.n, level=level)
    value, variance = _area(table, until)
    if variance == 0:
        followed = sum(
            left + censored
            for time, left, censored in zip(table.times, table.left, table.censored, strict=True)
            if time >= until
        )
        low, high = all_alike(value, followed, (0.0, until), level)
        return Estimate(value, low, high, level, table.n, Method.WORST_CASE)
    half = two_sided_z(level) * sqrt(variance)
    return Estimate(value, max(value - half, 0.0), min(value + half, float(until)), level, table.n, Method.RMST)


def _area(table: LifeTable, until: float) -> tuple[float, float]:
    """Return the area under the curve up to `until` and its variance (Greenwood's, summed over areas left)."""
    left, risk = _at_risk(table)
    times = np.array(table.times)
    survival = _surviving(left, risk)
    ends = np.minimum(np.append(times[1:], inf), until)
    after = np.where(times < until, survival * (ends - np.minimum(times, until)), 0.0)
    rest = after[::-1].cumsum()[::-1]
    hazard = np.divide(left, risk * (risk - left), out=np.zeros_like(risk), where=risk > left)
    area = min(float(min(times[0], until) + rest[0]), until)
    return area, float((rest**2 * hazard)[times < until].sum())


def compare_restricted_means(
    a: LifeTable,
    b: LifeTable,
    until: float,
    *,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    growing: Growing = Growing.BOTH,
) -> Comparison:
    """Return how much longer `a`'s customers stay than `b`'s within the first `until`, with its verdict.

    H0: the mean times are equal. Holds whether or not hazards are proportional, so it is what to use when a Cox
    model warns. The groups are different customers. NO_SPREAD when nobody of a group left, BEYOND_DATA when nobody
    of it was followed so long. Source: as `restricted_mean`. Raises ValueError unless until > 0 and margin > 0.

    >>> yearly = LifeTable.from_arrays([3, 6, 9, 12], [1, 1, 1, 0], count=[5, 5, 5, 85])
    >>> monthly = LifeTable.from_arrays([3, 6, 9, 12], [1, 1, 1, 0], count=[20, 20, 10, 50])
    >>> gain = compare_restricted_means(yearly, monthly, 12)
    >>> round(gain.delta, 2), round(gain.low, 2), round(gain.high, 2), str(gain.verdict)
    (2.4, 1.54, 3.26, 'better')
    """
    check_level(level)
    if margin is not None and not 0 < margin < inf:
        raise ValueError(f"a margin is the smallest difference that matters, above 0, not {margin}")
    estimates = [restricted_mean(table, until, level=level) for table in (a, b)]
    sides = []
    for table, estimate in zip((a, b), estimates, strict=True):
        why = estimate.unknown or (Unknown.NO_SPREAD if estimate.method is Method.WORST_CASE else None)
        if why is not None:
            return missing_comparison(why, n_a=estimates[0].n, n_b=estimates[1].n, growing=growing, level=level)
        value, variance = _area(table, until)
        sides.append(Side(value, value, variance, table.n - 1, table.n, table.n))
    return judge(Evidence(sides[0], sides[1], until, Method.RMST, margin, growing), level)


@dataclass(frozen=True, slots=True)
class LogRank:
    """Whether groups' curves differ at all: `p` of the log-rank test, and how many left against expected of each.

    `left` more than `expected` says that the group's customers leave sooner. No size of a difference is in it.
    """

    statistic: float | None
    df: int
    p: float | None
    n: int
    left: tuple[int, ...]
    expected: tuple[float, ...]
    unknown: Unknown | None = None


def log_rank(tables: Sequence[LifeTable]) -> LogRank:
    """Return the log-rank test of two or more groups' curves.

    H0: at every time the same share of each group leaves. It looks for one curve that lies below another all the
    way, and misses curves that cross: compare restricted means then. The size of a difference is a restricted mean
    or a hazard ratio, not this. NO_EVENTS when nobody left; NO_SPREAD when the groups never overlap in time.
    Source: Mantel 1966; Peto & Peto 1972. Raises ValueError for fewer than two groups.

    >>> yearly = LifeTable.from_arrays([3, 6, 9, 12], [1, 1, 1, 0], count=[5, 5, 5, 85])
    >>> monthly = LifeTable.from_arrays([3, 6, 9, 12], [1, 1, 1, 0], count=[20, 20, 10, 50])
    >>> test = log_rank([yearly, monthly])
    >>> round(test.statistic, 2), test.df, test.p < 0.001, [round(e, 1) for e in test.expected]
    (28.56, 1, True, [35.1, 29.9])
    """
    if len(tables) < 2:
        raise ValueError("a test needs two groups")
    df, left = len(tables) - 1, tuple(table.events for table in tables)
    n = sum(table.n for table in tables)
    why = next((why for table in tables if (why := table.trouble())), None)
    if why is None and sum(left) == 0:
        why = Unknown.NO_EVENTS
    if why is not None:
        return LogRank(None, df, None, n if why is not Unknown.INVALID else 0, (), (), why)
    expected, covariance = _expected(tables)
    strayed = np.array(left, dtype=float) - expected
    # The last group's follows from the others'.
    rest, spread = strayed[:-1], covariance[:-1, :-1]
    if np.linalg.matrix_rank(spread) < df:
        return LogRank(None, df, None, n, left, tuple(expected.tolist()), Unknown.NO_SPREAD)
    statistic = max(float(rest @ np.linalg.solve(spread, rest)), 0.0)
    from scipy.special import chdtrc  # noqa: PLC0415 - slow import

    return LogRank(statistic, df, float(chdtrc(df, statistic)), n, left, tuple(expected.tolist()))


def _expected(tables: Sequence[LifeTable]) -> tuple[Floats, Floats]:
    """Return the departures expected of each group if all were alike, and the covariance (hypergeometric)."""
    times = np.unique(np.concatenate([np.array(table.times) for table in tables]))
    left, risk = np.zeros((len(tables), times.size)), np.zeros((len(tables), times.size))
    for group, table in enumerate(tables):
        own, followed = _at_risk(table)
        place = np.searchsorted(table.times, times)
        risk[group] = np.append(followed, 0.0)[place]
        left[group, np.searchsorted(times, table.times)] = own
    deaths, everyone = left.sum(axis=0), risk.sum(axis=0)
    share = risk / everyone
    several = np.divide(everyone - deaths, everyone - 1, out=np.zeros_like(everyone), where=everyone > 1)
    weight = deaths * several
    covariance = np.diag(share @ weight) - (share * weight) @ share.T
    return share @ deaths, covariance

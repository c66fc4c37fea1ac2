"""The importance-performance table: which driver stands where, and which corner that is, when it is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import TYPE_CHECKING

from fiilis.science.estimate import Estimate

if TYPE_CHECKING:
    from fiilis.science.drivers.analysis import Driver, Drivers


class Corner(StrEnum):
    """Where a driver stands. Nothing here says that working on it will raise the outcome."""

    LOOK_FIRST = "look_first"
    """Goes along with the outcome more than most, and is rated below the others: try an improvement here first."""
    KEEP = "keep"
    """Goes along with the outcome more than most, and is rated above the others."""
    LATER = "later"
    """Goes along with the outcome less than most, and is rated below the others."""
    ENOUGH = "enough"
    """Goes along with the outcome less than most, and is rated above the others."""
    NOT_KNOWN = "not_known"
    """One of the intervals reaches over the middle."""


@dataclass(frozen=True, slots=True)
class Priority:
    """One row of the table: importance as a share of what all drivers tell, performance on the drivers' scale."""

    name: str
    importance: Estimate
    performance: Estimate
    corner: Corner


@dataclass(frozen=True, slots=True)
class Priorities:
    """The table with its two middles: an equal share for everyone, and the mean of the drivers' means.

    The middles are None where no driver has a figure.
    """

    rows: tuple[Priority, ...]
    middle_importance: float | None
    middle_performance: float | None


def priorities(drivers: Drivers) -> Priorities:
    """Return the importance-performance table of drivers that were rated on ONE scale, more being better.

    A corner is named only where both intervals lie on one side of the middle. Misleads where people's ratings are
    stated importance, and where all drivers are rated alike: somebody is always below the mean. The middle of
    performance is taken as known. Source: Martilla & James 1977, Journal of Marketing 41(1), with the intervals
    that it lacks.

    >>> from fiilis.science.drivers import Ratings, analyse
    >>> staff, speed = [1, 2, 3, 4, 5] * 20, [4, 5, 5, 4, 5, 5, 4, 5, 4, 5] * 10
    >>> overall = [2 * a + b for a, b in zip(staff, speed)]
    >>> table = priorities(analyse(Ratings.from_arrays(overall, {"speed": speed, "staff": staff}), resamples=200))
    >>> [(row.name, str(row.corner)) for row in table.rows], table.middle_importance
    ([('staff', 'look_first'), ('speed', 'enough')], 0.5)
    """
    known = [driver for driver in drivers.drivers if driver.share.value is not None]
    rated = [driver.performance.value for driver in known if driver.performance.value is not None]
    equal = 1 / len(known) if known else None
    middle = fmean(rated) if rated else None
    rows = tuple(
        Priority(driver.name, driver.share, driver.performance, _corner(driver, equal, middle))
        for driver in drivers.drivers
    )
    return Priorities(rows, equal, middle)


def _corner(driver: Driver, equal: float | None, middle: float | None) -> Corner:
    important, good = _side(driver.share, equal), _side(driver.performance, middle)
    if important is None or good is None:
        return Corner.NOT_KNOWN
    if important:
        return Corner.KEEP if good else Corner.LOOK_FIRST
    return Corner.ENOUGH if good else Corner.LATER


def _side(estimate: Estimate, middle: float | None) -> bool | None:
    """Return whether the whole interval lies above the middle, or below it; None where neither."""
    if middle is None or estimate.low is None or estimate.high is None:
        return None
    if estimate.low > middle:
        return True
    return False if estimate.high < middle else None

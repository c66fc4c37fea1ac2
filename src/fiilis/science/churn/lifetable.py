"""What a survival question is asked of: how many were still customers, and how many left, at each time. No rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import MINIMUM_N, Unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LifeTable:
    """Customers by how long they were followed: at each of `times` (increasing), `left` left, `censored` hadn't yet.

    A GROUP BY gives it. A customer who left exactly when another's following ended is counted as leaving first.

    >>> table = LifeTable.from_arrays([5, 8, 8, 12], [True, True, False, False])
    >>> table.times, table.left, table.censored
    ((5.0, 8.0, 12.0), (1, 1, 0), (0, 1, 1))
    """

    times: tuple[float, ...]
    left: tuple[int, ...]
    censored: tuple[int, ...]

    @classmethod
    def from_arrays(cls, duration: ArrayLike, left: ArrayLike, count: ArrayLike | None = None) -> LifeTable:
        """Return the table of customers followed for `duration` (any unit), who `left` or are still here.

        `count` says how many customers each entry stands for (1). Raises ValueError for parts of unlike shape, and
        for a `left` that isn't yes or no.

        >>> LifeTable.from_arrays([3, 3, 7], [1, 0, 0], count=[10, 5, 85]).n
        100
        """
        time, gone = np.asarray(duration, dtype=float), np.asarray(left, dtype=float)
        many = np.ones(time.shape, dtype=np.int64) if count is None else np.asarray(count)
        if time.ndim != 1 or not time.shape == gone.shape == many.shape:
            raise ValueError("durations, who left and counts are one-dimensional and of one length")
        if not np.isin(gone, (0.0, 1.0)).all():
            raise ValueError("a customer has left or has not; unknown ones are left out")
        times, place = np.unique(time, return_inverse=True)
        events = np.bincount(place, weights=many * gone, minlength=times.size)
        everyone = np.bincount(place, weights=many, minlength=times.size)
        return cls(
            tuple(times.tolist()),
            tuple(int(number) for number in events.tolist()),
            tuple(int(number) for number in (everyone - events).tolist()),
        )

    @property
    def n(self) -> int:
        """Number of customers."""
        return sum(self.left) + sum(self.censored)

    @property
    def events(self) -> int:
        """Number who left."""
        return sum(self.left)

    @property
    def longest(self) -> float:
        """How long anybody was followed (some customers)."""
        return self.times[-1]

    def trouble(self) -> Unknown | None:
        """Return why no curve can be drawn from this table, or None.

        >>> LifeTable((-1.0,), (1,), (0,)).trouble()
        <Unknown.INVALID: 'invalid'>
        >>> LifeTable((), (), ()).trouble()
        <Unknown.NO_ANSWERS: 'no_answers'>
        """
        if not len(self.times) == len(self.left) == len(self.censored) or min((*self.left, *self.censored, 0)) < 0:
            return Unknown.INVALID
        if not _rising(self.times):
            return Unknown.INVALID
        if self.n == 0:
            return Unknown.NO_ANSWERS
        return Unknown.TOO_FEW if self.n < MINIMUM_N else None


def _rising(times: Iterable[float]) -> bool:
    last = -1.0
    for time in times:
        if not (isfinite(time) and time >= 0 and time > last):
            return False
        last = time
    return True

"""What the driver analysis is given: one outcome and several ratings by the same people, blanks as NaN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import Unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Answers of n people: `outcome` (n), `drivers` (n, p) in the order of `names`; NaN is a blank.

    `weights` (n) are 1 where nobody gave any; `clusters` (n) numbers the group each answer came in, None where
    every answer stands alone. The arrays can't be written to.
    """

    names: tuple[str, ...]
    outcome: Floats
    drivers: Floats
    weights: Floats
    clusters: NDArray[np.intp] | None
    weighted: bool

    @classmethod
    def from_arrays(
        cls,
        outcome: ArrayLike,
        drivers: Mapping[str, ArrayLike],
        weights: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
    ) -> Ratings:
        """Return the ratings with all parts checked for shape; labels of clusters may be of any kind.

        Raises ValueError without drivers and unless all are one-dimensional and of one length.

        >>> ratings = Ratings.from_arrays([9, 10, 3], {"speed": [4, 5, None], "staff": [5, 5, 2]})
        >>> ratings.names, ratings.drivers.shape
        (('speed', 'staff'), (3, 2))
        """
        if not drivers:
            raise ValueError("a driver analysis needs drivers")
        answer = np.array(outcome, dtype=float)
        columns = [np.array(column, dtype=float) for column in drivers.values()]
        weight = np.ones(answer.shape) if weights is None else np.array(weights, dtype=float)
        label = None if clusters is None else np.asarray(clusters)
        parts = [*columns, weight] if label is None else [*columns, weight, label]
        if answer.ndim != 1 or any(part.shape != answer.shape for part in parts):
            raise ValueError("outcome, drivers, weights and clusters are one-dimensional and of one length")
        place = None if label is None else np.unique(label, return_inverse=True)[1]
        table = np.column_stack(columns)
        for part in (answer, table, weight) if place is None else (answer, table, weight, place):
            part.flags.writeable = False
        return cls(tuple(drivers), answer, table, weight, place, weights is not None)

    def trouble(self) -> Unknown | None:
        """Return why nothing can be told from these answers, or None.

        >>> Ratings.from_arrays([9, float("inf")], {"speed": [4, 5]}).trouble()
        <Unknown.INVALID: 'invalid'>
        """
        infinite = np.isinf(self.outcome).any() or np.isinf(self.drivers).any()
        if infinite or not (np.isfinite(self.weights).all() and (self.weights >= 0).all()):
            return Unknown.INVALID
        if not np.isfinite(self.outcome).any():
            return Unknown.NO_ANSWERS
        return None if self.weights.any() else Unknown.ZERO_WEIGHT

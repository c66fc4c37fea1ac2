"""Running sums of the answer key, by place: a metric's, a week's, a segment's."""

from __future__ import annotations

from typing import Any

import numpy as np

from fiilis.simulate.world.arrays import Array

Place = tuple[str | int, ...]


class Groups:
    """Detractors, passives and promoters by place."""

    def __init__(self) -> None:
        self._counts: dict[Place, Array] = {}

    def add(self, place: Place, groups: Array) -> None:
        """Count groups: 0 detractor, 1 passive, 2 promoter."""
        counts = np.bincount(groups, minlength=3)
        self._counts[place] = self._counts[place] + counts if place in self._counts else counts

    def told(self, place: Place) -> dict[str, Any]:
        """Return n, the three counts and the NPS (None when nobody is there)."""
        detractors, passives, promoters = (int(count) for count in self._counts.get(place, (0, 0, 0)))
        n = detractors + passives + promoters
        value = 100 * (promoters - detractors) / n if n else None
        return {"n": n, "detractors": detractors, "passives": passives, "promoters": promoters, "value": value}


class Sums:
    """Number, sum and sum of squares of whole scores by place."""

    def __init__(self) -> None:
        self._sums: dict[Place, tuple[int, int, int]] = {}

    def add(self, place: Place, scores: Array) -> None:
        """Add scores."""
        whole = scores.astype(np.int64)
        n, total, squares = self._sums.get(place, (0, 0, 0))
        self._sums[place] = (n + len(whole), total + int(whole.sum()), squares + int((whole * whole).sum()))

    def told(self, place: Place) -> dict[str, Any]:
        """Return n, total, total_sq and the mean (None when nobody is there)."""
        n, total, squares = self._sums.get(place, (0, 0, 0))
        return {"n": n, "total": total, "total_sq": squares, "value": total / n if n else None}

"""Which ratings go along with the outcome, and how much of it each tells: the one question this package answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science import metrics
from fiilis.science.drivers.correlations import Matrices, Missing, correlate
from fiilis.science.drivers.order import Places, places
from fiilis.science.drivers.shares import MOST_DRIVERS, inflation, johnson, lmg
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import Bounds
from fiilis.science.sums import ClusterSums, Moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fiilis.science.drivers.ratings import Ratings

    Floats = NDArray[np.float64]

RESAMPLES = 1000
"""Bootstrap samples: the ends of a 95 % interval then lie on some 25 samples each."""

LEAST_ANSWERS = 20
"""Below this many answers no shares are given: correlations of so few are mostly chance."""

LEAST_PER_DRIVER = 5
"""Answers needed for each driver; with as many drivers as answers R² is 1 whatever they say."""

WANTED_PER_DRIVER = 20
"""Below this many answers for each driver the result comes with FEW_ANSWERS."""

COLLINEAR_FROM = 5.0
"""Variance inflation from which drivers are said to say much the same (Hair et al. 2010)."""

WANTED_CLUSTERS = 20
"""Below this many clusters intervals from resampled clusters are too short."""


class Division(StrEnum):
    """How R² is divided."""

    LMG = "lmg"
    JOHNSON = "johnson"


class Caution(StrEnum):
    """What the reader must know beside the figures. The set is closed: a page has one sentence for each."""

    COLLINEAR = "collinear"
    """These drivers say much the same: read them as a group, or ask about one of them only."""
    PERFECT_COLLINEARITY = "perfect_collinearity"
    """These drivers tell each other completely (one is a sum or a copy of others): leave one out."""
    FEW_ANSWERS = "few_answers"
    """Fewer than 20 answers a driver: the shares are pulled towards each other, and R² is too high."""
    FEW_CLUSTERS = "few_clusters"
    """Fewer than 20 clusters: the intervals are too short. Gather answers from more of them."""
    MANY_BLANKS = "many_blanks"
    """More than a fifth of the answers were left out for a blank: try pairwise, and ask who skips the question."""
    REPAIRED = "repaired"
    """Pairs answered by different people contradict each other; the nearest consistent picture is shown."""
    TOO_MANY_FOR_LMG = "too_many_for_lmg"
    """More than 14 drivers: divided by Johnson's weights instead."""
    LEFT_OUT = "left_out"
    """These drivers have no answers or no spread and are left out."""
    AGAINST = "against"
    """The higher these are rated, the lower the outcome: is the scale turned round?"""


@dataclass(frozen=True, slots=True)
class Note:
    """A caution and the drivers that it is about; none where it is about the whole."""

    caution: Caution
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver's association with the outcome, all others beside it.

    `importance` is its part of R² (all parts sum to R²), `share` the same as a fraction of R², `correlation` its
    own with the outcome (-1..1), `performance` its mean on its own scale. `inflation` is the VIF, None where the
    other drivers tell it completely or it was left out. `best` and `worst` are the places that it may have in the
    ranking (None when left out); equal for two drivers that can't be ordered. `blanks` counts missing answers.
    """

    name: str
    importance: Estimate
    share: Estimate
    correlation: Estimate
    performance: Estimate
    inflation: float | None
    best: int | None
    worst: int | None
    blanks: int


@dataclass(frozen=True, slots=True)
class Drivers:
    """The analysis: drivers by importance, the share of the outcome that all tell together, and what to mind.

    `groups` are runs of drivers that can't be ordered among themselves; a driver may be in two. `pairs` is the
    number of answers to each pair of `columns`, drivers and, last, the outcome (empty name).
    """

    drivers: tuple[Driver, ...]
    explained: Estimate
    division: Division
    missing: Missing
    groups: tuple[tuple[str, ...], ...]
    notes: tuple[Note, ...]
    columns: tuple[str, ...] = ()
    pairs: tuple[tuple[int, ...], ...] = ()

    @property
    def unknown(self) -> Unknown | None:
        """Why nothing could be told; None when something is."""
        return self.explained.unknown


def analyse(
    ratings: Ratings,
    *,
    division: Division = Division.LMG,
    missing: Missing = Missing.LISTWISE,
    level: float = DEFAULT_LEVEL,
    bounds: Bounds | None = None,
    resamples: int = RESAMPLES,
    seed: int = 2006,
) -> Drivers:
    """Return how much of the outcome's variance goes along with each driver, with bootstrap intervals.

    Asks: of what people say about the parts, what goes along with what they say about the whole? It is an
    association, never what would happen if a rating were raised; the outcome may as well colour the ratings, and
    what wasn't asked isn't in it. Misleads where the association bends or turns (R² sees straight lines only),
    where drivers are steps of one another, and for a driver without any association: its part is never below 0,
    about 1 / n by chance, so look at the interval of its correlation too. `bounds` are the ends of the drivers'
    scale, for their means. Left out are drivers without answers or spread; TOO_FEW below 20 answers or 5 a driver.

    Intervals are percentiles over `resamples` samples of answers, of whole clusters where given; the same `seed`
    gives the same figures. Source: Grömping 2006, Journal of Statistical Software 17(1); Johnson 2000; bootstrap as
    in Tonidandel, LeBreton & Johnson 2009. Raises ValueError for a level outside 0..1 or fewer than 100 resamples.

    >>> from fiilis.science.drivers.ratings import Ratings
    >>> staff, speed = [1, 2, 3, 4, 5] * 20, [1, 3, 5, 2, 4, 5, 1, 2, 4, 3] * 10
    >>> noise = [0, 1, -1, 0, 2, -1, 1] * 14 + [0, 0]
    >>> overall = [2 * a + b + c for a, b, c in zip(staff, speed, noise)]
    >>> found = analyse(Ratings.from_arrays(overall, {"speed": speed, "staff": staff}), resamples=200)
    >>> [(driver.name, round(driver.share.value, 2), driver.best, driver.worst) for driver in found.drivers]
    [('staff', 0.73, 1, 1), ('speed', 0.27, 2, 2)]
    """
    check_level(level)
    metrics.check_bounds(bounds)
    if resamples < 100:
        raise ValueError(f"percentiles need at least 100 resamples, not {resamples}")
    question = _Question(ratings, missing, level, bounds)
    if why := ratings.trouble() or question.shortage():
        return question.nothing(why, division)
    notes = question.notes()
    if division is Division.LMG and len(question.kept) > MOST_DRIVERS:
        division = Division.JOHNSON
        notes.append(Note(Caution.TOO_MANY_FOR_LMG))
    columns, weights, clusters = question.columns()
    matrices = correlate(columns, weights, clusters, missing=missing, resamples=resamples, seed=seed)
    return question.answer(matrices, division, notes)


class _Question:
    """One analysis under way: which rows and drivers count, and the estimates made from them."""

    def __init__(self, ratings: Ratings, missing: Missing, level: float, bounds: Bounds | None) -> None:
        self.ratings, self.missing, self.level, self.bounds = ratings, missing, level, bounds
        heavy = ratings.weights > 0
        self.rows = heavy & ~np.isnan(ratings.outcome)
        present = ~np.isnan(ratings.drivers)
        self.blanks = (~present[self.rows]).sum(axis=0)
        self.kept = [number for number in range(len(ratings.names)) if self._moves(ratings.drivers[self.rows, number])]
        whole = present[:, self.kept].all(axis=1)
        self.used = self.rows & whole if missing is Missing.LISTWISE else self.rows

    @staticmethod
    def _moves(column: Floats) -> bool:
        known = column[~np.isnan(column)]
        return bool(known.size) and float(known.min()) < float(known.max())

    def shortage(self) -> Unknown | None:
        """Return why these rows can't be analysed, or None."""
        ratings = self.ratings
        n = self.n
        if not self.rows.any():
            return Unknown.NO_ANSWERS
        if not self.kept or not self._moves(ratings.outcome[self.rows]):
            return Unknown.NO_SPREAD
        if n < max(LEAST_ANSWERS, LEAST_PER_DRIVER * len(self.kept)):
            return Unknown.TOO_FEW if n else Unknown.NO_ANSWERS
        # Leaving out people with a blank may leave out all that moved.
        left = [ratings.outcome, *(ratings.drivers[:, number] for number in self.kept)]
        if not all(self._moves(column[self.used]) for column in left):
            return Unknown.NO_SPREAD
        return Unknown.ONE_CLUSTER if self.clusters == 1 else None

    @property
    def n(self) -> int:
        """Answers that count: complete ones, or the fewest behind any pair."""
        if self.missing is Missing.LISTWISE:
            return int(self.used.sum())
        here = (~np.isnan(self.ratings.drivers[self.rows][:, self.kept])).astype(np.int64)
        return int((here.T @ here).min()) if self.kept else 0

    @property
    def clusters(self) -> int | None:
        """Clusters among the answers that count; None where every answer stands alone."""
        labels = self.ratings.clusters
        return None if labels is None else len(np.unique(labels[self.used]))

    def columns(self) -> tuple[Floats, Floats, NDArray[np.intp] | None]:
        """Return the kept drivers and the outcome, weights and clusters of the rows that count."""
        ratings, used = self.ratings, self.used
        table = np.column_stack([ratings.drivers[used][:, self.kept], ratings.outcome[used]])
        return table, ratings.weights[used], None if ratings.clusters is None else ratings.clusters[used]

    def notes(self) -> list[Note]:
        """Return what can be said before any correlation is known."""
        found = []
        names = self.ratings.names
        if gone := tuple(name for number, name in enumerate(names) if number not in self.kept):
            found.append(Note(Caution.LEFT_OUT, gone))
        if self.n < WANTED_PER_DRIVER * len(self.kept):
            found.append(Note(Caution.FEW_ANSWERS))
        if self.clusters is not None and self.clusters < WANTED_CLUSTERS:
            found.append(Note(Caution.FEW_CLUSTERS))
        if self.used.sum() < 0.8 * self.rows.sum():
            found.append(Note(Caution.MANY_BLANKS))
        return found

    def nothing(self, why: Unknown, division: Division) -> Drivers:
        """Return the analysis that can't be made: every figure says why."""
        missing = Estimate.missing(why, n=self.n, level=self.level)
        drivers = tuple(
            Driver(name, missing, missing, missing, self._performance(number, why), None, None, None, blanks)
            for number, (name, blanks) in enumerate(zip(self.ratings.names, self.blanks.tolist(), strict=True))
        )
        return Drivers(drivers, missing, division, self.missing, (), ())

    def answer(self, matrices: Matrices, division: Division, notes: list[Note]) -> Drivers:
        """Return the analysis from its correlations."""
        divide = lmg if division is Division.LMG else johnson
        point, samples = divide(matrices.point), divide(matrices.resampled)
        total, totals = float(point.sum()), samples.sum(axis=1)
        ranking = places(point, samples, self.level)
        factors = inflation(matrices.point)
        kept_names = tuple(self.ratings.names[number] for number in self.kept)
        notes = [*notes, *_notes(matrices, factors, kept_names)]
        fractions = np.divide(samples, totals[:, None], out=np.zeros_like(samples), where=totals[:, None] > 0)
        found = []
        for place, number in enumerate(self.kept):
            own = float(matrices.point[place, -1])
            if total > 0:
                share = self._interval(float(point[place]) / total, fractions[:, place])
            else:
                share = Estimate.missing(Unknown.NO_SPREAD, n=self.n, level=self.level)
            found.append(
                Driver(
                    name=kept_names[place],
                    importance=self._interval(float(point[place]), samples[:, place]),
                    share=share,
                    correlation=self._interval(own, matrices.resampled[:, place, -1]),
                    performance=self._performance(number, None),
                    inflation=factors[place],
                    best=ranking.best[place],
                    worst=ranking.worst[place],
                    blanks=int(self.blanks[number]),
                )
            )
        return Drivers(
            drivers=(*(found[place] for place in ranking.order), *self._left_out()),
            explained=self._interval(total, totals),
            division=division,
            missing=self.missing,
            groups=_named(ranking, kept_names),
            notes=tuple(notes),
            columns=(*kept_names, ""),
            pairs=tuple(tuple(row) for row in matrices.pairs.tolist()),
        )

    def _left_out(self) -> tuple[Driver, ...]:
        gone = []
        for number, name in enumerate(self.ratings.names):
            if number not in self.kept:
                answered = int(self.rows.sum()) - int(self.blanks[number])
                why = Unknown.NO_SPREAD if answered else Unknown.NO_ANSWERS
                missing = Estimate.missing(why, n=answered, level=self.level)
                performance = self._performance(number, None)
                blanks = int(self.blanks[number])
                gone.append(Driver(name, missing, missing, missing, performance, None, None, None, blanks))
        return tuple(gone)

    def _interval(self, value: float, samples: Floats) -> Estimate:
        low, high = np.quantile(samples, [(1 - self.level) / 2, (1 + self.level) / 2])
        return Estimate(value, min(float(low), value), max(float(high), value), self.level, self.n, Method.BOOTSTRAP)

    def _performance(self, number: int, why: Unknown | None) -> Estimate:
        """Return the driver's mean over all who rated it, also those who left another blank."""
        if why is Unknown.INVALID:
            return Estimate.missing(why, n=0, level=self.level)
        ratings = self.ratings
        answered = (ratings.weights > 0) & ~np.isnan(ratings.drivers[:, number])
        scores = ratings.drivers[answered, number]
        if ratings.clusters is None and not ratings.weighted:
            total, square = float(scores.sum()), float(scores @ scores)
            moments = Moments(int(scores.size), total, square)
            return metrics.choose(moments, weighted_or_clustered=False, level=self.level, bounds=self.bounds)
        labels = None if ratings.clusters is None else ratings.clusters[answered]
        sums = ClusterSums.from_arrays(scores, ratings.weights[answered], labels)
        return metrics.mean_from_sums(sums, self.level, bounds=self.bounds)


def _notes(matrices: Matrices, factors: tuple[float | None, ...], names: tuple[str, ...]) -> list[Note]:
    """Return what the correlations themselves warn of."""
    found = []
    if told := tuple(name for name, factor in zip(names, factors, strict=True) if factor is None):
        found.append(Note(Caution.PERFECT_COLLINEARITY, told))
    alike = tuple(
        name for name, factor in zip(names, factors, strict=True) if factor is not None and factor >= COLLINEAR_FROM
    )
    if alike:
        found.append(Note(Caution.COLLINEAR, alike))
    if matrices.repaired:
        found.append(Note(Caution.REPAIRED))
    if against := tuple(name for name, own in zip(names, matrices.point[:-1, -1], strict=True) if own < 0):
        found.append(Note(Caution.AGAINST, against))
    return found


def _named(ranking: Places, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(names[place] for place in group) for group in ranking.groups)

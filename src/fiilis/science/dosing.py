"""Question dosing: everybody meets a question or two of many, and together they answer all (planned missing)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.influence import Spread, spread_of_sum
from fiilis.science.intervals import Bounds, t_interval
from fiilis.science.metrics import check_bounds, mean_from_sums
from fiilis.science.scales import missing, within
from fiilis.science.sums import ROUNDING, ClusterSums

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int_]


def equal_doses(questions: int, per_person: int) -> Floats:
    """Return the chances (questions x questions) when each person meets `per_person` questions drawn at random.

    On the diagonal the chance to meet a question, elsewhere to meet both. Raises ValueError unless
    1 <= per_person <= questions.

    >>> equal_doses(24, 2)[0, :2].round(4).tolist()
    [0.0833, 0.0036]
    """
    if not 1 <= per_person <= questions:
        raise ValueError(f"nobody meets {per_person} of {questions} questions")
    both = per_person * (per_person - 1) / (questions * max(questions - 1, 1))
    chances = np.full((questions, questions), both)
    np.fill_diagonal(chances, per_person / questions)
    return chances


def drawn_doses(chances: Sequence[float], per_person: int) -> Floats:
    """Return the chances (questions x questions) when questions are drawn one by one by their own `chances`.

    The first by `chances` (they add up to 1), the second of the others in proportion. Important questions can so be
    asked more often. Raises ValueError for chances that aren't over 0 or don't add up to 1, and for more than two
    questions a person. Source: Yates & Grundy 1953, JRSS B 15.

    >>> drawn_doses([0.5, 0.25, 0.25], 2).round(3).tolist()
    [[0.833, 0.417, 0.417], [0.417, 0.583, 0.167], [0.417, 0.167, 0.583]]
    """
    p = np.asarray(chances, dtype=float)
    if p.ndim != 1 or not (p > 0).all() or abs(p.sum() - 1) > 1e-9:
        raise ValueError("the chances of the first draw are over 0 and add up to 1")
    if per_person == 1:
        return np.diag(p)
    if per_person != 2 or p.size < 2:
        raise ValueError(f"{per_person} questions a person of {p.size} can't be drawn so")
    first = p[:, None] * p[None, :] / (1 - p[:, None])
    both = first + first.T
    np.fill_diagonal(both, 0)
    return np.asarray(both + np.diag(both.sum(axis=1)))


@dataclass(frozen=True, slots=True, eq=False)
class Doses:
    """Answers one under another: who (n), which question (n, a place in `questions`), what (n), under which scheme (n).

    `chances` (schemes x questions x questions) are the stored chances to meet a question (diagonal) and to meet both
    (elsewhere); `cluster` (n) is what people come in (a shop), or the person. Rows are sorted by person.
    `unknown` says why nothing can be had from them.
    """

    questions: tuple[str, ...]
    person: Places
    question: Places
    score: Floats
    scheme: Places
    cluster: Places
    chances: Floats
    unknown: Unknown | None = None

    @classmethod
    def from_arrays(
        cls,
        questions: Sequence[str],
        person: ArrayLike,
        question: ArrayLike,
        score: ArrayLike,
        chances: ArrayLike,
        *,
        scheme: ArrayLike | None = None,
        cluster: ArrayLike | None = None,
    ) -> Doses:
        """Return the doses of answers, one a row: labels of `person`, names of `question`, `score`, all of one length.

        `chances` is questions x questions, or schemes x questions x questions with `scheme` telling each row's place
        among them. `cluster`: labels of what people come in. Unknown: INVALID for scores that aren't finite, an
        answered question that couldn't be met (chance 0 or no number), a question or scheme that isn't there, or a
        person who answered one question twice. Raises ValueError for other shapes.

        >>> doses = Doses.from_arrays(["easy", "fast"], ["ann", "ann", "bo"], ["easy", "fast", "easy"], [5, 4, 2],
        ...                           [[0.8, 0.5], [0.5, 0.7]])
        >>> doses.question.tolist(), doses.weights.tolist()
        ([0, 1, 0], [1.25, 1.4285714285714286, 1.25])
        """
        names = tuple(questions)
        said = np.asarray(score, dtype=float)
        known = np.asarray(chances, dtype=float)
        known = known[None] if known.ndim == 2 else known
        under = np.zeros(said.shape, dtype=int) if scheme is None else np.asarray(scheme).astype(int)
        who = np.unique(np.asarray(person), return_inverse=True)[1]
        home = who if cluster is None else np.unique(np.asarray(cluster), return_inverse=True)[1]
        which = _places(np.asarray(question), names)
        if said.ndim != 1 or not said.shape == who.shape == which.shape == under.shape == home.shape:
            raise ValueError("persons, questions, scores, schemes and clusters are one-dimensional and of one length")
        if known.ndim != 3 or known.shape[1:] != (len(names), len(names)):
            raise ValueError(f"chances are given for {len(names)} x {len(names)} questions")
        order = np.lexsort((which, who))
        rows = cls(names, who[order], which[order], said[order], under[order], home[order], known)
        return replace(rows, unknown=rows._trouble())

    def _trouble(self) -> Unknown | None:
        if self.score.size == 0:
            return Unknown.NO_ANSWERS
        inside = (self.question >= 0).all() and (self.scheme >= 0).all() and (self.scheme < len(self.chances)).all()
        if not inside or not np.isfinite(self.score).all():
            return Unknown.INVALID
        met = self.chances[self.scheme, self.question, self.question]
        again = (np.diff(self.person) == 0) & (np.diff(self.question) == 0)
        if not ((met > 0) & (met <= 1)).all() or again.any():  # NaN fails too
            return Unknown.INVALID
        return None

    @property
    def weights(self) -> Floats:
        """The inverse of each answer's chance of being asked."""
        return np.asarray(1 / self.chances[self.scheme, self.question, self.question])


def dosed_means(doses: Doses, level: float = DEFAULT_LEVEL, *, bounds: Bounds | None = None) -> dict[str, Estimate]:
    """Return the mean of every question over everybody, though each person met a few questions only.

    Each answer is weighted by the inverse of the chance that it was asked for, which makes the people who met a
    question by chance stand for all (Hájek's ratio); linearised standard error over persons or clusters. A share is
    the mean of 0 and 1, the NPS of -100, 0 and 100. A question that nobody met: NO_ANSWERS. Misleads where people
    skip questions they don't like: that is no chance. Source: Hájek 1971; Särndal, Swensson & Wretman 1992, 5.7.
    Raises ValueError unless bounds[0] < bounds[1].

    >>> doses = Doses.from_arrays(["easy", "fast"], range(12), ["easy", "fast"] * 6, [5, 3, 4, 2] * 3,
    ...                           equal_doses(2, 1))
    >>> {name: one.value for name, one in dosed_means(doses, bounds=(1, 5)).items()}
    {'easy': 4.5, 'fast': 2.5}
    """
    check_level(level)
    check_bounds(bounds)
    if doses.unknown is not None:
        return {name: missing(doses.unknown, 0, level) for name in doses.questions}
    weights = doses.weights
    found = {}
    for place, name in enumerate(doses.questions):
        mine = doses.question == place
        sums = ClusterSums.from_arrays(doses.score[mine], weights[mine], doses.cluster[mine])
        estimate = mean_from_sums(sums, level, bounds=bounds)
        known = estimate.method is Method.LINEARISED
        found[name] = replace(estimate, method=Method.INVERSE_PROBABILITY) if known else estimate
    return found


def dosed_index(
    doses: Doses,
    questions: Mapping[str, float] | Sequence[str],
    level: float = DEFAULT_LEVEL,
    *,
    bounds: Bounds | None = None,
) -> Estimate:
    """Return the mean of several questions' means (an index), each question counted alike or by the weights given.

    As `dosed_means`; that one person answered two of them is in the standard error. n counts persons. Unknown: the
    first question's reason that has no mean. Raises ValueError for a question that isn't there, none, or weights
    that are negative, not finite or all 0.

    >>> doses = Doses.from_arrays(["easy", "fast"], range(12), ["easy", "fast"] * 6, [5, 3, 4, 2] * 3,
    ...                           equal_doses(2, 1))
    >>> index = dosed_index(doses, ["easy", "fast"], bounds=(1, 5))
    >>> index.value, round(index.low, 2), round(index.high, 2), index.n
    (3.5, 3.17, 3.83, 12)
    """
    check_level(level)
    check_bounds(bounds)
    parts = _index_parts(doses, questions)
    means = dosed_means(doses, level, bounds=bounds)
    for name in parts:
        # One question of which all said the same adds no spread, but has a mean.
        if (why := means[name].unknown) not in (None, Unknown.NO_SPREAD):
            return missing(why, means[name].n, level)
    part = np.array([parts.get(name, 0.0) for name in doses.questions])
    weights = np.where(part[doses.question] > 0, doses.weights, 0.0)
    size = len(doses.questions)
    total = np.maximum(np.bincount(doses.question, weights=weights, minlength=size), np.finfo(float).tiny)
    middle = np.bincount(doses.question, weights=weights * doses.score, minlength=size) / total
    value = float(part @ middle)
    influence = (part / total)[doses.question] * weights * (doses.score - middle[doses.question])
    used = part[doses.question] > 0
    n = int(np.unique(doses.person[used]).size)
    spread = spread_of_sum(influence[used], cluster=doses.cluster[used])
    scale = float(((part / total)[doses.question] * weights * np.abs(doses.score)).max())
    # What else may be wrong, each question's mean has told already.
    if not isinstance(spread, Spread) or spread.variance <= ROUNDING * scale * scale:
        return missing(Unknown.NO_SPREAD, n, level)
    limits = t_interval(value, sqrt(spread.variance), spread.df, level)
    return within(bounds, value, limits, level, n, Method.INVERSE_PROBABILITY)


def _index_parts(doses: Doses, questions: Mapping[str, float] | Sequence[str]) -> dict[str, float]:
    given = dict(questions) if isinstance(questions, Mapping) else dict.fromkeys(questions, 1.0)
    if not given or not all(name in doses.questions for name in given):
        raise ValueError("an index is made of questions that are there")
    if not all(isfinite(part) and part >= 0 for part in given.values()) or not sum(given.values()) > 0:
        raise ValueError("the parts of an index are finite, not negative and not all 0")
    whole = sum(given.values())
    return {name: part / whole for name, part in given.items() if part > 0}


def _places(labels: NDArray[np.generic], names: Sequence[str]) -> Places:
    places = np.full(labels.shape, -1)
    for place, name in enumerate(names):
        places[labels == name] = place
    return places

"""Before and after on the same people: each is held against themselves, so what they differ in otherwise drops out.

The difference is after - before. Only people who answered both times tell anything; the others are left out, counted,
and named in the result.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING, TypeVar

from fiilis.science.estimate import DEFAULT_LEVEL, Method, Unknown, check_level
from fiilis.science.intervals import Bounds, nps_score, score_variance
from fiilis.science.metrics import check_bounds
from fiilis.science.quantiles import t_tail
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally
from fiilis.science.verdicts import Comparison, Evidence, Growing, Side, judge, missing_comparison

if TYPE_CHECKING:
    from collections.abc import Iterable

Person = TypeVar("Person", bound=Hashable)
"""Whatever tells people apart: a pseudonym, a number."""

STEP = 100.0
"""One step on the way from detractor over passive to promoter, in NPS points of that person."""

MADE_UP = 2
"""People added to a paired NPS before its variance is taken: one a step up, one a step down."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Answers of the people who gave both, in one order, and how many gave only one of them."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    only_before: int
    only_after: int


@dataclass(frozen=True, slots=True)
class PairedTally:
    """People by what they were before and after: satisfied both times, gained, lost, neither time.

    >>> PairedTally(kept=50, gained=20, lost=10, neither=20).n
    100
    """

    kept: int
    gained: int
    lost: int
    neither: int
    only_before: int = 0
    only_after: int = 0

    @property
    def n(self) -> int:
        """People who answered both times."""
        return self.kept + self.gained + self.lost + self.neither

    @classmethod
    def from_matched(cls, answers: Matched, least: float) -> PairedTally:
        """Return the people by whether they gave `least` or more.

        >>> PairedTally.from_matched(match({1: 3, 2: 5, 3: 4}, {1: 4, 2: 5, 4: 1}), least=4)
        PairedTally(kept=1, gained=1, lost=0, neither=0, only_before=1, only_after=1)
        """
        _all_finite(answers)
        kinds = [(x >= least, y >= least) for x, y in zip(answers.before, answers.after, strict=True)]
        kept, gained, lost = (kinds.count(one) for one in ((True, True), (False, True), (True, False)))
        return cls(kept, gained, lost, kinds.count((False, False)), answers.only_before, answers.only_after)

    def trouble(self) -> Unknown | None:
        """Return why no comparison can be made, or None.

        >>> PairedTally(kept=1, gained=1, lost=1, neither=1).trouble()
        <Unknown.TOO_FEW: 'too_few'>
        """
        cells = (self.kept, self.gained, self.lost, self.neither)
        return _trouble_of_cells(cells, self.only_before, self.only_after)


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """People by what they were before (rows) and after (columns): detractor, passive, promoter.

    >>> PairedCounts(((10, 5, 5), (2, 20, 8), (1, 4, 45))).n
    100
    """

    moves: tuple[tuple[int, int, int], tuple[int, int, int], tuple[int, int, int]]
    only_before: int = 0
    only_after: int = 0

    @property
    def n(self) -> int:
        """People who answered both times."""
        return sum(map(sum, self.moves))

    @classmethod
    def from_matched(cls, answers: Matched) -> PairedCounts:
        """Return the people by their answers 0-10 to "how likely are you to recommend".

        >>> PairedCounts.from_matched(match({1: 3, 2: 10}, {1: 8, 2: 9})).moves
        ((0, 1, 0), (0, 0, 0), (0, 0, 1))
        """
        _all_finite(answers)
        kinds = [(_kind(x), _kind(y)) for x, y in zip(answers.before, answers.after, strict=True)]
        one, two, three = ((kinds.count((row, 0)), kinds.count((row, 1)), kinds.count((row, 2))) for row in range(3))
        return cls((one, two, three), answers.only_before, answers.only_after)

    def trouble(self) -> Unknown | None:
        """Return why no comparison can be made, or None.

        >>> PairedCounts(((0, 0, 0), (0, 0, 0), (0, 0, -1))).trouble()
        <Unknown.INVALID: 'invalid'>
        """
        return _trouble_of_cells([cell for row in self.moves for cell in row], self.only_before, self.only_after)


@dataclass(frozen=True, slots=True)
class PairedMoments:
    """Sums over people who gave a score both times: of the scores, and of their own changes squared."""

    n: int
    total_before: float
    total_after: float
    change_sq: float
    only_before: int = 0
    only_after: int = 0

    @classmethod
    def from_matched(cls, answers: Matched) -> PairedMoments:
        """Return the sums of matched scores.

        >>> PairedMoments.from_matched(match({1: 3, 2: 5}, {1: 4, 2: 3})).change_sq
        5.0
        """
        squares = sum((y - x) ** 2 for x, y in zip(answers.before, answers.after, strict=True))
        totals = (float(sum(answers.before)), float(sum(answers.after)))
        return cls(len(answers.before), *totals, float(squares), answers.only_before, answers.only_after)

    @property
    def changes(self) -> Moments:
        """Number, sum and sum of squares of the people's own changes."""
        return Moments(self.n, self.total_after - self.total_before, self.change_sq)

    def trouble(self) -> Unknown | None:
        """Return why no comparison can be made, or None.

        >>> PairedMoments(30, 90, 120, 30).trouble()
        <Unknown.NO_SPREAD: 'no_spread'>
        """
        if not (_counts(self.only_before, self.only_after) and isfinite(self.total_before)):
            return Unknown.INVALID
        if why := self.changes.trouble():
            return why
        return Unknown.NO_SPREAD if self.changes.variance_of_mean == 0 else None


@dataclass(frozen=True, slots=True)
class ScoreEvidence(Evidence):
    """What a paired difference of shares is judged from: the score test, whose value at 0 is McNemar's."""

    gained: int = 0
    lost: int = 0

    @property
    def df_alone(self) -> float:
        """The score test alone is normal by definition."""
        return inf

    def limits(self, level: float) -> tuple[float, float]:
        """Return Tango's score interval."""
        n = self.a.n
        low, high = nps_score(self.lost, n - self.gained - self.lost, self.gained, level)
        return low / 100, high / 100

    def p(self, df: float) -> float:
        """Return the two-sided p-value of "as many gained as lost" (McNemar, without continuity correction)."""
        moved = self.gained + self.lost
        return 1.0 if moved == 0 else min(1.0, 2 * t_tail(abs(self.gained - self.lost) / sqrt(moved), df))

    def p_equivalent(self, df: float) -> float | None:
        """Return the p-value of "the difference is at least the margin" (Tango's two one-sided tests)."""
        if self.margin is None:
            return None
        return max(self._p_beyond(self.gained, self.lost, df), self._p_beyond(self.lost, self.gained, df))

    def _p_beyond(self, gained: int, lost: int, df: float) -> float:
        n, margin = self.a.n, self.margin or 0.0
        room = margin - (gained - lost) / n
        # A margin of the whole scale leaves no spread: nothing can be beyond it.
        variance = score_variance(gained, lost, n, min(margin, 1.0))
        return t_tail(room * sqrt(n / variance), df) if variance > 0 else float(room <= 0)


def match(before: Mapping[Person, float], after: Mapping[Person, float]) -> Matched:
    """Return the answers of the people who are in both, and how many are in one only.

    Keys tell who answered; a person with several answers has had one of them chosen (the first, the last) by a rule
    fixed beforehand. Raises ValueError for scores that aren't finite: leave blanks out.

    >>> match({"ann": 3, "bo": 5, "cy": 4}, {"ann": 4, "bo": 5, "di": 1})
    Matched(before=(3, 5), after=(4, 5), only_before=1, only_after=1)
    """
    both = [person for person in before if person in after]
    answers = Matched(
        tuple(before[person] for person in both),
        tuple(after[person] for person in both),
        len(before) - len(both),
        len(after) - len(both),
    )
    _all_finite(answers)
    return answers


def before_after_shares(
    people: PairedTally, *, level: float = DEFAULT_LEVEL, margin: float | None = None
) -> Comparison:
    """Return the change of a share (fraction -1..1) among the same people, with Tango's score interval.

    H0: as many gained as lost (McNemar 1947). `margin` is a fraction. `more_needed` counts people answering both
    times. Misleads where those who answered twice differ from those who didn't, and where people were chosen for
    being low before: they would have risen anyway. Clustered: `before_after_sums`.
    Source: Tango 1998, Statistics in Medicine 17. Raises ValueError for a margin that isn't positive.

    >>> change = before_after_shares(PairedTally(kept=120, gained=38, lost=16, neither=26, only_before=45))
    >>> round(change.delta, 2), round(change.low, 3), round(change.high, 3), str(change.verdict), change.left_out
    (0.11, 0.039, 0.182, 'better', 45)
    """
    _check(level, margin)
    if why := people.trouble():
        return _missing(why, people.n, (people.only_before, people.only_after), level)
    n, gained, lost = people.n, people.gained, people.lost
    # Only for "about N more": the score test has no standard error of its own.
    centre = (gained - lost) / (n + 2)
    variance = ((gained + lost + 1) / (n + 2) - centre**2) / (n + 2)
    before, after = (people.kept + lost) / n, (people.kept + gained) / n
    sides = _sides(before, after, before + centre, variance, n - 1, n, n)
    left_out = people.only_before + people.only_after
    return judge(ScoreEvidence(*sides, 1.0, Method.SCORE, margin, Growing.BOTH, left_out, gained, lost), level)


def before_after_scores(
    people: PairedMoments, *, level: float = DEFAULT_LEVEL, margin: float | None = None, bounds: Bounds | None = None
) -> Comparison:
    """Return the change of a mean among the same people, by the paired t interval.

    H0: people's own changes have mean 0. `margin` is in scale points, `bounds` are the scale's ends. When all changed
    alike: NO_SPREAD. Misleads as `before_after_shares` does. Source: Student 1908.
    Raises ValueError for a margin <= 0 or bounds out of order.

    >>> change = before_after_scores(PairedMoments(40, 140, 152, 60), bounds=(1, 5))
    >>> round(change.delta, 2), round(change.low, 2), round(change.high, 2), str(change.verdict), change.more_needed
    (0.3, -0.08, 0.68, 'not_known', 181)
    """
    _check(level, margin)
    check_bounds(bounds)
    why = people.trouble()
    if why is None and bounds is not None:
        means = (people.total_before / people.n, people.total_after / people.n)
        why = None if all(bounds[0] <= one <= bounds[1] for one in means) else Unknown.INVALID
    if why is not None:
        return _missing(why, people.n, (people.only_before, people.only_after), level)
    n = people.n
    before, after = people.total_before / n, people.total_after / n
    sides = _sides(before, after, after, people.changes.variance_of_mean, n - 1, n, n)
    reach = inf if bounds is None else bounds[1] - bounds[0]
    left_out = people.only_before + people.only_after
    return judge(Evidence(*sides, reach, Method.PAIRED_T, margin, Growing.BOTH, left_out), level)


def before_after_nps(people: PairedCounts, *, level: float = DEFAULT_LEVEL, margin: float | None = None) -> Comparison:
    """Return the change of the NPS in points among the same people, by an adjusted paired Wald interval.

    H0: people's own changes (0, 100 or 200 points either way) have mean 0. Two people are made up, one a step up, one
    a step down, then Student's t: the adjustment of Bonett & Price (2012, Journal of Educational and Behavioral
    Statistics 37) carried over to three classes; coverage is in docs/statistics/before-and-after.md. `margin` in
    points. Misleads as `before_after_shares` does. Raises ValueError for a margin that isn't positive.

    >>> change = before_after_nps(PairedCounts(((20, 12, 8), (4, 40, 16), (2, 8, 90))))
    >>> change.delta, round(change.low, 1), round(change.high, 1), str(change.verdict)
    (14.0, 5.2, 22.5, 'better')
    """
    _check(level, margin)
    if why := people.trouble():
        return _missing(why, people.n, (people.only_before, people.only_after), level)
    n, moves = people.n, people.moves
    total = STEP * sum(moves[x][y] * (y - x) for x in range(3) for y in range(3))
    squares = STEP**2 * (sum(moves[x][y] * (y - x) ** 2 for x in range(3) for y in range(3)) + MADE_UP)
    centre = total / (n + MADE_UP)
    variance = (squares / (n + MADE_UP) - centre**2) / (n + MADE_UP)
    before = STEP * (sum(moves[2]) - sum(moves[0])) / n
    sides = _sides(before, before + total / n, before + centre, variance, n - 1, n, n)
    left_out = people.only_before + people.only_after
    return judge(Evidence(*sides, 2 * STEP, Method.PAIRED_ADJUSTED, margin, Growing.BOTH, left_out), level)


def before_after_sums(
    changes: ClusterSums,
    *,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    reach: float = inf,
    left_out: int = 0,
) -> Comparison:
    """Return the mean of people's own changes where people are weighted or come in clusters (shops, companies).

    `changes` are the sums of after - before, one a person; `reach` is the greatest change that the scale allows (4 on
    a scale 1-5). H0: the mean change is 0. Linearised variance, t with the clusters' degrees of freedom.
    Raises ValueError for a margin or reach that isn't positive.

    >>> shops = [i // 10 for i in range(60)]
    >>> changes = ClusterSums.from_arrays([1, 0, 0, 1, -1, 0] * 10, cluster=shops)
    >>> change = before_after_sums(changes, reach=4, left_out=12)
    >>> round(change.delta, 2), round(change.low, 2), round(change.high, 2), str(change.verdict)
    (0.17, 0.06, 0.28, 'better')
    """
    _check(level, margin)
    if not reach > 0:
        raise ValueError(f"reach is the greatest change there can be, above 0, not {reach}")
    why = changes.trouble()
    if why is None and abs(changes.mean) > reach:
        why = Unknown.INVALID
    if why is None and changes.variance_of_mean == 0:
        why = Unknown.NO_SPREAD
    if why is not None:
        return _missing(why, changes.n, (left_out, 0), level)
    worth = (changes.n, changes.n_effective)
    sides = _sides(0.0, changes.mean, changes.mean, changes.variance_of_mean, changes.df, *worth)
    return judge(Evidence(*sides, reach, Method.LINEARISED, margin, Growing.BOTH, left_out), level)


def _sides(
    before: float, after: float, centre: float, variance: float, df: float, n: int, worth: float
) -> tuple[Side, Side]:
    # The whole variance of the change stands with `after`: a further person adds one answer to each side.
    return Side(after, centre, variance, df, n, worth), Side(before, before, 0.0, df, n, worth)


def _kind(answer: float) -> int:
    return 2 if answer >= 9 else 0 if answer <= 6 else 1


def _counts(*numbers: float) -> bool:
    return all(Tally(0, number).trouble() is not Unknown.INVALID for number in numbers)  # type: ignore[arg-type]


def _trouble_of_cells(cells: Iterable[int], *others: int) -> Unknown | None:
    cells = tuple(cells)
    return Counts(sum(cells), 0, 0).trouble() if _counts(*cells, *others) else Unknown.INVALID


def _all_finite(answers: Matched) -> None:
    if not all(map(isfinite, answers.before + answers.after)):
        raise ValueError("scores are finite; leave blanks out")


def _check(level: float, margin: float | None) -> None:
    check_level(level)
    if margin is not None and not (isfinite(margin) and margin > 0):
        raise ValueError(f"a margin is the smallest difference that matters, above 0, not {margin}")


def _missing(why: Unknown, n: float, once: tuple[float, float], level: float) -> Comparison:
    known = int(n) if isfinite(n) and n > 0 else 0
    left_out = sum(int(one) for one in once if isfinite(one) and one > 0)
    return replace(missing_comparison(why, n_a=known, n_b=known, level=level), left_out=left_out)

"""Confidence sequences: intervals that may be looked at every day, and stopped at any of those looks.

An ordinary 95 % interval is right at one look fixed beforehand. These are right at all looks together: the chance
that the truth is ever outside, from the first answer to the last, is at most 1 - level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, isfinite, log, log1p
from typing import Any, cast

from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import NPS_BOUNDS, SHARE_BOUNDS, Bounds
from fiilis.science.metrics import check_bounds
from fiilis.science.sums import Counts, Tally

MOST_SCORES = 200
"""A scale has at most this many different scores; beyond, round them: the state stays small."""

# Stakes from bold to timid: the boldest finds a great difference in few answers, the most timid a tenth of a per cent
# of the scale in a million. All are played at once, each with its share of the stake.
_STAKES = tuple(0.98 * 2 ** (-step / 2) for step in range(24))
_SHARES = tuple(1 / len(_STAKES) for _ in _STAKES)
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Watched:
    """What has been answered so far: how many times each score of a scale with known ends.

    All that the interval needs; the order of the answers plays no part. `counts` is sorted by score and has only
    scores that were given, so that two states with the same answers are equal.
    """

    bounds: Bounds
    counts: tuple[tuple[float, int], ...] = ()

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Watched:
        """Return the state that `dataclasses.asdict` took apart, also after a way through JSON.

        >>> import dataclasses, json
        >>> state = update(watched_share(), Tally(8, 10))
        >>> Watched.from_dict(json.loads(json.dumps(dataclasses.asdict(state)))) == state
        True
        """
        low, high = kept["bounds"]
        return cls((float(low), float(high)), tuple((float(score), int(times)) for score, times in kept["counts"]))

    @property
    def n(self) -> int:
        """Number of answers."""
        return sum(times for _, times in self.counts)

    @property
    def mean(self) -> float:
        """Mean score (n > 0)."""
        return sum(score * times for score, times in self.counts) / self.n


def watched_nps() -> Watched:
    """Return the state of an NPS that nobody has answered yet; feed it `Counts`.

    >>> update(watched_nps(), Counts(detractors=2, passives=3, promoters=5)).mean
    30.0
    """
    return Watched(NPS_BOUNDS)


def watched_share() -> Watched:
    """Return the state of a share that nobody has answered yet; feed it `Tally`.

    >>> update(watched_share(), Tally(successes=8, n=10)).mean
    0.8
    """
    return Watched(SHARE_BOUNDS)


def watched_mean(bounds: Bounds) -> Watched:
    """Return the state of a mean on a scale with these ends; feed it {score: times}. ValueError unless low < high.

    >>> update(watched_mean((1, 5)), {5: 3, 4: 1}).mean
    4.75
    """
    check_bounds(bounds)
    return Watched((float(bounds[0]), float(bounds[1])))


def update(state: Watched, batch: Counts | Tally | Mapping[float, int]) -> Watched:
    """Return the state with a batch of new answers: a day's, an hour's, or a single one.

    Raises ValueError for counts that aren't whole and not negative, scores outside the scale, a batch of another
    metric, and more than MOST_SCORES different scores.

    >>> update(update(watched_mean((1, 5)), {5: 3}), {5: 1, 2: 1}).counts
    ((2.0, 1), (5.0, 4))
    """
    together = dict(state.counts)
    for score, times in _scores_of(state, batch):
        if not (isfinite(times) and times >= 0 and times == int(times)):
            raise ValueError(f"answers are counted in whole numbers, not {times}")
        if not state.bounds[0] <= score <= state.bounds[1]:
            raise ValueError(f"the score {score} is outside {state.bounds}")
        if times:
            together[float(score)] = together.get(float(score), 0) + int(times)
    if len(together) > MOST_SCORES:
        raise ValueError(f"more than {MOST_SCORES} different scores: round them")
    return Watched(state.bounds, tuple(sorted(together.items())))


def interval(state: Watched, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the mean with an interval that holds at every look, whenever and however often.

    Asks: against which true means would a gambler, who bets on the answers at fair odds with stakes fixed beforehand,
    not yet have multiplied the stake by 2 / (1 - level)? A mean that made him richer is given up. No model of the
    answers is needed but the ends of the scale; exact for any n. Wider than an interval for one look (about 1.8
    times). Misleads when the true mean moves while it is watched (that is for `alarms`), and for weighted or
    clustered answers. Source: Waudby-Smith & Ramdas 2024, Journal of the Royal Statistical Society B 86 (hedged
    capital; stakes mixed instead of predicted, so that order plays no part).

    >>> estimate = interval(update(watched_nps(), Counts(15, 25, 60)))
    >>> estimate.value, round(estimate.low, 1), round(estimate.high, 1), str(estimate.method)
    (45.0, 16.6, 67.5, 'betting')
    """
    check_level(level)
    n = state.n
    if n < MINIMUM_N:
        return Estimate.missing(Unknown.TOO_FEW if n else Unknown.NO_ANSWERS, n=n, level=level)
    least, most = state.bounds
    reach = most - least
    wanted = log(2 / (1 - level))
    upward = [((score - least) / reach, times) for score, times in state.counts]
    downward = [(1 - place, times) for place, times in upward]
    low = least + reach * _lower_limit(upward, wanted)
    high = most - reach * _lower_limit(downward, wanted)
    # At the ends of the scale rounding may push a limit past the mean.
    value = min(max(state.mean, least), most)
    return Estimate(value, min(low, value), max(high, value), level, n, Method.BETTING)


def difference(a: Watched, b: Watched, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return mean of a - mean of b with an interval that holds at every look at either.

    Each of the two gets half of the error. Exact and free of any model, but wide; for groups of thirty and more
    `watching.watch` gives a shorter one. `n` counts the answers of both. Raises ValueError for unlike scales.

    >>> now, then = update(watched_share(), Tally(450, 500)), update(watched_share(), Tally(350, 500))
    >>> change = difference(now, then)
    >>> round(change.value, 2), round(change.low, 3), round(change.high, 3)
    (0.2, 0.072, 0.321)
    """
    check_level(level)
    if a.bounds != b.bounds:
        raise ValueError("only two of the same scale can be held against each other")
    half = 1 - (1 - level) / 2
    first, second = interval(a, half), interval(b, half)
    if why := first.unknown or second.unknown:
        return Estimate.missing(why, n=a.n + b.n, level=level)
    (low_a, high_a), (low_b, high_b) = _limits(first), _limits(second)
    return Estimate(a.mean - b.mean, low_a - high_b, high_a - low_b, level, a.n + b.n, Method.BETTING)


def page_level(places: int, level: float = DEFAULT_LEVEL) -> float:
    """Return the level for each of `places` sequences on one page, so that all hold together (Bonferroni).

    Raises ValueError for fewer than one place.

    >>> page_level(20)
    0.9975
    """
    check_level(level)
    if places < 1:
        raise ValueError(f"a page has at least one place, not {places}")
    return 1 - (1 - level) / places


def _scores_of(state: Watched, batch: Counts | Tally | Mapping[float, int]) -> list[tuple[float, int]]:
    if isinstance(batch, Counts):
        if state.bounds != NPS_BOUNDS:
            raise ValueError("detractors, passives and promoters belong to an NPS")
        return [(-100.0, batch.detractors), (0.0, batch.passives), (100.0, batch.promoters)]
    if isinstance(batch, Tally):
        if state.bounds != SHARE_BOUNDS:
            raise ValueError("a tally belongs to a share")
        return [(0.0, batch.n - batch.successes), (1.0, batch.successes)]
    return list(batch.items())


def _limits(known: Estimate) -> tuple[float, float]:
    return cast(float, known.low), cast(float, known.high)


def _lower_limit(answers: list[tuple[float, int]], wanted: float) -> float:
    """Return the greatest mean, 0..1, that bets on "the truth is higher" have ruled out; 0 when none.

    Each bet pays 1 + stake * (x / m - 1), which falls as m grows: so the limit is found by halving.
    """
    ruled_out, kept = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (ruled_out + kept) / 2
        if _log_wealth(answers, middle) >= wanted:
            ruled_out = middle
        else:
            kept = middle
    return ruled_out


def _log_wealth(answers: list[tuple[float, int]], m: float) -> float:
    logs = [
        log(share) + sum(times * log1p(stake * (place / m - 1)) for place, times in answers)
        for stake, share in zip(_STAKES, _SHARES, strict=True)
    ]
    most = max(logs)
    return most + log(sum(exp(one - most) for one in logs))

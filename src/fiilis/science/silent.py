"""The silent majority: who was asked and didn't answer, what they could say at worst, and what a follow-up tells."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, sqrt

from fiilis.science.comparisons import compare
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import NPS_BOUNDS, SHARE_BOUNDS, Bounds, t_interval
from fiilis.science.metrics import Plain, check_bounds, mean, nps, share
from fiilis.science.scales import alike, missing, outside, within
from fiilis.science.sums import Counts, Moments, Tally
from fiilis.science.verdicts import Comparison


@dataclass(frozen=True, slots=True)
class WorstCase:
    """What everybody asked would have said, whatever the silent think: between `low` and `high`.

    `heard` is the figure of those who answered. `outer_low` to `outer_high` allow for chance too: who happened to be
    asked. `n` answered, `silent` didn't. All in the metric's unit, or all None and `unknown` says why.
    """

    heard: float | None
    low: float | None
    high: float | None
    outer_low: float | None
    outer_high: float | None
    level: float
    n: int
    silent: int
    unknown: Unknown | None = None


def response_rate(asked: int, answered: int, level: float = DEFAULT_LEVEL) -> Estimate:
    """Return the share of those asked who answered, with Wilson's interval.

    The interval is about the next ones asked in the same way; of these very people the rate is known. `n` counts
    those asked. Misleads where invitations never arrived: leave those out of `asked`.

    >>> rate = response_rate(asked=1000, answered=142)
    >>> round(rate.value, 3), round(rate.low, 3), round(rate.high, 3)
    (0.142, 0.122, 0.165)
    """
    return share(answered, asked, level)


def worst_case_nps(counts: Counts, asked: int, level: float = DEFAULT_LEVEL) -> WorstCase:
    """Return the least and greatest NPS of all who were asked: all silent detractors, or all promoters.

    No assumption at all is made about the silent. Source: Manski 1989, Journal of Human Resources 24; the outer
    limits after Horowitz & Manski 2000, JASA 95. Unknown: as `metrics.nps`, and INVALID where more answered than
    were asked.

    >>> bounds = worst_case_nps(Counts(24, 34, 84), asked=200)
    >>> round(bounds.heard, 1), bounds.low, bounds.high
    (42.3, 1.0, 59.0)
    """
    check_level(level)
    silent = asked - counts.n
    if why := counts.trouble() or _too_many(silent):
        return _no_bounds(why, counts.n, silent, level)
    least = Counts(counts.detractors + silent, counts.passives, counts.promoters)
    most = Counts(counts.detractors, counts.passives, counts.promoters + silent)
    lowest, heard, highest = (nps(c.detractors, c.passives, c.promoters, level) for c in (least, counts, most))
    return _bounds(lowest, heard, highest, counts.n, silent)


def worst_case_share(tally: Tally, asked: int, level: float = DEFAULT_LEVEL) -> WorstCase:
    """Return the least and greatest share (0..1) of all who were asked: no silent one of the kind, or all of them.

    As `worst_case_nps`.

    >>> bounds = worst_case_share(Tally(90, 100), asked=400)
    >>> bounds.heard, bounds.low, bounds.high
    (0.9, 0.225, 0.975)
    """
    check_level(level)
    silent = asked - tally.n
    if why := tally.trouble() or _too_many(silent):
        return _no_bounds(why, tally.n, silent, level)
    ends = (share(tally.successes + extra, asked, level) for extra in (0, silent))
    return _bounds(next(ends), share(tally.successes, tally.n, level), next(ends), tally.n, silent)


def worst_case_mean(moments: Moments, asked: int, bounds: Bounds, level: float = DEFAULT_LEVEL) -> WorstCase:
    """Return the least and greatest mean of all who were asked: all silent at one end of the scale, or the other.

    As `worst_case_nps`. Raises ValueError for bounds out of order.

    >>> wide = worst_case_mean(Moments(50, 200, 850), asked=100, bounds=(1, 5))
    >>> wide.heard, wide.low, wide.high
    (4.0, 2.5, 4.5)
    """
    check_level(level)
    check_bounds(bounds)
    silent = asked - moments.n
    if why := moments.trouble() or outside(moments.total, moments.n, bounds) or _too_many(silent):
        return _no_bounds(why, moments.n, silent, level)
    ends = [
        mean(asked, moments.total + silent * end, moments.total_sq + silent * end * end, level, bounds=bounds)
        for end in bounds
    ]
    heard = mean(moments.n, moments.total, moments.total_sq, level, bounds=bounds)
    return _bounds(ends[0], heard, ends[1], moments.n, silent)


def early_and_late(
    late: Plain,
    early: Plain,
    *,
    level: float = DEFAULT_LEVEL,
    margin: float | None = None,
    bounds: Bounds | None = None,
) -> Comparison:
    """Compare those who answered late (after a reminder) with those who answered at once: late - early.

    Late answerers are thought to be more like the silent. A difference is a sign that the silent differ too; none is
    no proof that they don't. Source: Armstrong & Overton 1977, Journal of Marketing Research 14.

    >>> change = early_and_late(Counts(30, 40, 30), Counts(15, 25, 60), bounds=None)
    >>> change.delta, str(change.verdict)
    (-45.0, 'worse')
    """
    return compare(late, early, weighted_or_clustered=False, level=level, margin=margin, bounds=bounds)


def followed_up(
    early: Plain,
    follow_up: Plain,
    silent: int,
    *,
    population: float | None = None,
    level: float = DEFAULT_LEVEL,
    bounds: Bounds | None = None,
) -> Estimate:
    """Return the figure of everybody from the first answers and a followed-up random sample of the silent.

    `silent` is how many of those asked didn't answer at first; `follow_up` the answers of those drawn among them by
    chance and asked until they answered. `early` and `follow_up` measure one thing: Counts the NPS, Tally a share,
    Moments a mean (which takes `bounds`). `population`: how many people there are, all of whom might have been
    asked; left out: very many. Value = (n1 early + n2 follow-up) / (n1 + n2), n2 = `silent`; the variance is that of
    double sampling for stratification, t with Satterthwaite's degrees of freedom. Assumes that (nearly) all of the
    followed-up answer; those who still don't are silent: see `worst_case_nps`. Source: Hansen & Hurwitz 1946, JASA
    41; variance Rao 1973, Biometrika 60, and Cochran 1977, Sampling Techniques, ch. 12. Unknown: as the plain figure;
    TOO_FEW also for under 5 followed up; NO_SPREAD where those all said the same though not all were asked; INVALID
    where more were followed up than were silent. Raises ValueError where the two measure different things.

    >>> estimate = followed_up(Counts(24, 34, 84), Counts(15, 15, 10), silent=300)
    >>> round(estimate.value, 1), round(estimate.low, 1), round(estimate.high, 1), estimate.n
    (5.1, -12.7, 22.8, 182)
    """
    check_level(level)
    check_bounds(bounds)
    if type(early) is not type(follow_up):
        raise ValueError("first answers and follow-up measure the same")
    if not (silent == 0 and follow_up.n == 0):
        if why := _follow_up_trouble(early, follow_up, silent, population, bounds):
            return missing(why, early.n + follow_up.n, level)
        return _two_phase(_moments(early), _moments(follow_up), silent, population, level, _scale(early, bounds))
    if isinstance(early, Counts):
        return nps(early.detractors, early.passives, early.promoters, level)
    if isinstance(early, Tally):
        return share(early.successes, early.n, level)
    return mean(early.n, early.total, early.total_sq, level, bounds=bounds)


def _too_many(silent: float) -> Unknown | None:
    # More answers than people asked, or a number that isn't one.
    return None if silent >= 0 and silent < inf and silent == int(silent) else Unknown.INVALID


def _no_bounds(why: Unknown, n: float, silent: float, level: float) -> WorstCase:
    counts = [int(number) if isfinite(number) and number > 0 else 0 for number in (n, silent)]
    return WorstCase(None, None, None, None, None, level, counts[0], counts[1], why)


def _bounds(lowest: Estimate, heard: Estimate, highest: Estimate, n: int, silent: int) -> WorstCase:
    return WorstCase(
        heard.value, lowest.value, highest.value, lowest.low, highest.high, heard.level, n, silent, heard.unknown
    )


def _moments(plain: Plain) -> Moments:
    if isinstance(plain, Counts):
        return Moments(plain.n, 100 * (plain.promoters - plain.detractors), 1e4 * (plain.promoters + plain.detractors))
    return Moments(plain.n, plain.successes, plain.successes) if isinstance(plain, Tally) else plain


def _scale(plain: Plain, bounds: Bounds | None) -> Bounds | None:
    if isinstance(plain, Counts):
        return NPS_BOUNDS
    return SHARE_BOUNDS if isinstance(plain, Tally) else bounds


def _follow_up_trouble(
    early: Plain, follow_up: Plain, silent: float, population: float | None, bounds: Bounds | None
) -> Unknown | None:
    for one in (early, follow_up):
        why = one.trouble()
        if why is not None:
            return Unknown.TOO_FEW if why is Unknown.NO_ANSWERS and one is follow_up else why
        moments = _moments(one)
        if why := outside(moments.total, moments.n, _scale(one, bounds)):
            return why
    if _too_many(silent) or follow_up.n > silent:
        return Unknown.INVALID
    if population is not None and not population >= early.n + silent:  # NaN fails too
        return Unknown.INVALID
    return None


def _two_phase(
    early: Moments, late: Moments, silent: int, population: float | None, level: float, bounds: Bounds | None
) -> Estimate:
    met, heard = (early.n, silent), (early, late)
    asked, n = sum(met), early.n + late.n
    shares = [one / asked for one in met]
    value = sum(weight * one.mean for weight, one in zip(shares, heard, strict=True))
    worth = asked * asked / (early.n + silent * silent / late.n)
    # 1 / population, so that a population without end needs no formula of its own.
    inverse = 0.0 if population is None else 1 / population
    unasked = 1 - asked * inverse
    parts = [
        # Everybody asked was drawn from the population, then `one.n` of `first` who are alike in answering or not.
        ((1 - inverse) * (first - 1) / (asked - 1) - (one.n - 1) * inverse) * weight * one.squares / (one.n - 1) / one.n
        for weight, first, one in zip(shares, met, heard, strict=True)
    ]
    between = unasked / (asked - 1) * sum(w * (one.mean - value) ** 2 for w, one in zip(shares, heard, strict=True))
    variance = sum(parts) + between
    if unasked <= 0 and late.n == silent:  # everybody there is has answered
        return within(bounds, value, (value, value), level, n, Method.TWO_PHASE, n_effective=worth)
    if early.squares == late.squares == 0 and early.mean == late.mean:
        return alike(value, worth, bounds, level, n, n_effective=worth)
    if late.squares == 0 and late.n < silent:
        return missing(Unknown.NO_SPREAD, n, level)
    first_part = parts[0] + between
    df = variance**2 / (first_part**2 / (early.n - 1) + parts[1] ** 2 / (late.n - 1))
    limits = t_interval(value, sqrt(variance), df, level)
    return within(bounds, value, limits, level, n, Method.TWO_PHASE, n_effective=worth)

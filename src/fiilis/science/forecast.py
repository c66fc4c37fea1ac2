"""The honest forecast: how many answers to expect of so many invitations, and how exact a figure they make.

Asked before there are any answers, so both the share of those who answer and the spread of the answers are assumed.
Both assumptions stand in the result, to be said beside the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, isfinite, sqrt

from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Unknown
from fiilis.science.intervals import two_sided_z

# More than anybody invites; beyond it a float no longer counts one by one.
MOST = 2**53


class Kind(StrEnum):
    """What the answers are summed up to."""

    NPS = "nps"
    """Promoters less detractors, -100..100 points."""
    SHARE = "share"
    """A share of good answers, 0..1 (CSAT)."""
    MEAN = "mean"
    """A mean on a scale, in scale points (CES)."""


class Assumed(StrEnum):
    """How the answers are taken to spread, before any of them is known. A closed set: a page has words for each."""

    THIRDS = "thirds"
    """A third detractors, a third passives, a third promoters."""
    HALVES = "halves"
    """Half good, half not: the widest that a share can spread."""
    EVEN = "even"
    """Each point of the scale as often as any other."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard deviation of single answers, in the metric's own unit, and where it comes from.

    >>> thirds = spread_of(Kind.NPS)
    >>> round(thirds.deviation, 2), str(thirds.assumed)
    (81.65, 'thirds')
    """

    deviation: float
    assumed: Assumed

    def __post_init__(self) -> None:
        if not (isfinite(self.deviation) and self.deviation > 0):
            raise ValueError(f"a spread is a finite number above 0, not {self.deviation}")


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """Which share of those invited answers: the likely one, and the range in which it may well lie. Fractions 0..1.

    >>> ResponseRate(0.05, 0.10, 0.20).likely
    0.1
    >>> ResponseRate.around(0.3)
    ResponseRate(low=0.15, likely=0.3, high=0.6)
    >>> ResponseRate(0.2, 0.1, 0.3)
    Traceback (most recent call last):
    ...
    ValueError: not 0 <= low <= likely <= high <= 1: 0.2, 0.1, 0.3
    """

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        # Written so that NaN, which compares false with everything, fails too.
        if not 0 <= self.low <= self.likely <= self.high <= 1:
            raise ValueError(f"not 0 <= low <= likely <= high <= 1: {self.low}, {self.likely}, {self.high}")

    @classmethod
    def around(cls, likely: float) -> ResponseRate:
        """Return a rate that may be half or twice as great as the likely one: all that can be said beforehand."""
        return cls(likely / 2, likely, min(1.0, likely * 2))


USUAL_RATE = ResponseRate(0.05, 0.10, 0.20)
"""A survey by mail or a link to customers who were just served, when nothing is known of one's own."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What so many answers would make: `half_width` in the metric's unit, or why there would be no figure."""

    answers: int
    half_width: float | None
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of `invitations`: few answers, likely answers, many, each with the precision that it gives.

    The half-width of `few` is the widest. `level` is the confidence level of the interval, `spread` what was assumed.
    """

    invitations: int
    rate: ResponseRate
    kind: Kind
    spread: Spread
    level: float
    few: Outlook
    likely: Outlook
    many: Outlook


def spread_of(kind: Kind, *, scale: tuple[int, int] | None = None) -> Spread:
    """Return the spread that is assumed before there are answers, in the metric's unit.

    NPS: thirds, sqrt(2/3) x 100 = 82 points. Share: halves, 0.5, the widest possible. Mean: every point of `scale`
    (lowest, highest) as often as any other, sqrt((k^2 - 1) / 12) for k points. Real answers to NPS seldom spread wider
    (the widest, half detractors and half promoters, would be 100); real shares and means spread less.
    Raises ValueError for a mean without a scale of at least two points.

    >>> spread_of(Kind.SHARE)
    Spread(deviation=0.5, assumed=<Assumed.HALVES: 'halves'>)
    >>> spread_of(Kind.MEAN, scale=(1, 7)).deviation
    2.0
    """
    if kind is Kind.NPS:
        return Spread(100 * sqrt(2 / 3), Assumed.THIRDS)
    if kind is Kind.SHARE:
        return Spread(0.5, Assumed.HALVES)
    if scale is None or scale[1] <= scale[0]:
        raise ValueError(f"a mean needs a scale, from lowest to highest, not {scale}")
    points = scale[1] - scale[0] + 1
    return Spread(sqrt((points**2 - 1) / 12), Assumed.EVEN)


def outlook(answers: int, *, spread: Spread, level: float = DEFAULT_LEVEL) -> Outlook:
    """Return the half-width of the interval that `answers` answers would give, in the metric's unit.

    z x deviation / sqrt(n): the interval of a simple random sample, before it is seen. No answers, and fewer than
    estimate.MINIMUM_N, give a named reason. Misleads where answers come in clusters (divide n by the design effect),
    near the ends of a scale (the interval is then narrower), and where those who answer differ from those who don't:
    no number of answers mends that.
    Source: Cochran 1977, Sampling Techniques, chapter 4. Raises ValueError for negative n or a bad level.

    >>> nps = spread_of(Kind.NPS)
    >>> [(n, round(outlook(n, spread=nps).half_width)) for n in (30, 100, 400, 1000)]
    [(30, 29), (100, 16), (400, 8), (1000, 5)]
    >>> outlook(4, spread=nps).unknown
    <Unknown.TOO_FEW: 'too_few'>
    """
    z = two_sided_z(level)
    _count(answers, "answers")
    if answers == 0:
        return Outlook(0, None, Unknown.NO_ANSWERS)
    if answers < MINIMUM_N:
        return Outlook(answers, None, Unknown.TOO_FEW)
    return Outlook(answers, z * spread.deviation / sqrt(answers))


def answers_needed(half_width: float, *, spread: Spread, level: float = DEFAULT_LEVEL) -> int:
    """Return how many answers give an interval of at most +-`half_width`, in the metric's unit: `outlook` turned round.

    Never fewer than estimate.MINIMUM_N, below which no figure is shown. Raises ValueError for a half-width that is not
    above 0, or so small that nobody could ask so many.

    >>> answers_needed(8, spread=spread_of(Kind.NPS)), answers_needed(0.05, spread=spread_of(Kind.SHARE))
    (401, 385)
    """
    z = two_sided_z(level)
    if not (isfinite(half_width) and half_width > 0):
        raise ValueError(f"a half-width is a finite number above 0, not {half_width}")
    exact = (z * spread.deviation / half_width) ** 2
    if not exact < MOST:
        raise ValueError(f"nobody could ask so many: half-width {half_width}")
    # A hair of rounding must not ask for one answer more than is needed.
    return max(MINIMUM_N, ceil(exact - 1e-9))


def forecast(
    invitations: int,
    *,
    kind: Kind,
    rate: ResponseRate = USUAL_RATE,
    scale: tuple[int, int] | None = None,
    level: float = DEFAULT_LEVEL,
) -> Forecast:
    """Return what to expect of so many invitations: answers and half-width at the low, likely and high response rate.

    The range comes from the rate, which nobody knows beforehand; chance comes on top of it and is small beside it from
    a hundred invitations up. After the first weeks, ask again with the rate that was seen.
    Raises ValueError for negative invitations, a bad level, or a mean without a scale.

    >>> seen = forecast(4000, kind=Kind.NPS)
    >>> seen.few.answers, seen.likely.answers, seen.many.answers
    (200, 400, 800)
    >>> round(seen.few.half_width), round(seen.likely.half_width), round(seen.many.half_width)
    (11, 8, 6)
    >>> forecast(20, kind=Kind.SHARE).likely.unknown
    <Unknown.TOO_FEW: 'too_few'>
    """
    _count(invitations, "invitations")
    spread = spread_of(kind, scale=scale)
    few, likely, many = (
        outlook(_rounded(invitations * share), spread=spread, level=level)
        for share in (rate.low, rate.likely, rate.high)
    )
    return Forecast(invitations, rate, kind, spread, level, few, likely, many)


def invitations_needed(answers: int, *, rate: ResponseRate = USUAL_RATE) -> tuple[int, int, int] | None:
    """Return how many invitations bring so many answers, at the high, likely and low rate: from few to many.

    None when somebody must be invited but nobody may answer (a low rate of 0). Raises ValueError for negative answers.

    >>> invitations_needed(401)
    (2005, 4010, 8020)
    >>> invitations_needed(10, rate=ResponseRate(0.0, 0.1, 0.2)) is None
    True
    """
    _count(answers, "answers")
    if rate.low == 0 and answers:
        return None
    if not answers:
        return 0, 0, 0
    high, likely, low = (ceil(answers / share - 1e-9) for share in (rate.high, rate.likely, rate.low))
    return high, likely, low


def _rounded(expected: float) -> int:
    """Round halves up, as people do on paper."""
    return int(expected + 0.5)


def _count(number: int, what: str) -> None:
    if not 0 <= number < MOST:
        raise ValueError(f"{what} are counted: 0 or more, not {number}")

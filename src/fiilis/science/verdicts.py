"""What a difference lets us say: better, worse, no material difference, or not known and how many answers more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, inf, isfinite, sqrt

from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N_FOR_VERDICT, Method, Unknown, check_level
from fiilis.science.quantiles import t_quantile, t_tail

MOST_ANSWERS_ASKED_FOR = 1_000_000
"""Above this no number of further answers is named: waiting for them is no advice."""


class Verdict(StrEnum):
    """What may be said of `a` against `b`, where more is better."""

    BETTER = "better"
    WORSE = "worse"
    NO_MATERIAL_DIFFERENCE = "no_material_difference"
    """Shown, by an equivalence test, to be smaller than the margin that matters; not merely "not significant"."""
    NOT_KNOWN = "not_known"


class Growing(StrEnum):
    """Which group can still get answers: both of two touchpoints, but of two periods only the present, `a`."""

    BOTH = "both"
    A = "a"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two groups: its plain value, the one that the test uses, and how sure that is.

    `centre` differs from `value` where the test pulls it inwards (adjusted Wald); `variance` is its squared
    standard error with `df` degrees of freedom; `worth` is n after unequal weights.
    """

    value: float
    centre: float
    variance: float
    df: float
    n: int
    worth: float

    @property
    def lacking(self) -> int:
        """Answers that this group lacks for any verdict."""
        return max(0, ceil(MINIMUM_N_FOR_VERDICT * self.n / self.worth) - self.n)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict is made from; kept in the Comparison so that a whole page can be judged again together.

    `reach` is the greatest difference that the scale allows, `margin` the smallest one that matters, `left_out` the
    people who could not be matched (before and after on the same people). Tests that aren't a Wald test say so in a
    subclass: its own `limits`, `p`, `p_equivalent`, `variance_needed`.
    """

    a: Side
    b: Side
    reach: float
    method: Method
    margin: float | None
    growing: Growing
    left_out: int = 0

    @property
    def delta(self) -> float:
        """The plain difference."""
        return self.a.value - self.b.value

    @property
    def centre(self) -> float:
        """The difference that the test uses."""
        return self.a.centre - self.b.centre

    @property
    def standard_error(self) -> float:
        """Standard error of the difference."""
        return sqrt(self.a.variance + self.b.variance)

    @property
    def df(self) -> float:
        """Degrees of freedom of the standard error, by Satterthwaite."""
        total = self.a.variance + self.b.variance
        # As shares of the whole, so that tiny variances don't vanish when squared.
        parts = (self.a.variance / total) ** 2 / self.a.df + (self.b.variance / total) ** 2 / self.b.df
        return 1 / parts

    @property
    def df_alone(self) -> float:
        """Degrees of freedom of the interval and p of this pair alone: adjusted Wald is normal by definition."""
        return inf if self.method is Method.ADJUSTED_WALD else self.df

    @property
    def enough(self) -> bool:
        """Whether both groups have the answers that a verdict needs."""
        return self.a.lacking == 0 and self.b.lacking == 0

    def limits(self, level: float) -> tuple[float, float]:
        """Return the interval of the difference, not yet clipped to the scale."""
        half = t_quantile(1 - (1 - level) / 2, self.df_alone) * self.standard_error
        return self.centre - half, self.centre + half

    def variance_needed(self, target: float, df: float, alpha: float, alpha_equivalent: float) -> float:
        """Return the variance at which each difference is past 0 by `alpha` or short of `target` by the other."""
        return (target / (t_quantile(1 - alpha / 2, df) + t_quantile(1 - alpha_equivalent, df))) ** 2

    def p(self, df: float) -> float:
        """Return the two-sided p-value of "there is no difference"."""
        return min(1.0, 2 * t_tail(abs(self.centre) / self.standard_error, df))

    def p_equivalent(self, df: float) -> float | None:
        """Return the p-value of "the difference is at least the margin" (two one-sided tests); None without one."""
        if self.margin is None:
            return None
        # The adjusted difference leans towards 0: good against false arrows, but here it would lean to "immaterial".
        farthest = max(abs(self.delta), abs(self.centre))
        return t_tail((self.margin - farthest) / self.standard_error, df)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference a - b with its interval and what may be said of it.

    `p` belongs to this pair alone. `p_family` and `verdict` allow for the `family` of comparisons it was judged
    with (1 when alone). `more_needed`: about how many further answers each growing group needs, at the present
    spread, before the verdict can't be "not known" any more (with a margin) or a true difference as large as the
    one seen would show (without); None when there is a verdict, or when no sensible number would do. `left_out`:
    people who answered only once and so tell nothing of their own change (before and after on the same people).
    """

    delta: float | None
    low: float | None
    high: float | None
    level: float
    p: float | None
    verdict: Verdict
    more_needed: int | None
    n_a: int
    n_b: int
    method: Method
    unknown: Unknown | None = None
    p_equivalent: float | None = None
    p_family: float | None = None
    family: int = 1
    evidence: Evidence | None = None
    left_out: int = 0

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.unknown is not None:
            if (self.delta, self.low, self.high, self.p, self.evidence) != (None,) * 5:
                raise ValueError("an unknown comparison has no difference, interval, p or evidence")
            if self.verdict is not Verdict.NOT_KNOWN or self.method is not Method.NONE:
                raise ValueError("an unknown comparison has no verdict and no method")
            return
        if self.delta is None or self.low is None or self.high is None or self.p is None:
            raise ValueError("a comparison without difference, interval and p must say why")
        if not (isfinite(self.low) and isfinite(self.high) and self.low <= self.delta <= self.high):
            raise ValueError(f"not low <= delta <= high: {self.low}, {self.delta}, {self.high}")
        self._check_verdict(self.low, self.high)

    def _check_verdict(self, low: float, high: float) -> None:
        if (self.verdict is Verdict.BETTER and low <= 0) or (self.verdict is Verdict.WORSE and high >= 0):
            raise ValueError(f"the interval {low}..{high} doesn't carry the verdict {self.verdict}")
        if self.verdict is not Verdict.NOT_KNOWN:
            if min(self.n_a, self.n_b) < MINIMUM_N_FOR_VERDICT:
                raise ValueError(f"no verdict under {MINIMUM_N_FOR_VERDICT} answers")
            if self.more_needed is not None:
                raise ValueError("a verdict needs no more answers")


def missing_comparison(
    why: Unknown, *, n_a: int, n_b: int, growing: Growing = Growing.BOTH, level: float = DEFAULT_LEVEL
) -> Comparison:
    """Return the comparison that can't be made, because of `why`, with the answers it lacks at least.

    >>> missing_comparison(Unknown.TOO_FEW, n_a=4, n_b=50).more_needed
    26
    """
    few = why in (Unknown.TOO_FEW, Unknown.NO_ANSWERS)
    lacking = (max(0, MINIMUM_N_FOR_VERDICT - n_a), max(0, MINIMUM_N_FOR_VERDICT - n_b))
    more = _lacking(*lacking, growing) if few else None
    return Comparison(None, None, None, level, None, Verdict.NOT_KNOWN, more or None, n_a, n_b, Method.NONE, why)


def judge(evidence: Evidence, level: float = DEFAULT_LEVEL) -> Comparison:
    """Return the comparison judged alone: right for the one difference of a page, not for one of many (`holm`).

    BETTER or WORSE: the two-sided test rejects "no difference" at 1 - level. NO_MATERIAL_DIFFERENCE: two
    one-sided tests at 1 - level each put the difference inside the margin (Schuirmann 1987); it goes first, since
    a difference shown to be immaterial deserves no arrow. Under 30 answers in either group: NOT_KNOWN.

    >>> a, b = Side(9, 9, 4, 49, 50, 50), Side(0, 0, 4, 49, 50, 50)
    >>> judge(Evidence(a, b, 200, Method.T, None, Growing.BOTH)).verdict
    <Verdict.BETTER: 'better'>
    """
    df = evidence.df_alone
    return _judged(evidence, level, df, evidence.p(df), evidence.p_equivalent(df), (1, 1))


def holm(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Return the comparisons of one page, in their order, with verdicts that hold for the page as a whole.

    When nothing has changed, at most 1 - level of pages show any arrow; and about 1 - level of pages, at most, call
    any material difference immaterial (5.9 % in the most skewed case tried). Both by Holm's step-down procedure,
    each over its own hypotheses. Comparisons that can't have a verdict (under 30 answers: decided by n, not by the
    scores) don't count in the family. Student's t is used for adjusted Wald too: a page of many asks for far tails,
    and there the normal's are too thin for groups of 30 (20 comparisons: an arrow on 5.9 % of pages; with t on
    3.9 %; tests/science/false_arrows.py). So holm([one]) is a little stricter than `judge`. Intervals stay those of
    each pair alone. It doesn't cover looking at the same page every day.
    Source: Holm 1979, Scandinavian Journal of Statistics 6. Raises ValueError for unlike levels.

    >>> a, b = Side(5, 5, 3, 49, 50, 50), Side(0, 0, 3, 49, 50, 50)
    >>> alone = judge(Evidence(a, b, 200, Method.T, None, Growing.BOTH))
    >>> str(alone.verdict), [str(one.verdict) for one in holm([alone, alone])]
    ('better', ['not_known', 'not_known'])
    """
    if len({comparison.level for comparison in comparisons}) > 1:
        raise ValueError("comparisons judged together have one level")
    able = {
        place: comparison.evidence
        for place, comparison in enumerate(comparisons)
        if comparison.evidence is not None and comparison.evidence.enough
    }
    differ = holm_adjusted({place: evidence.p(evidence.df) for place, evidence in able.items()})
    alike = holm_adjusted(
        {place: p for place, evidence in able.items() if (p := evidence.p_equivalent(evidence.df)) is not None}
    )
    sizes = (len(differ), len(alike))
    return tuple(
        _judged(able[place], one.level, able[place].df, differ[place], alike.get(place), sizes)
        if place in able
        else one
        for place, one in enumerate(comparisons)
    )


def holm_adjusted(p_values: dict[int, float]) -> dict[int, float]:
    """Return each hypothesis's p adjusted for all that are tested together, by Holm's step-down procedure.

    >>> holm_adjusted({0: 0.01, 1: 0.04, 2: 0.03})
    {0: 0.03, 2: 0.06, 1: 0.06}
    """
    adjusted: dict[int, float] = {}
    so_far = 0.0
    left = len(p_values)
    for place, p in sorted(p_values.items(), key=lambda item: item[1]):
        so_far = max(so_far, min(1.0, left * p))
        adjusted[place] = so_far
        left -= 1
    return adjusted


def _judged(
    evidence: Evidence,
    level: float,
    df: float,
    p_family: float,
    p_equivalent_family: float | None,
    sizes: tuple[int, int],
) -> Comparison:
    """Return the verdict by p-values already adjusted for `sizes`, the hypotheses of difference and equivalence."""
    alpha = 1 - level
    low, high = evidence.limits(level)
    # Clipped to what the scale allows; widened, never narrowed, to hold the plain difference.
    low = min(max(low, -evidence.reach), evidence.delta)
    high = max(min(high, evidence.reach), evidence.delta)
    verdict = Verdict.NOT_KNOWN
    if evidence.enough:
        if p_equivalent_family is not None and p_equivalent_family <= alpha:
            verdict = Verdict.NO_MATERIAL_DIFFERENCE
        elif p_family <= alpha and low > 0:
            verdict = Verdict.BETTER
        elif p_family <= alpha and high < 0:
            verdict = Verdict.WORSE
    more = None
    if verdict is Verdict.NOT_KNOWN:
        more = _more_needed(evidence, df, alpha / sizes[0], alpha / max(1, sizes[1]))
    return Comparison(
        delta=evidence.delta,
        low=low,
        high=high,
        level=level,
        p=evidence.p(evidence.df_alone),
        verdict=verdict,
        more_needed=more,
        n_a=evidence.a.n,
        n_b=evidence.b.n,
        method=evidence.method,
        p_equivalent=evidence.p_equivalent(evidence.df_alone),
        p_family=p_family,
        family=sizes[0],
        evidence=evidence,
        left_out=evidence.left_out,
    )


def _more_needed(evidence: Evidence, df: float, alpha: float, alpha_equivalent: float) -> int | None:
    """Return the further answers after which the standard error is small enough for a verdict.

    When target >= (q(1 - alpha / 2) + q(1 - alpha')) * SE, with the margin as target, each difference is either
    outside the first test's reach of 0 or inside the second's of the margin: "not known" can't be the answer.
    Without a margin the same SE gives a difference like the one seen a chance of 1 - alpha' to show.
    """
    floor = _lacking(evidence.a.lacking, evidence.b.lacking, evidence.growing)
    target = abs(evidence.delta) if evidence.margin is None else evidence.margin
    if floor is None or target == 0:
        return None
    grow = _grow_one if evidence.growing is Growing.A else _grow_both
    exact = grow(evidence.variance_needed(target, df, alpha, alpha_equivalent), evidence.a, evidence.b)
    if exact is None or exact > MOST_ANSWERS_ASKED_FOR:
        return None
    return max(1, ceil(exact), floor)


def _lacking(a: int, b: int, growing: Growing) -> int | None:
    """Return what each growing group needs before any verdict; None when b lacks some and can't get them."""
    if growing is Growing.BOTH:
        return max(a, b)
    return a if b == 0 else None


def _grow_one(wanted: float, a: Side, b: Side) -> float | None:
    """Return m with var_a * n_a / (n_a + m) + var_b = wanted; None when b's own uncertainty is too much."""
    left = wanted - b.variance
    return a.n * (a.variance / left - 1) if left > 0 else None


def _grow_both(wanted: float, a: Side, b: Side) -> float | None:
    """Return m with var_a * n_a / (n_a + m) + var_b * n_b / (n_b + m) = wanted: a quadratic in m."""
    if wanted == 0:  # underflow: the target is beyond all measure smaller than the spread
        return None
    spread_a, spread_b = a.variance * a.n, b.variance * b.n
    linear = a.n + b.n - (spread_a + spread_b) / wanted
    constant = a.n * b.n - (spread_a * b.n + spread_b * a.n) / wanted
    # The discriminant is (n_a - n_b - (spread_a - spread_b) / wanted)^2 + 4 spread_a spread_b / wanted^2 >= 0.
    return (sqrt(max(0.0, linear * linear - 4 * constant)) - linear) / 2

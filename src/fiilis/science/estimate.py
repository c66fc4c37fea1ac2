"""The one shape in which a number leaves `science`: value, interval, level, n and method, or why it is not known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

MINIMUM_N = 5
"""Below this many answers no value is given: the reader is told "too few"."""

MINIMUM_N_FOR_VERDICT = 30
"""Below this many answers, in either group, no comparison is given a verdict: no arrow."""

DEFAULT_LEVEL = 0.95
"""Two-sided confidence level used when nobody says otherwise."""


class Unknown(StrEnum):
    """Why an estimate has no value. The set is closed: a page has one sentence for each."""

    NO_ANSWERS = "no_answers"
    TOO_FEW = "too_few"
    """Fewer answers, or fewer after allowing for unequal weights, than MINIMUM_N."""
    ONE_CLUSTER = "one_cluster"
    """All, or in effect all, answers come from one cluster: the uncertainty can't be told from them."""
    ZERO_WEIGHT = "zero_weight"
    NO_SPREAD = "no_spread"
    """The data show no spread, so no interval can be had, and no bounds are known that would give one."""
    TOO_FEW_GROUPS = "too_few_groups"
    """Fewer groups than the spread between groups can be told from."""
    NOT_COMPARABLE = "not_comparable"
    """Groups that share no kind of case, not even over others: their mix and they themselves can't be told apart."""
    INVALID = "invalid"
    """NaN, infinite, negative or contradictory input (more successes than answers)."""
    TOO_MANY_DRIVERS = "too_many_drivers"
    """More drivers than all whose subsets can be weighed exactly."""
    NO_EVENTS = "no_events"
    """Nobody left, or nobody bought again: the speed of it can't be told."""
    TOO_FEW_EVENTS = "too_few_events"
    """Fewer events per variable than a model needs not to learn chance by heart."""
    NOT_REACHED = "not_reached"
    """The curve never fell to the level asked for: more than half are still customers, so no median yet."""
    BEYOND_DATA = "beyond_data"
    """Asked for a time that nobody has been followed to."""
    NOT_CONVERGED = "not_converged"
    """The fit found no best answer: the data don't tell the model's figures apart."""
    COLLINEAR = "collinear"
    """Two explanations move together in the data, so what each does can't be told apart."""
    NO_OVERLAP = "no_overlap"
    """The two groups have next to nobody alike, so there is nobody to compare with."""
    NO_BEFORE = "no_before"
    """Too little was measured before the change."""
    NO_AFTER = "no_after"
    """Too little was measured after the change."""
    NO_COMPARISON = "no_comparison"
    """Nothing was left unchanged that the changed could be held against."""
    LONELY_STRATUM = "lonely_stratum"
    """A stratum has answers from one cluster only: its part of the uncertainty can't be told."""
    EMPTY_GROUP = "empty_group"
    """Nobody answered from a group that is known to be in the population, so nothing can stand for it."""
    MARGINS_CONTRADICT = "margins_contradict"
    """The known totals don't describe one population: no weights can meet them all."""
    NEVER_MET = "never_met"
    """Nobody, or too few, met both of two questions, so what they have in common can't be seen."""
    NO_FIT = "no_fit"
    """The model found no stable answer in these data."""


class Method(StrEnum):
    """How an interval was made. Stored and shown with it, so that nobody has to guess later."""

    SCORE = "score"
    """Score interval of a difference of two shares of one whole (Tango 1998; Rocks 2016)."""
    ADJUSTED_WALD = "adjusted_wald"
    """Wald interval after adding a few made-up answers (Agresti & Caffo 2000; Rocks 2016)."""
    WILSON = "wilson"
    """Score interval of one share (Wilson 1927)."""
    T = "mean_t"
    """Mean with Student's t; for a difference of means Welch's."""
    LINEARISED = "linearised"
    """Weighted and clustered data: linearised standard error over clusters, Student's t."""
    WORST_CASE = "worst_case"
    """All answers alike: the widest interval that the scale's bounds allow (see intervals.all_alike)."""
    STRATIFIED = "stratified"
    """Strata summed up: linearised standard error within strata (Cochran 1977), Student's t."""
    POSTSTRATIFIED = "poststratified"
    """Groups weighted to their known sizes (Holt & Smith 1979), linearised, Student's t."""
    RAKED = "raked"
    """Weights raked to known margins (Deming & Stephan 1940); residual linearisation (Deville & Särndal 1992)."""
    SKEW_CORRECTED = "skew_corrected"
    """Corrected for an assumed, not measured, skew in who answers; linearised standard error."""
    TWO_PHASE = "two_phase"
    """First answers and a followed-up sample of the silent (Hansen & Hurwitz 1946)."""
    INVERSE_PROBABILITY = "inverse_probability"
    """Each answer weighted by the inverse of its chance of being asked (Hájek 1971), linearised."""
    DIFFERENCE_IN_DIFFERENCES = "difference_in_differences"
    """Change of the changed less change of the others (Bertrand, Duflo & Mullainathan 2004 for the clusters)."""
    WILD_BOOTSTRAP = "wild_bootstrap"
    """Difference-in-differences over few groups: wild cluster bootstrap (Cameron, Gelbach & Miller 2008)."""
    NEWEY_WEST = "newey_west"
    """Interrupted time series, errors related from one period to the next (Newey & West 1987)."""
    STRUCTURAL = "structural_time_series"
    """What would have been, forecast by a structural time series (Harvey 1989; Brodersen et al. 2015)."""
    MATCHED = "matched"
    """Each of the changed beside the most alike of the others (Abadie & Imbens 2006, 2011)."""
    LESS_REGRESSION = "less_regression_to_the_mean"
    """Before and after, less what the worst rise by themselves (Morris 1983)."""
    ADJUSTED = "adjusted_difference"
    """Difference of two groups adjusted for what is measured of both (Lunceford & Davidian 2004)."""
    PAIRED_T = "paired_t"
    """Before and after on the same people: mean of their own changes with Student's t."""
    PAIRED_ADJUSTED = "paired_adjusted"
    """The same for three classes, after adding two made-up people (after Bonett & Price 2012)."""
    SHRUNKEN = "shrunken"
    """Empirical Bayes: drawn towards the mean of all groups, the prior's own uncertainty kept (Morris 1983)."""
    BETTING = "betting"
    """Confidence sequence, right at every look: hedged betting (Waudby-Smith & Ramdas 2024)."""
    NORMAL_MIXTURE = "normal_mixture"
    """Confidence sequence of a difference: normal mixture, for many answers (Robbins 1970)."""
    BOOTSTRAP = "bootstrap"
    """Percentiles over resampled answers, whole clusters where there are any (Efron 1979)."""
    KAPLAN_MEIER = "kaplan_meier"
    """Share still customers, Greenwood's variance, interval on the log scale (Kaplan & Meier 1958)."""
    RMST = "rmst"
    """Mean time within a window: the area under the survival curve (Uno et al. 2014)."""
    COX = "cox"
    """Ratio of hazards by partial likelihood, Wald interval on the log scale (Cox 1972)."""
    DELTA = "delta"
    """Prediction of a fitted model, interval from its parameters' covariance by the delta method."""
    NONE = "none"
    """No interval: the estimate is unknown."""


def check_level(level: float) -> None:
    """Raise ValueError unless `level` is a confidence level, strictly between 0 and 1.

    >>> check_level(0.95)
    >>> check_level(95)
    Traceback (most recent call last):
    ...
    ValueError: a confidence level is between 0 and 1, not 95
    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level is between 0 and 1, not {level}")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval, or a named reason why there is none; never a silent 0 or NaN.

    `value`, `low` and `high` are in the metric's own unit (NPS points, a share 0..1, scale points); `n` counts
    answers. `n_effective` is Kish's n (what the answers are worth after unequal weights) and `design_effect` the
    variance against that of a simple random sample of n answers; both are None where the data are plain.
    Raises ValueError when the parts contradict each other.

    >>> Estimate(45.0, 29.3, 58.0, 0.95, 100, Method.ADJUSTED_WALD).half_width
    14.35
    >>> Estimate.missing(Unknown.TOO_FEW, n=3).value is None
    True
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    method: Method
    unknown: Unknown | None = None
    n_effective: float | None = None
    design_effect: float | None = None

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.n < 0:
            raise ValueError(f"n counts answers and can't be {self.n}")
        if self.unknown is not None:
            self._check_missing()
        else:
            self._check_known()
        for part in (self.n_effective, self.design_effect):
            if part is not None and not (isfinite(part) and part >= 0):
                raise ValueError(f"n_effective and design_effect are finite and not negative, not {part}")

    def _check_missing(self) -> None:
        if (self.value, self.low, self.high) != (None, None, None):
            raise ValueError("an unknown estimate has no value and no interval")
        if self.method is not Method.NONE:
            raise ValueError("an unknown estimate has no method")

    def _check_known(self) -> None:
        if self.value is None or self.low is None or self.high is None:
            raise ValueError("an estimate without value and interval must say why it is unknown")
        # Written so that NaN, which compares false with everything, fails too.
        if not (isfinite(self.low) and isfinite(self.high) and self.low <= self.value <= self.high):
            raise ValueError(f"not low <= value <= high: {self.low}, {self.value}, {self.high}")
        if self.n == 0:
            raise ValueError("there is no estimate without answers")
        if self.method is Method.NONE:
            raise ValueError("a known estimate names its method")

    @property
    def half_width(self) -> float | None:
        """Half of the interval's width, in the metric's unit; None when unknown."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2

    @classmethod
    def missing(cls, why: Unknown, *, n: int, level: float = DEFAULT_LEVEL) -> Estimate:
        """Return the estimate that is not known, because of `why`.

        >>> Estimate.missing(Unknown.NO_ANSWERS, n=0).unknown
        <Unknown.NO_ANSWERS: 'no_answers'>
        """
        return cls(None, None, None, level, n, Method.NONE, why)

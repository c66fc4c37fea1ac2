"""Cause and effect between touchpoints: a link in order of time, or a refusal that says which experiment would tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.adjustment import LEAST_ALIKE, AdjustedMeans, Adjustment, adjusted_means, alike
from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.types import Effect, known
from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N_FOR_VERDICT, Estimate, Method, Unknown, check_level
from fiilis.science.evalues import EValue, e_value, e_value_of_means
from fiilis.science.power import DEFAULT_POWER, Experiment, Outcome, smallest_for_means, smallest_for_shares
from fiilis.science.propensity import propensity
from fiilis.science.quantiles import t_quantile
from fiilis.science.verdicts import holm_adjusted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from fiilis.science.regression import Floats

E_VALUE_ASKED = 1.5
"""A link must outlast an unmeasured cause with this risk ratio to both exposure and outcome."""

ASSUMES = (Assumption.ALL_CAUSES_MEASURED, Assumption.TIME_ORDER, Assumption.SOMEBODY_ALIKE, Assumption.NO_SPILLOVER)
BREAKS_IF = (Threat.HIDDEN_CAUSE, Threat.OTHER_PEOPLE, Threat.REVERSED, Threat.SPILLOVER)


class Reason(StrEnum):
    """Why nothing is claimed. The set is closed: a page has one sentence for each."""

    INVALID = "invalid"
    """NaN, infinity or exposures that are neither 0 nor 1."""
    WRONG_ORDER = "wrong_order"
    """An outcome isn't later than its exposure, or a confounder isn't earlier."""
    TOO_FEW = "too_few"
    """Under MINIMUM_N_FOR_VERDICT people exposed, or not exposed; or too few outcomes of a kind."""
    NO_SPREAD = "no_spread"
    """All outcomes, or all of one group, are alike."""
    COLLINEAR = "collinear"
    """Confounders move together, or with the exposure, so what each does can't be told apart."""
    NO_OVERLAP = "no_overlap"
    """The exposed and the others have next to nobody alike."""
    NEGATIVE_CONTROL = "negative_control"
    """The groups differed already before the exposure, after adjustment: something unmeasured is at work."""
    NOT_SHOWN = "not_shown"
    """The interval holds "no link"."""
    FRAGILE = "fragile"
    """A weak unmeasured cause would explain it away (E-value below what was asked)."""
    ONE_OF_MANY = "one_of_many"
    """Alone it would stand, but among so many links tried one such is expected by chance (Holm)."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """People who met an earlier touchpoint or didn't, and how they scored at a later one.

    All of length n: `exposed` 0 or 1; `outcome` 0 or 1 (SHARE) or scores (MEAN); `exposed_at` and `outcome_at` in any
    one unit of time (NaN as `exposed_at` of those never exposed); `confounders` (n x q), known before the exposure.
    `earlier` (n), where there is one, is an outcome of the same kind measured before the exposure: the negative
    control. It must not be among the confounders, or it can't fail.
    """

    name: str
    exposed: ArrayLike
    outcome: ArrayLike
    exposed_at: ArrayLike
    outcome_at: ArrayLike
    confounders: ArrayLike = field(default_factory=tuple)
    earlier: ArrayLike | None = None
    kind: Outcome = Outcome.MEAN


@dataclass(frozen=True, slots=True)
class Control:
    """The negative control: the "effect" of the exposure on what was before it, and its p."""

    estimate: Estimate
    p: float


@dataclass(frozen=True, slots=True)
class Strength:
    """What is told beside a link's effect: both adjusted means, its E-values, its negative control if any."""

    exposed: float
    others: float
    e_value: EValue
    control: Control | None
    p_family: float
    family: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """A link that stood every test asked: exposed less others, all else measured being alike."""

    name: str
    effect: Effect[Strength]


@dataclass(frozen=True, slots=True)
class Refusal:
    """It can't be told from these data. `smallest_experiment` would tell; None when nothing is known to plan it by.

    `effect` is what was found before refusing, for the analyst; it isn't to be shown as a finding.
    """

    name: str
    reason: Reason
    smallest_experiment: Experiment | None
    effect: Effect[Strength] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link is asked to stand: the smallest effect that matters, and how sure one wants to be.

    `minimal_effect` is a fraction (SHARE) or scale points (MEAN), signed as expected; for planning the experiment.
    """

    minimal_effect: float
    level: float = DEFAULT_LEVEL
    power: float = DEFAULT_POWER
    e_value: float = E_VALUE_ASKED
    how: Adjustment = Adjustment.REGRESSION

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.minimal_effect == 0 or not np.isfinite(self.minimal_effect):
            raise ValueError(f"the smallest effect that matters isn't {self.minimal_effect}")
        if not self.e_value >= 1:
            raise ValueError(f"an E-value is at least 1, not {self.e_value}")


def judge_link(pairs: Pairs, asked: Asked) -> Link | Refusal:
    """Return the link, judged alone, or the refusal; see `judge_links`, which is for all that are looked at together.

    >>> n = 400
    >>> old = [i % 4 for i in range(n)]
    >>> late = [1 if (i * 7) % 20 < 5 + 2 * o else 0 for i, o in enumerate(old)]
    >>> csat = [5 - 2 * l - o / 4 + (i * 11) % 5 / 2 for i, (l, o) in enumerate(zip(late, old))]
    >>> pairs = Pairs("late delivery", late, csat, [1] * n, [2] * n, old)
    >>> link = judge_link(pairs, Asked(minimal_effect=-0.3))
    >>> round(link.effect.estimate.value, 1), link.effect.details.e_value.limit > 3
    (-2.1, True)
    >>> refusal = judge_link(Pairs("late delivery", late[:40], csat[:40], [2] * 40, [1] * 40), Asked(-0.3))
    >>> str(refusal.reason), refusal.smallest_experiment.per_arm
    ('wrong_order', 109)
    """
    return judge_links([pairs], asked)[0]


def judge_links(pairs: Sequence[Pairs], asked: Asked) -> tuple[Link | Refusal, ...]:
    """Return for each of `pairs` the link or the refusal, in their order, judged together.

    Tests in turn: valid, enough people, right order of time, confounders not collinear, groups overlap, the negative
    control shows nothing (p above 1 - level), the adjusted difference isn't 0, its E-value's limit is as large as
    asked, and it still stands among all links tried (Holm over all whose difference could be estimated).
    H0 of each: all else measured being alike, exposed and others score alike. Misleads where something unmeasured
    moves both, more strongly than the E-value asked: a link that stands is a well-founded suspicion, no proof.
    Sources: VanderWeele & Ding 2017; Lipsitch, Tchetgen Tchetgen & Cohen 2010, Epidemiology 21, for the control; Holm
    1979. Raises ValueError for shapes that don't fit.

    >>> judge_links([], Asked(0.1))
    ()
    """
    judged = [_judge(one, asked) for one in pairs]
    told = {
        place: (one.effect, one.effect.details)
        for place, (one, _) in enumerate(judged)
        if one.effect is not None and one.effect.details is not None
    }
    family = holm_adjusted({place: details.p_family for place, (_, details) in told.items()})
    answers = [one for one, _ in judged]
    for place, (effect, alone) in told.items():
        among = replace(effect, details=replace(alone, p_family=family[place], family=len(told)))
        one, plan = judged[place]
        falls = isinstance(one, Link) and family[place] > 1 - asked.level
        answers[place] = Refusal(one.name, Reason.ONE_OF_MANY, plan, among) if falls else replace(one, effect=among)
    return tuple(answers)


def _judge(pairs: Pairs, asked: Asked) -> tuple[Link | Refusal, Experiment | None]:
    """Return the link judged alone, or its refusal, and the experiment that would tell."""
    people = _People.of(pairs)
    plan = people.plan(asked)
    if reason := people.trouble():
        return Refusal(pairs.name, reason, plan), plan
    means = people.means(people.y, asked.how)
    if isinstance(means, Reason):
        return Refusal(pairs.name, means, plan), plan
    found = _strength(people, means, asked.level)
    if isinstance(found, Reason):
        return Refusal(pairs.name, found, plan), plan
    control = _control(people, asked)
    if isinstance(control, Reason):
        return Refusal(pairs.name, control, plan), plan
    effect = known(
        means.difference, means.df, means.n, Method.ADJUSTED, ASSUMES, BREAKS_IF, level=asked.level, details=found
    )
    effect = replace(effect, details=replace(found, control=control, p_family=1.0 if effect.p is None else effect.p))
    if reason := _weakness(effect, found, control, asked):
        return Refusal(pairs.name, reason, plan, effect), plan
    return Link(pairs.name, effect), plan


def _weakness(effect: Effect[Strength], found: Strength, control: Control | None, asked: Asked) -> Reason | None:
    if control is not None and control.p <= 1 - asked.level:
        return Reason.NEGATIVE_CONTROL
    if effect.p is None or effect.p > 1 - asked.level:
        return Reason.NOT_SHOWN
    return Reason.FRAGILE if found.e_value.limit < asked.e_value else None


def _strength(people: _People, means: AdjustedMeans, level: float) -> Strength | Reason:
    """Return the adjusted means with their E-values; TOO_FEW where a regression leads out of 0..1."""
    difference, error = means.difference
    spread = float(people.y.std(ddof=1))
    if error <= _ROUNDING * spread:
        return Reason.NO_SPREAD
    if people.kind is Outcome.MEAN:
        needed = e_value_of_means(difference, error, spread)
    else:
        if not (0 < means.exposed < 1 and 0 < means.others < 1):
            return Reason.TOO_FEW
        log, wide = means.log_ratio
        half = t_quantile((1 + level) / 2, means.df) * wide
        # Beyond exp(50) all ratios are alike.
        needed = e_value(*(exp(max(-50.0, min(50.0, part))) for part in (log, log - half, log + half)))
    return Strength(means.exposed, means.others, needed, None, 1.0)


def _control(people: _People, asked: Asked) -> Control | Reason | None:
    """Return the "effect" on what was before the exposure; it can't be one, so it tells of what isn't measured."""
    if people.earlier is None:
        return None
    if not np.isfinite(people.earlier).all():
        return Reason.INVALID
    means = people.means(people.earlier, asked.how)
    if isinstance(means, Reason):
        return means
    shown: Effect[None] = known(
        means.difference, means.df, means.n, Method.ADJUSTED, ASSUMES, BREAKS_IF, level=asked.level
    )
    return Reason.NO_SPREAD if shown.p is None else Control(shown.estimate, shown.p)


# An error this small beside the scores' own spread is rounding.
_ROUNDING = 1e-12

_REASONS = {
    Unknown.COLLINEAR: Reason.COLLINEAR,
    Unknown.NO_OVERLAP: Reason.NO_OVERLAP,
    Unknown.NO_SPREAD: Reason.NO_SPREAD,
}


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """Pairs as arrays, with the questions that are asked of them before any difference is."""

    d: Floats
    y: Floats
    x: Floats
    exposed_at: Floats
    outcome_at: Floats
    earlier: Floats | None
    kind: Outcome

    @classmethod
    def of(cls, pairs: Pairs) -> _People:
        d = np.asarray(pairs.exposed, dtype=float)
        x = np.asarray(pairs.confounders, dtype=float)
        x = np.empty((len(d), 0)) if x.size == 0 else x.reshape(len(x), -1)
        earlier = None if pairs.earlier is None else np.asarray(pairs.earlier, dtype=float)
        rows = [np.asarray(part, dtype=float) for part in (pairs.outcome, pairs.exposed_at, pairs.outcome_at)]
        if not all(len(row) == len(d) for row in (*rows, x, *([] if earlier is None else [earlier]))):
            raise ValueError(f"all of {pairs.name!r} have one row a person")
        return cls(d, rows[0], x, rows[1], rows[2], earlier, pairs.kind)

    def trouble(self) -> Reason | None:
        """Return why no difference can be asked for, or None."""
        d, y, x = self.d, self.y, self.x
        if not (np.isfinite(y).all() and np.isfinite(x).all() and np.isin(d, (0, 1)).all()):
            return Reason.INVALID
        if self.kind is Outcome.SHARE and not np.isin(y, (0, 1)).all():
            return Reason.INVALID
        # Written so that NaN, which compares false with everything, is out of order too.
        if not (self.exposed_at[d == 1] < self.outcome_at[d == 1]).all():
            return Reason.WRONG_ORDER
        if min(d.sum(), len(d) - d.sum()) < MINIMUM_N_FOR_VERDICT:
            return Reason.TOO_FEW
        if np.ptp(y) == 0:
            return Reason.NO_SPREAD
        if x.shape[1] == 0:
            return None
        chance = propensity(d, x)
        if isinstance(chance, Unknown):
            return _REASONS.get(chance, Reason.TOO_FEW)
        return Reason.NO_OVERLAP if alike(chance.chance, d) < LEAST_ALIKE else None

    def means(self, y: Floats, how: Adjustment) -> AdjustedMeans | Reason:
        """Return both adjusted means of `y`, or why there are none."""
        means = adjusted_means(y, self.d, self.x, how)
        return _REASONS.get(means, Reason.TOO_FEW) if isinstance(means, Unknown) else means

    def plan(self, asked: Asked) -> Experiment | None:
        """Return the smallest experiment that would tell, planned by what is seen of those not exposed."""
        known_ones = self.y[np.isfinite(self.y) & (self.d == 0)]
        if len(known_ones) < 2:
            return None
        if self.kind is Outcome.MEAN:
            spread = float(known_ones.std(ddof=1))
            if not 0 < spread < np.inf:
                return None
            return smallest_for_means(spread, asked.minimal_effect, level=asked.level, power=asked.power)
        share = float(known_ones.mean())
        if not 0 <= share + asked.minimal_effect <= 1:
            return None
        return smallest_for_shares(share, asked.minimal_effect, level=asked.level, power=asked.power)

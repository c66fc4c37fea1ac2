"""The one shape in which an effect is told, and what is told beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, isfinite
from typing import Generic, TypeVar

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown
from fiilis.science.quantiles import t_quantile, t_tail

Details = TypeVar("Details", covariant=True)


class PlaceboVerdict(StrEnum):
    """What fakes say of the real effect."""

    STANDS_OUT = "stands_out"
    """The real change moved more than fakes do, beyond chance at the level asked for."""
    NOT_SPECIAL = "not_special"
    """Fakes without any change move as much: whatever the interval says, don't believe the effect."""
    TOO_FEW_FAKES = "too_few_fakes"
    """So few fakes could be tried that even a real effect couldn't stand out."""


@dataclass(frozen=True, slots=True)
class Placebo:
    """The real effect's rank among the effects of changes that never were. `p` = (1 + as large) / (1 + fakes)."""

    p: float
    fakes: tuple[float, ...]
    verdict: PlaceboVerdict


class GuardVerdict(StrEnum):
    """Whether something else that matters was kept."""

    HELD = "held"
    """Shown not to have fallen by as much as the margin."""
    HARMED = "harmed"
    """Shown to have fallen."""
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Guard:
    """A metric that mustn't suffer from the change, with the change's effect on it, and what may be said."""

    name: str
    estimate: Estimate
    margin: float
    verdict: GuardVerdict


@dataclass(frozen=True, slots=True)
class Effect(Generic[Details]):
    """What a change did, in the metric's unit: `estimate`, or a named reason why it isn't known.

    `p` is that of "it did nothing". `assumes` must hold for the effect to be one; `breaks_if` is to be looked for
    before believing it. `placebo` and `guards` are there when they were asked for; `details` belong to the method.
    """

    estimate: Estimate
    assumes: tuple[Assumption, ...]
    breaks_if: tuple[Threat, ...]
    p: float | None = None
    details: Details | None = None
    placebo: Placebo | None = None
    guards: tuple[Guard, ...] = ()

    def __post_init__(self) -> None:
        if not self.assumes or not self.breaks_if:
            raise ValueError("every effect assumes something, and something would break it")
        if (self.p is None) != (self.estimate.unknown is not None):
            raise ValueError("an effect has a p exactly when it is known")

    @property
    def method(self) -> Method:
        """How the interval was made."""
        return self.estimate.method

    def with_placebo(self, placebo: Placebo) -> Effect[Details]:
        """Return this effect with its placebo test beside it.

        >>> found = known((2.0, 0.5), 40, 200, Method.NEWEY_WEST, (Assumption.TREND_CONTINUES,), (Threat.OTHER_EVENT,))
        >>> found.with_placebo(Placebo(0.05, (0.1,) * 19, PlaceboVerdict.STANDS_OUT)).placebo.p
        0.05
        """
        return replace(self, placebo=placebo)

    def with_guards(self, guards: Sequence[Guard]) -> Effect[Details]:
        """Return this effect with its guard metrics beside it.

        >>> found = known((2.0, 0.5), 40, 200, Method.NEWEY_WEST, (Assumption.TREND_CONTINUES,), (Threat.OTHER_EVENT,))
        >>> found.with_guards([guard("calls", found, margin=1)]).guards[0].verdict
        <GuardVerdict.HELD: 'held'>
        """
        return replace(self, guards=tuple(guards))


def guard(name: str, effect: Effect[Details], *, margin: float) -> Guard:
    """Return whether the metric `name`, where more is better, was kept within `margin` of where it would have been.

    HELD: the interval's low end is above -margin (non-inferiority). HARMED: its high end is below 0. HELD goes first,
    since a fall shown to be smaller than what matters is no harm. Raises ValueError for a margin that isn't positive.

    >>> found = known((-2.0, 0.5), 40, 200, Method.NEWEY_WEST, (Assumption.TREND_CONTINUES,), (Threat.OTHER_EVENT,))
    >>> [str(guard("waiting", found, margin=margin).verdict) for margin in (1, 5)]
    ['harmed', 'held']
    """
    if not (isfinite(margin) and margin > 0):
        raise ValueError(f"a margin is the smallest fall that matters, above 0, not {margin}")
    low, high = effect.estimate.low, effect.estimate.high
    verdict = GuardVerdict.NOT_KNOWN
    if low is not None and low > -margin:
        verdict = GuardVerdict.HELD
    elif high is not None and high < 0:
        verdict = GuardVerdict.HARMED
    return Guard(name, effect.estimate, margin, verdict)


def known(
    found: tuple[float, float],
    df: float,
    n: int,
    method: Method,
    assumes: tuple[Assumption, ...],
    breaks_if: tuple[Threat, ...],
    *,
    level: float = DEFAULT_LEVEL,
    details: Details | None = None,
) -> Effect[Details]:
    """Return the effect `found` = (value, standard error) with its interval and p by Student's t with `df`.

    NO_SPREAD for a standard error of 0, INVALID where a number overflowed.

    >>> effect = known((2.0, 0.5), 40, 200, Method.NEWEY_WEST, (Assumption.TREND_CONTINUES,), (Threat.OTHER_EVENT,))
    >>> round(effect.estimate.low, 2), round(effect.p, 4)
    (0.99, 0.0003)
    """
    value, error = map(float, found)
    if error == 0:
        return unknown(Unknown.NO_SPREAD, n, assumes, breaks_if, level=level)
    half = t_quantile((1 + level) / 2, df) * error
    if not isfinite(abs(value) + half):
        return unknown(Unknown.INVALID, n, assumes, breaks_if, level=level)
    estimate = Estimate(value, value - half, value + half, level, n, method)
    return Effect(estimate, assumes, breaks_if, min(1.0, 2 * t_tail(abs(value) / error, df)), details)


def unknown(
    why: Unknown,
    n: int,
    assumes: tuple[Assumption, ...],
    breaks_if: tuple[Threat, ...],
    *,
    level: float = DEFAULT_LEVEL,
    details: Details | None = None,
) -> Effect[Details]:
    """Return the effect that isn't known, because of `why`.

    >>> unknown(Unknown.NO_BEFORE, 12, (Assumption.TREND_CONTINUES,), (Threat.OTHER_EVENT,)).estimate.value is None
    True
    """
    return Effect(Estimate.missing(why, n=n, level=level), assumes, breaks_if, None, details)


def rank(real: float, fakes: Sequence[float], *, level: float = DEFAULT_LEVEL) -> Placebo:
    """Return where the real effect stands among fakes, by size whatever the sign.

    H0: the real change is one of the fakes, picked by chance; then p <= 1 - level happens in at most 1 - level of
    cases (exactly so where dates or groups are exchangeable; overlapping fake dates make it approximate). At 95 %
    nothing can stand out among fewer than 19 fakes. Source: Abadie, Diamond & Hainmueller 2010, JASA 105(490).
    Raises ValueError for NaN or infinity.

    >>> rank(5.0, [0.1 * i for i in range(19)]).verdict, rank(0.5, [0.1 * i for i in range(19)]).p
    (<PlaceboVerdict.STANDS_OUT: 'stands_out'>, 0.75)
    """
    if not all(map(isfinite, (real, *fakes))):
        raise ValueError("effects that are ranked are finite")
    p = (1 + sum(abs(fake) >= abs(real) for fake in fakes)) / (1 + len(fakes))
    alpha = 1 - level
    if 1 + len(fakes) < ceil(1 / alpha - 1e-9):
        verdict = PlaceboVerdict.TOO_FEW_FAKES
    else:
        # The slack is for 1 - 0.95 being a hair more or less than 0.05.
        verdict = PlaceboVerdict.STANDS_OUT if p <= alpha + 1e-9 else PlaceboVerdict.NOT_SPECIAL
    return Placebo(p, tuple(fakes), verdict)

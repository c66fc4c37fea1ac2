"""Changes that never were: an effect is believed only if fakes, in time or in other groups, don't move as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fiilis.science.effects.types import Effect, Placebo, rank
from fiilis.science.estimate import DEFAULT_LEVEL

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from fiilis.science.effects.types import Details

__all__ = ["fake_dates", "in_space", "in_time", "rank"]


def fake_dates(change: int, after: int, *, before: int = 8, most: int = 200) -> tuple[int, ...]:
    """Return the indices before `change` that leave `before` points ahead and `after` points behind, all untouched.

    At most `most` of them, evenly spread. Raises ValueError unless all are at least 1.

    >>> fake_dates(30, 12)
    (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
    """
    if min(after, before, most) < 1:
        raise ValueError(f"at least one point each: after {after}, before {before}, most {most}")
    dates = range(before, change - after + 1)
    if len(dates) <= most:
        return tuple(dates)
    return tuple(dates[place * (len(dates) - 1) // max(1, most - 1)] for place in range(most))


def in_time(
    measure: Callable[[int, int], Effect[Details]],
    change: int,
    after: int,
    *,
    before: int = 8,
    most: int = 200,
    level: float = DEFAULT_LEVEL,
) -> Placebo | None:
    """Return the rank of the change at index `change` among fake dates before it, each with `after` points behind it.

    `measure(date, end)` returns the effect of a change at index `date` on points up to, not with, `end`; it is asked
    for (change, change + after) and for every fake, whose points all lie before the real change. None where the real
    effect isn't known or no fake is. H0: the real date is one like the others. Fakes overlap, so p is approximate.
    Source: Bertrand, Duflo & Mullainathan 2004, QJE 119.

    >>> from fiilis.science.effects.interrupted import interrupted
    >>> waiting = [30 + (i * 7) % 5 for i in range(60)] + [20 + (i * 7) % 5 for i in range(12)]
    >>> placebo = in_time(lambda date, end: interrupted(waiting[:end], date, stretched=False), 60, 12)
    >>> str(placebo.verdict), len(placebo.fakes), round(placebo.p, 3)
    ('stands_out', 41, 0.024)
    """
    fakes = (measure(date, date + after) for date in fake_dates(change, after, before=before, most=most))
    return _ranked(measure(change, change + after), fakes, level)


def in_space(
    measure: Callable[[Hashable], Effect[Details]],
    changed: Hashable,
    others: Iterable[Hashable],
    *,
    level: float = DEFAULT_LEVEL,
) -> Placebo | None:
    """Return the rank of the `changed` group's effect among those of the `others`, who were never changed.

    `measure(group)` returns the effect as if that group had been changed; leave the really changed one out of the
    comparison when another is asked for, or it will be blamed on them. None where the real effect isn't known or no
    fake is. H0: the changed group is one like the others. For a single changed group this is the honest test: with 19
    others, p can reach 0.05. Source: Abadie, Diamond & Hainmueller 2010, JASA 105(490).

    >>> from fiilis.science.effects.did import two_by_two
    >>> from fiilis.science.sums import Moments
    >>> def sums(mean): return Moments(40, 40 * mean, 40 * (mean**2 + 1))
    >>> rises = {f"shop {i}": (i * 7 % 10) / 20 for i in range(20)} | {"ours": 1.2}
    >>> def measure(group): return two_by_two(sums(3 + rises[group]), sums(3), sums(3.2), sums(3))
    >>> str(in_space(measure, "ours", [name for name in rises if name != "ours"]).verdict)
    'stands_out'
    """
    return _ranked(measure(changed), (measure(group) for group in others), level)


def _ranked(real: Effect[Details], fakes: Iterable[Effect[Details]], level: float) -> Placebo | None:
    values = [fake.estimate.value for fake in fakes if fake.estimate.value is not None]
    if real.estimate.value is None or not values:
        return None
    return rank(real.estimate.value, values, level=level)

"""CUSUM: adds up small signs of change week by week until they can't be chance any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fiilis.science.alarms.baseline import Baseline
from fiilis.science.case_mix import as_moments
from fiilis.science.estimate import Unknown
from fiilis.science.metrics import Plain

DEFAULT_K = 0.5
"""Half of the change, in standard errors of a look, that is to be found soonest."""

DEFAULT_H = 5.0
"""The sum at which it alarms: one false alarm in 930 looks on one side, with a baseline known for certain."""


class Direction(StrEnum):
    """Which way a level has moved."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Run:
    """One side's sum, the look at which it left 0, and looks and answers since; all empty at 0."""

    total: float = 0.0
    start: str | None = None
    looks: int = 0
    n: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change that can't well be chance: which way, seen at which look, and when it seems to have begun.

    `since` is the first look after the sum was last 0 (Page's estimate); `looks` and `n` are the looks with answers and
    the answers from then on. The level since then is not given on purpose: those answers were picked for being
    unusual. Estimate it from answers after the alarm.
    """

    direction: Direction
    at: str
    since: str
    looks: int
    n: int
    total: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Cusum:
    """The state of one stream, small enough to be kept as JSON: `dataclasses.asdict` out, `from_dict` in.

    `k` and `h` in standard errors of a look (`baseline.choose_h`); with `two_sided` off only drops are looked for.
    """

    baseline: Baseline
    k: float = DEFAULT_K
    h: float = DEFAULT_H
    two_sided: bool = True
    up: Run = Run()
    down: Run = Run()

    def __post_init__(self) -> None:
        if not (self.k >= 0 and self.h > 0 and self.baseline.standard_error(1) > 0):
            raise ValueError("k is not negative; h and the baseline's spread are above 0")

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Cusum:
        """Return the state that `dataclasses.asdict` took apart, also after a way through JSON.

        >>> import dataclasses, json
        >>> state = Cusum(Baseline(30.0, 80.0, 0.0, 400, 10), down=Run(1.5, "2026-W31", 2, 61))
        >>> Cusum.from_dict(json.loads(json.dumps(dataclasses.asdict(state)))) == state
        True
        """
        baseline = Baseline.from_dict(kept["baseline"])
        return cls(**(dict(kept) | {"baseline": baseline, "up": Run(**kept["up"]), "down": Run(**kept["down"])}))


def standardised(baseline: Baseline, answers: Plain) -> float:
    """Return how many of its own standard errors a look is above normal: looks with few answers weigh less.

    >>> from fiilis.science.sums import Counts
    >>> standardised(Baseline(30.0, 80.0, 0.0, 400, 10), Counts(30, 30, 40))
    -2.5
    """
    moments = as_moments(answers)
    return (moments.mean - baseline.mean) / baseline.standard_error(moments.n)


def update(state: Cusum, at: str, answers: Plain) -> tuple[Cusum, Alarm | None]:
    """Return the state after one more look, and the alarm if there is one; then both sums start anew.

    `at` names the look (a date, a week), in the order of time; `answers` are that look's own. A look without answers
    changes nothing. H0: each look's mean is the baseline's. Misleads when the baseline was learned in too few weeks
    (`baseline.run_length` says how much), when looks have under five answers, and when they hang together (a season:
    take it out first). Source: Page 1954, Biometrika 41; start of change: Page 1954, Nishina 1992.
    Raises ValueError for impossible counts.

    >>> from fiilis.science.sums import Counts
    >>> state = Cusum(Baseline(30.0, 80.0, 0.0, 2000, 50))
    >>> weeks = {"W30": Counts(9, 10, 21), "W31": Counts(9, 11, 20), "W32": Counts(18, 8, 14), "W33": Counts(19, 9, 12)}
    >>> for week, answers in weeks.items():
    ...     state, alarm = update(state, week, answers)
    >>> alarm.direction, alarm.at, alarm.since, alarm.n
    (<Direction.DOWN: 'down'>, 'W33', 'W32', 80)
    """
    if answers.trouble() is Unknown.INVALID:
        raise ValueError(f"impossible counts at {at}: {answers}")
    if answers.n == 0:
        return state, None
    score = standardised(state.baseline, answers)
    down = _step(state.down, -score - state.k, at, answers.n)
    up = _step(state.up, score - state.k, at, answers.n) if state.two_sided else state.up
    direction, run = (Direction.DOWN, down) if down.total >= up.total else (Direction.UP, up)
    if run.start is None or run.total < state.h:
        return replace(state, up=up, down=down), None
    alarm = Alarm(direction, at, run.start, run.looks, run.n, run.total, state.h)
    return replace(state, up=Run(), down=Run()), alarm


def _step(run: Run, push: float, at: str, n: int) -> Run:
    total = run.total + push
    if total <= 0:
        return Run()
    return Run(total, run.start or at, run.looks + 1, run.n + n)

"""E-detector: an alarm whose bound on false alarms needs no model of the answers, only the ends of their scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, inf, log, log1p
from typing import Any

from fiilis.science.alarms.cusum import Alarm, Direction, Run
from fiilis.science.estimate import Estimate
from fiilis.science.intervals import Bounds
from fiilis.science.sequences import Watched
from fiilis.science.sequences import update as add_answers
from fiilis.science.sums import Counts, Tally

# From bold to timid, as in `sequences`; all are played at once, each with an equal share.
_STAKES = tuple(0.98 * 2 ** (-step / 2) for step in range(12))


class Kind(StrEnum):
    """How past looks are put together: as a sum over all starts (Shiryaev-Roberts), or the likeliest start (CUSUM)."""

    SHIRYAEV_ROBERTS = "shiryaev_roberts"
    CUSUM = "cusum"


@dataclass(frozen=True, slots=True)
class EDetector:
    """The state of one stream, small enough to be kept as JSON: `dataclasses.asdict` out, `from_dict` in.

    Looks for means below `normal` (direction DOWN) or above it (UP) on a scale with ends `bounds`. `alpha`: the mean
    number of looks to a false alarm is at least 1 / alpha. `logs` holds one log-statistic a stake, `runs` the same
    stakes' CUSUMs, which tell the start of the change.
    """

    bounds: Bounds
    normal: float
    alpha: float
    direction: Direction = Direction.DOWN
    kind: Kind = Kind.SHIRYAEV_ROBERTS
    logs: tuple[float, ...] = (-inf,) * len(_STAKES)
    runs: tuple[Run, ...] = (Run(),) * len(_STAKES)

    def __post_init__(self) -> None:
        if not (0 < self.alpha < 1 and self.bounds[0] < self.normal < self.bounds[1]):
            raise ValueError("alpha is between 0 and 1, and what is normal lies inside the scale")

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> EDetector:
        """Return the state that `dataclasses.asdict` took apart, also after a way through JSON.

        >>> import dataclasses, json
        >>> state, _ = update(EDetector((0.0, 1.0), 0.8, 0.01), "W31", Tally(6, 10))
        >>> EDetector.from_dict(json.loads(json.dumps(dataclasses.asdict(state)))) == state
        True
        """
        low, high = kept["bounds"]
        changed = {
            "bounds": (float(low), float(high)),
            "direction": Direction(kept["direction"]),
            "kind": Kind(kept["kind"]),
            "logs": tuple(kept["logs"]),
            "runs": tuple(Run(**run) for run in kept["runs"]),
        }
        return cls(**(dict(kept) | changed))


def alpha_for(at_most: float, *, series: int = 1, looks_a_year: float = 52) -> float:
    """Return the alpha with at most so many false alarms a year over all series together.

    Raises ValueError unless the answer is between 0 and 1.

    >>> round(1 / alpha_for(5, series=20), 6)
    208.0
    """
    alpha = at_most / (series * looks_a_year)
    if not 0 < alpha < 1:
        raise ValueError(f"{at_most} false alarms a year over {series} series make no alpha between 0 and 1")
    return alpha


def watching(
    baseline: Estimate, bounds: Bounds, alpha: float, direction: Direction = Direction.DOWN, material: float = 0.0
) -> EDetector:
    """Return a detector that starts from a baseline's interval, not its value: its doubt can't cause false alarms.

    A drop is looked for below the baseline's lower limit less `material`, the change that doesn't matter; a rise above
    the upper limit plus it. The bound holds unless the truth was outside the baseline's interval already.
    Raises ValueError when the baseline isn't known, or no scale is left beyond its limit.

    >>> from fiilis.science.metrics import share
    >>> round(watching(share(820, 1000), (0, 1), alpha=0.005).normal, 3)
    0.795
    """
    if baseline.low is None or baseline.high is None:
        raise ValueError(f"an unknown baseline can't be watched: {baseline.unknown}")
    limit = baseline.low - material if direction is Direction.DOWN else baseline.high + material
    return EDetector((float(bounds[0]), float(bounds[1])), limit, alpha, direction)


def update(state: EDetector, at: str, answers: Counts | Tally | Mapping[float, int]) -> tuple[EDetector, Alarm | None]:
    """Return the state after one more look, and the alarm if there is one; then it starts anew.

    `at` names the look, in the order of time; `answers` are that look's own: Counts, Tally, or {score: times}. H0:
    whatever came before, the mean of each answer isn't beyond `normal`. Then the mean run length is at least
    1 / alpha looks, for any distribution on the scale. Slower than a CUSUM whose model holds (about twice the looks);
    holds where that one's doesn't: few answers, answers piled up at one end. Source: Shin, Ramdas & Rinaldo 2023, New
    England Journal of Statistics in Data Science 2. Raises ValueError for impossible counts or scores off the scale.

    >>> state = EDetector((0.0, 1.0), 0.8, alpha=1 / 208)
    >>> weeks = {"W30": Tally(34, 40), "W31": Tally(33, 40), "W32": Tally(25, 40), "W33": Tally(24, 40)}
    >>> for week, answers in weeks.items():
    ...     state, alarm = update(state, week, answers)
    >>> alarm.direction, alarm.at, alarm.since, alarm.n
    (<Direction.DOWN: 'down'>, 'W33', 'W32', 80)
    """
    batch = add_answers(Watched(state.bounds), answers)
    if batch.n == 0:
        return state, None
    gains = _gains(state, batch)
    logs = tuple(_past(state.kind, one) + gain for one, gain in zip(state.logs, gains, strict=True))
    runs = tuple(_step(run, gain, at, batch.n) for run, gain in zip(state.runs, gains, strict=True))
    most = max(logs)
    together = most + log(sum(exp(one - most) for one in logs) / len(logs))
    if together < -log(state.alpha):
        return replace(state, logs=logs, runs=runs), None
    clearest = max(runs, key=lambda run: run.total)
    if clearest.start is None:  # many starts together, none of them likely alone
        clearest = Run(0.0, at, 1, batch.n)
    alarm = Alarm(state.direction, at, clearest.start or at, clearest.looks, clearest.n, together, -log(state.alpha))
    fresh = EDetector(state.bounds, state.normal, state.alpha, state.direction, state.kind)
    return fresh, alarm


def _gains(state: EDetector, batch: Watched) -> list[float]:
    """Return the log of each stake's gain: a fair game, or a losing one, while nothing has changed."""
    low, high = state.bounds
    if state.direction is Direction.DOWN:
        places = [((high - score) / (high - state.normal), times) for score, times in batch.counts]
    else:
        places = [((score - low) / (state.normal - low), times) for score, times in batch.counts]
    return [sum(times * log1p(stake * (place - 1)) for place, times in places) for stake in _STAKES]


def _past(kind: Kind, so_far: float) -> float:
    """Return log(1 + M), or log(max(1, M)), where `so_far` is log M."""
    if kind is Kind.CUSUM:
        return max(0.0, so_far)
    return so_far + log1p(exp(-so_far)) if so_far > 0 else log1p(exp(so_far))


def _step(run: Run, gain: float, at: str, n: int) -> Run:
    total = run.total + gain
    return Run(total, run.start or at, run.looks + 1, run.n + n) if total > 0 else Run()

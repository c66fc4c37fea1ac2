"""What the worker does round after round: each room adds its step, the worker calls them in order."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Round:
    """One step: `run` does a short piece of work and returns whether there may be more of it now."""

    name: str
    order: int
    run: Callable[[], bool]


_rounds: dict[str, Round] = {}


def register(step: Round) -> None:
    """Add a step. Order: 10 digest, 20 outbox consumers, 30 facts."""
    _rounds[step.name] = step


def steps() -> list[Round]:
    """Return the steps in order."""
    return sorted(_rounds.values(), key=lambda step: (step.order, step.name))

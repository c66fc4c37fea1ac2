"""The simulator's turn in the worker's round: plays a week when one is due, lets an answer come when one is."""

import time

from fiilis.core import clock, rounds
from fiilis.simulate.models import Simulation

LOOK_SECONDS = 0.25

_next_look = 0.0


def register() -> None:
    """Put playing into the worker's round."""
    rounds.register(rounds.Round("simulate.play", 40, turn))


def turn() -> bool:
    """Play one step of each shop that is being played; return whether there may be more of it now.

    Looks four times a second: the worker goes round far more often, and most installations have no shop at all.
    """
    global _next_look
    if time.monotonic() < _next_look:
        return False
    _next_look = time.monotonic() + LOOK_SECONDS
    every = Simulation.objects.across_workspaces(reason="the worker plays every shop that somebody started")
    if every.filter(next_at__lte=clock.now()).exclude(week=None, lives_until=None).exists():
        from fiilis.simulate.services import playing  # noqa: PLC0415 - slow import

        playing.turn()
    return False

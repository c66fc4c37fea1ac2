"""The simulator's turn in the worker's round: plays a week when one is due, lets an answer come when one is."""

from fiilis.core import rounds


def register() -> None:
    """Put playing into the worker's round."""
    rounds.register(rounds.Round("simulate.play", 40, turn))


def turn() -> bool:
    """Play one step of each shop that is being played; return whether there may be more of it now."""
    from fiilis.simulate.services import playing  # noqa: PLC0415 - slow import

    return playing.turn()

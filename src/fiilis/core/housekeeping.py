"""Core's own recurring work."""

from datetime import timedelta

from fiilis.core import outbox, rounds, schedule


def register() -> None:
    """Put the outbox's delivery and clean-up into the worker's hands."""
    rounds.register(rounds.Round("core.outbox", 20, outbox.pump_all))
    schedule.register(schedule.Job("core.outbox.trim", timedelta(hours=6), outbox.trim))

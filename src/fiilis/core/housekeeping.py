"""Core's own recurring work."""

from datetime import timedelta

from fiilis.core import outbox, schedule


def register() -> None:
    """Put the outbox's clean-up on the schedule."""
    schedule.register(schedule.Job("core.outbox.trim", timedelta(hours=6), outbox.trim))

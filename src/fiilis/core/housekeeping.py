"""Core's own recurring work."""

from datetime import timedelta

from fiilis.core import live_door, outbox, permissions, rounds, schedule


def register() -> None:
    """Put the outbox's delivery and clean-up into the worker's hands; say who may listen."""
    permissions.register(
        live_door.PERMISSION, roles=permissions.INSIDERS, meaning="Be told at once when the figures have moved."
    )
    rounds.register(rounds.Round("core.outbox", 20, outbox.pump_all))
    schedule.register(schedule.Job("core.outbox.trim", timedelta(hours=6), outbox.trim))

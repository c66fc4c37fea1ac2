"""The warehouse's own recurring work. Engines are imported by whoever runs it, not at the start of the web process."""

from collections.abc import Iterator
from datetime import timedelta

from fiilis.core import doctor, outbox, rounds, schedule
from fiilis.core.doctor import Finding
from fiilis.warehouse.feeds import READER


def _sync() -> bool:
    from fiilis.warehouse import sync  # noqa: PLC0415 - slow import

    return sync.run_once()


def _maintain() -> None:
    from fiilis.warehouse import sync  # noqa: PLC0415 - slow import

    sync.maintain()


def _check() -> Iterator[Finding]:
    from fiilis.warehouse import checks  # noqa: PLC0415 - slow import

    yield from checks.check()


def register() -> None:
    """Put the sync, the maintenance and the doctor's check into the worker's hands."""
    outbox.register_batches(READER)
    rounds.register(rounds.Round("warehouse.sync", 30, _sync))
    schedule.register(schedule.Job("warehouse.maintain", timedelta(minutes=5), _maintain))
    doctor.register("facts", _check)

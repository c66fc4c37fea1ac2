"""The one place that reads the wall clock, so that tests and the simulator can hold it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_held: list[datetime] = []


def now() -> datetime:
    """Return the present moment in UTC, or the moment that `held` holds."""
    return _held[-1] if _held else datetime.now(UTC)


@contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (timezone-aware) inside the block; process-wide, for tests and simulations."""
    if moment.tzinfo is None:
        raise ValueError("the clock is held at a moment with a time zone")
    _held.append(moment)
    try:
        yield
    finally:
        _held.pop()

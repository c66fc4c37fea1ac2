"""Jobs that the worker runs every so often. A run is claimed by a conditional UPDATE: one worker runs it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from fiilis.core import clock
from fiilis.core.models import ScheduledRun


@dataclass(frozen=True, slots=True)
class Job:
    """A named job: what it does, how often. `run` takes nothing, works in short transactions and may be repeated."""

    name: str
    every: timedelta
    run: Callable[[], object]


_jobs: dict[str, Job] = {}


def register(job: Job) -> None:
    """Add a job to the worker's schedule."""
    _jobs[job.name] = job


def jobs() -> list[Job]:
    """Return all jobs."""
    return list(_jobs.values())


def claim(job: Job) -> bool:
    """Return True when the job is due and this call has claimed the run."""
    now = clock.now()
    _row, made = ScheduledRun.objects.get_or_create(name=job.name, defaults={"began_at": now})
    if made:
        return True
    due = ScheduledRun.objects.filter(name=job.name, began_at__lte=now - job.every)
    return due.update(began_at=now) == 1

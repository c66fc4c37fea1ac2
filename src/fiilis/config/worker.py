"""The worker's loop: digest, outbox, facts and the schedule, in one process beside the web process."""

import logging
import signal
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections

from fiilis.core import rounds, schedule

log = logging.getLogger("fiilis.worker")

IDLE_SECONDS = 0.1
SCHEDULE_SECONDS = 5.0
LONGEST_PAUSE = 30.0


class Pauses:
    """How long a failing step waits before its next try: 1 s, 2 s, 4 s ... 30 s."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._length: dict[str, float] = {}

    def ready(self, name: str) -> bool:
        """Return whether the step may run now."""
        return time.monotonic() >= self._until.get(name, 0.0)

    def failed(self, name: str) -> float:
        """Note a failure; return the pause in seconds."""
        length = min(self._length.get(name, 0.5) * 2, LONGEST_PAUSE)
        self._length[name] = length
        self._until[name] = time.monotonic() + length
        return length

    def succeeded(self, name: str) -> None:
        """Forget earlier failures."""
        self._length.pop(name, None)


def guarded(name: str, run: Callable[[], object], pauses: Pauses) -> bool:
    """Run one step; a failure is logged and pauses that step only. Return what the step returned, as a bool."""
    if not pauses.ready(name):
        return False
    try:
        more = bool(run())
    except Exception:  # the loop outlives any one step's failure (a lost database, a full disk) and tries again
        pause = pauses.failed(name)
        log.exception("%s failed; next try in %.0f s", name, pause)
        close_old_connections()
        return False
    pauses.succeeded(name)
    return more


def loop(stop: threading.Event) -> None:
    """Run until `stop` is set. Each step is short, so stopping takes at most one step."""
    pauses = Pauses()
    next_schedule = 0.0
    while not stop.is_set():
        close_old_connections()
        more = [guarded(step.name, step.run, pauses) for step in rounds.steps()]
        if time.monotonic() >= next_schedule:
            for job in schedule.jobs():
                if schedule.claim(job):
                    guarded(job.name, job.run, pauses)
            next_schedule = time.monotonic() + SCHEDULE_SECONDS
        if not any(more):
            stop.wait(IDLE_SECONDS)


def run() -> None:
    """Run in the foreground until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("worker started")
    loop(stop)
    log.info("worker stopped")

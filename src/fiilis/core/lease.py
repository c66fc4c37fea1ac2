"""A right that one process holds for a while: claimed by a conditional UPDATE that must change exactly one row."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q

from fiilis.core import clock, ids
from fiilis.core.models import Lease

# A name for this process; the random part tells a restarted process from the one before it.
HOLDER = f"{socket.gethostname()[:40]}:{os.getpid()}:{ids.public_code(6)}"


class LeaseHeld(Exception):
    """Somebody else holds the lease and did not let go in time."""


def claim(name: str, *, seconds: float, holder: str = HOLDER) -> bool:
    """Claim or renew the lease; return whether it is now the holder's until `seconds` from now."""
    now = clock.now()
    Lease.objects.get_or_create(name=name, defaults={"until": now - timedelta(seconds=1)})
    changed = Lease.objects.filter(Q(until__lte=now) | Q(holder=holder) | Q(holder=""), name=name).update(
        holder=holder, until=now + timedelta(seconds=seconds)
    )
    return changed == 1


def release(name: str, *, holder: str = HOLDER) -> None:
    """Let go, if it is still the holder's."""
    Lease.objects.filter(name=name, holder=holder).update(holder="", until=clock.now())


@contextmanager
def hold(name: str, *, seconds: float = 60, wait: float = 0) -> Iterator[None]:
    """Hold the lease inside the block; wait at most `wait` seconds for it, else raise `LeaseHeld`.

    Each block is a holder of its own, so two threads of one process exclude each other as well.
    """
    holder = f"{HOLDER}:{ids.public_code(6)}"
    deadline = time.monotonic() + wait
    while not claim(name, seconds=seconds, holder=holder):
        if time.monotonic() >= deadline:
            raise LeaseHeld(name)
        time.sleep(0.05)
    try:
        yield
    finally:
        release(name, holder=holder)

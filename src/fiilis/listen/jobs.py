"""Listen's work behind the scenes: the digest's turn in the worker's round, and the purge of raw answers."""

import logging
import threading
import time
from datetime import datetime, timedelta

from django.db import connections, transaction

from fiilis.core import clock, cursors, rounds, schedule
from fiilis.core.models import Cursor
from fiilis.intake import services as intake
from fiilis.listen.services import digest
from fiilis.listen.services.uploads import work

KEPT = timedelta(days=7)  # raw answers, counted from their digest
MARKS = "listen.purge"
PAUSE = 10.0  # seconds

log = logging.getLogger("fiilis.listen")


def register() -> None:
    """Put the digest into the worker's round and the purge on its schedule."""
    rounds.register(rounds.Round("listen.digest", 10, digest_turn))
    rounds.register(rounds.Round("listen.uploads", 40, uploads_turn))
    schedule.register(schedule.Job("listen.uploads.tidy", timedelta(hours=1), tidy_uploads))
    schedule.register(schedule.Job("listen.purge", timedelta(hours=1), purge_raw))


_beside: threading.Thread | None = None


def uploads_turn() -> bool:
    """Let a thread of its own serve uploads when any wait: a million rows must not keep fresh answers waiting."""
    global _beside
    if (_beside is None or not _beside.is_alive()) and work.waits():
        _beside = threading.Thread(target=_serve_uploads, name="uploads", daemon=True)
        _beside.start()
    return False


def _serve_uploads() -> None:
    try:
        while work.run_next():
            pass
    except Exception:  # a thread's failure is seen by nobody else; the next turn tries again
        log.exception("uploads: trying again in %.0f s", PAUSE)
        time.sleep(PAUSE)
    finally:
        connections.close_all()


def tidy_uploads() -> int:
    """Remove files of uploads that are a week old."""
    return work.tidy()


def digest_turn() -> bool:
    """Digest one batch; return whether there may be more."""
    return digest.digest() >= digest.BATCH


def digest_all() -> int:
    """Digest until the inbox is empty; return how many rows were passed."""
    total = 0
    while passed := digest.digest():
        total += passed
    return total


def purge_raw() -> int:
    """Ask intake to remove the raw rows whose digest is at least 7 days old; return up to which number (0: none).

    Each run leaves a mark (now, how far the digest has come) beside the purge's cursor; the newest mark that is old
    enough says how far to purge. A digest that stood still for days takes its rows' seven days with it.
    """
    now = clock.now()
    digested = Cursor.objects.filter(name=digest.CURSOR).values_list("after", flat=True).first() or 0
    with transaction.atomic():
        cursor = cursors.lock(MARKS)
        marks: list[list[str | int]] = [*(cursor.pending or []), [now.isoformat(), digested]]
        old = [mark for mark in marks if datetime.fromisoformat(str(mark[0])) <= now - KEPT]
        through = max((int(mark[1]) for mark in old), default=0)
        cursor.pending = marks[len(old) :]
        if through > cursor.after:
            cursor.after = through
            intake.request_purge(through_seq=through)
        else:
            through = 0
        cursor.moved_at = now
        cursor.save()
    return through

"""Listen's work behind the scenes: the digest's turn in the worker's round, and the purge of raw answers."""

from datetime import datetime, timedelta

from django.db import transaction

from fiilis.core import clock, cursors, rounds, schedule
from fiilis.core.models import Cursor
from fiilis.intake import services as intake
from fiilis.listen.services import digest

KEPT = timedelta(days=7)  # raw answers, counted from their digest
MARKS = "listen.purge"


def register() -> None:
    """Put the digest into the worker's round and the purge on its schedule."""
    rounds.register(rounds.Round("listen.digest", 10, digest_turn))
    schedule.register(schedule.Job("listen.purge", timedelta(hours=1), purge_raw))


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

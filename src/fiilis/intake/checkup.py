"""The doctor's look at the inbox: can it be read, does a commit reach the disk, does anything wait to be removed."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError

from fiilis.core import clock
from fiilis.core.doctor import Finding
from fiilis.intake import queries, router
from fiilis.intake.models import RemovalRequest

PATIENCE = timedelta(hours=1)


def examine() -> Iterator[Finding]:
    """Yield what is found, each with its remedy."""
    connection = connections[router.alias()]
    try:
        newest = queries.newest_seq()
    except DatabaseError as fault:
        yield Finding(False, f"the inbox can't be read ({type(fault).__name__})", "Run `fiilis migrate`.")
        return
    yield Finding(True, f"the inbox can be read ({newest} posts so far)")
    yield _durable(connection)
    late = RemovalRequest.objects.filter(made_at__lt=clock.now() - PATIENCE).count()
    if late:
        yield Finding(
            False, f"{late} requests to remove raw answers wait for more than an hour",
            "Is `fiilis serve` running, and is /healthz green? The web process removes them.",
        )  # fmt: skip


def _durable(connection: BaseDatabaseWrapper) -> Finding:
    """Say whether an answer that was acknowledged survives a power cut."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            safe, remedy = cursor.fetchone()[0] >= 2, "The inbox needs PRAGMA synchronous=FULL."
        else:
            # synchronous_commit is set by intake itself; fsync is the server's
            cursor.execute("SHOW fsync")
            safe, remedy = cursor.fetchone()[0] == "on", "Set fsync = on in postgresql.conf."
    if safe:
        return Finding(True, "a commit waits for the disk")
    return Finding(False, "a commit does not wait for the disk", remedy)

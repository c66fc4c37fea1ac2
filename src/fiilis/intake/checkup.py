"""The doctor's look at the inbox."""

from collections.abc import Iterator

from django.db import connections
from django.db.utils import DatabaseError

from fiilis.core.doctor import Finding
from fiilis.intake import queries, router


def examine() -> Iterator[Finding]:
    """Yield whether the inbox can be read, and on SQLite whether a commit waits for the disk."""
    connection = connections[router.alias()]
    try:
        newest = queries.newest_seq()
    except DatabaseError as fault:
        yield Finding(False, f"the inbox can't be read ({type(fault).__name__})", "Run `fiilis migrate`.")
        return
    yield Finding(True, f"the inbox can be read ({newest} posts so far)")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            full = cursor.fetchone()[0] >= 2
        yield Finding(full, "a commit waits for the disk" if full else "a commit does not wait for the disk",
                      "" if full else "The inbox needs PRAGMA synchronous=FULL.")  # fmt: skip

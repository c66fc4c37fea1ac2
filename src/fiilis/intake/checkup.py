"""The doctor's look at the inbox: can it be read, does a commit reach the disk, does anything wait to be removed."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        yield Finding(
            False,
            _("The inbox can't be read (%(fault)s).") % {"fault": type(fault).__name__},
            _("Run `fiilis migrate`."),
        )
        return
    yield Finding(True, _("The inbox can be read (%(posts)s posts so far).") % {"posts": newest})
    yield _durable(connection)
    late = RemovalRequest.objects.filter(made_at__lt=clock.now() - PATIENCE).count()
    if late:
        yield Finding(
            False, ngettext(
                "%(n)s request to remove raw answers waits for more than an hour.",
                "%(n)s requests to remove raw answers wait for more than an hour.",
                late,
            )
            % {"n": late},
            _("Is `fiilis serve` running, and is /healthz green? The web process removes them."),
        )  # fmt: skip


def _durable(connection: BaseDatabaseWrapper) -> Finding:
    """Say whether an answer that was acknowledged survives a power cut."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            safe, remedy = cursor.fetchone()[0] >= 2, _("The inbox needs PRAGMA synchronous=FULL.")
        else:
            # synchronous_commit is set by intake itself; fsync is the server's
            cursor.execute("SHOW fsync")
            safe, remedy = cursor.fetchone()[0] == "on", _("Set fsync = on in postgresql.conf.")
    if safe:
        return Finding(True, _("A commit waits for the disk."))
    return Finding(False, _("A commit does not wait for the disk."), remedy)

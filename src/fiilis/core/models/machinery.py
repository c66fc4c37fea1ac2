"""The machinery's own rows: outbox, cursors, leases, live topics and the schedule."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from fiilis.core import clock, ids


class TransactionId(models.Func):
    """The writing transaction's id on PostgreSQL, 0 on SQLite, as a column's database default.

    A reader needs it to find rows whose transaction committed after a later one: see `core.tail`.
    """

    output_field = models.BigIntegerField()
    arity = 0

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *args: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """Return SQL for the connection's vendor."""
        return ("(pg_current_xact_id()::text::bigint)" if connection.vendor == "postgresql" else "0"), ()


class OutboxEvent(models.Model):
    """A frozen event, written in the transaction that made it true. Carries ids, never text."""

    seq = models.BigAutoField(primary_key=True)
    xid = models.BigIntegerField(db_default=TransactionId())
    id = models.UUIDField(default=ids.uuid7, unique=True, editable=False)
    workspace = models.ForeignKey("core.Workspace", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        # serves core.tail on PostgreSQL: read again from a snapshot's xmin
        indexes = [models.Index(fields=["xid", "seq"], name="core_outbox_xid")]

    def __str__(self) -> str:
        return f"{self.seq} {self.name}"


class Cursor(models.Model):
    """How far a consumer has read a log. `pending` holds a batch that is being carried out outside this database."""

    name = models.CharField(max_length=80, primary_key=True)
    after = models.BigIntegerField(default=0)
    open_from = models.BigIntegerField(default=0)
    seen = models.JSONField(default=list)
    pending = models.JSONField(null=True)
    moved_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.name} at {self.after}"


class Lease(models.Model):
    """A right that one process holds for a while."""

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.CharField(max_length=80, blank=True, default="")
    until = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class LiveTopic(models.Model):
    """The newest version of something that open pages watch."""

    workspace = models.ForeignKey("core.Workspace", on_delete=models.CASCADE, related_name="+")
    topic = models.CharField(max_length=40)
    version = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "topic"], name="core_live_topic_once")]

    def __str__(self) -> str:
        return f"{self.topic} {self.version}"


class ScheduledRun(models.Model):
    """When a scheduled job last began."""

    name = models.CharField(max_length=80, primary_key=True)
    began_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

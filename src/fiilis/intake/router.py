"""Sends intake's hot tables to their own database file on SQLite, so that nobody else's write lock delays an answer."""

from typing import Any

from django.conf import settings
from django.db import models

ALIAS = "inbox"
# Models of intake that live in the inbox file; the others (published snapshots) live in the main database.
INBOX_MODELS = frozenset({"inboxrow"})


def alias() -> str:
    """Return the database alias of the inbox: its own file on SQLite, the main database on PostgreSQL."""
    return ALIAS if ALIAS in settings.DATABASES else "default"


class InboxRouter:
    """Django's router: only the inbox's models go to the inbox's file, and nothing else does."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        """Return the alias for reading."""
        return alias() if _is_inbox(model._meta.app_label, model._meta.model_name) else None

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str | None:
        """Return the alias for writing."""
        return self.db_for_read(model)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool | None:
        """Migrate the inbox's models in the inbox file only, and everything else in the main database only."""
        if ALIAS not in settings.DATABASES:
            return None
        return (db == ALIAS) == _is_inbox(app_label, model_name)


def _is_inbox(app_label: str, model_name: str | None) -> bool:
    return app_label == "intake" and model_name in INBOX_MODELS

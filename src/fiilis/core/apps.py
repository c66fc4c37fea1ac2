"""Registers core with Django."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The core app: its tables carry the prefix `core_`."""

    name = "fiilis.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register core's own events and jobs."""
        from fiilis.core import housekeeping  # noqa: PLC0415 - needs the app registry

        housekeeping.register()

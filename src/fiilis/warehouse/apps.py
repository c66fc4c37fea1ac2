"""Registers warehouse with Django."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """The warehouse app."""

    name = "fiilis.warehouse"
    label = "warehouse"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the worker's step, the maintenance and the doctor's check."""
        from fiilis.warehouse import housekeeping  # noqa: PLC0415 - needs the app registry

        housekeeping.register()

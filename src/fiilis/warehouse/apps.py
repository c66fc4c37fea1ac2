"""Registers warehouse with Django."""

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """The warehouse app."""

    name = "fiilis.warehouse"
    label = "warehouse"
    default_auto_field = "django.db.models.BigAutoField"

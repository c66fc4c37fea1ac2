"""Registers ecosystem with Django."""

from django.apps import AppConfig


class EcosystemConfig(AppConfig):
    """The ecosystem app."""

    name = "fiilis.ecosystem"
    label = "ecosystem"
    default_auto_field = "django.db.models.BigAutoField"

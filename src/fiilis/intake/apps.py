"""Registers intake with Django."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The intake app."""

    name = "fiilis.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

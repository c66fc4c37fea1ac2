"""Registers understand with Django."""

from django.apps import AppConfig


class UnderstandConfig(AppConfig):
    """The understand app."""

    name = "fiilis.understand"
    label = "understand"
    default_auto_field = "django.db.models.BigAutoField"

"""Registers home with Django."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The home app."""

    name = "fiilis.home"
    label = "home"
    default_auto_field = "django.db.models.BigAutoField"

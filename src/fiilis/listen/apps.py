"""Registers listen with Django."""

from django.apps import AppConfig


class ListenConfig(AppConfig):
    """The listen app."""

    name = "fiilis.listen"
    label = "listen"
    default_auto_field = "django.db.models.BigAutoField"

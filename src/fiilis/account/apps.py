"""Registers account with Django."""

from django.apps import AppConfig


class AccountConfig(AppConfig):
    """The account app."""

    name = "fiilis.account"
    label = "fiilis_account"  # allauth has taken "account"
    default_auto_field = "django.db.models.BigAutoField"

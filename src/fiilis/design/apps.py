"""Registers the design room with Django: its templates, template tags and static files."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    """Components, charts, styles and small scripts that every page is built from; it has no models."""

    name = "fiilis.design"
    label = "design"

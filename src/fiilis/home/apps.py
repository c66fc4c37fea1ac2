"""Registers home with Django and with core's registries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    """The home app."""

    name = "fiilis.home"
    label = "home"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the permission and the menu entry."""
        from fiilis.core import permissions, slots  # noqa: PLC0415 - needs the app registry

        permissions.register(
            "board.view",
            roles=permissions.INSIDERS,
            meaning="See the situation board and the answers behind its numbers.",
        )
        slots.add_menu_entry(slots.MenuEntry("listen", 0, _("Situation now"), "home:board", "board.view"))

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
        from fiilis.account import services as account  # noqa: PLC0415 - needs the app registry
        from fiilis.core import permissions, slots  # noqa: PLC0415 - needs the app registry
        from fiilis.core.models import Role  # noqa: PLC0415 - needs the app registry

        permissions.register(
            "board.view",
            roles=permissions.INSIDERS,
            meaning="See the situation board and the answers behind its numbers.",
        )
        permissions.register(
            "start.walk",
            roles=(Role.OWNER,),
            meaning="Take the five first steps of a workspace, from its name to the first answer.",
        )
        slots.add_top_entry(slots.TopEntry(_("Start your own workspace"), "home:start", account.may_start))
        slots.add_menu_entry(slots.MenuEntry("listen", 0, _("Situation now"), "home:board", "board.view"))
        slots.add_menu_entry(slots.MenuEntry("understand", 0, _("Surprises"), "home:surprises", "board.view"))

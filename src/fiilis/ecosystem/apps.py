"""Registers ecosystem with Django and with core's registries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EcosystemConfig(AppConfig):
    """The ecosystem app."""

    name = "fiilis.ecosystem"
    label = "ecosystem"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions and menu entries."""
        from fiilis.core import permissions, slots  # noqa: PLC0415 - needs the app registry

        permissions.register(
            "journey.view",
            roles=permissions.INSIDERS,
            meaning="See the customer journey, its touchpoints and who takes part.",
        )
        permissions.register(
            "journey.edit", roles=permissions.EDITORS, meaning="Lay out the customer journey of the workspace."
        )
        slots.add_menu_entry(
            slots.MenuEntry("understand", 10, _("Customer journey"), "ecosystem:journey", "journey.view")
        )
        permissions.register(
            "context.view",
            roles=permissions.INSIDERS,
            meaning="See what else was going on: strikes, weather, campaigns, own changes.",
        )
        permissions.register(
            "context.edit", roles=permissions.EDITORS, meaning="Write down what else was going on, and remove it."
        )
        slots.add_menu_entry(slots.MenuEntry("understand", 20, _("What went on"), "ecosystem:context", "context.view"))

"""Registers account with Django and with core's registries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountConfig(AppConfig):
    """The account app."""

    name = "fiilis.account"
    label = "fiilis_account"  # allauth has taken "account"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions and menu entries."""
        from fiilis.core import permissions, slots  # noqa: PLC0415 - needs the app registry
        from fiilis.core.models import Role  # noqa: PLC0415 - needs the app registry

        permissions.register("members.view", roles=permissions.INSIDERS, meaning="See who belongs to the workspace.")
        permissions.register("members.edit", roles=(Role.OWNER,), meaning="Add and remove members, change roles.")
        permissions.register(
            "audit.view", roles=permissions.EDITORS, meaning="See the audit trail and who has looked at personal data."
        )
        permissions.register("settings.edit", roles=(Role.OWNER,), meaning="Change the workspace's settings.")
        for order, (label, name, permission) in enumerate(
            [
                (_("Members"), "account:members", "members.view"),
                (_("Audit trail"), "account:audit", "audit.view"),
                (_("Workspace settings"), "account:settings", "settings.edit"),
            ]
        ):
            slots.add_menu_entry(slots.MenuEntry("settings", order, label, name, permission))

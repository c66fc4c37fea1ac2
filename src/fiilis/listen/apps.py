"""Registers listen with Django and with core's registries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListenConfig(AppConfig):
    """The listen app."""

    name = "fiilis.listen"
    label = "listen"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register permissions, menu entries, the digest, the purge and the facts."""
        from fiilis.core import permissions, slots  # noqa: PLC0415 - needs the app registry
        from fiilis.core.models import Role  # noqa: PLC0415 - needs the app registry
        from fiilis.listen import feeds, jobs  # noqa: PLC0415 - needs the app registry
        from fiilis.warehouse import feeds as warehouse  # noqa: PLC0415 - needs the app registry

        jobs.register()
        warehouse.register(feeds.FEED)

        permissions.register(
            "survey.view", roles=permissions.INSIDERS, meaning="See surveys, their links and versions."
        )
        permissions.register("survey.edit", roles=permissions.EDITORS, meaning="Make surveys and change their drafts.")
        permissions.register("survey.publish", roles=permissions.EDITORS, meaning="Publish, close and reopen surveys.")
        permissions.register(
            "import.view", roles=(*permissions.EDITORS, Role.ANALYST), meaning="See what has been imported from files."
        )
        permissions.register(
            "import.edit", roles=permissions.EDITORS, meaning="Import files of answers and take imports back."
        )
        slots.add_menu_entry(slots.MenuEntry("listen", 40, _("Imports"), "listen:imports", "import.view"))
        slots.add_menu_entry(slots.MenuEntry("listen", 30, _("Surveys"), "listen:surveys", "survey.view"))

"""Registers the simulator with Django and with core's registries."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from fiilis.simulate.types import MADE_UP


class SimulateConfig(AppConfig):
    """The simulate app."""

    name = "fiilis.simulate"
    label = "simulate"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the permissions, the menu entry and the worker's turn."""
        from fiilis.core import permissions, slots  # noqa: PLC0415 - needs the app registry
        from fiilis.simulate import jobs  # noqa: PLC0415 - needs the app registry

        jobs.register()
        permissions.register(
            "simulation.view", roles=permissions.INSIDERS, meaning="See a made-up shop's dashboards side by side."
        )
        permissions.register(
            "simulation.play", roles=permissions.EDITORS, meaning="Play a made-up shop's weeks and open its seal."
        )
        slots.add_menu_entry(
            slots.MenuEntry(
                "prove", 90, _("Put us to the test"), "simulate:test", "simulation.view",
                shown=lambda workspace: workspace.data_note == MADE_UP,
            )
        )  # fmt: skip

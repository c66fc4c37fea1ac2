"""Registers intake with Django and its check with the doctor."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """The intake app."""

    name = "fiilis.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the doctor's check."""
        from fiilis.core import doctor  # noqa: PLC0415 - needs the app registry
        from fiilis.intake import checkup  # noqa: PLC0415 - needs the app registry

        doctor.register("inbox", checkup.examine)

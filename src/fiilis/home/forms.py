"""Forms of the first steps."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fiilis.account.forms import COMMON_ZONES, ZoneSelect, zone_choices
from fiilis.home.services import CUSTOMERS_MOST, RATES
from fiilis.listen.types import LANGUAGES

OTHER = "other"
EXAMPLE_CUSTOMERS, USUAL_RATE = 1000, 10


class ShopForm(forms.Form):
    """Whose customers are asked, in which languages, and when her day begins."""

    name = forms.CharField(
        label=_("Name of the organisation"), max_length=120, help_text=_("Your customers see it on the survey.")
    )
    language = forms.ChoiceField(
        label=_("Language of the workspace"),
        choices=settings.LANGUAGES,
        help_text=_("Each reader may choose another for herself."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of your customers"),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One survey in many languages gives one result."),
        error_messages={"required": _("Choose at least one language.")},
    )
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Where your days begin and end."))
    other_zone = forms.ChoiceField(label=_("Another time zone"), required=False, widget=ZoneSelect)

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        known = {zone for zone, _name in COMMON_ZONES}
        values = self._first() | (initial or {})
        zone = values.pop("time_zone")
        values |= {"zone": zone if zone in known else OTHER, "other_zone": zone}
        super().__init__(data, initial=values)
        self._choose("zone", [*COMMON_ZONES, (OTHER, _("Another time zone"))])
        self._choose("other_zone", zone_choices())

    @staticmethod
    def _first() -> dict[str, Any]:
        active = (get_language() or "en").partition("-")[0]
        return {"language": active, "languages": [active], "time_zone": settings.FIILIS_TIME_ZONE}

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Return the form with `time_zone`, from whichever of the two lists it was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        zone = cleaned.get("zone")
        if zone == OTHER:
            zone = cleaned.get("other_zone")
            if not zone and "other_zone" not in self.errors:
                self.add_error("other_zone", _("Choose the time zone."))
        cleaned["time_zone"] = zone
        return cleaned

    def workspace(self) -> dict[str, str]:
        """Return what belongs to the workspace itself."""
        return {name: self.cleaned_data[name] for name in ("name", "language", "time_zone")}

    def languages_asked(self) -> list[str]:
        """Return the customers' languages in their usual order."""
        return [language for language in LANGUAGES if language in self.cleaned_data["languages"]]


class ForecastForm(forms.Form):
    """What the forecast is made of. Not saved by itself: it is read from the address."""

    customers = forms.IntegerField(
        label=_("Customers you could ask, a month"), min_value=0, max_value=CUSTOMERS_MOST, localize=False
    )
    rate = forms.TypedChoiceField(label=_("How many answer"), coerce=int, choices=[(rate, rate) for rate in RATES])

    def __init__(self, data: Any = None, *, customers: int = 0, rate: int = 0) -> None:
        start = {"customers": customers or EXAMPLE_CUSTOMERS, "rate": rate or USUAL_RATE}
        super().__init__(data, initial=start, auto_id="forecast-%s")

"""Forms of account."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm as TheirLoginForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fiilis.core.errors import Problem
from fiilis.core.models import Role
from fiilis.design import logos

OUR_BLUE = "#1d4ed8"
# First in every list of time zones: where most of those who read it are. Named as people name them.
COMMON_ZONES = [
    ("Europe/Helsinki", _("Helsinki")),
    ("Europe/Stockholm", _("Stockholm")),
    ("Europe/Tallinn", _("Tallinn")),
    ("Europe/Oslo", _("Oslo")),
    ("Europe/Copenhagen", _("Copenhagen")),
    ("Europe/Riga", _("Riga")),
    ("Europe/Vilnius", _("Vilnius")),
    ("Europe/Warsaw", _("Warsaw")),
    ("Europe/Berlin", _("Berlin")),
    ("Europe/London", _("London")),
    ("Europe/Dublin", _("Dublin")),
    ("Europe/Paris", _("Paris")),
    ("Europe/Madrid", _("Madrid")),
    ("America/New_York", _("New York")),
    ("America/Los_Angeles", _("Los Angeles")),
]
CONTINENTS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("The Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("The Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("The Indian Ocean"),
    "Pacific": _("The Pacific"),
}


def zone_choices() -> list[tuple[Any, Any]]:
    """Return the time zones: the common ones first, then all of them by continent and city."""
    groups: dict[str, list[tuple[str, str]]] = {}
    common = {zone for zone, _name in COMMON_ZONES}
    for zone in sorted(available_timezones() - common):
        continent, _slash, city = zone.partition("/")
        if continent in CONTINENTS:
            groups.setdefault(continent, []).append((zone, city.replace("_", " ").replace("/", " – ")))
    groups_named = [(CONTINENTS[continent], zones) for continent, zones in groups.items()]
    return [(_("Often chosen"), list(COMMON_ZONES)), *groups_named]


class LoginForm(TheirLoginForm):  # type: ignore[misc]  # allauth ships no types
    """Sign-in, with the same word for the address as everywhere else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")


class MemberForm(forms.Form):
    """Add a member."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ANALYST)


class RoleForm(forms.Form):
    """Change a role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class ZoneSelect(forms.Select):
    """A list of time zones by their names in the zone database, which no program should translate."""

    def __init__(self) -> None:
        super().__init__(attrs={"translate": "no"})


class SettingsForm(forms.Form):
    """A workspace's settings."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Where this workspace's days begin. Changing it concerns new answers only."),
        choices=zone_choices,
        widget=ZoneSelect,
    )


class LookForm(forms.Form):
    """Logo and colour as customers see them."""

    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP. It is made small enough for a phone, and nothing else of the file is kept."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    drop_logo = forms.BooleanField(label=_("Show the name instead of the logo"), required=False)
    accent = forms.RegexField(
        label=_("Colour"),
        regex=r"^#[0-9A-Fa-f]{6}$",
        help_text=_("Buttons, chosen answers and links of the survey page."),
        widget=forms.TextInput(attrs={"type": "color"}),
        error_messages={"invalid": _("Write the colour as # and six digits or letters a–f, such as #0f766e.")},
    )

    def __init__(self, data: Any = None, files: Any = None, *, accent: str = "", has_logo: bool = False) -> None:
        super().__init__(data, files, initial={"accent": accent or OUR_BLUE})
        if not has_logo:
            del self.fields["drop_logo"]

    def clean_logo(self) -> logos.Logo | None:
        """Make the picture safe and small."""
        upload = self.cleaned_data["logo"]
        if not upload:
            return None
        try:
            # One byte more than is taken tells a file that is too large without reading all of it.
            return logos.remade(upload.read(logos.UPLOAD_MOST + 1))
        except Problem as problem:
            raise forms.ValidationError(problem.detail, code=problem.code) from None

    def clean_accent(self) -> str:
        """Return the colour in small letters; our own blue is no colour of theirs."""
        accent = str(self.cleaned_data["accent"]).lower()
        return "" if accent == OUR_BLUE else accent

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `services.set_look`."""
        return {
            "accent": self.cleaned_data["accent"],
            "logo": self.cleaned_data["logo"],
            "drop_logo": self.cleaned_data.get("drop_logo", False),
        }


class PasswordForm(forms.Form):
    """Choose a password for the first time."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A few words that belong together only in your mind are good."),
    )

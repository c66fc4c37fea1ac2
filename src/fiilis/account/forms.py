"""Forms of account."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from fiilis.core.models import Role


class MemberForm(forms.Form):
    """Add a member."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=120)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.ANALYST)


class RoleForm(forms.Form):
    """Change a role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class SettingsForm(forms.Form):
    """A workspace's settings."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Where this workspace's days begin. Changing it concerns new answers only."),
        choices=[(zone, zone) for zone in sorted(available_timezones()) if "/" in zone],
    )


class PasswordForm(forms.Form):
    """Choose a password for the first time."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A few words that belong together only in your mind are good."),
    )

"""Forms of ecosystem."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fiilis.ecosystem.types import ContextKind


class ContextForm(forms.Form):
    """Write down what else was going on."""

    name = forms.CharField(label=_("What happened"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=ContextKind.choices, initial=ContextKind.CHANGE)
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Leave empty when it was one day."),
    )
    evidence = forms.CharField(
        label=_("What a change of our own rests on"),
        max_length=300,
        required=False,
        help_text=_("Which answers, interviews or tests spoke for it? Without any it is marked as an assumption."),
    )

"""Forms of a whole survey: making one, and what isn't a question."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fiilis.listen.services.checking import LENGTHS, language_name
from fiilis.listen.services.surveys import NAME_MAX
from fiilis.listen.types import LANGUAGES, Definition, Mode, Texts
from fiilis.listen.wordings import Template

TEMPLATE_CHOICES = [
    (Template.NPS.value, _("Recommendation (NPS): 0–10 and the reason")),
    (Template.FACES.value, _("Satisfaction (CSAT): four faces and the reason")),
    (Template.SATISFACTION.value, _("Satisfaction (CSAT): 1–5 and the reason")),
    (Template.EASE.value, _("Ease (CES): 1–7, and what was difficult")),
    (Template.SOLVED.value, _("Was it solved? Yes, partly, no, and what remains")),
    (Template.BLANK.value, _("Blank: your own questions")),
]
Choices = Sequence[tuple[Any, Any]]


def language_choices() -> list[tuple[str, str]]:
    """Return the languages for a form, in the reader's language."""
    return [(code, capfirst(language_name(code))) for code in LANGUAGES]


class DraftText(forms.CharField):
    """A text that publishing will ask for; a draft may still lack it."""

    def validate(self, value: Any) -> None:
        """Let an empty text pass."""


def text_field(label: Any, what: str, language: str, *, wanted: bool = True, rows: int = 2) -> forms.CharField:
    """Return the field of one text in one language; `what` names its greatest length in checking.LENGTHS."""
    widget = forms.Textarea(attrs={"rows": rows, "lang": language}) if rows > 1 else forms.TextInput({"lang": language})
    kind = DraftText if wanted else forms.CharField
    return kind(label=label, max_length=LENGTHS[what], widget=widget, required=wanted)


class Group:
    """One text in all the survey's languages, side by side: `legend`, and a bound field for each language."""

    def __init__(self, form: forms.Form, legend: Any, prefix: str, languages: Sequence[str], note: Any = "") -> None:
        self.legend = legend
        self.note = note
        self.fields = [form[f"{prefix}_{language}"] for language in languages]
        # Of design's twelve columns: two languages share a row by halves, three by thirds.
        self.span = {1: "", 2: "span-6"}.get(len(languages), "span-4")


def texts_of(cleaned: dict[str, Any], prefix: str, languages: Sequence[str]) -> Texts:
    """Return a form's texts of one prefix by language."""
    return {language: cleaned[f"{prefix}_{language}"] for language in languages}


class NewSurveyForm(forms.Form):
    """Make a survey."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_MAX,
        help_text=_("For your own list; customers see the title, which you write next."),
    )
    template = forms.ChoiceField(
        label=_("Begin with"), choices=TEMPLATE_CHOICES, widget=forms.RadioSelect, initial=Template.NPS.value
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=language_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One survey in many languages gives one result."),
        error_messages={"required": _("Choose at least one language.")},
    )


class SettingsForm(forms.Form):
    """Name, languages, texts and manner of a survey."""

    use_required_attribute = False

    name = forms.CharField(label=_("Name"), max_length=NAME_MAX)
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=language_choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Standard questions bring their words in a new language; your own texts wait for you."),
        error_messages={"required": _("Choose at least one language.")},
    )
    mode = forms.ChoiceField(
        label=_("How the questions are shown"),
        choices=[(Mode.ONE.value, _("One question at a time")), (Mode.ALL.value, _("All questions on one page"))],
        widget=forms.RadioSelect,
    )
    touchpoint = forms.ChoiceField(
        label=_("Touchpoint"), required=False, help_text=_("Where the answers belong on the customer's path.")
    )

    def __init__(self, data: Any, *, name: str, draft: Definition, touchpoints: Choices) -> None:
        super().__init__(
            data,
            initial={
                "name": name,
                "languages": list(draft.languages),
                "mode": draft.mode.value,
                "touchpoint": draft.touchpoint or "",
            },
        )
        self.asked = [language for language in LANGUAGES if language in draft.languages]
        touchpoint = self.fields["touchpoint"]
        assert isinstance(touchpoint, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
        touchpoint.choices = [("", _("No touchpoint")), *touchpoints]
        for language in self.asked:
            label = capfirst(language_name(language))
            for prefix, texts, wanted, rows in (
                ("title", draft.title, True, 1),
                ("intro", draft.intro, False, 3),
                ("thanks", draft.thanks, False, 3),
            ):
                made = text_field(label, prefix, language, wanted=wanted, rows=rows)
                made.initial = texts.get(language, "")
                self.fields[f"{prefix}_{language}"] = made

    def groups(self) -> list[Group]:
        """Return the texts, language beside language."""
        return [
            Group(self, _("Title"), "title", self.asked),
            Group(self, _("Introduction"), "intro", self.asked),
            Group(
                self,
                _("Thank-you text"),
                "thanks",
                self.asked,
                note=_("Say what happens next: who reads the answers and what they lead to."),
            ),
        ]

    def settings(self) -> dict[str, Any]:
        """Return the arguments of `services.questions.change_settings`."""
        return {
            "name": self.cleaned_data["name"],
            "languages": [language for language in LANGUAGES if language in self.cleaned_data["languages"]],
            "mode": Mode(self.cleaned_data["mode"]),
            "touchpoint": self.cleaned_data["touchpoint"] or None,
            **{prefix: texts_of(self.cleaned_data, prefix, self.asked) for prefix in ("title", "intro", "thanks")},
        }


class SourceForm(forms.Form):
    """Tag a link, so that its answers can be told from others."""

    source = forms.RegexField(
        label=_("Source tag"),
        regex=r"^[A-Za-z0-9._-]{1,60}$",
        required=False,
        help_text=_("For example receipt, door or newsletter-12: letters a–z, digits, dots and hyphens."),
        error_messages={"invalid": _("Use letters a–z, digits, dots, hyphens and underscores, at most 60.")},
    )

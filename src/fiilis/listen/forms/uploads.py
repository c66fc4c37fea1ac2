"""Forms of an upload: the file, what its columns are, and where its names stand."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fiilis.core.errors import Invalid
from fiilis.listen.services.checking import LENGTHS
from fiilis.listen.services.imports.chosen import Choices
from fiilis.listen.services.imports.guessing import Role
from fiilis.listen.services.imports.tables import Table

EXAMPLES, EXAMPLE_LENGTH = 3, 30
OUT = "-"


class FileForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("File of answers"),
        help_text=gettext_lazy("CSV or a workbook (.xlsx), with the columns' names in the first rows."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        allow_empty_file=True,  # the service has the word for it
    )


def role_choices() -> list[tuple[str, Any]]:
    """Return what a column can be, in words."""
    return [
        (OUT, _("– leave out –")),
        (_("Answers"), [
            (Role.NPS.value, _("Recommendation (NPS) 0–10")),
            (Role.CSAT5.value, _("Satisfaction (CSAT) 1–5")),
            (Role.CSAT4.value, _("Satisfaction (CSAT), four faces")),
            (Role.CES7.value, _("Ease (CES) 1–7")),
            (Role.CES5.value, _("Ease (CES) 1–5")),
            (Role.COMMENT.value, _("Comment in own words")),
        ]),
        (_("About the answer"), [
            (Role.TIME.value, _("When it was answered")),
            (Role.EVENT.value, _("When it happened")),
            (Role.TOUCHPOINT.value, _("Touchpoint")),
            (Role.LANGUAGE.value, _("Language")),
            (Role.PERSON.value, _("Customer's number")),
            (Role.WEIGHT.value, _("Weight")),
            (Role.ATTRIBUTE.value, _("Other: to compare groups by")),
        ]),
    ]  # fmt: skip


class ChoicesForm(forms.Form):
    """What each column is, and what the file doesn't say itself."""

    name = forms.CharField(
        label=gettext_lazy("Name of the survey"),
        help_text=gettext_lazy("Files with the same name and columns continue one series."),
        max_length=LENGTHS["title"],
    )

    def __init__(self, data: Any, table: Table, choices: Choices, places: Mapping[str, str]) -> None:
        """`places` are the touchpoints' names by key."""
        super().__init__(data)
        self.table = table
        self.initial["name"] = choices.name
        for number, column in enumerate(table.columns):
            examples = [row[number] for row in table.sample if row[number]]
            said = " · ".join(_short(example) for example in list(dict.fromkeys(examples))[:EXAMPLES])
            self.fields[f"role_{number}"] = forms.ChoiceField(
                label=column.name, choices=role_choices(), help_text=said or _("empty"),
                initial=choices.roles.get(column.name) or OUT,
            )  # fmt: skip
        self._add_rest(table, choices, places)

    def _add_rest(self, table: Table, choices: Choices, places: Mapping[str, str]) -> None:
        self.fields["order"] = forms.ChoiceField(
            label=_("Days are written as"),
            choices=[("dmy", _("day, month, year: 31.12.2026")), ("mdy", _("month, day, year: 12/31/2026")),
                     ("ymd", _("year, month, day: 2026-12-31"))],
            initial=choices.order or "dmy",
        )  # fmt: skip
        self.fields["day"] = forms.DateField(
            label=_("One date for all rows"), required=False, initial=choices.day,
            help_text=_("Only when no column says when the answer was given."),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"],
        )  # fmt: skip
        self.fields["touchpoint"] = forms.ChoiceField(
            label=_("One touchpoint for all rows"), choices=[("", _("– none –")), *places.items()], required=False,
            initial=choices.touchpoint if choices.touchpoint in places else "",
            help_text=_("Where a column names the touchpoint, this stands for the rows that name none."),
        )  # fmt: skip
        self.fields["blank"] = forms.CharField(
            label=_("Values that mean “no answer”"), required=False, max_length=200, initial=", ".join(choices.blank),
            help_text=_("With commas between, such as: 99, En osaa sanoa"),
        )  # fmt: skip

    @property
    def columns(self) -> list[forms.BoundField]:
        """The columns' fields."""
        return [self[f"role_{number}"] for number in range(len(self.table.columns))]

    def choices(self) -> Choices:
        """Return what is chosen; ask only when the form is valid."""
        cleaned = self.cleaned_data
        given = {column.name: cleaned[f"role_{number}"] for number, column in enumerate(self.table.columns)}
        roles = {name: "" if role == OUT else role for name, role in given.items()}
        return Choices(
            name=cleaned["name"], roles=roles, order=cleaned["order"],
            day=cleaned["day"].isoformat() if cleaned["day"] else "", touchpoint=cleaned["touchpoint"],
            blank=tuple(part.strip() for part in cleaned["blank"].split(",") if part.strip()),
        )  # fmt: skip

    def take(self, problem: Invalid) -> None:
        """Show a problem's parts beside their fields."""
        numbers = {column.name: f"role_{number}" for number, column in enumerate(self.table.columns)}
        for one in problem.fields:
            field = numbers.get(one.field, one.field)
            self.add_error(field if field in self.fields else None, one.text)
        if not problem.fields:
            self.add_error(None, problem.detail)


def _short(example: str) -> str:
    flat = " ".join(example.split())
    return flat if len(flat) <= EXAMPLE_LENGTH else f"{flat[: EXAMPLE_LENGTH - 1]}…"


class WhereForm(forms.Form):
    """Where the table stands in its file."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    skip = forms.IntegerField(label=gettext_lazy("Rows above the columns' names"), min_value=0, max_value=20)
    head = forms.IntegerField(label=gettext_lazy("Rows of names"), min_value=1, max_value=5)

    def __init__(self, data: Any, table: Table) -> None:
        super().__init__(data, initial={"sheet": table.sheet, "skip": table.skip, "head": table.head})
        if len(table.sheets) > 1:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet"), required=False, choices=[(name, name) for name in table.sheets]
            )
        else:
            del self.fields["sheet"]

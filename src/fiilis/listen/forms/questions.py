"""The form of one question: its words in each language, its condition, its touchpoint."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from fiilis.listen import wordings
from fiilis.listen.forms.surveys import Choices, Group, text_field, texts_of
from fiilis.listen.services import checking
from fiilis.listen.types import LANGUAGES, NUMERIC, Definition, Option, Question, ShowIf, Style, Texts

PRESET_CHOICES = [
    (wordings.Preset.NPS.value, _("Recommendation (NPS) 0–10")),
    (wordings.Preset.FACES.value, _("Satisfaction (CSAT), four faces")),
    (wordings.Preset.SATISFACTION.value, _("Satisfaction (CSAT) 1–5")),
    (wordings.Preset.EASE.value, _("Ease (CES) 1–7")),
    (wordings.Preset.SOLVED.value, _("Was it solved?")),
    (wordings.Preset.EMOTION.value, _("Emotion")),
    (wordings.Preset.SINGLE.value, _("One choice")),
    (wordings.Preset.MULTIPLE.value, _("Several choices")),
    (wordings.Preset.SHORT.value, _("Short text")),
    (wordings.Preset.LONG.value, _("Long text")),
]


class AddQuestionForm(forms.Form):
    """Choose what to add."""

    preset = forms.ChoiceField(label=_("Kind of question"), choices=PRESET_CHOICES)


class QuestionForm(forms.Form):
    """Change one question. Kind and scale aren't here: they never change."""

    use_required_attribute = False

    required = forms.BooleanField(label=_("Must be answered"), required=False)
    touchpoint = forms.ChoiceField(label=_("Touchpoint"), required=False)

    def __init__(self, data: Any, *, draft: Definition, question: Question, touchpoints: Choices) -> None:
        super().__init__(
            data, initial={"required": question.required, "touchpoint": question.touchpoint or ""}, auto_id="f_%s"
        )
        self.question = question
        self.asked = [language for language in LANGUAGES if language in draft.languages]
        self.ends = question.kind in NUMERIC and question.style is Style.SCALE
        touchpoint = self.fields["touchpoint"]
        assert isinstance(touchpoint, forms.ChoiceField)  # noqa: S101 - tells the type checker what stands above
        touchpoint.choices = [("", _("The survey's own touchpoint")), *touchpoints]
        self._add_texts()
        self.earlier = _askable(draft, question)
        for position, other in self.earlier:
            self._add_condition(position, other)

    def _add_texts(self) -> None:
        question = self.question
        rows: list[tuple[str, str, Texts, bool, int]] = [
            ("text", "text", question.text, True, 2),
            ("help", "help", question.help, False, 2),
        ]
        if self.ends:
            rows += [
                ("low", "label", question.low_label, False, 1),
                ("high", "label", question.high_label, False, 1),
            ]
        for prefix, what, texts, wanted, height in rows:
            for language in self.asked:
                made = text_field(
                    capfirst(checking.language_name(language)), what, language, wanted=wanted, rows=height
                )
                made.initial = texts.get(language, "")
                self.fields[f"{prefix}_{language}"] = made

    def _add_condition(self, position: int, other: Question) -> None:
        shown = other.text.get(self.asked[0], "") or "…"
        waits = self.question.show_if
        self.fields[f"when_{other.id}"] = forms.MultipleChoiceField(
            label=_("Question %(n)s: %(text)s") % {"n": position, "text": shown},
            choices=_value_choices(other, self.asked[0]),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[str(value) for value in waits.values] if waits and waits.question == other.id else [],
        )

    def groups(self) -> list[Group]:
        """Return the texts, language beside language."""
        made = [Group(self, _("Question"), "text", self.asked), Group(self, _("Help text"), "help", self.asked)]
        if self.ends:
            low, high = self.question.low, self.question.high
            made += [
                Group(self, _("What %(value)s means") % {"value": low}, "low", self.asked),
                Group(self, _("What %(value)s means") % {"value": high}, "high", self.asked),
            ]
        return made

    def conditions(self) -> list[dict[str, Any]]:
        """Return the earlier questions whose answers may show this one; `open` where answers are ticked."""
        bound = [self[f"when_{other.id}"] for _position, other in self.earlier]
        return [{"field": field, "open": bool(field.value()) or bool(field.errors)} for field in bound]

    @property
    def impossible(self) -> bool:
        """Whether the present condition waits for a question that is no longer before this one: saving removes it."""
        waits = self.question.show_if
        return waits is not None and waits.question not in {other.id for _position, other in self.earlier}

    def clean(self) -> dict[str, Any]:
        """Refuse a condition on two questions."""
        cleaned = super().clean() or {}
        ticked = [other.id for _position, other in self.earlier if cleaned.get(f"when_{other.id}")]
        for question_id in ticked[1:]:
            self.add_error(f"when_{question_id}", _("Choose answers of one question only."))
        return cleaned

    def result(self, options: tuple[Option, ...]) -> Question:
        """Return the changed question. Texts of languages not asked now are kept."""
        cleaned, before = self.cleaned_data, self.question
        return msgspec.structs.replace(
            before,
            text={**before.text, **texts_of(cleaned, "text", self.asked)},
            help=_kept(before.help, texts_of(cleaned, "help", self.asked)),
            low_label=_kept(before.low_label, texts_of(cleaned, "low", self.asked)) if self.ends else before.low_label,
            high_label=(
                _kept(before.high_label, texts_of(cleaned, "high", self.asked)) if self.ends else before.high_label
            ),
            required=cleaned["required"],
            touchpoint=cleaned["touchpoint"] or None,
            show_if=self._show_if(),
            options=options,
        )

    def _show_if(self) -> ShowIf | None:
        for _position, other in self.earlier:
            ticked: Collection[str] = self.cleaned_data.get(f"when_{other.id}", ())
            if ticked:
                return ShowIf(other.id, tuple(v for v in checking.possible_values(other) if str(v) in ticked))
        return None


def _askable(draft: Definition, question: Question) -> list[tuple[int, Question]]:
    """Return the earlier questions that a condition can wait for, with their positions."""
    found: list[tuple[int, Question]] = []
    for position, other in enumerate(draft.questions, 1):
        if other.id == question.id:
            break
        if checking.possible_values(other):
            found.append((position, other))
    return found


def _value_choices(question: Question, language: str) -> Sequence[tuple[str, str]]:
    if question.kind in NUMERIC:
        faces = question.style is Style.FACES
        return [
            (str(value), wordings.face_label(question, value, language) if faces else str(value))
            for value in range(question.low, question.high + 1)
        ]
    return [(option.code, option.label.get(language) or option.code) for option in wordings.choices(question)]


def _kept(before: Texts, now: Texts) -> Texts:
    """Return the texts, or none at all where no language has any: an empty one isn't asked for then."""
    merged = {**before, **now}
    return merged if any(merged.values()) else {}

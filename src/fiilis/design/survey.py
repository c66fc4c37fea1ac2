"""How each kind of survey question is drawn: which control, which values, which words at the ends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

Control = Literal["scale", "faces", "choices", "checks", "line", "text"]

SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "emotion": (1, 5)}
FACES = (4, 3, 2, 1)
SHORT_LENGTH = 200
LONG_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: the value that is posted, its words, and whether it is chosen already."""

    value: str
    label: str
    hint: str = ""
    chosen: bool = False
    face: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question ready to be drawn by design/survey_question.html."""

    id: str
    kind: str
    control: Control
    text: str
    help: str
    required: bool
    must: bool
    show_if: str
    choices: tuple[Choice, ...]
    low: str
    high: str
    length: str
    value: str
    error: str

    @property
    def typed(self) -> bool:
        """Return whether the answer is written rather than chosen."""
        return self.control in {"line", "text"}


def face_words() -> dict[int, str]:
    """Return the words of the four faces in the active language."""
    return {4: _("Very well"), 3: _("Well"), 2: _("Badly"), 1: _("Very badly")}


def end_words(kind: str) -> tuple[str, str]:
    """Return the usual words at the ends of a kind's scale, for surveys that give none of their own."""
    return {
        "nps": (_("Not at all likely"), _("Extremely likely")),
        "csat": (_("Very dissatisfied"), _("Very satisfied")),
        "ces": (_("Very difficult"), _("Very easy")),
    }.get(kind, ("", ""))


def drawn(question: Mapping[str, Any]) -> Drawn:
    """Return a question ready for its template.

    `question` has id, kind and text, and optionally style (faces|scale), range (least and most, where
    the kind's usual scale isn't meant), help, low_label, high_label, options (each with code and label), required,
    show_if, max_length, and `value` and `error` of an earlier try.
    """
    kind = question["kind"]
    control = _control(question)
    low, high = end_words(kind)
    low, high = question.get("low_label") or low, question.get("high_label") or high
    given = question.get("value")
    chosen = {str(item) for item in given} if isinstance(given, list | tuple) else {str(given)}
    show_if = question.get("show_if")
    required = bool(question.get("required"))
    limit = LONG_LENGTH if control == "text" else SHORT_LENGTH
    return Drawn(
        id=str(question["id"]),
        kind=kind,
        control=control,
        text=question["text"],
        help=question.get("help") or "",
        required=required,
        # without script every question stands on the page: one that may not apply can't be demanded
        must=required and not show_if and control != "checks",
        show_if=json.dumps(show_if, ensure_ascii=False, separators=(",", ":")) if show_if else "",
        choices=_choices(question, control, low, high, chosen if given is not None else set()),
        low=low if control == "scale" else "",
        high=high if control == "scale" else "",
        length=str(question.get("max_length") or limit),  # text: a template would write 1,000
        value="" if given is None or not isinstance(given, str | int) else str(given),
        error=question.get("error") or "",
    )


def _control(question: Mapping[str, Any]) -> Control:
    kind = question["kind"]
    if kind in {"short", "long"}:
        return "line" if kind == "short" else "text"
    if kind == "multiple":
        return "checks"
    if kind in {"single", "solved"}:
        return "choices"
    if kind == "emotion" and question.get("options") and question.get("style") != "faces":
        return "choices"
    if kind in {"csat", "emotion"} and question.get("style") == "faces":
        return "faces"
    if kind not in SCALES:
        raise ValueError(f"unknown question kind {kind}")
    return "scale"


def _options(question: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    options = question.get("options")
    if options:
        return [(str(option["code"]), str(option["label"])) for option in options]
    if question["kind"] == "solved":
        return [("yes", _("Yes")), ("partly", _("Partly")), ("no", _("No"))]
    return []


def _choices(
    question: Mapping[str, Any], control: Control, low: str, high: str, chosen: set[str]
) -> tuple[Choice, ...]:
    options = _options(question)
    if control == "faces":
        words = face_words()
        pairs = options if len(options) == len(FACES) else [(str(face), words[face]) for face in FACES]
        return tuple(
            Choice(code, label, chosen=code in chosen, face=face)
            for face, (code, label) in zip(FACES, pairs, strict=True)
        )
    if control == "scale":
        least, most = question.get("range") or SCALES[question["kind"]]
        return tuple(
            Choice(
                str(value),
                str(value),
                hint={least: low, most: high}.get(value, ""),
                chosen=str(value) in chosen,
            )
            for value in range(least, most + 1)
        )
    return tuple(Choice(code, label, chosen=code in chosen) for code, label in options)

"""Turns a definition into what the survey page's templates draw, for the public page and for previews alike."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from fiilis.listen import wordings
from fiilis.listen.types import NUMERIC, Definition, Kind, Question, Style


def language_links(languages: Sequence[str], current: str, address: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the language switch: each language by its own name, `address(code)` where its page stands."""
    return [
        {"code": code, "label": wordings.NAMES[code], "href": address(code), "current": code == current}
        for code in languages
    ]


def questions(definition: Definition, language: str) -> list[dict[str, Any]]:
    """Return the questions as design/survey_question.html wants them. A draft's missing text says so."""
    return [_question(question, language) for question in definition.questions]


def _question(question: Question, language: str) -> dict[str, Any]:
    drawn: dict[str, Any] = {
        "id": question.id,
        "kind": question.kind.value,
        "style": question.style.value,
        "text": question.text.get(language) or _("(no text yet)"),
        "help": question.help.get(language, ""),
        "low_label": question.low_label.get(language, ""),
        "high_label": question.high_label.get(language, ""),
        "options": _options(question, language),
        "required": question.required,
        "max_length": question.max_length,
    }
    if question.kind in NUMERIC:
        drawn["range"] = (question.low, question.high)
    if question.show_if is not None:
        drawn["show_if"] = {"question": question.show_if.question, "values": list(question.show_if.values)}
    return drawn


def _options(question: Question, language: str) -> list[dict[str, str]]:
    if question.kind is Kind.CSAT and question.style is Style.FACES:
        best_first = range(question.high, question.low - 1, -1)
        return [{"code": str(value), "label": wordings.face_label(question, value, language)} for value in best_first]
    return [
        {"code": option.code, "label": option.label.get(language) or _("(no text yet)")}
        for option in wordings.choices(question)
    ]

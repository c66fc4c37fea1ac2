"""Ready-made question wordings in Finnish, Swedish and English: data of the product, written for each language.

They are no gettext strings: a survey's languages are its customers', whatever language its maker reads.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from fiilis.listen.types import EMOTIONS, SOLVED, Definition, Kind, Option, Question, ShowIf, Style, Texts

# Each language by its own name, as a customer looks for it.
NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}

FACES = {
    4: {"fi": "Erittäin hyvin", "sv": "Mycket bra", "en": "Very well"},
    3: {"fi": "Hyvin", "sv": "Bra", "en": "Well"},
    2: {"fi": "Huonosti", "sv": "Dåligt", "en": "Badly"},
    1: {"fi": "Erittäin huonosti", "sv": "Mycket dåligt", "en": "Very badly"},
}
EMOTION_LABELS = {
    "joy": {"fi": "Ilo", "sv": "Glädje", "en": "Joy"},
    "trust": {"fi": "Luottamus", "sv": "Förtroende", "en": "Trust"},
    "relief": {"fi": "Helpotus", "sv": "Lättnad", "en": "Relief"},
    "surprise": {"fi": "Yllätys", "sv": "Förvåning", "en": "Surprise"},
    "confusion": {"fi": "Hämmennys", "sv": "Förvirring", "en": "Confusion"},
    "disappointment": {"fi": "Pettymys", "sv": "Besvikelse", "en": "Disappointment"},
    "anger": {"fi": "Suuttumus", "sv": "Ilska", "en": "Anger"},
}
SOLVED_LABELS = {
    "yes": {"fi": "Kyllä", "sv": "Ja", "en": "Yes"},
    "partly": {"fi": "Osittain", "sv": "Delvis", "en": "Partly"},
    "no": {"fi": "Ei", "sv": "Nej", "en": "No"},
}
NO_NAMES = {
    "fi": "Kirjoita omin sanoin. Jätä nimet ja yhteystiedot pois.",
    "sv": "Skriv med egna ord. Ta inte med namn eller kontaktuppgifter.",
    "en": "Use your own words. Leave out names and contact details.",
}
TITLE = {"fi": "Miten onnistuimme?", "sv": "Hur lyckades vi?", "en": "How did we do?"}
THANKS = {
    "fi": "Vastauksesi on tallessa. Luemme vastaukset ja korjaamme sen, mikä ei toimi.",
    "sv": "Ditt svar har sparats. Vi läser svaren och åtgärdar det som inte fungerar.",
    "en": "Your answer is saved. We read the answers and mend what doesn't work.",
}


def _options(labels: dict[str, Texts], order: Sequence[str]) -> tuple[Option, ...]:
    return tuple(Option(code, labels[code]) for code in order)


EMOTION_OPTIONS = _options(EMOTION_LABELS, EMOTIONS)
SOLVED_OPTIONS = _options(SOLVED_LABELS, SOLVED)


class Preset(StrEnum):
    """What can be added to a survey: a kind of question with its scale and standard words."""

    NPS = "nps"
    FACES = "faces"
    SATISFACTION = "satisfaction"
    EASE = "ease"
    SOLVED = "solved"
    EMOTION = "emotion"
    SINGLE = "single"
    MULTIPLE = "multiple"
    SHORT = "short"
    LONG = "long"


# Made with an empty id; `question` gives the id and keeps only the wanted languages.
_STANDARD: dict[Preset, Question] = {
    Preset.NPS: Question(
        id="",
        kind=Kind.NPS,
        low=0,
        high=10,
        text={
            "fi": "Kuinka todennäköisesti suosittelisit meitä ystävälle tai kollegalle?",
            "sv": "Hur sannolikt är det att du skulle rekommendera oss för en vän eller kollega?",
            "en": "How likely are you to recommend us to a friend or colleague?",
        },
        low_label={"fi": "en lainkaan todennäköisesti", "sv": "inte alls sannolikt", "en": "not at all likely"},
        high_label={"fi": "erittäin todennäköisesti", "sv": "mycket sannolikt", "en": "extremely likely"},
        required=True,
    ),
    Preset.FACES: Question(
        id="",
        kind=Kind.CSAT,
        style=Style.FACES,
        low=1,
        high=4,
        text={
            "fi": "Miten asiointisi sujui?",
            "sv": "Hur gick det att uträtta ditt ärende?",
            "en": "How did things go with us?",
        },
        required=True,
    ),
    Preset.SATISFACTION: Question(
        id="",
        kind=Kind.CSAT,
        low=1,
        high=5,
        text={
            "fi": "Kuinka tyytyväinen olet saamaasi palveluun?",
            "sv": "Hur nöjd är du med den service du fick?",
            "en": "How satisfied are you with the service you received?",
        },
        low_label={"fi": "erittäin tyytymätön", "sv": "mycket missnöjd", "en": "very dissatisfied"},
        high_label={"fi": "erittäin tyytyväinen", "sv": "mycket nöjd", "en": "very satisfied"},
        required=True,
    ),
    Preset.EASE: Question(
        id="",
        kind=Kind.CES,
        low=1,
        high=7,
        text={
            "fi": "Kuinka helppoa asian hoitaminen kanssamme oli?",
            "sv": "Hur lätt var det att sköta ditt ärende hos oss?",
            "en": "How easy was it to get things done with us?",
        },
        low_label={"fi": "erittäin vaikeaa", "sv": "mycket svårt", "en": "very difficult"},
        high_label={"fi": "erittäin helppoa", "sv": "mycket lätt", "en": "very easy"},
        required=True,
    ),
    Preset.SOLVED: Question(
        id="",
        kind=Kind.SOLVED,
        options=SOLVED_OPTIONS,
        text={"fi": "Ratkesiko asiasi?", "sv": "Löste sig ditt ärende?", "en": "Was your problem solved?"},
        required=True,
    ),
    Preset.EMOTION: Question(
        id="",
        kind=Kind.EMOTION,
        options=EMOTION_OPTIONS,
        text={
            "fi": "Mikä tunne asioinnista jäi päällimmäiseksi?",
            "sv": "Vilken känsla har du efter kontakten med oss?",
            "en": "Which feeling are you left with?",
        },
    ),
    Preset.SINGLE: Question(id="", kind=Kind.SINGLE, text={}),
    Preset.MULTIPLE: Question(
        id="",
        kind=Kind.MULTIPLE,
        text={},
        help={"fi": "Voit valita useita.", "sv": "Du kan välja flera.", "en": "You can choose more than one."},
    ),
    Preset.SHORT: Question(id="", kind=Kind.SHORT, text={}, max_length=200),
    Preset.LONG: Question(
        id="",
        kind=Kind.LONG,
        text={
            "fi": "Mikä vaikutti arvioosi eniten?",
            "sv": "Vad påverkade ditt omdöme mest?",
            "en": "What is the main reason for your score?",
        },
        help=NO_NAMES,
        max_length=2000,
    ),
}


class Template(StrEnum):
    """The surveys that one can start from."""

    NPS = "nps"
    FACES = "faces"
    SATISFACTION = "satisfaction"
    EASE = "ease"
    SOLVED = "solved"
    BLANK = "blank"


_UNSOLVED = {
    "fi": "Mikä jäi ratkaisematta?",
    "sv": "Vad blev olöst?",
    "en": "What is still unsolved?",
}
_DIFFICULT = {
    "fi": "Mikä oli hankalaa?",
    "sv": "Vad var besvärligt?",
    "en": "What made it difficult?",
}
# The first question of each template; then the words and the condition of its open follow-up.
_FOLLOW_UP: dict[Template, tuple[Preset, Texts | None, tuple[int | str, ...]]] = {
    Template.NPS: (Preset.NPS, None, ()),
    Template.FACES: (Preset.FACES, None, ()),
    Template.SATISFACTION: (Preset.SATISFACTION, None, ()),
    Template.EASE: (Preset.EASE, _DIFFICULT, (1, 2, 3, 4)),
    Template.SOLVED: (Preset.SOLVED, _UNSOLVED, ("partly", "no")),
}


def question(preset: Preset, *, new_id: str, languages: Sequence[str]) -> Question:
    """Return the preset's standard question in `languages`, with empty texts where it has no standard words."""
    standard = _STANDARD[preset]
    return msgspec.structs.replace(
        standard,
        id=new_id,
        text=in_languages(standard.text, languages),
        help=in_languages(standard.help, languages),
        low_label=in_languages(standard.low_label, languages),
        high_label=in_languages(standard.high_label, languages),
        options=tuple(Option(o.code, in_languages(o.label, languages)) for o in standard.options),
    )


def definition(template: Template, *, languages: Sequence[str], new_id: Callable[[], str]) -> Definition:
    """Return a whole survey in `languages`: the template's question and its open follow-up."""
    questions: list[Question] = []
    if template is not Template.BLANK:
        preset, words, values = _FOLLOW_UP[template]
        first = question(preset, new_id=new_id(), languages=languages)
        reason = question(Preset.LONG, new_id=new_id(), languages=languages)
        if words is not None:
            reason = msgspec.structs.replace(
                reason, text=in_languages(words, languages), show_if=ShowIf(first.id, values)
            )
        questions = [first, reason]
    return Definition(
        title=in_languages(TITLE, languages),
        languages=tuple(languages),
        questions=tuple(questions),
        thanks=in_languages(THANKS, languages),
    )


def completed(made: Definition, *, languages: Sequence[str]) -> Definition:
    """Return `made` asked in `languages`, standard texts filled in where a question still has its standard words.

    A text of one's own isn't translated: it stays empty in a new language, and publishing asks for it.
    """
    return msgspec.structs.replace(
        made,
        languages=tuple(languages),
        title=_filled(made.title, TITLE, languages),
        thanks=_filled(made.thanks, THANKS, languages),
        questions=tuple(_completed(q, languages) for q in made.questions),
    )


def _completed(asked: Question, languages: Sequence[str]) -> Question:
    standard = next((s for s in _STANDARD.values() if _same_scale(s, asked)), None)
    if standard is None:
        return asked
    labels = {option.code: option.label for option in standard.options}
    return msgspec.structs.replace(
        asked,
        text=_filled(asked.text, _any_of(asked.text, (standard.text, _UNSOLVED, _DIFFICULT)), languages),
        help=_filled(asked.help, standard.help, languages),
        low_label=_filled(asked.low_label, standard.low_label, languages),
        high_label=_filled(asked.high_label, standard.high_label, languages),
        options=tuple(
            Option(o.code, _filled(o.label, labels[o.code], languages)) if o.code in labels else o
            for o in asked.options
        ),
    )


def _same_scale(one: Question, other: Question) -> bool:
    return (one.kind, one.style, one.low, one.high) == (other.kind, other.style, other.low, other.high)


def _any_of(texts: Texts, standards: Sequence[Texts]) -> Texts:
    """Return the standard wording that `texts` begins from, or an empty one."""
    return next((s for s in standards if _is_standard(texts, s)), {})


def _is_standard(texts: Texts, standard: Texts) -> bool:
    said = {language: text for language, text in texts.items() if text}
    return bool(said) and all(standard.get(language) == text for language, text in said.items())


def _filled(texts: Texts, standard: Texts, languages: Sequence[str]) -> Texts:
    if not _is_standard(texts, standard):
        return texts
    return {**texts, **{lang: standard[lang] for lang in languages if not texts.get(lang) and lang in standard}}


def choices(asked: Question) -> tuple[Option, ...]:
    """Return what a question of kind emotion, solved, single or multiple offers: its own options or the standard."""
    if asked.options or asked.kind not in (Kind.EMOTION, Kind.SOLVED):
        return asked.options
    return EMOTION_OPTIONS if asked.kind is Kind.EMOTION else SOLVED_OPTIONS


def face_label(asked: Question, value: int, language: str) -> str:
    """Return what a face means, from the question's own options (code = value) or the standard four."""
    own = next((o.label for o in asked.options if o.code == str(value)), None)
    return (own or FACES.get(value, {})).get(language, str(value))


def in_languages(texts: Texts, languages: Sequence[str]) -> Texts:
    """Return the texts of `languages`, empty where there is none."""
    return {language: texts.get(language, "") for language in languages} if texts else {}

"""Words that stand for numbers, languages and for no answer in other tools' exports: Finnish, Swedish, English."""

import re
from collections.abc import Mapping

MOSTLY = 0.9

LANGUAGES = {
    "fi": "fi", "fin": "fi", "suomi": "fi", "finnish": "fi", "finska": "fi", "fi-fi": "fi", "fi_fi": "fi",
    "sv": "sv", "swe": "sv", "se": "sv", "ruotsi": "sv", "swedish": "sv", "svenska": "sv", "sv-fi": "sv", "sv_fi": "sv",
    "sv-se": "sv", "sv_se": "sv", "en": "en", "eng": "en", "englanti": "en", "english": "en", "engelska": "en",
    "en-us": "en", "en-gb": "en", "en_us": "en", "en_gb": "en",
}  # fmt: skip

BLANK = frozenset((
    "-", "–", "—", "n/a", "na", "#n/a", "none", "null", "nan", "ei vastausta", "eos", "en osaa sanoa", "en tiedä",
    "ei koske minua", "vet ej", "vet inte", "kan inte säga", "inget svar", "berör ej mig", "don't know", "do not know",
    "no answer", "not applicable", "prefer not to say",
))  # fmt: skip

# From the best to the worst.
_FACES = (
    "very happy|erittäin tyytyväinen|erittäin hyvin|erittäin iloinen|mycket nöjd|mycket bra|mycket glad|very well",
    "happy|tyytyväinen|hyvin|iloinen|nöjd|bra|glad|well",
    "unhappy|tyytymätön|huonosti|surullinen|missnöjd|dåligt|ledsen|badly",
    "very unhappy|erittäin tyytymätön|erittäin huonosti|erittäin surullinen|mycket missnöjd|mycket dåligt|"
    "mycket ledsen|very badly",
)
_SATISFACTION = (
    "very satisfied|extremely satisfied|erittäin tyytyväinen|täysin tyytyväinen|mycket nöjd|"
    "excellent|erinomainen|utmärkt",
    "satisfied|somewhat satisfied|tyytyväinen|melko tyytyväinen|jokseenkin tyytyväinen|nöjd|ganska nöjd|good|hyvä|bra",
    "neither satisfied nor dissatisfied|neutral|"
    "en tyytyväinen enkä tyytymätön|ei tyytyväinen eikä tyytymätön|neutraali|"
    "varken nöjd eller missnöjd|fair|kohtalainen|tyydyttävä|varken eller",
    "dissatisfied|somewhat dissatisfied|tyytymätön|melko tyytymätön|jokseenkin tyytymätön|missnöjd|ganska missnöjd|"
    "poor|huono|dålig",
    "very dissatisfied|extremely dissatisfied|erittäin tyytymätön|täysin tyytymätön|mycket missnöjd|very poor|"
    "erittäin huono|mycket dålig",
)
_AGREEMENT = (
    "strongly agree|täysin samaa mieltä|helt av samma åsikt|instämmer helt|very easy|erittäin helppoa|mycket lätt",
    "agree|samaa mieltä|melko samaa mieltä|av samma åsikt|instämmer|easy|helppoa|lätt",
    "somewhat agree|jokseenkin samaa mieltä|delvis av samma åsikt|instämmer delvis|somewhat easy|"
    "melko helppoa|ganska lätt",
    "neither agree nor disagree|en samaa enkä eri mieltä|ei samaa eikä eri mieltä|"
    "varken av samma eller annan åsikt|neutral",
    "somewhat disagree|jokseenkin eri mieltä|delvis av annan åsikt|somewhat difficult|melko vaikeaa|ganska svårt",
    "disagree|eri mieltä|melko eri mieltä|av annan åsikt|difficult|vaikeaa|svårt",
    "strongly disagree|täysin eri mieltä|helt av annan åsikt|very difficult|erittäin vaikeaa|mycket svårt",
)


def _numbered(words: tuple[str, ...]) -> dict[str, int]:
    return {word: len(words) - place for place, line in enumerate(words) for word in line.split("|")}


_OF_FIVE = tuple(line for place, line in enumerate(_AGREEMENT) if place not in (2, 4))
FACES = frozenset(_FACES[0].split("|")[:1] + _FACES[3].split("|")[:1] + ["unhappy", "happy"])
_WORDS = {
    "csat4": _numbered(_FACES),
    "csat5": _numbered(_SATISFACTION),
    "ces7": _numbered(_AGREEMENT),
    "ces5": _numbered(_OF_FIVE),
}
_LEADING = re.compile(r"(\d{1,2})(?:[.,]0+)?(?:\s*[-–=:.)(/]+\s*\D.*|\s+\D.*)?")


def number(value: str, role: str, low: int, high: int) -> int | None:
    """Return the number on a scale that a cell means, or None.

    >>> number("9.0", "nps", 0, 10), number("10 - Extremely likely", "nps", 0, 10), number("Nöjd", "csat5", 1, 5)
    (9, 10, 4)
    >>> number("11", "nps", 0, 10), number("9 of 10", "nps", 0, 10), number("4,5", "csat5", 1, 5)
    (None, 9, None)
    """
    word = _WORDS.get(role, {}).get(value.casefold())
    if word is not None:
        return word
    match = _LEADING.fullmatch(value)
    return int(match[1]) if match and low <= int(match[1]) <= high else None


def is_blank(value: str) -> bool:
    """Return whether a cell says in words that there is no answer."""
    return value.casefold() in BLANK


def fits(values: Mapping[str, int], role: str, low: int, high: int) -> bool:
    """Return whether nearly all cells hold values of the scale, and at least one does. `values` counts cells.

    >>> fits({"9": 40, "3": 50, "99": 2, "EOS": 30}, "nps", 0, 10), fits({"9": 40, "99": 40}, "nps", 0, 10)
    (True, False)
    """
    said = {value: count for value, count in values.items() if not is_blank(value)}
    good = sum(count for value, count in said.items() if number(value, role, low, high) is not None)
    return good > 0 and good >= MOSTLY * sum(said.values())

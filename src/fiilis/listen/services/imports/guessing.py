"""Which column is what: guessed from its name (Finnish, Swedish, English) and its values; people correct it."""

import re
from collections.abc import Iterable
from enum import StrEnum

from fiilis.core import attributes
from fiilis.listen.services.imports import labels
from fiilis.listen.services.imports.profiles import Column


class Role(StrEnum):
    """What a column can be. A scale's role says its ends."""

    IGNORE = ""
    TIME = "time"
    EVENT = "event"
    NPS = "nps"
    CSAT5 = "csat5"
    CSAT4 = "csat4"
    CES7 = "ces7"
    CES5 = "ces5"
    COMMENT = "comment"
    TOUCHPOINT = "touchpoint"
    LANGUAGE = "language"
    PERSON = "person"
    WEIGHT = "weight"
    ATTRIBUTE = "attribute"


SCALES = {Role.NPS: (0, 10), Role.CSAT5: (1, 5), Role.CSAT4: (1, 4), Role.CES7: (1, 7), Role.CES5: (1, 5)}
# At most one column each.
SINGLE = (Role.TIME, Role.EVENT, Role.TOUCHPOINT, Role.LANGUAGE, Role.PERSON, Role.WEIGHT)

_WORDS = {
    Role.TIME: "time|date|timestamp|submitted|completed|answered|aika|aikaleima|pvm|päivä|vastattu|vastausaika|"
    "lähetetty|tid|datum|tidsstämpel|tidstämpel|besvarad|svarstid|inskickat",
    Role.EVENT: "order date|ordered|purchase date|delivery date|visit date|tilauspäivä|tilattu|ostopäivä|ostettu|"
    "toimituspäivä|käyntipäivä|köpdatum|beställningsdatum|leveransdatum|besöksdatum",
    Role.NPS: "nps|recommend|suosittel|suositte|rekommender",
    Role.CSAT5: "csat|satisf|rating|stars|tyytyväi|arvosana|tähdet|onnistui|nöjd|betyg|stjärnor|lyckades|"
    "happy|happiness",
    Role.CES7: "ces|effort|easy|ease|helppo|vaivat|vaivaa|lätt|enkel|smidig",
    Role.COMMENT: "comment|feedback|why|reason|improve|open|verbatim|tell us|kommen|palaute|avoin|miksi|perustel|"
    "parant|terveiset|omin sanoin|varför|motivera|fritext|förbättra|öppet|fri text",
    Role.LANGUAGE: "language|lang|locale|kieli|vastauskieli|språk",
    Role.PERSON: "customer id|customer number|customer no|customerid|customer_id|client id|asiakasnumero|asiakasnro|"
    "asiakastunnus|asiakasid|asiakas id|kundnummer|kundnr|kund id|kundid",
    Role.WEIGHT: "weight|paino|painokerroin|painoarvo|vikt",
}
_PATTERNS = {role: re.compile(rf"(?<![^\W_])(?:{words})", re.IGNORECASE) for role, words in _WORDS.items()}
_START = re.compile(r"start|begin|stage|alku|alkoi|aloit|börja|påbörj", re.IGNORECASE)
_END = re.compile(
    r"submit|end|complet|answer|vastat|vastaus|lopet|lähet|päätt|skick|besvar|slut|timestamp|aikaleima", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"e-?mail|sähköposti|s-posti|e-post|phone|puhelin|telefon|mobil|first name|last name|full name|etunimi|sukunimi|"
    r"förnamn|efternamn|ip.?address|ip.?osoite|ip-adress|hetu|henkilötunnus|personnummer|katuosoite|street|gatuadress",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"\bid\b|_id$|token|respondent|collector|network|#|tunniste|vastaaja", re.IGNORECASE)
_FEW, _LONG = 60, 18  # values of an attribute; letters of a comment
_MOSTLY = 0.9


def roles(columns: Iterable[Column], *, touchpoints: Iterable[str] = ()) -> dict[str, Role]:
    """Return each column's likeliest role by its name. `touchpoints` are the known ones' names and keys."""
    columns = list(columns)
    known = {name.casefold() for name in touchpoints}
    found = {column.name: _role(column, known) for column in columns}
    _choose_time(columns, found)
    for role in (Role.EVENT, Role.TOUCHPOINT, Role.LANGUAGE, Role.PERSON, Role.WEIGHT):
        for name in [name for name, given in found.items() if given is role][1:]:
            found[name] = Role.ATTRIBUTE if role is Role.TOUCHPOINT else Role.IGNORE
    if Role.NPS not in found.values():
        _choose_nps(columns, found)
    over = [name for name, role in found.items() if role is Role.ATTRIBUTE][attributes.MAX_KEYS :]
    return found | dict.fromkeys(over, Role.IGNORE)


def _role(column: Column, touchpoints: set[str]) -> Role:
    if not column.filled or column.personal or _PERSONAL.search(column.name):
        return Role.IGNORE
    if column.times > _MOSTLY:
        return Role.EVENT if _says(Role.EVENT, column) else Role.TIME
    scale = _scale(column)
    if scale is not Role.IGNORE:
        return scale
    # A place that isn't known as a touchpoint is still worth keeping: to compare groups by.
    if sum(value.casefold() in touchpoints for value in column.values) * 2 > len(column.values):
        return Role.TOUCHPOINT
    if column.numbers > _MOSTLY:
        return _of_numbers(column)
    return _of_words(column)


def _of_numbers(column: Column) -> Role:
    if _says(Role.WEIGHT, column) and column.least > 0:
        return Role.WEIGHT
    if _says(Role.PERSON, column):
        return Role.PERSON
    few = bool(column.values) and len(column.values) <= _FEW and len(column.values) * 2 <= column.filled
    return Role.ATTRIBUTE if few and column.whole and not _IDENTIFIER.search(column.name) else Role.IGNORE


def _of_words(column: Column) -> Role:
    if _says(Role.PERSON, column):
        return Role.PERSON
    if column.values and all(value.casefold() in labels.LANGUAGES for value in column.values):
        return Role.LANGUAGE
    few = bool(column.values) and len(column.values) <= _FEW and max(map(len, column.values)) <= attributes.MAX_VALUE
    repeated = few and (len(column.values) * 2 <= column.filled or len(column.values) == 1)
    if column.length > _LONG or (_says(Role.COMMENT, column) and not repeated):
        return Role.COMMENT
    return Role.ATTRIBUTE if repeated and not _IDENTIFIER.search(column.name) else Role.IGNORE


def _scale(column: Column) -> Role:
    """Return the scale whose values these are, IGNORE when its name says none or the values don't fit."""
    if not column.values or len(column.values) > _FEW:
        return Role.IGNORE
    if _says(Role.NPS, column) and labels.fits(column.values, Role.NPS.value, *SCALES[Role.NPS]):
        return Role.NPS
    easy, pleased = _says(Role.CES7, column), _says(Role.CSAT5, column)
    if easy or pleased:
        for role in (Role.CES5, Role.CES7) if easy else (Role.CSAT4, Role.CSAT5):
            if role is Role.CES5 and _within(column, 7) and not _within(column, 5):
                continue
            if role is Role.CSAT4 and not _faces(column):
                continue
            if labels.fits(column.values, role.value, *SCALES[role]):
                return role
        return Role.IGNORE
    return (
        Role.CSAT4
        if _faces(column) and labels.fits(column.values, "csat4", 1, 4) and not column.numbers
        else Role.IGNORE
    )


def _within(column: Column, most: int) -> bool:
    return column.numbers > 0 and column.least >= 1 and column.most <= most


def _faces(column: Column) -> bool:
    """Return whether words of four faces stand there: numbers up to 4 may as well be an unlucky scale up to 5."""
    return any(value.casefold() in labels.FACES for value in column.values)


def _says(role: Role, column: Column) -> bool:
    return _PATTERNS[role].search(column.name) is not None


def _choose_time(columns: list[Column], found: dict[str, Role]) -> None:
    """Keep the one time that says when it was answered: the end before the start."""
    candidates = [column for column in columns if found[column.name] is Role.TIME]

    def rank(column: Column) -> tuple[bool, bool, bool, int]:
        name = column.name
        return bool(_START.search(name)), not _END.search(name), not _says(Role.TIME, column), -column.filled

    for column in sorted(candidates, key=rank)[1:]:
        found[column.name] = Role.IGNORE


def _choose_nps(columns: list[Column], found: dict[str, Role]) -> None:
    """Take the one nameless column of whole numbers from 0 to 10 that reaches 9 and goes below 7."""
    fitting = [
        column
        for column in columns
        if found[column.name] in (Role.ATTRIBUTE, Role.IGNORE)
        and column.values
        and column.whole
        and column.numbers > _MOSTLY
        and 0 <= column.least < 7 < 9 <= column.most <= 10
        and len(column.values) >= 5
        and not _IDENTIFIER.search(column.name)
    ]
    if len(fitting) == 1:
        found[fitting[0].name] = Role.NPS


COUNTED_FACES = ("very happy", "happy", "unhappy", "very unhappy")
# Headers by which an export is known for its tool's: all of one set must stand there, apart from case.
_TOOLS = (
    ("SurveyMonkey", ({"respondent id", "collector id"},)),
    ("Typeform", ({"#", "network id"}, {"submit date (utc)"}, {"#", "submitted at", "token"})),
    ("Google Forms", ({"timestamp"}, {"aikaleima"}, {"tidstämpel"})),
    ("HappyOrNot", ({"experience point"}, {"smiley point"}, set(COUNTED_FACES))),
)


def counts_faces(columns: Iterable[Column]) -> bool:
    """Return whether this is a table of how many pressed each face, not of answers."""
    counted = {column.name.casefold() for column in columns if column.numbers > _MOSTLY}
    return set(COUNTED_FACES) <= counted


def tool(names: Iterable[str]) -> str:
    """Return which tool's export this looks like, "" when none's. Only a word for the reader: nothing depends on it.

    >>> tool(["Respondent ID", "Collector ID", "Start Date"]), tool(["Timestamp", "Any comments?"]), tool(["nps"])
    ('SurveyMonkey', 'Google Forms', '')
    """
    given = [name.casefold() for name in names]
    for known, sets in _TOOLS:
        if any(wanted <= set(given) for wanted in sets) and (known != "Google Forms" or given[0] in set().union(*sets)):
            return known
    return ""

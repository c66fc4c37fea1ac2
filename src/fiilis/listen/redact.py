"""Takes personal data out of what customers write, before it is stored: typed placeholders stand in its place.

Simple rules that would rather miss than maim: check digits decide wherever there are any. The text pipeline's richer
rules (names, addresses) take this module's place later; its door, `redact`, stays.
"""

import re
from dataclasses import dataclass

EMAIL, HETU, IBAN, PHONE = "email", "hetu", "iban", "phone"

_GAP = "[ \u00a0\u202f\u2011-]"  # what people put between groups: spaces, hyphens and their unbreakable kin

_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?![\w-])")
# ISO 13616: country, two check digits, then the account; where it ends says the country's length.
_IBAN = re.compile(rf"(?<!\w)[A-Z]{{2}}\d{{2}}(?:{_GAP}?[A-Z0-9]){{11,30}}", re.IGNORECASE)
# Finnish personal identity code: day, month, year, century sign (since 2023 also B-F, U-Y), individual number, check.
_HETU = re.compile(r"(?<!\w)(\d{6})([-+A-FU-Y])(\d{3})([0-9A-FHJ-NPR-Y])(?!\w)", re.IGNORECASE)
_HETU_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_PHONES = (
    # +358 40 123 4567, +46 (0)70-123 45 67, +1.415.555.0100; a North American area code never begins with 0 or 1
    re.compile(rf"(?<![\w+])\+(?!1{_GAP}?\(?[01])[1-9]\d{{0,2}}{_GAP}?(?:\(\d{{1,4}}\))?(?:(?:{_GAP}|\.)?\d){{6,12}}(?!\d)"),
    # 00 and a neighbouring country's code
    re.compile(rf"(?<!\d)(?<!\d[ ,.-])00(?:358|46|47|45|372|49|44){_GAP}?(?:\(0\))?(?:{_GAP}?\d){{6,11}}(?!\d)"),
    # Finnish mobile numbers: 040 123 4567, 0501234567
    re.compile(rf"(?<![\w+])(?<![\d\w][.,-])0(?:4\d|50)(?:{_GAP}?\d){{6,8}}(?![\d\w])(?![.,]\d)"),
    # Finnish landlines, only with the area code set apart: 09 123 456, 019-123 4567
    re.compile(rf"(?<![\w+])(?<![\d\w][.,-])0(?:[235689]|1[3-9]){_GAP}\d{{3,4}}(?:{_GAP}?\d{{2,4}}){{1,2}}(?![\d\w])(?![.,]\d)"),
)  # fmt: skip

# Lengths of the SWIFT IBAN registry.
_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15,
    "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Redaction:
    """A text without personal data, and which kinds were found, in the order of the rules (for counting)."""

    text: str
    found: tuple[str, ...] = ()


def redact(text: str) -> Redaction:
    """Return `text` with e-mail addresses, Finnish identity codes, IBANs and phone numbers as `[email]` and so on.

    The same text always gives the same result, and redacting twice changes nothing more.
    """
    if "@" not in text and sum(map(str.isdigit, text)) < 7:
        return Redaction(text)
    found: list[str] = []

    def replace(kind: str) -> str:
        found.append(kind)
        return f"[{kind}]"

    text = _EMAIL.sub(lambda _match: replace(EMAIL), text)
    text = _without_ibans(text, found)
    text = _HETU.sub(lambda match: replace(HETU) if is_hetu(match[0]) else match[0], text)
    for pattern in _PHONES:
        text = pattern.sub(lambda _match: replace(PHONE), text)
    return Redaction(text, tuple(found))


def is_hetu(code: str) -> bool:
    """Return whether `code` is a Finnish personal identity code with a possible date and the right check character."""
    match = _HETU.fullmatch(code)
    if match is None:
        return False
    date, _century, number, check = match.groups()
    possible = 1 <= int(date[:2]) <= 31 and 1 <= int(date[2:4]) <= 12
    return possible and _HETU_CHECK[int(date + number) % 31] == check.upper()


def is_iban(code: str) -> bool:
    """Return whether `code` (without gaps) has its country's length and a remainder of 1 by ISO 7064 mod 97-10."""
    code = code.upper()
    if not (code.isascii() and code.isalnum()) or _IBAN_LENGTHS.get(code[:2]) != len(code):
        return False
    return int("".join(str(int(char, 36)) for char in code[4:] + code[:4])) % 97 == 1


def _without_ibans(text: str, found: list[str]) -> str:
    """Cut each candidate at its country's length: what follows an account number is often a word."""
    pieces: list[str] = []
    start = 0
    while match := _IBAN.search(text, start):
        end = _iban_end(text, match)
        if end is None:
            pieces.append(text[start : match.start() + 1])
            start = match.start() + 1
            continue
        found.append(IBAN)
        pieces += [text[start : match.start()], f"[{IBAN}]"]
        start = end
    return "".join(pieces) + text[start:]


def _iban_end(text: str, match: re.Match[str]) -> int | None:
    length = _IBAN_LENGTHS.get(match[0][:2].upper(), 0)
    places = [at for at in range(match.start(), match.end()) if text[at].isalnum()][:length]
    if not length or len(places) < length or not is_iban("".join(text[at] for at in places)):
        return None
    end = places[-1] + 1
    return None if end < len(text) and text[end].isalnum() else end

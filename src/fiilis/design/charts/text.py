"""Widths of text, so that a chart made on the server knows what fits where before any browser draws it.

The table holds advances of DejaVu Sans, the widest face that the system font stack resolves to, in
thousandths of an em and rounded up: what fits by it fits in Segoe UI, Roboto, San Francisco and Arial too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_REGULAR: dict[int, str] = {
    0: "\u00ad",
    200: "\u2009\u202f",
    280: "'ijlìíîïĩīĭįıĵĺļ",
    300: "IJÌÍÎÏĨĪĬĮİĴł",
    320: " ,.\u00a0·‘’",
    340: "/:;\\|¦",
    360: "fŀſ",
    380: "-ľ‐‑",
    400: "()[]tţťŧ",
    420: "!r¡²³¹ŕŗř",
    460: '"',
    480: "ªº",
    500: "*_`§¨¯°´¸–",
    520: "“”",
    540: "?sz¿śŝşšźżž",
    560: "LcçćĉċčĳĹĻĽĿ",
    580: "FkķĸŁ",
    600: "vxyýÿĲŷ•",
    620: "PTYaeo«»ÝÞàáâãäåèéêëðòóôõöøāăąēĕėęěōŏőŢŤŦŶŸ",
    640: "$0123456789ESbdghnpqu{}¢£¤¥µ¶ÈÉÊËßñùúûüþďđĒĔĖĘĚĝğġģĥńņňŋŚŜŞŠũūŭůűų‒€",
    660: "KĶ",
    700: "ABCRVXZÀÁÂÃÄÅÇĀĂĄĆĈĊČħŔŖŘŹŻŽ",
    740: "UÙÚÛÜŨŪŬŮŰŲ",
    760: "HNÑĤŃŅŇŊ",
    780: "&DGÐĎĐĜĞĠĢ▲▼",
    800: "OQÒÓÔÕÖØŌŎŐ",
    820: "wŉŵ",
    840: "#+<=>^~¬±×÷←↑→↓−≈≤≥",
    880: "M●",
    920: "Ħ",
    960: "%",
    980: "m¼½¾Æ",
    1000: "@W©®æŴ—…",
    1040: "œ",
    1080: "Œ",
}

_BOLD: dict[int, str] = {
    0: "\u00ad",
    200: "\u2009\u202f",
    320: "'",
    360: " ijl\u00a0ìíîïĩīĭįıĵĺļ",
    380: ",./IJ\\|¦·ÌÍÎÏĨĪĬĮİĴł‘’",
    400: ":;",
    420: "-‐‑",
    440: "f²³¹ſ",
    460: "!()[]¡",
    480: "tľţťŧ",
    500: "_`r§¨¯°´¸ŕŗř–",
    540: '"*',
    560: "ŀ",
    580: "?ªº¿",
    600: "cszçćĉċčśŝşšźżž",
    640: "L¤¶ĹĻĽĿ•",
    660: "vxy«»ýÿŁŷ“”",
    680: "aekàáâãäåèéêëāăąēĕėęěķĸ",
    700: "$0123456789EFTo¢£¥ÈÉÊËðòóôõöøĒĔĖĘĚĳōŏőŢŤŦ‒€",
    720: "Sbdghnpqu{}ßñùúûüþďđĝğġģĥńņňŋŚŜŞŠũūŭůűų",
    740: "CPYZµÇÝÞĆĈĊČŶŸŹŻŽ",
    760: "Ĳ",
    780: "ABKRVXÀÁÂÃÄÅĀĂĄĶŔŖŘ▲▼",
    800: "ħ",
    820: "UÙÚÛÜŨŪŬŮŰŲ",
    840: "#+<=>DGHN^~¬±ÐÑ×÷ĎĐĜĞĠĢĤŃŅŇŊ←↑→↓−≈≤≥",
    860: "OQÒÓÔÕÖØŌŎŐ",
    880: "&●",
    940: "wŵ",
    980: "Ħ",
    1000: "@M©®ŉ—…",
    1020: "%",
    1040: "¼½¾",
    1060: "mæ",
    1100: "Æœ",
    1120: "WŴ",
    1180: "Œ",
}

_WIDE_EM = 1300  # emoji and East Asian glyphs come from fallback fonts: the widest seen
_UNKNOWN_EM = 1100

ELLIPSIS = "…"


def _flat(groups: dict[int, str]) -> dict[str, int]:
    return {char: width for width, chars in groups.items() for char in chars}


_WIDTHS = {False: _flat(_REGULAR), True: _flat(_BOLD)}


def _advance(char: str, table: dict[str, int]) -> int:
    known = table.get(char)
    if known is not None:
        return known
    if unicodedata.combining(char) or unicodedata.category(char) in {"Cf", "Cc"}:
        return 0
    return _WIDE_EM if unicodedata.east_asian_width(char) in "WF" else _UNKNOWN_EM


@lru_cache(maxsize=8192)  # labels and numbers come again and again, in both widths and on each refresh
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of `text` set at `size`, in the same unit as `size`; never less than a browser's."""
    table = _WIDTHS[bold]
    return sum(_advance(char, table) for char in text) * size / 1000


def fit(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return `text`, shortened with an ellipsis when it is wider than `room`."""
    if text_width(text, size, bold=bold) <= room:
        return text
    room -= text_width(ELLIPSIS, size, bold=bold)
    kept = ""
    for char in text:
        room -= text_width(char, size, bold=bold)
        if room < 0:
            break
        kept += char
    return kept.rstrip() + ELLIPSIS


def wrap(text: str, size: float, room: float, *, lines: int, bold: bool = False) -> list[str]:
    """Break `text` at spaces into at most `lines` lines no wider than `room`, the last with an ellipsis.

    A single word wider than the room (a long Finnish compound) is cut with a hyphen at the line's end.
    """
    words = text.split()
    done: list[str] = []
    while words and len(done) < lines - 1:
        line, words = _take_line(words, size, room, bold=bold)
        done.append(line)
    if words:
        done.append(fit(" ".join(words), size, room, bold=bold))
    return done or [""]


def _take_line(words: Sequence[str], size: float, room: float, *, bold: bool) -> tuple[str, list[str]]:
    line = words[0]
    if text_width(line, size, bold=bold) > room:
        return _cut_word(words, size, room, bold=bold)
    taken = 1
    while taken < len(words) and text_width(f"{line} {words[taken]}", size, bold=bold) <= room:
        line = f"{line} {words[taken]}"
        taken += 1
    return line, list(words[taken:])


def _cut_word(words: Sequence[str], size: float, room: float, *, bold: bool) -> tuple[str, list[str]]:
    word, kept = words[0], 1
    while kept < len(word) and text_width(word[: kept + 1] + "-", size, bold=bold) <= room:
        kept += 1
    rest = word[kept:]
    tail = [rest] if rest else []
    return word[:kept] + ("-" if rest else ""), [*tail, *words[1:]]

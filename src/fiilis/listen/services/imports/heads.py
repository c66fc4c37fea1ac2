"""Where a table's names stand: under titles, over two rows, with merged cells. Names are made whole and unlike."""

import re
from collections import Counter

from django.utils.translation import gettext as _

from fiilis.listen import times

LOOKED_AT = 30  # rows
LONGEST = 200
# What SurveyMonkey and its kin write under a question that has one column.
_GENERIC = frozenset({"response", "open-ended response", "vastaus", "avoin vastaus", "svar", "öppet svar"})
_NUMBER = re.compile(r"[-+]?[\d\s.,%]+")


def find(rows: list[list[str]]) -> tuple[int, int]:
    """Return how many rows stand above the names, and over how many rows the names go."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    widest = max(filled, default=0)
    wanted = min(2, widest) if widest < 4 else widest // 2
    skip = next((number for number, count in enumerate(filled) if count >= max(1, wanted)), 0)
    return skip, 2 if len(rows) > skip + 1 and _goes_on(rows, skip) else 1


def _goes_on(rows: list[list[str]], skip: int) -> bool:
    """Return whether the row under the first names holds names too."""
    upper, lower = rows[skip], rows[skip + 1]
    said = [cell.strip() for cell in lower if cell.strip()]
    if not said or any(_is_value(cell) for cell in said):
        return False
    if any(cell.casefold() in _GENERIC for cell in said):
        return True
    below = rows[skip + 2] if len(rows) > skip + 2 else []
    merged = sum(1 for n, cell in enumerate(lower) if cell.strip() and (n >= len(upper) or not upper[n].strip()))
    return merged > 0 and any(_is_value(cell.strip()) for cell in below if cell.strip())


def _is_value(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell)) or times.Look().add(cell) or len(cell) > LONGEST


def names(rows: list[list[str]]) -> list[str]:
    """Return the columns' names, each once: an upper name goes over merged cells, an empty one is numbered."""
    width = max((len(row) for row in rows), default=0)
    made = [""] * width
    for depth, row in enumerate(rows):
        group = ""
        for column in range(width):
            cell = " ".join(row[column].split()) if column < len(row) else ""
            if depth < len(rows) - 1:  # an upper row: merged cells are empty to the right
                under = rows[depth + 1][column].strip() if column < len(rows[depth + 1]) else ""
                group = cell or (group if under else "")
                cell = group
            made[column] = _joined(made[column], cell)
    while made and not made[-1]:
        made.pop()
    return _unlike([name[:LONGEST] or _("Column %(n)s") % {"n": n} for n, name in enumerate(made, 1)])


def _joined(upper: str, lower: str) -> str:
    if not upper or not lower or lower.casefold() in _GENERIC or upper == lower:
        return upper or lower
    return f"{upper} – {lower}"


def _unlike(made: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    taken = set(made)
    found = []
    for name in made:
        seen[name] += 1
        while seen[name] > 1 and f"{name} ({seen[name]})" in taken:
            seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def separator_line(text: str) -> tuple[bool, str]:
    """Return whether the first line is spreadsheets' "sep=;", and the delimiter that it names."""
    match = re.match(r"\ufeff?sep=([,;|\t])\r?\n", text, re.IGNORECASE)
    return (True, match[1]) if match else (False, "")

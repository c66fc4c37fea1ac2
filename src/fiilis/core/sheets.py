"""CSV files that people open in spreadsheets: no cell of theirs may turn into a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Where semicolons part lists, as in Finland, a spreadsheet cuts a file of commas there: a cell may begin inside one.
_BEGUN = re.compile(r"([;|]\s{0,20}|(?<=[^ ])[\t\r\n]\s{0,20})(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def safe_cell(cell: object) -> str:
    """Return a cell's text, with an apostrophe before what a spreadsheet would compute.

    >>> safe_cell("=1+1"), safe_cell(" =1+1"), safe_cell("-"), safe_cell("Kommentti"), safe_cell(-3)
    ("'=1+1", "' =1+1", "'-", 'Kommentti', '-3')
    >>> safe_cell("Kassa;=1+1")
    "Kassa;'=1+1"
    """
    text = str(cell)
    if isinstance(cell, int | float):
        return text
    text = _BEGUN.sub(r"\1'", text)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as a CSV file that spreadsheets read as UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([safe_cell(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()

"""Reads one workbook in a process of its own, so that what a hostile file does to memory ends that process alone.

Run as a script by `workbooks`. Writes JSON, a line each: first the sheets, or what is wrong; then the rows of a sheet.
"""

import contextlib
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import msgspec
import python_calamine as calamine

MOST_MEMORY = 3 * 1024**3
"""Bytes of address space. A sheet becomes a grid from its first cell to its last: two cells may ask for all memory."""
MOST_SECONDS = 900
NO_MEMORY = 77  # the exit code that says so


def main() -> None:
    """Read the workbook named first, the sheet named second; the likeliest sheet if there is none of that name."""
    _bound()
    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    for line in _lines(sys.argv[1], sys.argv[2]):
        out.write(encode(line) + b"\n")
    out.flush()


def _bound() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # systems without such limits have their own
        import resource  # noqa: PLC0415 - optional dependency

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def _lines(path: str, wanted: str) -> Iterator[Any]:
    try:
        book = calamine.CalamineWorkbook.from_path(path)
        filled = _heights(book)
        if not filled:
            yield {"fault": "empty"}
            return
        likeliest = next((name for name, height in filled.items() if height > 1), next(iter(filled)))
        chosen = wanted if wanted in filled else likeliest
        rows = book.get_sheet_by_name(chosen).iter_rows()
    except calamine.PasswordError:
        yield {"fault": "protected"}
        return
    except (calamine.CalamineError, OSError):
        yield {"fault": "damaged"}
        return
    yield {"sheets": list(filled), "sheet": chosen}
    for row in rows:
        yield [_text(cell) for cell in row]


def _heights(book: Any) -> dict[str, int]:
    """Return how many rows each visible sheet has, of those that hold anything."""
    found = {
        sheet.name: book.get_sheet_by_name(sheet.name).height
        for sheet in book.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet
    }
    return {name: height for name, height in found.items() if height}


def _text(cell: Any) -> str:
    """Return a cell as it would stand in a CSV file: whole numbers without decimals, times as ISO 8601."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if abs(cell) < 1e15 and cell == int(cell) else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        sys.exit(NO_MEMORY)

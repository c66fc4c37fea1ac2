"""Workbooks (.xlsx): what must not be opened is refused by looking at the archive first; cells become texts.

Formulas are never evaluated: a cell gives the value that the program which saved the file had computed.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from fiilis.listen.services.imports.source import Broken

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ENTRIES = 2_000
MOST_UNPACKED = 800 * 1024 * 1024
MOST_DIRECTORY = 1024 * 1024
# Sheets pack about 1:10; an honest one of a million equal rows 1:150. Small parts may be anything.
MOST_RATIO, FREE = 250, 4 * 1024 * 1024
_CHUNK = 1024 * 1024
_END = struct.Struct("<4s4H2LH")  # the archive's end record


def require_safe(path: Path) -> None:
    """Raise Broken unless the file is a workbook without macros and password, of bearable size. Unpacks nothing."""
    with path.open("rb") as file:
        begins = file.read(8)
    if begins.startswith(OLE):
        raise _ole(path)
    if not begins.startswith(ZIP):
        raise Broken(_("The file isn't a workbook (.xlsx)."), code="not_workbook")
    _require_small_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as fault:
        raise Broken(_("The workbook is damaged. Save it again and send it anew."), code="damaged") from fault
    names = {entry.filename.lower() for entry in entries}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Broken(_("The workbook holds macros. Save it as .xlsx without macros, or as CSV."), code="macros")
    if "xl/workbook.xml" not in names:
        raise Broken(_("The file isn't a workbook of the kind .xlsx. Save it as .xlsx or as CSV."), code="not_workbook")
    if any(entry.flag_bits & 1 for entry in entries):
        raise _protected()
    unpacked = sum(entry.file_size for entry in entries)
    steep = any(entry.file_size > max(FREE, MOST_RATIO * entry.compress_size) for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or steep:
        raise _bomb()


def _require_small_directory(path: Path) -> None:
    """Look at the end record before the directory is read: a directory of millions of names is a bomb of its own."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + _END.size:
        raise Broken(_("The workbook is damaged. Save it again and send it anew."), code="damaged")
    _sign, _disk, _first, _here, entries, directory, _offset, _comment = _END.unpack_from(tail, at)
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise _bomb()


def _ole(path: Path) -> Broken:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    if "EncryptedPackage".encode("utf-16-le") in head:
        return _protected()
    return Broken(_("This is a workbook of the old kind (.xls). Save it as .xlsx or as CSV."), code="old_workbook")


def _protected() -> Broken:
    return Broken(_("The workbook is protected with a password. Save it without one."), code="protected")


def _bomb() -> Broken:
    said = _("The workbook would unpack to more than can be read. Save the sheet with the answers alone, as CSV.")
    return Broken(said, code="unpacks_too_large")


def require_honest(path: Path) -> None:
    """Unpack everything once without keeping it; raise Broken when a part is larger than the directory says."""
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for entry in archive.infolist():
            if entry.compress_type == zipfile.ZIP_STORED:
                honest = entry.file_size == entry.compress_size
            else:
                honest = entry.compress_type == zipfile.ZIP_DEFLATED and _inflates_to(file, entry) == entry.file_size
            if not honest:
                raise Broken(_("The workbook is damaged. Save it again and send it anew."), code="damaged")


def _inflates_to(file: Any, entry: zipfile.ZipInfo) -> int:
    """Return the part's true size, or one more than it should be when it goes on."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != ZIP:
        return -1
    file.seek(entry.header_offset + 30 + sum(struct.unpack("<2H", header[26:30])))
    inflater, left, size = zlib.decompressobj(-15), entry.compress_size, 0
    try:
        while not inflater.eof:
            data = inflater.unconsumed_tail
            if not data:
                data = file.read(min(_CHUNK, left))
                left -= len(data)
                if not data:
                    return -1
            size += len(inflater.decompress(data, _CHUNK))
            if size > entry.file_size:
                return entry.file_size + 1
    except zlib.error:
        return -1
    return size


def names(path: Path) -> tuple[list[str], str]:
    """Return the names of the visible sheets that hold anything, and of the one to read unless told otherwise."""
    import python_calamine as calamine  # noqa: PLC0415 - slow import

    with _opened(path) as book:
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == calamine.SheetVisibleEnum.Visible and sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        heights = {name: _part(book, name).height for name in visible}
    filled = [name for name in visible if heights[name]]
    if not filled:
        raise Broken(_("The workbook has no sheet with anything in it."), code="empty")
    return filled, next((name for name in filled if heights[name] > 1), filled[0])


def sheet(path: Path, name: str) -> Iterator[list[str]]:
    """Yield the rows of one sheet from its first row on, cells as texts."""
    with _opened(path) as book:
        for row in _part(book, name).iter_rows():
            yield [_text(cell) for cell in row]


def _opened(path: Path) -> Any:
    import python_calamine as calamine  # noqa: PLC0415 - slow import

    try:
        return calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError as fault:
        raise _protected() from fault
    except (calamine.CalamineError, OSError) as fault:
        raise Broken(_("The workbook is damaged. Save it again and send it anew."), code="damaged") from fault


def _part(book: Any, name: str) -> Any:
    import python_calamine as calamine  # noqa: PLC0415 - slow import

    try:
        return book.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError) as fault:
        raise Broken(_("The workbook is damaged. Save it again and send it anew."), code="damaged") from fault


def _text(cell: Any) -> str:
    """Return a cell as it would stand in a CSV file: whole numbers without decimals, times as ISO 8601."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)

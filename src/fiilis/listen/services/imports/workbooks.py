"""Workbooks (.xlsx): what must not be opened is refused by looking at the archive first; cells become texts.

Formulas are never evaluated: a cell gives the value that the program which saved the file had computed.
"""

import logging
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from fiilis.listen.services.imports.source import LONGEST_LINE, Broken

log = logging.getLogger("fiilis.uploads")

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_ENTRIES = 2_000
MOST_UNPACKED = 800 * 1024 * 1024
MOST_DIRECTORY = 1024 * 1024
# Sheets pack about 1:10; an honest one of a million equal rows 1:150. Small parts may be anything.
MOST_RATIO, FREE = 250, 4 * 1024 * 1024
_CHUNK = 1024 * 1024
_READER = Path(__file__).with_name("sheet_reader.py")
_NO_MEMORY = 77
_END = struct.Struct("<4s4H2LH")  # the archive's end record
_LOCATOR = struct.Struct("<4sLQL")  # tells where the end record of large archives stands, just before it
_LARGE_END = struct.Struct("<4sQ2H2L4Q")


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
        raise _damaged() from fault
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
    """Look at the end record before the directory is read: a directory of millions of names is a bomb of its own.

    The directory must stand just before its end record: where it may be somewhere else, two programs find two of them.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        tail_at = file.seek(max(0, size - 65_557))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) < at + _END.size:
            raise _damaged()
        _sign, _disk, _first, _here, *said, _comment = _END.unpack_from(tail, at)
        ends_at = tail_at + at
        large_at = ends_at - _LOCATOR.size - _LARGE_END.size
        if large_at >= 0:
            file.seek(large_at)
            said, ends_at = _large(file.read(_LARGE_END.size + _LOCATOR.size), said, large_at) or (said, ends_at)
    entries, directory, offset = said
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise _bomb()
    if offset + directory != ends_at:
        raise _damaged()


def _large(records: bytes, said: list[int], at: int) -> tuple[list[int], int] | None:
    """Return what the end record of large archives says, and its place, where there is one: it outdoes the small."""
    sign, _disk, begins, _disks = _LOCATOR.unpack_from(records, _LARGE_END.size)
    if sign != b"PK\x06\x07":
        return None
    sign, _size, _by, _for, _disk, _first, _here, *large = _LARGE_END.unpack_from(records)
    left_open = (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    agree = all(one in (more, full) for one, more, full in zip(said, large, left_open, strict=True))
    if sign != b"PK\x06\x06" or begins != at or not agree:
        raise _damaged()
    return large, at


def _ole(path: Path) -> Broken:
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    if "EncryptedPackage".encode("utf-16-le") in head:
        return _protected()
    return Broken(_("This is a workbook of the old kind (.xls). Save it as .xlsx or as CSV."), code="old_workbook")


def _damaged() -> Broken:
    return Broken(_("The workbook is damaged. Save it again and send it anew."), code="damaged")


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
                raise _damaged()


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


class _Head(msgspec.Struct):
    """What the reading process says first."""

    sheets: list[str] = []
    sheet: str = ""
    fault: str = ""


def read(path: Path, wanted: str) -> tuple[list[str], str, Iterator[list[str]]]:
    """Return the visible sheets that hold anything, the one that is read, and its rows from the first on, as texts.

    `wanted` is read if it is one of them, else the likeliest. Another process reads: a workbook of a few bytes can ask
    for more memory than there is, and that must end nobody else's work. Raises Broken, the iterator too.
    """
    lines = _lines(path, wanted)
    head = msgspec.json.decode(next(lines), type=_Head)
    if head.fault == "protected":
        raise _protected()
    if head.fault == "empty":
        raise Broken(_("The workbook has no sheet with anything in it."), code="empty")
    if head.fault:
        raise _damaged()
    decode = msgspec.json.Decoder(list[str]).decode
    return head.sheets, head.sheet, map(decode, lines)


def _lines(path: Path, wanted: str) -> Iterator[bytes]:
    # -P: the names of modules beside the script would hide those of Python's own library.
    command = [sys.executable, "-P", str(_READER), str(path), wanted]
    with subprocess.Popen(  # noqa: S603 - our own script; its arguments are no shell's
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as reader:
        try:
            assert reader.stdout is not None  # noqa: S101 - for the type checker
            while (line := reader.stdout.readline(LONGEST_LINE)).endswith(b"\n"):
                yield line
            if len(line) >= LONGEST_LINE:
                text = _("The line is longer than %(most)s bytes. Is it a table?") % {"most": LONGEST_LINE}
                raise Broken(text, code="long_line")
            ended = reader.wait()
        finally:
            reader.kill()
    if ended:
        log.warning("a workbook's reader ended with %s", ended)
        # A signal, or Python's own word for no memory: the limits of the reader have been met.
        raise _bomb() if ended < 0 or ended == _NO_MEMORY else _damaged()

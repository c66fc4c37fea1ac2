"""Any file of answers as one plain table: UTF-8, commas, one line of names. Written to disk row by row.

The import reads only such tables; what another tool exports is turned into one here, in the worker.
"""

import csv
import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import msgspec
from django.utils.translation import gettext as _

from fiilis.listen import redact
from fiilis.listen.mapping import DELIMITERS, FileRule, load
from fiilis.listen.services.imports import heads, workbooks
from fiilis.listen.services.imports.profiles import Column, Profile
from fiilis.listen.services.imports.source import LONGEST_LINE, Broken, csv_fault

SAMPLE = 20
MOST_COLUMNS = 500
MOST_ROWS = 5_000_000
_TICK = 10_000
_SNIFFED = 256 * 1024

Progress = Callable[[int, int], None]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """How a file was read: what stands in it, where its names are, and its first rows without personal data."""

    columns: tuple[Column, ...]
    rows: int
    sample: tuple[tuple[str, ...], ...]
    encoding: str = ""  # of a text
    delimiter: str = ""
    sheet: str = ""  # of a workbook
    sheets: tuple[str, ...] = ()
    skip: int = 0  # rows above the names
    head: int = 1  # rows of names

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, each once."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Where:
    """Where the table stands in its file; None and "" are found out."""

    sheet: str = ""
    skip: int | None = None
    head: int | None = None
    encoding: str = ""
    delimiter: str = ""


@dataclass(slots=True)
class _Opened:
    """A file's rows, and how far it has been read."""

    rows: Iterator[list[str]]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    done: Callable[[], int] = lambda: 0
    close: Callable[[], None] = lambda: None
    total: int = 0


def is_workbook(path: Path) -> bool:
    """Return whether the file is an archive or an old office file, whatever its name says."""
    with path.open("rb") as file:
        begins = file.read(8)
    return begins.startswith((workbooks.ZIP, workbooks.OLE))


def is_plain(path: Path, rule: FileRule) -> bool:
    """Return whether the import can read the file as it is."""
    if rule.sheet or rule.skip or rule.head != 1 or is_workbook(path):
        return False
    with path.open("rb") as file:
        return file.read(2) not in (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def readable(file: Path, mapping: Path) -> Iterator[tuple[Path, bool]]:
    """Yield a file that the import can read, and whether it is a flat copy, which is gone after the block."""
    rule = load(mapping).file
    if is_plain(file, rule):
        yield file, False
        return
    with tempfile.TemporaryDirectory(prefix="fiilis-import-") as folder:
        copy = Path(folder) / f"{file.stem}.csv"
        where = Where(rule.sheet, rule.skip, rule.head, rule.encoding, rule.delimiter)
        flatten(file, copy, where=where)
        yield copy, True


def flatten(path: Path, into: Path, *, where: Where | None = None, progress: Progress | None = None) -> Table:
    """Write the file's table to `into`; return what stands in it. Raises Broken with a word for the reader."""
    where = where or Where()
    opened = _workbook(path, where) if is_workbook(path) else _text(path, where)
    first = list(itertools.islice(opened.rows, heads.LOOKED_AT))
    skip, head = heads.find(first)
    skip = skip if where.skip is None else where.skip
    head = head if where.head is None else where.head
    names = heads.names(first[skip : skip + head])
    if not names:
        raise Broken(_("The file has no row with the columns' names."), code="no_head")
    if len(names) > MOST_COLUMNS:
        raise Broken(_("The table has more than %(most)s columns.") % {"most": MOST_COLUMNS}, code="too_wide")
    profiles = [Profile(name) for name in names]
    sample: list[tuple[str, ...]] = []
    rows = 0
    with into.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for raw in itertools.chain(first[skip + head :], opened.rows):
            cells = _fitted(raw, len(names))
            _write(writer, file, cells)
            rows += 1
            if len(cells) == len(names):
                for profile, cell in zip(profiles, cells, strict=True):
                    if cell:
                        profile.add(cell)
                if len(sample) < SAMPLE and any(cells):
                    sample.append(tuple(redact.redact(cell[:200]).text for cell in cells))
            if rows % _TICK == 0 and progress:
                progress(opened.done(), opened.total)
            if rows > MOST_ROWS:
                raise Broken(_("The table has more than %(most)s rows.") % {"most": MOST_ROWS}, code="too_long")
    if not sample:
        raise Broken(_("There are no rows under the columns' names."), code="empty")
    columns = tuple(profile.column() for profile in profiles)
    hidden = {number for number, column in enumerate(columns) if column.personal}
    return Table(
        columns=columns,
        rows=rows,
        sample=tuple(tuple("…" if n in hidden and cell else cell for n, cell in enumerate(row)) for row in sample),
        encoding=opened.encoding,
        delimiter=opened.delimiter,
        sheet=opened.sheet,
        sheets=opened.sheets,
        skip=skip,
        head=head,
    )


def _fitted(raw: list[str], width: int) -> list[str]:
    """Return a row without empty cells behind the last name; an empty row has no cells."""
    cells = [cell.strip() for cell in raw]
    if not any(cells):
        return []
    while len(cells) > width and not cells[-1]:
        cells.pop()
    return cells


def _write(writer: Any, file: TextIO, cells: list[str]) -> None:
    if cells:
        writer.writerow(cells)
    else:
        file.write("\n")  # csv would write nothing for a row of no cells on some versions, and "" for one of one


def _workbook(path: Path, where: Where) -> _Opened:
    workbooks.require_safe(path)
    workbooks.require_honest(path)
    sheets, chosen, rows = workbooks.read(path, where.sheet)
    return _Opened(rows, sheet=chosen, sheets=tuple(sheets))


def require_text(path: Path) -> None:
    """Raise Broken for what can be seen at once to be no table."""
    _text(path, Where()).close()


def _text(path: Path, where: Where) -> _Opened:
    with path.open("rb") as raw:
        begins = raw.read(_SNIFFED)
    if not begins.strip(b"\xef\xbb\xbf \r\n\t,;"):
        raise Broken(_("The file is empty."), code="empty")
    encoding = where.encoding or _encoding(path, begins)
    try:
        head = begins.decode(encoding, errors="ignore")
    except LookupError:
        raise Broken(_("The encoding isn't known."), code="encoding") from None
    if "\x00" in head:
        raise Broken(_("The file isn't text and no workbook. Send a CSV file or an .xlsx workbook."), code="not_table")
    said, sep = heads.separator_line(head)
    delimiter = where.delimiter or sep or _delimiter(head)
    file = path.open(encoding=encoding, newline="")
    return _Opened(
        _lines(file, delimiter, skip=said),
        encoding=encoding,
        delimiter=delimiter,
        done=_position(file),
        close=file.close,
        total=path.stat().st_size,
    )


def _position(file: TextIO) -> Callable[[], int]:
    """Return what tells how many bytes have been read (a text's own position can't be asked for while it is read)."""
    return lambda: file.buffer.seek(0, 1)


def _lines(file: TextIO, delimiter: str, *, skip: bool) -> Iterator[list[str]]:
    with file:
        reader = csv.reader(_short_lines(file), delimiter=delimiter, strict=True)
        number = 0
        try:
            for number, row in enumerate(reader, 1):
                # the line "sep=;" is told to spreadsheets; it stays a row, so that rows keep their numbers
                yield [] if skip and number == 1 else row
        except csv.Error as fault:
            raise Broken(csv_fault(str(fault)), line=number + 1, code="quotes") from fault
        except UnicodeDecodeError as fault:
            text = _("There are bytes that aren't %(encoding)s. Save the file as UTF-8.")
            raise Broken(text % {"encoding": file.encoding}, line=number + 1, code="encoding") from fault


def _short_lines(file: TextIO) -> Iterator[str]:
    """Yield lines; one that never ends isn't taken into memory."""
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            text = _("The line is longer than %(most)s bytes. Is it a table?") % {"most": LONGEST_LINE}
            raise Broken(text, line=number, code="long_line")
        if "\x00" in line:
            text = _("There is a NUL byte: the file isn't text, or it is damaged.")
            raise Broken(text, line=number, code="nul")
        yield line


def _encoding(path: Path, begins: bytes) -> str:
    if begins.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = begins[:1000]
    if sample.count(b"\x00") * 3 > len(sample):
        return "utf-16-le" if sample[1:2] == b"\x00" else "utf-16-be"
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(LONGEST_LINE), b""):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first rows into equally many cells, the most where several do."""
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
        try:
            widths = [len(row) for row in itertools.islice(rows, 30) if any(row)]
        except csv.Error:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 1
        score = (round(widths.count(usual) / len(widths), 1), usual) if usual > 1 else (0.0, 0)
        if score > best:
            best, found = score, delimiter
    return found

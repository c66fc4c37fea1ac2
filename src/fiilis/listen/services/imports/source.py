"""A file of answers as lines of cells: how it is written is found out, and a broken file is refused with its line."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from fiilis.core.errors import FieldProblem, Invalid
from fiilis.listen.mapping import DELIMITERS, FileRule

LONGEST_LINE = 1_000_000  # bytes
LONGEST_CELL = 131_072  # characters: csv's own limit


class Broken(Invalid):
    """The file can't be read as a table at all. `line` counts from 1; 0: the file as a whole."""

    code = "broken_file"

    def __init__(self, text: str, *, line: int = 0, code: str) -> None:
        detail = _("Line %(line)s: %(fault)s") % {"line": line, "fault": text} if line else text
        super().__init__(detail, code=code, fields=[FieldProblem(f"line {line}" if line else "file", code, text)])
        self.line = line


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is written, and the hash of its bytes."""

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    sha256: str


def examine(path: Path, rule: FileRule, *, wanted: Sequence[str]) -> Shape:
    """Read the whole file once as bytes and its head as a table; return how it is written.

    `wanted` are the columns that must be there. Raises Broken: unreadable, empty, UTF-16, a NUL byte, an over-long
    line, bytes that aren't in the encoding, columns missing or doubled.
    """
    encoding, sha256 = _scan(path, rule.encoding.lower())
    delimiter, columns = _head(path, encoding, rule.delimiter, wanted)
    _require(columns, wanted)
    return Shape(encoding, delimiter, columns, sha256)


def sha256_of(path: Path) -> str:
    """Return the hash of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lines(path: Path, shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """Yield each line under the head as (number of its first line in the file, cells); empty lines as no cells.

    Raises Broken where the quotes don't fit.
    """
    with _open(path, shape.encoding) as text:
        reader = csv.reader(text, delimiter=shape.delimiter, strict=True)
        begins = 1
        try:
            for number, cells in enumerate(reader):
                if number:
                    yield begins, cells
                begins = reader.line_num + 1
        except csv.Error as fault:
            raise Broken(csv_fault(str(fault)), line=begins, code="quotes") from fault


def csv_fault(said: str) -> str:
    """Return in words what Python's csv module finds wrong."""
    if "field larger" in said:
        return _("A cell is longer than %(most)s characters. Is a quotation mark missing?") % {"most": LONGEST_CELL}
    return _("The quotation marks don't fit: one is missing, or one too many.")


def _open(path: Path, encoding: str) -> TextIO:
    # "utf-8-sig" reads UTF-8 with or without the byte order mark that spreadsheets put first.
    return path.open(encoding="utf-8-sig" if encoding.startswith("utf-8") else encoding, newline="")


def _scan(path: Path, given: str) -> tuple[str, str]:
    """Return the encoding and the hash; go through every line as bytes."""
    tried = (given,) if given else ("utf-8", "cp1252")
    faults: dict[str, int] = {}
    digest = hashlib.sha256()
    number = 0
    try:
        with path.open("rb") as file:
            while line := file.readline(LONGEST_LINE + 1):
                number += 1
                digest.update(line)
                _check_line(line, number)
                if not line.isascii():
                    for encoding in tried:
                        if encoding not in faults and not _decodes(line, encoding):
                            faults[encoding] = number
    except OSError as fault:
        raise Broken(_("The file “%(file)s” can't be read.") % {"file": path.name}, code="unreadable") from fault
    if number == 0:
        raise Broken(_("The file is empty."), code="empty")
    for encoding in tried:
        if encoding not in faults:
            return encoding, digest.hexdigest()
    text = _("There are bytes that aren't %(encoding)s. Save the file as UTF-8.")
    raise Broken(text % {"encoding": tried[-1]}, line=faults[tried[-1]], code="encoding")


def _check_line(line: bytes, number: int) -> None:
    if number == 1 and line[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Broken(_("The file is UTF-16. Save it as UTF-8."), line=1, code="encoding")
    if b"\x00" in line:
        raise Broken(_("There is a NUL byte: the file isn't text, or it is damaged."), line=number, code="nul")
    if len(line) > LONGEST_LINE:
        text = _("The line is longer than %(most)s bytes. Is it a table?") % {"most": LONGEST_LINE}
        raise Broken(text, line=number, code="long_line")


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _head(path: Path, encoding: str, given: str, wanted: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return delimiter and columns: of the delimiters tried, the one that gives most of the wanted columns."""
    best: tuple[tuple[int, int], str, tuple[str, ...]] | None = None
    fault: Broken | None = None
    for delimiter in (given,) if given else DELIMITERS:
        with _open(path, encoding) as text:
            try:
                cells = next(csv.reader(text, delimiter=delimiter, strict=True), [])
            except csv.Error as caught:
                fault = Broken(csv_fault(str(caught)), line=1, code="quotes")
                continue
        columns = tuple(cell.strip() for cell in cells)
        score = (len(set(columns) & set(wanted)), len(columns))
        if best is None or score > best[0]:
            best = (score, delimiter, columns)
    if best is None:
        raise fault or Broken(_("The file is empty."), code="empty")
    return best[1], best[2]


def _require(columns: Sequence[str], wanted: Sequence[str]) -> None:
    if not any(columns):
        raise Broken(_("The first line must hold the columns' names."), line=1, code="no_head")
    missing = [column for column in wanted if column not in columns]
    if missing:
        near = get_close_matches(missing[0], [column for column in columns if column], 1)
        said = _("There is no column %(columns)s.") % {"columns": ", ".join(f"“{name}”" for name in missing)}
        if near:
            said += " " + _("Is it “%(near)s”?") % {"near": near[0]}
        raise Broken(said, line=1, code="missing_column")
    doubled = sorted({column for column in wanted if columns.count(column) > 1})
    if doubled:
        said = _("There is more than one column %(columns)s.")
        raise Broken(said % {"columns": ", ".join(f"“{name}”" for name in doubled)}, line=1, code="doubled_column")

"""Files that can't be imported: each is refused with a clear word, and nothing of it is kept."""

import io
import struct
import zipfile
from pathlib import Path
from string import ascii_uppercase as LETTERS
from typing import Any

import pytest
from django.utils import translation
from pytest_django import Settings

from fiilis.core.errors import Conflict, Problem
from fiilis.listen.models import Upload
from fiilis.listen.services import uploads
from fiilis.listen.services.uploads import files, requests, work
from tests.conftest import World
from tests.listen.desk import HEAD, Desk, rows, text
from tests.listen.shop import DATABASES, Shop
from tests.listen.workbook import MAIN, write

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def desk(world: World) -> Desk:
    Shop(world.woollens).open()
    return Desk(world)


# bad input: a clear word, nothing kept


def packed(path: Path, parts: dict[str, bytes]) -> bytes:
    return write(path, {"Data": [["Pvm", "NPS"], ["2.3.2026", 9]]}, more=parts).read_bytes()


def refusal(desk: Desk, content: bytes, name: str) -> str:
    with pytest.raises(Problem) as caught:
        desk.send(content, name)
    assert not Upload.objects.of(desk.workspace).exists()
    assert [path for path in files.root().glob("*/*")] == []
    return caught.value.code


def test_macro_workbook_is_refused(desk: Desk, tmp_path: Path) -> None:
    assert refusal(desk, packed(tmp_path / "a", {"xl/vbaProject.bin": b"x"}), "a.xlsx") == "macros"
    assert refusal(desk, packed(tmp_path / "a", {}), "a.xlsm") == "macros"


def test_zip_bomb_is_refused_unopened(desk: Desk, tmp_path: Path) -> None:
    assert refusal(desk, packed(tmp_path / "a", {"xl/media/x": bytes(300_000_000)}), "a.xlsx") == "unpacks_too_large"
    many = {f"x/{n}": b"" for n in range(2_100)}
    assert refusal(desk, packed(tmp_path / "a", many), "a.xlsx") == "unpacks_too_large"


def test_archive_that_lies_about_its_size_is_refused(desk: Desk, tmp_path: Path) -> None:
    raw = bytearray(packed(tmp_path / "a", {"xl/x": b"a" * 100_000}))
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        size = archive.getinfo("xl/x").file_size.to_bytes(4, "little")
    raw = raw.replace(size, (50).to_bytes(4, "little"))
    upload = desk.look(bytes(raw), "a.xlsx")
    assert (upload.status, upload.fault) == ("broken", "The workbook is damaged. Save it again and send it anew.")


def ended(raw: bytes, *, said: tuple[int, int, int], large: tuple[int, int, int] | None = None) -> bytes:
    """Return the archive with other end records: entries, bytes and place of the directory."""
    at = raw.rfind(b"PK\x05\x06")
    made = raw[:at]
    if large is not None:
        entries, size, offset = large
        made += struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, offset)
        made += struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    entries, size, offset = said
    return made + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, size, offset, 0)


def end_of(raw: bytes) -> tuple[int, int, int]:
    """Return entries, bytes and place of an archive's directory."""
    entries, size, offset = struct.unpack_from("<H2L", raw, raw.rfind(b"PK\x05\x06") + 10)
    return entries, size, offset


def test_archive_with_the_end_record_of_large_ones_is_read(desk: Desk, tmp_path: Path) -> None:
    raw = packed(tmp_path / "a", {})
    for said in (end_of(raw), (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)):
        assert desk.look(ended(raw, said=said, large=end_of(raw)), "a.xlsx").status == "ready"


def test_directory_behind_the_end_record_of_large_ones_is_looked_at(desk: Desk, tmp_path: Path) -> None:
    raw = packed(tmp_path / "a", {})
    entries, size, offset = end_of(raw)
    most = (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    for large in ((3_000_000, size, offset), (entries, 150_000_000, offset)):
        assert refusal(desk, ended(raw, said=most, large=large), "a.xlsx") == "unpacks_too_large"
        assert refusal(desk, ended(raw, said=end_of(raw), large=large), "a.xlsx") == "damaged"


def test_archive_with_two_directories_is_refused(desk: Desk, tmp_path: Path) -> None:
    raw = packed(tmp_path / "a", {})
    entries, size, offset = end_of(raw)
    at = raw.rfind(b"PK\x05\x06")
    doubled = raw[:at] + raw[offset:]
    assert refusal(desk, ended(doubled, said=(entries, size, offset)), "a.xlsx") == "damaged"
    assert refusal(desk, ended(raw, said=end_of(raw), large=(entries, size, offset - 1)), "a.xlsx") == "damaged"


def with_sheet(path: Path, cells: dict[str, float]) -> bytes:
    """Return a workbook whose sheet holds these cells and nothing between them."""
    made = io.BytesIO()
    said = "".join(f'<row r="{ref.lstrip(LETTERS)}"><c r="{ref}"><v>{v}</v></c></row>' for ref, v in cells.items())
    sheet = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{said}</sheetData></worksheet>'
    with zipfile.ZipFile(io.BytesIO(packed(path, {}))) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            new.writestr(entry, sheet if entry.filename.endswith("sheet1.xml") else old.read(entry))
    return made.getvalue()


def test_two_cells_that_ask_for_all_memory_end_no_one_elses_work(desk: Desk, tmp_path: Path) -> None:
    upload = desk.look(with_sheet(tmp_path / "a", {"A1": 1, "XFD1048576": 2}), "a.xlsx")
    assert (upload.status, upload.fault) == (
        "broken",
        "The workbook would unpack to more than can be read. Save the sheet with the answers alone, as CSV.",
    )
    assert desk.look(text([HEAD, *rows()])).status == "ready"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b"\xef\xbb\xbf \r\n", "a.csv", "empty"),
        (b"%PDF-1.7\x00\x01\x02", "a.pdf", "not_table"),
        (b"PK\x03\x04 but no more", "a.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "protected"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Workbook", "a.xls", "old_workbook"),
    ],
)
def test_what_is_no_table_is_refused_at_once(desk: Desk, content: bytes, name: str, code: str) -> None:
    assert refusal(desk, content, name) == code


def test_other_archives_are_refused(desk: Desk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", "x")
    assert refusal(desk, out.getvalue(), "a.xlsx") == "not_workbook"


def test_too_large_file_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_BYTES", 100)
    assert refusal(desk, b"x" * 200, "a.csv") == "too_large"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("NPS;Pvm\n", "There are no rows under the columns' names."),
        (
            "NPS;Pvm\n" + "9;2.3.2026\n" * 30_000 + "9;\x00\n",
            "Line 30002: There is a NUL byte: the file isn't text, or it is damaged.",
        ),
        ('NPS;Pvm\n9;"2.3.2026\n', "Line 2: The quotation marks don't fit: one is missing, or one too many."),
        (
            f"NPS;Pvm\n9;{'x' * 140_000}\n",
            "Line 2: A cell is longer than 131072 characters. Is a quotation mark missing?",
        ),
    ],
)
def test_what_is_found_broken_on_the_way_says_so(desk: Desk, content: str, says: str) -> None:
    upload = desk.look(content)
    assert (upload.status, upload.fault) == ("broken", says)
    with pytest.raises(Conflict):
        requests.table_of(upload)


def test_workbook_without_a_filled_sheet_says_so(desk: Desk, tmp_path: Path) -> None:
    upload = desk.look(write(tmp_path / "a.xlsx", {"Tyhjä": []}).read_bytes(), "a.xlsx")
    assert (upload.status, upload.fault) == ("broken", "The workbook has no sheet with anything in it.")


def test_fault_is_told_in_the_senders_language(desk: Desk) -> None:
    sent = uploads.receive(
        workspace=desk.workspace, file_name="a.csv", chunks=[b"NPS;Pvm\n"], by=desk.by, language="fi"
    )
    work.run_next()
    sent.refresh_from_db()
    with translation.override("fi"):
        assert sent.fault == translation.gettext("There are no rows under the columns' names.")


def test_file_that_no_rule_foresaw_keeps_no_other_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def surprised(*_given: Any, **_more: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(work.tables, "flatten", surprised)
        assert desk.look(text([HEAD, *rows()])).status == "broken"
    assert desk.look(text([HEAD, *rows()])).status == "ready"

import doctest

import pytest

from fiilis.core import sheets


def test_examples_are_true() -> None:
    done = doctest.testmod(sheets)
    assert (done.attempted, done.failed) == (2, 0)


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_nothing_becomes_a_formula(cell: str) -> None:
    assert sheets.safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [("Kassa;=1+1", "Kassa;'=1+1"), ("a; @x", "a; '@x"), ("a\n+1", "a\n'+1"), ("=1;-2", "'=1;'-2"), ("a;b-c", "a;b-c")],
)
def test_nothing_becomes_a_formula_where_semicolons_part_cells(cell: str, safe: str) -> None:
    assert sheets.safe_cell(cell) == safe


def test_file_is_read_as_utf8() -> None:
    assert sheets.csv_bytes([["ä", "b,c"], [1, "=1"]]) == b'\xef\xbb\xbf\xc3\xa4,"b,c"\r\n1,\'=1\r\n'

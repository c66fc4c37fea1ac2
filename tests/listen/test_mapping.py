"""MAP.toml: what is understood, what is refused and where, and that the handbook's example holds."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.core.errors import Invalid
from fiilis.listen import mapping
from fiilis.listen.services.imports import Why

DOCS = Path(__file__).parents[2] / "docs" / "importing.md"
SMALL = """
[survey]
code = "abc"
[time]
column = "when"
[[answer]]
column = "NPS"
question = "nps"
"""


def test_small_mapping_has_the_defaults() -> None:
    small = mapping.parse(SMALL)
    assert small.columns == ("when", "NPS")
    assert (small.file.encoding, small.file.delimiter, small.file.decimal, small.time.zone) == ("", "", ".", "UTC")
    assert small.weight is None


def test_columns_are_named_once_each() -> None:
    made = mapping.parse(SMALL + '[cluster]\ncolumn = "when"\n[weight]\ncolumn = "w"\n')
    assert made.columns == ("when", "w", "NPS")


def test_handbooks_example_is_a_mapping() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.S)
    with pytest.raises(Invalid) as caught:
        mapping.parse(example)  # it shows both ways to name a survey
    assert caught.value.fields[0].field == "survey"
    made = mapping.parse(re.sub(r"^define = .*$", "", example, flags=re.M))
    assert [rule.question for rule in made.answer] == ["nps", "solved", "bought"]
    assert (made.file.decimal, made.survey.version, made.time.format) == (",", 1, "%d.%m.%Y %H:%M")


def test_handbook_tells_every_reason() -> None:
    table = DOCS.read_text(encoding="utf-8").partition("## Reasons for refusing")[2].partition("## ")[0]
    told = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`([a-z_]+)`", row.split("|")[1] if "|" in row else "")
    }
    assert told == set(Why)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("[survey]", "[surway]"), ""),
        (('question = "nps"', 'question = "nps"\nblanc = ["1"]'), "answer[0]"),
        (('code = "abc"', ""), "survey"),
        (('code = "abc"', 'code = "abc"\ndefine = "x.toml"'), "survey"),
        (('column = "when"', ""), "time"),
        (('column = "when"', 'column = "when"\nvalue = 2017-05-01'), "time"),
        (('column = "when"', 'value = "2017-05-01"'), "time.value"),
        (('column = "when"', 'column = "when"\nzone = "Europe/Helsingfors"'), "time.zone"),
        (('column = "when"', 'column = "when"\nzone = "../etc/passwd"'), "time.zone"),
        (('column = "when"', 'column = "when"\nformat = "%Y"\nbase = 2017-05-01'), "time"),
        (('column = "NPS"', ""), "answer[0]"),
        (('column = "NPS"', 'column = "NPS"\ncolumns = ["a"]'), "answer[0]"),
        (("[survey]", '[file]\nencoding = "utf-7"\n[survey]'), "file.encoding"),
        (("[survey]", '[file]\ndelimiter = "::"\n[survey]'), "file.delimiter"),
        (("[survey]", '[file]\ndecimal = ";"\n[survey]'), "file.decimal"),
        (("[survey]", '[weight]\ncolumn = "a"\nvalue = "1"\n[survey]'), "weight"),
        (("[survey]", "[weight]\ncolumn = 3\n[survey]"), "weight.column"),
    ],
)
def test_wrong_mapping_is_refused_with_its_place(change: tuple[str, str], place: str) -> None:
    with pytest.raises(Invalid) as caught:
        mapping.parse(SMALL.replace(*change))
    assert caught.value.code == "mapping"
    assert caught.value.fields[0].field == place


def test_question_mapped_twice_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        mapping.parse(SMALL + '[[answer]]\ncolumn = "X"\nquestion = "nps"\n')
    assert caught.value.fields[0].field == "answer[1]"


def test_mapping_without_answers_is_refused() -> None:
    with pytest.raises(Invalid):
        mapping.parse('answer = []\n[survey]\ncode = "a"\n[time]\ncolumn = "b"\n')


def test_answers_given_as_the_mapping_are_refused(tmp_path: Path) -> None:
    for name, raw in (("big", b"x" * 1_000_001), ("latin", b"\xe4\xff"), ("csv", b"a,b\n1,2\n")):
        path = tmp_path / name
        path.write_bytes(raw)
        with pytest.raises(Invalid):
            mapping.load(path)
    with pytest.raises(Invalid):
        mapping.load(tmp_path / "none")


@given(st.text(max_size=200))
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    with pytest.raises(Invalid):
        mapping.parse(text)

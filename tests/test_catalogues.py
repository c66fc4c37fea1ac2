"""fi, sv and en are equals: no missing, fuzzy or stale text, the same placeholders, compiled files in step."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from tests import catalogues

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.fixture(params=catalogues.LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> polib.POFile:
    return polib.pofile(str(catalogues.path(request.param)))


def forms(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_nothing_is_missing_or_fuzzy(catalogue: polib.POFile) -> None:
    assert [e.msgid for e in catalogue if "fuzzy" in e.flags or not all(forms(e))] == []


def test_placeholders_are_the_same(catalogue: polib.POFile) -> None:
    wrong = []
    for entry in catalogue:
        asked = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        # the singular may spell its number out
        singular = set(PLACEHOLDER.findall(entry.msgid))
        for text in forms(entry):
            if set(PLACEHOLDER.findall(text)) not in (asked, singular):
                wrong.append(entry.msgid)
    assert wrong == []


def test_html_is_the_same(catalogue: polib.POFile) -> None:
    tags = re.compile(r"</?\w+")
    assert [e.msgid for e in catalogue for t in forms(e) if tags.findall(t) != tags.findall(e.msgid)] == []


def test_compiled_file_is_in_step(catalogue: polib.POFile) -> None:
    compiled = polib.mofile(str(Path(catalogue.fpath).with_suffix(".mo")))
    assert {(e.msgctxt, e.msgid): forms(e) for e in compiled} == {(e.msgctxt, e.msgid): forms(e) for e in catalogue}


def test_finnish_and_swedish_differ_from_english() -> None:
    same_by_nature = {"Fiilis", "NPS", "CSAT", "CES"}
    for language in ("fi", "sv"):
        left = [
            e.msgid
            for e in polib.pofile(str(catalogues.path(language)))
            if not e.msgid_plural and e.msgstr == e.msgid and len(e.msgid.split()) > 2 and e.msgid not in same_by_nature
        ]
        assert left == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs gettext")
def test_every_text_of_code_and_templates_stands_in_the_catalogues(tmp_path: Path) -> None:
    copy = tmp_path / "fiilis"
    shutil.copytree(catalogues.PACKAGE, copy, ignore=shutil.ignore_patterns("locale", "static", "__pycache__", "data"))
    # In a process of its own: makemessages walks from the working directory, which the other tests share.
    script = (
        f"import tests.catalogues as c, django; django.setup(); c.collect(__import__('pathlib').Path({str(copy)!r}))"
    )
    subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, cwd=Path(__file__).parent.parent,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )  # fmt: skip
    fresh = {(e.msgctxt, e.msgid) for e in polib.pofile(str(catalogues.path("fi", copy)))}
    for language in catalogues.LANGUAGES:
        assert {(e.msgctxt, e.msgid) for e in polib.pofile(str(catalogues.path(language)))} == fresh

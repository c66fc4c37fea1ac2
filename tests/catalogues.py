"""Collects the texts of code and templates into the catalogues and compiles them: `make messages` (needs gettext)."""

import contextlib
import os
import sys
from pathlib import Path

import django
import polib
from django.core.management import call_command

PACKAGE = Path(__file__).parent.parent / "src" / "fiilis"
LANGUAGES = ("fi", "sv", "en")


def path(language: str, package: Path = PACKAGE) -> Path:
    return package / "locale" / language / "LC_MESSAGES" / "django.po"


def collect(package: Path) -> None:
    """Bring the catalogues of `package` in step with its texts; new ones are left empty."""
    for language in LANGUAGES:
        path(language, package).parent.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(package):
        call_command(
            "makemessages", locale=list(LANGUAGES), add_location="file", no_obsolete=True, no_wrap=True, verbosity=0
        )


def tidy(language: str) -> polib.POFile:
    """English texts are their own translation; the header holds no dates, so that nothing changes without reason."""
    catalogue = polib.pofile(str(path(language)), wrapwidth=0)
    catalogue.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    catalogue.header = ""
    for entry in catalogue:
        if language == "en":
            entry.msgstr = "" if entry.msgid_plural else entry.msgid
            if entry.msgid_plural:
                entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
            entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
        entry.previous_msgid = entry.previous_msgid_plural = entry.previous_msgctxt = None
        if "fuzzy" in entry.flags:  # gettext's guess from a similar text: never what is meant
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
            entry.msgstr_plural = {0: "", 1: ""} if entry.msgid_plural else {}
    catalogue.sort(key=lambda entry: (entry.msgid, entry.msgctxt or ""))
    return catalogue


def main() -> int:
    """Collect, tidy, compile; return how many texts lack a translation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    collect(PACKAGE)
    missing = 0
    for language in LANGUAGES:
        catalogue = tidy(language)
        catalogue.save(str(path(language)))
        catalogue.save_as_mofile(str(path(language).with_suffix(".mo")))
        lacking = [e for e in catalogue if not e.translated()]
        missing += len(lacking)
        print(f"{language}: {len(catalogue)} texts, {len(lacking)} without a translation")
    return missing


if __name__ == "__main__":
    sys.exit(1 if main() else 0)

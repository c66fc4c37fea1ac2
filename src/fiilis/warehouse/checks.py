"""What `fiilis doctor` says about the facts."""

import os
from collections.abc import Iterator
from datetime import timedelta

from deltalake.exceptions import DeltaError
from django.utils.translation import gettext as _

from fiilis.core import clock
from fiilis.core.doctor import Finding
from fiilis.core.errors import SettingProblem
from fiilis.warehouse import sync
from fiilis.warehouse.lake import Lake, root
from fiilis.warehouse.models import FactTable
from fiilis.warehouse.tables import ANSWER

LATE = timedelta(seconds=30)


def check() -> Iterator[Finding]:
    """Check that the lake can be written and opened, belongs to this database, and is in step with it."""
    try:
        place = root()
    except SettingProblem as problem:
        yield Finding(False, str(problem), _("Set FIILIS_LAKE to a folder, or leave it empty."))
        return
    above = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
    if not os.access(above, os.W_OK | os.X_OK):
        yield Finding(
            False,
            _("The folder of the facts, %(folder)s, can't be written.") % {"folder": place},
            _("Give the user who runs Fiilis the right to write there, or set FIILIS_LAKE."),
        )
        return
    yield _belongs()
    yield _in_step()


def _belongs() -> Finding:
    again = _("Run “fiilis rebuild”: it makes the facts anew from the database.")
    known = FactTable.objects.filter(name=ANSWER.folder).first()
    try:
        lake = Lake.open(ANSWER)
    except DeltaError as fault:
        return Finding(False, _("The facts can't be opened: %(fault)s") % {"fault": fault}, again)
    if lake is None or known is None:
        if known is not None and known.number:
            return Finding(False, _("The facts are gone, but the database has had some."), again)
        return Finding(True, _("There are no facts yet."))
    stands = lake.progress(known.lineage)
    number = 0 if stands is None else stands.number
    if number != known.number and not sync.pending():
        return Finding(
            False,
            _("The facts stand at batch %(lake)s, the database at %(database)s: one of them was lost or restored.")
            % {"lake": number, "database": known.number},
            again,
        )
    files = lake.files()
    return Finding(
        True,
        _("The facts open at version %(version)s: %(rows)s answers in %(files)s files.")
        % {"version": lake.version, "rows": sum(file.rows for file in files), "files": len(files)},
    )


def _in_step() -> Finding:
    oldest = sync.oldest_pending()
    waiting = clock.now() - oldest if oldest is not None else timedelta()
    if waiting > LATE:
        return Finding(
            False,
            _("Events have waited %(seconds)s s to become facts.") % {"seconds": int(waiting.total_seconds())},
            _("Check that the worker runs (“fiilis worker”) and read its log."),
        )
    return Finding(True, _("The facts are in step with the database."))

"""Facts of an earlier schema: noticed after an upgrade, and dropped once they have been made anew."""

import shutil

from fiilis.warehouse.models import FactTable
from fiilis.warehouse.tables import ANSWER


def outdated() -> bool:
    """Return whether there are facts of an earlier schema still to be made anew in this one."""
    return FactTable.objects.exclude(name=ANSWER.folder).exists()


def drop_outdated() -> None:
    """Forget the facts of earlier schemas. What has been erased since would stand in their files for ever."""
    from fiilis.warehouse.lake import root  # noqa: PLC0415 - slow import

    for folder in root().glob(f"{ANSWER.name}.v*"):
        if folder.name != ANSWER.folder:
            shutil.rmtree(folder)
    FactTable.objects.exclude(name=ANSWER.folder).delete()

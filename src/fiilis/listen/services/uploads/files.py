"""Where an upload's files stand: a folder of its own under its workspace's, which only Fiilis's user may enter."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

SENT, TABLE, MAP, SURVEY, REFUSED = "sent", "table.csv", "MAP.toml", "survey.json", "refused.csv"


def root() -> Path:
    """Return the folder of all uploads."""
    return Path(settings.DATA) / "uploads"


def folder(workspace_id: uuid.UUID, upload_id: uuid.UUID) -> Path:
    """Return an upload's folder."""
    return root() / str(workspace_id) / str(upload_id)


def make(workspace_id: uuid.UUID, upload_id: uuid.UUID) -> Path:
    """Make an upload's folder and return it."""
    made = folder(workspace_id, upload_id)
    for place in (root(), made.parent, made):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return made


def remove(workspace_id: uuid.UUID, upload_id: uuid.UUID) -> None:
    """Remove an upload's folder with all in it."""
    shutil.rmtree(folder(workspace_id, upload_id), ignore_errors=True)


def remove_answers(workspace_id: uuid.UUID, upload_id: uuid.UUID) -> None:
    """Remove what holds answers; the list of refusals, which holds none, stays."""
    for name in (SENT, TABLE, MAP, SURVEY):
        (folder(workspace_id, upload_id) / name).unlink(missing_ok=True)


def all_folders() -> Iterator[tuple[uuid.UUID, uuid.UUID, Path]]:
    """Yield the folder of each upload, with its workspace's id and its own."""
    for place in root().glob("*/*"):
        try:
            yield uuid.UUID(place.parent.name), uuid.UUID(place.name), place
        except ValueError:
            continue

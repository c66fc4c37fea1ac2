"""Reads of uploads."""

import uuid
from collections.abc import Collection

from fiilis.core.errors import NotFound
from fiilis.core.models import Workspace
from fiilis.listen.models import Upload


def upload(*, workspace: Workspace, upload_id: uuid.UUID) -> Upload:
    """Return one upload with its import; raises NotFound."""
    found = Upload.objects.of(workspace).select_related("imported", "workspace").filter(pk=upload_id).first()
    if found is None:
        raise NotFound()
    return found


def waiting(*, workspace: Workspace) -> list[Upload]:
    """Return the uploads that are on their way, newest first."""
    return list(Upload.objects.of(workspace).exclude(status=Upload.Status.DONE).order_by("-made_at"))


def of_imports(*, workspace: Workspace, import_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Return the upload that each import came from, of those that came from one."""
    found = Upload.objects.of(workspace).filter(imported_id__in=import_ids).values_list("imported_id", "id")
    return {import_id: upload_id for import_id, upload_id in found if import_id is not None}

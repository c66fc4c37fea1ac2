"""What listen tells upward: ids, never text."""

import uuid
from typing import ClassVar

import msgspec

from fiilis.core import outbox


class Received(msgspec.Struct, frozen=True):
    """One feedback of a batch: which questions are new, or, when an earlier answer has `changed`, all there are."""

    id: uuid.UUID
    added: tuple[str, ...]
    changed: bool = False


@outbox.event
class FeedbackReceived(outbox.Event, frozen=True):
    """Customers have answered, or added to their answers."""

    name: ClassVar[str] = "listen.feedback_received"
    items: tuple[Received, ...]


@outbox.event
class ImportCompleted(outbox.Event, frozen=True):
    """A whole file of answers has become visible."""

    name: ClassVar[str] = "listen.import_completed"
    import_id: uuid.UUID


@outbox.event
class ImportUndone(outbox.Event, frozen=True):
    """A whole import has been taken back."""

    name: ClassVar[str] = "listen.import_undone"
    import_id: uuid.UUID


@outbox.event
class FeedbackErased(outbox.Event, frozen=True):
    """Feedback has been erased."""

    name: ClassVar[str] = "listen.feedback_erased"
    ids: tuple[uuid.UUID, ...]

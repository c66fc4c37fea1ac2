"""How far a reader of a log has come: kept in the main database, moved in the reader's own transaction."""

from fiilis.core import clock, tail
from fiilis.core.models import Cursor


def lock(name: str) -> Cursor:
    """Return the cursor, locked until the caller's transaction ends; made at its first use."""
    cursor, _made = Cursor.objects.select_for_update().get_or_create(name=name)
    return cursor


def position(cursor: Cursor) -> tail.Position:
    """Return where the reader stands."""
    return tail.Position(cursor.after, cursor.open_from, frozenset(cursor.seen))


def move(cursor: Cursor, to: tail.Position) -> None:
    """Move the reader; a batch that was pending is done with."""
    cursor.after, cursor.open_from, cursor.seen = to.after, to.xmin, sorted(to.seen)
    cursor.pending = None
    cursor.moved_at = clock.now()
    cursor.save()

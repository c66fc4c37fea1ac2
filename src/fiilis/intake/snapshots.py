"""Published surveys as this web process knows them; asked anew when the epoch has moved (looked at each second)."""

import time

import msgspec
from django.db import close_old_connections

from fiilis.intake.models import Epoch, PublishedSurvey
from fiilis.intake.types import Snapshot

FRESH_SECONDS = 0.2


class Snapshots:
    """The cache. `refresh` blocks on the main database: call it in a thread."""

    def __init__(self) -> None:
        self._by_code: dict[str, Snapshot] = {}
        self._epoch = -1
        self._asked = 0.0
        self.loaded = False

    def get(self, code: str) -> Snapshot | None:
        """Return the survey's snapshot, or None."""
        return self._by_code.get(code)

    @property
    def may_be_old(self) -> bool:
        """Whether an unknown code is worth asking the database for: not more than five times a second."""
        return time.monotonic() - self._asked > FRESH_SECONDS

    def refresh(self) -> None:
        """Load all snapshots when something was pushed since the last time."""
        self._asked = time.monotonic()
        close_old_connections()
        epoch = Epoch.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        if epoch != self._epoch:
            rows = PublishedSurvey.objects.values_list("code", "snapshot")
            self._by_code = {code: msgspec.convert(body, Snapshot) for code, body in rows}
            self._epoch = epoch
        self.loaded = True

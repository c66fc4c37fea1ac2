"""Published surveys as this web process knows them; asked anew when the epoch has moved (looked at each second)."""

import logging
import time

import msgspec
from django.db import close_old_connections

from fiilis.intake.compiled import Compiled, compiled
from fiilis.intake.models import Epoch, PublishedSurvey
from fiilis.intake.types import Snapshot

log = logging.getLogger("fiilis.intake")

FRESH_SECONDS = 0.2


class Snapshots:
    """The cache. `refresh` blocks on the main database: call it in a thread."""

    def __init__(self) -> None:
        self._by_code: dict[str, Compiled] = {}
        self._epoch = -1
        self._asked = 0.0
        self.loaded = False

    def get(self, code: str) -> Compiled | None:
        """Return the survey, or None."""
        return self._by_code.get(code)

    @property
    def may_be_old(self) -> bool:
        """Whether an unknown code is worth asking the database for: not more than five times a second."""
        return time.monotonic() - self._asked > FRESH_SECONDS

    def refresh(self) -> None:
        """Load all snapshots when something was pushed since the last time. Raises the database's errors."""
        self._asked = time.monotonic()
        close_old_connections()
        # The epoch is read first: what is pushed between the two reads is loaded twice rather than never.
        epoch = Epoch.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        if epoch != self._epoch:
            rows = PublishedSurvey.objects.values_list("code", "snapshot")
            self._by_code = {code: survey for code, body in rows if (survey := _read(code, body)) is not None}
            self._epoch = epoch
        self.loaded = True


def _read(code: str, body: object) -> Compiled | None:
    try:
        return compiled(msgspec.convert(body, Snapshot))
    except msgspec.ValidationError as fault:  # one that another version wrote must not take the others along
        log.error("the published survey %s can't be read: %s", code, fault)
        return None

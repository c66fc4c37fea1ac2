"""How many posts one address may send to one survey a minute. Addresses are kept as keyed hashes, in memory only.

Each web process counts for itself: it keeps a flood off the writer, and needs no word with the others for that.
"""

import hashlib
import os
import time
from dataclasses import dataclass, field

MAX_BUCKETS = 50_000


@dataclass(slots=True)
class RateLimit:
    """A token bucket per survey and address: `per_minute` in a burst, then as many again each minute."""

    per_minute: int
    _key: bytes = field(default_factory=lambda: os.urandom(16))
    _buckets: dict[bytes, tuple[float, float]] = field(default_factory=dict)

    def wait(self, code: str, address: str) -> int:
        """Take one token; return 0, or after how many seconds to try again."""
        now = time.monotonic()
        name = hashlib.blake2b(f"{code} {address}".encode(), key=self._key, digest_size=12).digest()
        tokens, at = self._buckets.get(name, (float(self.per_minute), now))
        tokens = min(float(self.per_minute), tokens + (now - at) * self.per_minute / 60)
        if tokens < 1:
            return max(1, round((1 - tokens) * 60 / self.per_minute))
        if len(self._buckets) >= MAX_BUCKETS and name not in self._buckets:
            self._forget(now)
        self._buckets[name] = (tokens - 1, now)
        return 0

    def _forget(self, now: float) -> None:
        """Drop the buckets that have filled up again; if that is not enough, all of them (memory stays bounded)."""
        self._buckets = {name: b for name, b in self._buckets.items() if now - b[1] < 60}
        if len(self._buckets) >= MAX_BUCKETS:
            self._buckets.clear()

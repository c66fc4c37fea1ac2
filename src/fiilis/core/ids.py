"""Identifiers: UUIDv7 for rows (time-ordered, made by us, not by the database) and short public codes for links."""

import os
import secrets
import threading
import time
import uuid

# Crockford's base 32 without letters that are read wrongly aloud or spell words.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 12 counter bits, 62 random bits.

    Within one process the values strictly rise, so rows inserted by one writer stay in order. The value is an
    identifier, never a watermark: two processes' clocks and commits interleave.
    """
    global _last_ms, _counter
    with _lock:
        ms = time.time_ns() // 1_000_000
        if ms > _last_ms:
            _last_ms, _counter = ms, int.from_bytes(os.urandom(2), "big") & 0x3FF
        else:
            _counter += 1
            if _counter > 0xFFF:  # the counter is full: borrow the next millisecond
                _last_ms, _counter = _last_ms + 1, 0
        stamp, counter = _last_ms, _counter
    tail = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    value = (stamp & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail
    return uuid.UUID(int=value)


def public_code(length: int = 12) -> str:
    """Return a random code for a public address: `length` characters of 28 (12 characters: 57 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))

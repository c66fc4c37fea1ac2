"""Identifiers: UUIDv7 for rows (time-ordered, made by us, not by the database) and short public codes for links."""

import os
import secrets
import threading
import time
import uuid

# Crockford's base 32 without letters that are read wrongly aloud or spell words.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"

# Random bytes are fetched many at a time: each call to the system gives the interpreter's lock away.
_POOL_BYTES = 4096

_lock = threading.Lock()
_last_ms = 0
_counter = 0
_pool = b""


def _forget_pool() -> None:
    """Let a forked child draw its own bytes."""
    global _pool
    _pool = b""


os.register_at_fork(after_in_child=_forget_pool)


def _random64() -> int:
    """Return 64 random bits. The caller holds the lock."""
    global _pool
    if not _pool:
        _pool = os.urandom(_POOL_BYTES)
    taken, _pool = _pool[:8], _pool[8:]
    return int.from_bytes(taken, "big")


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 12 counter bits, 62 random bits.

    Within one process the values strictly rise, so rows inserted by one writer stay in order. The value is an
    identifier, never a watermark: two processes' clocks and commits interleave.
    """
    global _last_ms, _counter
    with _lock:
        ms = time.time_ns() // 1_000_000
        if ms > _last_ms:
            _last_ms, _counter = ms, _random64() & 0x3FF
        else:
            _counter += 1
            if _counter > 0xFFF:  # the counter is full: borrow the next millisecond
                _last_ms, _counter = _last_ms + 1, 0
        stamp, counter, tail = _last_ms, _counter, _random64() & 0x3FFF_FFFF_FFFF_FFFF
    value = (stamp & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | tail
    return uuid.UUID(int=value)


def public_code(length: int = 12) -> str:
    """Return a random code for a public address: `length` characters of 28 (12 characters: 57 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))

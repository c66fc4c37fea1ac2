"""Chance by name: a random number is a function of seed, purpose and the row's id, never of what was drawn before.

So the same row comes out alike in any order, any chunk and any process, and a truth that is switched off changes
nothing but what it touched. Source of the mixer: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number
generators" (splitmix64).
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from fiilis.simulate.world.arrays import Array, Floats

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)


class Dice:
    """Random numbers of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._keys: dict[str, np.uint64] = {}

    def bits(self, purpose: str, ids: Array) -> Array:
        """Return 64 random bits for each id (whole numbers), as uint64."""
        key = self._keys.get(purpose)
        if key is None:
            digest = blake2b(f"{self._seed}:{purpose}".encode(), digest_size=8).digest()
            key = self._keys[purpose] = np.uint64(int.from_bytes(digest, "little"))
        x = ids.astype(np.uint64)
        x *= _GOLDEN
        x += key
        x ^= x >> np.uint64(30)
        x *= _FIRST
        x ^= x >> np.uint64(27)
        x *= _SECOND
        x ^= x >> np.uint64(31)
        return x

    def uniform(self, purpose: str, ids: Array) -> Floats:
        """Return a number in [0, 1) for each id."""
        return _unit(self.bits(purpose, ids) >> np.uint64(11), 53)

    def pair(self, purpose: str, ids: Array) -> tuple[Floats, Floats]:
        """Return two independent numbers in [0, 1), of 32 bits each, for each id: cheaper than asking twice."""
        bits = self.bits(purpose, ids)
        return _unit(bits >> np.uint64(32), 32), _unit(bits & _LOW, 32)


def _unit(bits: Array, width: int) -> Floats:
    floats: Floats = bits.astype(np.float64)
    floats *= 2.0**-width
    return floats

"""Who the customers are: their attributes from their number alone, and in which week each bought for the first time.

Numbers run from 0: first those who were customers before anything here begins, then one cohort a week. A large shop
is made of shards, each a range of numbers, so that memory stays flat at any size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar, shop
from fiilis.simulate.world.arrays import Array, Ints, Table
from fiilis.simulate.world.dice import Dice

FIRST_COHORT = -90
"""Index of the first week whose new customers are followed: their later orders reach into the history."""

_CUSTOMERS = 200_000
_NEW_A_WEEK = 675
_SHARD_SIZE = 16.0
_EARLIER_DAYS = 6 * 365
_SHORT = np.uint64(0xFFFF)


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of the shop that is made on its own: customers `first` to `first + customers - 1`."""

    number: int
    size: float
    first: int
    established: int
    starts: Ints
    """Number of the first customer of each cohort, from FIRST_COHORT on, and one past the last."""

    @property
    def customers(self) -> int:
        """How many customers the shard has."""
        return int(self.starts[-1]) - self.first

    def cohort(self, index: int) -> tuple[int, int]:
        """Return the first customer of the cohort of the week `index`, and one past its last."""
        place = index - FIRST_COHORT
        return int(self.starts[place]), int(self.starts[place + 1])


def shards(settings: Settings) -> Iterator[Shard]:
    """Return the parts of the shop."""
    number_of_shards = max(1, ceil(settings.size / _SHARD_SIZE))
    size = settings.size / number_of_shards
    indexes = range(FIRST_COHORT, settings.weeks)
    sizes = [round(_NEW_A_WEEK * size * calendar.week(settings.first_day, index).volume) for index in indexes]
    # A history longer than two years makes the shop grow; it never eats those who were there before.
    new_in_two_years = _NEW_A_WEEK * (104 - FIRST_COHORT) * size
    established = max(1, round(_CUSTOMERS * size - new_in_two_years))
    first = 0
    for number in range(number_of_shards):
        starts = first + established + np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        yield Shard(number, size, first, established, starts)
        first = int(starts[-1])


def _lookup(shares: Sequence[float]) -> Array:
    """Return a table from 16 random bits to a code."""
    steps = np.cumsum(shares)[:-1] * 65536
    return np.searchsorted(steps, np.arange(65536) + 0.5).astype(np.int8)


_AREAS = _lookup([share / 10 for share in shop.AREA_DECADES for _ in range(10)])
_DEVICES = _lookup(shop.DEVICE_SHARES)
_LANGUAGES = _lookup(shop.LANGUAGE_SHARES)


def attributes(dice: Dice, customers: Ints) -> Table:
    """Return the postcode area (0-99), device and language of each customer, as codes."""
    bits = dice.bits("customer", customers)
    return {
        "area": _AREAS[bits & _SHORT],
        "device": _DEVICES[(bits >> np.uint64(16)) & _SHORT],
        "language": _LANGUAGES[(bits >> np.uint64(32)) & _SHORT],
    }


def register(settings: Settings, dice: Dice, shard: Shard, rows: int) -> Iterator[Table]:
    """Return the customers of the shard in tables of at most `rows`, with the day since when and the tier."""
    last = shard.first + shard.customers
    first_day = np.datetime64(settings.first_day, "D")
    begins = first_day + FIRST_COHORT * 7
    for start in range(shard.first, last, rows):
        customers = np.arange(start, min(start + rows, last), dtype=np.int64)
        day, loyal = dice.pair("customer.since", customers)
        cohort = np.searchsorted(shard.starts, customers, side="right") - 1
        joined = begins + (cohort * 7 + (day * 7).astype(np.int64)).astype("timedelta64[D]")
        earlier = begins - (1 + day * _EARLIER_DAYS).astype("timedelta64[D]")
        established = customers < shard.starts[0]
        # Among the established the low numbers order most (orders.py).
        rank = np.where(established, (customers - shard.first) / shard.established, 0.4 + 0.6 * loyal)
        yield {
            "customer": customers,
            **attributes(dice, customers),
            "since": np.where(established, earlier, joined),
            "tier": (rank < 0.35).astype(np.int8) + (rank < 0.10),
        }

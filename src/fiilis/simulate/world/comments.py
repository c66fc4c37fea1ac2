"""What each comment is about. The words stand in texts/; here only topics are chosen, a few bytes a row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar, scores
from fiilis.simulate.world.arrays import MISSING, Array, Ints, Table
from fiilis.simulate.world.dice import Dice

TOPICS = (
    "delivery", "delivery_good", "size", "quality", "pilling", "returns", "returns_good", "price",
    "support", "support_good", "site", "site_good", "praise",
)  # fmt: skip
THEMES: Mapping[str, str] = {topic: topic.removesuffix("_good") for topic in TOPICS}
"""Topic -> theme: praise of the delivery and complaints about it are one theme."""
PILLING = TOPICS.index("pilling")

# Share that writes something, among detractors, passives and promoters.
_WRITES = np.array([0.50, 0.35, 0.30])
_WRITES_LITTLE = 0.25

_LATE = {"delivery": 0.72, "support": 0.08, "quality": 0.05, "size": 0.05, "price": 0.05, "returns": 0.05}
_DETRACTOR = {"quality": 0.25, "size": 0.22, "price": 0.18, "returns": 0.13, "support": 0.12, "site": 0.10}
_PASSIVE = {
    "size": 0.24,
    "price": 0.22,
    "praise": 0.20,
    "delivery_good": 0.12,
    "site": 0.08,
    "quality": 0.08,
    "returns": 0.06,
}
_PROMOTER = {"praise": 0.58, "delivery_good": 0.22, "support_good": 0.08, "site_good": 0.07, "returns_good": 0.05}
_LATE_PROMOTER = {"praise": 0.6, "support_good": 0.15, "delivery": 0.25}


@lru_cache(maxsize=8)
def _steps() -> Array:
    """Return cumulative shares of topics: [late][score group][topic]."""
    tables = [[_DETRACTOR, _PASSIVE, _PROMOTER], [_LATE, _LATE, _LATE_PROMOTER]]
    shares = np.array([[[mix.get(topic, 0.0) for topic in TOPICS] for mix in row] for row in tables])
    steps: Array = np.cumsum(shares, axis=2) / shares.sum(axis=2, keepdims=True)
    return steps


def delivery_topics(settings: Settings, dice: Dice, index: int, size: float, rows: Table) -> Ints:
    """Return the topic of each answer's comment in the week `index` of a shard of this size; MISSING: none.

    Truth 6: comments about pilling come at its rate, from among those who write and don't praise.
    """
    ids = rows["order"]
    writing, about = dice.pair("comment", ids)
    groups = scores.group(rows["nps"])
    writes = rows["answered"] & (writing < _WRITES[groups])
    written = np.flatnonzero(writes)
    mixed = _steps()[rows["late"][written].astype(np.int64), groups[written]]
    topics: Ints = np.full(len(ids), MISSING, dtype=np.int64)
    topics[written] = (about[written, None] >= mixed[:, :-1]).sum(axis=1)
    batch = settings.truths.bad_batch
    rate = batch.after if batch.on and index >= calendar.index_of(batch.from_week) else batch.before
    may_pill = written[groups[written] < 2]
    chance = rate * size / max(len(may_pill), 1)
    topics[may_pill[dice.uniform("comment.pilling", ids[may_pill]) < chance]] = PILLING
    return topics


def either_topics(dice: Dice, purpose: str, rows: Table, *, good: Array, topic: str) -> Ints:
    """Return `topic` for the unhappy and its praise for the happy, for the share of the answers that writes."""
    writes = rows["answered"] & (dice.uniform(purpose, rows["order"]) < _WRITES_LITTLE)
    codes = np.where(good, TOPICS.index(f"{topic}_good"), TOPICS.index(topic))
    return np.where(writes, codes, MISSING)


def ticket_topics(dice: Dice, rows: Table) -> Ints:
    """Return what each ticket is about: the late parcel, or else what troubles customers in general."""
    names = ("size", "quality", "returns", "price", "site")
    codes = np.array([TOPICS.index(name) for name in names])
    drawn = codes[np.searchsorted([0.3, 0.5, 0.8, 0.9], dice.uniform("ticket.topic", rows["order"]))]
    return np.where(rows["late"], TOPICS.index("delivery"), drawn)


def review_topics(dice: Dice, rows: Table) -> Ints:
    """Return what each review of a product is about, by its stars."""
    u = dice.uniform("review.topic", rows["order"])
    bad = np.where(u < 0.5, TOPICS.index("quality"), np.where(u < 0.85, TOPICS.index("size"), TOPICS.index("price")))
    return np.where(rows["stars"] >= 4, TOPICS.index("praise"), bad)

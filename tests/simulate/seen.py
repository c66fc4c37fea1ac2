"""What an analyst sees of one shop, as sums by week: gathered once a seed, without texts or files."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fiilis.science.sums import Counts, Moments, Tally
from fiilis.simulate.key import KeyMaker
from fiilis.simulate.settings import Settings
from fiilis.simulate.world import scores, shop
from fiilis.simulate.world.arrays import Table
from fiilis.simulate.world.comments import PILLING
from fiilis.simulate.world.weeks import weeks_of_shop

# (metric, segment, week) -> the answers' scores, as counts of each score from 0.
Place = tuple[str, str, int]


@dataclass
class Seen:
    settings: Settings
    scores: dict[Place, np.ndarray] = field(default_factory=dict)
    key: dict[str, Any] = field(default_factory=dict)

    def add(self, metric: str, segment: str, week: int, values: np.ndarray) -> None:
        counts = np.bincount(values, minlength=11)
        place = (metric, segment, week)
        self.scores[place] = self.scores.get(place, 0) + counts

    def counts(self, metric: str, segment: str, first: int, last: int) -> np.ndarray:
        found = [
            self.scores[metric, segment, week]
            for week in range(first, last + 1)
            if (metric, segment, week) in self.scores
        ]
        return np.sum(found, axis=0) if found else np.zeros(11, dtype=int)

    def nps(self, segment: str, first: int, last: int, metric: str = "nps") -> Counts:
        counts = self.counts(metric, segment, first, last)
        return Counts(int(counts[:7].sum()), int(counts[7:9].sum()), int(counts[9:].sum()))

    def mean(self, metric: str, segment: str, first: int, last: int) -> Moments:
        counts, scale = self.counts(metric, segment, first, last), np.arange(11)
        return Moments(int(counts.sum()), float(counts @ scale), float(counts @ scale**2))

    def share(self, metric: str, segment: str, first: int, last: int) -> Tally:
        """Of a yes (1) or no (0)."""
        counts = self.counts(metric, segment, first, last)
        return Tally(int(counts[1]), int(counts.sum()))


def look(settings: Settings) -> Seen:
    """Make the shop of these settings and gather what is seen of it, and its key."""
    seen, maker = Seen(settings), KeyMaker(settings)
    for week in weeks_of_shop(settings):
        maker.add(week)
        number = week.week.number
        _delivery(seen, number, week.delivery)
        for metric, table, by in (
            ("returns_ces", week.returns, "device"),
            ("support_csat", week.tickets, "language"),
            ("site_ces", week.site, "device"),
        ):
            _by(seen, metric, number, table, by)
        first = week.first
        again = first["again"].astype(int)
        for name, rows in (
            ("on_time", ~first["late"]),
            ("late", first["late"] & ~first["quick"]),
            ("late_quick_reply", first["quick"]),
        ):
            seen.add("again", name, number, again[rows])
    seen.key = maker.key()
    return seen


def _delivery(seen: Seen, number: int, table: Table) -> None:
    answered, north = table["answered"], table["area"] >= shop.NORTH
    parts = {"all": answered, "north": answered & north, "elsewhere": answered & ~north}
    for code, carrier in enumerate(shop.CARRIERS[:2]):
        parts |= {f"{carrier}_{name}": parts[name] & (table["carrier"] == code) for name in ("north", "elsewhere")}
    parts |= {device: answered & (table["device"] == code) for code, device in enumerate(shop.DEVICES)}
    for name, rows in parts.items():
        seen.add("nps", name, number, table["nps"][rows])
        seen.add("delivery_csat", name, number, table["delivery_csat"][rows])
    seen.add("phone", "all", number, table["nps"][table["phoned"]])
    seen.add("silent", "all", number, scores.group(table["nps"][table["asked"] & ~answered]).astype(int))
    wrote = answered & (table["topic"] >= 0)
    seen.add("pilling", "all", number, (table["topic"][wrote] == PILLING).astype(int))


def _by(seen: Seen, metric: str, number: int, table: Table, by: str) -> None:
    words = shop.DEVICES if by == "device" else shop.LANGUAGES
    seen.add(metric, "all", number, table[metric][table["answered"]])
    for code, word in enumerate(words):
        seen.add(metric, word, number, table[metric][table["answered"] & (table[by] == code)])

"""The answer key: what was planted, where, and what is true of the whole population, exactly, for any seed and size.

A population value is computed from everybody whom the generator made, asked or not, answered or silent; so an
interval made from the answers can be judged by whether it holds it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import numpy as np

from fiilis.simulate.columns import STREAMS
from fiilis.simulate.publish import answer_ids
from fiilis.simulate.settings import NAMES, YEAR, Settings
from fiilis.simulate.sums import Groups, Sums
from fiilis.simulate.world import asking, calendar, scores, shop
from fiilis.simulate.world.arrays import Table, length
from fiilis.simulate.world.comments import PILLING
from fiilis.simulate.world.orders import late_truth
from fiilis.simulate.world.weeks import WeekOfShop, weeks_of_shop

_METRICS = {"delivery_csat": "delivery", "returns_ces": "returns", "support_csat": "tickets", "site_ces": "site"}
_FOLLOWED_WEEKS = 26


def answer_key(settings: Settings) -> dict[str, Any]:
    """Return the key of the shop as plain values for JSON. Makes the whole shop once; memory stays flat."""
    maker = KeyMaker(settings)
    for week in weeks_of_shop(settings):
        maker.add(week)
    return maker.key()


class KeyMaker:
    """Adds up the truth week by week, beside whatever else is done with the weeks."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._nps = Groups()
        self._sums = Sums()
        self._late: list[Table] = []
        self._comments: dict[int, int] = {}
        self._back: dict[str, list[int]] = {name: [0, 0] for name in ("on_time", "late", "late_quick_reply")}
        self._clicks: list[int] = []
        self._presses: list[int] = []

    def add(self, week: WeekOfShop) -> None:
        """Take in one week of one shard."""
        number = week.week.number
        self._add_nps(number, week)
        for metric, source in _METRICS.items():
            table: Table = getattr(week, source)
            self._sums.add((metric,), table[metric])
            self._sums.add((metric, number), table[metric])
        self._add_orders(number, week.orders)
        self._add_returns(number, week.returns)
        self._add_support(number, week.tickets)
        pilling = int((week.delivery["topic"] == PILLING).sum())
        self._comments[number] = self._comments.get(number, 0) + pilling
        if week.week.index <= self._settings.weeks - 1 - _FOLLOWED_WEEKS:
            self._add_first(week.first)
        if length(week.clicks):
            self._clicks += answer_ids(0, week.clicks["order"], week.clicks["click"]).tolist()
        if length(week.presses):
            self._presses += week.presses["press"][week.presses["planted"]].tolist()

    def key(self) -> dict[str, Any]:
        """Return the key of all that was added."""
        truths = (
            self._late_carrier(), self._broken_form(), self._front_page(), self._eager_promoters(),
            self._small_sample(), self._bad_batch(), self._late_first_parcel(), self._artefacts(),
        )  # fmt: skip
        planted = self._settings.as_dict()["truths"]
        return {
            "settings": self._settings.as_dict(),
            "shop": {"name": shop.SHOP, "last_week": self._settings.last_week, "streams": list(STREAMS)},
            "happenings": [_plain(asdict(one)) for one in calendar.happenings(self._settings)],
            "population": self._population(),
            "truths": [
                {"number": number + 1, "name": name, "on": planted[name]["on"], "planted": planted[name], **found}
                for number, (name, found) in enumerate(zip(NAMES, truths, strict=True))
            ],
        }

    def _add_nps(self, number: int, week: WeekOfShop) -> None:
        table = week.delivery
        groups = scores.group(table["nps"])
        north = table["area"] >= shop.NORTH
        answered = groups[table["answered"]]
        for where, chosen in (
            (("all",), groups),
            (("week", number), groups),
            (("north",), groups[north]),
            (("elsewhere",), groups[~north]),
            (("answers",), answered),
            (("answers", number), answered),
            (("asked",), groups[table["asked"]]),
            (("phoned",), groups[table["phoned"]]),
        ):
            self._nps.add(where, chosen)

    def _add_orders(self, number: int, table: Table) -> None:
        if number > self._settings.truths.front_page.bad_week:
            self._nps.add(("page", "nps"), scores.group(table["nps"]))
            self._nps.add(("page", "nps_unmoved"), scores.group(table["nps_unmoved"]))
        told = self._settings.truths.late_carrier
        if not (told.on and number >= told.from_week):
            return
        hit = table["hit"]
        for name in ("delivery_csat", "delivery_csat_base"):
            self._sums.add(("hit", name), table[name][hit])
        for name in ("late", "late_base"):
            self._sums.add(("hit", name), table[name][hit].astype(np.int64))
        for name in ("nps", "nps_base"):
            groups = scores.group(table[name])
            self._nps.add(("from", name), groups)
            self._nps.add(("hit", name), groups[hit])

    def _add_returns(self, number: int, table: Table) -> None:
        broken = table["broken"]
        for name in ("returns_ces", "returns_ces_base"):
            self._sums.add(("broken", name), table[name][broken])
        for code, device in enumerate(shop.DEVICES):
            self._sums.add(("device", device), table["returns_ces"][table["device"] == code])

    def _add_support(self, number: int, table: Table) -> None:
        sample = self._settings.truths.small_sample
        for code, language in enumerate(shop.LANGUAGES):
            mine = table["language"] == code
            self._sums.add(("language", language), table["support_csat"][mine])
            if language == sample.language and sample.first_week <= number <= sample.last_week:
                self._sums.add(("window", "all"), table["support_csat"][mine])
                self._sums.add(("window", "answers"), table["support_csat"][mine & table["answered"]])

    def _add_first(self, table: Table) -> None:
        again, late, quick = table["again"], table["late"], table["quick"]
        for name, chosen in (("on_time", ~late), ("late", late & ~quick), ("late_quick_reply", quick)):
            self._back[name][0] += int(chosen.sum())
            self._back[name][1] += int((again & chosen).sum())

    def _population(self) -> dict[str, Any]:
        numbers = range(-YEAR + 1, self._settings.last_week + 1)
        return {
            "nps": {name: self._nps.told((name,)) for name in ("all", "north", "elsewhere")},
            **{metric: {"all": self._sums.told((metric,))} for metric in _METRICS},
            "weeks": [
                {
                    "week": number,
                    "monday": self._settings.monday(number).isoformat(),
                    "nps": self._nps.told(("week", number)),
                    **{metric: self._sums.told((metric, number)) for metric in _METRICS},
                }
                for number in numbers
            ],
        }

    def _days(self, first: int, last: int) -> dict[str, Any]:
        days = [self._settings.monday(first), self._settings.monday(last) + timedelta(days=6)]
        return {"weeks": [first, last], "days": [day.isoformat() for day in days]}

    def _late_carrier(self) -> dict[str, Any]:
        told = self._settings.truths.late_carrier
        truth = late_truth(self._settings)
        areas = [f"{told.first_area:02d}", f"{told.last_area:02d}"]
        values = {
            "delivery_csat": _change(self._sums, ("hit", "delivery_csat"), ("hit", "delivery_csat_base")),
            "late": _change(self._sums, ("hit", "late"), ("hit", "late_base")),
            "nps_there": _change(self._nps, ("hit", "nps"), ("hit", "nps_base")),
            "nps_total": _change(self._nps, ("from", "nps"), ("from", "nps_base")),
            "share_of_orders_expected": truth.share if truth else None,
        }
        where = {"carrier": told.carrier, "postcode_areas": areas, "by": "orders.week"}
        return {"where": {**where, **self._days(told.from_week, self._settings.last_week)}, "values": values}

    def _broken_form(self) -> dict[str, Any]:
        told = self._settings.truths.broken_form
        where = {"device": told.device, "by": "returns.week", **self._days(told.first_week, told.last_week)}
        ease = _change(self._sums, ("broken", "returns_ces"), ("broken", "returns_ces_base"))
        by_device = {device: self._sums.told(("device", device)) for device in shop.DEVICES}
        # Ease of returning takes no part in what customers answer about recommending.
        return {"where": where, "values": {"returns_ces": ease, "by_device": by_device, "nps_change": 0.0}}

    def _front_page(self) -> dict[str, Any]:
        told = self._settings.truths.front_page
        raw = [self._nps.told(("answers", told.bad_week + after)) for after in (0, 1)]
        true = [self._nps.told(("week", told.bad_week + after)) for after in (0, 1)]
        values = {
            "raw_nps": {"bad_week": raw[0], "week_after": raw[1], "change": _minus(raw[1], raw[0])},
            "true_nps": {"bad_week": true[0], "week_after": true[1]},
            "true_effect": _change(self._nps, ("page", "nps"), ("page", "nps_unmoved")),
        }
        return {"where": {"by": "answers.week", **self._days(told.bad_week, told.bad_week + 1)}, "values": values}

    def _eager_promoters(self) -> dict[str, Any]:
        values = {
            "true_nps": self._nps.told(("all",)),
            "asked_nps": self._nps.told(("asked",)),
            "raw_nps": self._nps.told(("answers",)),
            "phone_nps": self._nps.told(("phoned",)),
            "phone_probability": asking.PHONED,
            "expected": {"promoters": scores.PROMOTERS, "passives": scores.PASSIVES, "nps": scores.TRUE_NPS},
        }
        whole = self._days(-YEAR + 1, self._settings.last_week)
        return {"where": {"survey": "delivery", "by": "answers.week", **whole}, "values": values}

    def _small_sample(self) -> dict[str, Any]:
        told = self._settings.truths.small_sample
        values = {
            "answers": self._sums.told(("window", "answers")),
            "true_in_window": self._sums.told(("window", "all")),
            "true_by_language": {language: self._sums.told(("language", language)) for language in shop.LANGUAGES},
            "true_effect": 0.0,
        }
        where = {"survey": "support", "language": told.language, "by": "answers.week"}
        return {"where": {**where, **self._days(told.first_week, told.last_week)}, "values": values}

    def _bad_batch(self) -> dict[str, Any]:
        told = self._settings.truths.bad_batch
        before = [count for number, count in self._comments.items() if number < told.from_week]
        after = [count for number, count in self._comments.items() if number >= told.from_week]
        values = {
            "comments_a_week": {"before": _average(before), "after": _average(after)},
            "by_week": [{"week": number, "comments": count} for number, count in sorted(self._comments.items())],
        }
        where = {"survey": "delivery", "theme": "pilling", "by": "answers.week"}
        return {"where": {**where, **self._days(told.from_week, self._settings.last_week)}, "values": values}

    def _late_first_parcel(self) -> dict[str, Any]:
        last = self._settings.last_week - _FOLLOWED_WEEKS
        values = {
            name: {"n": n, "again": again, "value": again / n if n else None} for name, (n, again) in self._back.items()
        }
        where = {"orders": "first_order", "again_within_weeks": _FOLLOWED_WEEKS, "by": "orders.week"}
        return {"where": {**where, **self._days(-YEAR + 1, last)}, "values": values}

    def _artefacts(self) -> dict[str, Any]:
        told = self._settings.truths.artefacts
        values = {
            "clicks": len(self._clicks),
            "answer_ids": self._clicks,
            "presses": len(self._presses),
            "press_ids": self._presses,
        }
        weeks = {"scanner_week": told.scanner_week, "burst_week": told.burst_week}
        return {"where": {"survey": "delivery", "kiosk": "kiosk", **weeks}, "values": values}


def _change(sums: Groups | Sums, now: tuple[Any, ...], without: tuple[Any, ...]) -> dict[str, Any]:
    """Return a value with the truth, without it on the very same population, and the difference."""
    first, second = sums.told(now), sums.told(without)
    return {"n": first["n"], "value": first["value"], "without": second["value"], "change": _minus(first, second)}


def _minus(first: dict[str, Any], second: dict[str, Any]) -> float | None:
    if first["value"] is None or second["value"] is None:
        return None
    return float(first["value"] - second["value"])


def _average(counts: list[int]) -> dict[str, Any]:
    return {"weeks": len(counts), "value": sum(counts) / len(counts) if counts else None}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}

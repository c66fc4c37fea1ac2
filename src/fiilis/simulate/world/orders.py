"""Orders and parcels: who orders in a week, who carries it, whether it is late, and what the customer feels.

The first order of each customer decides whether there is a second one: a late first parcel costs customers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar, scores, shop
from fiilis.simulate.world.arrays import Array, Bools, Floats, Ints, Table, concat, pick
from fiilis.simulate.world.customers import FIRST_COHORT, Shard, attributes
from fiilis.simulate.world.dice import Dice

NEW, SECOND, THIRD, ESTABLISHED = range(4)
_ESTABLISHED_A_WEEK = 1_620
_THIRD = 0.5
DAY = 86_400

# When, after the first order, the second comes, and after that the third: customers take turns on these 64 slots.
_PLACES = (np.arange(64) + 0.5) / 64
SECOND_AFTER: Ints = np.round(2 - 9.0 * np.log(1 - _PLACES * (1 - np.exp(-23 / 9.0)))).astype(np.int64)
"""Weeks from the first order to the second, 2 to 25: always within 26 weeks."""
THIRD_AFTER: Ints = (3 + (np.arange(64) * 29) % 47).astype(np.int64)

_HOURS = np.array(
    [2, 1, 0.6, 0.4, 0.4, 0.8, 1.6, 2.6, 3.6, 4.4, 4.8, 5, 5, 4.9, 4.8, 4.8, 5, 5.4, 6.2, 7.4, 8.4, 8, 6, 3.6]
)
_WEEKDAYS = np.array([1.15, 1.05, 1.0, 1.0, 0.85, 0.85, 1.1])
_WHEN = np.cumsum(np.outer(_WEEKDAYS, _HOURS).ravel())
_HOUR_OF_WEEK: Ints = np.searchsorted(_WHEN / _WHEN[-1], (np.arange(65536) + 0.5) / 65536).astype(np.int64)

_TICKET, _TICKET_LATE = 0.07, 0.35
_STEADY = 0.5  # share of the orders about which the customer feels as about the others
_REPLY_MEDIAN, _REPLY_SPREAD = 5.0, 0.5


@dataclass(frozen=True, slots=True)
class LateTruth:
    """What truth 1 does to one parcel: the late ones become so many more, and the NPS moves besides."""

    carrier: int
    first_area: int
    last_area: int
    from_index: int
    more_late: float
    nps: float
    share: float
    """Share of all orders that is hit, as expected."""


def late_truth(settings: Settings) -> LateTruth | None:
    """Work out truth 1; None when it is off."""
    told = settings.truths.late_carrier
    if not told.on:
        return None
    carrier = shop.CARRIERS.index(told.carrier)
    share = 0.0
    for area in range(told.first_area, told.last_area + 1):
        carriers = shop.NORTH_CARRIERS if area >= shop.NORTH else shop.SOUTH_CARRIERS
        share += shop.AREA_DECADES[area // 10] / 10 * carriers[carrier]
    more_late = told.delivery_csat / scores.LATE_CSAT
    rest = told.total_nps / share - more_late * scores.LATE_NPS
    from_index = calendar.index_of(told.from_week)
    return LateTruth(carrier, told.first_area, told.last_area, from_index, more_late, rest, share)


class Parcels:
    """Carrier, lateness and days of a parcel, from the order's id; the same whenever it is asked."""

    def __init__(self, settings: Settings, dice: Dice) -> None:
        self._dice = dice
        self._truth = late_truth(settings)
        indexes = range(FIRST_COHORT, settings.weeks)
        self._late = np.array([calendar.week(settings.first_day, index).late for index in indexes])

    def of(self, orders: Ints, areas: Array, indexes: Array) -> Table:
        """Return carrier, late, late_base (without truth 1), hit (by truth 1) and a number for the days."""
        by_carrier, by_late = self._dice.pair("parcel", orders)
        north = areas >= shop.NORTH
        second = np.where(north, shop.NORTH_CARRIERS[0], shop.SOUTH_CARRIERS[0])
        third = np.where(north, 1.0, shop.SOUTH_CARRIERS[0] + shop.SOUTH_CARRIERS[1])
        carrier = (by_carrier >= second).astype(np.int8) + (by_carrier >= third)
        chance = np.where(carrier == 2, 0.0, self._late[indexes - FIRST_COHORT])
        table: Table = {"carrier": carrier, "late_base": by_late < chance}
        truth = self._truth
        if truth is None:
            hit = np.zeros(len(orders), dtype=bool)
            return {**table, "late": table["late_base"], "hit": hit}
        hit = (indexes >= truth.from_index) & (carrier == truth.carrier)
        hit &= (areas >= truth.first_area) & (areas <= truth.last_area)
        return {**table, "late": by_late < chance + hit * truth.more_late, "hit": hit}

    @property
    def extra_nps(self) -> float:
        """What truth 1 does to the NPS of those hit, beside what lateness does."""
        return self._truth.nps if self._truth else 0.0


class Contacts:
    """Whether an order leads to a support ticket, and after how many hours it is replied to."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice

    def of(self, orders: Ints, late: Array) -> tuple[Bools, Floats]:
        """Return whether there is a ticket, and the chance from which `reply_hours` makes the hours to its reply."""
        contact, speed = self._dice.pair("contact", orders)
        return contact < np.where(late, _TICKET_LATE, _TICKET), speed


def reply_hours(u: Floats) -> Floats:
    """Return hours to the reply: log-logistic, median 5, so that about 39 % come within 4 hours."""
    odds = (u + 1e-9) / (1 - u)
    hours: Floats = np.minimum(np.maximum(_REPLY_MEDIAN * odds**_REPLY_SPREAD, 0.05), 96.0).round(2)
    return hours


class Ledger:
    """The orders of one shard, week by week."""

    def __init__(self, settings: Settings, dice: Dice, shard: Shard) -> None:
        self.settings, self.dice, self.shard = settings, dice, shard
        self.parcels = Parcels(settings, dice)
        self.contacts = Contacts(dice)

    def week(self, index: int) -> Table:
        """Return the orders of the week `index`, in the order of time, with all that customers feel about them."""
        table = self._in_order(index, concat([self._new(index), *self._returning(index), self._established(index)]))
        orders = table["order"]
        table |= {"index": np.full(len(orders), index, dtype=np.int64), **attributes(self.dice, table["customer"])}
        table |= self.parcels.of(orders, table["area"], table["index"])
        table |= self._days(table)
        table |= self._goods(orders)
        return table | self._feelings(table)

    def _in_order(self, index: int, table: Table) -> Table:
        """Return the orders with their time, in its order."""
        when, within = self.dice.pair("order.time", table["order"])
        hour = _HOUR_OF_WEEK[(when * 65536).astype(np.uint16)]
        monday = seconds(calendar.week(self.settings.first_day, index).monday)
        at = monday + hour * 3600 + (within * 3600).astype(np.int64)
        return pick(table | {"at": at}, np.argsort(at))

    def comes_back(self, customers: Ints, orders: Ints, areas: Array, indexes: Array) -> Table:
        """Tell of first orders whether the parcel was late, whether support replied quickly, and who orders again."""
        late = self.parcels.of(orders, areas, indexes)["late"]
        contact, speed = self.contacts.of(orders, late)
        told = self.settings.truths.late_first_parcel
        quick = late & contact
        quick[quick] = reply_hours(speed[quick]) <= told.hours
        chance = np.full(len(orders), told.usual)
        if told.on:
            chance[late] = told.late
            chance[quick] = told.late + (told.usual - told.late) * told.recovered
        return {"late": late, "quick": quick, "again": self.dice.uniform("again", customers) < chance}

    def _new(self, index: int) -> Table:
        first, past = self.shard.cohort(index)
        customers = np.arange(first, past, dtype=np.int64)
        return _rows(index, NEW, customers, customers)

    def _returning(self, index: int) -> list[Table]:
        """Return second and third orders that fall on this week: cohorts back, each by its slot."""
        found = []
        for kind, weeks in ((SECOND, SECOND_AFTER), (THIRD, SECOND_AFTER + THIRD_AFTER)):
            customers, cohorts = self._in_turn(index, weeks)
            areas = attributes(self.dice, customers)["area"]
            stays = self.comes_back(customers, _ids(cohorts, NEW, customers), areas, cohorts)["again"]
            if kind == THIRD:
                stays &= self.dice.uniform("third", customers) < _THIRD
            found.append(_rows(index, kind, customers[stays], customers[stays]))
        return found

    def _in_turn(self, index: int, weeks: Ints) -> tuple[Ints, Ints]:
        """Return the customers whose turn it is, and the index of each one's cohort."""
        members, cohorts = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        for slot, after in enumerate(weeks):
            cohort = index - int(after)
            if cohort < FIRST_COHORT:
                continue
            first, past = self.shard.cohort(cohort)
            members.append(np.arange(first + (slot - first) % 64, past, 64, dtype=np.int64))
            cohorts.append(np.full(len(members[-1]), cohort, dtype=np.int64))
        return np.concatenate(members), np.concatenate(cohorts)

    def _established(self, index: int) -> Table:
        volume = calendar.week(self.settings.first_day, index).volume
        turns = np.arange(round(_ESTABLISHED_A_WEEK * self.shard.size * volume), dtype=np.int64)
        turns += self.shard.number << 24
        orders = _ids(np.full(len(turns), index), ESTABLISHED, turns)
        place = self.dice.uniform("established", orders) ** 1.6
        return _rows(index, ESTABLISHED, self.shard.first + (place * self.shard.established).astype(np.int64), turns)

    def _days(self, table: Table) -> Table:
        """Return promised and delivered days, as days since 1970."""
        early, wait = self.dice.pair("parcel.days", table["order"])
        ordered = table["at"] // DAY
        takes = np.where(table["carrier"] == 2, 2, np.where(table["area"] >= shop.NORTH, 4, 3))
        promised = ordered + takes
        days = np.where(table["late"], 1 + (wait * wait * 6).astype(np.int64), -(early < 0.4).astype(np.int64))
        return {"promised": promised, "delivered": promised + days}

    def _goods(self, orders: Ints) -> Table:
        which, worth = self.dice.pair("goods", orders)
        product = (which * len(shop.PRODUCTS)).astype(np.int8)
        prices = np.array([product.price for product in shop.PRODUCTS])
        return {"product": product, "euros": np.round(prices[product] * (0.8 + 0.9 * worth * worth), 2)}

    def _feelings(self, table: Table) -> Table:
        """Return NPS and delivery CSAT of each customer, as they are, without truth 1 (_base) and 3 (_unmoved)."""
        mood = self.dice.uniform("mood", table["customer"])
        steady, now = self.dice.pair("order.mood", table["order"])
        together, apart = self.dice.pair("order.csat", table["order"])
        u = np.where(steady < _STEADY, mood, now)
        page = self.settings.truths.front_page
        after = table["index"] > calendar.index_of(page.bad_week)
        shift = after * (page.effect if page.on else 0.0)
        extra = shift + table["hit"] * self.parcels.extra_nps
        on_time, late = scores.DELIVERY, scores.tilted(scores.DELIVERY, scores.LATE_CSAT)
        v = np.where(together < 0.6, u, apart)
        prompt, tardy = scores.draw(v, on_time), scores.draw(v, late)
        nps, csat = scores.nps(u, table["late"], extra), np.where(table["late"], tardy, prompt)
        felt = {"nps": nps, "nps_base": nps, "nps_unmoved": nps, "delivery_csat": csat, "delivery_csat_base": csat}
        if table["hit"].any():
            felt["nps_base"] = scores.nps(u, table["late_base"], shift)
            felt["delivery_csat_base"] = np.where(table["late_base"], tardy, prompt)
        if page.on and page.effect:
            felt["nps_unmoved"] = scores.nps(u, table["late"], extra - shift)
        return felt


def _ids(indexes: Array, kind: int, inner: Ints) -> Ints:
    """Return ids of orders: the week, the kind and a number inside them; above 0 also before the history."""
    ids: Ints = ((indexes.astype(np.int64) + 128) << 34) + (kind << 32) + inner
    return ids


def _rows(index: int, kind: int, customers: Ints, inner: Ints) -> Table:
    orders = _ids(np.full(len(inner), index), kind, inner)
    return {"order": orders, "customer": customers, "kind": np.full(len(orders), kind, dtype=np.int8)}


def seconds(day: date) -> int:
    """Return the first second of a day, since 1970."""
    return (day - date(1970, 1, 1)).days * DAY


def extra_ids(index: int, inner: Ints) -> Ints:
    """Return ids for tickets that belong to no order: numbers that no established customer's order reaches."""
    return _ids(np.full(len(inner), index), ESTABLISHED, (inner + (1 << 31)).astype(np.int64))

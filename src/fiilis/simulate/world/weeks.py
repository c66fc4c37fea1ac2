"""The shop week by week: orders, and what comes of them in the weeks after. Memory holds a few weeks of one shard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fiilis.simulate.settings import Settings
from fiilis.simulate.world import artefacts, asking, calendar, comments, contacts
from fiilis.simulate.world.arrays import Ints, Shelf, Table, pick
from fiilis.simulate.world.customers import Shard, shards
from fiilis.simulate.world.dice import Dice
from fiilis.simulate.world.orders import DAY, NEW, Ledger, seconds

_WARM_UP = 6
"""Weeks made before the first, whose parcels are answered about or sent back later: at most five weeks later."""
_REVIEWED = 0.015
_STARS = np.array([1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
_RETURN_GOOD, _SUPPORT_GOOD, _SITE_GOOD = 5, 4, 6


@dataclass(frozen=True, slots=True)
class WeekOfShop:
    """All that happened in one week in one shard, with the truth of what customers felt beside what they said."""

    shard: Shard
    week: calendar.Week
    orders: Table
    delivery: Table
    """Those whose delivery survey would be answered this week: asked or not, answered or silent."""
    returns: Table
    tickets: Table
    site: Table
    reviews: Table
    clicks: Table
    presses: Table
    first: Table
    """The week's new customers: late, quick (reply), again (orders again within 26 weeks)."""


def weeks_of_shop(settings: Settings, *, from_week: int | None = None) -> Iterator[WeekOfShop]:
    """Return the weeks of the shop: shard by shard, in each from the first week, or `from_week`, to the last."""
    for shard in shards(settings):
        yield from weeks_of_shard(settings, shard, from_week=from_week)


def weeks_of_shard(settings: Settings, shard: Shard, *, from_week: int | None = None) -> Iterator[WeekOfShop]:
    """Return the weeks of one shard. A week is the same wherever one begins; only a few before it are made again."""
    dice = Dice(settings.seed)
    ledger = Ledger(settings, dice, shard)
    start = seconds(settings.first_day)
    arrived, sent_back, asked_for_help = Shelf(), Shelf(), Shelf()

    def index_at(times: Ints) -> Ints:
        return (times - start) // (7 * DAY)

    begins = 0 if from_week is None else max(0, calendar.index_of(from_week))
    for index in range(begins - _WARM_UP, settings.weeks):
        orders = ledger.week(index)
        delivered = asking.delivery_times(dice, orders)
        arrived.put(delivered, index_at(delivered["answered_at"]))
        returned = contacts.returns_of(dice, orders)
        sent_back.put(returned, index_at(returned["returned"]))
        tickets = contacts.tickets_of(ledger, orders)
        asked_for_help.put(tickets, index_at(tickets["opened"]))
        due = [
            shelf.take(index) or pick(sample, np.empty(0, dtype=np.int64))
            for shelf, sample in ((arrived, delivered), (sent_back, returned), (asked_for_help, tickets))
        ]
        if index >= begins:
            yield _week(ledger, index, orders, *due)


def _week(ledger: Ledger, index: int, orders: Table, delivered: Table, returned: Table, opened: Table) -> WeekOfShop:
    settings, dice, shard = ledger.settings, ledger.dice, ledger.shard
    delivery = asking.ask_delivery(settings, dice, index, delivered)
    topics = comments.delivery_topics(settings, dice, index, shard.size, delivery)
    delivery, clicks = _with_clicks(ledger, index, {**delivery, "topic": topics})
    returns = contacts.ask_returns(settings, dice, index, _by_time(returned, "returned"))
    easy = returns["returns_ces"] >= _RETURN_GOOD
    returns["topic"] = comments.either_topics(dice, "returns.comment", returns, good=easy, topic="returns")
    tickets = _by_time(contacts.ask_support(settings, ledger, index, opened), "opened")
    helped = tickets["support_csat"] >= _SUPPORT_GOOD
    tickets["topic"] = comments.either_topics(dice, "support.comment", tickets, good=helped, topic="support")
    tickets["about"] = comments.ticket_topics(dice, tickets)
    site = asking.ask_site(dice, orders)
    smooth = site["site_ces"] >= _SITE_GOOD
    site["topic"] = comments.either_topics(dice, "site.comment", site, good=smooth, topic="site")
    new = pick(orders, orders["kind"] == NEW)
    first = ledger.comes_back(new["customer"], new["order"], new["area"], new["index"])
    presses = artefacts.presses(settings, dice, index) if shard.number == 0 else {}
    return WeekOfShop(
        shard=shard, week=calendar.week(settings.first_day, index), orders=orders, delivery=delivery, returns=returns,
        tickets=tickets, site=site, reviews=_reviews(dice, delivery), clicks=clicks, presses=presses, first=first,
    )  # fmt: skip


def _with_clicks(ledger: Ledger, index: int, delivery: Table) -> tuple[Table, Table]:
    if ledger.shard.number == 0:
        return artefacts.scanned(ledger.settings, ledger.dice, index, delivery)
    return delivery, pick(delivery, np.empty(0, dtype=np.int64)) | {"click": np.empty(0, dtype=np.int64)}


def _reviews(dice: Dice, delivery: Table) -> Table:
    """Return the reviews of goods that those who have had their parcel write some days after."""
    chance, later = dice.pair("review", delivery["order"])
    writes = chance < _REVIEWED
    columns = ("order", "customer", "product", "language", "answered_at", "nps")
    rows = {name: delivery[name][writes] for name in columns}
    rows["stars"] = _STARS[rows.pop("nps")]
    rows["at"] = rows.pop("answered_at") + DAY + (later[writes] * 4 * DAY).astype(np.int64)
    rows["topic"] = comments.review_topics(dice, rows)
    return rows


def _by_time(table: Table, name: str) -> Table:
    return pick(table, np.argsort(table[name], kind="stable"))

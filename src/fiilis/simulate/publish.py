"""From the world to what a shop would see: codes become words, silence and truth stay behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from fiilis.simulate.columns import STREAMS
from fiilis.simulate.settings import Settings
from fiilis.simulate.world import asking, shop
from fiilis.simulate.world.arrays import MISSING, Array, Ints, Table, concat, length, pick
from fiilis.simulate.world.comments import THEMES, TOPICS
from fiilis.simulate.world.customers import register, shards
from fiilis.simulate.world.dice import Dice
from fiilis.simulate.world.orders import DAY, NEW, seconds
from fiilis.simulate.world.texts.pool import pool
from fiilis.simulate.world.weeks import WeekOfShop, weeks_of_shard, weeks_of_shop

_REGISTER_ROWS = 100_000
_CLICKS = 128  # answers that one invitation may have
_REASONS = np.array(["size", "quality", "regret", "colour"], dtype=object)


def _words(words: Collection[str]) -> Array:
    return np.array([*words, ""], dtype=object)  # code -1 is the last: no word


_AREAS = _words([f"{area:02d}" for area in range(100)])
_DEVICES, _LANGUAGES, _CARRIERS = _words(shop.DEVICES), _words(shop.LANGUAGES), _words(shop.CARRIERS)
_TIERS, _SOLVED = _words(shop.TIERS), _words(shop.SOLVED)
_PRODUCTS = _words([product.code for product in shop.PRODUCTS])
_DELIVERY = _words([f"delivery_{carrier}" for carrier in shop.CARRIERS])
_TOPICS, _THEMES = _words(TOPICS), _words([THEMES[topic] for topic in TOPICS])


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of one stream: `number` counts the stream's chunks from 0; `columns` are those of STREAMS, in order."""

    stream: str
    number: int
    columns: Mapping[str, Array]

    @property
    def rows(self) -> int:
        """How many rows."""
        return length(dict(self.columns))


def chunks(settings: Settings, *, rows: int = 100_000, streams: Collection[str] = tuple(STREAMS)) -> Iterator[Chunk]:
    """Return the data of the shop in chunks of exactly `rows` rows a stream, the last of each stream with the rest.

    The rows of a stream and their order depend on the settings alone, never on `rows`. Customers of a shard come
    first, then its weeks. Raises ValueError for an unknown stream or a chunk of no rows.
    """
    if unknown := set(streams) - set(STREAMS):
        raise ValueError(f"no such stream: {', '.join(sorted(unknown))}")
    if rows < 1:
        raise ValueError("a chunk has a row or more")
    cutter = _Cutter(rows)
    for stream, table in _tables(settings, frozenset(streams)):
        yield from cutter.cut(stream, table)
    yield from cutter.rest()


def weekly(
    settings: Settings, *, from_week: int | None = None, streams: Collection[str] = tuple(STREAMS)
) -> Iterator[tuple[int, dict[str, Table]]]:
    """Return week by week (its number, and its rows by stream): for a shop that lives on before one's eyes.

    A large shop gives each week once a shard. Prolonging `weeks`, or planting from a later week on, leaves earlier
    weeks as they were, but for what hadn't yet happened on their last day. Customers aren't among the streams.
    """
    published = Publisher(settings)
    for week in weeks_of_shop(settings, from_week=from_week):
        yield week.week.number, published.week(week, frozenset(streams))


class _Cutter:
    """Cuts tables as they come into chunks of one size."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._waiting: dict[str, list[Table]] = {}
        self._numbers: dict[str, int] = {}

    def cut(self, stream: str, table: Table) -> Iterator[Chunk]:
        waiting = self._waiting.setdefault(stream, [])
        waiting.append(table)
        if sum(length(one) for one in waiting) < self._rows:
            return
        whole = concat(waiting)
        full = length(whole) - length(whole) % self._rows
        for start in range(0, full, self._rows):
            yield self._chunk(stream, pick(whole, np.arange(start, start + self._rows)))
        self._waiting[stream] = [pick(whole, np.arange(full, length(whole)))]

    def rest(self) -> Iterator[Chunk]:
        for stream, waiting in self._waiting.items():
            table = concat(waiting)
            if length(table):
                yield self._chunk(stream, table)

    def _chunk(self, stream: str, table: Table) -> Chunk:
        number = self._numbers.get(stream, 0)
        self._numbers[stream] = number + 1
        return Chunk(stream, number, table)


def _tables(settings: Settings, streams: frozenset[str]) -> Iterator[tuple[str, Table]]:
    dice = Dice(settings.seed)
    published = Publisher(settings)
    for shard in shards(settings):
        if "customers" in streams:
            for table in register(settings, dice, shard, _REGISTER_ROWS):
                yield "customers", customers(table)
        if streams - {"customers"}:
            for week in weeks_of_shard(settings, shard):
                for stream, table in published.week(week, streams).items():
                    yield stream, table


def customers(table: Table) -> Table:
    """Return the customers' public columns."""
    return {
        "customer_id": table["customer"],
        "postcode_area": _AREAS[table["area"]],
        "device": _DEVICES[table["device"]],
        "language": _LANGUAGES[table["language"]],
        "customer_since": table["since"],
        "tier": _TIERS[table["tier"]],
    }


class Publisher:
    """Makes the public tables of a week."""

    def __init__(self, settings: Settings) -> None:
        self._dice = Dice(settings.seed)
        self._end_day = (seconds(settings.first_day) // DAY) + 7 * settings.weeks
        self._end = self._end_day * DAY

    def _known(self, table: Table, time: str) -> Table:
        """Return the rows that have happened by the end of the data."""
        return pick(table, table[time] < self._end)

    def week(self, week: WeekOfShop, streams: frozenset[str] = frozenset(STREAMS)) -> dict[str, Table]:
        """Return the week's tables of these streams (customers come apart)."""
        makers = {
            "orders": self._orders,
            "invitations": self._invitations,
            "answers": self._answers,
            "tickets": self._tickets,
            "reviews": self._reviews,
            "returns": self._returns,
            "kiosk": self._kiosk,
            "phone": self._phone,
            "labels": self._labels,
        }
        return {stream: table for stream, make in makers.items() if stream in streams and length(table := make(week))}

    def _orders(self, week: WeekOfShop) -> Table:
        table = week.orders
        delivered = table["delivered"].astype("datetime64[D]")
        delivered[table["delivered"] >= self._end_day] = np.datetime64("NaT")
        return {
            "order_id": table["order"],
            "customer_id": table["customer"],
            "ordered_at": _time(table["at"]),
            "week": _week(week, length(table)),
            "product": _PRODUCTS[table["product"]],
            "amount_eur": table["euros"],
            "carrier": _CARRIERS[table["carrier"]],
            "postcode_area": _AREAS[table["area"]],
            "device": _DEVICES[table["device"]],
            "language": _LANGUAGES[table["language"]],
            "promised_day": table["promised"].astype("datetime64[D]"),
            "delivered_day": delivered,
            "first_order": table["kind"] == NEW,
        }

    def _invitations(self, week: WeekOfShop) -> Table:
        found = []
        for code, table in enumerate(_surveys(week)):
            table = self._known(pick(table, table["asked"]), "sent")
            found.append(
                {
                    **_place(code, table),
                    "customer_id": table["customer"],
                    "order_id": _order(table),
                    "sent_at": _time(table["sent"]),
                    "week": _week(week, length(table)),
                    "probability": table["probability"].astype(np.float64),
                }
            )
        return concat(found)

    def _answers(self, week: WeekOfShop) -> Table:
        found = []
        for code, table in enumerate(_surveys(week)):
            found.append(self._answered(week, code, self._heard(table)))
        if length(week.clicks):
            found.append(self._clicked(week))
        return concat(found)

    def _heard(self, table: Table) -> Table:
        """Return the answers in the order of time."""
        heard = self._known(pick(table, table["answered"]), "answered_at")
        return pick(heard, np.argsort(heard["answered_at"], kind="stable"))

    def _answered(self, week: WeekOfShop, code: int, table: Table) -> Table:
        n = length(table)
        place = _place(code, table)
        scores = {name: np.full(n, MISSING, dtype=np.int8) for name in shop.SCORES}
        for question in shop.SURVEYS[code].questions:
            if question.id in scores:
                scores[question.id] = table[question.id].astype(np.int8)
        return {
            "answer_id": place["invitation_id"] * _CLICKS,
            **place,
            "customer_id": table["customer"],
            "order_id": _order(table),
            "answered_at": _time(table["answered_at"]),
            "week": _week(week, n),
            "language": _LANGUAGES[table["language"]],
            "postcode_area": _AREAS[table["area"]],
            "device": _DEVICES[table["device"]],
            "carrier": _CARRIERS[table["carrier"]],
            "first_order": table["kind"] == NEW,
            "weight": 1 / table["probability"],
            **scores,
            "solved": _SOLVED[table["solved"]] if "solved" in table else np.full(n, "", dtype=object),
            "comment": self._words("comment", table, table["topic"]),
        }

    def _clicked(self, week: WeekOfShop) -> Table:
        """Return the scanner's clicks: delivery answers with a face and nothing else."""
        clicks = week.clicks
        table = self._answered(week, 0, {**clicks, "topic": np.full(length(clicks), MISSING)})
        table["answer_id"] = table["answer_id"] + clicks["click"]
        table["nps"] = np.full(length(clicks), MISSING, dtype=np.int8)
        return table

    def _words(self, purpose: str, table: Table, topics: Ints) -> Array:
        chance = self._dice.uniform(f"{purpose}.words", table["order"])
        return pool().pick(table["language"], topics, table["product"], chance)

    def _tickets(self, week: WeekOfShop) -> Table:
        table = week.tickets
        replied = table["opened"] + (table["hours"] * asking.HOUR).astype(np.int64)
        waits = replied >= self._end
        replied_at = _time(replied)
        replied_at[waits] = np.datetime64("NaT")
        return {
            "ticket_id": table["order"],
            "customer_id": table["customer"],
            "order_id": _order(table),
            "opened_at": _time(table["opened"]),
            "week": _week(week, length(table)),
            "language": _LANGUAGES[table["language"]],
            "topic": _THEMES[table["about"]],
            "reply_hours": np.where(waits, np.nan, table["hours"]),
            "replied_at": replied_at,
            "text": self._words("ticket", table, table["about"]),
        }

    def _reviews(self, week: WeekOfShop) -> Table:
        table = self._known(week.reviews, "at")
        return {
            "review_id": table["order"],
            "customer_id": table["customer"],
            "order_id": table["order"],
            "product": _PRODUCTS[table["product"]],
            "posted_at": _time(table["at"]),
            "stars": table["stars"].astype(np.int8),
            "language": _LANGUAGES[table["language"]],
            "text": self._words("review", table, table["topic"]),
        }

    def _returns(self, week: WeekOfShop) -> Table:
        table = week.returns
        why = np.searchsorted([0.52, 0.70, 0.90], self._dice.uniform("return.reason", table["order"]))
        return {
            "return_id": table["order"],
            "customer_id": table["customer"],
            "order_id": table["order"],
            "returned_at": _time(table["returned"]),
            "week": _week(week, length(table)),
            "device": _DEVICES[table["device"]],
            "product": _PRODUCTS[table["product"]],
            "reason": _REASONS[why],
        }

    def _kiosk(self, week: WeekOfShop) -> Table:
        table = week.presses
        if not table:
            return {}
        return {
            "press_id": table["press"],
            "kiosk": np.full(length(table), "kiosk", dtype=object),
            "pressed_at": _time(table["at"]),
            "face": table["face"].astype(np.int8),
        }

    def _phone(self, week: WeekOfShop) -> Table:
        table = self._known(pick(week.delivery, week.delivery["phoned"]), "called")
        invitations = _place(0, table)["invitation_id"]
        return {
            "call_id": invitations,
            "invitation_id": invitations,
            "customer_id": table["customer"],
            "called_at": _time(table["called"]),
            "week": _week(week, length(table)),
            "nps": table["nps"].astype(np.int8),
            "probability": np.full(length(table), asking.PHONED),
        }

    def _labels(self, week: WeekOfShop) -> Table:
        found = []
        for code, table in enumerate(_surveys(week)):
            table = self._heard(pick(table, table["topic"] != MISSING))
            answers = _place(code, table)["invitation_id"] * _CLICKS
            topics = table["topic"]
            found.append({"answer_id": answers, "topic": _TOPICS[topics], "theme": _THEMES[topics]})
        return concat(found)


def answer_ids(survey: int, orders: Ints, click: Ints | int = 0) -> Ints:
    """Return the answers' numbers for a survey (its place in SURVEYS) about these orders."""
    ids: Ints = (orders * 4 + survey) * _CLICKS + click
    return ids


def _surveys(week: WeekOfShop) -> tuple[Table, Table, Table, Table]:
    return week.delivery, week.returns, week.tickets, week.site


def _place(code: int, table: Table) -> Table:
    survey, n = shop.SURVEYS[code], length(table)
    if survey.code == "delivery":
        touchpoint = _DELIVERY[table["carrier"]]
    else:
        name = "checkout" if survey.code == "site" else survey.code
        touchpoint = np.full(n, name, dtype=object)
    return {
        "invitation_id": table["order"] * 4 + code,
        "survey": np.full(n, survey.code, dtype=object),
        "touchpoint": touchpoint,
        "channel": np.full(n, survey.channel, dtype=object),
    }


def _order(table: Table) -> Ints:
    orders: Ints = np.where(table["kind"] < 0, MISSING, table["order"])
    return orders


def _time(times: Ints) -> Array:
    return times.astype("datetime64[s]")


def _week(week: WeekOfShop, n: int) -> Array:
    return np.full(n, week.week.number, dtype=np.int16)

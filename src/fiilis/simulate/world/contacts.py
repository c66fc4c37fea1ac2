"""Returns and support tickets that come of orders, and how easy or helpful each was."""

from __future__ import annotations

import numpy as np

from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar, scores, shop
from fiilis.simulate.world.arrays import Floats, Ints, Table, concat
from fiilis.simulate.world.asking import HOUR
from fiilis.simulate.world.customers import attributes
from fiilis.simulate.world.dice import Dice
from fiilis.simulate.world.orders import DAY, Ledger, extra_ids, reply_hours, seconds

RETURNED, RETURNS_RATE = 0.12, 0.30
SUPPORT_RATE = 0.28
QUICK_HOURS = 4.0

_RETURN_COLUMNS = ("order", "customer", "kind", "area", "device", "language", "carrier", "product", "delivered", "at")
_TICKET_COLUMNS = ("order", "customer", "kind", "area", "device", "language", "carrier", "product", "late")


def returns_of(dice: Dice, orders: Table) -> Table:
    """Return the orders that are sent back, with the time when the return form is filled in."""
    chance, later = dice.pair("return", orders["order"])
    back = chance < RETURNED
    rows = {name: orders[name][back] for name in _RETURN_COLUMNS}
    days = rows.pop("delivered") + 2 + (later[back] * 14).astype(np.int64)
    rows["returned"] = days * DAY + rows.pop("at") % DAY
    return rows


def ask_returns(settings: Settings, dice: Dice, index: int, rows: Table) -> Table:
    """Tell how easy each return of the week `index` was, and ask all who returned."""
    feel, answering = dice.pair("returns.ask", rows["order"])
    usual = scores.draw(feel, scores.RETURNS)
    broken = np.zeros(len(feel), dtype=bool)
    ease = usual
    form = settings.truths.broken_form
    if form.on and calendar.index_of(form.first_week) <= index <= calendar.index_of(form.last_week):
        broken = rows["device"] == shop.DEVICES.index(form.device)
        ease = np.where(broken, scores.draw(feel, scores.tilted(scores.RETURNS, form.ease)), usual)
    sent = rows["returned"] + 20
    told = {"answered": answering < RETURNS_RATE, "sent": sent}
    answered_at = sent + 15 + (answering * 400).astype(np.int64)
    felt = {"returns_ces": ease, "returns_ces_base": usual, "broken": broken}
    return {**rows, **felt, **_asked(len(feel)), **told, "answered_at": answered_at}


def tickets_of(ledger: Ledger, orders: Table) -> Table:
    """Return the support tickets that come of these orders, with the time opened and the hours to the reply."""
    contact, speed = ledger.contacts.of(orders["order"], orders["late"])
    rows = {name: orders[name][contact] for name in _TICKET_COLUMNS}
    early = ledger.dice.uniform("ticket.time", rows["order"])
    # Who waits asks a day after the promised day; others when they have had the thing in hand.
    in_hand = orders["delivered"][contact] + 1 + (early * 3).astype(np.int64)
    day = np.where(rows["late"], orders["promised"][contact] + 1, in_hand)
    opened = day * DAY + 6 * HOUR + (early * 97 % 1 * 14 * HOUR).astype(np.int64)
    return {**rows, "hours": reply_hours(speed[contact]), "opened": opened}


def ask_support(settings: Settings, ledger: Ledger, index: int, rows: Table) -> Table:
    """Tell of the tickets of the week `index` how satisfied each customer is, and ask all of them.

    With truth 5 on, the natural tickets in its language and weeks stay silent and planted ones answer instead.
    """
    dice = ledger.dice
    feel, answering = dice.pair("support.ask", rows["order"])
    quick = rows["hours"] <= QUICK_HOURS
    after_quick = scores.tilted(scores.SUPPORT, scores.QUICK_CSAT)
    csat = np.where(quick, scores.draw(feel, after_quick), scores.draw(feel, scores.SUPPORT))
    answered = answering < SUPPORT_RATE
    sample = settings.truths.small_sample
    if sample.on and calendar.index_of(sample.first_week) <= index <= calendar.index_of(sample.last_week):
        code = shop.LANGUAGES.index(sample.language)
        answered &= rows["language"] != code
        if ledger.shard.number == 0:
            planted, shown = _planted(settings, ledger, index, code)
            rows = concat([rows, planted])
            csat = np.concatenate([csat, shown])
            answered = np.concatenate([answered, np.ones(len(shown), dtype=bool)])
    fate, wait = dice.pair("support.solved", rows["order"])
    sent = rows["opened"] + (rows["hours"] * HOUR).astype(np.int64) + 2 * HOUR
    answered_at = sent + 60 - (6 * HOUR * np.log(1 - wait * 0.999)).astype(np.int64)
    told = {"answered": answered, "sent": sent, "answered_at": answered_at}
    return {**rows, "support_csat": csat, "solved": _solved(fate, csat), **_asked(len(csat)), **told}


def _planted(settings: Settings, ledger: Ledger, index: int, code: int) -> tuple[Table, Ints]:
    """Return this week's share of truth 5's tickets and their scores: luck that any language might have had.

    The tickets are questions before buying: they belong to no order (kind -1).
    """
    sample = settings.truths.small_sample
    first, last = calendar.index_of(sample.first_week), calendar.index_of(sample.last_week)
    everyone = scores.with_mean(sample.n, sample.mean)
    turns = np.arange(sample.n, dtype=np.int64)
    # Dealt out by turns, so that no week holds only the low ones.
    mine = turns[turns % (last - first + 1) == index - first]
    ids = extra_ids(index, mine)
    shard = ledger.shard
    pool = np.arange(shard.first, shard.first + min(shard.established, 20_000), dtype=np.int64)
    speakers = pool[attributes(ledger.dice, pool)["language"] == code]
    people = (speakers if len(speakers) else pool)[mine % max(len(speakers), 1)]
    when, speed = ledger.dice.pair("planted.ticket", ids)
    monday = seconds(calendar.week(settings.first_day, index).monday)
    who = attributes(ledger.dice, people)
    table: Table = {
        "order": ids,
        "customer": people,
        "kind": np.full(len(ids), -1, dtype=np.int8),
        **who,
        "language": np.full(len(ids), code, dtype=np.int8),
        "carrier": np.full(len(ids), -1, dtype=np.int8),
        "product": (speed * len(shop.PRODUCTS)).astype(np.int8),
        "late": np.zeros(len(ids), dtype=bool),
        "hours": np.minimum(reply_hours(speed), 20.0),
        "opened": monday + 6 * HOUR + (when * 4 * DAY).astype(np.int64),
    }
    return table, everyone[mine]


def _solved(fate: Floats, csat: Ints) -> Ints:
    """Return 0 yes, 1 partly, 2 no: the more satisfied, the more often solved."""
    yes = np.array([0.15, 0.35, 0.6, 0.82, 0.93])[csat - 1]
    partly = np.array([0.25, 0.3, 0.25, 0.13, 0.05])[csat - 1]
    solved: Ints = (fate >= yes).astype(np.int64) + (fate >= yes + partly)
    return solved


def _asked(n: int) -> Table:
    return {"asked": np.ones(n, dtype=bool), "probability": np.ones(n)}

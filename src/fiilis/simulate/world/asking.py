"""Who is asked after a delivery or on the site, who answers, and who is phoned because they were silent.

Each survey's rows get `asked`, `probability` (of being asked), `answered`, `sent` and `answered_at`.
"""

from __future__ import annotations

import numpy as np

from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar, scores
from fiilis.simulate.world.arrays import Array, Bools, Floats, Table
from fiilis.simulate.world.dice import Dice
from fiilis.simulate.world.orders import DAY

HOUR = 3_600

_WHO = ("order", "customer", "kind", "area", "device", "language", "carrier", "product")
_DELIVERY_COLUMNS = (*_WHO, "late", "nps", "delivery_csat")
_SITE_COLUMNS = (*_WHO, "at")

# Swedish and English are fewer, so all of them are asked: weights are 1 / probability.
DELIVERY_ASKED = np.array([0.75, 1.0, 1.0])
DELIVERY_RATE = 0.16
"""Share of those asked that answers, among all but promoters (with truth 4 on)."""
PHONED = 0.03
"""Share of the silent that is phoned; on the phone everyone answers."""
SITE_ASKED = 0.30
SITE_RATE_BY_DEVICE = np.array([0.23, 0.22, 0.32])


def delivery_times(dice: Dice, orders: Table) -> Table:
    """Return the orders with the time their survey is sent and the time it is, or would be, answered."""
    spread, wait = dice.pair("delivery.sent", orders["order"])
    sent = (orders["delivered"] + 1) * DAY + 7 * HOUR + (spread * 3 * HOUR).astype(np.int64)
    delay = 90 - 9 * HOUR * np.log(1 - wait * 0.9987)
    carried = {name: orders[name] for name in _DELIVERY_COLUMNS}
    return {**carried, "sent": sent, "answered_at": sent + delay.astype(np.int64)}


def ask_delivery(settings: Settings, dice: Dice, index: int, rows: Table) -> Table:
    """Ask about NPS and delivery those whose answer would come in the week `index`."""
    asking, answering = dice.pair("delivery.ask", rows["order"])
    probability = DELIVERY_ASKED[rows["language"]]
    asked = asking < probability
    groups = scores.group(rows["nps"])
    eager = settings.truths.eager_promoters
    answered = asked & (answering < _rates(settings)[groups])
    page = settings.truths.front_page
    bad = calendar.index_of(page.bad_week)
    if page.on and index in (bad, bad + 1):
        wanted = _raw_nps(eager.times if eager.on else 1.0) - (page.raw_change if index == bad else 0.0)
        answered = _made_to_show(wanted, int(answered.sum()), groups, asked, answering)
    phoning, day = dice.pair("delivery.phone", rows["order"])
    hour = 7 * HOUR + (day * 9973 % 1 * 8 * HOUR).astype(np.int64)
    called = (rows["sent"] // DAY + 5 + (day * 5).astype(np.int64)) * DAY + hour
    phoned = asked & ~answered & (phoning < PHONED)
    told = {"asked": asked, "probability": probability, "answered": answered, "phoned": phoned, "called": called}
    return {**rows, **told}


def _rates(settings: Settings) -> Floats:
    """Return the share that answers among detractors, passives and promoters; truth 4 off: the same in all."""
    eager = settings.truths.eager_promoters
    if eager.on:
        return np.array([DELIVERY_RATE, DELIVERY_RATE, DELIVERY_RATE * eager.times])
    return np.full(3, DELIVERY_RATE * (1 + scores.PROMOTERS))


def _raw_nps(times: float) -> float:
    """Return the NPS of the answers expected in an ordinary week when promoters answer `times` as often."""
    promoters = scores.PROMOTERS * times
    return 100 * (promoters - scores.DETRACTORS) / (promoters + scores.PASSIVES + scores.DETRACTORS)


def _made_to_show(wanted: float, n: int, groups: Array, asked: Bools, chance: Floats) -> Bools:
    """Choose `n` answers, by chance within each group, whose NPS is as near to `wanted` as n answers can come."""
    ahead = round(n * wanted / 100)
    passives = round(n * scores.PASSIVES / (1 + scores.PROMOTERS))
    passives += (n - passives - ahead) % 2
    promoters = (n - passives + ahead) // 2
    answered = np.zeros(len(groups), dtype=bool)
    for code, count in enumerate((n - passives - promoters, passives, promoters)):
        members = np.flatnonzero(asked & (groups == code))
        answered[members[np.argsort(chance[members])[: max(count, 0)]]] = True
    return answered


def ask_site(dice: Dice, orders: Table) -> Table:
    """Ask a share of those who have just ordered how easy buying was."""
    asking, answering = dice.pair("site.ask", orders["order"])
    asked = asking < SITE_ASKED
    rows = {name: orders[name][asked] for name in _SITE_COLUMNS}
    feel = dice.uniform("site.feel", rows["order"])
    sent = rows["at"] + 5
    rate = SITE_RATE_BY_DEVICE[rows["device"]]
    return {
        **rows,
        "site_ces": scores.draw(feel, scores.SITE),
        "asked": np.ones(len(sent), dtype=bool),
        "probability": np.full(len(sent), SITE_ASKED),
        "answered": answering[asked] < rate,
        "sent": sent,
        "answered_at": sent + 10 + (feel * 97 % 1 * 60).astype(np.int64),
    }

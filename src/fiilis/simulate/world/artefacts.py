"""The kiosk in the store, and what nobody said: a mail scanner's clicks and a child's burst (truth 8)."""

from __future__ import annotations

import numpy as np

from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar
from fiilis.simulate.world.arrays import Ints, Table, concat, pick
from fiilis.simulate.world.dice import Dice
from fiilis.simulate.world.orders import DAY, seconds

_A_DAY = 70
_OPENS, _OPEN_SECONDS = 8 * 3_600, 9 * 3_600  # 10 to 19 in Finland, in UTC
_FACES = np.cumsum((0.07, 0.10, 0.33))
_PRESS_WEEK = 1 << 20


def presses(settings: Settings, dice: Dice, index: int) -> Table:
    """Return the kiosk's presses in the week `index`, Monday to Saturday, in the order of time."""
    monday = seconds(calendar.week(settings.first_day, index).monday)
    days = []
    for day in range(6):
        seed = np.array([index * 7 + day + 10_000], dtype=np.int64)
        busy = (0.6 + 0.8 * dice.uniform("kiosk.busy", seed)[0]) * (1.6 if day == 5 else 1.0)
        count = round(_A_DAY * busy * min(settings.size, 1.0))
        ids = (index + 128) * _PRESS_WEEK + day * 4096 + np.arange(count, dtype=np.int64)
        time, face = dice.pair("kiosk.press", ids)
        at = monday + day * DAY + _OPENS + (time * _OPEN_SECONDS).astype(np.int64)
        days.append(_pressed(ids, at, np.searchsorted(_FACES, face).astype(np.int64) + 1, planted=False))
    told = settings.truths.artefacts
    if told.on and index == calendar.index_of(told.burst_week):
        turns = np.arange(told.presses, dtype=np.int64)
        at = monday + 5 * DAY + _OPENS + 3 * 3_600 + turns * told.burst_seconds // max(told.presses, 1)
        ids = (index + 128) * _PRESS_WEEK + 7 * 4096 + turns
        days.append(_pressed(ids, at, np.ones(len(turns), dtype=np.int64), planted=True))
    table = concat(days)
    return pick(table, np.argsort(table["at"], kind="stable"))


def _pressed(ids: Ints, at: Ints, face: Ints, *, planted: bool) -> Table:
    return {"press": ids, "at": at, "face": face, "planted": np.full(len(ids), planted)}


def scanned(settings: Settings, dice: Dice, index: int, rows: Table) -> tuple[Table, Table]:
    """Let a mail scanner loose on a few silent invitations of the week; return the rows and the clicks.

    All those mails leave in the same second; the scanner opens every link in them, several a second, 1 to 5 in turn.
    """
    told = settings.truths.artefacts
    silent = np.flatnonzero(rows["asked"] & ~rows["answered"] & ~rows["phoned"])
    if not (told.on and index == calendar.index_of(told.scanner_week)) or not len(silent):
        return rows, pick(rows, np.empty(0, dtype=np.int64)) | {"click": np.empty(0, dtype=np.int64)}
    order = np.argsort(dice.bits("scanner", rows["order"][silent]), kind="stable")
    mails = silent[order][: told.mails]
    sent = rows["sent"].copy()
    sent[mails] = seconds(calendar.week(settings.first_day, index).monday) + DAY + 7 * 3_600
    rows = {**rows, "sent": sent}
    clicks = np.arange(told.clicks, dtype=np.int64)
    each = -(-told.clicks // len(mails))
    hit = pick(rows, mails[clicks // each])
    # Five in a second, from two seconds after the mail was sent.
    hit["answered_at"] = hit["sent"] + 2 + clicks // 5
    hit["delivery_csat"] = clicks % each % 5 + 1
    return rows, hit | {"click": clicks % each + 1}

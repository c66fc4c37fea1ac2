"""Everything said in the shop as one table, the way a company would hand its history over to a platform."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np

from fiilis.simulate.publish import chunks
from fiilis.simulate.settings import Settings
from fiilis.simulate.world.arrays import MISSING, Array, Table, concat, length, pick

COLUMNS = (
    "id", "at", "language", "person", "weight", "touchpoint", "source", "area", "device", "first_order",
    "nps", "delivery_csat", "returns_ces", "support_csat", "solved", "site_ces", "kiosk", "comment",
)  # fmt: skip
"""The file's columns; what each holds stands in `data/MAP.toml`."""

_SCORES = ("nps", "delivery_csat", "returns_ces", "support_csat", "site_ces", "kiosk")
_WANTED = ("customers", "invitations", "answers", "kiosk", "phone")


def everything_said(settings: Settings) -> Table:
    """Return answers, kiosk presses and phone calls as one table with COLUMNS, in the order of time.

    A customer who was phoned stands for all the silent who weren't: 1 / (probability of being asked x of being phoned).
    """
    streams: dict[str, list[Table]] = {name: [] for name in _WANTED}
    for chunk in chunks(settings, streams=_WANTED):
        streams[chunk.stream].append(dict(chunk.columns))
    tables = {name: concat(parts) for name, parts in streams.items()}
    parts = [_answers(tables["answers"])]
    if length(tables["phone"]):
        parts.append(_calls(tables["phone"], tables["invitations"], tables["customers"]))
    if length(tables["kiosk"]):
        parts.append(_presses(tables["kiosk"]))
    whole = concat(parts)
    order = np.argsort(whole["at"], kind="stable")
    return {name: whole[name][order] for name in COLUMNS}


def between(said: Table, first: date, end: date) -> Table:
    """Return what was said from the day `first` to before the day `end` (UTC)."""
    places = np.searchsorted(said["at"], np.array([first, end], dtype="datetime64[s]"))
    return pick(said, np.arange(places[0], places[1]))


def write_csv(path: Path, said: Table) -> int:
    """Write the table as a file to be imported; return how many lines it holds."""
    columns = [_written(name, said[name]) for name in COLUMNS]
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(zip(*columns, strict=True))
    return length(said)


def _written(name: str, column: Array) -> Iterable[object]:
    if name in _SCORES:
        return ("" if value == MISSING else value for value in column.tolist())
    if name == "at":
        return list(np.datetime_as_string(column, unit="s"))
    return list(column.tolist())


def _answers(table: Table) -> Table:
    n = length(table)
    return {
        "id": _names("a", table["answer_id"]),
        "at": table["answered_at"],
        "language": table["language"],
        "person": table["customer_id"].astype(str).astype(object),
        "weight": table["weight"],
        "touchpoint": table["touchpoint"],
        "source": table["survey"],
        "area": decades(table["postcode_area"]),
        "device": table["device"],
        "first_order": np.where(table["first_order"], "yes", "no").astype(object),
        **{name: table[name] for name in _SCORES if name != "kiosk"},
        "solved": table["solved"],
        "kiosk": np.full(n, MISSING, dtype=np.int8),
        "comment": table["comment"],
    }


def decades(areas: Array) -> Array:
    """Return tens of postcode areas for "00" to "99": "90-99" where people would say the north.

    >>> decades(np.array(["07", "93"], dtype=object)).tolist()
    ['00–09', '90–99']
    """
    names = np.array([f"{ten}0–{ten}9" for ten in range(10)], dtype=object)
    return names[areas.astype(np.int64) // 10]


def _calls(table: Table, invitations: Table, customers: Table) -> Table:
    n = length(table)
    order = np.argsort(invitations["invitation_id"], kind="stable")
    asked = order[np.searchsorted(invitations["invitation_id"][order], table["invitation_id"])]
    known = np.argsort(customers["customer_id"], kind="stable")
    person = known[np.searchsorted(customers["customer_id"][known], table["customer_id"])]
    empty = np.full(n, MISSING, dtype=np.int8)
    return {
        "id": _names("p", table["call_id"]),
        "at": table["called_at"],
        "language": customers["language"][person],
        "person": table["customer_id"].astype(str).astype(object),
        "weight": 1 / (invitations["probability"][asked] * table["probability"]),
        "touchpoint": invitations["touchpoint"][asked],
        "source": np.full(n, "phone", dtype=object),
        "area": decades(customers["postcode_area"][person]),
        "device": customers["device"][person],
        "first_order": np.full(n, "", dtype=object),
        **{name: table["nps"] if name == "nps" else empty for name in _SCORES},
        "solved": np.full(n, "", dtype=object),
        "comment": np.full(n, "", dtype=object),
    }


def _presses(table: Table) -> Table:
    n = length(table)
    empty, nothing = np.full(n, MISSING, dtype=np.int8), np.full(n, "", dtype=object)
    return {
        "id": _names("k", table["press_id"]),
        "at": table["pressed_at"],
        "language": nothing,
        "person": nothing,
        "weight": np.ones(n),
        "touchpoint": table["kiosk"],
        "source": np.full(n, "kiosk", dtype=object),
        "area": nothing,
        "device": nothing,
        "first_order": nothing,
        **{name: table["face"] if name == "kiosk" else empty for name in _SCORES},
        "solved": nothing,
        "comment": nothing,
    }


def _names(kind: str, numbers: Array) -> Array:
    return np.char.add(kind, numbers.astype(str)).astype(object)

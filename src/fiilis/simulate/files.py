"""The shop as files: each stream in chunks of CSV or Parquet, the shop's description, the seal and the key."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import numpy as np

from fiilis.simulate.columns import NUMBERS_THAT_MAY_MISS, STREAMS
from fiilis.simulate.key import answer_key
from fiilis.simulate.publish import Chunk, chunks
from fiilis.simulate.seal import Seal, seal
from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar, shop
from fiilis.simulate.world.arrays import MISSING, Array
from fiilis.warehouse.export import write_parquet

SEEN: Final = tuple(STREAMS)[:-1]
"""The streams that a shop has; labels belong to the key."""

SHOP_FILE: Final = "shop.json"
SEAL_FILE: Final = "seal.json"
DIGEST_FILE: Final = "seal.sha256"
KEY_FILE: Final = "key.json"

# What a spreadsheet would take for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Form(StrEnum):
    """In which form the streams are written."""

    CSV = "csv"
    PARQUET = "parquet"


def write_shop(
    folder: Path,
    settings: Settings,
    *,
    form: Form = Form.CSV,
    rows: int = 1_000_000,
    streams: Collection[str] = SEEN,
) -> Iterator[Chunk]:
    """Write the shop into the folder, and return each chunk when its file is whole (for a progress bar).

    Files: <stream>-00000.csv (or .parquet) and on, shop.json and the seal; the key is written by `write_key`, later
    and apart. Nothing is written unless the chunks are taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / SHOP_FILE, description(settings))
    for chunk in chunks(settings, rows=rows, streams=streams):
        write_chunk(folder, chunk, form)
        yield chunk


def write_chunk(folder: Path, chunk: Chunk, form: Form) -> Path:
    """Write one chunk into its file and return the file."""
    path = folder / f"{chunk.stream}-{chunk.number:05d}.{form}"
    if form is Form.CSV:
        _write_csv(path, chunk)
    else:
        nulls = {name: MISSING for name in chunk.columns if name in NUMBERS_THAT_MAY_MISS}
        write_parquet(path, chunk.columns, nulls=nulls)
    return path


def write_seal(folder: Path, settings: Settings) -> Seal:
    """Seal the settings into two files: the shell, and its fingerprint as `sha256sum --check` reads it."""
    folder.mkdir(parents=True, exist_ok=True)
    shell = seal(settings)
    (folder / SEAL_FILE).write_bytes(shell.text.encode("utf-8"))
    (folder / DIGEST_FILE).write_text(f"{shell.digest}  {SEAL_FILE}\n", encoding="ascii")
    return shell


def write_key(folder: Path, settings: Settings) -> Path:
    """Write the answer key, key.json."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_json(folder / KEY_FILE, answer_key(settings))


def description(settings: Settings) -> dict[str, Any]:
    """Return what anyone may know of the shop: actors, touchpoints, surveys, goods, events and the columns."""
    events = [asdict(one) for one in calendar.happenings(settings)]
    for event in events:
        event["first_day"], event["last_day"] = event["first_day"].isoformat(), event["last_day"].isoformat()
    return {
        "made_up": True,
        "name": shop.SHOP,
        "first_day": settings.first_day.isoformat(),
        "week_1": settings.monday(1).isoformat(),
        "actors": [asdict(one) for one in shop.ACTORS],
        "touchpoints": [asdict(one) for one in shop.TOUCHPOINTS],
        "surveys": [asdict(one) for one in shop.SURVEYS],
        "products": [asdict(one) for one in shop.PRODUCTS],
        "happenings": events,
        "streams": {stream: dict(columns) for stream, columns in STREAMS.items()},
    }


def write_json(path: Path, content: dict[str, Any]) -> Path:
    """Write JSON that reads well and is the same for the same content."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path


def escaped(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula.

    >>> escaped("=1+1"), escaped("Kiitos!")
    ("'=1+1", 'Kiitos!')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_csv(path: Path, chunk: Chunk) -> None:
    half = path.with_name(path.name + ".part")
    with half.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(chunk.columns)
        writer.writerows(zip(*(_cells(name, column) for name, column in chunk.columns.items()), strict=True))
    half.replace(path)


def _cells(name: str, column: Array) -> list[Any]:
    """Return a column as the cells of a CSV file; what is missing is empty."""
    kind = column.dtype.kind
    cells: list[Any] = column.tolist()
    if kind == "M":
        cells = ["" if text == "NaT" else text for text in np.datetime_as_string(column).tolist()]
    elif kind == "O":
        cells = [escaped(text) for text in cells]
    elif kind == "b":
        cells = ["true" if yes else "false" for yes in cells]
    elif kind == "f":
        cells = ["" if number != number else number for number in cells]
    elif name in NUMBERS_THAT_MAY_MISS:
        cells = ["" if number == MISSING else number for number in cells]
    return cells

"""The board's numbers as CSV: what a spreadsheet or a program needs, from the same data as the charts."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.utils.translation import get_language

from fiilis.core import sheets
from fiilis.ecosystem.types import name_in
from fiilis.home.queries import BoardData
from fiilis.science.estimate import Estimate

Value = str | int | float | None

ESTIMATE = ("value", "low", "high", "level", "answers", "method", "unknown")


def safe(cell: Value) -> Value:
    """Return the cell so that no spreadsheet runs it; numbers stay numbers.

    >>> safe("=1+1"), safe(-3.5), safe("−5")
    ("'=1+1", -3.5, '−5')
    """
    return sheets.safe_cell(cell) if isinstance(cell, str) else cell


def text(rows: Iterable[Sequence[Value]]) -> str:
    """Write rows as CSV, every text cell made safe; with a mark that makes spreadsheets read it as UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows([safe(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def rows(chart: str, data: BoardData) -> list[tuple[Value, ...]]:
    """Return the head and the rows of one of the board's charts."""
    return {"trend": _trend, "distribution": _distribution, "touchpoints": _touchpoints}[chart](data)


def _estimate(estimate: Estimate) -> tuple[Value, ...]:
    return (
        estimate.value, estimate.low, estimate.high, estimate.level, estimate.n, str(estimate.method),
        str(estimate.unknown) if estimate.unknown else None,
    )  # fmt: skip


def _trend(data: BoardData) -> list[tuple[Value, ...]]:
    found: list[tuple[Value, ...]] = [("measure", "scale_low", "scale_high", "bucket", "start", *ESTIMATE)]
    if data.trend is None:
        return found
    for measure in data.measures:
        for point in data.trend.lines.get(measure, ()):
            found.append(
                (
                    measure.kind, measure.low, measure.high, data.trend.bucket.value, point.start.isoformat(),
                    *_estimate(point.estimate),
                )
            )  # fmt: skip
    return found


def _distribution(data: BoardData) -> list[tuple[Value, ...]]:
    found: list[tuple[Value, ...]] = [("measure", "value", "group", "answers", "share")]
    if data.distribution is None:
        return found
    kind = data.distribution.measure.kind
    return found + [(kind, one.value, str(one.group), one.count, one.share) for one in data.distribution.bins]


def _touchpoints(data: BoardData) -> list[tuple[Value, ...]]:
    language = get_language()
    found: list[tuple[Value, ...]] = [
        ("touchpoint", "name", "stage", "actor", "control", "measure", "scale_low", "scale_high", *ESTIMATE, "weaker")
    ]
    for row in data.touchpoints.rows:
        place, measure = row.place, row.measure
        found.append(
            (
                place.key, name_in(place.names, language) or place.key, name_in(place.stage_names, language),
                name_in(place.actor_names, language, fallback=place.actor_name), place.control,
                f"{measure.kind}_share", measure.low, measure.high, *_estimate(row.estimate), int(row.weaker),
            )
        )  # fmt: skip
    return found

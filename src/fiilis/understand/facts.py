"""The warehouse's rows as sums by measure: the only place of this room that knows the columns."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from fiilis.core.models import Workspace
from fiilis.science.metrics import Plain
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally
from fiilis.understand.sums import NO_CLUSTERS, Sums
from fiilis.understand.types import Filter, Form, Measure, Segmentation
from fiilis.warehouse import query

T = TypeVar("T")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What was found, and the version of the facts that it was counted from (-1: there are none yet)."""

    value: T
    version: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How much was said: `answered` counts feedback as wholes, `days` the days that have any."""

    answered: int
    first: date | None
    last: date | None
    days: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """How many, and the sum of their weights."""

    count: int
    weight: float


@dataclass(frozen=True, slots=True)
class Known:
    """How many different values an attribute has, and how much feedback has any."""

    values: int
    feedback: int


@dataclass(frozen=True, slots=True)
class Series:
    """Whose weeks these are: one measure at one touchpoint, of all answers (`by` is "") or of those of one segment.

    `by` reads as `Segmentation.parse` does.
    """

    touchpoint: str
    measure: Measure
    by: str = ""
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as it was given. `text` is what the same feedback says in words."""

    feedback: str
    kind: str
    low: int
    high: int
    value: float | None
    text: str
    touchpoint: str
    channel: str
    language: str
    at: datetime


# The versions seen by each `steady` that is under way in this thread or task, the outermost first.
_watches: ContextVar[tuple[set[int], ...]] = ContextVar("fiilis_fact_watches", default=())
# One try is enough unless a file was vacuumed on the way or a query inside was told of a newer version.
TRIES = 5


def steady(ask: Callable[[int | None], T], at_least: int | None) -> Found[T]:
    """Return what `ask` makes of several queries, all of one version of the facts.

    `ask` gets the version below which its queries must not go, and is asked again when they saw different ones. Where
    the facts move faster than they can be asked, the last outcome is returned under the oldest version that it saw.
    """
    seen: set[int] = set()
    for _try in range(TRIES):
        seen = set()
        token = _watches.set((*_watches.get(), seen))
        try:
            with query.one_version():
                value = ask(at_least)
        finally:
            _watches.reset(token)
        if len(seen) <= 1:
            break
        at_least = max(seen)
    return Found(value, min(seen, default=-1))


def _run(name: str, workspace: Workspace, at_least: int | None, **params: Any) -> query.Result:
    result = query.run(name, workspace=workspace, at_least=at_least, **params)
    for seen in _watches.get():
        seen.add(result.version)
    return result


def _asked(asked: Filter) -> dict[str, Any]:
    days = asked.days
    return {
        "from_day": days.first if days else None,
        "to_day": days.last if days else None,
        "touchpoint": asked.touchpoint,
        "attribute_keys": [name for name, _value in asked.attributes] or None,
        "attribute_values": [value for _name, value in asked.attributes] or None,
    }


def overview(*, workspace: Workspace, asked: Filter, at_least: int | None = None) -> Found[Overview]:
    """Return how much was said, and when."""
    result = _run("overview", workspace, at_least, **_asked(asked))
    row = result.rows[0]
    return Found(Overview(row["n_feedback"], row["first_day"], row["last_day"], row["n_days"]), result.version)


def metric_sums(*, workspace: Workspace, asked: Filter, at_least: int | None = None) -> Found[dict[Measure, Sums]]:
    """Return the sums of every measure that has answers."""
    result = _run("metric_sums", workspace, at_least, **_asked(asked))
    pairs = [(_measure(row), row) for row in result.rows]
    return Found({measure: sums_of(measure, row) for measure, row in pairs}, result.version)


def trend(
    *, workspace: Workspace, asked: Filter, measure: Measure, unit: str, at_least: int | None = None
) -> Found[dict[date, Sums]]:
    """Return one measure's sums by the first day of each day, week or month that has answers, oldest first."""
    result = _run(
        "trend", workspace, at_least, unit=unit, kind=measure.kind, low=measure.low,
        high=measure.high, **_asked(asked),
    )  # fmt: skip
    return Found({row["bucket"]: sums_of(measure, row) for row in result.rows}, result.version)


def touchpoints(
    *, workspace: Workspace, asked: Filter, at_least: int | None = None
) -> Found[dict[str, dict[Measure, Sums]]]:
    """Return, by touchpoint id, the sums of satisfaction and ease as shares of good answers."""
    result = _run("touchpoints", workspace, at_least, **_asked(asked))
    found: dict[str, dict[Measure, Sums]] = {}
    for row in result.rows:
        if row["kind"] != "nps" and row["touchpoint"]:
            measure = _measure(row, shared=True)
            by_measure = found.setdefault(row["touchpoint"], {})
            # A touchpoint that was handed over to another actor has rows of both.
            earlier = by_measure.get(measure)
            sums = sums_of(measure, row)
            by_measure[measure] = sums if earlier is None else earlier + sums
    return Found(found, result.version)


def segments(
    *, workspace: Workspace, asked: Filter, by: Segmentation, at_least: int | None = None
) -> Found[dict[str, dict[Measure, Sums]]]:
    """Return, by group, the sums of every measure that has answers there; "" is the group of those not known."""
    result = _run("segments", workspace, at_least, by=by.by, attribute=by.attribute, **_asked(asked))
    found: dict[str, dict[Measure, Sums]] = {}
    for row in result.rows:
        measure = _measure(row)
        found.setdefault(row["segment"], {})[measure] = sums_of(measure, row)
    return Found(found, result.version)


def segment_trend(
    *, workspace: Workspace, asked: Filter, by: Segmentation, measure: Measure, unit: str, at_least: int | None = None
) -> Found[dict[str, dict[date, Sums]]]:
    """Return, by group, one measure's sums by the first day of each day, week or month that has answers."""
    result = _run(
        "segment_trend", workspace, at_least, by=by.by, attribute=by.attribute, unit=unit, kind=measure.kind,
        low=measure.low, high=measure.high, **_asked(asked),
    )  # fmt: skip
    found: dict[str, dict[date, Sums]] = {}
    for row in result.rows:
        found.setdefault(row["segment"], {})[row["bucket"]] = sums_of(measure, row)
    return Found(found, result.version)


def weekly(
    *, workspace: Workspace, asked: Filter, least: int = 1, at_least: int | None = None
) -> Found[dict[Series, dict[date, Sums]]]:
    """Return, by the Monday of each week with answers, the plain sums of every measure, whole and by segment.

    All but the NPS as a mean: it moves with every answer, where a share of good answers sees only some cross a line.
    Segments of fewer than `least` answers in all are left out.
    Neither weights nor clusters are counted: enough to watch a figure against its own past.
    """
    result = _run("weekly_segments", workspace, at_least, least=least, **_asked(asked))
    found: dict[Series, dict[date, Sums]] = {}
    for row in result.rows:
        series = Series(row["touchpoint"], replace(_measure(row), averaged=True), row["by"], row["segment"])
        found.setdefault(series, {})[row["bucket"]] = Sums(_plain(series.measure, row), NO_CLUSTERS, False)
    return Found(found, result.version)


def bursts(
    *, workspace: Workspace, asked: Filter, seconds: int, least: int, at_least: int | None = None
) -> Found[list[Row]]:
    """Return touchpoint, source, beginning, end and number of feedback that came too fast for people, newest first."""
    result = _run("bursts", workspace, at_least, seconds=seconds, least=least, **_asked(asked))
    return Found(list(result.rows), result.version)


def attributes(*, workspace: Workspace, asked: Filter, at_least: int | None = None) -> Found[dict[str, Known]]:
    """Return the attributes that the answers have, by name."""
    result = _run("attributes", workspace, at_least, **_asked(asked))
    return Found({row["name"]: Known(row["n_values"], row["n_feedback"]) for row in result.rows}, result.version)


def distribution(
    *, workspace: Workspace, asked: Filter, measure: Measure, at_least: int | None = None
) -> Found[dict[int, Weighed]]:
    """Return how many gave each value of one scale; values that nobody gave are left out."""
    result = _run(
        "distribution", workspace, at_least, kind=measure.kind, low=measure.low,
        high=measure.high, **_asked(asked),
    )  # fmt: skip
    return Found({int(row["value"]): Weighed(row["n"], row["w"]) for row in result.rows}, result.version)


def feedback(
    *, workspace: Workspace, asked: Filter, n: int, skip: int, at_least: int | None = None
) -> Found[list[Said]]:
    """Return feedback, newest first, each once by the answer that says most."""
    result = _run("feedback", workspace, at_least, n=n, skip=skip, **_asked(asked))
    return Found(_said(result.rows), result.version)


def answers(
    *,
    workspace: Workspace,
    asked: Filter,
    measure: Measure,
    values: tuple[int, int],
    n: int,
    skip: int,
    at_least: int | None = None,
) -> Found[tuple[list[Said], int]]:
    """Return the answers to a measure from the first to the second of `values`, newest first, and how many in all."""
    result = _run(
        "answers", workspace, at_least, n=n, skip=skip, kind=measure.kind, low=measure.low, high=measure.high,
        least=values[0], most=values[1], **_asked(asked),
    )  # fmt: skip
    total = result.rows[0]["total"] if result.rows else 0
    return Found((_said(result.rows), total), result.version)


def _said(rows: Sequence[Row]) -> list[Said]:
    return [
        Said(
            feedback=row["feedback"], kind=row["kind"], low=row["low"], high=row["high"], value=row["value"],
            text=row["said"] or "", touchpoint=row["touchpoint"], channel=row["channel"], language=row["language"],
            at=row["at"],
        )
        for row in rows
    ]  # fmt: skip


def _measure(row: Row, *, shared: bool = False) -> Measure:
    return Measure(row["kind"], row["low"], row["high"], shared and row["kind"] == "ces")


def _plain(measure: Measure, row: Row) -> Plain:
    if measure.form is Form.NPS:
        return Counts(row["detractors"], row["passives"], row["promoters"])
    if measure.form is Form.SHARE:
        return Tally(row["top"], int(row["n"]))
    return Moments(int(row["n"]), row["total"], row["total_sq"])


def sums_of(measure: Measure, row: Row) -> Sums:
    """Return the row's sums in the form in which the measure is summed up."""
    n = int(row["n"])
    plain = _plain(measure, row)
    wy, wyy, s_wy, s_yy = row["wy"], row["wyy"], row["s_wy"], row["s_yy"]
    if measure.form is Form.SHARE:
        wy, wyy, s_wy, s_yy = row["wt"], row["wt"], row["s_wt"], row["s_tt"]
    elif measure.form is Form.MEAN:
        wy, wyy, s_wy, s_yy = row["wv"], row["wvv"], row["s_wv"], row["s_vv"]
    clustered = ClusterSums(
        n=n, clusters=row["clusters"], w=row["w"], wy=wy, s_ww=row["s_ww"], s_wy=s_wy, s_yy=s_yy, w2=row["w2"],
        wyy=wyy, clusters_seen=row["clusters_seen"],
    )  # fmt: skip
    # Several answers of one feedback to questions of one kind are a cluster too, named or not.
    return Sums(plain, clustered, row["weighted"] or row["clustered"] or row["clusters_seen"] < n)

"""Draws the board: BoardData in, texts and charts out. Every text and mark comes from the same frozen data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fiilis.design import charts
from fiilis.design import format as fmt
from fiilis.design.charts import Bar, Cell, Chart, ChartSpec, IntervalRow, Level, Marker, TrendPoint
from fiilis.design.charts.types import Unit
from fiilis.ecosystem.types import name_in
from fiilis.home import wordings
from fiilis.home.pages.entries import EntryView, drawn, names_of
from fiilis.home.pages.links import Links
from fiilis.home.queries import BoardData
from fiilis.science.comparisons import Comparison
from fiilis.science.estimate import Estimate
from fiilis.understand.questions.situation import Metric
from fiilis.understand.questions.touchpoints import Row, Touchpoints
from fiilis.understand.questions.trend import Point
from fiilis.understand.types import Form, Measure

OLD_DAYS = 31


@dataclass(frozen=True, slots=True)
class CardView:
    """One metric card."""

    id: str
    label: str
    estimate: Estimate
    digits: int
    unit: Unit
    verdict: str
    change: str
    sparkline: Chart | None
    href: str
    note: str
    formula: str


@dataclass(frozen=True, slots=True)
class ChartView:
    """One chart's card: its finding, what is measured, the chart, a further sentence, and its numbers' address."""

    title: str
    subtitle: str
    chart: Chart
    csv: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BoardView:
    """What the template shows. `quiet`: the period has no answers, but other times have."""

    data: BoardData
    links: Links
    week: str
    answers: str
    days: str
    quiet: bool
    cards: tuple[CardView, ...]
    trend: ChartView | None
    distribution: ChartView | None
    touchpoints: ChartView | None
    feed: tuple[EntryView, ...]


def board(data: BoardData, links: Links) -> BoardView:
    """Draw the board in the active language."""
    return BoardView(
        data=data,
        links=links,
        week=_week(data),
        answers=fmt.answers(data.situation.answered),
        days=wordings.days_text(data.days) if data.days else "",
        quiet=data.quiet,
        cards=tuple(_card(metric, data, links) for metric in data.situation.metrics),
        trend=_trend(data, links),
        distribution=_distribution(data, links),
        touchpoints=_touchpoints(data, links),
        feed=drawn(data.feed.entries, names_of([row.place for row in data.touchpoints.rows])),
    )


def _week(data: BoardData) -> str:
    """Return which week it is, unless all that is shown is older than a month: then it would only puzzle."""
    if data.days is not None and (data.today - data.days.last).days > OLD_DAYS:
        return ""
    return _("Week %(week)s") % {"week": data.today.isocalendar().week}


def comparison_of(data: BoardData, measure: Measure) -> Comparison | None:
    """Return the change that may be spoken of: None when nothing is there to compare with."""
    found = data.changes.comparisons.get(measure) if data.changes else None
    return found if found is not None and found.n_b and found.n_a else None


def _compared(data: BoardData, measure: Measure) -> str:
    comparison = comparison_of(data, measure)
    if comparison is None or data.changes is None:
        return ""
    return wordings.compared_text(data.changes.earlier, data.changes.later, measure, comparison)


def _card(metric: Metric, data: BoardData, links: Links) -> CardView:
    measure = metric.measure
    comparison = comparison_of(data, measure)
    points = data.trend.lines.get(measure, ()) if data.trend else ()
    spark = None
    if len(points) > 1:
        spec = ChartSpec(title=wordings.measure_name(measure), bounds=measure.bounds, min_span=_span(measure))
        spark = charts.sparkline(_trend_points(points, data), spec=spec)
    return CardView(
        id=f"metric-{measure.key}",
        label=wordings.measure_name(measure),
        estimate=metric.estimate,
        digits=wordings.digits_of(measure),
        unit=wordings.unit_of(measure),
        verdict=str(comparison.verdict) if comparison else "",
        change=wordings.change_note(measure, comparison) if comparison else "",
        sparkline=spark,
        href=links.behind(measure),
        note=" ".join(part for part in _notes(metric, data) if part),
        formula=wordings.measure_formula(measure),
    )


def _notes(metric: Metric, data: BoardData) -> tuple[str, ...]:
    measure = metric.measure
    return wordings.measure_note(measure), _compared(data, measure), wordings.silence_text(metric.silence)


def _span(measure: Measure) -> float:
    """Return the least width of an axis, so that noise doesn't look like news."""
    low, high = measure.bounds
    return (high - low) / 5


def _trend_points(points: Sequence[Point], data: BoardData) -> list[TrendPoint]:
    bucket = data.trend.bucket.value if data.trend else "day"
    labels = wordings.bucket_labels(bucket, [point.start for point in points])
    return [
        TrendPoint(label, point.start, point.estimate, point.gap_before)
        for label, point in zip(labels, points, strict=True)
    ]


def _spec(measure: Measure, title: str, width: int, height: int = 260) -> ChartSpec:
    return ChartSpec(
        title=title, digits=wordings.digits_of(measure), unit=wordings.unit_of(measure), bounds=measure.bounds,
        min_span=_span(measure), width=width, height=height,
    )  # fmt: skip


def _trend(data: BoardData, links: Links) -> ChartView | None:
    if data.lead is None or data.trend is None:
        return None
    measure = data.lead.measure
    comparison = comparison_of(data, measure)
    subtitle = _("%(measure)s %(bucket)s, with the %(level)s interval of each point") % {
        "level": fmt.percent(data.lead.estimate.level),
        "measure": wordings.measure_name(measure),
        "bucket": wordings.bucket_words(data.trend.bucket.value),
    }
    points = _trend_points(data.trend.lines.get(measure, ()), data)
    return ChartView(
        title=wordings.change_title(measure, comparison),
        subtitle=subtitle,
        chart=charts.trend(points, spec=replace(_spec(measure, subtitle, 680), markers=_markers(data))),
        csv=links.csv("trend"),
        note=_compared(data, measure),
    )


def _markers(data: BoardData) -> tuple[Marker, ...]:
    """Return what else was going on; what began earlier stands at the first day shown."""
    start = data.days.first if data.days else None
    return tuple(
        Marker(max(event.first, start) if start else event.first, name_in(event.names, get_language()))
        for event in data.events
    )


def _distribution(data: BoardData, links: Links) -> ChartView | None:
    if data.lead is None or data.distribution is None:
        return None
    measure, bins = data.distribution.measure, data.distribution.bins
    bars = [Bar(str(one.value), one.count, one.share, wordings.TONES[one.group]) for one in bins]
    name = wordings.distribution_name(measure)
    words = {tone: wordings.group_word_plural(measure, group) for group, tone in wordings.TONES.items()}
    drawn_chart = charts.distribution(bars, spec=ChartSpec(title=name, width=400, height=300), words=words)
    rows = tuple(
        (Cell(str(row[0]), links.behind(measure, value=one.value)), *row[1:])
        for row, one in zip(drawn_chart.table.rows, bins, strict=True)
    )
    return ChartView(
        title=wordings.balance_title(data.lead.estimate) if measure.form is Form.NPS else name,
        subtitle=_("%(what)s, %(answers)s") % {"what": name, "answers": fmt.answers(data.distribution.n)},
        chart=replace(drawn_chart, table=replace(drawn_chart.table, rows=rows)),
        csv=links.csv("distribution"),
    )


def place_name(row: Row) -> str:
    """Return the touchpoint's name in the active language."""
    return name_in(row.place.names, get_language(), fallback="") or row.place.key


def actor_name(row: Row) -> str:
    """Return the name of the actor who controls the touchpoint, in the active language."""
    return name_in(row.place.actor_names, get_language(), fallback=row.place.actor_name)


def stage_name(row: Row) -> str:
    """Return the name of the touchpoint's stage in the active language."""
    return name_in(row.place.stage_names, get_language())


def _touchpoints(data: BoardData, links: Links) -> ChartView | None:
    found = data.touchpoints
    if not any(row.estimate.n for row in found.rows):
        return None
    usual = wordings.measure_name(found.usual)
    pooled = next((metric.estimate for metric in data.situation.metrics if metric.measure == found.usual), None)
    reference = None
    if pooled is not None and pooled.value is not None:
        reference = Level(pooled.value, _("%(measure)s of all answers") % {"measure": usual})
    ordered = _by_stage(found.rows)
    spec = ChartSpec(
        title=_("Touchpoints by stage"), digits=0, unit="percent", bounds=(0.0, 1.0), min_span=0.2, width=700,
        low_label=_("weaker"), high_label=_("better"), reference=reference,
    )  # fmt: skip
    chart = charts.intervals([_interval_row(row, found, links) for row in ordered], spec=spec, order="given")
    return ChartView(
        title=wordings.touchpoints_title([place_name(row) for row in found.weakest], found.comparable),
        subtitle=_("%(measure)s: the share of good answers with its %(level)s interval")
        % {"measure": usual, "level": fmt.percent(found.rows[0].estimate.level)},
        chart=_with_parties(chart, ordered),
        csv=links.csv("touchpoints"),
        note=" ".join(part for part in (_apart(found), _parties(found)) if part),
    )


def _interval_row(row: Row, found: Touchpoints, links: Links) -> IntervalRow:
    """Name who runs the touchpoint when it isn't our own, and the measure when it isn't the usual one."""
    notes = []
    if row.measure != found.usual and row.estimate.n:
        notes.append(wordings.measure_name(row.measure))
    if row.place.control != "own":
        notes.append(actor_name(row))
    href = links.behind(row.measure, touchpoint=row.place.key) if row.estimate.n else ""
    return IntervalRow(
        place_name(row), stage_name(row), row.estimate, href, highlight=row.weaker, note=" · ".join(notes)
    )


def _apart(found: Touchpoints) -> str:
    if not found.apart:
        return ""
    return ngettext(
        "%(count)s touchpoint has another measure and isn't compared with the others.",
        "%(count)s touchpoints have another measure and aren't compared with the others.",
        found.apart,
    ) % {"count": fmt.number(found.apart)}


def _by_stage(rows: Sequence[Row]) -> list[Row]:
    """Return the rows as the chart groups them: stages of one name (of two journeys) stand together."""
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(stage_name(row), len(first))
    return sorted(rows, key=lambda row: first[stage_name(row)])


def _with_parties(chart: Chart, ordered: Sequence[Row]) -> Chart:
    """Add to the chart's table the measure and whose hands each touchpoint is in."""
    table = chart.table
    head = (*table.head[:2], _("Measure"), _("Actor"), _("Control"), *table.head[2:])
    rows = tuple(
        (
            Cell(place_name(row), getattr(cells[0], "href", "")),
            cells[1],
            wordings.measure_name(row.measure) if row.estimate.n else fmt.MISSING,
            actor_name(row),
            wordings.control_name(row.place.control),
            *cells[2:],
        )
        for cells, row in zip(table.rows, ordered, strict=True)
    )
    return replace(chart, table=replace(table, head=head, rows=rows, text_columns=(0, 1, 2, 3, 4, len(head) - 1)))


def _parties(found: Touchpoints) -> str:
    parties = len({row.place.actor_id for row in found.rows})
    counts = Counter(row.place.control for row in found.rows)
    hands = ", ".join(
        f"{wordings.control_name(control)} {fmt.number(counts[control])}"
        for control in ("own", "partner", "outside")
        if counts[control]
    )
    return ngettext(
        "One experience, %(parties)s party. Touchpoints: %(hands)s.",
        "One experience, %(parties)s parties. Touchpoints: %(hands)s.",
        parties,
    ) % {"parties": fmt.number(parties), "hands": hands}

"""Charts: nothing overlaps or is clipped, marks equal the table, and what is not known is not drawn."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.utils import translation

from fiilis.design.charts import (
    Bar,
    Cell,
    ChartSpec,
    IntervalRow,
    Level,
    Marker,
    TrendPoint,
    distribution,
    intervals,
    sparkline,
    trend,
)
from fiilis.science.estimate import Estimate, Method, Unknown
from tests.design.drawing import boxes, clipped, marks, overlaps, tree, words
from tests.design.gallery import bars, rows, weekly

NPS = ChartSpec(title="NPS", bounds=(-100.0, 100.0), digits=0)
HOSTILE = "<script>alert(1)</script>\"'&]]>"
LONG = "Lentokonesuihkuturbiinimoottoriapumekaanikkoaliupseerioppilaskoulutuskeskuksen vastaanotto ja neuvonta"


@pytest.fixture(autouse=True)
def finnish():
    with translation.override("fi"):
        yield


def known(value: float, half: float = 10.0, n: int = 144) -> Estimate:
    return Estimate(value, value - half, value + half, 0.95, n, Method.SCORE)


MISSING = Estimate.missing(Unknown.TOO_FEW, n=3)


def points(count: int, label: str = "vk") -> list[TrendPoint]:
    start = date(2025, 1, 6)
    return [
        TrendPoint(f"{label} {index + 1}", start + timedelta(weeks=index), known(20 + index % 9))
        for index in range(count)
    ]


def both(chart):
    return [chart.svg, chart.svg_narrow]


TRENDS = {
    "empty": trend([], spec=NPS),
    "one": trend(points(1), spec=NPS),
    "two": trend(points(2), spec=NPS),
    "forty": trend(points(40), spec=NPS),
    "gallery": trend(
        weekly(),
        spec=replace(NPS, reference=Level(45, "tavoite 45"), markers=(Marker(date(2026, 2, 20), "Lakko"),)),
    ),
    "unknown": trend([replace(point, estimate=MISSING) for point in points(5)], spec=NPS),
    "long labels": trend(points(12, LONG), spec=NPS),
    "last unknown": trend([*points(5), TrendPoint("nyt", date(2025, 3, 1), MISSING)], spec=NPS),
    "same day": trend([replace(point, at=date(2025, 1, 1)) for point in points(3)], spec=NPS),
    "percent": trend(
        [replace(point, estimate=known(0.5, 0.2)) for point in points(8)],
        spec=ChartSpec(title="CSAT", unit="percent", bounds=(0.0, 1.0)),
    ),
    "decimals": trend(
        [replace(point, estimate=known(4.31, 0.04)) for point in points(8)],
        spec=ChartSpec(title="CES", digits=2, bounds=(1.0, 7.0)),
    ),
    "many markers": trend(points(20), spec=replace(NPS, markers=tuple(Marker(point.at, LONG) for point in points(20)))),
    "print": trend(weekly(), spec=replace(NPS, medium="print")),
}
DISTRIBUTIONS = {
    "gallery": distribution(bars(), spec=ChartSpec(title="Jakauma")),
    "empty": distribution([], spec=ChartSpec(title="Jakauma")),
    "nobody": distribution([replace(bar, count=0, share=0.0) for bar in bars()], spec=ChartSpec(title="Jakauma")),
    "millions": distribution([replace(bar, count=bar.count * 1_000_003) for bar in bars()], spec=ChartSpec(title="J")),
    "long labels": distribution(
        [Bar(LONG, 3, 0.3, "detractor"), Bar(LONG, 7, 0.7, "promoter")],
        spec=ChartSpec(title="J"),
        words={"detractor": LONG, "passive": LONG, "promoter": LONG},
    ),
}
INTERVALS = {
    "gallery": intervals(rows(), spec=replace(NPS, reference=Level(31, LONG), low_label=LONG, high_label=LONG)),
    "empty": intervals([], spec=NPS),
    "one": intervals([IntervalRow("Kassa", "", known(12.0))], spec=NPS),
    "forty": intervals(
        [IntervalRow(f"{LONG} {n}", f"{LONG} {n // 5}", known(n, 8)) for n in range(40)], spec=replace(NPS, digits=2)
    ),
    "unknown": intervals([IntervalRow(LONG, "Vaihe", MISSING)], spec=NPS),
    "huge n": intervals([IntervalRow("Kassa", LONG, known(1, n=123_456_789))], spec=replace(NPS, width=1000)),
}
SPARKS = {name: sparkline(points(count)) for name, count in (("none", 0), ("one", 1), ("forty", 40))}
ALL = {
    f"{kind} {name}": chart
    for kind, charts in (
        ("trend", TRENDS),
        ("distribution", DISTRIBUTIONS),
        ("intervals", INTERVALS),
        ("spark", SPARKS),
    )
    for name, chart in charts.items()
}


@pytest.mark.parametrize("name", ALL)
def test_text_never_overlaps(name):
    assert [overlaps(svg) for svg in both(ALL[name])] == [[], []]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_clipped(name):
    assert [clipped(svg) for svg in both(ALL[name])] == [[], []]


@pytest.mark.parametrize("name", ALL)
def test_picture_names_and_describes_itself(name):
    chart = ALL[name]
    for svg in both(chart):
        root = tree(svg)
        assert root.get("role") in {"img", "group"}
        assert root[0].text == root.get("aria-label") == chart.table.caption
        assert root[1].text


@pytest.mark.parametrize("name", ALL)
def test_picture_has_no_style_script_or_id(name):
    for svg in both(ALL[name]):
        tags = {element.tag.split("}")[1] for element in tree(svg).iter()}
        assert tags <= {"svg", "title", "desc", "line", "path", "rect", "circle", "text", "a"}
        attributes = {key for element in tree(svg).iter() for key in element.attrib}
        assert attributes.isdisjoint({"style", "id", "onload", "onclick"})


@pytest.mark.parametrize("name", ALL)
def test_each_mark_has_its_print_colour(name):
    for svg in both(ALL[name]):
        for element in tree(svg).iter():
            if element.tag.split("}")[1] in {"line", "path", "rect", "circle", "text"}:
                assert element.get("fill") or element.get("stroke")


def test_table_of_a_trend_has_a_row_for_each_point():
    table = TRENDS["gallery"].table
    estimates = [point.estimate for point in weekly()]
    assert [row[0] for row in table.rows] == [point.label for point in weekly()]
    assert [row[3] for row in table.rows] == [str(estimate.n) for estimate in estimates]
    assert len(table.head) == len(table.rows[0]) == 5


def test_unknown_points_are_in_the_table_but_not_drawn():
    chart = trend([replace(point, estimate=MISSING) for point in points(5)], spec=NPS)
    assert marks(chart.svg, "k-dot") == marks(chart.svg, "k-line") == []
    assert [row[1] for row in chart.table.rows] == ["–"] * 5


def test_line_is_not_drawn_through_gaps_or_unknown_points():
    series = points(9)
    series[4] = replace(series[4], estimate=MISSING)
    series[7] = replace(series[7], gap_before=True)
    chart = trend(series, spec=NPS)
    # 0-3 a line, 5-6 a line, 7-8 a line
    assert [line.get("d", "").count("L") for line in marks(chart.svg, "k-line")] == [3, 1, 1]
    assert len(marks(chart.svg, "k-break")) == 2


def test_lone_point_is_a_dot_with_its_interval():
    series = points(3)
    series[1] = replace(series[1], estimate=MISSING)
    chart = trend(series, spec=NPS)
    assert len(marks(chart.svg, "k-whisker")) == 2
    assert len(marks(chart.svg, "k-dot")) == 3  # two lone points, one of them again as the last value


def test_points_stand_by_their_dates():
    days = [0, 7, 14, 28]
    series = [TrendPoint(str(d), date(2025, 1, 1) + timedelta(days=d), known(10)) for d in days]
    (line,) = marks(trend(series, spec=NPS).svg, "k-line")
    xs = [float(pair.split()[0]) for pair in re.findall(r"[\d.]+ [\d.]+", line.get("d", ""))]
    steps = [after - before for before, after in pairwise(xs)]
    assert steps[1] == pytest.approx(steps[0], abs=0.02)
    assert steps[2] == pytest.approx(2 * steps[0], abs=0.02)


def test_last_value_is_written_beside_its_dot():
    series = points(12)
    chart = trend(series, spec=NPS)
    last = [box for box in boxes(chart.svg) if box.text == "22"]
    (dot,) = marks(chart.svg, "k-dot")
    assert len(last) == 1
    assert last[0].left == pytest.approx(float(dot.get("cx", 0)) + 9, abs=0.02)


def test_axis_never_passes_the_measures_ends():
    near = [replace(point, estimate=Estimate(97, 90, 100, 0.95, 30, Method.SCORE)) for point in points(4)]
    labels = [words(e) for e in marks(trend(near, spec=NPS).svg, "k-muted")]
    ticks = [int(label.replace("−", "-")) for label in labels if re.fullmatch(r"−?\d+", label)]
    assert max(ticks) == 100


def test_band_reaches_exactly_from_low_to_high():
    series = [replace(point, estimate=Estimate(0, -20, 60, 0.95, 30, Method.SCORE)) for point in points(2)]
    (band,) = marks(trend(series, spec=NPS).svg, "k-band")
    ys = sorted({float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", band.get("d", ""))})
    (line,) = marks(trend(series, spec=NPS).svg, "k-line")
    middle = float(re.findall(r"[\d.]+ ([\d.]+)", line.get("d", ""))[0])
    assert (ys[1] - middle) / (middle - ys[0]) == pytest.approx(20 / 60, abs=0.01)


def test_distribution_bars_are_as_tall_as_their_counts():
    chart = DISTRIBUTIONS["gallery"]
    rects = [e for e in tree(chart.svg).iter() if e.tag.endswith("rect") and len(e) and ":" in (e[0].text or "")]
    counts = [bar.count for bar in bars()]
    tallest = max(float(rect.get("height", 0)) for rect in rects)
    for rect, count in zip(rects, counts, strict=True):
        assert float(rect.get("height", 0)) == pytest.approx(tallest * count / max(counts), abs=0.02)
    assert [row[2] for row in chart.table.rows] == [str(count) for count in counts]


def test_legend_percentages_add_up_to_a_hundred():
    thirds = [Bar("0", 1, 1 / 3, "detractor"), Bar("7", 1, 1 / 3, "passive"), Bar("9", 1, 1 / 3, "promoter")]
    texts = [box.text for box in boxes(distribution(thirds, spec=ChartSpec(title="J")).svg)]
    assert sum(int(m[1]) for text in texts if (m := re.search(r"(\d+)\u00a0%", text))) == 100


def test_rows_stand_worst_first_inside_their_group_and_unknown_last():
    data = [
        IntervalRow("a", "Eka", known(10)),
        IntervalRow("b", "Eka", MISSING),
        IntervalRow("c", "Eka", known(-10)),
        IntervalRow("d", "Toka", known(-50)),
    ]
    assert [str(row[0]) for row in intervals(data, spec=NPS).table.rows] == ["c", "a", "b", "d"]
    easy = intervals(data, spec=replace(NPS, higher_is_better=False))
    assert [str(row[0]) for row in easy.table.rows] == ["a", "c", "b", "d"]
    given = intervals(data, spec=NPS, order="given")
    assert [str(row[0]) for row in given.table.rows] == ["a", "b", "c", "d"]


def test_rows_marks_equal_the_table():
    chart = intervals(rows(), spec=NPS)
    drawn = [words(e) for e in marks(chart.svg, "k-ink") if e.get("text-anchor") == "end"]
    assert drawn == [row[2] for row in chart.table.rows if row[2] != "–"]
    assert len(marks(chart.svg, "k-dot")) == len(drawn)


def test_dot_lies_where_its_value_is_on_the_axis():
    chart = intervals([IntervalRow("a", "", known(0, 40)), IntervalRow("b", "", known(20, 5))], spec=NPS)
    ticks = {words(e): float(e.get("x", 0)) for e in marks(chart.svg, "k-muted") if e.get("text-anchor") == "middle"}
    first, second = (float(dot.get("cx", 0)) for dot in marks(chart.svg, "k-dot"))
    assert first == pytest.approx(ticks["0"], abs=0.02)
    assert second == pytest.approx(ticks["20"], abs=0.02)


def test_shortened_label_carries_the_whole_in_its_title():
    chart = intervals([IntervalRow(f"{LONG} {LONG} {LONG}", "", known(1))], spec=NPS)
    titles = [e[0].text for e in marks(chart.svg, "k-ink") if len(e)]
    assert f"{LONG} {LONG} {LONG}" in titles


def test_row_with_an_address_is_a_link_and_the_picture_a_group():
    chart = intervals([IntervalRow("Kassa", "", known(1), href="/t/1?a=1&b=2")], spec=NPS)
    links = [element for element in tree(chart.svg).iter() if element.tag.endswith("}a")]
    assert [link.get("href") for link in links] == ["/t/1?a=1&b=2"]
    assert tree(chart.svg).get("role") == "group"
    assert chart.table.rows[0][0] == Cell("Kassa", "/t/1?a=1&b=2")


def test_hostile_words_stay_words():
    spec = ChartSpec(title=HOSTILE, description=HOSTILE, low_label=HOSTILE, high_label=HOSTILE,
                     reference=Level(1, HOSTILE), markers=(Marker(date(2025, 1, 7), HOSTILE),))  # fmt: skip
    charts = [
        trend([replace(point, label=HOSTILE) for point in points(3)], spec=spec),
        intervals([IntervalRow(HOSTILE, HOSTILE, known(1), href='"><script>')], spec=spec),
        distribution([Bar(HOSTILE, 1, 1.0, "promoter")], spec=spec, words={"promoter": HOSTILE}),
        sparkline(points(2), spec=spec),
    ]
    for chart in charts:
        for svg in both(chart):
            assert "<script" not in svg
            assert tree(svg)[0].text == HOSTILE


def test_print_places_text_without_anchors():
    for svg in both(TRENDS["print"]):
        assert [e for e in tree(svg).iter() if "text-anchor" in e.attrib] == []


def test_spec_language_wins_over_the_active_one():
    with translation.override("en"):
        chart = intervals([IntervalRow("a", "", known(1.5))], spec=replace(NPS, digits=1, lang="sv"))
    assert chart.table.rows[0][2] == "1,5"
    assert chart.table.rows[0][3] == "95\u00a0%: −8,5…11,5"

"""An ordinary dashboard beside ours, on the same answers: raw averages with an arrow on each change, and verdicts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce
from itertools import pairwise
from operator import add

from fiilis.core.models import Workspace
from fiilis.science.comparisons import Comparison, Growing, Verdict, holm
from fiilis.science.estimate import Estimate
from fiilis.science.sums import Counts, Moments
from fiilis.understand import facts
from fiilis.understand.sums import Sums, difference, estimate
from fiilis.understand.types import Days, Filter, Form, Measure, Segmentation

WEEKS = 26
ARROWS = {Verdict.BETTER: 1, Verdict.WORSE: -1}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure in one week, as each side shows it.

    `raw` is the average of the answers as they came, to the decimals that are shown, `raw_arrow` its change's sign.
    `ours` is the figure with its interval and `arrow` the verdict's: both against the week before, ours judged together
    with the rest of the page.
    """

    monday: date
    raw: float
    raw_arrow: int
    ours: Estimate
    arrow: int
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the page: `place` is a touchpoint's id, "" where it is of all."""

    place: str
    measure: Measure
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """Both dashboards over the same weeks. `arrows` and `raw_arrows` count what each side showed over all weeks."""

    version: int
    figures: tuple[Figure, ...]
    weeks: int

    @property
    def raw_arrows(self) -> int:
        """Arrows on the ordinary side."""
        return sum(cell.raw_arrow != 0 for figure in self.figures for cell in figure.cells)

    @property
    def arrows(self) -> int:
        """Arrows on ours."""
        return sum(cell.arrow != 0 for figure in self.figures for cell in figure.cells)


def sides(*, workspace: Workspace, end: date, at_least: int | None = None) -> Sides:
    """Return both dashboards of the WEEKS weeks before the Monday `end`."""
    first = end - timedelta(weeks=WEEKS + 1)
    asked = Filter(Days(first, end - timedelta(days=1)))
    measures = facts.metric_sums(workspace=workspace, asked=asked, at_least=at_least)
    series = _figures(workspace, asked, sorted(measures.value, key=lambda one: one.order), measures.version)
    mondays = [first + timedelta(weeks=week) for week in range(WEEKS + 1)]
    whole = {key: weeks for key, weeks in series.items() if all(monday in weeks for monday in mondays)}
    pages = [_page(whole, now, before) for before, now in pairwise(mondays)]
    figures = tuple(Figure(*key, tuple(page[key] for page in pages)) for key in whole)
    return Sides(measures.version, figures, len(pages))


Key = tuple[str, Measure]


def _figures(
    workspace: Workspace, asked: Filter, measures: Iterable[Measure], version: int
) -> dict[Key, Mapping[date, Sums]]:
    """Return the NPS of all together first, then each touchpoint's own figures as means."""
    found: dict[Key, Mapping[date, Sums]] = {}
    for measure in measures:
        if measure.form is Form.NPS:
            line = facts.trend(workspace=workspace, asked=asked, measure=measure, unit="week", at_least=version)
            found["", measure] = line.value
            continue
        mean = replace(measure, averaged=True)
        lines = facts.segment_trend(
            workspace=workspace, asked=asked, by=Segmentation("touchpoint"), measure=mean, unit="week",
            at_least=version,
        )  # fmt: skip
        found |= {(place, mean): weeks for place, weeks in lines.value.items() if place}
    return found


def _page(whole: Mapping[Key, Mapping[date, Sums]], now: date, before: date) -> dict[Key, Cell]:
    keys = list(whole)
    compared = holm(
        [difference(key[1], whole[key][now], whole[key][before], growing=Growing.A, margin=None) for key in keys]
    )
    cells = {}
    for key, comparison in zip(keys, compared, strict=True):
        raw, earlier = raw_average(whole[key][now]), raw_average(whole[key][before])
        cells[key] = Cell(
            now, raw, (raw > earlier) - (raw < earlier), estimate(key[1], whole[key][now]),
            ARROWS.get(comparison.verdict, 0), comparison,
        )  # fmt: skip
    return cells


def raw_average(sums: Sums) -> float:
    """Return what an ordinary dashboard shows: the plain NPS as a whole number, a mean to one decimal."""
    plain = sums.plain
    if isinstance(plain, Counts):
        return round(100 * (plain.promoters - plain.detractors) / plain.n)
    if isinstance(plain, Moments):
        return round(plain.mean, 1)
    return round(100 * plain.successes / plain.n)


def together(parts: Iterable[Sums]) -> Sums:
    """Return the sums of all parts."""
    return reduce(add, parts)

"""The figures that a file would give: counted while it is looked at, estimated by science with interval and n.

What is a promoter or a good answer stands in warehouse/sql/parts/scored.sql; a test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fiilis.listen.services.imports.reader import Parsed
from fiilis.listen.types import NUMERIC, Definition, Kind
from fiilis.science.estimate import Estimate
from fiilis.science.metrics import Plain, choose
from fiilis.science.sums import ClusterSums, Counts, Moments, Tally


class Tallies:
    """Counts answers on scales by question and value."""

    def __init__(self) -> None:
        # number of answers, sum of weights, sum of their squares
        self._counts: dict[str, dict[Any, list[float]]] = {}
        self._rows = 0

    def add(self, row: Parsed) -> None:
        """Count one row's answers."""
        self._rows += 1
        for question, value in row.answers.items():
            if type(value) is int:
                cell = self._counts.setdefault(question, {}).setdefault(value, [0, 0.0, 0.0])
                cell[0] += 1
                cell[1] += row.weight
                cell[2] += row.weight * row.weight

    def as_list(self, definition: Definition) -> list[dict[str, Any]]:
        """Return the counts as JSON, a scale after the other, in the survey's order."""
        return [
            {
                "question": question.id,
                "kind": question.kind.value,
                "low": question.low,
                "high": question.high,
                "rows": self._rows,
                "values": [[value, *cell] for value, cell in sorted(self._counts.get(question.id, {}).items())],
            }
            for question in definition.questions
            if question.kind in NUMERIC
        ]


@dataclass(frozen=True, slots=True)
class Figure:
    """One scale's figure and how many gave each value."""

    question: str
    kind: Kind
    low: int
    high: int
    estimate: Estimate
    counts: dict[int, int]


def figure(counted: Mapping[str, Any]) -> Figure:
    """Return the figure of one entry of `Tallies.as_list`: an NPS, the share of good answers (CSAT), a mean (CES)."""
    kind, low, high = Kind(counted["kind"]), counted["low"], counted["high"]
    values = [(int(value), int(n), float(w), float(w2)) for value, n, w, w2 in counted["values"]]
    n = sum(one[1] for one in values)
    score = {value: _score(kind, value, high) for value, *_rest in values}
    plain: Plain
    if kind is Kind.NPS:
        groups = {100.0: 0, 0.0: 0, -100.0: 0}
        for value, count, _w, _w2 in values:
            groups[score[value]] += count
        plain = Counts(detractors=groups[-100.0], passives=groups[0.0], promoters=groups[100.0])
    elif kind is Kind.CSAT:
        plain = Tally(int(sum(score[value] * count for value, count, _w, _w2 in values)), n)
    else:
        total = sum(score[value] * count for value, count, _w, _w2 in values)
        plain = Moments(n, total, sum(score[value] ** 2 * count for value, count, _w, _w2 in values))
    weighted = any(w != count for _value, count, w, _w2 in values)
    estimate = choose(
        plain, _sums(values, score, counted["rows"]) if weighted else None, weighted_or_clustered=weighted,
        bounds=(float(low), float(high)) if kind is Kind.CES else None,
    )  # fmt: skip
    return Figure(counted["question"], kind, low, high, estimate, {value: count for value, count, *_rest in values})


def _score(kind: Kind, value: int, high: int) -> float:
    if kind is Kind.NPS:
        return 100.0 if value >= 9 else 0.0 if value >= 7 else -100.0
    return float(value >= high - 1) if kind is Kind.CSAT else float(value)


def _sums(values: list[tuple[int, int, float, float]], score: Mapping[int, float], rows: int) -> ClusterSums:
    """Return the sums of weighted answers, each a cluster of its own."""
    return ClusterSums(
        n=sum(n for _v, n, _w, _w2 in values),
        clusters=rows,
        w=sum(w for _v, _n, w, _w2 in values),
        wy=sum(w * score[v] for v, _n, w, _w2 in values),
        s_ww=sum(w2 for _v, _n, _w, w2 in values),
        s_wy=sum(w2 * score[v] for v, _n, _w, w2 in values),
        s_yy=sum(w2 * score[v] ** 2 for v, _n, _w, w2 in values),
        w2=sum(w2 for _v, _n, _w, w2 in values),
        wyy=sum(w * score[v] ** 2 for v, _n, w, _w2 in values),
        clusters_seen=sum(n for _v, n, _w, _w2 in values),
    )

"""Counters of one web process, in Prometheus' text form. They name no workspace, survey or person."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum


class Drop(StrEnum):
    """Why a post was not taken. A closed list: each has its counter."""

    METHOD = "method"
    UNKNOWN_SURVEY = "unknown_survey"
    CLOSED = "closed"
    MEDIA_TYPE = "media_type"
    TOO_LARGE = "too_large"
    SLOW = "slow"
    GONE = "gone"
    MALFORMED = "malformed"
    WRONG_VERSION = "wrong_version"
    INVALID = "invalid"
    CONFLICT = "conflict"
    RATE = "rate"
    FULL = "full"
    WRITER = "writer"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its name, Prometheus kind and meaning."""

    name: str
    kind: str
    meaning: str


METRICS = (
    Metric("fiilis_intake_accepted_total", "counter", "New answers stored and acknowledged with 201."),
    Metric("fiilis_intake_extended_total", "counter", "Later revisions of an answer, stored and acknowledged."),
    Metric("fiilis_intake_repeated_total", "counter", "Posts that were stored already, answered with 200."),
    Metric("fiilis_intake_dropped_total", "counter", "Posts not taken, by reason: " + ", ".join(Drop) + "."),
    Metric("fiilis_intake_queue", "gauge", "Posts that wait for the writer."),
    Metric("fiilis_intake_batch_rows", "histogram", "Posts that one transaction of the writer took."),
    Metric("fiilis_intake_commit_seconds", "histogram", "Time that one transaction of the writer took."),
    Metric("fiilis_intake_writer_up", "gauge", "1 while the writer can store answers, else 0."),
    Metric("fiilis_intake_writer_restarts_total", "counter", "Times that a dead writer was replaced."),
)


class Histogram:
    """Counts of values at or under each bound, Prometheus' way. Written by one thread."""

    def __init__(self, *bounds: float) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._total = 0.0

    @property
    def count(self) -> int:
        """How many values were seen."""
        return sum(self._counts)

    @property
    def total(self) -> float:
        """The sum of the values."""
        return self._total

    def see(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._total += value

    def lines(self, name: str) -> list[str]:
        """Return the metric's lines."""
        counts, running, lines = list(self._counts), 0, []
        for bound, count in zip((*(f"{b:g}" for b in self._bounds), "+Inf"), counts, strict=True):
            running += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {running}')
        return [*lines, f"{name}_sum {self._total:.6g}", f"{name}_count {running}"]


class Counters:
    """The numbers of this process. The event loop and the writer each add to their own ones."""

    def __init__(self) -> None:
        self.accepted = 0
        self.extended = 0
        self.repeated = 0
        self.dropped: Counter[Drop] = Counter()
        self.batch_rows = Histogram(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
        self.commit_seconds = Histogram(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5)
        self.restarts = 0

    def text(self, *, queue: int, writer_up: bool) -> str:
        """Return all metrics in Prometheus' text form."""
        single = {
            "fiilis_intake_accepted_total": self.accepted,
            "fiilis_intake_extended_total": self.extended,
            "fiilis_intake_repeated_total": self.repeated,
            "fiilis_intake_queue": queue,
            "fiilis_intake_writer_up": int(writer_up),
            "fiilis_intake_writer_restarts_total": self.restarts,
        }
        values = {name: [f"{name} {value}"] for name, value in single.items()} | {
            "fiilis_intake_dropped_total": [
                f'fiilis_intake_dropped_total{{reason="{drop}"}} {self.dropped[drop]}' for drop in Drop
            ],
            "fiilis_intake_batch_rows": self.batch_rows.lines("fiilis_intake_batch_rows"),
            "fiilis_intake_commit_seconds": self.commit_seconds.lines("fiilis_intake_commit_seconds"),
        }
        lines: list[str] = []
        for metric in METRICS:
            lines += [f"# HELP {metric.name} {metric.meaning}", f"# TYPE {metric.name} {metric.kind}"]
            lines += values[metric.name]
        return "\n".join(lines) + "\n"

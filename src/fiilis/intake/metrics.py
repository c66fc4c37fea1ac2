"""Counters of one web process, in Prometheus' text form. They name no workspace, survey or person."""

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
    Metric("fiilis_intake_accepted_total", "counter", "Posts stored and acknowledged with 201."),
    Metric("fiilis_intake_repeated_total", "counter", "Posts that were stored already, answered with 200."),
    Metric("fiilis_intake_dropped_total", "counter", "Posts not taken, by reason: " + ", ".join(Drop) + "."),
    Metric("fiilis_intake_queue", "gauge", "Posts that wait for the writer."),
    Metric("fiilis_intake_commits_total", "counter", "Transactions of the writer."),
    Metric("fiilis_intake_committed_rows_total", "counter", "Rows that those transactions stored."),
    Metric("fiilis_intake_commit_seconds_total", "counter", "Time that those transactions took."),
    Metric("fiilis_intake_writer_up", "gauge", "1 while the writer can store answers, else 0."),
)


class Counters:
    """The numbers of this process. The event loop and the writer each add to their own ones."""

    def __init__(self) -> None:
        self.accepted = 0
        self.repeated = 0
        self.dropped: Counter[Drop] = Counter()
        self.commits = 0
        self.committed_rows = 0
        self.commit_seconds = 0.0

    def text(self, *, queue: int, writer_up: bool) -> str:
        """Return all metrics in Prometheus' text form."""
        values: dict[str, list[str]] = {
            "fiilis_intake_accepted_total": [str(self.accepted)],
            "fiilis_intake_repeated_total": [str(self.repeated)],
            "fiilis_intake_dropped_total": [],
            "fiilis_intake_queue": [str(queue)],
            "fiilis_intake_commits_total": [str(self.commits)],
            "fiilis_intake_committed_rows_total": [str(self.committed_rows)],
            "fiilis_intake_commit_seconds_total": [f"{self.commit_seconds:.6f}"],
            "fiilis_intake_writer_up": [str(int(writer_up))],
        }
        lines = []
        for metric in METRICS:
            lines += [f"# HELP {metric.name} {metric.meaning}", f"# TYPE {metric.name} {metric.kind}"]
            lines += [f"{metric.name} {value}" for value in values[metric.name]]
            if metric.name == "fiilis_intake_dropped_total":
                lines += [f'{metric.name}{{reason="{drop}"}} {self.dropped[drop]}' for drop in Drop]
        return "\n".join(lines) + "\n"

"""How do we stand? Every measure's figure over a time, each scale by itself."""

from dataclasses import dataclass
from datetime import date

from fiilis.core.models import Workspace
from fiilis.science.estimate import Estimate
from fiilis.understand import facts
from fiilis.understand.questions.silence import Silence, silence
from fiilis.understand.sums import Sums, estimate
from fiilis.understand.types import Filter, Measure


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure and its figure; of the NPS also what those who didn't answer could do to it."""

    measure: Measure
    estimate: Estimate
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """The measures in the order in which a page shows them; `answered` counts customers' answers as wholes.

    `first` and `last` are the days of the first and last answer in the workspace's zone, None without answers;
    `days` counts those that have any.
    """

    version: int
    answered: int
    first: date | None
    last: date | None
    days: int
    metrics: tuple[Metric, ...]

    def metric(self, kind: str) -> Metric | None:
        """Return the metric of a kind that has most answers, or None."""
        return max((one for one in self.metrics if one.measure.kind == kind), key=lambda m: m.estimate.n, default=None)


def answered(*, workspace: Workspace, asked: Filter, at_least: int | None = None) -> facts.Found[int]:
    """Return how many customers' answers there are among those asked for."""
    seen = facts.overview(workspace=workspace, asked=asked, at_least=at_least)
    return facts.Found(seen.value.answered, seen.version)


def situation(*, workspace: Workspace, asked: Filter, at_least: int | None = None) -> Situation:
    """Return the measures that have answers among those asked for, from facts no older than version `at_least`."""

    def ask(version: int | None) -> tuple[facts.Overview, dict[Measure, Sums]]:
        seen = facts.overview(workspace=workspace, asked=asked, at_least=version)
        return seen.value, facts.metric_sums(workspace=workspace, asked=asked, at_least=version).value

    found = facts.steady(ask, at_least)
    seen, sums = found.value
    metrics = [Metric(measure, estimate(measure, one), silence(one)) for measure, one in sums.items()]
    return Situation(
        version=found.version,
        answered=seen.answered,
        first=seen.first,
        last=seen.last,
        days=seen.days,
        metrics=tuple(sorted(metrics, key=lambda metric: metric.measure.order)),
    )

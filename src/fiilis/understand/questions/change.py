"""Has it changed? Each measure now against the time before, judged together, as one page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from fiilis.core.models import Workspace
from fiilis.science.comparisons import Comparison, Growing, holm
from fiilis.understand import facts
from fiilis.understand.sums import Sums, difference, nothing
from fiilis.understand.types import Days, Filter, Measure


@dataclass(frozen=True, slots=True)
class Changes:
    """The later days against the earlier ones, by measure; the verdicts allow for their number."""

    version: int
    earlier: Days
    later: Days
    comparisons: dict[Measure, Comparison]


def changes(
    *, workspace: Workspace, measures: Sequence[Measure], earlier: Days, later: Days, at_least: int | None = None
) -> Changes:
    """Compare the days for each measure. Only the later ones can still get answers: `more_needed` counts those."""

    def ask(version: int | None) -> tuple[dict[Measure, Sums], dict[Measure, Sums]]:
        then = facts.metric_sums(workspace=workspace, asked=Filter(earlier), at_least=version)
        return then.value, facts.metric_sums(workspace=workspace, asked=Filter(later), at_least=version).value

    found = facts.steady(ask, at_least)
    then, now = found.value
    alone = [
        difference(
            measure, now.get(measure, nothing(measure)), then.get(measure, nothing(measure)),
            growing=Growing.A, margin=measure.margin,
        )
        for measure in measures
    ]  # fmt: skip
    return Changes(found.version, earlier, later, dict(zip(measures, holm(alone), strict=True)))

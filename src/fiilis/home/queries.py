"""The board's data, asked together of one and the same version of the facts; and how far the first steps have come."""

from dataclasses import dataclass, replace
from datetime import date

from fiilis.account import queries as account
from fiilis.core.errors import NotFound
from fiilis.core.models import Workspace
from fiilis.ecosystem.queries import ContextRow, context_events
from fiilis.home.models import Start
from fiilis.home.types import Asked, Progress, Step
from fiilis.listen.queries import feedback as feedbacks
from fiilis.listen.queries import surveys
from fiilis.listen.types import Kind
from fiilis.understand import facts, periods
from fiilis.understand.periods import Period
from fiilis.understand.questions.change import Changes, changes
from fiilis.understand.questions.distribution import Distribution, distribution
from fiilis.understand.questions.latest import Latest, latest
from fiilis.understand.questions.period import chosen_period, today_in
from fiilis.understand.questions.situation import Metric, Situation, answered, situation
from fiilis.understand.questions.touchpoints import Touchpoints, touchpoints
from fiilis.understand.questions.trend import Trend, trend
from fiilis.understand.types import Days, Filter, Measure

FEED = 8


@dataclass(frozen=True, slots=True)
class BoardData:
    """Everything that one drawing of the board shows. `lead` is the measure of the trend and of the distribution.

    `quiet`: the period has no answers, other times have.
    """

    version: int
    today: date
    period: Period
    situation: Situation
    quiet: bool
    lead: Metric | None
    changes: Changes | None
    trend: Trend | None
    distribution: Distribution | None
    touchpoints: Touchpoints
    feed: Latest
    events: tuple[ContextRow, ...] = ()

    @property
    def days(self) -> Days | None:
        """The days that are shown: the period's, or from the first answer to the last; None before any answer."""
        span = periods.days(self.period, self.today)
        if span is None and self.situation.first is not None and self.situation.last is not None:
            return Days(self.situation.first, self.situation.last)
        return span

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that have answers, in the order in which they are shown."""
        return tuple(metric.measure for metric in self.situation.metrics)


def board(*, workspace: Workspace, period: str, at_least: int | None = None) -> BoardData:
    """Return the board over a period (an empty or unknown one: see `chosen_period`), at least as new as `at_least`."""
    today = today_in(workspace)

    def ask(version: int | None) -> BoardData:
        chosen = chosen_period(workspace=workspace, wanted=period, today=today, at_least=version)
        return _asked(workspace, chosen, today, version)

    found = facts.steady(ask, at_least)
    span = found.value.days
    events = context_events(workspace=workspace, since=span.first, until=span.last) if span else []
    return replace(found.value, version=found.version, events=tuple(events))


def _asked(workspace: Workspace, period: Period, today: date, version: int | None) -> BoardData:
    asked = Filter(periods.days(period, today))
    now = situation(workspace=workspace, asked=asked, at_least=version)
    lead = now.metrics[0] if now.metrics else None
    measures = [metric.measure for metric in now.metrics]
    line = changed = spread = None
    if lead is not None:
        line = trend(workspace=workspace, asked=asked, measures=measures, days=now.days, at_least=version)
        sides = periods.sides(period, today, [point.start for point in line.lines[lead.measure]], now.last)
        if sides is not None:
            changed = changes(
                workspace=workspace, measures=measures, earlier=sides[0], later=sides[1], at_least=version
            )
        spread = distribution(workspace=workspace, asked=asked, measure=lead.measure, at_least=version)
    places = touchpoints(workspace=workspace, asked=asked, at_least=version)
    feed = latest(workspace=workspace, asked=asked, n=FEED, at_least=version)
    quiet = not now.answered and bool(answered(workspace=workspace, asked=Filter(), at_least=version).value)
    return BoardData(
        version=now.version, today=today, period=period, situation=now, quiet=quiet, lead=lead,
        changes=changed, trend=line, distribution=spread, touchpoints=places, feed=feed,
    )  # fmt: skip


def progress(*, workspace: Workspace) -> Progress:
    """Return how far a workspace has come on the five steps; each is done by what stands, wherever it was made."""
    start = Start.objects.of(workspace).first() or Start(workspace=workspace)
    asked = _first_asked(workspace, start)
    done = {Step.SHOP}
    if account.look(workspace_id=workspace.pk).chosen:
        done.add(Step.LOOK)
    if asked is not None:
        done.add(Step.QUESTION)
    if start.placed_at is not None:
        done.add(Step.PLACE)
    if start.answered_at is not None or (asked is not None and _answered(workspace, asked)):
        done.add(Step.ANSWER)
    languages = tuple(start.languages) or (workspace.language,)
    return Progress(frozenset(done), languages, start.customers, start.rate, asked)


def _first_asked(workspace: Workspace, start: Start) -> Asked | None:
    """Return the survey that the steps made, else the open one that was changed last."""
    rows = [row for row in surveys.surveys(workspace=workspace) if row.version]
    row = next((row for row in rows if row.id == start.survey_id), None) or next(
        (row for row in rows if row.status == "open"), None
    )
    if row is None:
        return None
    try:
        survey = surveys.survey(workspace=workspace, survey_id=row.id)
    except NotFound:  # removed between the two reads
        return None
    questions = surveys.draft(survey).questions
    return Asked(survey.pk, questions[0].kind if questions else Kind.NPS, survey.created_at)


def _answered(workspace: Workspace, asked: Asked) -> bool:
    found = feedbacks.first_of_survey(workspace=workspace, survey_id=asked.survey_id, since=asked.since)
    return found is not None

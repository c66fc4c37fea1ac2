"""Over which time? The period that a reader has chosen, or the shortest that tells enough."""

from datetime import date

from fiilis.core import clock
from fiilis.core.models import Workspace
from fiilis.understand import periods
from fiilis.understand.periods import Period
from fiilis.understand.questions.situation import answered
from fiilis.understand.types import Filter


def today_in(workspace: Workspace) -> date:
    """Return the present day in the workspace's time zone."""
    return clock.now().astimezone(workspace.zone).date()


def chosen_period(*, workspace: Workspace, wanted: str, today: date, at_least: int | None = None) -> Period:
    """Return the period called `wanted`; else the shortest that holds enough answers, else everything."""
    if wanted in set(Period):
        return Period(wanted)
    for period in Period:
        days = periods.days(period, today)
        if days is None:
            break
        if answered(workspace=workspace, asked=Filter(days), at_least=at_least).value >= periods.ENOUGH:
            return period
    return Period.ALL

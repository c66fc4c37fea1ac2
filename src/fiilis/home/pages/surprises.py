"""Surprises: what changed that can't well be chance, at which touchpoint and among whom."""

from dataclasses import dataclass, replace

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fiilis.core.http import WorkspaceRequest, page
from fiilis.design import format as fmt
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem.types import name_in
from fiilis.home import wordings
from fiilis.home.pages.links import beginnings
from fiilis.science.alarms.cusum import Direction
from fiilis.science.estimate import Estimate
from fiilis.understand.questions.bursts import LEAST, SECONDS, bursts
from fiilis.understand.questions.period import today_in
from fiilis.understand.questions.surprises import Surprise, Surprises, surprises
from fiilis.understand.types import Filter

BURSTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SurpriseView:
    """One surprise as the page shows it."""

    title: str
    where: str
    who: str
    rising: bool
    before: str
    during: str
    change: str
    when: str
    noticed: str
    digits: int
    n: str


@page("board.view")
def index(request: WorkspaceRequest) -> HttpResponse:
    """What changed in the last year that can't well be chance?"""
    found = surprises(workspace=request.workspace, until=today_in(request.workspace))
    names = {
        str(place.id): name_in(place.names, get_language()) or place.key
        for place in ecosystem.touchpoints(workspace=request.workspace)
    }
    fast = bursts(workspace=request.workspace, asked=Filter(), at_least=found.version).value
    context = {
        "found": found,
        "bursts": [
            {
                "where": names.get(one.touchpoint, ""),
                "source": one.source,
                "began": fmt.moment(one.began),
                "seconds": round((one.ended - one.began).total_seconds()),
                "n": fmt.answers(one.n),
            }
            for one in fast[:BURSTS_SHOWN]
        ],
        "rule": _("Rule: %(least)s or more within %(seconds)s seconds at one touchpoint by one source.")
        % {"least": LEAST, "seconds": SECONDS},
        "rows": [drawn(one, names) for one in found.found],
        "watched": _watched(found),
        "rate": _rate(found),
        **beginnings(request.workspace.slug, request.membership),
    }
    return render(request, "home/surprises.html", context)


def drawn(one: Surprise, names: dict[str, str]) -> SurpriseView:
    """Draw a surprise in the active language; `names` are the touchpoints' by id."""
    measure = one.series.measure
    digits = 1 if measure.kind == "nps" else 2
    place = names.get(one.series.touchpoint, "")
    name = wordings.measure_name(replace(measure, averaged=False))
    who = segment_words(one.series.by, one.series.segment)
    rising = one.direction is Direction.UP
    title = _("%(measure)s improved") if rising else _("%(measure)s got worse")
    return SurpriseView(
        title=title % {"measure": name},
        where=place,
        who=who,
        rising=rising,
        before=_figure(one.before, digits),
        during=_figure(one.during, digits),
        change=wordings.delta_text(measure, one.change),
        when=_when(one),
        noticed=_("Noticed in the week of %(day)s") % {"day": fmt.day(one.noticed)},
        digits=digits,
        n=fmt.answers(one.during.n),
    )


def segment_words(by: str, segment: str) -> str:
    """Name whose answers a series holds: "device: iphone", "language: Swedish", or "" for everybody's."""
    if not by:
        return ""
    if by == "language":
        return wordings.language_name(segment)
    if by == "channel":
        return wordings.channel_name(segment)
    words = {"attribute": wordings.attribute_name(by.partition(":")[2]), "value": segment}
    return _("%(attribute)s: %(value)s") % words


def _figure(estimate: Estimate, digits: int) -> str:
    return f"{fmt.number(estimate.value, digits)} ({fmt.interval_text(estimate, digits)})"


def _when(one: Surprise) -> str:
    if one.ended is None:
        return _("From the week of %(day)s on, still there") % {"day": fmt.day(one.began)}
    return _("From the week of %(day)s until the week of %(end)s") % {
        "day": fmt.day(one.began), "end": fmt.day(one.ended),
    }  # fmt: skip


def _watched(found: Surprises) -> str:
    words = {"watched": fmt.number(found.watched), "unwatched": fmt.number(found.unwatched)}
    return _("Watched week by week: %(watched)s figures; too few answers to watch: %(unwatched)s.") % words


def _rate(found: Surprises) -> str:
    if not found.watched:
        return ""
    return _("Over all of them together about %(rate)s false alarm a year is to be expected by chance alone.") % {
        "rate": fmt.number(found.false_a_year, 1)
    }

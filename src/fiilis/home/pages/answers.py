"""The answers behind a number: exactly as many as the number's n, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from fiilis.core.http import WorkspaceRequest, page
from fiilis.core.models import Workspace
from fiilis.design import format as fmt
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem.queries import TouchpointRow
from fiilis.home import wordings
from fiilis.home.pages import entries
from fiilis.home.pages.links import Links, beginnings
from fiilis.understand import periods
from fiilis.understand.periods import Period
from fiilis.understand.questions.latest import Answers, Entry, behind, everything, values_of
from fiilis.understand.questions.period import chosen_period, today_in
from fiilis.understand.types import FORMS, Filter, Group, Measure

PAGE_SIZE = 50
FILTERS = {"kind", "touchpoint", "value", "group"}
USUAL_SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; whatever it says wrongly is left out."""

    measure: Measure | None
    touchpoint: TouchpointRow | None
    values: tuple[int, int] | None
    group: Group | None

    @classmethod
    def read(cls, query: QueryDict, places: Sequence[TouchpointRow]) -> "Wanted":
        """Read the address; a touchpoint stands there by its key."""
        kind = query.get("kind", "")
        measure = None
        if kind in FORMS:
            low, high = (_whole(query.get(name, "")) for name in ("low", "high"))
            usual = USUAL_SCALES[kind]
            measure = Measure(kind, usual[0] if low is None else low, usual[1] if high is None else high)
        value = _whole(query.get("value", ""))
        group = Group(name) if (name := query.get("group", "")) in set(Group) else None
        values = None
        if measure is not None and value is not None:
            values = (value, value)
        elif measure is not None and group is not None:
            values = values_of(measure, group)
        touchpoint = next((place for place in places if place.key == query.get("touchpoint")), None)
        return cls(measure, touchpoint, values, group if values else None)


class AnswerList(Sequence[Entry]):
    """Answers as Django's paginator wants them: counted first, then one slice fetched."""

    def __init__(self, workspace: Workspace, wanted: Wanted, asked: Filter) -> None:
        self.workspace, self.wanted, self.asked = workspace, wanted, asked

    def _fetch(self, skip: int, n: int) -> Answers:
        wanted = self.wanted
        if wanted.measure is None:
            return everything(workspace=self.workspace, asked=self.asked, n=n, skip=skip)
        return behind(
            workspace=self.workspace, asked=self.asked, measure=wanted.measure, values=wanted.values, n=n, skip=skip
        )

    @cached_property
    def first(self) -> Answers:
        """The first page, which also knows how many there are."""
        return self._fetch(0, PAGE_SIZE)

    def __len__(self) -> int:
        return self.first.total

    def __getitem__(self, place: int | slice) -> tuple[Entry, ...]:  # type: ignore[override]  # only slices are asked
        if isinstance(place, int):
            place = slice(place, place + 1)
        start, stop, _step = place.indices(len(self))
        if start == 0 and stop <= PAGE_SIZE:
            return self.first.entries[:stop]
        return self._fetch(start, stop - start).entries


@page("board.view")
def answers(request: WorkspaceRequest) -> HttpResponse:
    """Answers by kind, scale, value, touchpoint and period; the address holds them all."""
    workspace = request.workspace
    today = today_in(workspace)
    period = chosen_period(workspace=workspace, wanted=request.GET.get("period", ""), today=today)
    places = ecosystem.touchpoints(workspace=workspace)
    wanted = Wanted.read(request.GET, places)
    asked = Filter(periods.days(period, today), str(wanted.touchpoint.id) if wanted.touchpoint else None)
    found = AnswerList(workspace, wanted, asked)
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    names = entries.names_of(places)
    with timezone.override(workspace.zone):
        context = {
            "title": _title(wanted, names),
            "subtitle": _("%(answers)s · %(period)s")
            % {"answers": fmt.answers(len(found)), "period": wordings.period_name(period)},
            "total": len(found),
            "page": shown,
            "entries": entries.drawn(found[shown.start_index() - 1 : shown.end_index()] if found else (), names),
            "links": Links(workspace.slug, period),
            "everything": Links(workspace.slug, Period.ALL).answers,
            "bare": period is Period.ALL and not request.GET.keys() & FILTERS,
            **beginnings(workspace.slug, request.membership),
            "period": period,
            "periods": [(one.value, wordings.period_name(one)) for one in Period],
            "places": [(place.key, names[str(place.id)]) for place in places],
            "touchpoint": wanted.touchpoint.key if wanted.touchpoint else "",
            "kept": _kept(wanted),
            "values": _values(wanted.measure),
            "value": request.GET.get("value", ""),
        }
        return render(request, "home/answers.html", context)


def _title(wanted: Wanted, names: dict[str, str]) -> str:
    parts = []
    if wanted.measure is not None:
        parts.append(wordings.measure_name(wanted.measure))
    if wanted.touchpoint is not None:
        parts.append(names[str(wanted.touchpoint.id)])
    if wanted.group is not None and wanted.measure is not None:
        parts.append(wordings.group_word_plural(wanted.measure, wanted.group))
    elif wanted.values is not None:
        parts.append(_("score %(value)s") % {"value": wanted.values[0]})
    return " · ".join(parts) or _("All answers")


def _kept(wanted: Wanted) -> list[tuple[str, object]]:
    """Return what the filters' form must pass on: kind, scale and group."""
    if wanted.measure is None:
        return []
    kept: list[tuple[str, object]] = [
        ("kind", wanted.measure.kind), ("low", wanted.measure.low), ("high", wanted.measure.high),
    ]  # fmt: skip
    return kept + ([("group", wanted.group)] if wanted.group else [])


def _values(measure: Measure | None) -> list[str]:
    return [] if measure is None else [str(value) for value in range(measure.low, measure.high + 1)]


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None

"""What of the planted truths the platform found, by the same questions that its pages ask: found, interval, missed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from fiilis.core.models import Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.science.alarms.cusum import Direction
from fiilis.science.comparisons import Growing, Verdict
from fiilis.science.effects.interrupted import interrupted
from fiilis.science.sums import Counts
from fiilis.simulate.queries.shells import end_of
from fiilis.simulate.queries.sides import Sides, together
from fiilis.simulate.settings import Settings
from fiilis.simulate.world import calendar
from fiilis.understand import facts
from fiilis.understand.questions.bursts import bursts
from fiilis.understand.questions.surprises import Surprise, surprises
from fiilis.understand.sums import Sums, difference, estimate
from fiilis.understand.types import Days, Filter, Form, Segmentation

NEAR = timedelta(weeks=3)
SIDE_WEEKS = 20


class Outcome(StrEnum):
    """How a truth fared."""

    FOUND = "found"
    MISSED = "missed"
    CANT_YET = "cant_yet"
    """The platform has no eye for it yet."""
    OFF = "off"
    """Not planted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One truth: its number, what was planted and what was found, with its interval, in the figure's own unit.

    `n` counts answers, of truth 3 weeks. Truth 8 counts answers and has no interval: they are there or not. `ordinary`
    is what a raw average says. `note` names why or how: a word for the page to put into a sentence.
    """

    number: int
    name: str
    outcome: Outcome
    truth: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    ordinary: float | None = None
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the interval holds the truth; None when either isn't known."""
        if self.truth is None or self.low is None or self.high is None:
            return None
        return self.low <= self.truth <= self.high


def findings(*, workspace: Workspace, settings: Settings, key: Mapping[str, Any], version: int) -> tuple[Finding, ...]:
    """Return how each planted truth fared, in the order of their numbers; remembered for a `version` of the facts."""
    place = (workspace.pk, settings)
    known = _known.get(place)
    if known is None or known[0] != version:
        known = _known[place] = (version, _findings(workspace, settings, key))
    return known[1]


_known: dict[tuple[uuid.UUID, Settings], tuple[int, tuple[Finding, ...]]] = {}


def _findings(workspace: Workspace, settings: Settings, key: Mapping[str, Any]) -> tuple[Finding, ...]:
    truths = {one["name"]: one for one in key["truths"]}
    found = surprises(workspace=workspace, until=end_of(settings))
    places = {place.key: str(place.id) for place in ecosystem.touchpoints(workspace=workspace)}
    asked = _Asked(workspace, settings, places, found.found)
    rows = (
        asked.late_carrier(truths["late_carrier"]), asked.broken_form(truths["broken_form"]),
        asked.front_page(truths["front_page"]), asked.eager_promoters(truths["eager_promoters"]),
        asked.small_sample(truths["small_sample"]),
        Finding(6, "bad_batch", Outcome.CANT_YET, note="themes"),
        Finding(7, "late_first_parcel", Outcome.CANT_YET, note="orders"),
        asked.artefacts(truths["artefacts"]),
    )  # fmt: skip
    return tuple(
        row if truths[row.name]["on"] else Finding(row.number, row.name, Outcome.OFF, note="off") for row in rows
    )


class _Asked:
    """The questions that look for each truth: those of the platform's pages, none made for the occasion."""

    def __init__(
        self, workspace: Workspace, settings: Settings, places: Mapping[str, str], found: tuple[Surprise, ...]
    ) -> None:
        self.workspace, self.settings, self.places, self.found = workspace, settings, places, found

    def _surprise(self, place: str, by: str, segments: set[str], monday: date) -> Surprise | None:
        """Return the drop at a touchpoint, in the segment or in all of it, that began near a Monday."""
        near = [
            one
            for one in self.found
            if one.series.touchpoint == self.places.get(place) and one.direction is Direction.DOWN
            and one.series.measure.form is not Form.NPS and abs(one.began - monday) <= NEAR
            and (not one.series.by or (one.series.by == by and one.series.segment in segments))
        ]  # fmt: skip
        return max(near, key=lambda one: one.strength, default=None)

    def _of_surprise(self, number: int, name: str, one: Surprise | None, truth: float | None) -> Finding:
        if one is None:
            return Finding(number, name, Outcome.MISSED, truth, note="no_surprise")
        change = one.change
        note = one.series.segment or "all"
        return Finding(number, name, Outcome.FOUND, truth, change.delta, change.low, change.high, change.n_a, note=note)

    def late_carrier(self, told: Mapping[str, Any]) -> Finding:
        """Truth 1: a surprise at the carrier's delivery, in its areas."""
        planted = self.settings.truths.late_carrier
        tens = {f"{ten}0–{ten}9" for ten in range(planted.first_area // 10, planted.last_area // 10 + 1)}
        one = self._surprise(
            f"delivery_{planted.carrier}", "attribute:area", tens, self.settings.monday(planted.from_week)
        )
        return self._of_surprise(1, "late_carrier", one, told["values"]["delivery_csat"]["change"])

    def broken_form(self, told: Mapping[str, Any]) -> Finding:
        """Truth 2: a surprise at the returns, on the device, while the form was broken."""
        planted = self.settings.truths.broken_form
        one = self._surprise("returns", "attribute:device", {planted.device}, self.settings.monday(planted.first_week))
        return self._of_surprise(2, "broken_form", one, told["values"]["returns_ces"]["change"])

    def front_page(self, told: Mapping[str, Any]) -> Finding:
        """Truth 3: a time series that stops and goes on does not rise, however bad the week before the change was."""
        planted, settings = self.settings.truths.front_page, self.settings
        first = settings.monday(planted.bad_week - SIDE_WEEKS + 1)
        end = settings.monday(planted.bad_week + SIDE_WEEKS + 1)
        weekly = facts.weekly(workspace=self.workspace, asked=Filter(Days(first, end - timedelta(days=1)))).value
        by_week: dict[date, list[Sums]] = {}
        for one, weeks in weekly.items():
            if not one.by and one.measure.form is Form.NPS:
                for monday, sums in weeks.items():
                    by_week.setdefault(monday, []).append(sums)
        plain = {monday: together(parts).plain for monday, parts in by_week.items()}
        line = [_nps(plain[monday]) for monday in sorted(plain)]
        effect = interrupted(line, sum(monday <= settings.monday(planted.bad_week) for monday in plain)).estimate
        truth, raw = told["values"]["true_effect"]["change"], told["values"]["raw_nps"]["change"]
        if effect.low is None or effect.high is None:
            return Finding(3, "front_page", Outcome.MISSED, truth, ordinary=raw, note=str(effect.unknown))
        nothing = effect.low <= 0 <= effect.high
        outcome = Outcome.FOUND if nothing == (planted.effect == 0) else Outcome.MISSED
        return Finding(
            3, "front_page", outcome, truth, effect.value, effect.low, effect.high, effect.n, raw, "no_effect"
        )

    def eager_promoters(self, told: Mapping[str, Any]) -> Finding:
        """Truth 4: the NPS with its weights, beside that of the answers as they came."""
        every = facts.metric_sums(workspace=self.workspace, asked=self._whole()).value
        measure, sums = next((pair for pair in every.items() if pair[0].form is Form.NPS), (None, None))
        truth = told["values"]["true_nps"]["value"]
        if measure is None or sums is None:
            return Finding(4, "eager_promoters", Outcome.MISSED, truth, note="no_answers")
        ours = estimate(measure, sums)
        by_source = facts.segments(workspace=self.workspace, asked=self._whole(), by=Segmentation("source")).value
        raw = by_source.get("delivery", {}).get(measure)
        held = ours.low is not None and ours.high is not None and ours.low <= truth <= ours.high
        return Finding(
            4, "eager_promoters", Outcome.FOUND if held else Outcome.MISSED, truth, ours.value, ours.low, ours.high,
            ours.n, estimate(measure, _unweighted(raw)).value if raw else None, "weighted",
        )  # fmt: skip

    def small_sample(self, told: Mapping[str, Any]) -> Finding:
        """Truth 5: few answers in one language give no verdict."""
        planted = self.settings.truths.small_sample
        days = Days(
            self.settings.monday(planted.first_week), self.settings.monday(planted.last_week + 1) - timedelta(1)
        )
        asked = Filter(days, self.places.get("support"))
        weekly = facts.weekly(workspace=self.workspace, asked=asked).value
        groups: dict[str, list[Sums]] = {}
        for one, weeks in weekly.items():
            if one.by == "language" and one.measure.kind == "csat":
                measure = one.measure
                groups.setdefault(one.segment, []).extend(weeks.values())
        if planted.language not in groups:
            return Finding(5, "small_sample", Outcome.MISSED, note="no_answers")
        sums = together(groups[planted.language])
        others = [one for name, group in groups.items() if name != planted.language for one in group]
        verdict = difference(measure, sums, together(others), growing=Growing.A, margin=None).verdict
        ours = estimate(measure, sums)
        return Finding(
            5, "small_sample", Outcome.FOUND if verdict is Verdict.NOT_KNOWN else Outcome.MISSED, None, ours.value,
            ours.low, ours.high, ours.n, told["values"]["answers"]["value"], "no_verdict",
        )  # fmt: skip

    def artefacts(self, told: Mapping[str, Any]) -> Finding:
        """Truth 8: bursts too fast for people; how many of the planted answers they hold."""
        found = bursts(workspace=self.workspace, asked=self._whole()).value
        planted = told["values"]["clicks"] + told["values"]["presses"]
        n = sum(one.n for one in found)
        outcome = Outcome.FOUND if found else Outcome.MISSED
        return Finding(8, "artefacts", outcome, float(planted), float(n), n=n, note="bursts" if found else "no_bursts")

    def _whole(self) -> Filter:
        return Filter(Days(self.settings.first_day, end_of(self.settings) - timedelta(days=1)))


def _nps(plain: Any) -> float:
    assert isinstance(plain, Counts)  # noqa: S101 - for the type checker
    return 100 * (plain.promoters - plain.detractors) / plain.n


def _unweighted(sums: Sums) -> Sums:
    """Return the answers as they came: what a raw average is made of."""
    return replace(sums, weighted_or_clustered=False)


def truly_changed(settings: Settings, place: str, monday: date) -> bool:
    """Return whether the true level of a touchpoint's figure ("" : the NPS of all) moved in the week from `monday`.

    Parcels late by the calendar (a strike, Christmas) and the planted truths move it; nothing else does.
    """
    index = (monday - settings.first_day).days // 7
    number = calendar.number_of(index)
    truths = settings.truths
    late = calendar.week(settings.first_day, index).late != calendar.week(settings.first_day, index - 1).late
    carrier = truths.late_carrier
    begins = carrier.on and number in (carrier.from_week, carrier.from_week + 1)
    if place in ("", f"delivery_{carrier.carrier}") and begins:
        return True
    if place == "" or place.startswith("delivery_"):
        return late and place != "delivery_nouto"
    form = truths.broken_form
    return place == "returns" and form.on and number in (form.first_week, form.last_week + 1)


def counted(found: Sides, settings: Settings, keys: Mapping[str, str]) -> dict[str, int]:
    """Return how many arrows of each side were right and false; `keys` are touchpoints' keys by id."""
    totals = {"raw_right": 0, "raw_false": 0, "right": 0, "false": 0}
    for figure in found.figures:
        for cell in figure.cells:
            true = truly_changed(settings, keys.get(figure.place, ""), cell.monday)
            totals["raw_right"] += bool(cell.raw_arrow) and true
            totals["raw_false"] += bool(cell.raw_arrow) and not true
            totals["right"] += bool(cell.arrow) and true
            totals["false"] += bool(cell.arrow) and not true
    return totals

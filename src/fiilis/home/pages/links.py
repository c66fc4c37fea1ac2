"""Addresses from the board to the answers behind a number: the address holds every filter."""

from urllib.parse import urlencode

from django.urls import reverse

from fiilis.core import permissions
from fiilis.core.models import Membership
from fiilis.understand.periods import Period
from fiilis.understand.types import Group, Measure

CHARTS = ("trend", "distribution", "touchpoints")


def beginnings(slug: str, membership: Membership) -> dict[str, str]:
    """Return where a member can begin without answers, as far as she may: first steps, a survey, her own history."""
    found = {}
    if permissions.may(membership, "start.walk"):
        found["begin"] = reverse("home:start-onward", kwargs={"workspace": slug})
    if permissions.may(membership, "survey.edit"):
        found["make"] = reverse("listen:new-survey", kwargs={"workspace": slug})
    if permissions.may(membership, "import.edit"):
        found["bring"] = reverse("listen:imports", kwargs={"workspace": slug})
    return found


class Links:
    """The addresses of one workspace's board over one period."""

    def __init__(self, slug: str, period: Period) -> None:
        self.slug, self.period = slug, period

    def _of(self, name: str, **parts: object) -> str:
        kept = {key: str(value) for key, value in parts.items() if value not in (None, "")}
        return f"{reverse(name, kwargs={'workspace': self.slug})}?{urlencode(kept)}"

    @property
    def fragment(self) -> str:
        """The part of the board that is fetched again."""
        return self._of("home:part", period=self.period)

    @property
    def all_time(self) -> str:
        """The board over everything."""
        return self._of("home:board", period=Period.ALL)

    @property
    def answers(self) -> str:
        """All answers of the period."""
        return self._of("home:answers", period=self.period)

    def csv(self, chart: str) -> str:
        """The numbers of one of CHARTS."""
        path = reverse("home:csv", kwargs={"workspace": self.slug, "chart": chart})
        return f"{path}?{urlencode({'period': self.period})}"

    def behind(
        self,
        measure: Measure,
        *,
        touchpoint: str = "",
        value: int | None = None,
        group: Group | None = None,
    ) -> str:
        """The answers behind a figure: of one measure, at a touchpoint (its key), of one value."""
        return self._of(
            "home:answers", kind=measure.kind, low=measure.low, high=measure.high, touchpoint=touchpoint,
            value=value, group=group, period=self.period,
        )  # fmt: skip

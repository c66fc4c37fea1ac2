"""Words shared by the questions: what is measured, over which time, of which answers."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from fiilis.core import attributes
from fiilis.core.errors import Invalid


class Form(StrEnum):
    """How a measure's answers are summed up."""

    NPS = "nps"
    SHARE = "share"
    """The share of the good answers, 0..1."""
    MEAN = "mean"


class Group(StrEnum):
    """The three groups of a scale, the NPS's promoters, passives and detractors among them."""

    BEST = "best"
    MIDDLE = "middle"
    WORST = "worst"


# The kinds of questions that give a figure, in the order in which a page shows them, and how each is summed up.
FORMS = {"nps": Form.NPS, "csat": Form.SHARE, "ces": Form.MEAN}

PROMOTER_FROM, PASSIVE_FROM = 9, 7
SEVEN_STEPS = 6  # from lowest to highest

# The smallest difference that matters: 5 NPS points, 3 per cent of answers, a twentieth of a scale of means.
_NPS_MARGIN, _SHARE_MARGIN, _MEAN_MARGIN = 5.0, 0.03, 0.05


@dataclass(frozen=True, slots=True)
class Measure:
    """A kind of question on one scale, and how its answers are summed up. Answers of two scales are never mixed.

    >>> Measure("csat", 1, 5).top, Measure("csat", 1, 4).top, Measure("ces", 1, 7).bounds
    (4, 3, (1.0, 7.0))
    """

    kind: str
    low: int
    high: int
    shared: bool = False
    """Summed up as a share of the good answers, although the kind has a form of its own: for one common axis."""

    averaged: bool = False
    """Summed up as a mean, although the kind is usually a share: to watch it move."""

    @property
    def form(self) -> Form:
        """How its answers are summed up."""
        if self.averaged and self.kind != "nps":
            return Form.MEAN
        return Form.SHARE if self.shared else FORMS[self.kind]

    @property
    def top(self) -> int:
        """The lowest of the good answers: of ease on seven steps the three highest, else the two highest.

        The query counts them (warehouse/sql/parts/scored.sql); a test holds the two together.
        """
        if self.form is Form.NPS:
            return PROMOTER_FROM
        return self.high - (2 if self.kind == "ces" and self.high - self.low >= SEVEN_STEPS else 1)

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends that the figure can reach, in its own unit."""
        if self.form is Form.NPS:
            return -100.0, 100.0
        return (0.0, 1.0) if self.form is Form.SHARE else (float(self.low), float(self.high))

    @property
    def margin(self) -> float:
        """The smallest difference that matters, in the figure's own unit."""
        if self.form is Form.NPS:
            return _NPS_MARGIN
        return _SHARE_MARGIN if self.form is Form.SHARE else _MEAN_MARGIN * (self.high - self.low)

    def group(self, value: float) -> Group:
        """Return the group of one answer: as the NPS counts, else the good ones and those below the middle.

        >>> str(Measure("nps", 0, 10).group(7)), str(Measure("csat", 1, 4).group(2)), str(Measure("ces", 1, 7).group(4))
        ('middle', 'worst', 'middle')
        """
        if self.form is Form.NPS:
            return Group.BEST if value >= PROMOTER_FROM else Group.MIDDLE if value >= PASSIVE_FROM else Group.WORST
        if value >= self.top:
            return Group.BEST
        return Group.WORST if value < (self.low + self.high) / 2 else Group.MIDDLE

    @property
    def key(self) -> str:
        """Its name in addresses and element ids: "nps-0-10"."""
        return f"{self.kind}-{self.low}-{self.high}"

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts measures as a page shows them."""
        return list(FORMS).index(self.kind), self.low, self.high


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first` to `last`, both included, in the workspace's own time zone.

    >>> str(Days(date(2026, 1, 5), date(2026, 1, 6)).before.first)
    '2026-01-03'
    """

    first: date
    last: date

    @property
    def count(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Days":
        """As many days, right before these."""
        return Days(self.first - timedelta(days=self.count), self.first - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which answers are asked for: those of some days (None: of all), at one touchpoint (None: at any), with some
    attributes (none: whatever they are)."""

    days: Days | None = None
    touchpoint: str | None = None
    """A touchpoint's id."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Pairs of name and value, all of which an answer must have; "" stands for answers without the attribute."""

    def __post_init__(self) -> None:
        for name, _value in self.attributes:
            _require_key(name)


_BY = ("touchpoint", "actor", "channel", "language", "source")
_ATTRIBUTE = "attribute:"


@dataclass(frozen=True, slots=True)
class Segmentation:
    """What parts answers into groups: a column of the facts, or an attribute. `parse` reads it from a word.

    >>> Segmentation.parse("attribute:device"), str(Segmentation.parse("language"))
    (Segmentation(by='attribute', attribute='device'), 'language')
    """

    by: str
    attribute: str | None = None

    @classmethod
    def parse(cls, word: str) -> "Segmentation":
        """Read `touchpoint`, `actor`, `channel`, `language`, `source` or `attribute:<name>`. Raises Invalid."""
        if word in _BY:
            return cls(word)
        if not word.startswith(_ATTRIBUTE):
            raise Invalid(_("Answers can't be parted by “%(word)s”.") % {"word": word[:40]}, code="segmentation")
        _require_key(word.removeprefix(_ATTRIBUTE))
        return cls("attribute", word.removeprefix(_ATTRIBUTE))

    def __str__(self) -> str:
        return f"{_ATTRIBUTE}{self.attribute}" if self.attribute else self.by


def _require_key(name: str) -> None:
    if not attributes.is_key(name):
        raise Invalid(_("“%(word)s” is no name of an attribute.") % {"word": name[:40]}, code="attribute")

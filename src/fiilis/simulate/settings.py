"""What the shop is made from: its seed, its size, its weeks and the truths planted in it. Frozen, checked, sealable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from math import isfinite
from typing import Any

from fiilis.simulate.codes import CARRIERS, DEVICES, LANGUAGES

YEAR = 52
"""Weeks before week 1: the first year is history, so that every planted change has a before."""

ANSWERS_AT_SIZE_1 = 87_500
"""About how many survey answers 104 weeks of the shop of size 1 (200,000 customers) give."""

MAXIMUM_SIZE = 1_200.0
MAXIMUM_WEEKS = 520


def _need(condition: bool, sentence: str) -> None:
    if not condition:
        raise ValueError(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCarrier:
    """1. One carrier is late in some postcode areas: it hurts there, and hardly shows in the total."""

    on: bool = True
    carrier: str = "tuohireki"
    first_area: int = 90
    last_area: int = 99
    from_week: int = 31
    delivery_csat: float = -0.5
    """Change of the mean delivery CSAT (1-5) among the parcels hit."""
    total_nps: float = -2.0
    """Change of the NPS of all customers together, in points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenForm:
    """2. The return form breaks on one kind of device and is mended after the last week; NPS doesn't move."""

    on: bool = True
    device: str = "iphone"
    first_week: int = 38
    last_week: int = 41
    ease: float = -0.6
    """Change of the mean ease of returning (CES 1-7) on that device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPage:
    """3. A new front page goes live after a week that was bad by chance: the raw score rises, nothing changed."""

    on: bool = True
    bad_week: int = 20
    raw_change: float = 5.0
    """Raw NPS of the answers in the week after, minus that of the bad week, in points."""
    effect: float = 0.0
    """What the front page really does to the NPS of all customers from the week after the bad one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EagerPromoters:
    """4. Promoters answer more often than others, so that the raw NPS flatters."""

    on: bool = True
    times: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallSample:
    """5. Few answers about support in one language look bad by chance; all languages have the same true mean."""

    on: bool = True
    language: str = "sv"
    first_week: int = 45
    last_week: int = 48
    n: int = 11
    mean: float = 2.9
    """What the answers show, to one decimal (support CSAT 1-5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadBatch:
    """6. A batch of yarn pills: one theme under many words, in three languages."""

    on: bool = True
    from_week: int = 35
    before: float = 9.0
    after: float = 31.0
    """Comments about pilling a week in the shop of size 1; in proportion in others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFirstParcel:
    """7. A late first parcel makes fewer come back; a quick reply from support wins a part of them again."""

    on: bool = True
    usual: float = 0.41
    """Share of new customers who order again within 26 weeks."""
    late: float = 0.30
    hours: float = 4.0
    recovered: float = 0.5
    """Share of the loss that a reply within `hours` takes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefacts:
    """8. Answers that nobody gave: a mail scanner that follows every link, a child at the kiosk."""

    on: bool = True
    scanner_week: int = 26
    clicks: int = 120
    mails: int = 24
    burst_week: int = 30
    presses: int = 60
    burst_seconds: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Truths:
    """All that is planted. Each can be switched off and adjusted."""

    late_carrier: LateCarrier = field(default_factory=LateCarrier)
    broken_form: BrokenForm = field(default_factory=BrokenForm)
    front_page: FrontPage = field(default_factory=FrontPage)
    eager_promoters: EagerPromoters = field(default_factory=EagerPromoters)
    small_sample: SmallSample = field(default_factory=SmallSample)
    bad_batch: BadBatch = field(default_factory=BadBatch)
    late_first_parcel: LateFirstParcel = field(default_factory=LateFirstParcel)
    artefacts: Artefacts = field(default_factory=Artefacts)

    def __post_init__(self) -> None:
        _check_changes(self)
        _check_samples(self)

    @classmethod
    def none(cls) -> Truths:
        """Return the truths all switched off."""
        return cls().only()

    def only(self, *names: str) -> Truths:
        """Return these truths with those not named switched off. Raises ValueError for an unknown name."""
        unknown = set(names) - set(NAMES)
        _need(not unknown, f"no such truth: {', '.join(sorted(unknown))}")
        return replace(self, **{name: replace(getattr(self, name), on=name in names) for name in NAMES})

    def without(self, *names: str) -> Truths:
        """Return these truths with those named switched off. Raises ValueError for an unknown name."""
        unknown = set(names) - set(NAMES)
        _need(not unknown, f"no such truth: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return self.only(*(name for name in self.switched_on if name not in names))

    @property
    def switched_on(self) -> tuple[str, ...]:
        """Names of the truths that are on, in the order of their numbers."""
        return tuple(name for name in NAMES if getattr(self, name).on)


NAMES: tuple[str, ...] = tuple(one.name for one in fields(Truths))
"""The truths' names; their place, from 1, is their number."""


def _check_changes(truths: Truths) -> None:
    carrier = truths.late_carrier
    _need(carrier.carrier in CARRIERS[:2], f"late_carrier: carrier is one of {', '.join(CARRIERS[:2])}")
    _need(0 <= carrier.first_area <= carrier.last_area <= 99, "late_carrier: areas are 0 to 99, first to last")
    _need(-1.6 <= carrier.delivery_csat <= 0, "late_carrier: delivery_csat is from -1.6 to 0")
    _need(-8 <= carrier.total_nps <= 0, "late_carrier: total_nps is from -8 to 0")
    form = truths.broken_form
    _need(form.device in DEVICES, f"broken_form: device is one of {', '.join(DEVICES)}")
    _need(form.first_week <= form.last_week, "broken_form: the first week is after the last")
    _need(-4 <= form.ease <= 1, "broken_form: ease is from -4 to 1")
    page = truths.front_page
    _need(-30 <= page.raw_change <= 30, "front_page: raw_change is from -30 to 30 points")
    _need(-20 <= page.effect <= 20, "front_page: effect is from -20 to 20 points")
    parcel = truths.late_first_parcel
    shares = (parcel.usual, parcel.late, parcel.recovered)
    _need(all(0 <= share <= 1 for share in shares), "late_first_parcel: usual, late and recovered are shares 0 to 1")
    _need(parcel.hours > 0, "late_first_parcel: hours is above 0")


def _check_samples(truths: Truths) -> None:
    _need(0.2 <= truths.eager_promoters.times <= 4, "eager_promoters: times is from 0.2 to 4")
    sample = truths.small_sample
    _need(sample.language in LANGUAGES, f"small_sample: language is one of {', '.join(LANGUAGES)}")
    _need(sample.first_week <= sample.last_week, "small_sample: the first week is after the last")
    _need(1 <= sample.n <= 1000, "small_sample: n is from 1 to 1000")
    _need(1 <= sample.mean <= 5, "small_sample: mean is from 1 to 5")
    batch = truths.bad_batch
    _need(0 <= batch.before <= 45 and 0 <= batch.after <= 45, "bad_batch: comments a week are from 0 to 45")
    noise = truths.artefacts
    _need(0 <= noise.clicks <= 2000 and 1 <= noise.mails <= 500, "artefacts: clicks 0 to 2000, mails 1 to 500")
    _need(0 <= noise.presses <= 2000 and noise.burst_seconds >= 1, "artefacts: presses 0 to 2000, a second or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that decides the data: the same settings give the same bytes.

    `size` 1.0 is the shop of 200,000 customers and about 2,700 orders a week; `first_day` is the Monday on which the
    history begins. Weeks are numbered within the second year: week 1 begins 52 weeks after the first day, the first
    year has weeks -51 to 0. With the default first day, week n is ISO week n of 2025.
    """

    seed: int = 1
    size: float = 1.0
    first_day: date = date(2024, 1, 1)
    weeks: int = 104
    truths: Truths = field(default_factory=Truths)

    def __post_init__(self) -> None:
        _need(0 <= self.seed < 2**63, "seed is a whole number from 0 to 2^63 - 1")
        _need(isfinite(self.size) and 0.005 <= self.size <= MAXIMUM_SIZE, f"size is from 0.005 to {MAXIMUM_SIZE:.0f}")
        _need(1 <= self.weeks <= MAXIMUM_WEEKS, f"weeks are from 1 to {MAXIMUM_WEEKS}")
        _need(self.first_day.weekday() == 0, "first_day is a Monday")
        _need(date(1980, 1, 1) <= self.first_day <= date(2100, 1, 1), "first_day is from 1980 to 2100")

    @classmethod
    def for_answers(cls, answers: int, **others: Any) -> Settings:
        """Return settings whose 104 weeks give about so many survey answers (1 thousand to 100 million)."""
        return cls(size=answers / ANSWERS_AT_SIZE_1, **others)

    def monday(self, week: int) -> date:
        """Return the Monday on which week number `week` (-51 ...) begins."""
        return self.first_day + timedelta(weeks=YEAR - 1 + week)

    @property
    def last_week(self) -> int:
        """The number of the last week of the data: 52 for two years."""
        return self.weeks - YEAR

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain values, for JSON."""
        plain = asdict(self)
        plain["first_day"] = self.first_day.isoformat()
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Settings:
        """Return settings from what `as_dict` gave; what is left out has its default.

        Raises ValueError for unknown names and wrong values.
        """
        _need(isinstance(plain, Mapping), "not settings of the shop: a JSON object with names and values is needed")
        values = dict(plain)
        known = {one.name for one in fields(cls)}
        unknown = sorted(set(values) - known)
        _need(not unknown, f"not settings of the shop: {', '.join(unknown)}; there are {', '.join(sorted(known))}")
        try:
            if "first_day" in values:
                values["first_day"] = date.fromisoformat(values["first_day"])
            values["truths"] = _truths_from(values.get("truths", {}))
            return cls(**values)
        except TypeError as why:
            raise ValueError(f"not settings of the shop: {why}") from why


def _truths_from(plain: Mapping[str, Mapping[str, Any]]) -> Truths:
    planted = Truths()
    unknown = set(plain) - set(NAMES)
    _need(not unknown, f"no such truth: {', '.join(sorted(unknown))}")
    return replace(planted, **{name: replace(getattr(planted, name), **values) for name, values in plain.items()})

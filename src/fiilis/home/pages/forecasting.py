"""The forecast card of the first steps: what to expect of so many customers a month, in words."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.home.forms import EXAMPLE_CUSTOMERS, USUAL_RATE, ForecastForm
from fiilis.home.services import CUSTOMERS_MOST, RATES
from fiilis.listen.types import Kind as QuestionKind
from fiilis.science.forecast import Forecast, Kind, Outlook, ResponseRate, answers_needed, forecast, spread_of

# What a manager aims at: a change of that size begins to show.
AIM = {Kind.NPS: 5.0, Kind.SHARE: 0.05}


@dataclass(frozen=True, slots=True)
class ForecastView:
    """The card's form and sentences. `customers` and `rate` travel on with each step's own form."""

    form: ForecastForm
    customers: int
    rate: int
    finding: str
    range: str
    aim: str
    assumed: str
    example: bool
    """Nobody has said how many customers there are: the number is only an example."""


def view(
    request: HttpRequest, *, customers: int = 0, rate: int = 0, asked: QuestionKind = QuestionKind.NPS
) -> ForecastView:
    """Return the card: of what the address or the sent form says, else of what was said before, else of an example."""
    given = read(request)
    customers, rate = given or (customers, rate)
    kind = Kind.NPS if asked is QuestionKind.NPS else Kind.SHARE
    share = (rate or USUAL_RATE) / 100
    seen = forecast(customers or EXAMPLE_CUSTOMERS, kind=kind, rate=ResponseRate.around(share))
    data = request.GET if request.method == "GET" and "customers" in request.GET else None
    form = ForecastForm(data, customers=customers, rate=rate)
    form.fields["rate"].choices = [(one, fmt.percent(one / 100)) for one in RATES]  # type: ignore[attr-defined]
    return ForecastView(
        form=form,
        customers=customers,
        rate=rate,
        finding=_finding(seen),
        range=_range(seen),
        aim=_aim(seen),
        assumed=_assumed(seen),
        example=not customers,
    )


def read(request: HttpRequest) -> tuple[int, int] | None:
    """Return (customers a month, per cent who answer) from the address or the sent form; None when it says neither."""
    sent = request.POST if request.method == "POST" else request.GET
    customers, rate = (_whole(sent.get(name, "")) for name in ("customers", "rate"))
    if customers is None or customers > CUSTOMERS_MOST or not customers:
        return None
    return customers, rate if rate in RATES else USUAL_RATE


def _whole(text: str) -> int | None:
    text = "".join(text.split())
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def half_words(kind: Kind, half: float) -> str:
    """Write a half-width with its unit: ±8 points, ±5 percentage points."""
    if kind is Kind.NPS:
        return _("±%(half)s points") % {"half": fmt.number(half)}
    return _("±%(half)s percentage points") % {"half": fmt.number(half * 100)}


def _precision(kind: Kind, one: Outlook) -> str:
    if one.half_width is None:
        return _("too few for a figure")
    return half_words(kind, one.half_width)


def _finding(seen: Forecast) -> str:
    names = {
        "customers": fmt.number(seen.invitations),
        "answers": fmt.answers(seen.likely.answers),
        "precision": _precision(seen.kind, seen.likely),
    }
    if seen.likely.half_width is None:
        return _("%(customers)s customers asked, about %(answers)s: too few for a figure") % names
    return _("%(customers)s customers asked, about %(answers)s, precision %(precision)s") % names


def _range(seen: Forecast) -> str:
    return _(
        "If half as many answer: %(few)s, %(widest)s. If twice as many: %(many)s, %(narrowest)s. "
        "Which it will be is seen after the first weeks."
    ) % {
        "few": fmt.answers(seen.few.answers),
        "widest": _precision(seen.kind, seen.few),
        "many": fmt.answers(seen.many.answers),
        "narrowest": _precision(seen.kind, seen.many),
    }


def _aim(seen: Forecast) -> str:
    half = AIM[seen.kind]
    needed = answers_needed(half, spread=spread_of(seen.kind))
    names = {"half": half_words(seen.kind, half), "answers": fmt.answers(needed)}
    if not seen.likely.answers:
        return _("A precision of %(half)s takes %(answers)s.") % names
    months = max(needed / seen.likely.answers, 0.1)
    return _("A precision of %(half)s takes %(answers)s; at this pace %(months)s months.") % (
        names | {"months": fmt.number(months, 1)}
    )


def _assumed(seen: Forecast) -> str:
    level = {"level": fmt.percent(seen.level)}
    if seen.kind is Kind.NPS:
        return _("At a level of %(level)s, if a third recommends, a third doesn't and a third is in between.") % level
    return _("At a level of %(level)s, if half of the answers are good: the widest that they can spread.") % level

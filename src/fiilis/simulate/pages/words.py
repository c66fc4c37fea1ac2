"""What the test page says in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiilis.design import format as fmt
from fiilis.science.comparisons import Verdict
from fiilis.simulate.queries.findings import Finding, Outcome
from fiilis.simulate.queries.sides import Figure
from fiilis.simulate.settings import Settings


@dataclass(frozen=True, slots=True)
class FindingView:
    """One row of the opened seal."""

    number: int
    planted: str
    ordinary: str
    found: str
    truth: str
    holds: str
    outcome: str
    tone: str
    why: str


def figure_name(figure: Figure, names: Mapping[str, str]) -> str:
    """Return what a figure is called: the NPS of all, or a touchpoint with its measure."""
    if not figure.place:
        return _("NPS of the whole shop")
    kind = {"csat": _("satisfaction"), "ces": _("ease")}[figure.measure.kind]
    return _("%(place)s: %(measure)s") % {"place": names.get(figure.place, ""), "measure": kind}


def verdict(found: Verdict) -> str:
    """Return a verdict in a word or two."""
    return {
        Verdict.BETTER: _("improved"),
        Verdict.WORSE: _("got worse"),
        Verdict.NO_MATERIAL_DIFFERENCE: _("no material change"),
        Verdict.NOT_KNOWN: _("not known yet"),
    }[found]


def arrow_counts(raw: int, ours: int, weeks: int) -> str:
    """Say how many arrows each side showed over the weeks."""
    return ngettext(
        "Over %(weeks)s week an ordinary dashboard shows %(raw)s arrows on these figures, ours %(ours)s.",
        "Over %(weeks)s weeks an ordinary dashboard shows %(raw)s arrows on these figures, ours %(ours)s.",
        weeks,
    ) % {"weeks": fmt.number(weeks), "raw": fmt.number(raw), "ours": fmt.number(ours)}


def false_arrows(counted: Mapping[str, int]) -> dict[str, str]:
    """Say how many arrows of each side were false."""
    said = _("%(false)s false and %(right)s right arrows")
    return {
        "raw": said % {"false": fmt.number(counted["raw_false"]), "right": fmt.number(counted["raw_right"])},
        "ours": said % {"false": fmt.number(counted["false"]), "right": fmt.number(counted["right"])},
    }


def finding(row: Finding, settings: Settings) -> FindingView:
    """Draw one truth: what was planted, what an ordinary dashboard says, what was found."""
    outcome, tone = {
        Outcome.FOUND: (_("found"), "good"),
        Outcome.MISSED: (_("missed"), "bad"),
        Outcome.CANT_YET: (_("can't yet"), "warning"),
        Outcome.OFF: (_("not planted"), ""),
    }[row.outcome]
    digits = {"front_page": 1, "eager_promoters": 1, "artefacts": 0}.get(row.name, 2)
    found = ""
    if row.value is not None and row.low is not None and row.high is not None:
        found = _("%(value)s (95%%: %(interval)s), %(answers)s") % {
            "value": fmt.number(row.value, digits), "interval": fmt.span_text(row.low, row.high, digits),
            "answers": _n(row),
        }  # fmt: skip
    elif row.value is not None:
        found = fmt.answers(row.n)
    return FindingView(
        row.number, planted(row.name, settings), "" if row.ordinary is None else fmt.number(row.ordinary, digits),
        found, "" if row.truth is None else fmt.number(row.truth, digits), _holds(row), outcome, tone,
        _why(row),
    )  # fmt: skip


def _holds(row: Finding) -> str:
    if row.holds is None:
        return ""
    return _("The interval holds the truth.") if row.holds else _("The interval doesn't hold the truth.")


def _n(row: Finding) -> str:
    if row.name != "front_page":
        return fmt.answers(row.n)
    return ngettext("%(n)s week", "%(n)s weeks", row.n) % {"n": fmt.number(row.n)}


def planted(name: str, settings: Settings) -> str:
    """Say in a sentence what was planted under a name."""
    truths = settings.truths
    carrier, form, page = truths.late_carrier, truths.broken_form, truths.front_page
    sample, batch, parcel, noise = (
        truths.small_sample, truths.bad_batch, truths.late_first_parcel, truths.artefacts,
    )  # fmt: skip
    number = fmt.number
    return {
        "late_carrier": _(
            "A carrier is late in postcodes %(first)s–%(last)s from week %(week)s: "
            "delivery satisfaction %(change)s there."
        )
        % {"first": carrier.first_area, "last": carrier.last_area, "week": carrier.from_week,
           "change": number(carrier.delivery_csat, 1)},
        "broken_form": _("The return form is broken on iPhones in weeks %(first)s–%(last)s: ease %(change)s.")
        % {"first": form.first_week, "last": form.last_week, "change": number(form.ease, 1)},
        "front_page": _("A new front page after a bad week: raw change +%(raw)s, true effect %(effect)s.")
        % {"raw": number(page.raw_change), "effect": number(page.effect)},
        "eager_promoters": _("Promoters answer %(times)s times as often as others.")
        % {"times": number(truths.eager_promoters.times)},
        "small_sample": _("Support in Swedish scores %(mean)s by %(n)s answers: chance.")
        % {"mean": number(sample.mean, 1), "n": sample.n},
        "bad_batch": _("A bad batch pills: one theme under many words, from %(before)s to %(after)s comments a week.")
        % {"before": number(batch.before), "after": number(batch.after)},
        "late_first_parcel": _("A late first parcel lowers repurchase from %(usual)s to %(late)s.")
        % {"usual": fmt.percent(parcel.usual), "late": fmt.percent(parcel.late)},
        "artefacts": _("%(clicks)s clicks of a mail scanner and one burst at the kiosk.")
        % {"clicks": number(noise.clicks)},
    }[name]  # fmt: skip


def _why(row: Finding) -> str:
    return {
        "themes": _("Themes in texts aren't read yet."),
        "orders": _("Orders aren't joined to answers yet."),
        "bursts": _("Came too fast for people: ten or more within ten seconds."),
        "no_bursts": _("No answers came too fast for people."),
        "no_surprise": _("No surprise there stood out from chance."),
        "no_effect": _("The series before and after leaves room for no effect at all."),
        "weighted": _("Weighted by who was asked, and by the silent who were phoned."),
        "no_verdict": _("Too few answers for a verdict: no arrow is shown."),
        "off": _("This truth is switched off."),
        "all": _("Seen in the answers of all."),
    }.get(row.note, _("Seen in the segment %(segment)s.") % {"segment": row.note} if row.note else "")

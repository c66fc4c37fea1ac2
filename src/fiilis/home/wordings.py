"""What the board says in words. A finding is written from a verdict and never claims more than its interval allows."""

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language_info, ngettext, pgettext
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design.charts.types import Tone, Unit
from fiilis.science.comparisons import Comparison, Verdict
from fiilis.science.estimate import MINIMUM_N_FOR_VERDICT, Estimate
from fiilis.understand.periods import Period
from fiilis.understand.questions.silence import Silence
from fiilis.understand.types import Days, Form, Group, Measure

TONES: dict[Group, Tone] = {Group.BEST: "promoter", Group.MIDDLE: "passive", Group.WORST: "detractor"}

WORD_JOINER = "\N{WORD JOINER}"

NAMES_SHOWN = 3
"""This many touchpoints are named in a title; more are counted."""


def unit_of(measure: Measure) -> Unit:
    """Return how the measure's figures are written."""
    return "percent" if measure.form is Form.SHARE else "number"


def digits_of(measure: Measure) -> int:
    """Return the decimals that the measure's figures are written with."""
    return {Form.NPS: 1, Form.SHARE: 1, Form.MEAN: 2}[measure.form]


def measure_name(measure: Measure) -> str:
    """Return the measure's short name; the scale is part of it unless there is only one: "NPS", "CSAT 1–5"."""
    if measure.form is Form.NPS:
        return _("NPS")
    return f"{_kind_name(measure.kind)} {measure.low}{fmt.EN_DASH}{measure.high}"


def _kind_name(kind: str) -> str:
    return {"nps": _("NPS"), "csat": _("CSAT"), "ces": _("CES")}[kind]


def kind_words(kind: str) -> str:
    """Return what a kind of question asks, for headings and table cells."""
    return {
        "nps": _("Likely to recommend"),
        "csat": _("Satisfaction"),
        "ces": _("Ease"),
        "emotion": _("Feeling"),
        "solved": _("Was it solved?"),
        "single": _("Choice"),
        "multiple": _("Choices"),
        "short": _("Own words"),
        "long": _("Own words"),
    }.get(kind, kind)


def measure_note(measure: Measure) -> str:
    """Return in a sentence or two what the figure means and which way is better."""
    scale = {"low": measure.low, "high": measure.high, "top": measure.top}
    if measure.form is Form.NPS:
        return _(
            "The share of those who gave 9 or 10 minus the share of those who gave 0 to 6, "
            "from −100 to 100. More is better."
        )
    if measure.form is Form.SHARE:
        return (
            _("The share of answers %(top)s and %(high)s on the scale from %(low)s to %(high)s. More is better.")
            % scale
        )
    return (
        _("How easy it was: the mean of the answers from %(low)s, difficult, to %(high)s, easy. More is better.")
        % scale
    )


def measure_formula(measure: Measure) -> str:
    """Return how the figure is computed, as a formula in words."""
    if measure.form is Form.NPS:
        return _("100 × (promoters − detractors) ÷ answers")
    if measure.form is Form.SHARE:
        return _("answers %(top)s and %(high)s ÷ answers") % {"top": measure.top, "high": measure.high}
    return _("sum of the answers ÷ their number")


def period_name(period: Period) -> str:
    """Return what a period is called in the list of periods."""
    return {
        Period.WEEKS_4: _("Last 4 weeks"),
        Period.WEEKS_26: _("Last 26 weeks"),
        Period.MONTHS_12: _("Last 12 months"),
        Period.ALL: _("All time"),
    }[period]


def days_text(days: Days) -> str:
    """Write days as "5.1.2026–11.1.2026", "5 Jan 2026 – 11 Jan 2026", or one day alone."""
    first, last = fmt.day(days.first), fmt.day(days.last)
    if first == last:
        return first
    return f"{first} {fmt.EN_DASH} {last}" if " " in first else f"{first}{fmt.EN_DASH}{last}"


def change_title(measure: Measure, comparison: Comparison | None) -> str:
    """Return the finding about a change: one of four verdicts, or that there is nothing to compare with."""
    name = {"measure": measure_name(measure)}
    if comparison is None:
        return _("%(measure)s: nothing to compare with yet") % name
    return {
        Verdict.BETTER: _("%(measure)s improved"),
        Verdict.WORSE: _("%(measure)s got worse"),
        Verdict.NO_MATERIAL_DIFFERENCE: _("%(measure)s: no material change"),
        Verdict.NOT_KNOWN: _("%(measure)s: not known yet whether it has changed"),
    }[comparison.verdict] % name


def delta_text(measure: Measure, comparison: Comparison) -> str:
    """Write the difference with its sign and interval: "+3.2 (95%: −5.8 to 12.3)"; shares in percentage points."""
    if comparison.delta is None or comparison.low is None or comparison.high is None:
        return ""
    factor = 100 if measure.form is Form.SHARE else 1
    digits = digits_of(measure)
    size = fmt.number(comparison.delta * factor, digits)
    sign = "+" if fmt.rounded(comparison.delta * factor, digits) > 0 else ""
    words = {
        "difference": f"{sign}{size}",
        "level": fmt.percent(comparison.level),
        # A range that breaks after its dots reads as two numbers.
        "interval": fmt.span_text(comparison.low * factor, comparison.high * factor, digits).replace(
            "…", f"{WORD_JOINER}…{WORD_JOINER}"
        ),
    }
    if measure.form is Form.MEAN:
        return _("%(difference)s (%(level)s: %(interval)s)") % words
    if measure.form is Form.SHARE:
        return _("%(difference)s percentage points (%(level)s: %(interval)s)") % words
    return _("%(difference)s points (%(level)s: %(interval)s)") % words


def change_note(measure: Measure, comparison: Comparison) -> str:
    """Return what stands beside a verdict: the difference, or how many answers are still needed for one."""
    return (needed_text(comparison) if comparison.verdict is Verdict.NOT_KNOWN else "") or delta_text(
        measure, comparison
    )


def needed_text(comparison: Comparison) -> str:
    """Write about how many further answers would give a verdict; empty when no sensible number would."""
    if comparison.more_needed is None:
        return ""
    # Two figures are all that a forecast of this kind carries.
    wanted = _two_figures(comparison.more_needed)
    return ngettext("about %(number)s more answer is needed", "about %(number)s more answers are needed", wanted) % {
        "number": fmt.number(wanted)
    }


def _two_figures(n: int) -> int:
    size = int(10 ** max(len(str(n)) - 2, 0))
    return -(-n // size) * size


def compared_text(earlier: Days, later: Days, measure: Measure, comparison: Comparison) -> str:
    """Say which days were compared with which, what came out, and what is lacking for a verdict."""
    words = {
        "later": days_text(later),
        "earlier": days_text(earlier),
        "difference": delta_text(measure, comparison),
        "needed": needed_text(comparison),
    }
    if words["needed"] and words["difference"]:
        return _("Compared: %(later)s with %(earlier)s. Difference: %(difference)s; %(needed)s.") % words
    if words["needed"]:
        return _("Compared: %(later)s with %(earlier)s; %(needed)s.") % words
    if words["difference"]:
        return _("Compared: %(later)s with %(earlier)s. Difference: %(difference)s.") % words
    return _("Compared: %(later)s with %(earlier)s.") % words


def silence_text(found: Silence | None) -> str:
    """Say what those who didn't answer could do to the NPS; empty where there is nothing to say."""
    if found is None:
        return ""
    if found.raw is not None:
        return _("Weighted for who was asked and who stayed silent. Without weights the figure would be %(value)s.") % {
            "value": fmt.number(found.raw.value, 1)
        }
    if found.twice is None or found.twice.value is None:
        return ""
    said = _(
        "Only those who answered are heard. If promoters answered twice as readily as others, the true figure would be "
        "%(value)s."
    ) % {"value": fmt.number(found.twice.value, 1)}
    if found.ratio is None or found.ratio <= 1:
        return said
    return (
        said
        + " "
        + _("They would have to be %(ratio)s times as ready for it to be 0.") % {"ratio": fmt.number(found.ratio, 1)}
    )


def distribution_name(measure: Measure) -> str:
    """Return what a distribution shows."""
    return _("Distribution of the answers from %(low)s to %(high)s") % {"low": measure.low, "high": measure.high}


def balance_title(estimate: Estimate) -> str:
    """Return the finding of the distribution: which are more, as far as the NPS interval tells."""
    if estimate.low is None or estimate.high is None or estimate.n < MINIMUM_N_FOR_VERDICT:
        return _("Not enough answers yet to tell promoters from detractors")
    if estimate.low > 0:
        return _("There are more promoters than detractors")
    if estimate.high < 0:
        return _("There are more detractors than promoters")
    return _("Promoters and detractors balance within the margin of error")


def touchpoints_title(weakest: Sequence[str], comparable: int) -> str:
    """Return the finding about touchpoints: `weakest` are their names, the lowest figure first.

    `comparable` counts those with answers enough for a verdict.
    """
    if comparable < 2:
        return _("Not enough answers yet to compare touchpoints")
    if not weakest:
        return _("No touchpoint is clearly weaker than the others")
    if len(weakest) == 1:
        return _("%(touchpoint)s is weaker than the other touchpoints") % {"touchpoint": weakest[0]}
    if len(weakest) <= NAMES_SHOWN:
        return _("%(touchpoints)s and %(last)s are weaker than the other touchpoints") % {
            "touchpoints": ", ".join(weakest[:-1]),
            "last": weakest[-1],
        }
    return ngettext(
        "%(touchpoint)s and %(count)s other touchpoint are weaker than the rest",
        "%(touchpoint)s and %(count)s other touchpoints are weaker than the rest",
        len(weakest) - 1,
    ) % {"touchpoint": weakest[0], "count": fmt.number(len(weakest) - 1)}


def bucket_words(bucket: str) -> str:
    """Return how often a trend has a point."""
    return {"day": _("by day"), "week": _("by week"), "month": _("by month")}[bucket]


def bucket_labels(bucket: str, starts: Sequence[date]) -> list[str]:
    """Return the points' labels on the axis: "15.5.", "wk 20", "5/2017"; with the year where there are several."""
    several = len({_year(bucket, start) for start in starts}) > 1
    return [_bucket_label(bucket, start, several) for start in starts]


def _year(bucket: str, start: date) -> int:
    return start.isocalendar().year if bucket == "week" else start.year


def _bucket_label(bucket: str, start: date, with_year: bool) -> str:
    if bucket == "day":
        # Translators: a date format of Django's, day and month without the year: "j M" is 5 May
        return fmt.day(start) if with_year else date_format(start, pgettext("day and month", "j M"))
    if bucket == "month":
        return pgettext("month and year", "%(month)s/%(year)s") % {"month": start.month, "year": start.year}
    words = {"week": start.isocalendar().week, "year": _year(bucket, start)}
    if with_year:
        return pgettext("week number and year", "wk %(week)s/%(year)s") % words
    return pgettext("week number", "wk %(week)s") % words


def group_word(measure: Measure, group: Group) -> str:
    """Return the group of an answer in a word, so that colour never tells it alone."""
    best, worst = {
        "nps": (_("Promoter"), _("Detractor")),
        "csat": (_("Satisfied"), _("Dissatisfied")),
        "ces": (_("Easy"), _("Difficult")),
    }[measure.kind]
    middle = _("Passive") if measure.kind == "nps" else _("In between")
    return {Group.BEST: best, Group.MIDDLE: middle, Group.WORST: worst}[group]


def group_word_plural(measure: Measure, group: Group) -> str:
    """Return what those are called who belong to a group."""
    best, worst = {
        "nps": (_("Promoters"), _("Detractors")),
        "csat": (_("Satisfied"), _("Dissatisfied")),
        "ces": (_("Easy"), _("Difficult")),
    }[measure.kind]
    middle = _("Passives") if measure.kind == "nps" else _("In between")
    return {Group.BEST: best, Group.MIDDLE: middle, Group.WORST: worst}[group]


def channel_name(channel: str) -> str:
    """Return what a channel is called."""
    return {
        "link": _("Link"),
        "mail": _("E-mail"),
        "widget": _("Website"),
        "kiosk": _("Kiosk"),
        "device": _("Device"),
        "api": _("API"),
        "import": _("Import"),
    }.get(channel, channel)


def language_name(code: str) -> str:
    """Return the name of a language in the reader's own, or its code where nobody has a name for it."""
    short = code.partition("-")[0]
    ours = {"fi": _("Finnish"), "sv": _("Swedish"), "en": _("English"), "zh": _("Chinese")}
    if short in ours:
        return ours[short]
    try:
        return str(get_language_info(short)["name_translated"])
    except KeyError:
        return code


def control_name(control: str) -> str:
    """Return whose hands a touchpoint is in."""
    return {
        "own": _("In our own hands"),
        "partner": _("In a partner's hands"),
        "outside": _("Outside our control"),
    }.get(control, control)


def attribute_name(name: str) -> str:
    """Return what a usual attribute is called; others stand by the name that the workspace gave them.

    >>> attribute_name("device"), attribute_name("kaupunginosa")
    ('device', 'kaupunginosa')
    """
    usual = {
        "area": _("area"),
        "carrier": _("carrier"),
        "device": _("device"),
        "first_order": _("first order"),
        "postcode": _("postcode"),
        "shop": _("shop"),
    }
    return usual.get(name, name)


def redacted_word(kind: str) -> str:
    """Return what a reader sees where personal data of a kind was taken out.

    >>> redacted_word("phone")
    '[phone number]'
    """
    return {
        "email": _("[e-mail address]"),
        "hetu": _("[personal identity code]"),
        "iban": _("[bank account]"),
        "phone": _("[phone number]"),
    }[kind]

"""Numbers, intervals, counts and dates as each language writes them: the only place that knows how."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from fiilis.design.charts.types import Unit
    from fiilis.science.estimate import Estimate

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"
EN_DASH = "\N{EN DASH}"
MISSING = EN_DASH

# A dash between two numbers, the second or first of which has a minus, can't be read
_RANGE_WITH_MINUS = {"en": " to "}
_PERCENT_GLUED = {"en"}
# Django's short English dates are American (11/12/2026), which half of their readers misread, and its Swedish ones are
# Sweden's (2026-11-23): Finland-Swedes write 23.11.2026
_DATE = {"en": "j M Y", "sv": "j.n.Y"}
_MOMENT = {"en": "j M Y H:i", "sv": "j.n.Y H.i"}


def language(lang: str | None) -> AbstractContextManager[None]:
    """Return a context in which `lang` is active; without a language the active one stays."""
    return translation.override(lang) if lang else nullcontext()


def _code() -> str:
    return (translation.get_language() or "en").split("-")[0]


def rounded(value: float, digits: int) -> Decimal:
    """Round half away from zero, as people do on paper; -0.0 becomes 0."""
    result = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(value: float | None, digits: int = 0, lang: str | None = None) -> str:
    """Write a number with its decimals, the language's separators and a real minus; None is a dash."""
    if value is None:
        return MISSING
    with language(lang):
        return _written(float(value), digits, _code())


@lru_cache(maxsize=8192)  # a board writes the same few hundred numbers at each refresh
def _written(value: float, digits: int, code: str) -> str:
    exact = rounded(value, digits)
    with translation.override(code):
        text = formats.number_format(abs(exact), digits, use_l10n=True, force_grouping=True)
    return f"{MINUS}{text}" if exact < 0 else text


def percent(share: float | None, digits: int = 0, lang: str | None = None) -> str:
    """Write a share between 0 and 1 as per cent: "12 %" in Finnish and Swedish, "12%" in English."""
    if share is None:
        return MISSING
    with language(lang):
        glue = "" if _code() in _PERCENT_GLUED else NBSP
        return f"{number(share * 100, digits)}{glue}%"


def value_text(value: float | None, digits: int = 0, unit: Unit = "number", lang: str | None = None) -> str:
    """Write a value in its unit: a plain number, or a share as per cent."""
    return percent(value, digits, lang) if unit == "percent" else number(value, digits, lang)


def span_text(low: float, high: float, digits: int = 0, unit: Unit = "number", lang: str | None = None) -> str:
    """Write a range: "20,1–43,6"; with a minus in it "−5,0…12,3" or, in English, "−5.0 to 12.3"."""
    with language(lang):
        factor = 100 if unit == "percent" else 1
        least, most = number(low * factor, digits), number(high * factor, digits)
        minus = MINUS in least + most
        text = f"{least}{_RANGE_WITH_MINUS.get(_code(), '…') if minus else EN_DASH}{most}"
        if unit == "percent":
            return f"{text}%" if _code() in _PERCENT_GLUED else f"{text}{NBSP}%"
        return text


def interval_text(estimate: Estimate, digits: int = 0, unit: Unit = "number", lang: str | None = None) -> str:
    """Write an estimate's interval with its level, "95 %: 20,1–43,6", or why it is not known."""
    with language(lang):
        if estimate.low is None or estimate.high is None:
            return unknown_text(estimate)
        return f"{percent(estimate.level)}: {span_text(estimate.low, estimate.high, digits, unit)}"


def estimate_text(estimate: Estimate, digits: int = 0, unit: Unit = "number", lang: str | None = None) -> str:
    """Write an estimate's value, or why it is not known."""
    with language(lang):
        if estimate.value is None:
            return unknown_text(estimate)
        return value_text(estimate.value, digits, unit)


def answers(n: int, lang: str | None = None) -> str:
    """Write a number of answers: "144 answers"; the number never parts from its word."""
    with language(lang):
        words = ngettext("%(n)s answer", "%(n)s answers", n) % {"n": number(n)}
        return words.replace(" ", NBSP)


def unknown_text(estimate: Estimate, lang: str | None = None) -> str:
    """Say in a few words why an estimate has no value."""
    with language(lang):
        reasons = {
            "no_answers": _("No answers yet"),
            "too_few": _("Too few answers"),
            "one_cluster": _("All answers from one group"),
            "zero_weight": _("Answers without weight"),
            "no_spread": _("All answers alike"),
            "invalid": _("Contradictory data"),
            "collinear": _("Causes can't be told apart"),
            "no_overlap": _("Nobody alike to compare with"),
            "no_before": _("Too little before the change"),
            "no_after": _("Too little after the change"),
            "no_comparison": _("Nothing to compare with"),
            "lonely_stratum": _("A group too small to judge"),
            "empty_group": _("A group without answers"),
            "margins_contradict": _("Known totals contradict"),
            "never_met": _("Questions never asked together"),
            "no_fit": _("No stable answer"),
            "too_few_groups": _("Too few groups"),
            "not_comparable": _("Groups share no kind of case"),
            "too_many_drivers": _("Too many drivers"),
            "no_events": _("Nobody has left yet"),
            "too_few_events": _("Too few have left"),
            "not_reached": _("Not reached yet"),
            "beyond_data": _("Further than the data reach"),
            "not_converged": _("No stable answer"),
        }
        return reasons.get(str(estimate.unknown), _("Not known yet"))


def unknown_reason(estimate: Estimate, lang: str | None = None) -> str:
    """Say in a sentence why no figure is claimed, and what would help."""
    with language(lang):
        reasons = {
            "no_answers": _("Nobody has answered yet, so there is no figure."),
            "too_few": _("There are too few answers for a figure with an interval. More answers will help."),
            "one_cluster": _("All answers come from one group, so how much groups differ can't be told from them."),
            "zero_weight": _("The answers' weights add up to zero, so they can't be summed up."),
            "no_spread": _("All answers are alike, so they don't tell how much answers vary."),
            "invalid": _("The data contradict themselves. Please check how they were imported."),
            "collinear": _("Two explanations move together in the data, so what each does can't be told apart."),
            "no_overlap": _("The two groups have next to nobody alike, so there is nobody to compare with."),
            "no_before": _("Too little was measured before the change, so what was usual isn't known."),
            "no_after": _("Too little has been measured since the change. More time will help."),
            "no_comparison": _("Nothing was left unchanged that the changed could be compared with."),
            "lonely_stratum": _(
                "The answers of one group come from a single place, so how much it varies can't be told. "
                "Join the group with another like it."
            ),
            "empty_group": _(
                "Nobody answered from a group that is known to exist. Join the group with another like it."
            ),
            "margins_contradict": _(
                "The known totals don't describe one population, so no weights can meet them all. "
                "Please check the totals."
            ),
            "never_met": _("Too few people were asked both questions, so what they have in common can't be seen."),
            "no_fit": _("The model finds no stable answer in these data."),
            "too_few_groups": _("There are too few groups to tell how much groups differ from each other."),
            "not_comparable": _("The groups have no kind of case in common, so a fair comparison can't be made."),
            "too_many_drivers": _("There are too many drivers to weigh every combination of them. Leave some out."),
            "no_events": _("Nobody has left or come back yet, so the speed of it can't be told."),
            "too_few_events": _(
                "Too few have left for so many explanations: a model would learn chance by heart. Use fewer."
            ),
            "not_reached": _("More than half are still customers, so there is no median yet. More time will help."),
            "beyond_data": _("Nobody has been followed for so long a time. Ask for a shorter one."),
            "not_converged": _("The data don't tell the model's figures apart."),
        }
        return reasons.get(str(estimate.unknown), _("There is no figure with an interval yet."))


def method_name(method: str) -> str:
    """Return a method's short name, for tables."""
    names = {
        "score": _("Score interval"),
        "adjusted_wald": _("Adjusted Wald"),
        "wilson": _("Wilson"),
        "mean_t": _("Student's t"),
        "linearised": _("Linearised"),
        "worst_case": _("Worst case"),
        "stratified": _("Stratified"),
        "poststratified": _("Poststratified"),
        "raked": _("Raked to known totals"),
        "skew_corrected": _("Corrected for an assumed skew"),
        "two_phase": _("Follow-up of the silent"),
        "inverse_probability": _("Inverse probability"),
        "difference_in_differences": _("Difference-in-differences"),
        "wild_bootstrap": _("Wild bootstrap"),
        "newey_west": _("Newey–West"),
        "structural_time_series": _("Structural time series"),
        "matched": _("Matched comparison"),
        "less_regression_to_the_mean": _("Less regression to the mean"),
        "adjusted_difference": _("Adjusted difference"),
        "paired_t": _("Student's t of own changes"),
        "paired_adjusted": _("Adjusted, paired"),
        "shrunken": _("Shrunken"),
        "betting": _("Confidence sequence"),
        "normal_mixture": _("Confidence sequence"),
        "bootstrap": _("Bootstrap"),
        "kaplan_meier": _("Kaplan–Meier"),
        "rmst": _("Restricted mean time"),
        "cox": _("Cox regression"),
        "delta": _("Delta method"),
        "none": MISSING,
    }
    return names.get(str(method), str(method))


def method_text(method: str) -> str:
    """Return a method's full name with its source, for the one place that explains a figure."""
    names = {
        "score": _("Score interval (Tango 1998; Rocks 2016)"),
        "adjusted_wald": _("Adjusted Wald interval (Agresti & Caffo 2000; Rocks 2016)"),
        "wilson": _("Wilson score interval (Wilson 1927)"),
        "mean_t": _("Mean with Student's t interval"),
        "linearised": _("Weighted and clustered answers: linearised standard error, Student's t"),
        "worst_case": _("All answers alike: the widest interval that the scale allows"),
        "stratified": _("Strata summed up: linearised standard error within strata (Cochran 1977)"),
        "poststratified": _("Groups weighted to their known sizes, linearised standard error (Holt & Smith 1979)"),
        "raked": _("Weights raked to known totals (Deming & Stephan 1940), residual linearisation"),
        "skew_corrected": _("Corrected for a skew in who answers that is assumed, not measured"),
        "two_phase": _("First answers and a followed-up sample of the silent (Hansen & Hurwitz 1946)"),
        "inverse_probability": _("Each answer weighted by the inverse of its chance of being asked (Hájek 1971)"),
        "difference_in_differences": _(
            "Difference-in-differences with groups as clusters (Bertrand, Duflo & Mullainathan 2004)"
        ),
        "wild_bootstrap": _(
            "Difference-in-differences over few groups: wild cluster bootstrap (Cameron, Gelbach & Miller 2008)"
        ),
        "newey_west": _("Interrupted time series with Newey–West standard errors (Newey & West 1987)"),
        "structural_time_series": _(
            "What would have been, forecast by a structural time series (Harvey 1989; Brodersen et al. 2015)"
        ),
        "matched": _("Each beside the most alike of the others (Abadie & Imbens 2006, 2011)"),
        "less_regression_to_the_mean": _("Before and after, less what the worst rise by themselves (Morris 1983)"),
        "adjusted_difference": _("Difference adjusted for what is measured of both groups (Lunceford & Davidian 2004)"),
        "paired_t": _("The same people before and after: mean of their own changes, Student's t"),
        "paired_adjusted": _("The same people before and after, two made-up people added (Bonett & Price 2012)"),
        "shrunken": _("Empirical Bayes: drawn towards the mean of all groups (Morris 1983)"),
        "betting": _("Right at every look: hedged betting (Waudby-Smith & Ramdas 2024)"),
        "normal_mixture": _("Right at every look: normal mixture (Robbins 1970)"),
        "bootstrap": _("Percentiles over resampled answers (Efron 1979)"),
        "kaplan_meier": _("Share still customers: Kaplan & Meier 1958, Greenwood's variance"),
        "rmst": _("Mean time within a window: area under the survival curve (Uno et al. 2014)"),
        "cox": _("Ratio of hazards by partial likelihood (Cox 1972)"),
        "delta": _("Prediction of a fitted model, delta method"),
        "none": MISSING,
    }
    return names.get(str(method), str(method))


def day(value: date | None, lang: str | None = None) -> str:
    """Write a date shortly, as the language does: 23.11.2026, 2026-11-23, 23 Nov 2026."""
    if value is None:
        return MISSING
    with language(lang):
        return formats.date_format(_local(value), _DATE.get(_code(), "SHORT_DATE_FORMAT"), use_l10n=True)


def moment(value: datetime | None, lang: str | None = None) -> str:
    """Write a date and a time of day shortly, in the current time zone."""
    if value is None:
        return MISSING
    with language(lang):
        return formats.date_format(_local(value), _MOMENT.get(_code(), "SHORT_DATETIME_FORMAT"), use_l10n=True)


def _local(value: date) -> date:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def whole_percents(shares: list[float]) -> list[int]:
    """Round shares to whole per cents that add up to what their sum rounds to (largest remainders)."""
    exact = [share * 100 for share in shares]
    floors = [int(value) for value in exact]
    left = int(rounded(sum(exact), 0)) - sum(floors)
    order = sorted(range(len(exact)), key=lambda index: floors[index] - exact[index])
    for index in order[:left]:
        floors[index] += 1
    return floors

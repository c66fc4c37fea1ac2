"""The components that pages are built from, as template tags, and the number formats as filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design import icons, survey
from fiilis.design.charts.dots import repeats
from fiilis.design.charts.types import Chart, Table, Unit

if TYPE_CHECKING:
    from fiilis.science.estimate import Estimate

register = template.Library()

register.filter("number", fmt.number)
register.filter("percent", fmt.percent)
register.filter("answers", fmt.answers)
register.filter("interval", fmt.interval_text)

_LARGE_CHART = 800
_VERDICTS = ("better", "worse", "no_material_difference", "not_known")


@register.filter
def day(value: date | None) -> str:
    """Write a date shortly in the active language."""
    return fmt.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    """Write a date and time of day shortly in the active language."""
    return fmt.moment(value)


@register.filter
def has_current(items: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether one of the menu's entries is the page itself."""
    return any(item.get("current") for item in items)


@register.simple_tag
def icon(name: str | None, size: int = 22) -> SafeString:
    """Draw a decorative icon by its name."""
    return icons.icon_svg(name or "", size)


@register.simple_tag
def face(value: int) -> SafeString:
    """Draw one of the four faces, 4 (very good) to 1 (very bad)."""
    return icons.face_svg(value)


@register.simple_block_tag
def card(content: str, title: str, subtitle: str = "", id: str = "", classes: str = "") -> str:  # noqa: A002
    """Frame content as a card: `title` is its finding, `subtitle` the measure, answers and interval.

    `id` names the card for links and for live updates; `classes` place it (span-4, span-8).
    """
    return render_to_string(
        "design/card.html",
        {"content": content, "title": title, "subtitle": subtitle, "id": id, "classes": classes},
    )


def verdict_words(verdict: str) -> str:
    """Return the four verdicts' words in the active language; nothing else may be claimed of a change."""
    return {
        "better": _("improved"),
        "worse": _("got worse"),
        "no_material_difference": _("no material change"),
        "not_known": _("not known yet"),
    }[verdict]


def _arrow(verdict: str, higher_is_better: bool) -> str:
    if verdict not in {"better", "worse"}:
        return ""
    return "▲" if (verdict == "better") == higher_is_better else "▼"


@register.inclusion_tag("design/metric_card.html")
def metric_card(  # the tag's arguments are the card's parts
    label: str,
    estimate: Estimate,
    digits: int = 1,
    unit: Unit = "number",
    verdict: str = "",
    change: str = "",
    sparkline: Chart | None = None,
    href: str = "",
    id: str = "",  # noqa: A002
    note: str = "",
    formula: str = "",
    higher_is_better: bool = True,
) -> dict[str, Any]:
    """Show one metric: value, interval, answers and how sure it is.

    `verdict` is one of science's four verdicts or empty; an arrow appears beside "better" and "worse" only.
    `change` is the change in words ("+4.1 since October"), shown only beside a verdict. `note` says what the
    measure means, `formula` how it is computed.
    """
    verdict = str(verdict)
    if verdict and verdict not in _VERDICTS:
        raise template.TemplateSyntaxError(f"metric_card: verdict must be one of {', '.join(_VERDICTS)}")
    low, high = estimate.low, estimate.high
    span = fmt.span_text(low, high, digits, unit) if low is not None and high is not None else ""
    return {
        "label": label,
        "href": href,
        "id": id,
        "note": note,
        "formula": formula,
        "sparkline": sparkline,
        "known": estimate.value is not None,
        "value": fmt.estimate_text(estimate, digits, unit),
        "interval": fmt.interval_text(estimate, digits, unit) if span else "",
        "span": format_html('<span class="nowrap">{}</span>', span) if span else "",
        "reason": "" if span else fmt.unknown_reason(estimate),
        "level": fmt.percent(estimate.level),
        "answers": fmt.answers(estimate.n),
        "method": fmt.method_text(estimate.method),
        "effective": _effective(estimate),
        "dots": repeats(estimate, digits=digits, unit=unit),
        "verdict": verdict,
        "arrow": _arrow(verdict, higher_is_better),
        "verdict_text": verdict_words(verdict) if verdict else "",
        "change": change if verdict else "",
    }


def _effective(estimate: Estimate) -> str:
    """Return how many independent answers weighted or clustered ones are worth, when that differs."""
    worth = estimate.n_effective
    if worth is None or round(worth) == estimate.n:
        return ""
    return fmt.answers(round(worth))


@register.inclusion_tag("design/chart.html")
def chart(chart: Chart, id: str = "") -> dict[str, Any]:  # noqa: A002
    """Show a chart in the width that its place has, with its table one press away."""
    return {"chart": chart, "id": id, "large": chart.wide >= _LARGE_CHART, **_table_context(chart.table)}


def _table_context(table: Table) -> dict[str, Any]:
    def cells(row: Sequence[Any]) -> list[dict[str, Any]]:
        return [
            {
                "text": str(cell),
                "href": getattr(cell, "href", ""),
                "num": index not in table.text_columns,
            }
            for index, cell in enumerate(row)
        ]

    return {"caption": table.caption, "head": cells(table.head), "rows": [cells(row) for row in table.rows]}


@register.inclusion_tag("design/table.html")
def data_table(table: Table) -> dict[str, Any]:
    """Show a table with aligned numbers; it scrolls sideways inside itself on a narrow screen."""
    return _table_context(table)


@register.inclusion_tag("design/empty_state.html")
def empty_state(title: str, text: str, why: str = "", action_href: str = "", action_label: str = "") -> dict[str, str]:
    """Say what will stand here, why it is worth having, and what to do to get it."""
    return {"title": title, "text": text, "why": why, "href": action_href, "label": action_label}


@register.inclusion_tag("design/problem_list.html")
def problem_list(problems: Sequence[Any], title: str = "") -> dict[str, Any]:
    """List problems: texts, or mappings with `text` and the `href` of the place to mend."""
    items = [
        {"text": item.get("text", ""), "href": item.get("href", "")}
        if isinstance(item, Mapping)
        else {"text": str(item), "href": ""}
        for item in problems
    ]
    return {"problems": items, "title": title}


@register.inclusion_tag("design/form_problems.html")
def form_problems(form: Any) -> dict[str, Any]:
    """List what is wrong in a form as links to its fields; nothing when all is well."""
    items = [{"text": str(text), "href": ""} for text in form.non_field_errors()]
    for bound in form:
        items += [{"text": f"{bound.label}: {text}", "href": f"#{bound.id_for_label}"} for text in bound.errors]
    return {"problems": items, "title": _("Please check these")}


@register.inclusion_tag("design/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """Render a form field: label, control, help and error, tied together for a screen reader."""
    ids = []
    if bound.help_text:
        ids.append(f"{bound.id_for_label}-help")
    if bound.errors:
        ids.append(f"{bound.id_for_label}-error")
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(ids)} if ids else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    group = getattr(bound.field.widget, "use_fieldset", False)
    return {
        "field": bound,
        "widget": bound.as_widget(attrs=attributes),
        "hidden": bound.is_hidden,
        "group": group,
        "check": isinstance(bound.field.widget, CheckboxInput),
        "optional": not bound.field.required,
    }


@register.inclusion_tag("design/progress.html")
def progress(value: int, max: int, label: str) -> dict[str, Any]:  # noqa: A002
    """Show how far long work has come: `value` of `max`, in words and as a bar."""
    share = value / max if max else 0.0
    return {"value": str(value), "max": str(max or 1), "label": label, "percent": fmt.percent(share)}


@register.inclusion_tag("design/badge.html")
def badge(text: str, tone: str = "") -> dict[str, str]:
    """Show a short state in words; `tone` is "", "good", "bad" or "accent"."""
    return {"text": text, "tone": tone}


@register.inclusion_tag("design/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str) -> dict[str, Any]:
    """Link sibling views; items have label, href, current and optionally count; `label` names the group."""
    return {"items": items, "label": label}


@register.inclusion_tag("design/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any, name: str = "page") -> dict[str, Any]:
    """Link to the pages before and after a Django `Page`, keeping the address's other parameters."""
    query = context["request"].GET.copy() if "request" in context else None

    def address(number: int) -> str:
        if query is None:
            return f"?{name}={number}"
        query[name] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "before": address(page.previous_page_number()) if page.has_previous() else "",
        "after": address(page.next_page_number()) if page.has_next() else "",
    }


@register.inclusion_tag("design/copy.html")
def copy_button(text: str, label: str = "") -> dict[str, str]:
    """Show a text (an address, a snippet) with a button that copies it."""
    return {"text": text, "label": label or _("Copy")}


@register.filter
def survey_control(question: Mapping[str, Any]) -> survey.Drawn:
    """Make a question's dict ready for design/survey_question.html."""
    return survey.drawn(question)

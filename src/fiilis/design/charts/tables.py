"""The tables beside charts: the same numbers in words, each with its interval, answers and method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design.charts.types import Cell, ChartSpec, Table

if TYPE_CHECKING:
    from fiilis.science.estimate import Estimate


def estimate_cells(estimate: Estimate, spec: ChartSpec) -> tuple[str, str, str, str]:
    """Return an estimate's table cells: value, interval with its level, answers, method."""
    value = fmt.value_text(estimate.value, spec.digits, spec.unit)
    interval = fmt.interval_text(estimate, spec.digits, spec.unit)
    return value, interval, fmt.number(estimate.n), fmt.method_name(estimate.method)


def estimate_table(
    spec: ChartSpec, head: tuple[str, ...], rows: Sequence[tuple[tuple[str | Cell, ...], Estimate]]
) -> Table:
    """Make the table of named estimates; `head` names the leading columns that each row brings."""
    return Table(
        caption=spec.title,
        head=(*head, _("Value"), _("Interval"), _("Answers"), _("Method")),
        rows=tuple((*names, *estimate_cells(estimate, spec)) for names, estimate in rows),
        text_columns=(*range(len(head)), len(head) + 3),
    )

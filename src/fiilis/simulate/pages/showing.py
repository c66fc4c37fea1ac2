"""What the test page shows: an ordinary dashboard beside ours on the same answers, then the opened seal.

Apart from the door, so that the web process starts without numpy.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from fiilis.core import clock, permissions
from fiilis.core.http import WorkspaceRequest
from fiilis.design import format as fmt
from fiilis.ecosystem import queries as ecosystem
from fiilis.ecosystem.types import name_in
from fiilis.listen.queries import surveys
from fiilis.science.comparisons import Verdict
from fiilis.simulate.pages import words
from fiilis.simulate.queries import findings, shells
from fiilis.simulate.queries.shells import Shell
from fiilis.simulate.queries.sides import Cell, Figure, Sides, sides
from fiilis.simulate.settings import Settings
from fiilis.understand.types import Form


@dataclass(frozen=True, slots=True)
class RawView:
    """One line of the ordinary dashboard: a bare number and its arrow."""

    name: str
    value: str
    arrow: int
    change: str


@dataclass(frozen=True, slots=True)
class OurView:
    """One line of ours: the number, its interval and n, and the verdict in words."""

    name: str
    value: str
    interval: str
    n: str
    arrow: int
    verdict: str


def dashboards(request: WorkspaceRequest) -> dict[str, object] | None:
    """Return what the page shows: both dashboards, the play buttons, the seal; None without a simulation."""
    shell = shells.shell(workspace=request.workspace)
    if shell is None:
        return None
    found = sides(workspace=request.workspace, end=shell.end)
    places = ecosystem.touchpoints(workspace=request.workspace)
    names = {str(one.id): name_in(one.names, get_language()) or one.key for one in places}
    live = surveys.hosted(code=shell.survey_code) if shell.survey_code else None
    context = {
        "shell": shell,
        "raw": [_raw(figure, names) for figure in found.figures],
        "ours": [_ours(figure, names) for figure in found.figures],
        "week": fmt.day(found.figures[0].cells[-1].monday) if found.figures else "",
        "counts": words.arrow_counts(found.raw_arrows, found.arrows, found.weeks),
        "may_play": permissions.may(request.membership, "simulation.play"),
        "share": reverse("listen:share", args=[request.workspace.slug, live.survey_id]) if live else "",
        "board": f"{reverse('home:board', args=[request.workspace.slug])}?period=26w",
        "lives": shell.lives_until is not None and shell.lives_until > clock.now(),
    }
    if shell.key is not None:
        context |= _opened(request, shell, found, {str(one.id): one.key for one in places})
    return context


def opened_key(request: WorkspaceRequest) -> dict[str, object] | None:
    """Return the answer key once the seal is open."""
    shell = shells.shell(workspace=request.workspace)
    return None if shell is None else shell.key


def _raw(figure: Figure, names: dict[str, str]) -> RawView:
    now, before = figure.cells[-1], figure.cells[-2]
    digits = 0 if figure.measure.form is Form.NPS else 1
    change = now.raw - before.raw
    sign = "+" if change > 0 else ""
    return RawView(
        words.figure_name(figure, names), fmt.number(now.raw, digits), now.raw_arrow,
        f"{sign}{fmt.number(change, digits)}" if now.raw_arrow else "",
    )  # fmt: skip


def _ours(figure: Figure, names: dict[str, str]) -> OurView:
    cell: Cell = figure.cells[-1]
    digits = 0 if figure.measure.form is Form.NPS else 1
    verdict = Verdict(cell.comparison.verdict)
    return OurView(
        words.figure_name(figure, names), fmt.value_text(cell.ours.value, digits), fmt.interval_text(cell.ours, digits),
        fmt.answers(cell.ours.n), cell.arrow, words.verdict(verdict),
    )  # fmt: skip


def _opened(request: WorkspaceRequest, shell: Shell, found: Sides, keys: dict[str, str]) -> dict[str, object]:
    assert shell.key is not None  # noqa: S101 - for the type checker
    settings = Settings.from_dict(shell.key["settings"])
    rows = findings.findings(workspace=request.workspace, settings=settings, key=shell.key, version=found.version)
    counted = findings.counted(found, settings, keys)
    return {
        "findings": [words.finding(row, settings) for row in rows],
        "false": words.false_arrows(counted),
        "sealed": shells.sealed_text(workspace=request.workspace),
    }

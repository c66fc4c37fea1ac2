"""Slots in lower pages that higher slices fill: menu entries and page panels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from fiilis.core.http import WorkspaceRequest
    from fiilis.core.models import Membership, Workspace

Text = str | Promise


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the side menu. `group` is one of GROUPS; `url_name` takes the workspace's slug."""

    group: str
    order: int
    label: Text
    url_name: str
    permission: str
    # Shows a number beside the label; cheap, and None when there is nothing to tell.
    count: "Callable[[WorkspaceRequest], int | None] | None" = None
    # Judges by the workspace whether the entry has anything to show there; without a query.
    shown: "Callable[[Workspace], bool] | None" = None


@dataclass(frozen=True, slots=True)
class Panel:
    """A piece of a page: `render` returns safe HTML, or an empty string for nothing."""

    order: int
    permission: str
    render: "Callable[[WorkspaceRequest, object], str]"


@dataclass(frozen=True, slots=True)
class TopEntry:
    """A line under the workspaces at the top of each page. `shown` judges by the user's memberships."""

    label: Text
    url_name: str
    shown: "Callable[[Sequence[Membership]], bool]"


GROUPS = ("listen", "understand", "act", "prove", "trust", "settings")

_menu: dict[str, MenuEntry] = {}
_panels: dict[str, list[Panel]] = {}
_top: dict[str, TopEntry] = {}


def add_menu_entry(entry: MenuEntry) -> None:
    """Put an entry into the side menu."""
    if entry.group not in GROUPS:
        raise ValueError(f"unknown menu group {entry.group}")
    _menu[entry.url_name] = entry


def menu_entries() -> list[MenuEntry]:
    """Return the menu in order of groups."""
    return sorted(_menu.values(), key=lambda e: (GROUPS.index(e.group), e.order))


def add_top_entry(entry: TopEntry) -> None:
    """Put a line under the workspaces at the top of each page."""
    _top[entry.url_name] = entry


def top_entries() -> list[TopEntry]:
    """Return the lines under the workspaces."""
    return list(_top.values())


def add_panel(slot: str, panel: Panel) -> None:
    """Put a panel into a named slot of a lower page."""
    _panels.setdefault(slot, []).append(panel)


def panels(slot: str) -> list[Panel]:
    """Return the panels of a slot in order."""
    return sorted(_panels.get(slot, []), key=lambda p: p.order)

"""A pen that writes SVG: presentation attributes for print, classes for the page, everything escaped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Literal

from django.utils.safestring import SafeString, mark_safe

from fiilis.design.charts import palette
from fiilis.design.charts.text import text_width
from fiilis.design.charts.types import Medium

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def _attributes(attributes: dict[str, str | float]) -> str:
    return "".join(
        f' {name}="{escape(value) if isinstance(value, str) else _number(value)}"'
        for name, value in attributes.items()
        if value != ""
    )


def line_path(points: list[Point]) -> str:
    """Return the path data of a line through `points`."""
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


class Pen:
    """Collects the marks of one picture. Coordinates are pixels of the view box; y grows downwards."""

    def __init__(self, width: float, medium: Medium) -> None:
        self.width = width
        self._medium = medium
        self._parts: list[str] = []
        self._links = 0

    def _add(self, tag: str, attributes: dict[str, str | float], title: str = "") -> None:
        body = f"><title>{escape(title)}</title></{tag}>" if title else "/>"
        self._parts.append(f"<{tag}{_attributes(attributes)}{body}")

    def line(self, start: Point, end: Point, *, kind: str, stroke: str, width: float = 1, dash: str = "") -> None:
        """Draw a straight line; `kind` is the class that the page's style sheet recolours it by."""
        (x1, y1), (x2, y2) = start, end
        self._add(
            "line",
            {
                "class": kind, "x1": x1, "y1": y1, "x2": x2, "y2": y2,
                "stroke": stroke, "stroke-width": width, "stroke-dasharray": dash,
            },
        )  # fmt: skip

    def path(self, data: str, *, kind: str, stroke: str = "", fill: str = "none", width: float = 0) -> None:
        """Draw path data, stroked or filled."""
        attributes: dict[str, str | float] = {"class": kind, "d": data, "fill": fill}
        if stroke:
            attributes |= {
                "stroke": stroke, "stroke-width": width,
                "stroke-linejoin": "round", "stroke-linecap": "round",
            }  # fmt: skip
        self._add("path", attributes)

    def rect(self, corner: Point, size: Point, *, kind: str, fill: str, radius: float = 0, title: str = "") -> None:
        """Draw a filled rectangle; `title` is shown when a mouse rests on it."""
        attributes: dict[str, str | float] = {
            "class": kind, "x": corner[0], "y": corner[1],
            "width": max(size[0], 0), "height": max(size[1], 0), "fill": fill,
        }  # fmt: skip
        if radius:
            attributes["rx"] = radius
        self._add("rect", attributes, title)

    def dot(self, center: Point, radius: float, *, kind: str, fill: str, title: str = "") -> None:
        """Draw a filled circle."""
        self._add("circle", {"class": kind, "cx": center[0], "cy": center[1], "r": radius, "fill": fill}, title)

    def text(
        self,
        at: Point,
        text: str,
        *,
        size: float,
        kind: str = "k-muted",
        fill: str = palette.MUTED,
        anchor: Anchor = "start",
        bold: bool = False,
        title: str = "",
    ) -> None:
        """Write `text` with its baseline at `at`; `title` carries the whole of a shortened text."""
        x, y = at
        attributes: dict[str, str | float] = {"class": kind, "x": x, "y": y, "font-size": size, "fill": fill}
        if bold:
            attributes["font-weight"] = "700"
        if anchor != "start":
            if self._medium == "screen":
                attributes["text-anchor"] = anchor
            else:
                width = text_width(text, size, bold=bold)
                attributes["x"] = x - width if anchor == "end" else x - width / 2
        tip = f"<title>{escape(title)}</title>" if title else ""
        self._parts.append(f"<text{_attributes(attributes)}>{tip}{escape(text)}</text>")

    @contextmanager
    def link(self, href: str, label: str) -> Iterator[None]:
        """Make everything drawn inside one link; without an address it is drawn plainly."""
        if not href:
            yield
            return
        self._links += 1
        self._parts.append(f'<a href="{escape(href)}" aria-label="{escape(label)}">')
        yield
        self._parts.append("</a>")

    def svg(self, height: float, *, title: str, description: str, kind: str) -> SafeString:
        """Close the picture and return it; it names and describes itself to a screen reader.

        A picture with links inside is a group, since an image's children can't be reached by keyboard users
        of assistive technology.
        """
        attributes: dict[str, str | float] = {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": f"chart-svg {kind}",
            "viewBox": f"0 0 {_number(self.width)} {_number(height)}",
            "width": self.width,
            "height": height,
            "role": "group" if self._links else "img",
            "aria-label": title,
            "font-family": palette.FONT,
        }
        head = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
        # every text and attribute above went through escape(); tags and names are literals of this room
        return mark_safe(f"<svg{_attributes(attributes)}>{head}{''.join(self._parts)}</svg>")  # noqa: S308

"""A sheet to draw a handbook picture on: a white ground, few colours, and a dark theme where the reader has one."""

from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "docs" / "statistics" / "pictures"

# Ink, muted, ground, grid, and three colours that stay apart for colour-blind eyes.
_LIGHT = ("#14181f", "#4d5866", "#fff", "#e1e6ec", "#1d4ed8", "#c2410c", "#0f766e")
_DARK = ("#eceff4", "#a6b0bd", "#171b22", "#2a313b", "#8ab4ff", "#fb923c", "#2dd4bf")

Scale = Callable[[float], float]
Point = tuple[float, float]


def _rules(colours: tuple[str, ...]) -> str:
    ink, muted, ground, grid, *lines = colours
    rules = f"text{{fill:{ink}}}.m{{fill:{muted}}}.w{{fill:{ground}}}.g{{stroke:{grid}}}.x{{stroke:{muted}}}"
    for number, colour in enumerate(lines):
        rules += f".l{number}{{stroke:{colour}}}.f{number},text.f{number}{{fill:{colour}}}"
    return rules


_STYLE = (
    "text{font:13px system-ui,sans-serif}path{fill:none;stroke-width:1}.k{stroke-width:2.5}.a{opacity:.16;stroke:none}"
    f"{_rules(_LIGHT)}@media(prefers-color-scheme:dark){{{_rules(_DARK)}}}"
)


def axis(first: float, last: float, start: float, end: float) -> Scale:
    """Return the way from a figure to its pixel."""
    return lambda value: start + (end - start) * (value - first) / (last - first)


class Paper:
    """Collects the marks of one picture, `width` by `height` pixels; `label` tells it to who can't see it."""

    def __init__(self, width: int, height: int, label: str) -> None:
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(label)}">',
            f'<style>{_STYLE}</style><rect class="w" width="{width}" height="{height}"/>',
        ]

    def text(self, at: Point, words: str, *, kind: str = "", anchor: str = "start") -> None:
        """Write words whose line stands at `at`."""
        self.parts.append(
            f'<text class="{kind}" x="{at[0]:.1f}" y="{at[1]:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def line(self, points: Iterable[Point], *, kind: str, dash: str = "") -> None:
        """Draw a line through the points."""
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<path class="{kind}"{dashed} d="M{path}"/>')

    def area(self, low: list[Point], high: list[Point], *, kind: str) -> None:
        """Fill between two lines."""
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in [*low, *reversed(high)])
        # Not a path's rule: those aren't filled.
        self.parts.append(f'<polygon class="a {kind}" points="{path.replace("L", " ").strip()}"/>')

    def dot(self, at: Point, *, kind: str, radius: float = 5) -> None:
        """Draw a dot."""
        self.parts.append(f'<circle class="{kind}" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}"/>')

    def bar(self, at: Point, width: float, height: float, *, kind: str) -> None:
        """Draw a filled box from its upper left corner."""
        self.parts.append(
            f'<rect class="{kind}" x="{at[0]:.1f}" y="{at[1]:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )

    def done(self) -> str:
        """Return the whole picture."""
        return "\n".join([*self.parts, "</svg>"]) + "\n"

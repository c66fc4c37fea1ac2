"""What the pictures of estimates share: paper, words, lines and the house's colours, on light and dark."""

from pathlib import Path

FOLDER = Path(__file__).parents[3] / "docs" / "statistics" / "pictures"

STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#14181f}.m{fill:#4d5866}.h{font-weight:600}.g{stroke:#e1e6ec}"
    ".a{stroke:#7b8594}.l{stroke:#1d4ed8;fill:none;stroke-width:2.5}.w{fill:#dbe4fa}.d{fill:#1d4ed8}.b{fill:#fff}"
    ".s{fill:#c9d0d9}.o{fill:none;stroke:#b4bdc9}.n{fill:#8a94a3}.p{fill:#0f766e}.r{fill:#c2410c}"
    ".k{stroke:#c2410c;stroke-width:2;stroke-dasharray:5 4}.t{stroke:#14181f;stroke-width:2.5}"
    ".v{stroke:#8a94a3;stroke-width:2.5}"
    "@media(prefers-color-scheme:dark){text{fill:#eceff4}.m{fill:#a6b0bd}.g{stroke:#2a313b}.a{stroke:#8a94a3}"
    ".l{stroke:#8ab4ff}.w{fill:#22345c}.d{fill:#8ab4ff}.b{fill:#171b22}.s{fill:#3d4653}.o{stroke:#4d5866}"
    ".p{fill:#2dbdae}.r{fill:#f08a5d}.k{stroke:#f08a5d}.t{stroke:#eceff4}}"
)


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Collects marks; coordinates are pixels, y grows downwards."""

    def __init__(self, width: int, height: int, label: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">',
            f'<style>{STYLE}</style><rect class="b" width="{width}" height="{height}"/>',
        ]

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        named = f' class="{kind}"' if kind else ""
        self._parts.append(f'<text{named} x="{_n(x)}" y="{_n(y)}"{at}>{words}</text>')

    def line(self, kind: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self._parts.append(f'<path class="{kind}" d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"/>')

    def path(self, kind: str, points: list[tuple[float, float]], *, closed: bool = False) -> None:
        data = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        self._parts.append(f'<path class="{kind}" d="M{data}{"Z" if closed else ""}"/>')

    def rect(self, kind: str, x: float, y: float, width: float, height: float, radius: float = 2) -> None:
        size = f'width="{_n(width)}" height="{_n(height)}" rx="{_n(radius)}"'
        self._parts.append(f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" {size}/>')

    def squares(self, kind: str, corners: list[tuple[float, float]], side: float) -> None:
        """Draw many squares as one path."""
        one = f"h{_n(side)}v{_n(side)}h{_n(-side)}z"
        self._parts.append(f'<path class="{kind}" d="{"".join(f"M{_n(x)} {_n(y)}{one}" for x, y in corners)}"/>')

    def dot(self, kind: str, x: float, y: float, radius: float = 5) -> None:
        self._parts.append(f'<circle class="{kind}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>')

    def interval(self, kind: str, low: float, value: float, high: float, y: float, dot: str = "d") -> None:
        """Draw an interval with its ends and the value on it."""
        self.line(kind, low, y, high, y)
        self.line(kind, low, y - 6, low, y + 6)
        self.line(kind, high, y - 6, high, y + 6)
        self.dot(dot, value, y)

    def drawn(self) -> str:
        return "\n".join([*self._parts, "</svg>"]) + "\n"

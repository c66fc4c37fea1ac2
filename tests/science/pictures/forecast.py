"""Draws docs/statistics/pictures/forecast.svg, always the same: run `python -m tests.science.pictures.forecast`."""

from math import log10
from pathlib import Path

from fiilis.science.forecast import Kind, outlook, spread_of

TARGET = Path(__file__).parents[3] / "docs" / "statistics" / "pictures" / "forecast.svg"
WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 616, 44, 244
FIRST, LAST, HIGHEST = 10, 4000, 50
MARKED = (30, 100, 400, 1000)
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#14181f}.m{fill:#4d5866}.g{stroke:#e1e6ec}.l{stroke:#1d4ed8;"
    "fill:none;stroke-width:2.5}.d{fill:#1d4ed8}.b{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#eceff4}"
    ".m{fill:#a6b0bd}.g{stroke:#2a313b}.l{stroke:#8ab4ff}.d{fill:#8ab4ff}.b{fill:#171b22}}"
)


def x(n: float) -> float:
    return LEFT + (RIGHT - LEFT) * log10(n / FIRST) / log10(LAST / FIRST)


def y(half: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * min(half, HIGHEST) / HIGHEST


def half_width(n: int) -> float:
    found = outlook(n, spread=spread_of(Kind.NPS)).half_width
    assert found is not None
    return found


def drawn() -> str:
    """Return the picture: the half-width of an NPS against the number of answers, on a scale of tenfolds."""
    steps = sorted({round(FIRST * (LAST / FIRST) ** (i / 60)) for i in range(61)})
    line = " ".join(f"{x(n):.1f},{y(half_width(n)):.1f}" for n in steps)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-label="The interval of an NPS: 30 answers, plus or minus 29; 100, 16; 400, 8; 1,000, 5 points">',
        f'<style>{STYLE}</style><rect class="b" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text x="{LEFT}" y="22">Half-width of an NPS at 95 %, points</text>',
    ]
    for half in range(0, HIGHEST + 1, 10):
        parts.append(
            f'<path class="g" d="M{LEFT} {y(half):.1f}H{RIGHT}"/>'
            f'<text class="m" x="{LEFT - 10}" y="{y(half) + 4:.1f}" text-anchor="end">{half}</text>'
        )
    for n in (10, 30, 100, 400, 1000, 4000):
        parts.append(f'<text class="m" x="{x(n):.1f}" y="{BOTTOM + 22}" text-anchor="middle">{n:,}</text>')
    parts.append(f'<text class="m" x="{RIGHT}" y="{BOTTOM + 44}" text-anchor="end">answers</text>')
    parts.append(f'<polyline class="l" points="{line}"/>')
    for n in MARKED:
        at = half_width(n)
        parts.append(
            f'<circle class="d" cx="{x(n):.1f}" cy="{y(at):.1f}" r="5"/>'
            f'<text x="{x(n) + 9:.1f}" y="{y(at) - 9:.1f}">±{at:.0f}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    TARGET.write_text(drawn(), encoding="utf-8")

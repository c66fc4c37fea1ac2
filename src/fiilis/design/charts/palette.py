"""The print palette: colours that a chart carries itself, for mail, PDF and wherever no style sheet reaches.

On a page the classes beside them take over (static/design/fiilis.css), which also knows the dark theme.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#14181f"
MUTED: Final = "#4d5866"
GRID: Final = "#e1e6ec"
AXIS: Final = "#7b8594"
PAPER: Final = "#ffffff"
ACCENT: Final = "#1d4ed8"
BAND: Final = "#dbe4fa"
WHISKER: Final = "#7391e2"
DETRACTOR: Final = "#c2410c"
PASSIVE: Final = "#8a94a3"
PROMOTER: Final = "#0f766e"
HIGHLIGHT: Final = "#e8eefc"

TONES: Final = {"detractor": DETRACTOR, "passive": PASSIVE, "promoter": PROMOTER}

FONT: Final = "DejaVu Sans, Segoe UI, Roboto, Helvetica, Arial, sans-serif"

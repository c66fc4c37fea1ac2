"""An organisation's own colour on its survey page: the nearest shades that can be read, and the style sheet with them.

The sheet follows from the colour alone, so its address holds the colour and a stamp of the sheet: a browser may keep it
for ever, and no database is asked.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

READABLE = 4.5
"""WCAG 2.2, 1.4.3: contrast of text against what is behind it."""

# What text in the accent colour stands on, and text on the accent colour is written in: see survey.css.
LIGHT_GROUNDS = ("#f5f7f9", "#ffffff")
DARK_GROUNDS = ("#0e1116", "#171b22")
_HEX = re.compile(r"#[0-9a-f]{6}")
_SHEET = Path(__file__).parent / "static" / "design" / "survey.css"
_STEPS = 400  # of lightness: finer than an eye tells apart
Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shades:
    """A colour as it is used on light and on dark screens, and whether it had to change to be read there."""

    asked: str
    light: str
    dark: str

    @property
    def changed_on_light(self) -> bool:
        """The colour itself is too pale for a light screen."""
        return self.light != self.asked

    @property
    def changed_on_dark(self) -> bool:
        """The colour itself is too deep for a dark screen."""
        return self.dark != self.asked


def is_colour(text: str) -> bool:
    """Return whether `text` is a colour as #rrggbb in small letters.

    >>> is_colour("#1d4ed8"), is_colour("red"), is_colour("#1d4ed8;")
    (True, False, False)
    """
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2).

    >>> contrast("#000000", "#ffffff"), round(contrast("#1d4ed8", "#ffffff"), 1)
    (21.0, 6.7)
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=256)
def shades(colour: str) -> Shades:
    """Return the shades of `colour`, nearest to it in lightness, that can be read on light and on dark screens.

    Hue stays; lightness moves in OKLab, and colourfulness gives way where the screen can't show it.
    Raises ValueError for what is no #rrggbb.

    >>> shades("#1d4ed8").light, shades("#1d4ed8").changed_on_light, shades("#1d4ed8").changed_on_dark
    ('#1d4ed8', False, True)
    """
    if not is_colour(colour):
        raise ValueError(f"a colour is written #rrggbb, not {colour!r}")
    return Shades(colour, _nearest(colour, LIGHT_GROUNDS, -1), _nearest(colour, DARK_GROUNDS, 1))


def _nearest(colour: str, grounds: tuple[str, ...], way: int) -> str:
    lightness, a, b = _oklab(colour)
    for step in range(_STEPS + 1):
        moved = min(1.0, max(0.0, lightness + way * step / _STEPS))
        shade = colour if step == 0 else _shown(moved, a, b)
        if all(contrast(shade, ground) >= READABLE for ground in grounds):
            return shade
    raise AssertionError("black and white can be read on every ground")


def sheet(colour: str) -> str:
    """Return the survey page's style sheet in `colour`. Raises ValueError for what is no colour."""
    own = shades(colour)
    return f"{_static()}:root{{--accent:light-dark({own.light},{own.dark})}}\n"


@lru_cache(maxsize=1)
def stamp() -> str:
    """Return a short hash of everything but the colour that a sheet is made of; it changes with an upgrade."""
    return hashlib.sha256(sheet("#123456").encode()).hexdigest()[:10]


@lru_cache(maxsize=1)
def _static() -> str:
    return _SHEET.read_text(encoding="utf-8")


def _channels(colour: str) -> Colour:
    red, green, blue = (int(colour[i:j], 16) / 255 for i, j in pairwise((1, 3, 5, 7)))
    return red, green, blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _luminance(colour: str) -> float:
    red, green, blue = map(_linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklab(colour: str) -> Colour:
    """Björn Ottosson 2020, "A perceptual color space for image processing"."""
    r, g, b = map(_linear, _channels(colour))
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lightness: float, a: float, b: float) -> Colour:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _shown(lightness: float, a: float, b: float) -> str:
    """Return the colour as a screen shows it, as colourful as it can at that lightness."""
    least, most = 0.0, 1.0
    if not _fits(_from_oklab(lightness, a, b)):
        for _halving in range(20):
            middle = (least + most) / 2
            least, most = (middle, most) if _fits(_from_oklab(lightness, a * middle, b * middle)) else (least, middle)
        a, b = a * least, b * least
    return "#" + "".join(f"{round(255 * _gamma(channel)):02x}" for channel in _from_oklab(lightness, a, b))


def _fits(colour: Colour) -> bool:
    return all(-1e-4 <= channel <= 1 + 1e-4 for channel in colour)


def _gamma(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return 12.92 * channel if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)

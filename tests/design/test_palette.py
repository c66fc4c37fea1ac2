"""Contrast of every colour pair that is used, in both themes and in print (WCAG 2.2: text 4.5, graphics 3)."""

import re

import pytest

from fiilis.design.charts import palette
from tests.design.gallery import STATIC


def tokens(name: str) -> dict[str, tuple[str, str]]:
    css = (STATIC / name).read_text()
    return {m[1]: (m[2], m[3]) for m in re.finditer(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)}


def luminance(colour: str) -> float:
    raw = colour.lstrip("#")
    raw = "".join(c * 2 for c in raw) if len(raw) == 3 else raw
    channels = [int(raw[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    ("ink", "bg"), ("ink", "card"), ("ink", "hover"), ("ink", "soft"), ("ink", "line"), ("ink", "bad-soft"),
    ("muted", "bg"), ("muted", "card"), ("muted", "hover"), ("muted", "soft"), ("muted", "band"),
    ("accent", "bg"), ("accent", "card"), ("accent", "soft"), ("on-accent", "accent"),
    ("detractor", "card"), ("detractor", "bg"), ("detractor", "bad-soft"),
    ("promoter", "card"), ("promoter", "good-soft"),
]  # fmt: skip
GRAPHICS = [
    ("accent", "card"), ("accent", "band"), ("whisker", "card"), ("axis", "card"), ("axis", "bg"),
    ("detractor", "card"), ("passive", "card"), ("promoter", "card"),
]  # fmt: skip


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read(front, back, theme):
    colours = tokens("design/fiilis.css")
    assert contrast(colours[front][theme], colours[back][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), GRAPHICS)
def test_marks_can_be_seen(front, back, theme):
    colours = tokens("design/fiilis.css")
    assert contrast(colours[front][theme], colours[back][theme]) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [("ink", "bg", 4.5), ("muted", "bg", 4.5), ("muted", "card", 4.5), ("on", "accent", 4.5), ("bad", "card", 4.5),
     ("ink", "soft", 4.5), ("line", "card", 3), ("line", "bg", 3), ("accent", "card", 3)],
)  # fmt: skip
def test_survey_can_be_read(front, back, least, theme):
    colours = tokens("design/survey.css")
    assert contrast(colours[front][theme], colours[back][theme]) >= least


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED, palette.ACCENT, palette.DETRACTOR, palette.PROMOTER])
def test_print_text_can_be_read(colour):
    assert contrast(colour, palette.PAPER) >= 4.5


@pytest.mark.parametrize("colour", [palette.PASSIVE, palette.AXIS, palette.WHISKER])
def test_print_marks_can_be_seen(colour):
    assert contrast(colour, palette.PAPER) >= 3


def test_print_palette_equals_the_light_theme():
    colours = tokens("design/fiilis.css")
    names = {"ink": palette.INK, "muted": palette.MUTED, "line": palette.GRID, "axis": palette.AXIS,
             "accent": palette.ACCENT, "band": palette.BAND, "whisker": palette.WHISKER,
             "detractor": palette.DETRACTOR, "passive": palette.PASSIVE, "promoter": palette.PROMOTER,
             "soft": palette.HIGHLIGHT, "card": palette.PAPER}  # fmt: skip
    assert {name: colours[name][0] for name in names} == names

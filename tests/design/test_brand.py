"""A colour of somebody's own stays readable, on light and on dark, whatever it is."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.design import brand

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
SHEET = Path(brand.__file__).parent / "static" / "design" / "survey.css"


@given(colours)
def test_every_colour_gets_shades_that_can_be_read(colour: str) -> None:
    own = brand.shades(colour)
    assert min(brand.contrast(own.light, ground) for ground in brand.LIGHT_GROUNDS) >= brand.READABLE
    assert min(brand.contrast(own.dark, ground) for ground in brand.DARK_GROUNDS) >= brand.READABLE


@given(colours)
def test_colour_that_can_be_read_stays_as_it_is(colour: str) -> None:
    own = brand.shades(colour)
    readable = all(brand.contrast(colour, ground) >= brand.READABLE for ground in brand.LIGHT_GROUNDS)
    assert own.changed_on_light is not readable


@pytest.mark.parametrize(
    ("colour", "other", "expected"),
    [("#ffffff", "#000000", 21.0), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0)],
)  # fmt: skip
def test_contrast_is_that_of_the_published_examples(colour: str, other: str, expected: float) -> None:
    assert brand.contrast(colour, other) == pytest.approx(expected, abs=0.005)


def test_nearest_shade_keeps_the_hue() -> None:
    # A yellow that shines on white becomes a dark yellow, no grey and no brown of another hue.
    red, green, blue = (int(brand.shades("#ffcc00").light[at : at + 2], 16) for at in (1, 3, 5))
    assert red > green > 90
    assert blue < 40


def test_grounds_are_those_of_the_style_sheet() -> None:
    text = SHEET.read_text(encoding="utf-8")
    for name, (light, dark) in {"bg": (0, 0), "card": (1, 1)}.items():
        found = re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", text)
        assert found is not None
        full = [one if len(one) == 7 else "#" + "".join(2 * letter for letter in one[1:]) for one in found.groups()]
        assert full == [brand.LIGHT_GROUNDS[light], brand.DARK_GROUNDS[dark]]


@pytest.mark.parametrize("bad", ["red", "#12345", "#1234567", "#12345g", "#FFFFFF", "", "#fff}*{color:red"])
def test_what_is_no_colour_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="#rrggbb"):
        brand.sheet(bad)


def test_sheet_is_the_static_one_with_the_shades_behind_it() -> None:
    text = brand.sheet("#ffcc00")
    own = brand.shades("#ffcc00")
    assert text.startswith(SHEET.read_text(encoding="utf-8"))
    assert text.endswith(f":root{{--accent:light-dark({own.light},#ffcc00)}}\n")

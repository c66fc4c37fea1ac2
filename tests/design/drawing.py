"""Reads a chart back from its SVG: where each text stands, so that overlaps and clips can be computed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree

from fiilis.design.charts.text import text_width

SVG = "{http://www.w3.org/2000/svg}"
ASCENT, DESCENT = 0.78, 0.22  # of the font size: figures and letters, not the whole line box


@dataclass(frozen=True)
class Box:
    text: str
    left: float
    top: float
    right: float
    bottom: float


def tree(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def words(element: ElementTree.Element) -> str:
    """A text element's own words, without its title."""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def boxes(svg: str) -> list[Box]:
    found = []
    for element in tree(svg).iter(f"{SVG}text"):
        size, x, y = (float(element.attrib[name]) for name in ("font-size", "x", "y"))
        text = words(element)
        width = text_width(text, size, bold=element.get("font-weight") == "700")
        left = x - width * {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor", "start"), 0.0)
        found.append(Box(text, left, y - ASCENT * size, left + width, y + DESCENT * size))
    return found


def overlaps(svg: str) -> list[tuple[str, str]]:
    return [
        (one.text, other.text)
        for one, other in combinations(boxes(svg), 2)
        if min(one.right, other.right) - max(one.left, other.left) > 0.01
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.01
    ]


def clipped(svg: str) -> list[str]:
    """Texts and marks that reach outside the picture."""
    root = tree(svg)
    _x, _y, width, height = (float(part) for part in root.attrib["viewBox"].split())
    outside = [
        box.text
        for box in boxes(svg)
        if box.left < -0.01 or box.top < -0.01 or box.right > width + 0.01 or box.bottom > height + 0.01
    ]
    for element in root.iter():
        for name, most in (("x1", width), ("x2", width), ("cx", width), ("y1", height), ("y2", height), ("cy", height)):
            value = element.get(name)
            if value is not None and not -0.01 <= float(value) <= most + 0.01:
                outside.append(f"{element.tag} {name}={value}")
    return outside


def marks(svg: str, kind: str) -> list[ElementTree.Element]:
    """Elements that carry the class `kind`."""
    return [element for element in tree(svg).iter() if kind in element.get("class", "").split()]

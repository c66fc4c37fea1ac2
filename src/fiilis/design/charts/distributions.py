"""The distribution: how many gave each value, and under it the shares of the three groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from fiilis.design import format as fmt
from fiilis.design.charts import palette
from fiilis.design.charts.svg import Pen
from fiilis.design.charts.text import fit, text_width
from fiilis.design.charts.types import TONE_ORDER, Bar, Chart, ChartSpec, Table, Tone

_TEXT = 12.0
_SMALLEST = 9.0
_SIDE = 4.0
_STACK = 14.0
_KEY = 10.0
_GAP = 18.0


def tone_words() -> dict[Tone, str]:
    """Return the words for the three groups of an NPS scale in the active language."""
    return {"detractor": _("Detractors"), "passive": _("Passives"), "promoter": _("Promoters")}


def distribution(bars: Sequence[Bar], *, spec: ChartSpec, words: Mapping[Tone, str] | None = None) -> Chart:
    """Draw counts as bars in the given order, and the shares of the tones as one stacked bar with its words.

    `words` names the tones for scales other than 0-10.
    """
    with fmt.language(spec.lang):
        names = words or tone_words()
        legend = _legend(bars, names)
        description = spec.description or _describe(bars, legend)
        return Chart(
            svg=_draw(bars, spec, spec.width, spec.height, legend, description),
            svg_narrow=_draw(bars, spec, spec.narrow_width, spec.height * 0.9, legend, description),
            table=_table(bars, spec, names),
            wide=spec.width,
        )


def _shares(bars: Sequence[Bar]) -> dict[Tone, float]:
    return {tone: sum(bar.share for bar in bars if bar.tone == tone) for tone in TONE_ORDER}


def _legend(bars: Sequence[Bar], names: Mapping[Tone, str]) -> list[tuple[Tone, float, str]]:
    if not sum(bar.count for bar in bars):
        return []
    shares = _shares(bars)
    used = {bar.tone for bar in bars}
    tones = [tone for tone in TONE_ORDER if tone in used]
    whole = fmt.whole_percents([shares[tone] for tone in tones])
    return [
        (tone, shares[tone], f"{names[tone]}{fmt.NBSP}{fmt.percent(points / 100)}")
        for tone, points in zip(tones, whole, strict=True)
    ]


def _describe(bars: Sequence[Bar], legend: list[tuple[Tone, float, str]]) -> str:
    total = sum(bar.count for bar in bars)
    if not total:
        return _("No answers yet.")
    return _("%(answers)s: %(groups)s.") % {
        "answers": fmt.answers(total),
        "groups": ", ".join(text for _tone, _share, text in legend),
    }


def _table(bars: Sequence[Bar], spec: ChartSpec, names: Mapping[Tone, str]) -> Table:
    return Table(
        caption=spec.title,
        head=(_("Answer"), _("Group"), _("Answers"), _("Share")),
        rows=tuple((bar.label, names[bar.tone], fmt.number(bar.count), fmt.percent(bar.share, 1)) for bar in bars),
        text_columns=(0, 1),
    )


def _draw(
    bars: Sequence[Bar],
    spec: ChartSpec,
    width: float,
    height: float,
    legend: list[tuple[Tone, float, str]],
    description: str,
) -> SafeString:
    pen = Pen(width, spec.medium)
    places = _legend_places(legend, width)
    under = 34 + _STACK + 20 * (places[-1][1] + 1) if places else 28
    bottom = height - under
    _bars(pen, bars, width, bottom)
    if legend:
        top = bottom + 34
        _stack(pen, legend, width, top)
        for (tone, _share, text), (x, row) in zip(legend, places, strict=True):
            y = top + _STACK + 20 * row + 17
            pen.rect((x, y - _KEY + 0.5), (_KEY, _KEY), kind=f"k-{tone}", fill=palette.TONES[tone], radius=3)
            pen.text((x + _KEY + 6, y), fit(text, _TEXT, width - x - _KEY - 10), size=_TEXT)
    else:
        pen.text((width / 2, bottom / 2), _("No answers yet"), size=14, anchor="middle")
    return pen.svg(height, title=spec.title, description=description, kind="chart-distribution")


def _tops(bars: Sequence[Bar], slot: float) -> tuple[list[str], float]:
    """Return what stands above the bars and its size: counts, or shares where large counts have no room."""
    counts = [fmt.number(bar.count) for bar in bars]
    for texts in (counts, [fmt.percent(bar.share) for bar in bars]):
        widest = max((text_width(text, _TEXT) for text in texts), default=0.0)
        size = _TEXT * min(1.0, (slot - 2) / widest) if widest else _TEXT
        if size >= _SMALLEST:
            return texts, size
    return ["" for _bar in bars], _TEXT


def _bars(pen: Pen, bars: Sequence[Bar], width: float, bottom: float) -> None:
    most = max((bar.count for bar in bars), default=0)
    slot = (width - 2 * _SIDE) / max(len(bars), 1)
    thick = min(slot - 4, 56.0)
    pen.line((_SIDE, bottom), (width - _SIDE, bottom), kind="k-axis", stroke=palette.AXIS)
    tops, size = _tops(bars, slot)
    for index, bar in enumerate(bars):
        middle = _SIDE + slot * (index + 0.5)
        tall = (bottom - 22) * bar.count / most if most else 0.0
        tall = max(tall, 1.5) if bar.count else 0.0
        if tall:
            tip = f"{bar.label}: {fmt.answers(bar.count)}, {fmt.percent(bar.share, 1)}"
            corner, radius = (middle - thick / 2, bottom - tall), min(3.0, tall / 2)
            colour = palette.TONES[bar.tone]
            pen.rect(corner, (thick, tall), kind=f"k-{bar.tone}", fill=colour, radius=radius, title=tip)
        if tops[index]:
            pen.text((middle, bottom - tall - 6), tops[index], size=size, anchor="middle")
        label = fit(bar.label, _TEXT, slot - 2)
        title = bar.label if label != bar.label else ""
        at = (middle, bottom + 18)
        pen.text(at, label, size=_TEXT, anchor="middle", kind="k-ink", fill=palette.INK, title=title)


def _stack(pen: Pen, legend: list[tuple[Tone, float, str]], width: float, top: float) -> None:
    total = sum(share for _tone, share, _text in legend) or 1.0
    room, x = width - 2 * _SIDE, _SIDE
    for tone, share, text in legend:
        wide = room * share / total
        if wide:
            colour = palette.TONES[tone]
            size = (max(wide - 2, 0.5), _STACK)
            pen.rect((x, top), size, kind=f"k-{tone}", fill=colour, radius=min(4, size[0] / 2), title=text)
        x += wide


def _legend_places(legend: list[tuple[Tone, float, str]], width: float) -> list[tuple[float, int]]:
    """Return x and row of each legend entry; entries that don't fit beside each other go to the next row."""
    places: list[tuple[float, int]] = []
    x, row = _SIDE, 0
    for _tone, _share, text in legend:
        wide = _KEY + 6 + text_width(text, _TEXT)
        if places and x + wide > width - _SIDE:
            x, row = _SIDE, row + 1
        places.append((x, row))
        x += wide + _GAP
    return places

"""Widths of text: never less than what a browser draws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.design.charts.text import fit, text_width, wrap


def test_width_grows_with_size_and_weight():
    assert text_width("144", 20) == pytest.approx(2 * text_width("144", 10))
    assert text_width("144", 10, bold=True) > text_width("144", 10)


def test_combining_marks_and_soft_hyphens_take_no_room():
    assert text_width("a\u0308\u00ad", 10) == text_width("a", 10)


@given(st.text(max_size=80), st.floats(20, 400))
def test_fitted_text_fits(text, room):
    assert text_width(fit(text, 12, room), 12) <= room


@given(st.text(max_size=120), st.floats(30, 300), st.integers(1, 3))
def test_wrapped_lines_fit_and_are_few(text, room, lines):
    done = wrap(text, 12, room, lines=lines)
    assert len(done) <= lines
    assert max(text_width(line, 12) for line in done) <= room


def test_long_compound_is_cut_with_a_hyphen():
    assert wrap("asiakaspalvelupiste", 12, 70, lines=3) == ["asiakaspal-", "velupiste"]


@pytest.mark.e2e
def test_no_browser_text_is_wider_than_computed():
    from tests.design.browser import chromium

    samples = ["1 402 vastausta", "−12,3", "Åland öljylämpömittari", "WWW MMM @@ ½ → …", "Detractors 12 %"]
    with chromium() as browser:
        page = browser.new_page()
        for bold in (False, True):
            for family in ("DejaVu Sans", "Liberation Sans", "system-ui"):
                widths = page.evaluate(
                    "([font, texts]) => { const c = document.createElement('canvas').getContext('2d');"
                    " c.font = font; return texts.map((t) => c.measureText(t).width); }",
                    [f"{'bold ' if bold else ''}20px '{family}'", samples],
                )
                computed = [text_width(text, 20, bold=bold) for text in samples]
                assert [w for w, most in zip(widths, computed, strict=True) if w > most + 0.1] == []

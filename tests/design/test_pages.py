"""The gallery's pages in a real browser, under the product's CSP: axe, 320 px, no message in the console, budgets."""

import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.design.browser import chromium, complaints, served
from tests.design.gallery import STATIC, pages

pytestmark = pytest.mark.e2e
NAMES = ("board", "parts", "sign-in", "survey-one", "survey-all")


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def site():
    with served() as started:
        for lang in ("fi", "en"):
            for name, html in pages(lang).items():
                started.pages[f"/{lang}/{name}"] = html
        yield started


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_page_is_accessible_and_fits(browser, site, name, width, theme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    said = complaints(page)
    page.goto(f"{site.url}/fi/{name}")
    page.evaluate("document.querySelectorAll('main details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
    assert said == []
    context.close()


@pytest.mark.parametrize("width", [320, 390])
def test_phone_bar_and_top_stay_on_the_screen(browser, site, width):
    context = browser.new_context(viewport={"width": width, "height": 700})
    page = context.new_page()
    page.goto(f"{site.url}/fi/board")
    outside = page.evaluate(
        "(w) => [...document.querySelectorAll('.verbs *, .top *')].filter((e) => { const r = e.getBoundingClientRect();"
        " return r.width > 2 && (r.left < 0 || r.right > w); }).map((e) => e.outerHTML)",
        width,
    )
    assert outside == []
    page.get_by_role("button", name="Kuuntele").click()
    assert page.get_by_role("link", name="Kanavat").is_visible()
    context.close()


@pytest.mark.parametrize(("width", "shown"), [(1280, "chart-wide"), (390, "chart-narrow")])
def test_chart_has_the_variant_that_its_place_has_room_for(browser, site, width, shown):
    context = browser.new_context(viewport={"width": width, "height": 700})
    page = context.new_page()
    page.goto(f"{site.url}/fi/board")
    hidden = {"chart-wide": "chart-narrow", "chart-narrow": "chart-wide"}[shown]
    assert page.locator(f"figure:has(#i-table) .{shown}").is_visible()
    assert not page.locator(f"figure:has(#i-table) .{hidden}").is_visible()
    context.close()


def test_chart_text_stays_readable(browser, site):
    for width in (320, 390, 600, 800, 1024, 1280, 1680):
        context = browser.new_context(viewport={"width": width, "height": 700})
        page = context.new_page()
        page.goto(f"{site.url}/fi/board")
        sizes = page.evaluate(
            "[...document.querySelectorAll('figure .chart-svg')].filter((s) => s.getBoundingClientRect().width)"
            ".map((s) => 12 * s.getBoundingClientRect().width / s.viewBox.baseVal.width)"
        )
        assert min(sizes) >= 9, width
        assert max(sizes) <= 19, width
        context.close()


def test_menus_close_on_escape_and_give_focus_back(browser, site):
    page = browser.new_page()
    page.goto(f"{site.url}/fi/board")
    page.get_by_text("Aino", exact=True).click()
    assert page.get_by_text("aino@example.fi").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_text("aino@example.fi").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.close()


def test_skip_link_comes_first(browser, site):
    page = browser.new_page()
    page.goto(f"{site.url}/fi/board")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()


def packed(data: bytes) -> int:
    return len(gzip.compress(data, 9))


@pytest.mark.parametrize(
    ("files", "most"),
    [
        (["design/fiilis.css"], 8_000),
        (["design/app.js", "design/controls.js", "design/live.js"], 4_000),
        (["design/survey.css"], 4_000),
        (["design/survey.js"], 4_000),
    ],
)
def test_static_files_keep_their_budget(files, most):
    assert sum(packed((STATIC / name).read_bytes()) for name in files) <= most


def test_board_keeps_its_budget(site):
    assert packed(site.pages["/fi/board"].encode()) <= 15_000


@pytest.mark.parametrize("name", ["survey-one", "survey-all"])
def test_survey_is_small_and_asks_for_two_files(browser, site, name):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/fi/{name}")
    assert len([url for url in asked if not url.startswith("data:")]) == 3
    sizes = [len((STATIC / f"design/survey.{kind}").read_bytes()) for kind in ("css", "js")]
    assert len(site.pages[f"/fi/{name}"].encode()) + sum(sizes) <= 30_000
    page.close()


@pytest.mark.parametrize("name", NAMES)
def test_page_has_no_inline_style_or_script(site, name):
    html = site.pages[f"/fi/{name}"]
    assert re.findall(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", html) == []

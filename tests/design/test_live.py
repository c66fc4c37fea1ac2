"""Live parts of a page: fetched again when the facts move, while the reader keeps her place."""

import pytest

from tests.design.browser import chromium, complaints, served

pytestmark = pytest.mark.e2e

PAGE = """<!doctype html><html lang="en"><head><title>Board</title><link rel="icon" href="data:,">
<script type="module" src="/static/design/app.js"></script></head><body>
<p id="state" class="live"></p><div id="board" data-live="/live/villa" data-fragment="/fragment?period=26"
 data-version="4" data-live-status="state" data-live-on="Updates by itself" data-live-busy="Updating"
 data-live-lost="Connection lost" data-live-said="The figures were updated">%s</div></body></html>"""
PART = """<h2>NPS %s</h2><input id="note" value=""><details id="how"><summary>How</summary>x</details>
<div class="tall"><button>plain</button></div>"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def site():
    with served() as started:
        started.pages["/"] = PAGE % (PART % 31)
        started.pages["/fragment"] = PART % 32
        yield started
        started.events.put(None)


@pytest.fixture
def page(browser, site):
    opened = browser.new_page()
    opened.said = complaints(opened)
    opened.goto(site.url)
    opened.get_by_text("Updates by itself").wait_for()
    yield opened
    opened.close()


def move(site, version, topic="facts"):
    site.events.put(f'id: {version}\nevent: {topic}\ndata: {{"version": {version}}}\n\n')


def fetched(site):
    return [path for path in site.asked if path.startswith("/fragment")]


def test_moved_facts_are_fetched_at_their_version(page, site):
    move(site, 5)
    page.get_by_text("NPS 32").wait_for()
    assert fetched(site) == ["/fragment?period=26&at_least=5"]
    assert page.locator("#state").get_attribute("data-state") == "on"
    assert page.said == []


def test_known_version_and_other_topics_move_nothing(page, site):
    move(site, 4)
    move(site, 9, topic="cases")
    page.wait_for_timeout(300)
    assert fetched(site) == []


def test_reader_keeps_focus_words_and_open_details(page, site):
    page.locator("#how summary").click()
    page.locator("#note").fill("half a thou")
    page.evaluate("document.querySelector('#note').setSelectionRange(2, 4)")
    move(site, 5)
    page.get_by_text("NPS 32").wait_for()
    state = page.evaluate(
        "(() => { const n = document.activeElement; return [n.id, n.value, n.selectionStart, n.selectionEnd,"
        " document.querySelector('#how').open]; })()"
    )
    assert state == ["note", "half a thou", 2, 4, True]


def test_focus_without_an_id_stays_where_it_was(page, site):
    page.get_by_role("button", name="plain").focus()
    move(site, 5)
    page.get_by_text("NPS 32").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "plain"


def test_change_is_announced_politely_and_at_most_once_a_minute(page, site):
    move(site, 5)
    page.locator("#live-voice", has_text="The figures were updated").wait_for(state="attached")
    page.evaluate("document.querySelector('#live-voice').textContent = ''")
    move(site, 6)
    page.wait_for_timeout(500)
    assert len(fetched(site)) == 2
    assert page.locator("#live-voice").text_content() == ""
    assert page.locator("#live-voice").get_attribute("aria-live") == "polite"


def test_broken_stream_comes_back(page, site):
    site.events.put(None)
    page.wait_for_timeout(300)
    move(site, 5)
    page.get_by_text("NPS 32").wait_for()
    assert len([path for path in site.asked if path.startswith("/live/")]) == 2


def test_failed_fetch_is_told_and_tried_again(page, site):
    part = site.pages.pop("/fragment")
    move(site, 5)
    page.get_by_text("Connection lost").wait_for()
    assert page.get_by_text("NPS 31").is_visible()
    site.pages["/fragment"] = part
    page.get_by_text("NPS 32").wait_for()

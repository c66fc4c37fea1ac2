"""From a fresh demo to the first own answer on the board: five steps, by keyboard, without script, on a phone."""

import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, Watched

pytestmark = pytest.mark.e2e


def faults(page: Page) -> list[str]:
    """Return what axe finds on the page, and whether it scrolls sideways."""
    found = [f"{v['id']} {[n['target'] for n in v['nodes']][:3]}" for v in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    return [f"{page.url}: {fault}" for fault in found]


def on(page: Page, step: str) -> None:
    page.wait_for_url(re.compile(rf"/start/{step}$"))
    expect(page.locator("nav ol.steps [aria-current=step]")).to_have_count(1)
    assert faults(page) == []


def logo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 160), "#0f766e").save(out, "PNG")
    return out.getvalue()


def tab_to(page: Page, selector: str) -> None:
    """Go to a control as someone without a mouse does."""
    for _press in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} isn't reached by keyboard on {page.url}")


def answered(watched: Watched, link: str, score: int) -> None:
    customer = watched.make().new_page()
    customer.goto(link)
    customer.locator("label", has_text=re.compile(rf"^\s*{score}\s*$")).first.click()


def test_newcomer_reaches_her_own_first_answer_on_the_board(
    watched: Watched, server: Server, signed_in_state: dict[str, object]
) -> None:
    page = watched.make(storage_state=signed_in_state).new_page()
    page.goto(f"{server.url}/w/airport/")
    page.locator("header.top details.drop summary").first.click()
    page.locator("a.entry[href='/start/']").click()
    page.wait_for_url("**/start/")
    assert faults(page) == []
    page.fill("#forecast-customers", "4000")
    page.locator("#forecast-card button").click()
    expect(page.locator("[data-forecast]")).to_contain_text("400")
    expect(page.locator("[data-forecast]")).to_contain_text("±8")

    page.fill("#id_name", "Sukkapuoti Oy")
    page.locator("form.form button[type=submit]").click()
    on(page, "look")
    page.set_input_files("#id_logo", {"name": "logo.png", "mimeType": "image/png", "buffer": logo()})
    page.fill("#id_accent", "#0f766e")
    page.locator("form.form button[type=submit]").first.click()
    on(page, "question")
    page.locator("main form button[type=submit].btn-primary").click()
    on(page, "place")
    expect(page.locator("main [role=img] svg")).to_be_visible()
    page.locator("main form button[type=submit].btn-primary").click()
    on(page, "answer")
    expect(page.locator("[data-arrived]")).to_have_count(0)
    expect(page.locator("li.step-done")).to_have_count(4)

    link = page.locator("main a[target=_blank]").get_attribute("href")
    assert link is not None
    assert re.fullmatch(rf"{server.url}/s/[a-z0-9]+\?source=test", link)
    loads: list[str] = []
    page.on("request", lambda r: loads.append(r.url) if r.is_navigation_request() else None)
    answered(watched, link, 9)
    expect(page.locator("[data-arrived] h2")).to_contain_text("9")
    assert loads == []  # it came by itself
    assert faults(page) == []

    page.locator("[data-arrived] a.btn-primary").click()
    page.wait_for_url("**/w/sukkapuoti-oy/")
    expect(page.locator("[data-answers]")).to_have_attribute("data-answers", "1")
    assert faults(page) == []

    page.goto(f"{server.url}/w/sukkapuoti-oy/start/")
    page.locator("[data-arrived] form button").click()
    expect(page.locator("[data-arrived]")).to_have_count(0)
    expect(page.locator("li.step-done")).to_have_count(5)
    page.goto(f"{server.url}/w/sukkapuoti-oy/")
    expect(page.locator("[data-answers]")).to_have_attribute("data-answers", "0")


def test_steps_by_keyboard_only(watched: Watched, server: Server, signed_in_state: dict[str, object]) -> None:
    page = watched.make(storage_state=signed_in_state, viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"{server.url}/start/")
    tab_to(page, "#id_name")
    page.keyboard.type("Näppäinpuoti")
    page.keyboard.press("Enter")
    on(page, "look")
    tab_to(page, "button[name=later]")
    page.keyboard.press("Enter")
    on(page, "question")
    tab_to(page, "input[name=template]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "main form button[type=submit].btn-primary")
    page.keyboard.press("Enter")
    on(page, "place")
    tab_to(page, "main form button[type=submit].btn-primary")
    page.keyboard.press("Enter")
    on(page, "answer")
    tab_to(page, "main a[target=_blank]")


def test_steps_work_without_javascript(watched: Watched, server: Server, signed_in_state: dict[str, object]) -> None:
    context = watched.make(storage_state=signed_in_state, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{server.url}/start/?customers=4000&rate=10")
    page.fill("#id_name", "Skriptitön Oy")
    page.locator("form.form button[type=submit]").click()
    page.wait_for_url("**/start/look")
    page.locator("button[name=later]").click()
    page.wait_for_url("**/start/question")
    expect(page.locator("[data-forecast]")).to_contain_text("±8")
    page.locator("main form button[type=submit].btn-primary").click()
    page.wait_for_url("**/start/place")
    page.locator("main form button[type=submit].btn-primary").click()
    page.wait_for_url("**/start/answer")
    link = page.locator("main a[target=_blank]").get_attribute("href")
    assert link is not None
    answered(watched, link, 3)
    for _look in range(60):
        if page.locator("[data-arrived]").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(page.locator("[data-arrived] h2")).to_contain_text("3")


def test_pages_without_data_teach_and_offer_one_action(
    watched: Watched, server: Server, signed_in_state: dict[str, object]
) -> None:
    page = watched.make(
        storage_state=signed_in_state, color_scheme="dark", viewport={"width": 320, "height": 800}
    ).new_page()
    page.goto(f"{server.url}/start/")
    page.fill("#id_name", "Tyhjä Oy")
    page.locator("form.form button[type=submit]").click()
    on(page, "look")
    found = []
    for path in ("", "answers/?period=all", "surveys/", "journey/", "members/", "audit/?show=looks"):
        page.goto(f"{server.url}/w/tyhja-oy/{path}")
        found += faults(page)
        assert page.locator("main .empty").count() == 1, path
        assert page.locator("main .card:has(.empty) .btn-primary").count() == 1, path
    assert found == []

"""The newcomer's path: the demo's link, the board, an answer in another window, the board moves by itself."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, Watched

pytestmark = pytest.mark.e2e


def share_link(page: Page, server: Server) -> str:
    """Return the public address of the airport's survey, found as a person finds it."""
    page.goto(f"{server.url}/w/airport/surveys/")
    page.locator("main a[href*='/surveys/']").first.click()
    found = re.search(r"/s/[a-z0-9]+", page.content())
    assert found is not None
    return server.url + found[0]


def answers(page: Page) -> int:
    """Return the number of answers that the board states."""
    text = page.locator("[data-answers]").first.get_attribute("data-answers")
    assert text is not None
    return int(text)


def test_answer_moves_the_open_board_within_two_seconds(
    watched: Watched, server: Server, signed_in_state: dict[str, object]
) -> None:
    office = watched.make(storage_state=signed_in_state).new_page()
    link = share_link(office, server)
    office.goto(f"{server.url}/w/airport/?period=all")
    expect(office.locator("h1")).to_have_text("Tilanne nyt")
    before = answers(office)
    assert before == 2831

    customer = watched.make().new_page()
    customer.goto(link)
    customer.locator("label", has_text=re.compile(r"^\s*9\s*$")).first.click()
    pressed = time.monotonic()
    office.wait_for_function(
        f"document.querySelector('[data-answers]').dataset.answers === '{before + 1}'", timeout=15_000
    )
    # A generous bound for a loaded machine; the two seconds are measured in bench/.
    assert time.monotonic() - pressed < 10
    expect(office.locator("h1")).to_have_text("Tilanne nyt")


def test_board_works_without_javascript(watched: Watched, server: Server, signed_in_state: dict[str, object]) -> None:
    page = watched.make(storage_state=signed_in_state, java_script_enabled=False).new_page()
    page.goto(f"{server.url}/w/airport/")
    expect(page.locator("h1")).to_have_text("Tilanne nyt")
    assert page.locator("svg[role=img]").count() >= 3


def test_survey_works_without_javascript(watched: Watched, server: Server, signed_in_state: dict[str, object]) -> None:
    office = watched.make(storage_state=signed_in_state).new_page()
    link = share_link(office, server)
    context = watched.make(java_script_enabled=False)
    page = context.new_page()
    page.goto(link)
    page.locator("label", has_text=re.compile(r"^\s*10\s*$")).first.click()
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/thanks**")
    assert context.cookies() == []


def test_survey_by_keyboard_only(watched: Watched, server: Server, signed_in_state: dict[str, object]) -> None:
    office = watched.make(storage_state=signed_in_state).new_page()
    link = share_link(office, server)
    page = watched.make().new_page()
    page.goto(link)
    for _step in range(60):
        if "/thanks" in page.url:
            break
        kind = page.evaluate("document.activeElement.type || document.activeElement.tagName")
        if kind == "radio":
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
        elif kind in ("submit", "button") and page.evaluate("!document.activeElement.matches('[data-back]')"):
            page.keyboard.press("Enter")
        elif kind == "textarea":
            page.keyboard.type("Selkeät opasteet")
        page.wait_for_timeout(150)
        page.keyboard.press("Tab")
    page.wait_for_url("**/thanks**")


def test_second_demo_changes_nothing(watched: Watched, server: Server, signed_in_state: dict[str, object]) -> None:
    page = watched.make(storage_state=signed_in_state).new_page()
    page.goto(f"{server.url}/w/airport/?period=all")
    before = answers(page)
    server.sign_in_link()
    page.wait_for_timeout(1000)
    page.goto(f"{server.url}/w/airport/?period=all")
    assert answers(page) == before

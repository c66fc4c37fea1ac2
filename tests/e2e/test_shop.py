"""The made-up shop: sealed, opened, and alive before one's eyes."""

import pytest

from tests.e2e.conftest import Server, Watched

pytestmark = pytest.mark.e2e


def test_comments_come_by_themselves_and_then_the_seal_is_opened(
    watched: Watched, server: Server, signed_in_state: dict[str, object]
) -> None:
    page = watched.make(storage_state=signed_in_state, locale="fi-FI").new_page()
    page.goto(f"{server.url}/w/kehranummi/test/")
    assert page.locator("#findings").count() == 0
    page.get_by_role("button", name="Kommentti 5 sekunnin välein").click()
    page.wait_for_load_state()
    page.goto(f"{server.url}/w/kehranummi/")
    count = page.locator("[data-answers]")
    before = int(count.get_attribute("data-answers") or "0")
    page.wait_for_function(
        "before => Number(document.querySelector('[data-answers]').dataset.answers) > before",
        arg=before,
        timeout=60_000,
    )
    page.goto(f"{server.url}/w/kehranummi/test/")
    page.get_by_role("button", name="Pysäytä kommentit").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Avaa kuori").click()
    page.wait_for_load_state()
    assert page.locator("[aria-labelledby=findings] tbody tr").count() == 8
    assert page.get_by_text("Piilotettu ja löydetty").count() == 1

"""Every page: no axe violation, no console message, no sideways scroll at 320 px; light and dark; fi, sv, en."""

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.conftest import Server, Watched

pytestmark = pytest.mark.e2e

OFFICE = [
    "/w/airport/",
    "/w/airport/?period=all",
    "/w/airport/answers/?kind=nps",
    "/w/airport/surveys/",
    "/w/airport/surveys/new",
    "/w/airport/imports/",
    "/w/airport/surprises/",
    "/w/airport/journey/",
    "/w/airport/context/",
    "/w/kehranummi/",
    "/w/kehranummi/surprises/",
    "/w/kehranummi/context/",
    "/w/kehranummi/test/",
    "/w/airport/members/",
    "/w/airport/audit/",
    "/w/airport/settings/",
    "/w/airport/settings/look",
    "/start/",
    "/w/airport/start/shop",
    "/w/airport/start/look",
    "/w/airport/start/question",
    "/w/airport/start/place",
    "/w/airport/start/answer",
    "/w/airport/start/poster",
]
WORDS = re.compile(r"\b(the|and|answers|survey|with|this|your|not|of)\b", re.I)


def survey_pages(page: Page, server: Server) -> list[str]:
    """Return the pages of the airport's survey, found from the list, its public page last."""
    page.goto(f"{server.url}/w/airport/surveys/")
    first = page.locator("main table a[href*='/surveys/']").first.get_attribute("href")
    assert first is not None
    inner = [first]
    for path in (first, f"{first}share"):
        page.goto(server.url + path)
        links = page.locator("main a[href^='/w/airport/surveys/']").evaluate_all(
            "links => links.map(a => a.getAttribute('href').split('?')[0])"
        )
        inner += [href for href in links if not href.endswith((".png", ".svg"))]
    public = re.search(r"/s/[a-z0-9]+", page.content())
    assert public is not None
    return [*dict.fromkeys(inner), public[0]]


def examine(page: Page, address: str, language: str) -> list[str]:
    faults: list[str] = []
    response = page.goto(address)
    assert response is not None
    if response.status != 200:
        return [f"{address}: {response.status}"]
    results = Axe().run(page)
    faults += [
        f"{address}: {v['id']}: {json.dumps([n['target'] for n in v['nodes']][:3])}"
        for v in results.response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        faults.append(f"{address}: scrolls sideways")
    if language != "en":
        text = page.evaluate(
            "[...document.querySelectorAll('main, header, nav')]"
            ".map(e => { const c = e.cloneNode(true);"
            " c.querySelectorAll('[lang=en], code, input, textarea, [translate=no]').forEach(x => x.remove());"
            " return c.textContent }).join(' ')"
        )
        found = WORDS.findall(text)
        if found:
            faults.append(f"{address}: English left: {found[:5]}")
    return faults


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("fi", "light", 1280), ("fi", "dark", 390), ("sv", "dark", 1280), ("sv", "light", 320), ("en", "light", 390),
     ("fi", "light", 320)],
)  # fmt: skip
def test_pages_are_accessible_narrow_and_in_one_language(
    watched: Watched, server: Server, signed_in_state: dict[str, object], language: str, scheme: str, width: int
) -> None:
    context = watched.make(
        storage_state=signed_in_state,
        locale={"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}[language],
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    addresses = [*OFFICE, *survey_pages(page, server)]
    faults = [fault for path in addresses for fault in examine(page, server.url + path, language)]
    assert "\n".join(faults) == ""


def test_anonymous_pages_are_accessible(watched: Watched, server: Server, tmp_path: Path) -> None:
    page = watched.make(viewport={"width": 390, "height": 800}).new_page()
    faults = [fault for path in ("/sign-in/", "/sign-up/") for fault in examine(page, server.url + path, "fi")]
    assert "\n".join(faults) == ""
    page.goto(server.sign_in_link())
    assert Axe().run(page).response["violations"] == []


def test_hosted_survey_is_small_and_sets_no_cookie(
    watched: Watched, server: Server, signed_in_state: dict[str, object]
) -> None:
    office = watched.make(storage_state=signed_in_state).new_page()
    link = next(path for path in survey_pages(office, server) if path.startswith("/s/"))
    context = watched.make()
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("response", lambda r: sizes.__setitem__(r.url, len(r.body())) if r.url.startswith("http") else None)
    page.goto(server.url + link, wait_until="networkidle")
    assert len(sizes) <= 3
    assert sum(sizes.values()) <= 30_000
    assert context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0

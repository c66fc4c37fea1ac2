"""The customer's survey page in a real browser: one question at a time, show-if, keyboard, and answers that arrive."""

import json
import re

import pytest
from django.template import engines
from django.utils import translation

from tests.design.browser import chromium, complaints, served
from tests.design.gallery import questions, survey_context

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def site():
    with served() as started:
        template = engines["django"].from_string('{% extends "design/survey_base.html" %}')
        with translation.override("en"):
            for mode in ("one", "all"):
                started.pages[f"/{mode}"] = template.render(survey_context(mode, "en"))
        started.pages["/s/7f3a/thanks"] = '<link rel="icon" href="data:,"><h1>Thanks</h1>'
        yield started


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 390, "height": 800})
    opened = context.new_page()
    opened.said = complaints(opened)
    yield opened
    context.close()


def bodies(site):
    return [json.loads(post) for post in site.posts]


def legend(page):
    return page.locator("legend:visible").inner_text().split("\n")[0]


def press(page, value):
    """Choose a value of the visible question as a finger does."""
    page.locator(f"fieldset:visible label:has(input[value='{value}'])").click()


def wait_posts(page, site, count):
    for _turn in range(100):
        if len(site.posts) >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(site.posts)} posts, not {count}")


def test_answers_travel_one_by_one_and_the_last_is_done(page, site):
    page.goto(f"{site.url}/one")
    press(page, 9)
    page.get_by_text("Miten asiointi").wait_for()
    press(page, 4)
    page.get_by_text("Kuinka tyytyväinen").wait_for()
    press(page, 5)
    page.get_by_text("Kuinka helppoa").wait_for()
    press(page, 7)
    page.get_by_text("Ratkesiko").wait_for()
    press(page, "yes")
    page.get_by_text("Missä kävit?").wait_for()
    press(page, "web")
    press(page, "shop")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("textbox").fill("Kiitos!")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/thanks")
    sent = bodies(site)
    last = sent[-1]
    assert last["answers"] == {
        "nps": 9, "csat": 4, "stars": 5, "ces": 7, "solved": "yes", "where": ["shop", "web"], "name": "Kiitos!",
    }  # fmt: skip
    assert (last["done"], last["version"], last["lang"], last["channel"]) == (True, 3, "en", "link")
    assert [body["rev"] for body in sent] == list(range(1, len(sent) + 1))
    assert {body["key"] for body in sent} == {last["key"]}
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", last["key"])
    assert [body["done"] for body in sent[:-1]] == [False] * (len(sent) - 1)
    assert site.most_at_once == 1
    assert page.said == []


def test_nothing_is_stored_in_the_browser(page, site):
    page.goto(f"{site.url}/one")
    press(page, 9)
    wait_posts(page, site, 1)
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_low_score_brings_the_follow_up_and_a_high_one_takes_its_answer_away(page, site):
    page.goto(f"{site.url}/one")
    press(page, 3)
    page.get_by_text("Mikä meni pieleen?").wait_for()
    assert page.locator("[data-step] span").inner_text() == "Question 2 of 8"
    page.get_by_role("textbox").fill("Jono")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Back").click()
    press(page, 10)
    page.get_by_text("Miten asiointi").wait_for()
    wait_posts(page, site, 3)
    assert [body["answers"] for body in bodies(site)] == [{"nps": 3}, {"nps": 3, "why": "Jono"}, {"nps": 10}]


def test_keyboard_alone_is_enough(page, site):
    page.goto(f"{site.url}/one")
    page.locator("input[value='0']").first.focus()
    for _step in range(8):
        page.keyboard.press("ArrowRight")
    assert legend(page).startswith("Kuinka todennäköisesti")  # arrows choose, they don't jump
    page.keyboard.press("Enter")
    page.get_by_text("Miten asiointi").wait_for()
    assert page.evaluate("document.activeElement.type") == "radio"
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("Kuinka tyytyväinen").wait_for()
    wait_posts(page, site, 1)
    page.wait_for_timeout(300)
    assert bodies(site)[-1]["answers"] == {"nps": 8, "csat": 4}


def test_required_question_holds_and_says_so(page, site):
    page.goto(f"{site.url}/one")
    page.get_by_role("button", name="Next").click()
    assert page.get_by_text("Please answer this question.").is_visible()
    assert legend(page).startswith("Kuinka todennäköisesti")
    press(page, 7)
    page.get_by_text("Miten asiointi").wait_for()
    assert page.locator("#e-nps").is_hidden()


def test_busy_door_is_tried_again_with_the_same_revision(page, site):
    site.answers = [(503, {"Retry-After": "1"}, "{}"), (201, {}, "{}")]
    page.goto(f"{site.url}/all")
    press(page, 9)
    wait_posts(page, site, 2)
    assert site.posts[0] == site.posts[1]


def test_newer_answers_wait_for_the_post_under_way(page, site):
    site.answers = [(503, {"Retry-After": "1"}, "{}")]
    page.goto(f"{site.url}/all")
    page.locator("#q-nps label:has(input[value='9'])").click()
    page.locator("#q-ces label:has(input[value='2'])").click()
    wait_posts(page, site, 3)
    assert [(body["rev"], body["answers"]) for body in bodies(site)] == [
        (1, {"nps": 9}),
        (1, {"nps": 9}),
        (2, {"nps": 9, "ces": 2}),
    ]
    assert site.most_at_once == 1


def test_lost_connection_is_told_and_mended(page, site):
    page.goto(f"{site.url}/all")
    page.context.set_offline(True)
    page.locator("#q-nps label:has(input[value='9'])").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("The connection is lost.").wait_for()
    assert page.get_by_role("button", name="Try now").is_visible()
    page.context.set_offline(False)
    page.wait_for_url("**/thanks")
    assert bodies(site)[-1]["done"]


def test_impatient_reader_may_try_at_once(page, site):
    page.goto(f"{site.url}/all")
    page.locator("#q-nps label:has(input[value='9'])").click()
    wait_posts(page, site, 1)
    site.answers = [(503, {"Retry-After": "60"}, "{}")]
    page.get_by_role("button", name="Send").click()
    page.get_by_text("It is busy right now.").wait_for()
    page.get_by_role("button", name="Try now").click()
    page.wait_for_url("**/thanks")
    assert site.posts[1] == site.posts[2]


def test_refused_answer_is_told_at_its_question(page, site):
    problem = json.dumps({"fields": [{"field": "why", "code": "too_long", "text": "Lyhennä vastausta."}]})
    page.goto(f"{site.url}/one")
    press(page, 1)
    page.get_by_text("Mikä meni pieleen?").wait_for()
    wait_posts(page, site, 1)
    for _question in range(6):
        page.get_by_role("button", name="Next").click()
    site.answers = [(422, {}, problem)]
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Lyhennä vastausta.").wait_for()
    assert legend(page) == "Mikä meni pieleen?"
    page.get_by_role("textbox").fill("Jono")
    for _question in range(6):
        page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/thanks")
    assert [body["rev"] for body in bodies(site)][:3] == [1, 2, 2]


def test_taken_revision_is_passed_over(page, site):
    site.answers = [(409, {}, "{}")]
    page.goto(f"{site.url}/all")
    press_first = page.locator("#q-nps label:has(input[value='9'])")
    press_first.click()
    wait_posts(page, site, 2)
    assert [body["rev"] for body in bodies(site)] == [1, 2]


def test_preview_sends_nothing(page, site):
    template = engines["django"].from_string('{% extends "design/survey_base.html" %}')
    context = survey_context("all", "en")
    context["survey"]["preview"] = True
    site.pages["/preview"] = template.render(context)
    page.goto(f"{site.url}/preview")
    page.locator("#q-nps label:has(input[value='9'])").click()
    page.wait_for_timeout(300)
    assert site.posts == []


def test_long_text_counts_down(page, site):
    page.goto(f"{site.url}/one")
    press(page, 2)
    page.get_by_role("textbox").fill("Jono")
    assert page.get_by_text("Characters left: 996").is_visible()


def test_without_script_the_form_has_every_question_and_a_post(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/one")
    assert page.locator("fieldset:visible").count() == len(questions())
    page.locator("#q-nps label:has(input[value='9'])").click()
    page.locator("#q-where label:has(input[value='web'])").click()
    page.locator("#q-where label:has(input[value='shop'])").click()
    page.get_by_role("button", name="Send").click()
    (body,) = site.posts
    assert body.decode() == (
        "key=0190a1b2-0000-7000-8000-000000000000&version=3&lang=en&channel=link&q_nps=9&q_why="
        "&q_where=shop&q_where=web&q_name="
    )
    context.close()

"""The survey page that customers see: language, states, weight, and no cookie whatever."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
from django.test import Client
from django.utils import translation

from fiilis import design
from fiilis.account import services as account
from fiilis.core import clock
from fiilis.design import brand
from fiilis.design.logos import Logo
from fiilis.intake import check
from fiilis.intake.compiled import compiled
from fiilis.intake.models import PublishedSurvey
from fiilis.intake.types import Snapshot
from fiilis.listen import wordings
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services import surveys
from fiilis.listen.types import LANGUAGES, Mode, Option, ShowIf
from fiilis.listen.wordings import Preset, Template

STATIC = Path(design.__file__).parent / "static" / "design"


@pytest.fixture
def survey(world):
    made = surveys.create_survey(
        workspace=world.woollens, name="Myymälä", template=Template.SOLVED, languages=("fi", "sv"), by="test"
    )
    surveys.publish_survey(workspace=world.woollens, survey_id=made.pk, by="test")
    return made


def get(path: str, language: str = "", **options):
    return Client().get(path, headers={"Accept-Language": language}, **options)


def text(response) -> str:
    return response.content.decode()


def test_page_asks_in_the_browsers_language_if_the_survey_speaks_it(survey):
    for accepted, heard, asked in (
        ("sv-FI,sv;q=0.9,fi;q=0.5", "sv", "Löste sig ditt ärende?"),
        ("fi", "fi", "Ratkesiko asiasi?"),
        ("en-GB,en;q=0.9", "fi", "Ratkesiko asiasi?"),
        ("de;q=0.9,sv;q=0.3", "sv", "Löste sig ditt ärende?"),
        ("", "fi", "Ratkesiko asiasi?"),
    ):
        response = get(f"/s/{survey.code}", accepted)
        assert (response.status_code, response["Content-Language"]) == (200, heard)
        assert re.search(r'<html lang="(\w+)"', text(response)).group(1) == heard
        assert text(response).count(asked) == 1


def test_language_of_the_address_wins_and_an_unknown_one_is_ignored(survey):
    assert get(f"/s/{survey.code}?lang=sv", "fi")["Content-Language"] == "sv"
    assert get(f"/s/{survey.code}?lang=en", "sv")["Content-Language"] == "sv"


def test_makers_language_cookie_does_not_choose_the_customers_language(survey):
    client = Client()
    client.cookies["django_language"] = "en"
    response = client.get(f"/s/{survey.code}", headers={"Accept-Language": "sv"})
    assert response["Content-Language"] == "sv"


@pytest.mark.parametrize("who", ["", "aino"])
def test_page_sets_no_cookie_and_depends_on_none(world, survey, who):
    client = world.client(who) if who else Client()
    for path in (f"/s/{survey.code}", f"/s/{survey.code}/thanks", "/s/nosuchcode"):
        response = client.get(path)
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()
        assert response["Cache-Control"] == "no-store"


def test_form_posts_to_the_door_with_all_it_needs(survey):
    page = text(get(f"/s/{survey.code}?lang=sv&source=kvitto-1"))
    assert re.search(r'<form method="post" action="([^"]+)"|action="([^"]+)"', page)
    assert f'action="/i/{survey.code}"' in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert len(hidden.pop("key")) == 36
    assert hidden == {"version": "1", "lang": "sv", "channel": "link", "source": "kvitto-1"}
    assert 'value="no"' in page


def test_each_load_has_its_own_key(survey):
    keys = {re.search(r'name="key" value="([^"]+)"', text(get(f"/s/{survey.code}"))).group(1) for _ in range(3)}
    assert len(keys) == 3


@pytest.mark.parametrize("source", ["<script>", "a b", "x" * 61, ""])
def test_odd_source_tag_is_left_out_and_never_refuses_a_customer(survey, source):
    response = Client().get(f"/s/{survey.code}", {"source": source})
    assert response.status_code == 200
    assert 'name="source"' not in text(response)
    assert "<script>" not in text(response)


def test_language_switch_keeps_the_source_tag(survey):
    page = text(get(f"/s/{survey.code}?source=ovi", "fi"))
    assert re.findall(r"<nav>.*?</nav>", page, re.S)[0].count("source=ovi") == 2
    assert 'hreflang="sv"' in page


def test_conditions_reach_the_script_and_required_ones_are_never_demanded_without_it(world, survey):
    page = text(get(f"/s/{survey.code}"))
    first = reads.hosted(code=survey.code).definition.questions[0]
    assert f"&quot;question&quot;:&quot;{first.id}&quot;,&quot;values&quot;:[&quot;partly&quot;,&quot;no&quot;]" in page
    assert page.count("<fieldset") == 2


def test_thank_you_says_the_surveys_own_words(survey):
    response = get(f"/s/{survey.code}/thanks?lang=fi")
    assert response.status_code == 200
    assert wordings.THANKS["fi"] in text(response)


def test_draft_and_unknown_addresses_look_the_same(world):
    draft = surveys.create_survey(
        workspace=world.woollens, name="Luonnos", template=Template.NPS, languages=("fi",), by="test"
    )
    for path in ("/s/nosuchcode", f"/s/{draft.code}", f"/s/{draft.code}/thanks", "/s/%00", "/s/" + "x" * 500):
        assert get(path, "fi").status_code == 404
    assert text(get(f"/s/{draft.code}", "fi")) == text(get("/s/nosuchcode", "fi"))


def test_closed_survey_says_so_and_has_no_form(world, survey):
    surveys.close_survey(workspace=world.woollens, survey_id=survey.pk, by="test")
    with translation.override("fi"):
        response = get(f"/s/{survey.code}")
    assert response.status_code == 410
    assert "<form" not in text(response)
    assert "Villa Oy" in text(response)
    assert get(f"/s/{survey.code}/thanks").status_code == 200


def test_customer_sees_the_published_version_not_the_draft(world, survey):
    draft = reads.draft(survey)
    surveys.save_draft(
        workspace=world.woollens,
        survey_id=survey.pk,
        definition=msgspec.structs.replace(draft, title={"fi": "Luonnosta vasta", "sv": "Bara ett utkast"}),
        by="test",
    )
    assert "Luonnosta" not in text(get(f"/s/{survey.code}"))


def test_texts_of_makers_are_escaped(world, survey):
    draft = reads.draft(survey)
    evil = {"fi": "<script>alert(1)</script>", "sv": '"><img src=x>'}
    surveys.save_draft(
        workspace=world.woollens,
        survey_id=survey.pk,
        definition=msgspec.structs.replace(draft, title=evil, intro=evil, thanks=evil),
        by="test",
    )
    surveys.publish_survey(workspace=world.woollens, survey_id=survey.pk, by="test")
    for path in (f"/s/{survey.code}?lang=fi", f"/s/{survey.code}?lang=sv", f"/s/{survey.code}/thanks?lang=sv"):
        page = text(get(path))
        assert "<script>alert" not in page
        assert "<img" not in page


def test_page_only_answers_to_reading(survey):
    assert Client().post(f"/s/{survey.code}").status_code == 405
    assert Client().head(f"/s/{survey.code}").status_code == 200


def longest() -> list:
    """Every kind at once: more than any survey should ask."""
    made = [wordings.question(preset, new_id=f"q_{preset.value}", languages=LANGUAGES) for preset in Preset]
    named = {language: "Mikä näistä kuvaa parhaiten käyntiäsi meillä tänään?" for language in LANGUAGES}
    options = tuple(Option(f"o{n}", {lang: f"Vaihtoehto numero {n}" for lang in LANGUAGES}) for n in range(8))
    return [
        msgspec.structs.replace(
            q,
            text=q.text or named,
            options=q.options or (options if q.kind in ("single", "multiple") else ()),
            show_if=ShowIf("q_nps", (0, 1, 2, 3, 4, 5, 6)) if q.kind == "long" else None,
        )
        for q in made
    ]


def filled(page: str) -> list[tuple[str, str]]:
    """The form as a browser without script posts it: hidden fields, the first choice, a text everywhere."""
    post = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    chosen = dict(reversed(re.findall(r'<input type="(?:radio|checkbox)" name="(\w+)" value="([^"]*)"', page)))
    written = re.findall(r'<(?:input type="text"|textarea) name="(\w+)"', page)
    return [*post, *chosen.items(), *((name, "Ei mitään.\r\nKiitos!") for name in written)]


def test_door_accepts_what_the_page_posts_for_every_kind_of_question(world):
    made = wordings.definition(Template.BLANK, languages=LANGUAGES, new_id=str)
    made = msgspec.structs.replace(made, questions=tuple(longest()))
    survey = surveys.create_from(workspace=world.woollens, name="Kaikki", definition=made, by="test")
    surveys.publish_survey(workspace=world.woollens, survey_id=survey.pk, by="test")
    pushed = compiled(msgspec.convert(PublishedSurvey.objects.get(code=survey.code).snapshot, Snapshot))
    post = filled(text(get(f"/s/{survey.code}?lang=sv&source=ovi")))
    body = check.decode_form(urlencode(post).encode(), pushed)
    checked = check.check(body, pushed, clock.now())
    envelope = (checked.body.version, checked.body.lang, checked.body.channel, checked.body.source)
    assert envelope == (1, "sv", "link", "ovi")
    assert checked.answers == {
        "q_nps": 0, "q_faces": 4, "q_satisfaction": 1, "q_ease": 1, "q_solved": "yes", "q_emotion": "joy",
        "q_single": "o0", "q_multiple": ["o0"], "q_short": "Ei mitään.\nKiitos!", "q_long": "Ei mitään.\nKiitos!",
    }  # fmt: skip


@pytest.mark.parametrize("mode", Mode)
def test_longest_survey_fits_in_30_kilobytes_and_three_requests(world, mode):
    made = wordings.definition(Template.BLANK, languages=LANGUAGES, new_id=str)
    made = msgspec.structs.replace(made, questions=tuple(longest()), mode=mode, intro=wordings.NO_NAMES)
    survey = surveys.create_from(workspace=world.woollens, name="Pitkä", definition=made, by="test")
    surveys.publish_survey(workspace=world.woollens, survey_id=survey.pk, by="test")
    page = get(f"/s/{survey.code}?lang=fi").content
    asked_for = re.findall(rb'(?:src|href)="(/static/[^"]+)"', page)
    assert len(asked_for) == len(set(asked_for)) == 2
    files = [(STATIC / Path(name.decode()).name).read_bytes() for name in asked_for]
    raw = len(page) + sum(map(len, files))
    squeezed = len(gzip.compress(page)) + sum(len(gzip.compress(file)) for file in files)
    assert (raw <= 30_000, squeezed <= 12_000) == (True, True), (raw, squeezed)


# --- the organisation's own look ---------------------------------------------------------------------------


def dress(world, accent="#ffcc00", data=b"RIFF"):
    account.set_look(workspace=world.woollens, accent=accent, logo=Logo(data, 320, 96, backed=False), by="test")


def test_own_logo_and_colour_stand_on_every_page_of_the_survey(world, survey):
    dress(world)
    for path in (f"/s/{survey.code}?lang=fi", f"/s/{survey.code}/thanks?lang=fi"):
        page = text(get(path))
        assert page.count('<img src="data:image/webp;base64,UklGRg==" alt="Villa Oy" width="320" height="96">') == 1
        assert page.count(f'<link rel="stylesheet" href="/look/{brand.stamp()}/ffcc00.css">') == 1
        assert page.count("design/survey.css") == 0
    assert text(get("/s/unknown")).count("/look/") == 0


def test_preview_wears_the_same_look(world, survey):
    dress(world)
    page = text(world.client("aino").get(f"/w/villa/surveys/{survey.pk}/preview/page?version=1"))
    assert page.count(f"/look/{brand.stamp()}/ffcc00.css") == 1


def test_sheet_of_a_colour_needs_no_database_and_is_kept_for_ever(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = get(f"/look/{brand.stamp()}/ffcc00.css")
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert text(response) == brand.sheet("#ffcc00")
    assert response.cookies == {}


def test_sheet_from_before_an_upgrade_is_todays_and_not_kept(db):
    response = get("/look/0123456789/ffcc00.css")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert text(response) == brand.sheet("#ffcc00")


@pytest.mark.parametrize("colour", ["red", "FFCC00", "ffcc0", "ffcc001", "ffcc0-"])
def test_sheet_of_no_colour_is_not_found(db, colour):
    assert get(f"/look/{brand.stamp()}/{colour}.css").status_code == 404


def test_dressed_page_still_needs_three_requests_and_thirty_kilobytes(world):
    survey = surveys.create_survey(
        workspace=world.woollens, name="Puettu", template=Template.NPS, languages=LANGUAGES, by="test"
    )
    surveys.publish_survey(workspace=world.woollens, survey_id=survey.pk, by="test")
    dress(world, data=b"")
    page = get(f"/s/{survey.code}?lang=fi").content
    asked_for = re.findall(rb'(?:src|href)="(/[^"]+\.(?:css|js))"', page)
    assert len(asked_for) == 2
    raw = len(page) + len(brand.sheet("#ffcc00").encode()) + len((STATIC / "survey.js").read_bytes())
    assert raw <= 30_000

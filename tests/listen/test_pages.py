"""The pages on which surveys are made: a maker's whole way, who may what, and nothing lost on a mistake."""

import re

import msgspec
import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from fiilis.listen.models import Survey, Version
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services import questions
from fiilis.listen.types import Kind, Mode, Option, ShowIf
from fiilis.listen.wordings import Preset, Template
from tests.listen.making import browser, draft_of, make, publish, question_form, text, url
from tests.listen.test_surveys import touchpoint_of


@pytest.fixture
def survey(world) -> Survey:
    return make(world.woollens, "Myymälä", Template.SOLVED, ("fi", "sv"))


# --- a maker's way -----------------------------------------------------------------------------------------


def test_maker_goes_from_an_empty_list_to_an_open_survey(world):
    bjorn = browser(world, "bjorn")
    assert url("new-survey") in text(bjorn.get(url("surveys")))
    assert text(bjorn.get(url("new-survey"))).count('name="template"') == len(Template)
    made = bjorn.post(url("new-survey"), {"name": "Kassa", "template": "nps", "languages": ["sv", "fi"]})
    survey = Survey.objects.of(world.woollens).get()
    assert (made.status_code, made["Location"]) == (302, url("survey", survey))
    assert draft_of(survey).languages == ("fi", "sv")
    assert bjorn.get(url("survey", survey)).status_code == 200
    assert "Publish now" in text(bjorn.get(url("publish", survey)))
    done = bjorn.post(url("publish", survey))
    assert (done.status_code, done["Location"]) == (302, url("share", survey))
    assert Client().get(f"/s/{survey.code}").status_code == 200


def test_taken_name_is_told_at_its_field_and_nothing_is_lost(world, survey):
    response = browser(world, "bjorn").post(
        url("new-survey"), {"name": "Myymälä", "template": "ease", "languages": ["sv"]}
    )
    page = text(response)
    assert response.status_code == 422
    assert "Another survey has the name “Myymälä”" in page
    assert re.search(r'value="ease"[^>]* checked', page)
    assert re.search(r'value="sv"[^>]* checked', page)
    assert Survey.objects.of(world.woollens).count() == 1


def test_survey_without_a_language_is_told_at_its_field(world):
    response = browser(world, "bjorn").post(url("new-survey"), {"name": "Kassa", "template": "nps"})
    assert response.status_code == 422
    assert text(response).count("Choose at least one language.") == 2  # in the list of faults and at the field


def test_settings_change_texts_mode_and_languages(world, survey):
    point = touchpoint_of(world.woollens)
    data = {
        "name": "Kassa", "languages": ["fi", "sv", "en"], "mode": "all", "touchpoint": point,
        "title_fi": "Moi", "title_sv": "Hej", "intro_fi": "", "intro_sv": "",
        "thanks_fi": "Kiitti", "thanks_sv": "Tack",
    }  # fmt: skip
    assert browser(world, "bjorn").post(url("settings", survey), data).status_code == 302
    draft = draft_of(survey)
    assert (draft.title, draft.mode, draft.touchpoint) == ({"fi": "Moi", "sv": "Hej"}, Mode.ALL, point)
    assert draft.languages == ("fi", "sv", "en")
    assert draft.questions[0].text["en"] == "Was your problem solved?"
    assert reads.survey(workspace=world.woollens, survey_id=survey.pk).name == "Kassa"


def test_settings_with_a_fault_keep_what_was_written(world, survey):
    data = {"name": "", "languages": ["fi"], "mode": "all", "title_fi": "Uusi otsikko", "title_sv": "Ny rubrik"}
    response = browser(world, "bjorn").post(url("settings", survey), data)
    assert response.status_code == 422
    assert "Uusi otsikko" in text(response)
    assert "Ny rubrik" in text(response)
    assert draft_of(survey).title["fi"] == "Miten onnistuimme?"


def test_added_question_opens_for_editing(world, survey):
    response = browser(world, "bjorn").post(url("add-question", survey), {"preset": "multiple"})
    added = draft_of(survey).questions[-1]
    assert response["Location"] == url("question", survey, question_id=added.id)
    assert added.kind is Kind.MULTIPLE


def test_unknown_kind_of_question_adds_nothing(world, survey):
    browser(world, "bjorn").post(url("add-question", survey), {"preset": "magic"})
    assert len(draft_of(survey).questions) == 2


def test_question_is_edited_with_texts_options_and_condition(world, survey):
    first = draft_of(survey).questions[0]
    added = questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.SINGLE, by="test")
    data = {
        "text_fi": "Mistä kuulit?", "text_sv": "Var hörde du?", "required": "on",
        "option_code": ["", "", ""], "option_fi": ["Ystävältä", "Lehdestä", ""],
        "option_sv": ["Av en vän", "I tidningen", ""], f"when_{first.id}": ["partly", "no"],
    }  # fmt: skip
    response = browser(world, "bjorn").post(url("question", survey, question_id=added.id), data)
    assert response.status_code == 302
    saved = draft_of(survey).questions[-1]
    assert saved.text == {"fi": "Mistä kuulit?", "sv": "Var hörde du?"}
    assert saved.options == (
        Option("ystavalta", {"fi": "Ystävältä", "sv": "Av en vän"}),
        Option("lehdesta", {"fi": "Lehdestä", "sv": "I tidningen"}),
    )
    assert (saved.required, saved.show_if) == (True, ShowIf(first.id, ("partly", "no")))


def test_condition_on_a_scale_keeps_numbers(world):
    nps = make(world.woollens, "NPS")
    first, second = draft_of(nps).questions
    data = question_form(nps, second.id) | {f"when_{first.id}": ["0", "10"]}
    browser(world, "bjorn").post(url("question", nps, question_id=second.id), data)
    assert draft_of(nps).questions[1].show_if == ShowIf(first.id, (0, 10))


def test_condition_on_two_questions_is_refused_and_texts_stay(world, survey):
    first = draft_of(survey).questions[0]
    face = questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.FACES, by="test")
    last = questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.LONG, by="test")
    data = question_form(survey, last.id, text_fi="Kerro lisää!")
    data |= {f"when_{first.id}": ["no"], f"when_{face.id}": ["1"]}
    response = browser(world, "bjorn").post(url("question", survey, question_id=last.id), data)
    assert response.status_code == 422
    assert "Choose answers of one question only." in text(response)
    assert "Kerro lisää!" in text(response)
    assert draft_of(survey).questions[-1].show_if is None


def rows_of(response) -> list[tuple[str, str]]:
    page = text(response)
    codes = re.findall(r'name="option_code" value="([^"]*)"', page)
    labels = re.findall(r'name="option_fi" value="([^"]*)"', page)
    return list(zip(codes, labels, strict=True))


@pytest.fixture
def choice(world):
    """A published choice of three options."""
    survey = make(world.woollens, "Valinta", Template.BLANK)
    added = questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.SINGLE, by="test")
    options = tuple(Option(code, {"fi": code.upper()}) for code in ("a", "b", "c"))
    written = msgspec.structs.replace(added, text={"fi": "Mikä?"}, options=options)
    questions.change_question(workspace=world.woollens, survey_id=survey.pk, question=written, by="test")
    publish(survey)
    return survey, added.id


@pytest.mark.parametrize(
    ("button", "order"),
    [("up-1", "bac"), ("down-0", "bac"), ("up-0", "abc"), ("remove-1", "ac"), ("remove-9", "abc"), ("odd", "abc")],
)
def test_rows_buttons_change_the_form_and_save_nothing(world, choice, button, order):
    survey, question_id = choice
    data = question_form(survey, question_id, text_fi="Mikä nyt?", row=button)
    response = browser(world, "bjorn").post(url("question", survey, question_id=question_id), data)
    assert response.status_code == 200
    assert [row for row in rows_of(response) if any(row)] == [(code, code.upper()) for code in order]
    assert "Mikä nyt?" in text(response)
    assert draft_of(survey).questions[0].text == {"fi": "Mikä?"}


def test_more_rows_are_added_without_saving(world, choice):
    survey, question_id = choice
    data = question_form(survey, question_id, row="more")
    response = browser(world, "bjorn").post(url("question", survey, question_id=question_id), data)
    assert rows_of(response)[3:] == [("", ""), ("", "")]


def test_codes_of_options_are_kept_and_never_reused_or_invented(world, choice):
    survey, question_id = choice
    page = url("question", survey, question_id=question_id)
    bjorn = browser(world, "bjorn")
    without_a = question_form(survey, question_id, option_code=["b", "c"], option_fi=["B", "C"])
    assert bjorn.post(page, without_a).status_code == 302
    sneaky = question_form(survey, question_id, option_code=["b", "c", "", "hacked"], option_fi=["Bee", "C", "A", "D"])
    assert bjorn.post(page, sneaky).status_code == 302
    assert [(o.code, o.label["fi"]) for o in draft_of(survey).questions[0].options] == [
        ("b", "Bee"),
        ("c", "C"),
        ("a_2", "A"),
        ("d", "D"),
    ]


def test_swapped_meaning_of_published_options_is_refused_in_words(world, choice):
    survey, question_id = choice
    data = question_form(survey, question_id, option_fi=["B", "A", "C"])
    response = browser(world, "bjorn").post(url("question", survey, question_id=question_id), data)
    assert response.status_code == 422
    assert "has taken over another option&#x27;s text" in text(response)
    assert [row for row in rows_of(response) if any(row)] == [("a", "B"), ("b", "A"), ("c", "C")]


def test_questions_move_and_are_removed_after_a_question(world, survey):
    bjorn = browser(world, "bjorn")
    first, second = (q.id for q in draft_of(survey).questions)
    bjorn.post(url("move-question", survey, question_id=first), {"to": "down"})
    assert [q.id for q in draft_of(survey).questions] == [second, first]
    assert "depends on a question that comes later" in text(bjorn.get(url("survey", survey)))
    ask = bjorn.get(url("remove-question", survey, question_id=first))
    assert "will be shown always: 1." in text(ask)
    assert len(draft_of(survey).questions) == 2
    bjorn.post(url("remove-question", survey, question_id=first))
    assert [q.id for q in draft_of(survey).questions] == [second]


def test_unpublishable_survey_shows_why_with_links_to_the_places(world, survey):
    added = questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.SHORT, by="test")
    bjorn = browser(world, "bjorn")
    for response, status in ((bjorn.get(url("publish", survey)), 200), (bjorn.post(url("publish", survey)), 422)):
        page = text(response)
        assert response.status_code == status
        assert "Publish now" not in page
        for language in ("Finnish", "Swedish"):
            link = (
                f'<a href="{url("question", survey, question_id=added.id)}">Question 3 has no text in {language}.</a>'
            )
            assert page.count(link) == 1
    assert Version.objects.of(world.woollens).count() == 0


def test_publishing_again_shows_what_changes_first(world, survey):
    publish(survey)
    bjorn = browser(world, "bjorn")
    assert "Nothing has changed" in text(bjorn.get(url("publish", survey)))
    questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.EMOTION, by="test")
    assert "Question 3 is new." in text(bjorn.get(url("publish", survey)))
    assert "customers don't see yet" in text(bjorn.get(url("survey", survey)))
    bjorn.post(url("publish", survey))
    assert text(bjorn.get(url("versions", survey))).count("Question 3 is new.") == 1


def test_published_survey_without_changes_offers_no_publishing(world, survey):
    bjorn, publishing = browser(world, "bjorn"), f'class="btn btn-primary" href="{url("publish", survey)}"'
    offered = [text(bjorn.get(url("survey", survey))).count(publishing)]
    publish(survey)
    html = text(bjorn.get(url("survey", survey)))
    offered.append(html.count(publishing))
    assert html.count("Published: customers see it as it stands") == 1
    questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.EMOTION, by="test")
    offered.append(text(bjorn.get(url("survey", survey))).count(publishing))
    assert offered == [1, 0, 1]


def test_closing_and_reopening(world, survey):
    publish(survey)
    bjorn = browser(world, "bjorn")
    assert bjorn.get(url("close", survey)).status_code == 405
    bjorn.post(url("close", survey))
    assert Client().get(f"/s/{survey.code}").status_code == 410
    bjorn.post(url("reopen", survey))
    assert Client().get(f"/s/{survey.code}").status_code == 200


def test_share_shows_the_public_link_of_the_installation(world, survey, settings):
    publish(survey)
    settings.FIILIS_URL = "https://palaute.villa.fi"
    page = text(browser(world, "carita").get(url("share", survey)))
    assert f'data-copy="https://palaute.villa.fi/s/{survey.code}"' in page
    settings.FIILIS_URL = ""
    page = text(browser(world, "carita").get(url("share", survey), {"source": "kuitti.1"}))
    assert f'data-copy="http://testserver/s/{survey.code}?source=kuitti.1"' in page
    svg = re.search(r"<svg width.*?</svg>", page, re.S).group(0)
    assert "style" not in svg


def test_odd_source_tag_is_told_at_its_field(world, survey):
    publish(survey)
    page = text(browser(world, "carita").get(url("share", survey), {"source": "<b>"}))
    assert "at most 60." in page
    assert f'data-copy="http://testserver/s/{survey.code}"' in page


def test_unpublished_survey_has_nothing_to_share(world, survey):
    page = text(browser(world, "carita").get(url("share", survey)))
    assert "Publish first" in page
    assert survey.code not in page


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_qr_code_downloads_as_a_file(world, survey, kind, start):
    publish(survey)
    response = browser(world, "carita").get(url(f"qr-{kind}", survey), {"source": "ovi"})
    assert response.content.startswith(start)
    assert response["Content-Disposition"] == f'attachment; filename="{survey.code}-ovi.{kind}"'


# --- preview -----------------------------------------------------------------------------------------------


def test_preview_shows_the_draft_and_any_version_but_sends_nothing(world, survey):
    publish(survey)
    questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.EMOTION, by="test")
    carita = browser(world, "carita")
    shell = carita.get(url("preview", survey), {"lang": "sv"})
    assert "nothing is sent or recorded" in text(shell)
    assert "frame-src 'self'" in shell["Content-Security-Policy"]
    draft = carita.get(url("preview-page", survey), {"lang": "sv"})
    version = carita.get(url("preview-page", survey), {"version": "1", "lang": "sv"})
    assert (text(draft).count("<fieldset"), text(version).count("<fieldset")) == (3, 2)
    for page in (draft, version):
        assert f"/i/{survey.code}" not in text(page)
        assert 'name="key" value=""' in text(page)
        assert "data-preview" in text(page)
        assert "connect-src 'none'" in page["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
        assert page["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("version", ["9", "-1", "x", "٣", "99999999"])
def test_preview_of_a_missing_version_is_not_found(world, survey, version):
    for name in ("preview", "preview-page"):
        assert browser(world, "carita").get(url(name, survey), {"version": version}).status_code == 404


def test_unwritten_draft_can_be_previewed(world, survey):
    questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.SINGLE, by="test")
    with translation.override("fi"):
        missing = gettext("(no text yet)")
    assert missing in text(browser(world, "carita").get(url("preview-page", survey), {"lang": "fi"}))


# --- corners -----------------------------------------------------------------------------------------------


def test_taken_name_in_the_settings_is_told_at_its_field_and_nothing_is_saved(world, survey):
    make(world.woollens, "Kassa", Template.BLANK)
    data = {"name": "Kassa", "languages": ["fi"], "mode": "all", "title_fi": "Uusi", "title_sv": "Ny"}
    response = browser(world, "bjorn").post(url("settings", survey), data)
    assert response.status_code == 422
    assert "Another survey has the name “Kassa”" in text(response)
    assert draft_of(survey).title["fi"] == "Miten onnistuimme?"


def test_publishing_nothing_new_says_so_and_makes_no_version(world, survey):
    publish(survey)
    response = browser(world, "bjorn").post(url("publish", survey), follow=True)
    assert "Nothing has changed since the last version." in text(response)
    assert Version.objects.of(world.woollens).count() == 1


def test_labels_of_a_scales_ends_are_edited(world):
    nps = make(world.woollens, "NPS")
    first = draft_of(nps).questions[0]
    bjorn = browser(world, "bjorn")
    bjorn.post(url("question", nps, question_id=first.id), question_form(nps, first.id, low_fi="en", high_fi="kyllä"))
    saved = draft_of(nps).questions[0]
    assert (saved.low_label, saved.high_label) == ({"fi": "en"}, {"fi": "kyllä"})
    bjorn.post(url("question", nps, question_id=first.id), question_form(nps, first.id, low_fi="", high_fi=""))
    saved = draft_of(nps).questions[0]
    assert (saved.low_label, saved.high_label) == ({}, {})


def test_condition_that_has_become_impossible_is_told_on_the_questions_page(world, survey):
    first, second = (q.id for q in draft_of(survey).questions)
    bjorn = browser(world, "bjorn")
    bjorn.post(url("move-question", survey, question_id=first), {"to": "down"})
    page = url("question", survey, question_id=second)
    assert "Saving removes it." in text(bjorn.get(page))
    bjorn.post(page, question_form(survey, second))
    assert draft_of(survey).questions[0].show_if is None


@pytest.mark.parametrize(
    ("preset", "values", "said"),
    [
        (Preset.NPS, (0, 1, 2, 3), "is: 0–3"),
        (Preset.NPS, (0, 2, 10), "is: 0, 2, 10"),
        (Preset.FACES, (1, 2), "is: Erittäin huonosti, Huonosti"),
        (Preset.SOLVED, ("no",), "is: Ei"),
    ],
)
def test_condition_is_written_in_words(world, preset, values, said):
    survey = make(world.woollens, "Ehto", Template.BLANK)
    ours = {"workspace": world.woollens, "survey_id": survey.pk, "by": "test"}
    first = questions.add_question(preset=preset, **ours)
    last = questions.add_question(preset=Preset.LONG, **ours)
    questions.change_question(question=msgspec.structs.replace(last, show_if=ShowIf(first.id, values)), **ours)
    assert f"Shown when the answer to question 1 {said}</p>" in text(
        browser(world, "carita").get(url("survey", survey))
    )


def test_heavy_survey_is_warned_about_but_may_be_published(world):
    survey = make(world.woollens, "Pitkä", Template.NPS)
    for _ in range(6):
        questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.LONG, by="test")
    page = text(browser(world, "bjorn").get(url("publish", survey)))
    assert "Consider two short surveys" in page
    assert "Publish now" in page

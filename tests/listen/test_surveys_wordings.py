"""The ready wordings are whole in three languages, and a template is publishable as it is."""

import itertools

import msgspec
import pytest

from fiilis.listen import wordings
from fiilis.listen.services import checking
from fiilis.listen.types import LANGUAGES, Kind, Style
from fiilis.listen.wordings import Preset, Template


def ids():
    counter = itertools.count(1)
    return lambda: f"q_{next(counter)}"


@pytest.mark.parametrize("template", [t for t in Template if t is not Template.BLANK])
@pytest.mark.parametrize("languages", [("fi",), ("sv", "en"), LANGUAGES])
def test_template_in_any_languages_can_be_published_as_it_is(template, languages):
    made = wordings.definition(template, languages=languages, new_id=ids())
    assert checking.publishing_problems(made, touchpoints=()) == []
    assert made.languages == languages
    assert {language for q in made.questions for language in q.text} == set(languages)


def test_blank_template_has_title_and_thanks_but_no_question():
    made = wordings.definition(Template.BLANK, languages=("sv",), new_id=ids())
    assert (made.questions, made.title) == ((), {"sv": "Hur lyckades vi?"})
    assert made.thanks["sv"] != ""


def test_nps_has_the_standard_words_in_three_languages():
    nps = wordings.question(Preset.NPS, new_id="q_1", languages=LANGUAGES)
    assert nps.text == {
        "fi": "Kuinka todennäköisesti suosittelisit meitä ystävälle tai kollegalle?",
        "sv": "Hur sannolikt är det att du skulle rekommendera oss för en vän eller kollega?",
        "en": "How likely are you to recommend us to a friend or colleague?",
    }
    assert (nps.low, nps.high) == (0, 10)
    assert nps.low_label["fi"] == "en lainkaan todennäköisesti"
    assert nps.high_label["fi"] == "erittäin todennäköisesti"


def test_effort_question_says_that_seven_is_the_easiest():
    ces = wordings.question(Preset.EASE, new_id="q_1", languages=("fi",))
    assert (ces.low, ces.low_label, ces.high, ces.high_label) == (
        1,
        {"fi": "erittäin vaikeaa"},
        7,
        {"fi": "erittäin helppoa"},
    )


def test_faces_are_named_from_the_best_to_the_worst():
    faces = wordings.question(Preset.FACES, new_id="q_1", languages=LANGUAGES)
    assert (faces.kind, faces.style, faces.low, faces.high) == (Kind.CSAT, Style.FACES, 1, 4)
    assert [wordings.face_label(faces, value, "fi") for value in (4, 3, 2, 1)] == [
        "Erittäin hyvin",
        "Hyvin",
        "Huonosti",
        "Erittäin huonosti",
    ]


def test_new_language_brings_standard_words_but_never_invents_own_ones():
    made = wordings.definition(Template.SOLVED, languages=("fi",), new_id=ids())
    own = wordings.in_languages({"fi": "Mitä etsit?"}, ("fi",))
    made = msgspec.structs.replace(
        made, questions=(*made.questions, wordings.question(Preset.SHORT, new_id="q_9", languages=("fi",)))
    )
    made = msgspec.structs.replace(
        made, questions=(*made.questions[:2], msgspec.structs.replace(made.questions[2], text=own))
    )
    more = wordings.completed(made, languages=("fi", "sv"))
    assert [q.text.get("sv", "") for q in more.questions] == ["Löste sig ditt ärende?", "Vad blev olöst?", ""]
    assert [o.label["sv"] for o in more.questions[0].options] == ["Ja", "Delvis", "Nej"]
    assert more.title["sv"] == "Hur lyckades vi?"


def test_changed_standard_text_is_not_translated_behind_the_makers_back():
    made = wordings.definition(Template.NPS, languages=("fi",), new_id=ids())
    mine = msgspec.structs.replace(made.questions[0], text={"fi": "Suosittelisitko Villaa?"})
    more = wordings.completed(msgspec.structs.replace(made, questions=(mine,)), languages=("fi", "en"))
    assert more.questions[0].text == {"fi": "Suosittelisitko Villaa?"}
    assert more.questions[0].low_label["en"] == "not at all likely"

"""Who may see and change surveys, and that the pages ask the database no more for more rows."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from fiilis.listen.models import Survey, Version
from fiilis.listen.services import questions
from fiilis.listen.wordings import Preset, Template
from tests.listen.making import browser, draft_of, make, publish, question_form, text, url
from tests.listen.test_surveys import touchpoint_of


@pytest.fixture
def survey(world) -> Survey:
    return make(world.woollens, "Myymälä", Template.SOLVED, ("fi", "sv"))


READING = ("surveys", "survey", "versions", "preview", "preview-page", "share", "qr-svg", "qr-png")
EDITING = ("new-survey", "settings", "question", "remove-question")
POSTS = ("new-survey", "settings", "add-question", "question", "move-question", "remove-question")
PUBLISHING = ("publish", "close", "reopen")


def address(name: str, survey: Survey, slug: str = "villa") -> str:
    more = {"question_id": draft_of(survey).questions[0].id} if "question" in name and name != "add-question" else {}
    return url(name, None if name in ("surveys", "new-survey") else survey, slug, **more)


@pytest.mark.parametrize("name", ["carita", "daniel"])
def test_analyst_and_agent_read_surveys_but_change_nothing(world, survey, name):
    publish(survey)
    client = browser(world, name)
    assert {n: client.get(address(n, survey)).status_code for n in READING} == dict.fromkeys(READING, 200)
    assert {n: client.get(address(n, survey)).status_code for n in EDITING} == dict.fromkeys(EDITING, 403)
    everything = (*POSTS, *PUBLISHING)
    assert {n: client.post(address(n, survey)).status_code for n in everything} == dict.fromkeys(everything, 403)
    page = text(client.get(url("survey", survey)))
    assert "Publish…" not in page
    assert "Add question" not in page


def test_partner_sees_no_survey_at_all(world, survey):
    publish(survey)
    eeva = browser(world, "eeva")
    everything = (*READING, *EDITING)
    assert {n: eeva.get(address(n, survey)).status_code for n in everything} == dict.fromkeys(everything, 403)


def test_outsider_finds_nothing_in_the_workspace_nor_through_his_own(world, survey):
    publish(survey)
    before = (draft_of(survey), 1)
    onni = browser(world, "onni")
    everything = [*READING, *EDITING, "publish"]
    assert {n: onni.get(address(n, survey)).status_code for n in everything} == dict.fromkeys(everything, 404)
    inside = [n for n in everything if n not in ("surveys", "new-survey")]
    posts = [n for n in (*POSTS, *PUBLISHING) if n != "new-survey"]
    assert {n: onni.get(address(n, survey, "sauna")).status_code for n in inside} == dict.fromkeys(inside, 404)
    assert {n: onni.post(address(n, survey, "sauna")).status_code for n in posts} == dict.fromkeys(posts, 404)
    assert "Myymälä" not in text(onni.get(url("surveys", slug="sauna")))
    assert (draft_of(survey), Version.objects.of(world.woollens).count()) == before


def test_outsiders_own_maker_cannot_use_a_foreign_touchpoint(world, survey):
    foreign = touchpoint_of(world.sauna)
    first = draft_of(survey).questions[0]
    response = browser(world, "bjorn").post(
        url("question", survey, question_id=first.id), question_form(survey, first.id, touchpoint=foreign)
    )
    assert response.status_code == 422
    assert draft_of(survey).questions[0].touchpoint is None


def test_stranger_is_sent_to_sign_in(survey):
    assert Client().get(url("surveys"))["Location"] == f"/sign-in/?next={url('surveys')}"


def test_unknown_survey_and_question_are_not_found(world, survey):
    bjorn = browser(world, "bjorn")
    path = reverse("listen:survey", kwargs={"workspace": "villa", "survey_id": uuid.uuid4()})
    assert bjorn.get(path).status_code == 404
    assert bjorn.get(url("question", survey, question_id="q_none")).status_code == 404


def test_reading_pages_change_nothing(world, survey):
    publish(survey)
    before = (draft_of(survey), Version.objects.of(world.woollens).count())
    bjorn = browser(world, "bjorn")
    for name in (*READING, *EDITING, "publish"):
        assert bjorn.get(address(name, survey)).status_code == 200
    assert (draft_of(survey), Version.objects.of(world.woollens).count()) == before


# --- queries -----------------------------------------------------------------------------------------------


def test_list_takes_the_same_queries_for_one_and_three_surveys(world, django_assert_num_queries):
    bjorn = browser(world, "bjorn")
    make(world.woollens, "Yksi")
    with django_assert_num_queries(5):
        bjorn.get(url("surveys"))
    make(world.woollens, "Kaksi")
    make(world.woollens, "Kolme")
    with django_assert_num_queries(5):
        assert text(bjorn.get(url("surveys"))).count('<th scope="row">') == 3


def test_overview_takes_the_same_queries_for_two_and_five_questions(world, survey, django_assert_num_queries):
    bjorn = browser(world, "bjorn")
    publish(survey)
    with django_assert_num_queries(8):
        bjorn.get(url("survey", survey))
    for _ in range(3):
        questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.SINGLE, by="test")
    with django_assert_num_queries(8):
        bjorn.get(url("survey", survey))


def test_versions_take_the_same_queries_for_one_and_three(world, survey, django_assert_num_queries):
    bjorn = browser(world, "bjorn")
    publish(survey)
    with django_assert_num_queries(7):
        bjorn.get(url("versions", survey))
    for _ in range(2):
        questions.add_question(workspace=world.woollens, survey_id=survey.pk, preset=Preset.EMOTION, by="test")
        publish(survey)
    with django_assert_num_queries(7):
        assert text(bjorn.get(url("versions", survey))).count("Published ") == 3

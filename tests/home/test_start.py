"""The five steps: each remembers what was said, works without script, and is the owner's alone."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from fiilis.account import queries as account
from fiilis.core import clock, outbox
from fiilis.core.errors import Conflict, Invalid
from fiilis.core.models import AuditEntry, OutboxEvent, User, Workspace
from fiilis.home import queries, services
from fiilis.home.models import Start
from fiilis.home.types import Step
from fiilis.intake.models import RemovalRequest
from fiilis.listen.models import Feedback, Survey
from fiilis.listen.wordings import Template
from tests.conftest import PASSWORD, World

SHOP = {"name": "Sukka Oy", "language": "fi", "languages": ["sv", "fi"], "zone": "Europe/Helsinki", "other_zone": ""}


def seen(client: Client, path: str, **data: Any) -> str:
    response = client.get(path, data, headers={"accept-language": "en"}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def at(step: str, slug: str = "villa") -> str:
    return f"/w/{slug}/start/{step}"


def reached(world: World) -> frozenset[Step]:
    return queries.progress(workspace=world.woollens).done


def asked(world: World, template: Template = Template.NPS) -> Survey:
    services.ask(workspace=world.woollens, template=template, languages=["fi"], by=world.people.aino)
    return Survey.objects.of(world.woollens).get()


def answer(survey: Survey, value: int = 9, source: str = "test", **more: Any) -> Feedback:
    question = survey.draft["questions"][0]["id"]
    fields: dict[str, Any] = {
        "survey_id": survey.pk,
        "version": 1,
        "channel": "link",
        "language": "fi",
        "at": clock.now(),
    }
    fields |= {"inbox_id": uuid.uuid4(), "answers": {question: value}, "source": source}
    return Feedback.objects.of(survey.workspace).create(**(fields | more))


# --- the way -----------------------------------------------------------------------------------------------


def test_whole_way_from_nothing_to_the_first_answer(world: World) -> None:
    aino = world.client("aino")
    made = aino.post("/start/", SHOP | {"customers": "4000", "rate": "10"})
    assert made.headers["Location"] == at("look", "sukka-oy")
    sukka = Workspace.objects.get(slug="sukka-oy")
    assert aino.get("/w/sukka-oy/start/").headers["Location"] == at("look", "sukka-oy")
    assert aino.post(at("look", "sukka-oy"), {"accent": "#0f766e"}).headers["Location"] == at("question", "sukka-oy")
    assert aino.post(at("question", "sukka-oy"), {"template": "faces"}).headers["Location"] == at("place", "sukka-oy")
    assert aino.post(at("place", "sukka-oy")).headers["Location"] == at("answer", "sukka-oy")
    survey = Survey.objects.of(sukka).get()
    assert (survey.status, survey.name, survey.draft["languages"]) == ("open", "Tyytyväisyys", ["fi", "sv"])
    waiting = seen(aino, "/w/sukka-oy/start/")
    assert (waiting.count("No answer yet"), waiting.count("data-arrived")) == (1, 0)
    assert len(set(re.findall(rf"/s/{survey.code}\?source=test", waiting))) == 1
    answer(survey, 4)
    arrived = seen(aino, "/w/sukka-oy/start/arrival")
    assert arrived.count("Your first answer arrived: Very well") == 1
    progress = queries.progress(workspace=sukka)
    assert (progress.next, progress.customers, progress.rate) == (None, 4000, 10)
    assert account.look(workspace_id=sukka.pk).accent == "#0f766e"


def test_steps_begin_anew_where_they_were_left(world: World) -> None:
    aino = world.client("aino")
    assert aino.get("/w/villa/start/").headers["Location"] == at("look")
    aino.post(at("look"), {"later": "1", "accent": "#0f766e"})
    assert account.look(workspace_id=world.woollens.pk) == account.Look(chosen=True)
    assert aino.get("/w/villa/start/").headers["Location"] == at("question")
    asked(world)
    assert aino.get("/w/villa/start/").headers["Location"] == at("place")
    html = seen(aino, "/w/villa/start/")
    assert html.count('class="step-done"') == 3
    assert html.count('aria-current="step"') == 1


def test_reading_a_step_writes_nothing(world: World) -> None:
    aino = world.client("aino")
    before = AuditEntry.objects.of(world.woollens).count()
    for step in Step:
        seen(aino, at(step), customers="5000", rate="20")
    seen(aino, "/start/", customers="5000")
    assert (Start.objects.of(world.woollens).count(), AuditEntry.objects.of(world.woollens).count()) == (0, before)


@pytest.mark.parametrize("step", [*Step, "arrival", "poster", ""])
@pytest.mark.parametrize(("name", "status"), [("bjorn", 403), ("carita", 403), ("eeva", 403), ("onni", 404)])
def test_steps_are_the_owners(world: World, step: str, name: str, status: int) -> None:
    client = world.client(name)
    assert client.get(at(step)).status_code == status
    assert client.post(at(step)).status_code in (status, 405)
    assert Survey.objects.of(world.woollens).count() == 0


def test_unknown_step_is_not_found(world: World) -> None:
    assert world.client("aino").get(at("sixth")).status_code == 404


# --- one's own workspace -----------------------------------------------------------------------------------


def test_stranger_begins_only_where_it_is_open(world: World, settings: Settings) -> None:
    client = Client()
    assert client.get("/start/").headers["Location"] == "/sign-in/?next=/start/"
    client.force_login(User.objects.create_user("fanni@example.fi", PASSWORD))
    assert client.get("/start/").status_code == 403
    assert seen(client, "/").count('href="/start/"') == 0
    settings.FIILIS_OPEN_START = True
    assert seen(client, "/").count('class="btn btn-primary" href="/start/"') == 1
    assert client.post("/start/", SHOP).status_code == 302
    assert Workspace.objects.filter(slug="sukka-oy").count() == 1


@pytest.mark.parametrize(("name", "entries"), [("aino", 1), ("bjorn", 0)])
def test_owner_finds_the_way_under_the_workspaces(world: World, name: str, entries: int) -> None:
    assert seen(world.client(name), "/w/villa/surveys/").count('class="entry" href="/start/"') == entries


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"), ({"languages": []}, "languages"), ({"language": "de"}, "language"),
        ({"zone": "Moon/Base"}, "zone"), ({"zone": "other"}, "other_zone"),
        ({"zone": "other", "other_zone": "Moon/Base"}, "other_zone"),
    ],
)  # fmt: skip
def test_bad_shop_makes_nothing(world: World, change: dict[str, Any], field: str) -> None:
    response = world.client("aino").post("/start/", SHOP | change)
    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert Workspace.objects.count() == 2


def test_rare_time_zone_is_found_behind_other(world: World) -> None:
    shop = SHOP | {"zone": "other", "other_zone": "Pacific/Auckland"}
    world.client("aino").post("/start/", shop)
    assert Workspace.objects.get(slug="sukka-oy").time_zone == "Pacific/Auckland"
    assert seen(world.client("aino"), at("shop", "sukka-oy")).count('value="Pacific/Auckland" selected') == 1


def test_shop_can_be_changed_afterwards(world: World) -> None:
    world.client("aino").post(at("shop"), SHOP)
    world.woollens.refresh_from_db()
    assert (world.woollens.name, world.woollens.slug) == ("Sukka Oy", "villa")
    assert queries.progress(workspace=world.woollens).languages == ("fi", "sv")


# --- the forecast ------------------------------------------------------------------------------------------


def forecast(html: str) -> str:
    found = re.search(r"data-forecast>([^<]+)<", html)
    assert found is not None
    return found[1].replace("\xa0", " ")


def test_forecast_is_counted_from_the_address(world: World) -> None:
    aino = world.client("aino")
    html = seen(aino, at("look"), customers="4000", rate="10")
    assert forecast(html) == "4,000 customers asked, about 400 answers, precision ±8 points"
    assert html.count("200 answers, ±11 points".replace(" answers", "\xa0answers")) == 1
    assert html.count('name="customers" value="4000"') == 2  # in its own form, and carried on by the step's


def test_forecast_speaks_of_the_figure_that_is_asked(world: World) -> None:
    asked(world, Template.FACES)
    html = seen(world.client("aino"), at("place"), customers="4 000", rate="10")
    assert forecast(html) == "4,000 customers asked, about 400 answers, precision ±5 percentage points"


def test_forecast_of_few_promises_no_figure(world: World) -> None:
    html = seen(world.client("aino"), at("look"), customers="20", rate="5")
    assert forecast(html) == "20 customers asked, about 1 answer: too few for a figure"


@pytest.mark.parametrize("customers", ["", "-5", "0", "x", "99999999", "9" * 5000, "²"])
def test_odd_number_of_customers_gives_the_example(world: World, customers: str) -> None:
    html = seen(world.client("aino"), at("look"), customers=customers, rate="7")
    assert forecast(html) == "1,000 customers asked, about 100 answers, precision ±16 points"


def test_forecast_is_kept_when_the_step_is_done(world: World) -> None:
    aino = world.client("aino")
    aino.post(at("look"), {"later": "1", "customers": "4000", "rate": "20"})
    progress = queries.progress(workspace=world.woollens)
    assert (progress.customers, progress.rate) == (4000, 20)
    assert forecast(seen(aino, at("question"))).startswith("4,000 customers asked, about 800")


# --- services ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [{"customers": -1}, {"customers": 10_000_001}, {"rate": 7}, {"languages": ["de"]}])
def test_what_cannot_be_is_not_remembered(world: World, bad: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        services.remember(workspace=world.woollens, by="test", **bad)
    assert Start.objects.of(world.woollens).count() == 0


def test_remembering_the_same_leaves_one_line(world: World) -> None:
    for _time in range(2):
        services.remember(workspace=world.woollens, by=world.people.aino, customers=4000)
    (entry,) = AuditEntry.objects.of(world.woollens).filter(kind="start")
    assert (entry.by, entry.verb, entry.summary) == ("Aino", "changed", {"customers": 4000})


def test_first_survey_is_made_once(world: World) -> None:
    asked(world)
    with pytest.raises(Conflict):
        services.ask(workspace=world.woollens, template=Template.NPS, languages=["fi"], by="test")
    world.client("aino").post(at("question"), {"template": "faces"})
    assert Survey.objects.of(world.woollens).count() == 1


@pytest.mark.parametrize("template", ["blank", "ease", "x", ""])
def test_only_the_two_questions_can_be_chosen(world: World, template: str) -> None:
    world.client("aino").post(at("question"), {"template": template})
    assert Survey.objects.of(world.woollens).count() == 0
    assert Step.QUESTION not in reached(world)


def test_name_that_is_taken_gets_a_number(world: World) -> None:
    asked(world)
    Start.objects.of(world.woollens).update(survey_id=None)
    services.ask(workspace=world.woollens, template=Template.NPS, languages=["fi"], by="test")
    names = sorted(Survey.objects.of(world.woollens).values_list("name", flat=True))
    assert names == [names[0], f"{names[0]} 2"]


def test_survey_made_elsewhere_counts_as_the_question(world: World) -> None:
    survey = asked(world)
    Start.objects.of(world.woollens).delete()
    found = queries.progress(workspace=world.woollens)
    assert found.asked is not None
    assert (found.asked.survey_id, Step.QUESTION in found.done) == (survey.pk, True)


def test_test_answers_are_removed_from_everywhere_and_the_step_stays_done(world: World) -> None:
    survey = asked(world)
    tried = [answer(survey), answer(survey, 3)]
    customer = answer(survey, 10, source="receipt")
    assert Step.ANSWER in reached(world)
    response = world.client("aino").post(at("answer"), follow=True, headers={"accept-language": "en"})
    assert response.content.decode().count("2 test answers were removed.") == 1
    assert list(Feedback.objects.of(world.woollens).values_list("pk", flat=True)) == [customer.pk]
    event = OutboxEvent.objects.filter(name="listen.feedback_erased").get()
    assert sorted(event.payload["ids"]) == sorted(str(one.pk) for one in tried)
    request = RemovalRequest.objects.get()
    assert sorted(request.response_ids) == sorted(str(one.inbox_id) for one in tried)
    entry = AuditEntry.objects.of(world.woollens).filter(kind="answers").get()
    assert entry.summary == {"source": "test", "answers": 2}
    customer.delete()
    assert Step.ANSWER in reached(world)


def test_answers_of_others_and_of_imports_are_not_test_answers(world: World) -> None:
    survey = asked(world)
    theirs = services.ask(workspace=world.sauna, template=Template.NPS, languages=["fi"], by="test")
    other = answer(Survey.objects.of(world.sauna).get(pk=theirs))
    old = answer(survey, at=survey.created_at.replace(year=2020))
    removed = services.remove_test_answers(workspace=world.woollens, survey_id=survey.pk, by="test")
    assert removed == 0
    assert Step.ANSWER not in reached(world)
    assert {Feedback.objects.of(one.workspace_id).count() for one in (other, old)} == {1}


def test_outbox_event_can_be_read_back(world: World) -> None:
    survey = asked(world)
    tried = answer(survey)
    services.remove_test_answers(workspace=world.woollens, survey_id=survey.pk, by="test")
    kind = outbox.event_types()["listen.feedback_erased"]
    assert OutboxEvent.objects.get(name=kind.name).payload == {"ids": [str(tried.pk)]}


# --- pages -------------------------------------------------------------------------------------------------


def test_words_of_the_questions_stand_in_the_customers_languages(world: World) -> None:
    services.remember(workspace=world.woollens, by="test", languages=["fi", "sv"])
    html = seen(world.client("aino"), at("question"))
    assert html.count('<li lang="fi">') == html.count('<li lang="sv">') == 2
    assert html.count("Kuinka todennäköisesti suosittelisit meitä") == 1
    assert html.count('<li lang="en">') == 0


@pytest.mark.parametrize("step", ["place", "answer"])
def test_without_a_question_there_is_no_link_but_the_way_to_it(world: World, step: str) -> None:
    html = seen(world.client("aino"), at(step))
    assert html.count(f'class="btn btn-primary" href="{at("question")}"') == 1
    assert html.count("/s/") == 0


def test_poster_has_the_title_in_each_language_and_the_code(world: World) -> None:
    services.remember(workspace=world.woollens, by="test", languages=["fi", "sv"])
    services.ask(workspace=world.woollens, template=Template.NPS, languages=["fi", "sv"], by="test")
    html = seen(world.client("aino"), at("poster"))
    assert (html.count('<h2 lang="fi">'), html.count('<h2 lang="sv">'), html.count('role="img"')) == (1, 1, 1)


def test_written_answer_is_shown_in_its_language_and_escaped(world: World) -> None:
    survey = asked(world)
    first, reason = (question["id"] for question in survey.draft["questions"])
    answer(survey, answers={first: 0, reason: "<b>Hidas</b>"})
    html = seen(world.client("aino"), at("arrival"))
    assert html.count("Your first answer arrived: 0") == 1
    assert html.count('<blockquote lang="fi"><p>&lt;b&gt;Hidas&lt;/b&gt;</p>') == 1


@pytest.mark.parametrize("count", [1, 3])
def test_last_step_takes_the_same_queries_for_1_and_3_answers(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    survey = asked(world)
    for _answer in range(count):
        answer(survey)
    aino = world.client("aino")
    aino.get(at("answer"))
    with django_assert_num_queries(14):
        aino.get(at("answer"))

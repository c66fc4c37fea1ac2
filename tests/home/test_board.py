import gzip
import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from fiilis.core import slots
from fiilis.ecosystem import services as ecosystem
from fiilis.home import queries
from tests.conftest import World
from tests.facts import fact, put
from tests.understand.test_touchpoints import laid_out

TODAY = date(2026, 11, 23)
BEFORE = TODAY - timedelta(days=35)
BOARD = "/w/villa/"


def seen(client: Client, path: str = BOARD, language: str = "en") -> str:
    """Return a page's HTML with entities resolved, no-break spaces as plain ones."""
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def card(html: str, name: str) -> str:
    """Return the words of one card."""
    part = html.partition(f'id="{name}"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", part.partition(">")[2]).split())


def answers(world: World, day: date, tag: str, promoters: int, passives: int, detractors: int, **more: Any) -> int:
    values = [10] * promoters + [7] * passives + [2] * detractors
    return put([fact(world.woollens, f"{tag}{i}", "nps", v, day, **more) for i, v in enumerate(values)])


def full(world: World) -> None:
    """Some answers of every kind, at touchpoints, over two periods of four weeks."""
    ids = laid_out(world.woollens)
    answers(world, BEFORE, "a", 60, 40, 50)
    answers(world, TODAY, "b", 70, 40, 40)
    for key, good in {"shop": 80, "checkout": 82, "parcel": 78, "return": 40}.items():
        values = [5] * good + [2] * (100 - good)
        put(
            [
                fact(world.woollens, f"{key}{i}", "csat", v, TODAY - timedelta(days=i % 20), touchpoint=ids[key])
                for i, v in enumerate(values)
            ]
        )
    put([fact(world.woollens, f"e{i}", "ces", 7 - i % 4, TODAY) for i in range(40)])


VERDICTS = {
    "better": ((100, 100, 200), (200, 100, 100), "NPS improved", "▲ improved"),
    "worse": ((200, 100, 100), (100, 100, 200), "NPS got worse", "▼ got worse"),
    "no_material_difference": ((3000, 6000, 1000), (3010, 5990, 1000), "NPS: no material change", "no material change"),
    "not_known": ((30, 40, 30), (35, 38, 27), "NPS: not known yet whether it has changed", "not known yet"),
}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_title_and_arrow_say_what_the_test_found(world: World, verdict: str) -> None:
    then, now, title, words = VERDICTS[verdict]
    answers(world, BEFORE, "a", *then)
    answers(world, TODAY, "b", *now)
    html = seen(world.client("aino"), f"{BOARD}?period=4w")
    assert card(html, "trend").startswith(title)
    metric = card(html, "metric-nps-0-10")
    assert words in metric
    assert ("▲" in html, "▼" in html) == (verdict == "better", verdict == "worse")
    # Titles, arrows and totals come from one data set.
    data = queries.board(workspace=world.woollens, period="4w")
    assert data.changes is not None
    assert data.lead is not None
    (comparison,) = data.changes.comparisons.values()
    assert str(comparison.verdict) == verdict
    assert data.distribution is not None
    assert sum(now) == data.lead.estimate.n == data.distribution.n == comparison.n_a == data.situation.answered
    assert f'data-answers="{sum(now)}"' in html


def test_finnish_and_english_write_numbers_their_own_way(world: World) -> None:
    answers(world, TODAY, "b", 600, 400, 234)
    client = world.client("aino")
    english, finnish = seen(client), seen(client, language="fi")
    assert "29.7 95%: 25.3–33.9 1,234 answers" in card(english, "metric-nps-0-10")
    assert "29,7 95 %: 25,3–33,9 1 234 vastausta" in card(finnish, "metric-nps-0-10")


def test_negative_figures_have_a_real_minus(world: World) -> None:
    answers(world, TODAY, "b", 10, 10, 80)
    assert "−70.0" in card(seen(world.client("aino")), "metric-nps-0-10")


def test_weakest_touchpoint_is_named_and_parties_are_shown(world: World) -> None:
    full(world)
    html = seen(world.client("aino"))
    touchpoints = card(html, "touchpoints")
    assert touchpoints.startswith("Return is weaker than the other touchpoints")
    assert "One experience, 2 parties." in touchpoints
    assert "Parcel Posti" in touchpoints
    assert "In a partner's hands" in touchpoints
    assert card(seen(world.client("aino"), language="fi"), "touchpoints").count("Palautus") >= 2


def test_touchpoints_without_difference_are_not_ranked(world: World) -> None:
    ids = laid_out(world.woollens)
    for key in ids:
        put(
            [
                fact(world.woollens, f"{key}{i}", "csat", 5 - 3 * (i % 4 == 0), TODAY, touchpoint=ids[key])
                for i in range(40)
            ]
        )
    assert card(seen(world.client("aino")), "touchpoints").startswith("No touchpoint is clearly weaker than the others")


def test_too_few_answers_say_so_and_draw_nothing(world: World) -> None:
    answers(world, TODAY, "b", 2, 1, 0)
    html = seen(world.client("aino"))
    assert "Too few answers" in card(html, "metric-nps-0-10")
    assert card(html, "distribution").startswith("Not enough answers yet to tell promoters from detractors")
    assert card(html, "trend").startswith("NPS: nothing to compare with yet")


def test_first_period_has_nothing_to_compare_with(world: World) -> None:
    answers(world, TODAY, "b", 200, 100, 100)
    html = seen(world.client("aino"), f"{BOARD}?period=4w")
    assert card(html, "trend").startswith("NPS: nothing to compare with yet")
    assert 'class="verdict' not in html


def test_empty_workspace_teaches_and_offers_each_what_she_may(world: World) -> None:
    new_survey = reverse("listen:new-survey", kwargs={"workspace": "villa"})
    offers = {"aino": "/w/villa/start/", "bjorn": new_survey, "carita": None}
    for name, offer in offers.items():
        html = seen(world.client(name))
        assert html.count("No answers yet") == 1
        found = [href for href in ("/w/villa/start/", new_survey) if f'class="btn btn-primary" href="{href}"' in html]
        assert found == ([offer] if offer else [])
        assert 'data-answers="0"' in html
        assert "<svg" in html


def test_quiet_period_offers_all_time(world: World) -> None:
    answers(world, date(2020, 1, 1), "a", 10, 10, 10)
    html = seen(world.client("aino"), f"{BOARD}?period=4w")
    assert "No answers in this period" in html
    assert 'href="/w/villa/?period=all"' in html


def test_answers_without_figures_are_offered_as_words(world: World) -> None:
    put([fact(world.woollens, "a", "long", None, TODAY, text="Sukat tulivat perille")])
    html = seen(world.client("aino"))
    assert "No figures in this period" in html
    assert 'data-answers="1"' in html


def test_feed_tells_score_in_words_place_and_time(world: World) -> None:
    ids = laid_out(world.woollens)
    put(
        [
            fact(world.woollens, "a", "nps", 2, TODAY, touchpoint=ids["shop"], channel="kiosk", language="sv"),
            fact(world.woollens, "a", "long", None, TODAY, question="why", text="<b>Kallis</b> & hidas"),
        ]
    )
    response = world.client("aino").get(BOARD)
    assert "&lt;b&gt;Kallis&lt;/b&gt; &amp; hidas" in response.content.decode()
    feed = card(seen(world.client("aino")), "feed")
    # Helsinki's time, two hours ahead of UTC.
    assert feed == (
        "Latest answers Newest on top 2 Detractor Likely to recommend <b>Kallis</b> & hidas "
        "Shop · Kiosk · Swedish · 23 Nov 2026 14:00 All answers"
    ).replace("<b>", "").replace("</b>", "")


@pytest.mark.parametrize(("note", "words"), [("real", "Real data"), ("made-up", "Made-up data"), ("", None)])
def test_badge_tells_where_data_come_from(world: World, note: str, words: str | None) -> None:
    world.woollens.data_note = note
    world.woollens.save()
    html = seen(world.client("aino"))
    assert re.findall(r'<span class="badge[^>]*>([^<]*)', html) == ([words] if words else [])


def test_part_is_what_stands_inside_the_page(world: World) -> None:
    full(world)
    client = world.client("aino")
    whole = client.get(f"{BOARD}?period=26w").content.decode()
    fragment = re.search(r'data-fragment="([^"]+)"', whole)
    assert fragment is not None
    part = client.get(unescape(fragment[1])).content.decode()
    assert part.strip() in whole
    assert "<html" not in part


def test_part_is_at_least_as_new_as_the_page_has_heard(world: World) -> None:
    answers(world, TODAY, "a", 5, 5, 5)
    client = world.client("aino")
    first = seen(client)
    version = answers(world, TODAY, "b", 1, 0, 0)
    part = seen(client, f"{BOARD}board/?period=all&at_least={version}")
    assert 'data-answers="15"' in first
    assert 'data-answers="16"' in part


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 30, "١٢"])
def test_odd_version_is_as_none(world: World, version: str) -> None:
    assert world.client("aino").get(f"{BOARD}board/?at_least={version}").status_code == 200


@pytest.mark.parametrize("few", [True, False])
def test_board_asks_the_database_six_times_however_much_there_is(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, few: bool
) -> None:
    """Session, user, membership with workspace, the user's workspaces, the touchpoints' names, what
    else went on: all else is facts."""
    ids = laid_out(world.woollens)
    for key in list(ids)[: 1 if few else 3]:
        rows = [
            fact(world.woollens, f"{key}{i}", "csat", 4, TODAY, touchpoint=ids[key]) for i in range(1 if few else 60)
        ]
        version = put(rows)
    client = world.client("aino")
    # The newest version is known from here on: a page that sees the facts move asks everything again.
    client.get(f"{BOARD}board/?at_least={version}")
    for path, asked in ((BOARD, 6), (f"{BOARD}board/", 5), (f"{BOARD}answers/", 5)):
        with django_assert_num_queries(asked):
            assert client.get(path).status_code == 200


def test_numbers_lead_to_the_answers_behind_them(world: World) -> None:
    full(world)
    client = world.client("aino")
    html = seen(client, f"{BOARD}?period=all")
    links = sorted(set(re.findall(r'href="(/w/villa/answers/[^"]+)"', html)))
    data = queries.board(workspace=world.woollens, period="all")
    counts = {int(n) for path in links for n in re.findall(r'data-total="(\d+)"', seen(client, path))}
    for metric in data.situation.metrics:
        assert metric.estimate.n in counts
    assert data.distribution is not None
    assert {one.count for one in data.distribution.bins} <= counts
    assert {row.estimate.n for row in data.touchpoints.rows} <= counts
    assert data.situation.answered in counts


def test_panels_of_higher_rooms_stand_on_the_board(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_panels", {})
    slots.add_panel("home.board", slots.Panel(1, "board.view", lambda request, data: "panel of act"))
    slots.add_panel("home.board", slots.Panel(2, "settings.edit", lambda request, data: "owners only"))
    assert "panel of act" in seen(world.client("daniel"))
    assert "owners only" not in seen(world.client("daniel"))
    assert "owners only" in seen(world.client("aino"))


def test_who_may_see_the_board(world: World) -> None:
    full(world)
    paths = [BOARD, f"{BOARD}board/", f"{BOARD}board/trend.csv", f"{BOARD}answers/"]
    for name in ("aino", "bjorn", "carita", "daniel"):
        assert {world.client(name).get(path).status_code for path in paths} == {200}
    assert {world.client("eeva").get(path).status_code for path in paths} == {403}
    assert {world.client("onni").get(path).status_code for path in paths} == {404}
    assert {Client().get(path).status_code for path in paths} == {302}
    assert {world.client("aino").post(path).status_code for path in paths} == {405}


def test_neighbours_answers_are_on_no_page(world: World) -> None:
    put([fact(world.sauna, f"s{i}", "nps", 0, TODAY) for i in range(50)])
    put([fact(world.sauna, "s9", "long", None, TODAY, text="Löyly oli kylmä")])
    client = world.client("aino")
    for path in (BOARD, f"{BOARD}board/?at_least=99", f"{BOARD}answers/", f"{BOARD}answers/?kind=nps"):
        html = seen(client, path)
        assert "Löyly" not in html
        assert re.findall(r'data-(?:answers|total)="(\d+)"', html) == ["0"]
    assert "Löyly" in seen(world.client("onni"), "/w/sauna/board/?at_least=99")


def test_whole_page_stays_small(world: World) -> None:
    full(world)
    assert len(gzip.compress(world.client("aino").get(BOARD).content)) <= 15_000


def test_trend_marks_what_else_went_on_within_its_days(world: World) -> None:
    for name, day in (("Postilakko", TODAY - timedelta(days=3)), ("Viime vuosi", TODAY - timedelta(days=400))):
        ecosystem.note_context_event(workspace=world.woollens, kind="strike", names={"fi": name}, first=day, by="test")
    rows = [fact(world.woollens, f"a{i}", "nps", 9, TODAY - timedelta(days=i % 7)) for i in range(70)]
    put(rows)
    html = seen(world.client("aino"))
    assert (html.count(">Postilakko</text>"), html.count("Viime vuosi")) == (2, 0)  # wide and narrow drawing


@pytest.mark.parametrize(("ago", "shown"), [(3, 1), (90, 0)])
def test_week_is_named_only_beside_fresh_answers(world: World, ago: int, shown: int) -> None:
    put([fact(world.woollens, f"a{i}", "nps", 9, TODAY - timedelta(days=ago)) for i in range(6)])
    html = seen(world.client("aino"), f"{BOARD}?period=all")
    assert html.count(f"Week {TODAY.isocalendar().week} ") == shown

import csv
import io
import re
import subprocess
import sys
from datetime import date

import pytest
from django.test import Client

from fiilis.core import workspaces
from fiilis.core.models import User
from fiilis.ecosystem.models import Touchpoint
from tests.conftest import PASSWORD, World
from tests.facts import fact, put
from tests.home.test_board import TODAY, full, seen
from tests.understand.test_touchpoints import laid_out


def rows(world: World, path: str) -> list[dict[str, str]]:
    response = world.client("aino").get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_member_is_led_to_her_first_workspace(world: World) -> None:
    response = world.client("aino").get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/w/villa/")


def test_anonymous_is_led_to_sign_in(world: World) -> None:
    assert Client().get("/").headers["Location"] == "/sign-in/"


def test_user_without_a_workspace_learns_what_to_do(world: World) -> None:
    User.objects.create_user("fanni@example.fi", PASSWORD)
    client = Client()
    client.force_login(User.objects.get(email="fanni@example.fi"))
    html = seen(client, "/")
    assert "Ask the owner of yours to add fanni@example.fi as a member." in html


def test_partner_learns_that_nothing_is_shared_yet(world: World) -> None:
    assert "no workspace to see yet" in seen(world.client("eeva"), "/")
    workspaces.give_role(workspace=world.sauna, user=world.people.eeva, role="analyst", by="test")
    assert world.client("eeva").get("/").headers["Location"] == "/w/sauna/"


def test_trend_is_written_as_numbers(world: World) -> None:
    full(world)
    found = rows(world, "/w/villa/board/trend.csv?period=4w")
    nps = [row for row in found if row["measure"] == "nps"]
    assert [(row["bucket"], row["start"], row["answers"], row["unknown"]) for row in nps] == [
        ("day", "2026-11-23", "150", "")
    ]
    assert float(nps[0]["low"]) < float(nps[0]["value"]) == 20.0 < float(nps[0]["high"])


def test_distribution_adds_up(world: World) -> None:
    full(world)
    found = rows(world, "/w/villa/board/distribution.csv?period=4w")
    assert [int(row["value"]) for row in found] == list(range(11))
    assert sum(int(row["answers"]) for row in found) == 150
    assert sum(float(row["share"]) for row in found) == pytest.approx(1)


def test_touchpoints_name_their_actor_and_measure(world: World) -> None:
    full(world)
    found = {row["touchpoint"]: row for row in rows(world, "/w/villa/board/touchpoints.csv?period=all")}
    parcel = found["parcel"]
    assert (parcel["actor"], parcel["control"], parcel["measure"]) == ("Posti", "partner", "csat_share")
    assert [key for key, row in found.items() if row["weaker"] == "1"] == ["return"]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx"])
def test_no_cell_is_a_formula(world: World, name: str) -> None:
    ids = laid_out(world.woollens)
    Touchpoint.objects.of(world.woollens).filter(pk=ids["shop"]).update(names={"fi": name, "en": name})
    put([fact(world.woollens, "a", "csat", 4, TODAY, touchpoint=ids["shop"])])
    (row,) = [r for r in rows(world, "/w/villa/board/touchpoints.csv") if r["touchpoint"] == "shop"]
    assert row["name"] == f"'{name}"


def test_unknown_chart_is_not_found(world: World) -> None:
    assert world.client("aino").get("/w/villa/board/weather.csv").status_code == 404


def test_empty_board_has_heads_only(world: World) -> None:
    for chart in ("trend", "distribution", "touchpoints"):
        assert rows(world, f"/w/villa/board/{chart}.csv") == []


def test_answers_are_listed_in_pages(world: World) -> None:
    put([fact(world.woollens, f"f{i:03}", "nps", i % 11, TODAY) for i in range(121)])
    client = world.client("aino")
    path = "/w/villa/answers/?kind=nps&period=all"
    shown = [seen(client, f"{path}&page={n}").count('<span class="score') for n in (1, 2, 3)]
    assert shown == [50, 50, 21]
    assert seen(client, f"{path}&page=99").count('<span class="score') == 21
    assert seen(client, f"{path}&page=x").count('<span class="score') == 50
    assert 'data-total="11"' in seen(client, f"{path}&value=7")
    assert 'data-total="22"' in seen(client, f"{path}&group=best")


@pytest.mark.parametrize(
    "query",
    [
        "kind=weather", "kind=nps&low=x&high=-3", "value=9", "touchpoint=nowhere", "touchpoint=%00", "group=best",
        "period=never&page=-1", "kind=csat&low=0&high=999&value=9999", "kind=nps&group=middling",
    ],
)  # fmt: skip
def test_odd_addresses_show_a_list(world: World, query: str) -> None:
    put([fact(world.woollens, "a", "nps", 9, TODAY)])
    assert world.client("aino").get(f"/w/villa/answers/?{query}").status_code == 200


def test_no_such_answers_say_so(world: World) -> None:
    put([fact(world.woollens, "a", "nps", 9, date(2020, 1, 1))])
    assert "No such answers" in seen(world.client("aino"), "/w/villa/answers/?kind=nps&period=4w")


def test_web_process_starts_without_the_heavy_packages() -> None:
    code = (
        "import django, sys; django.setup(); import fiilis.config.urls, fiilis.home.urls;"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "print(sorted({n for n in sys.modules if n.split('.')[0] in ('pandas', 'statsmodels', 'sklearn', 'duckdb',"
        " 'deltalake', 'sqlglot', 'numpy') or n == 'scipy.stats'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_drawn_board_needs_no_heavy_package(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    full(world)
    for name in ("pandas", "statsmodels", "scipy.stats", "sklearn"):
        monkeypatch.setitem(sys.modules, name, None)  # importing it now raises, whichever test has imported it before
    assert world.client("aino").get("/w/villa/").status_code == 200


def test_placeholders_of_personal_data_are_read_in_the_readers_language(world: World) -> None:
    said = "Soita [phone] tai [email], [muu]"
    put([fact(world.woollens, "f1", "long", None, TODAY, text=said)])
    html = seen(world.client("aino"), "/w/villa/answers/?period=all")
    assert html.count("Soita [phone number] tai [e-mail address], [muu]") == 1


@pytest.mark.parametrize(
    ("name", "offer"),
    [("aino", "/w/villa/start/"), ("bjorn", "/w/villa/surveys/new"), ("carita", "")],
)
def test_answers_of_nobody_teach_and_lead_on(world: World, name: str, offer: str) -> None:
    html = seen(world.client(name), "/w/villa/answers/?period=all")
    assert html.count("Here stands each answer") == 1
    assert re.findall(r'class="btn btn-primary" href="([^"]+)"', html) == ([offer] if offer else [])


def test_no_such_answers_lead_to_all_answers_of_all_time(world: World) -> None:
    html = seen(world.client("aino"), "/w/villa/answers/?kind=nps&period=4w")
    assert re.findall(r'class="btn btn-primary" href="([^"]+)"', html) == ["/w/villa/answers/?period=all"]

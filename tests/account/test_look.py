"""Beginning a workspace of one's own, and how it looks to its customers."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import Settings

from fiilis.account import queries, services
from fiilis.account.forms import COMMON_ZONES, zone_choices
from fiilis.core import workspaces
from fiilis.core.errors import Conflict, Forbidden, Invalid
from fiilis.core.models import AuditEntry, Membership, Role, User, Workspace
from fiilis.design.logos import Logo
from tests.conftest import PASSWORD, World

LOGO = Logo(b"RIFF", 100, 40, backed=False)


def start(user: User, name: str = "Sukka Oy") -> Workspace:
    return services.start_workspace(name=name, language="sv", time_zone="Europe/Stockholm", by=user)


def stranger() -> User:
    return User.objects.create_user("fanni@example.fi", PASSWORD)


def png(**more: object) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (400, 100), "#0f766e").save(out, "PNG", **more)  # type: ignore[arg-type]
    return SimpleUploadedFile("logo.png", out.getvalue(), "image/png")


def test_owner_starts_another_workspace_and_owns_it(world: World) -> None:
    made = start(world.people.aino)
    assert (made.slug, made.name, made.language, made.time_zone) == (
        "sukka-oy", "Sukka Oy", "sv", "Europe/Stockholm",
    )  # fmt: skip
    assert Membership.objects.get(workspace=made).role == Role.OWNER
    assert [entry.verb for entry in AuditEntry.objects.of(made).order_by("id")] == ["created", "added"]


@pytest.mark.parametrize("name", ["bjorn", "carita", "daniel", "eeva"])
def test_member_who_owns_nothing_starts_nothing(world: World, settings: Settings, name: str) -> None:
    settings.FIILIS_OPEN_START = True
    with pytest.raises(Forbidden):
        start(getattr(world.people, name))
    assert Workspace.objects.count() == 2


def test_user_without_a_workspace_starts_one_only_when_the_operator_says_so(world: World, settings: Settings) -> None:
    user = stranger()
    with pytest.raises(Forbidden):
        start(user)
    settings.FIILIS_OPEN_START = True
    assert start(user).slug == "sukka-oy"


def test_everybody_starts_one_in_the_demo(world: World, settings: Settings) -> None:
    settings.FIILIS_DEMO = True
    assert start(world.people.carita).slug == "sukka-oy"


def test_owner_of_very_many_asks_the_operator(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "OWNED_MOST", 2)
    start(world.people.aino)
    with pytest.raises(Conflict):
        start(world.people.aino)


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["Sukka Oy", "Sukka  Oy", "sukka oy"], ["sukka-oy", "sukka-oy-2", "sukka-oy-3"]),
        (["Äijän Öljy & Kumi"], ["aijan-oljy-kumi"]),
        (["北京", "!!!"], ["shop", "shop-2"]),
        (["Start"], ["start-2"]),
        (["x" * 120], ["x" * services.SLUG_MOST]),
    ],
)
def test_address_is_made_of_the_name_and_free(world: World, names: list[str], slugs: list[str]) -> None:
    assert [start(world.people.aino, name).slug for name in names] == slugs


def test_empty_name_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        start(world.people.aino, "  ")


def test_address_taken_meanwhile_gives_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    free = iter(["villa", "sukka"])  # another server process took the first between the look and the write
    monkeypatch.setattr(services, "_free_slug", lambda _name: next(free))
    assert start(world.people.aino).slug == "sukka"


def test_look_is_set_changed_and_dropped_with_a_trail(world: World) -> None:
    ours = world.woollens
    assert queries.look(workspace_id=ours.pk) == queries.Look()
    services.set_look(workspace=ours, accent="#0f766e", logo=LOGO, by=world.people.aino)
    assert queries.look(workspace_id=ours.pk) == queries.Look(
        "#0f766e", "data:image/webp;base64,UklGRg==", 100, 40, chosen=True
    )
    services.set_look(workspace=ours, accent="", by=world.people.aino)
    services.set_look(workspace=ours, accent="", drop_logo=True, by=world.people.aino)
    services.set_look(workspace=ours, accent="", drop_logo=True, by=world.people.aino)
    assert queries.look(workspace_id=ours.pk) == queries.Look(chosen=True)
    trail = AuditEntry.objects.of(ours).filter(kind="look").order_by("id")
    assert [entry.summary for entry in trail] == [
        {"accent": "#0f766e", "logo": "changed"}, {"accent": ""}, {"logo": "removed"},
    ]  # fmt: skip
    assert queries.look(workspace_id=world.sauna.pk) == queries.Look()


@pytest.mark.parametrize("bad", ["red", "#fff", "#0F766E", "#0f766e}"])
def test_look_takes_colours_only(world: World, bad: str) -> None:
    with pytest.raises(Invalid):
        services.set_look(workspace=world.woollens, accent=bad, by="test")


def test_owner_changes_the_look_on_its_page(world: World) -> None:
    aino = world.client("aino")
    page = "/w/villa/settings/look"
    response = aino.post(page, {"accent": "#FFCC00", "logo": png()}, follow=True, HTTP_ACCEPT_LANGUAGE="en")
    html = response.content.decode()
    assert (html.count("too pale to be read on white"), html.count("too deep")) == (1, 0)
    assert html.count('src="data:image/webp;base64,') == 1
    look = queries.look(workspace_id=world.woollens.pk)
    assert (look.accent, look.logo_width, look.logo_height) == ("#ffcc00", 320, 80)


def test_file_that_is_no_picture_is_refused_in_words(world: World) -> None:
    svg = SimpleUploadedFile("logo.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")
    response = world.client("aino").post(
        "/w/villa/settings/look", {"accent": "#0f766e", "logo": svg}, HTTP_ACCEPT_LANGUAGE="en"
    )
    assert response.status_code == 422
    assert response.content.decode().count("An SVG may hold a program") == 2  # in the list and at its field
    assert queries.look(workspace_id=world.woollens.pk) == queries.Look()


@pytest.mark.parametrize(("name", "status"), [("aino", 200), ("bjorn", 403), ("eeva", 403), ("onni", 404)])
def test_look_page_is_the_owners(world: World, name: str, status: int) -> None:
    client = world.client(name)
    assert client.get("/w/villa/settings/look").status_code == status
    if status != 200:
        assert client.post("/w/villa/settings/look", {"accent": "#0f766e"}).status_code == status
        assert queries.look(workspace_id=world.woollens.pk) == queries.Look()


def test_common_time_zones_stand_first_and_all_are_there_once() -> None:
    groups = zone_choices()
    assert groups[0][1][0][0] == COMMON_ZONES[0][0] == "Europe/Helsinki"
    every = [zone for _group, zones in groups for zone, _name in zones]
    assert len(every) == len(set(every))
    assert {"Pacific/Auckland", "America/Argentina/Ushuaia", "Asia/Tokyo"} <= set(every)


def test_lonely_owner_learns_why_to_add_a_colleague(world: World) -> None:
    lone, many = (
        client.get(path, HTTP_ACCEPT_LANGUAGE="en").content.decode()
        for client, path in ((world.client("onni"), "/w/sauna/members/"), (world.client("aino"), "/w/villa/members/"))
    )
    assert (lone.count("Only you so far"), many.count("Only you so far")) == (1, 0)


def test_sign_in_asks_for_the_address_by_its_usual_name(db: None) -> None:
    html = Client().get("/sign-in/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert html.count(">E-mail address</label>") == 1


def test_membership_of_two_does_not_hide_ownership(world: World) -> None:
    workspaces.give_role(workspace=world.sauna, user=world.people.aino, role=Role.AGENT, by="test")
    assert services.may_start(workspaces.memberships_of(world.people.aino))

import logging
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from fiilis.account import services
from fiilis.account.models import SignInLink
from fiilis.config.logs import HideLinks
from fiilis.core import clock, workspaces
from fiilis.core.errors import Conflict, Forbidden, Invalid, NotFound
from fiilis.core.models import AuditEntry, Membership, Role, User
from tests.conftest import PASSWORD, World


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_password_signs_in(world: World) -> None:
    client = Client()
    response = client.post("/sign-in/", {"login": "Aino@example.fi", "password": PASSWORD})
    assert (response.status_code, signed_in(client)) == (302, True)


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-up/", "/inactive/"])
def test_page_is_ours_not_the_librarys(client: Client, db: None, path: str) -> None:
    assert client.get(path).content.count(b"design/fiilis.css") == 1


def test_wrong_passwords_are_rate_limited(world: World) -> None:
    client = Client()
    for _attempt in range(5):
        client.post("/sign-in/", {"login": "aino@example.fi", "password": "wrong"})
    client.post("/sign-in/", {"login": "aino@example.fi", "password": PASSWORD})
    assert not signed_in(client)


def test_sign_up_is_closed(world: World) -> None:
    response = Client().post("/sign-up/", {"email": "x@example.fi", "password1": PASSWORD})
    assert User.objects.filter(email="x@example.fi").count() == 0
    assert b'<form method="post" class' not in response.content


def test_demo_link_signs_in_once_and_only_by_post(world: World, settings: Settings) -> None:
    settings.FIILIS_DEMO = True
    path = services.issue_sign_in_link(user=world.people.aino, purpose="demo")
    scanner, aino, second = Client(), Client(), Client()
    assert scanner.get(path).status_code == 200
    assert not signed_in(scanner)
    assert SignInLink.objects.get().used_at is None
    assert aino.post(path).status_code == 302
    assert signed_in(aino)
    assert second.post(path).status_code == 404
    assert not signed_in(second)


def test_demo_link_outside_the_demo_is_refused(world: World, settings: Settings) -> None:
    settings.FIILIS_DEMO = True
    path = services.issue_sign_in_link(user=world.people.aino, purpose="demo")
    settings.FIILIS_DEMO = False
    client = Client()
    assert client.post(path).status_code == 403
    assert not signed_in(client)
    with pytest.raises(Forbidden):
        services.issue_sign_in_link(user=world.people.aino, purpose="demo")


def test_old_link_is_refused(world: World) -> None:
    path = services.issue_sign_in_link(user=world.people.aino, purpose="welcome")
    with clock.held(clock.now() + services.LIFETIMES[SignInLink.Purpose.WELCOME] * 1.01), pytest.raises(NotFound):
        services.look_at_link(token=path.rpartition("/")[2])


def test_token_is_not_stored(world: World) -> None:
    token = services.issue_sign_in_link(user=world.people.aino, purpose="welcome").rpartition("/")[2]
    assert [token in str(value) for value in SignInLink.objects.values_list().get()] == [False] * 7


def test_owner_adds_a_member_who_chooses_a_password(world: World) -> None:
    response = world.client("aino").post(
        "/w/villa/members/", {"name": "Fanny", "email": "fanny@example.fi", "role": "analyst"}
    )
    path = re.search(r"/enter/[\w-]+", response.content.decode())
    assert path is not None
    fanny = Client()
    weak = fanny.post(path[0], {"password": "salasana"})
    assert (weak.status_code, signed_in(fanny)) == (422, False)
    assert fanny.post(path[0], {"password": "sinistä villalankaa"}).status_code == 302
    assert Membership.objects.get(user__email="fanny@example.fi").role == Role.ANALYST
    assert fanny.get("/w/villa/members/").status_code == 200
    assert fanny.get("/w/villa/settings/").status_code == 403


def add(world: World, email: str, role: str = Role.AGENT) -> tuple[Membership, str]:
    return services.add_member(workspace=world.woollens, email=email, name="", role=role, by=world.people.aino)


def test_account_made_elsewhere_is_not_trusted_by_its_address(world: World) -> None:
    # Onni makes an account under Fanny's address and holds its link; Aino must not let that account in.
    _membership, link = services.add_member(
        workspace=world.sauna, email="fanny@example.fi", name="Fanny", role=Role.AGENT, by=world.people.onni
    )
    assert link.startswith("/enter/")
    for email in ("fanny@example.fi", "ONNI@example.fi"):
        with pytest.raises(Conflict) as caught:
            add(world, email)
        assert caught.value.code == "account_elsewhere"
    assert Membership.objects.filter(workspace=world.woollens).count() == 5


def test_owner_of_two_workspaces_adds_a_member_of_one_to_the_other(world: World) -> None:
    second = workspaces.create_workspace(slug="lanka", name="Lanka Oy", by="test", owner=world.people.aino)
    _membership, link = services.add_member(
        workspace=second, email="Daniel@example.fi", name="", role=Role.AGENT, by=world.people.aino
    )
    assert link == ""
    with pytest.raises(Conflict) as caught:
        add(world, "daniel@example.fi")
    assert caught.value.code == "conflict"


def test_link_never_stands_in_the_log(world: World) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden: %s", ("/enter/Ab-c_9",), None)
    assert HideLinks().filter(record)
    assert record.getMessage() == "Forbidden: /enter/..."


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "x", ""])
def test_odd_page_number_gives_a_page(world: World, number: str) -> None:
    assert world.client("aino").get("/w/villa/audit/", {"page": number}).status_code == 200


@pytest.mark.parametrize("name", ["bjorn", "carita", "daniel", "eeva"])
def test_only_the_owner_edits_members(world: World, name: str) -> None:
    client, carita = world.client(name), world.people.carita
    before = list(Membership.objects.values_list("user_id", "role").order_by("pk"))
    assert client.post("/w/villa/members/", {"name": "X", "email": "x@example.fi", "role": "owner"}).status_code == 403
    assert client.post(f"/w/villa/members/{carita.pk}/role", {"role": "owner"}).status_code == 403
    assert client.post(f"/w/villa/members/{carita.pk}/remove").status_code == 403
    assert list(Membership.objects.values_list("user_id", "role").order_by("pk")) == before


PAGES = ["/w/villa/members/", "/w/villa/audit/", "/w/villa/audit/?show=looks", "/w/villa/settings/"]


@pytest.mark.parametrize("path", PAGES)
def test_outsider_gets_404_and_anonymous_the_sign_in_page(world: World, path: str) -> None:
    assert world.client("onni").get(path).status_code == 404
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/?next=/w/villa/")
    assert world.client("aino").get(path).status_code == 200


def test_outsider_changes_nothing(world: World) -> None:
    onni, carita = world.client("onni"), world.people.carita
    assert onni.post(f"/w/villa/members/{carita.pk}/remove").status_code == 404
    # her own workspace's address with our member's id
    assert onni.post(f"/w/sauna/members/{carita.pk}/role", {"role": "owner"}).status_code == 302
    assert Membership.objects.get(user=carita).role == Role.ANALYST
    with pytest.raises(NotFound):
        services.remove_member(workspace=world.sauna, user_id=carita.pk, by=world.people.onni)


def test_roles_see_what_they_may(world: World) -> None:
    seen = {name: [world.client(name).get(p).status_code for p in PAGES] for name in ("bjorn", "daniel", "eeva")}
    assert seen == {"bjorn": [200, 200, 200, 403], "daniel": [200, 403, 403, 403], "eeva": [403, 403, 403, 403]}


def test_settings_are_saved_and_leave_a_trail(world: World) -> None:
    form = {"name": "Villa & Lanka Oy", "language": "sv", "time_zone": "Europe/Stockholm"}
    assert world.client("aino").post("/w/villa/settings/", form).status_code == 302
    world.woollens.refresh_from_db()
    assert (world.woollens.name, world.woollens.language, world.woollens.time_zone) == tuple(form.values())
    entry = AuditEntry.objects.of(world.woollens).latest("id")
    assert (entry.by, entry.verb, entry.kind, entry.summary) == ("Aino", "changed", "workspace", form)


def test_unknown_time_zone_is_refused(world: World) -> None:
    form = {"name": "Villa", "language": "fi", "time_zone": "Moon/Base"}
    assert world.client("aino").post("/w/villa/settings/", form).status_code == 422


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("/w/villa/members/", 5), ("/w/villa/audit/", 6)])
def test_lists_take_the_same_queries_for_1_and_3_rows(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, path: str, queries: int, count: int
) -> None:
    for name in ("daniel", "eeva", "carita", "bjorn")[: 4 - count]:
        workspaces.remove_member(workspace=world.woollens, user=getattr(world.people, name), by="test")
    client = world.client("aino")
    with django_assert_num_queries(queries):
        client.get(path)


def test_weak_password_is_refused_with_reasons(world: World) -> None:
    with pytest.raises(Invalid) as caught:
        services.create_user(email="x@example.fi", name="", password="villa", slug="uusi", role="owner", by="test")
    assert caught.value.code == "weak_password"
    assert User.objects.filter(email="x@example.fi").count() == 0


def test_pages_send_security_headers(world: World) -> None:
    response = world.client("aino").get("/w/villa/members/")
    assert response["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"

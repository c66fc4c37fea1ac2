"""Named people: Aino owns the woollens shop, Björn manages it, Carita analyses, Daniel answers customers, Eeva is a
partner's contact; Onni owns the sauna shop next door and must never see the woollens."""

from dataclasses import dataclass

import pytest
from django.test import Client

from fiilis.core import workspaces
from fiilis.core.models import Role, User, Workspace

PASSWORD = "villapaita ja pipo"


@dataclass
class People:
    """Users by their first name."""

    aino: User
    bjorn: User
    carita: User
    daniel: User
    eeva: User
    onni: User


@dataclass
class World:
    """Two organisations that know nothing of each other."""

    woollens: Workspace
    sauna: Workspace
    people: People

    def client(self, name: str) -> Client:
        """Return a browser in which that person has signed in."""
        client = Client()
        client.force_login(getattr(self.people, name))
        return client


@pytest.fixture
def world(db: None) -> World:
    """The woollens shop with its five members, and the sauna shop with its owner."""
    made = {
        name: User.objects.create_user(f"{name}@example.fi", PASSWORD, name=name.capitalize())
        for name in ("aino", "bjorn", "carita", "daniel", "eeva", "onni")
    }
    people = People(**made)
    woollens = workspaces.create_workspace(slug="villa", name="Villa Oy", by="test", owner=people.aino)
    sauna = workspaces.create_workspace(slug="sauna", name="Sauna Oy", by="test", owner=people.onni)
    roles = {"bjorn": Role.MANAGER, "carita": Role.ANALYST, "daniel": Role.AGENT, "eeva": Role.PARTNER}
    for name, role in roles.items():
        workspaces.give_role(workspace=woollens, user=made[name], role=role, by="test")
    return World(woollens, sauna, people)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: the browser's driver keeps an event loop running in this thread until the end, and
    `asyncio.run` of any later test would refuse."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


@pytest.fixture(autouse=True)
def newest_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each query asks for the newest facts: a test puts facts and looks at once, sooner than a page would."""
    from fiilis.warehouse import engine

    monkeypatch.setattr(engine, "FRESH_SECONDS", 0.0)

import uuid

import pytest

from fiilis.core.models import AuditEntry
from fiilis.core.scoped import UnscopedQuery
from tests.conftest import World


def test_query_without_workspace_raises(world: World) -> None:
    for ask in (AuditEntry.objects.all, AuditEntry.objects.count, lambda: AuditEntry.objects.filter(pk=1)):
        with pytest.raises(UnscopedQuery):
            ask()


def test_of_gives_only_that_workspaces_rows(world: World) -> None:
    ours = AuditEntry.objects.of(world.woollens)
    assert {entry.workspace_id for entry in ours} == {world.woollens.pk}
    assert ours.count() == 6
    assert AuditEntry.objects.of(world.sauna).count() == 2


def test_create_fills_in_the_workspace(world: World) -> None:
    entry = AuditEntry.objects.of(world.sauna).filter(verb="x").create(by="test", verb="x", kind="y")
    assert entry.workspace_id == world.sauna.pk


def test_of_something_else_raises(world: World) -> None:
    with pytest.raises(UnscopedQuery):
        AuditEntry.objects.of(world.people.aino.email)  # type: ignore[arg-type]


def test_across_workspaces_needs_a_reason(world: World) -> None:
    with pytest.raises(UnscopedQuery):
        AuditEntry.objects.across_workspaces(reason="")
    assert AuditEntry.objects.across_workspaces(reason="a test of the whole table").count() == 8


def test_unknown_workspace_gives_nothing(world: World) -> None:
    assert AuditEntry.objects.of(uuid.uuid4()).count() == 0

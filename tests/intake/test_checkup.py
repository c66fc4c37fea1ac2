from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import translation

from fiilis.core import clock
from fiilis.intake import checkup, router
from fiilis.intake.models import InboxRow, RemovalRequest

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def found() -> list[tuple[bool, str]]:
    return [(finding.ok, finding.what) for finding in checkup.examine()]


def test_inbox_in_order_is_found_well() -> None:
    if connections[router.alias()].vendor == "sqlite":
        # the tests' own inbox does not wait, to spare the disk; this connection does
        with connections[router.alias()].cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
    assert found() == [(True, "The inbox can be read (0 posts so far)."), (True, "A commit waits for the disk.")]


def test_commit_that_does_not_wait_is_found() -> None:
    if connections[router.alias()].vendor != "sqlite":
        pytest.skip("SQLite's own")
    with connections[router.alias()].cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    assert found()[1] == (False, "A commit does not wait for the disk.")


def test_removal_that_nobody_carries_out_is_found() -> None:
    RemovalRequest.objects.create(through_seq=1, made_at=clock.now() - timedelta(hours=2))
    assert found()[-1] == (False, "1 request to remove raw answers waits for more than an hour.")


def test_missing_table_is_found_with_its_remedy() -> None:
    connection = connections[router.alias()]
    table = InboxRow._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        (finding,) = checkup.examine()
        assert (finding.ok, finding.remedy) == (False, "Run `fiilis migrate`.")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")

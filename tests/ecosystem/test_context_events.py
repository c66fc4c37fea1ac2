import uuid
from datetime import date

import pytest

from fiilis.core.errors import Invalid, NotFound
from fiilis.core.models import AuditEntry
from fiilis.ecosystem import queries, services
from tests.conftest import World

ADDRESS = "/w/villa/context/"
STRIKE = {"kind": "strike", "names": {"fi": "Postilakko"}, "first": date(2026, 2, 2), "last": date(2026, 2, 13)}


def names(world: World, since: date | None = None, until: date | None = None) -> list[dict[str, str]]:
    return [row.names for row in queries.context_events(workspace=world.woollens, since=since, until=until)]


def test_event_is_kept_with_an_audit_line(world: World) -> None:
    services.note_context_event(workspace=world.woollens, by=world.people.bjorn, **STRIKE)
    assert names(world) == [{"fi": "Postilakko"}]
    line = AuditEntry.objects.of(world.woollens).get(kind="context event")
    assert (line.verb, line.target_name, line.summary) == ("added", "Postilakko", {"kind": "strike"})


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (date(2026, 2, 10), None, 1),  # still going on
        (date(2026, 2, 14), None, 0),
        (None, date(2026, 2, 2), 1),
        (None, date(2026, 2, 1), 0),
    ],
)
def test_what_went_on_between_days_is_found_by_its_span(world: World, since: date, until: date, found: int) -> None:
    services.note_context_event(workspace=world.woollens, by="test", **STRIKE)
    assert len(names(world, since, until)) == found


def test_change_without_evidence_is_an_assumption(world: World) -> None:
    for evidence in ("", "41 comments on the return form"):
        services.note_context_event(
            workspace=world.woollens, kind="change", names={"en": "New form"}, first=date(2026, 1, 1),
            evidence=evidence, by="test",
        )  # fmt: skip
    assert [row.assumed for row in queries.context_events(workspace=world.woollens)] == [True, False]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"names": {"fi": " "}}, "name"), ({"kind": "gossip"}, "name"), ({"last": date(2026, 1, 1)}, "days")],
)
def test_event_without_a_name_or_out_of_order_is_refused(world: World, change: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.note_context_event(workspace=world.woollens, by="test", **(STRIKE | change))  # type: ignore[arg-type]
    assert refused.value.code == code
    assert names(world) == []


def test_neighbour_neither_sees_nor_removes_it(world: World) -> None:
    made = services.note_context_event(workspace=world.woollens, by="test", **STRIKE)
    assert queries.context_events(workspace=world.sauna) == []
    with pytest.raises(NotFound):
        services.remove_context_event(workspace=world.sauna, event_id=made.pk, by="test")
    assert world.client("onni").get(ADDRESS).status_code == 404
    assert world.client("onni").post(f"/w/sauna/context/{made.pk}/remove").status_code == 404
    assert len(names(world)) == 1


@pytest.mark.parametrize(
    ("name", "status"), [("aino", 302), ("bjorn", 302), ("carita", 403), ("daniel", 403), ("eeva", 403), ("onni", 404)]
)
def test_who_may_write_down_and_remove(world: World, name: str, status: int) -> None:
    client = world.client(name)
    given = {"name": "Helleaalto", "kind": "weather", "first": "2026-07-06", "last": "", "evidence": ""}
    assert client.post(ADDRESS, given).status_code == status
    kept = services.note_context_event(workspace=world.woollens, by="test", **STRIKE)
    assert client.post(f"{ADDRESS}{kept.pk}/remove").status_code == status
    assert len(names(world)) == 1


def test_page_lists_events_and_teaches_when_there_are_none(world: World) -> None:
    english = {"accept-language": "en"}
    assert b"Nothing written down yet" in world.client("carita").get(ADDRESS, headers=english).content
    services.note_context_event(workspace=world.woollens, by="test", **STRIKE)
    html = world.client("carita").get(ADDRESS, headers=english).content.decode()
    assert html.count("Postilakko") == 1
    assert html.count("<form class=") == 0  # an analyst only reads


def test_wrong_days_are_said_at_the_field_and_nothing_is_kept(world: World) -> None:
    given = {"name": "Lakko", "kind": "strike", "first": "2026-02-02", "last": "2026-02-01", "evidence": ""}
    answer = world.client("aino").post(ADDRESS, given, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert b"The last day is before the first." in answer.content
    assert names(world) == []


def test_removing_an_unknown_one_is_not_found(world: World) -> None:
    assert world.client("aino").post(f"{ADDRESS}{uuid.uuid4()}/remove").status_code == 404

"""A file sent from a browser: read whatever tool wrote it, its columns guessed, imported as the command imports."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_django import Settings

from fiilis.core import clock
from fiilis.core.errors import Conflict, Invalid, NotFound
from fiilis.core.models import AuditEntry, OutboxEvent
from fiilis.listen.models import Import, RememberedColumns, Survey, Upload
from fiilis.listen.services import imports, uploads
from fiilis.listen.services.imports import numbers
from fiilis.listen.services.imports.chosen import Choices
from fiilis.listen.services.uploads import files, requests, work
from fiilis.understand import facts
from fiilis.understand.sums import estimate
from fiilis.understand.types import Filter
from fiilis.warehouse import sync
from tests.conftest import World
from tests.listen.desk import HEAD, Desk, roles, rows, text
from tests.listen.shop import DATABASES, Shop
from tests.listen.workbook import Formula, write

pytestmark = pytest.mark.django_db(databases=DATABASES)


@pytest.fixture(autouse=True)
def data(settings: Settings, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def desk(world: World) -> Desk:
    Shop(world.woollens).open()
    return Desk(world)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_is_read_whatever_its_writing(desk: Desk, encoding: str, delimiter: str) -> None:
    upload = desk.look(text([HEAD, *rows()], delimiter).encode(encoding))
    assert (upload.status, upload.fault) == ("ready", "")
    assert [column["name"] for column in upload.table["columns"]] == HEAD
    assert roles(upload) == ["time", "nps", "csat5", "comment", "attribute"]
    assert (upload.report["rows"], upload.report["read"], upload.report["refused_rows"]) == (30, 30, 0)


def test_import_is_what_the_preview_said(desk: Desk) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    assert desk.bring_in(upload).status == "done"
    found = desk.feedback()
    assert len(found) == 30
    assert found[9].answers == {"nps": 9, "csat": 5, "comment": "Paketti numero 9 oli hyvä"}
    assert (found[9].attributes, found[1].attributes, found[2].attributes) == (
        {"laite": "iphone"},
        {"laite": "android"},
        {},
    )
    assert found[9].at == datetime(2026, 3, 10, 13, 9, tzinfo=UTC)
    assert Import.objects.of(desk.workspace).get().file_name == "Vanha kysely.csv"
    assert OutboxEvent.objects.filter(name="listen.import_completed").count() == 1
    trail = AuditEntry.objects.of(desk.workspace).filter(kind__in=("upload", "import")).order_by("id")
    assert [entry.verb for entry in trail] == ["uploaded", "began", "imported"]


def test_numbers_of_the_preview_are_those_of_science(desk: Desk) -> None:
    upload = desk.look(text([HEAD, *rows(110)]))
    nps, csat = map(numbers.figure, upload.report["numbers"])
    assert (nps.estimate.n, round(nps.estimate.value or 0, 1)) == (110, round(100 * (20 - 70) / 110, 1))
    assert (csat.estimate.n, csat.estimate.value) == (110, 0.4)
    assert None not in (nps.estimate.low, nps.estimate.high, csat.estimate.low, csat.estimate.high)


def test_answers_are_gone_from_the_disk_after_the_import(desk: Desk, data: Path) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    place = files.folder(desk.workspace.pk, upload.pk)
    assert sorted(p.name for p in place.iterdir()) == ["MAP.toml", "refused.csv", "sent", "survey.json", "table.csv"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in (place, place.parent, place.parent.parent)} == {0o700}
    desk.bring_in(upload)
    assert [p.name for p in place.iterdir()] == ["refused.csv"]


def test_undo_takes_everything_back(desk: Desk) -> None:
    upload = desk.bring_in(desk.look(text([HEAD, *rows()])))
    imports.begin_undo(workspace=desk.workspace, import_id=upload.imported_id, by=desk.by)
    while work.run_next():
        pass
    assert desk.feedback() == []
    assert Import.objects.of(desk.workspace).get().status == "undone"


def test_choices_are_remembered_for_the_next_file_with_the_same_columns(desk: Desk) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    upload = desk.choose(upload, roles={"Laite": "", "Tyytyväisyys": "ces5"}, name="Jälkikysely")
    desk.bring_in(upload)
    again = desk.look(text([HEAD, *rows(40)]), name="toinen.csv")
    assert again.remembered
    assert again.choices == upload.choices
    assert desk.bring_in(again).status == "done"
    assert Survey.objects.of(desk.workspace).filter(name="Jälkikysely").count() == 1
    assert len(desk.feedback()) == 70
    assert RememberedColumns.objects.of(desk.workspace).count() == 1


def test_same_file_again_is_told_and_not_doubled(desk: Desk) -> None:
    desk.bring_in(desk.look(text([HEAD, *rows()])))
    again = desk.bring_in(desk.look(text([HEAD, *rows()])))
    assert again.status == "ready"
    assert again.fault.startswith("This file was imported with this mapping on")
    assert len(desk.feedback()) == 30


def test_interrupted_import_goes_on_without_doubles(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = desk.look(text([HEAD, *rows(1200)]))
    told: list[int] = []

    def stopped(note: Any, done: int, total: int) -> None:
        told.append(done)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(work._Note, "progress", stopped)
        patched.setattr(work, "TOLD_EVERY", 0)
        with pytest.raises(KeyboardInterrupt):
            desk.bring_in(upload)
    assert told == [500]
    while work.run_next():
        pass
    upload.refresh_from_db()
    assert upload.status == "done"
    assert len(desk.feedback()) == 1200


# what is read


def test_workbook_gives_its_saved_values_and_evaluates_nothing(desk: Desk, tmp_path: Path) -> None:
    table = [["Vastausaika", "NPS", "Kommentti palaute"]]
    table += [["2026-03-02 12:00", n % 11, f"Tämä oli jo kommentti {n}"] for n in range(20)]
    table[1] = [
        "2026-03-02 12:00",
        Formula("4+5", "9"),
        Formula('WEBSERVICE("http://x")', "Tämä oli tallessa jo silloin"),
    ]
    table[2] = ["2026-03-02 12:00", Formula("4+5"), "=1+1"]
    path = write(tmp_path / "a.xlsx", {"Ohje": [], "Data": table})
    upload = desk.look(path.read_bytes(), "a.xlsx")
    assert (upload.status, upload.table["sheet"]) == ("ready", "Data")
    assert roles(upload) == ["time", "nps", "comment"]
    found = desk.bring_in(upload) and desk.feedback()
    assert found[0].answers == {"nps": 9, "comment": "Tämä oli tallessa jo silloin"}
    assert found[1].answers == {"comment": "=1+1"}


def test_times_of_a_workbook_are_times(desk: Desk, tmp_path: Path) -> None:
    styled = (
        '<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    del styled  # numbers without a format stay numbers: the reader must choose one date for all then
    table = [["Pvm", "NPS"], *[[45000.5, n % 11] for n in range(20)]]
    upload = desk.look(write(tmp_path / "a.xlsx", {"Data": table}).read_bytes(), "a.xlsx")
    assert upload.report == {}
    upload = desk.choose(upload, day="2026-03-02", roles={"Pvm": ""})
    assert upload.report["read"] == 20


@pytest.mark.parametrize(
    ("dates", "order", "orders"),
    [
        (["2.3.2026", "28.3.2026"], "dmy", ["dmy"]),
        (["2026-03-02", "2026-03-28T10:00Z"], "ymd", ["ymd"]),
        (["3/2/2026 1:05:00 PM", "3/28/2026 1:05:00 AM"], "mdy", ["mdy"]),
        (["3/2/2026 1:05:00 PM", "3/4/2026 1:05:00 AM"], "mdy", ["dmy", "mdy"]),
        (["3/2/2026 13:05", "3/4/2026 13:05"], "dmy", ["dmy", "mdy"]),
    ],
)
def test_order_of_day_and_month_is_told_by_the_whole_column(
    desk: Desk, dates: list[str], order: str, orders: list[str]
) -> None:
    table = [["Date", "NPS"], *[[dates[0], "9"]] * 400, [dates[1], "3"]]
    upload = desk.look(text(table, ","))
    assert upload.table["columns"][0]["orders"] == orders
    assert upload.choices["order"] == order
    assert upload.report["refused_rows"] == 0


def test_names_over_two_rows_under_a_title(desk: Desk) -> None:
    table = [
        ["Asiakaskysely 2026", "", "", ""],
        ["Start Date", "How likely is it that you would recommend us?", "Which store?", ""],
        ["", "", "Response", "Other (please specify)"],
        *[["03/28/2026 10:00:00 AM", "10 - Extremely likely", "Kamppi", ""] for _n in range(12)],
        *[["03/02/2026 10:00:00 PM", "0 - Not at all likely", "Itis", "Market"] for _n in range(12)],
    ]
    upload = desk.look(text(table, ","))
    assert [column["name"] for column in upload.table["columns"]] == [
        "Start Date", "How likely is it that you would recommend us?", "Which store?",
        "Which store? – Other (please specify)",
    ]  # fmt: skip
    assert (upload.table["skip"], upload.table["head"]) == (1, 2)
    (nps,) = map(numbers.figure, upload.report["numbers"])
    assert nps.counts == {0: 12, 10: 12}


def test_names_elsewhere_are_read_anew(desk: Desk) -> None:
    upload = desk.look(text([["x", "y"], ["NPS", "Pvm"], *[["9", "2.3.2026"]] * 9], ","))
    uploads.reread(workspace=desk.workspace, upload_id=upload.pk, sheet="", skip=1, head=1, by=desk.by)
    while work.run_next():
        pass
    upload.refresh_from_db()
    assert roles(upload) == ["nps", "time"]
    assert upload.report["read"] == 9


def test_column_named_twice_is_told_apart_and_a_newline_stays_in_its_cell(desk: Desk) -> None:
    table = [
        ["Pvm", "NPS", "Kommentti", "Kommentti"],
        *[["2.3.2026", "9", f"rivi {n}\ntoinen; rivi", "muuta"] for n in range(9)],
    ]
    upload = desk.look(text(table))
    assert [column["name"] for column in upload.table["columns"]] == ["Pvm", "NPS", "Kommentti", "Kommentti (2)"]
    desk.bring_in(upload)
    assert desk.feedback()[0].answers["comment"] == "rivi 0\ntoinen; rivi"


def test_touchpoints_language_customer_and_weight_are_found(desk: Desk) -> None:
    head = ["Pvm", "NPS", "Kohtaamispiste", "Kieli", "Asiakasnumero", "Painokerroin", "Sähköposti"]
    places = ["Kassa", "Toimitus", "Kuu"]
    table = [
        [
            f"{n % 28 + 1}.3.2026",
            str(n % 11),
            places[n % 3],
            ["Suomi", "ruotsi"][n % 2],
            f"C{n}",
            f"1,{n % 9}",
            f"a{n}@example.fi",
        ]
        for n in range(60)
    ]
    upload = desk.look(text([head, *table]))
    assert roles(upload) == ["time", "nps", "touchpoint", "language", "person", "weight", ""]
    desk.bring_in(upload)
    found = desk.feedback()
    assert [one.touchpoint.key if one.touchpoint else None for one in found[:3]] == ["till", "delivery", None]
    assert ([one.language for one in found[:2]], found[3].weight) == (["fi", "sv"], 1.3)
    assert all(one.person_id for one in found)


def test_preview_hides_personal_data(desk: Desk) -> None:
    table = [
        ["Pvm", "NPS", "Palaute", "E-mail"],
        *[["2.3.2026", "9", f"Soita {n} 040 123 4567 heti", f"a{n}@b.fi"] for n in range(9)],
    ]
    upload = desk.look(text(table))
    assert upload.table["sample"][0] == ["2.3.2026", "9", "Soita 0 [phone] heti", "…"]
    assert "@" not in str(upload.table)


def test_refusals_are_listed_by_row_with_reason_and_never_the_value(desk: Desk) -> None:
    table = rows()
    table[4][1], table[7][0] = "17", "eilen"
    upload = desk.look(text([HEAD, *table]))
    assert upload.report["refused"] == [["6", HEAD[1], "range"], ["9", HEAD[0], "time"]]
    listed = (files.folder(desk.workspace.pk, upload.pk) / files.REFUSED).read_text()
    assert "17" not in listed and "eilen" not in listed
    with pytest.raises(Invalid):
        desk.bring_in(upload)
    assert desk.bring_in(upload, accept=True).status == "done"
    assert len(desk.feedback()) == 28


def test_value_that_means_no_answer_is_passed_over(desk: Desk) -> None:
    table = rows()
    table[4][1] = "99"
    upload = desk.look(text([HEAD, *table]))
    assert upload.report["refused_rows"] == 1
    upload = desk.choose(upload, blank=("99",))
    assert upload.report["refused_rows"] == 0


# choices that can't stand


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"roles": {"Laite": "time"}}, "Laite", "doubled"),
        ({"roles": {HEAD[0]: ""}}, "day", "no_time"),
        ({"roles": dict.fromkeys(HEAD[1:4], "")}, "roles", "no_answers"),
        ({"name": " "}, "name", "name"),
        ({"order": "ydm"}, "order", "order"),
    ],
)
def test_choice_that_cant_stand_is_named(desk: Desk, changes: dict[str, Any], field: str, code: str) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    with pytest.raises(Invalid) as caught:
        desk.choose(upload, **changes)
    assert [(one.field, one.code) for one in caught.value.fields] == [(field, code)]


def test_survey_name_of_another_survey_is_told(desk: Desk) -> None:
    upload = desk.choose(desk.look(text([HEAD, *rows()])), name="Kassakysely")
    assert (upload.status, upload.report) == ("ready", {})
    assert upload.fault.startswith("A survey named “Kassakysely” exists and asks something else.")


def test_preview_that_has_changed_meanwhile_is_not_imported(desk: Desk) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    desk.choose(upload, name="Toinen")
    with pytest.raises(Conflict):
        uploads.start(workspace=desk.workspace, upload_id=upload.pk, turn=1, accept_refused=False, by=desk.by)


def test_map_to_take_along_does_the_same_with_the_command(desk: Desk, tmp_path: Path) -> None:
    table = [
        ["Otsikko", "", ""],
        ["Pvm", "NPS", 'Mikä "laite"'],
        *[["2.3.2026", str(n % 11), f"l{n % 2}"] for n in range(20)],
    ]
    upload = desk.look(write(tmp_path / "a.xlsx", {"Data": table}).read_bytes(), "a.xlsx")
    for name, content in work.take_along(upload).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    with imports.readable(tmp_path / "a.xlsx", tmp_path / "MAP.toml") as (path, flat):
        plan = imports.plan(workspace=desk.workspace, file=path, mapping=tmp_path / "MAP.toml", flat=flat)
        assert imports.run(workspace=desk.workspace, plan=plan, by="command").feedback == 20
    assert desk.bring_in(upload).fault.startswith("This file was imported with this mapping")


# keeping and removing


def test_other_workspaces_upload_does_not_exist(desk: Desk, world: World) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    choices = msgspec.convert(upload.choices, Choices)
    there = {"workspace": world.sauna, "upload_id": upload.pk, "by": world.people.onni}
    for ask in (
        lambda: uploads.choose(choices=choices, **there),
        lambda: uploads.reread(sheet="", skip=0, head=1, **there),
        lambda: uploads.start(turn=1, accept_refused=True, **there),
        lambda: uploads.discard(**there),
    ):
        with pytest.raises(NotFound):
            ask()


def test_remembered_choices_stay_in_their_workspace(desk: Desk, world: World) -> None:
    desk.bring_in(desk.choose(desk.look(text([HEAD, *rows()])), roles={"Laite": ""}))
    desk.workspace, desk.by = world.sauna, world.people.onni
    assert not desk.look(text([HEAD, *rows()])).remembered


def test_discarded_upload_leaves_nothing(desk: Desk) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    uploads.discard(workspace=desk.workspace, upload_id=upload.pk, by=desk.by)
    assert not files.folder(desk.workspace.pk, upload.pk).exists()
    assert not Upload.objects.of(desk.workspace).exists()


def test_imported_upload_keeps_nothing_of_what_was_said(desk: Desk) -> None:
    upload = desk.look(text([HEAD, *rows()]))
    before = work.take_along(upload)
    desk.bring_in(upload)
    assert upload.table["sample"] == []
    kept = {column["name"]: column.get("values", {}) for column in upload.table["columns"]}
    assert {name for name, values in kept.items() if values} == {HEAD[1], HEAD[2]}  # the scales
    assert work.take_along(upload) == before


def test_files_go_after_a_week(desk: Desk) -> None:
    waiting = desk.look(text([HEAD, *rows()]))
    done = desk.bring_in(desk.look(text([HEAD, *rows(40)])))
    assert work.tidy() == 0
    old = clock.now() - timedelta(days=8)
    Upload.objects.of(desk.workspace).update(made_at=old)
    orphan = files.make(desk.workspace.pk, desk.workspace.pk)
    os.utime(orphan, (old.timestamp(), old.timestamp()))
    assert work.tidy() == 3
    assert [path for path in files.root().glob("*/*")] == []
    assert [one.pk for one in Upload.objects.of(desk.workspace)] == [done.pk]
    assert waiting.pk != done.pk
    assert work.tidy() == 0


def test_only_so_many_wait_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_WAITING", 1)
    desk.send("NPS;Pvm\n9;2.3.2026\n")
    with pytest.raises(Conflict):
        desk.send("NPS;Pvm\n9;2.3.2026\n")


@pytest.mark.django_db(databases=DATABASES, transaction=True)
@pytest.mark.parametrize("weighted", [False, True])
def test_preview_and_board_count_the_same(desk: Desk, settings: Settings, tmp_path: Path, weighted: bool) -> None:
    settings.FIILIS_LAKE = str(tmp_path / "lake")
    table = [["Pvm", "NPS", "Tyytyväisyys", "Helppous", "Paino"]]
    table += [["2.3.2026", str(n * n % 11), str(n % 5 + 1), str(n % 7 + 1), str(n % 2 + 0.5)] for n in range(97)]
    if not weighted:
        table = [row[:-1] for row in table]
    upload = desk.look(text(table))
    assert roles(upload)[1:4] == ["nps", "csat5", "ces7"]
    figures = {one.kind.value: one.estimate for one in map(numbers.figure, upload.report["numbers"])}
    desk.bring_in(upload)
    sync.run_until_idle()
    sums = facts.metric_sums(workspace=desk.workspace, asked=Filter()).value
    assert {measure.kind: estimate(measure, one) for measure, one in sums.items()} == figures

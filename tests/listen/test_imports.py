"""Importing a file of answers: what is read and refused, and why."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from fiilis.core.errors import Conflict, Invalid
from fiilis.core.models import AuditEntry, OutboxEvent
from fiilis.ecosystem import queries as ecosystem
from fiilis.listen.models import Feedback, Import, Survey, Version
from fiilis.listen.services import imports
from fiilis.listen.services.imports import running
from tests.conftest import World
from tests.listen.import_desk import FULL, HEAD, MAP, SURVEY, Desk, Interrupted, many, row, shop_journey


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    shop_journey(world.woollens)
    (tmp_path / "survey.toml").write_text(SURVEY, encoding="utf-8")
    return Desk(tmp_path, world.woollens)


def test_run_reads_every_field(desk: Desk) -> None:
    desk.put([FULL])
    outcome = desk.run()
    (one,) = desk.feedback()
    assert one.answers == {"nps": 9, "ease": 7, "solved": "yes", "bought": ["yarn", "socks"], "why": "Hyvä"}
    assert one.at == datetime(2017, 5, 13, 9, 0, tzinfo=UTC)  # noon in Helsinki's summer
    assert one.event_at == datetime(2017, 5, 12, 8, 0, tzinfo=UTC)
    assert one.delay_seconds == 25 * 3600
    assert (one.weight, one.cluster, one.language, one.channel) == (1.5, "A", "fi", "import")
    assert one.touchpoint_id == ecosystem.touchpoint_ids(workspace=desk.workspace)["till"]
    assert one.person is not None
    assert one.person.key == "C7"
    assert (one.imported_by_id, one.import_row, one.inbox_id, one.revision, one.done) == (
        outcome.import_id, 1, None, 1, True,
    )  # fmt: skip
    assert (outcome.feedback, outcome.answers, outcome.refused_rows, outcome.resumed) == (1, 5, 0, False)


def test_run_makes_the_defined_survey_and_publishes_it(desk: Desk) -> None:
    desk.put([FULL])
    desk.run()
    survey = Survey.objects.of(desk.workspace).get()
    assert (survey.name, survey.current, survey.status) == ("Myymälä", 1, "open")
    assert Version.objects.of(desk.workspace).get().definition["questions"][1]["touchpoint"] == str(
        ecosystem.touchpoint_ids(workspace=desk.workspace)["delivery"]
    )


def test_second_file_of_the_same_survey_joins_its_version(desk: Desk) -> None:
    desk.put([FULL])
    desk.run()
    desk.put([row(id="2")])
    desk.run()
    assert Survey.objects.of(desk.workspace).count() == 1
    assert {one.version for one in desk.feedback()} == {1}


def test_mapping_by_code_reads_into_a_published_survey(desk: Desk) -> None:
    desk.put([FULL])
    desk.run()
    code = Survey.objects.of(desk.workspace).get().code
    desk.put([row(id="2")])
    desk.run(MAP.replace('define = "survey.toml"', f'code = "{code}"'))
    assert Feedback.objects.of(desk.workspace).count() == 2


def test_run_tells_upward_and_writes_the_trail_once(desk: Desk) -> None:
    desk.put(many(3))
    outcome = desk.run()
    events = OutboxEvent.objects.filter(name__startswith="listen.").values_list("name", "payload", "workspace_id")
    assert list(events) == [
        ("listen.import_completed", {"import_id": str(outcome.import_id)}, desk.workspace.pk),
    ]
    trail = AuditEntry.objects.of(desk.workspace).filter(kind="import").order_by("id")
    assert [(entry.verb, entry.summary["read"]) for entry in trail] == [("began", 3), ("imported", 3)]


def test_plan_writes_nothing(desk: Desk) -> None:
    desk.put(many(3))
    before = AuditEntry.objects.of(desk.workspace).count()
    desk.plan()
    assert (Survey.objects.of(desk.workspace).count(), Import.objects.of(desk.workspace).count()) == (0, 0)
    assert AuditEntry.objects.of(desk.workspace).count() == before


def test_plan_counts_what_would_be_read(desk: Desk) -> None:
    empty = row(id="4", nps="11", ease="", solved="0", b1="", b2=" ", why="")
    desk.put([FULL, row(id="2", nps="-"), row(id="3", nps="", when="2017-05-20"), empty, [""] * 13])
    report = desk.plan().report
    assert (report.rows, report.read, report.blank, report.refused_rows, report.answers) == (5, 3, 2, 0, 13)
    assert (report.questions["nps"].answered, report.questions["nps"].blank) == (1, 2)
    assert (report.questions["ease"].answered, report.questions["ease"].blank) == (3, 0)
    assert (report.encoding, report.delimiter, report.unread_columns) == ("utf-8", ",", ())
    assert (report.first_at, report.last_at) == (
        datetime(2017, 5, 13, 9, tzinfo=UTC), datetime(2017, 5, 20, 9, tzinfo=UTC),
    )  # fmt: skip
    json.dumps(report.as_dict())


@pytest.mark.parametrize(
    ("changes", "column", "why"),
    [
        ({"nps": "12"}, "nps", "range"),
        ({"nps": "9.5"}, "nps", "number"),
        ({"nps": "yhdeksän"}, "nps", "number"),
        ({"nps": "1_0"}, "nps", "number"),
        ({"nps": "nan"}, "nps", "number"),
        ({"nps": "٣"}, "nps", "number"),
        ({"ease": "8"}, "ease", "range"),
        ({"solved": "4"}, "solved", "code"),
        ({"b2": "shirt"}, "b2", "code"),
        ({"why": "x" * 41}, "why", "too_long"),
        ({"when": ""}, "when", "time"),
        ({"when": "13.5.2017"}, "when", "time"),
        ({"when": "2997-05-13"}, "when", "out_of_time"),
        ({"when": "1917-12-06"}, "when", "out_of_time"),
        ({"bought_at": "eilen"}, "bought_at", "time"),
        ({"weight": "0"}, "weight", "weight"),
        ({"weight": "-1"}, "weight", "weight"),
        ({"weight": ""}, "weight", "weight"),
        ({"weight": "inf"}, "weight", "weight"),
        ({"shop": "x" * 61}, "shop", "too_long"),
        ({"lang": "suomi"}, "lang", "language"),
        ({"customer": "x" * 121}, "customer", "too_long"),
        ({"id": "1"}, "id", "doubled"),
    ],
)
def test_refused_cell_is_told_by_line_and_column_and_imports_nothing(
    desk: Desk, changes: dict[str, str], column: str, why: str
) -> None:
    desk.put([FULL, row(**{"id": "2", **changes})])
    report = desk.plan().report
    assert [(one.line, one.column, one.why) for one in report.refused] == [(3, column, why)]
    assert dict(report.refusals) == {(column, why): 1}
    assert (report.read, report.refused_rows) == (1, 1)
    with pytest.raises(Invalid) as caught:
        desk.run()
    assert caught.value.code == "refused_rows"
    assert (Import.objects.of(desk.workspace).count(), desk.feedback()) == (0, [])


def test_reason_never_shows_the_value(desk: Desk) -> None:
    desk.put([row(nps="131052-308T", solved="aino@example.fi")])
    plan = desk.plan()
    words = " ".join(one.text for one in plan.report.refused) + json.dumps(plan.report.as_dict())
    assert "131052" not in words
    assert "aino" not in words
    assert len(plan.report.refused) == 2


def test_accepted_refusals_are_left_out_as_whole_rows(desk: Desk) -> None:
    desk.put([FULL, row(id="2", nps="12"), row(id="3")])
    outcome = desk.run(accept_refused=True)
    assert (outcome.feedback, outcome.refused_rows) == (2, 1)
    assert [one.import_row for one in desk.feedback()] == [1, 3]
    assert Import.objects.of(desk.workspace).get().rows_done == 3


def test_file_without_answers_is_refused(desk: Desk) -> None:
    desk.put([[""] * 13])
    with pytest.raises(Invalid) as caught:
        desk.run()
    assert caught.value.code == "no_answers"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found_out(desk: Desk, encoding: str, delimiter: str) -> None:
    desk.put([row(why="Äijä, sanoi; jotain | muuta €")], encoding=encoding, delimiter=delimiter)
    desk.run()
    assert desk.feedback()[0].answers["why"] == "Äijä, sanoi; jotain | muuta €"


def test_decimal_comma(desk: Desk) -> None:
    desk.put([row(weight="1,25", nps="9,0")], delimiter=";")
    desk.run(MAP.replace("[file]", '[file]\ndecimal = ","'))
    (one,) = desk.feedback()
    assert (one.weight, one.answers["nps"]) == (1.25, 9)


@pytest.mark.parametrize(
    ("raw", "line", "code"),
    [
        (b"", 0, "empty"),
        (b"\n", 1, "no_head"),
        (b"id;nps\n1;9\n", 1, "missing_column"),
        (b"\xff\xfei\x00d\x00", 1, "encoding"),
        (b"id,when\n1,\x00\n", 2, "nul"),
        (",".join(HEAD).encode() + b"\n" + b"x" * 1_000_001 + b"\n", 2, "long_line"),
        (",".join([*HEAD, "nps"]).encode() + b"\n", 1, "doubled_column"),
        (",".join(HEAD).encode() + b'\n1,2017-05-13,,1,A,1,C,9,easy,1,,,"no end\n', 2, "quotes"),
        (",".join(HEAD).encode() + b'\n1,2017-05-13,,1,A,1,C,9,easy,1,,,"two" ends"\n', 2, "quotes"),
        (",".join(HEAD).encode() + b"\n1,2017-05-13,,1,A,1,C,9,easy,1,,,\x81\n", 2, "encoding"),
    ],
)
def test_broken_file_is_refused_with_its_line(desk: Desk, raw: bytes, line: int, code: str) -> None:
    desk.file.write_bytes(raw)
    with pytest.raises(imports.Broken) as caught:
        desk.plan()
    assert (caught.value.line, caught.value.code) == (line, code)
    assert Survey.objects.of(desk.workspace).count() == 0


def test_given_encoding_that_does_not_fit_is_refused(desk: Desk) -> None:
    desk.put([row(why="hyvää")], encoding="cp1252")
    with pytest.raises(imports.Broken) as caught:
        desk.plan(MAP.replace("[file]", '[file]\nencoding = "utf-8"'))
    assert (caught.value.line, caught.value.code) == (2, "encoding")


def test_missing_file_is_refused(desk: Desk) -> None:
    with pytest.raises(imports.Broken) as caught:
        desk.plan()
    assert caught.value.code == "unreadable"


def test_missing_column_is_named_with_its_likeness(desk: Desk) -> None:
    desk.put([FULL], head=["weights" if name == "weight" else name for name in HEAD])
    with pytest.raises(imports.Broken) as caught, translation.override("en"):
        desk.plan()
    assert caught.value.fields[0].text == "There is no column “weight”. Is it “weights”?"


def test_wrong_number_of_cells_refuses_the_line(desk: Desk) -> None:
    desk.put([FULL, [*row(id="2"), "more"], row(id="3")[:-1]])
    report = desk.plan().report
    assert [(one.line, one.column, one.why) for one in report.refused] == [(3, "", "fields"), (4, "", "fields")]


def test_line_numbers_count_lines_inside_quotes(desk: Desk) -> None:
    desk.put([row(why="yksi\nkaksi\nkolme"), row(id="2", nps="77")])
    (refused,) = desk.plan().report.refused
    assert refused.line == 5


def test_column_doubled_but_not_mapped_is_no_matter(desk: Desk) -> None:
    desk.put([[*FULL, "x", "y"]], head=[*HEAD, "other", "other"])
    assert desk.plan().report.read == 1


def test_texts_are_redacted_before_they_are_stored(desk: Desk) -> None:
    desk.put([row(why="Soita 040 123 4567, a@b.fi")])
    desk.run()
    assert desk.feedback()[0].answers["why"] == "Soita [phone], [email]"
    assert Import.objects.of(desk.workspace).get().report["redacted"] == {"email": 1, "phone": 1}


def test_choices_in_one_cell_are_parted(desk: Desk) -> None:
    desk.put([row(b1="hat; yarn;", b2="hat"), row(id="2", b1="hat;shirt", b2="")])
    plan = desk.plan(MAP.replace('columns = ["b1", "b2"]', 'columns = ["b1", "b2"]\nseparator = ";"'))
    assert [(one.line, one.column, one.why) for one in plan.report.refused] == [(3, "b1", "code")]
    imports.run(workspace=desk.workspace, plan=plan, by="test", accept_refused=True)
    assert desk.feedback()[0].answers["bought"] == ["yarn", "hat"]


@pytest.mark.parametrize(
    ("rule", "raw", "wanted"),
    [
        ('format = "%d.%m.%Y %H:%M"', "3.7.2018 15:30", datetime(2018, 7, 3, 12, 30, tzinfo=UTC)),
        ('format = "%d.%m.%Y"\nat = 08:00:00', "3.1.2018", datetime(2018, 1, 3, 6, 0, tzinfo=UTC)),
        ("base = 2017-05-01", "13", datetime(2017, 5, 13, 9, 0, tzinfo=UTC)),
        ("base = 1899-12-30\nfirst = 0", "43284", datetime(2018, 7, 3, 9, 0, tzinfo=UTC)),
        ("", "2018-07-03T15:30:00+02:00", datetime(2018, 7, 3, 13, 30, tzinfo=UTC)),
        ("", "2018-07-03 15:30", datetime(2018, 7, 3, 12, 30, tzinfo=UTC)),
    ],
)
def test_times(desk: Desk, rule: str, raw: str, wanted: datetime) -> None:
    desk.put([row(when=raw)])
    desk.run(MAP.replace('[time]\ncolumn = "when"', f'[time]\ncolumn = "when"\n{rule}'))
    assert desk.feedback()[0].at == wanted


def test_values_for_all_rows(desk: Desk) -> None:
    desk.put([FULL])
    mapping = MAP.replace('[time]\ncolumn = "when"', "[time]\nvalue = 2018-07-03")
    mapping = mapping.replace('[language]\ncolumn = "lang"\ncodes = {1 = "fi", 2 = "en"}', '[language]\nvalue = "sv"')
    desk.run(mapping + '[touchpoint]\nvalue = "delivery"\n[source]\nvalue = "paper"\n')
    (one,) = desk.feedback()
    assert one.at == datetime(2018, 7, 3, 9, tzinfo=UTC)
    assert (one.language, one.source) == ("sv", "paper")
    assert one.touchpoint_id == ecosystem.touchpoint_ids(workspace=desk.workspace)["delivery"]


def test_touchpoint_column(desk: Desk) -> None:
    desk.put([row(shop="delivery"), row(id="2", shop="roof")])
    report = desk.plan(MAP + '[touchpoint]\ncolumn = "shop"\n').report
    assert [(one.line, one.column, one.why) for one in report.refused] == [(3, "shop", "touchpoint")]


# what the mapping asks for and isn't there


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('question = "nps"', 'question = "nsp"', "mapping"),
        ('column = "nps"', 'columns = ["nps", "ease"]', "mapping"),
        ('[weight]\ncolumn = "weight"', '[weight]\nvalue = "heavy"', "mapping"),
        ('[time]\ncolumn = "when"', "[time]\nvalue = 1917-12-06", "mapping"),
        ("survey.toml", "none.toml", "survey"),
        ("survey.toml", "MAP.toml", "survey"),
        ("survey.toml", "answers.csv", "survey"),
        ('define = "survey.toml"', 'code = "k7m2p9xw4hqd"', "survey"),
    ],
)
def test_mapping_that_does_not_fit_is_refused(desk: Desk, old: str, new: str, code: str) -> None:
    desk.put([FULL])
    with pytest.raises(Invalid) as caught:
        desk.plan(MAP.replace(old, new, 1))
    assert caught.value.code == code


def test_version_that_was_never_published_is_refused(desk: Desk) -> None:
    desk.put([FULL])
    desk.run()
    code = Survey.objects.of(desk.workspace).get().code
    with pytest.raises(Invalid) as caught:
        desk.plan(MAP.replace('define = "survey.toml"', f'code = "{code}"\nversion = 2'))
    assert caught.value.code == "survey"


def test_defined_survey_takes_no_other_surveys_name(desk: Desk) -> None:
    desk.put([FULL])
    desk.run()
    (desk.folder / "survey.toml").write_text(SURVEY.replace("Suosittelisitko?", "Muuta?"), encoding="utf-8")
    with pytest.raises(Conflict) as caught:
        desk.plan()
    assert caught.value.code == "name_taken"


def test_survey_made_but_not_published_is_published_by_the_next_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put([FULL])
    publish = running.surveys.publish_survey

    def killed(**_given: Any) -> None:
        raise Interrupted

    monkeypatch.setattr(running.surveys, "publish_survey", killed)
    with pytest.raises(Interrupted):
        desk.run()
    monkeypatch.setattr(running.surveys, "publish_survey", publish)
    desk.run()
    assert Survey.objects.of(desk.workspace).get().current == 1
    assert len(desk.feedback()) == 1


def test_file_without_a_row_key(desk: Desk) -> None:
    desk.put([FULL, FULL])
    assert desk.plan(MAP.replace('row_key = "id"', "")).report.read == 2


# once, whole, and back

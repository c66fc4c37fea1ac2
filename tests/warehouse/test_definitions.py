"""The guard is attacked here: whatever a definition says, it reads the asking workspace's rows and nothing else."""

import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from fiilis.core.models import Workspace
from fiilis.warehouse import definitions, engine, query, sync
from fiilis.warehouse.errors import QueryMisused
from fiilis.warehouse.feeds import Change
from fiilis.warehouse.tables import ANSWER
from tests.conftest import World
from tests.warehouse.conftest import Story, fact

LEAKS = [
    "SELECT feedback FROM answer",
    "SELECT feedback FROM ANSWER",
    'SELECT feedback FROM "answer"',
    "SELECT a.feedback FROM answer AS a",
    "FROM answer SELECT feedback",
    "SELECT feedback FROM (SELECT * FROM answer)",
    "WITH x AS (SELECT * FROM answer) SELECT feedback FROM x",
    "WITH x AS (SELECT * FROM answer), y AS (SELECT * FROM x) SELECT feedback FROM y",
    "SELECT b.feedback FROM answer a JOIN answer b ON true",
    "SELECT b.feedback FROM answer a, answer b",
    "SELECT b.feedback FROM answer a LEFT JOIN answer b ON b.feedback <> a.feedback WHERE b.feedback IS NOT NULL",
    "SELECT b.feedback FROM (VALUES (1)) AS one(k) CROSS JOIN answer b",
    "SELECT feedback FROM answer UNION ALL SELECT feedback FROM answer",
    "SELECT feedback FROM answer WHERE false UNION SELECT feedback FROM answer",
    "SELECT feedback FROM answer INTERSECT SELECT feedback FROM answer",
    "SELECT (SELECT MAX(feedback) FROM answer) AS feedback FROM answer",
    "SELECT (SELECT MIN(feedback) FROM answer) AS feedback FROM answer",
    "SELECT feedback FROM answer WHERE feedback IN (SELECT feedback FROM answer) OR true",
    "SELECT feedback FROM answer a WHERE EXISTS (SELECT 1 FROM answer b WHERE b.workspace <> a.workspace) OR true",
    "SELECT UNNEST((SELECT ARRAY_AGG(feedback) FROM answer)) AS feedback FROM answer",
    "SELECT feedback FROM answer WHERE true OR workspace = workspace",
    "SELECT b.feedback FROM answer a, LATERAL (SELECT * FROM answer) b",
    "WITH RECURSIVE x AS (SELECT feedback FROM answer UNION SELECT feedback FROM answer) SELECT feedback FROM x",
    "SELECT feedback FROM answer QUALIFY ROW_NUMBER() OVER (ORDER BY feedback) > 0",
    "WITH every AS (SELECT * FROM answer) SELECT feedback FROM every",
    "SELECT answer.feedback FROM answer AS answer",
    "SELECT x.feedback FROM (SELECT * FROM answer WHERE workspace IS NOT NULL) AS x",
]

REFUSED = [
    "SELECT * FROM other",
    "SELECT * FROM main.answer",
    "SELECT * FROM memory.main.answer",
    "WITH answer AS (SELECT 1 AS feedback) SELECT feedback FROM answer",
    "WITH Answer AS (SELECT 1 AS feedback) SELECT feedback FROM answer",
    "SELECT * FROM (WITH answer AS (SELECT 1) SELECT * FROM answer)",
    "SELECT * FROM read_parquet('/lake/*.parquet')",
    "SELECT * FROM READ_PARQUET($answer_files)",
    "SELECT * FROM parquet_scan('/lake/*.parquet')",
    "SELECT * FROM '/lake/x.parquet'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('answer')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM range(10)",
    "SELECT x.* FROM answer, LATERAL range(10) AS x",
    "SELECT * FROM answer TABLESAMPLE 10%",
    "SELECT * FROM answer AT (VERSION => 1)",
]

NOT_A_SELECT = [
    "DELETE FROM answer",
    "CREATE TABLE x AS SELECT * FROM answer",
    "INSERT INTO x SELECT * FROM answer",
    "COPY answer TO '/tmp/x'",
    "ATTACH '/tmp/x'",
    "SET threads = 1",
    "PRAGMA database_list",
    "INSTALL httpfs",
    "SELECT 1; SELECT feedback FROM answer",
    "SHOW TABLES",
    "DESCRIBE answer",
    "SUMMARIZE answer",
    "SELECT (",
]


@pytest.fixture
def told(world: World, story: Story) -> World:
    """Both organisations have facts: the sauna's would show."""
    for workspace, names in ((world.woollens, "mn"), (world.sauna, "az")):
        story.tell(workspace, Change(append=[fact(workspace, name) for name in names]))
    sync.run_until_idle()
    return world


def ask(sql: str, workspace: Workspace) -> list[tuple[Any, ...]]:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Query)
    runner = engine.current()
    guarded = definitions.guard(tree, runner.source).sql(dialect="duckdb", identify=True)
    return runner.run(guarded, {"workspace": str(workspace.pk)}, at_least=10**9).rows


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", LEAKS)
def test_query_sees_only_its_own_workspace(told: World, sql: str) -> None:
    seen = {name for (name, *_rest) in ask(sql, told.woollens)}
    assert seen
    assert seen <= {"m", "n"}


@pytest.mark.django_db(transaction=True)
def test_unguarded_source_has_something_that_could_leak(told: World) -> None:
    runner = engine.current()
    rows = runner.run(f"SELECT feedback FROM ({runner.source(ANSWER)}) AS every", {}, at_least=10**9).rows
    assert sorted(rows) == [("a",), ("m",), ("n",), ("z",)]


@pytest.mark.parametrize("sql", REFUSED)
def test_other_source_is_refused(sql: str) -> None:
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Query)
    with pytest.raises(QueryMisused):
        definitions.guard(tree, lambda table: "SELECT 1 AS workspace")


@pytest.mark.parametrize("sql", NOT_A_SELECT)
def test_file_that_is_not_one_select_is_refused(tmp_path: Path, sql: str) -> None:
    (tmp_path / "bad.sql").write_text(sql)
    with pytest.raises(QueryMisused):
        definitions.read("bad", tmp_path)


@pytest.mark.parametrize("name", ["nothing", "../query", "parts/filed", "", "metric_sums.sql"])
def test_unknown_name_is_refused(world: World, lake: Path, name: str) -> None:
    with pytest.raises(QueryMisused, match="no definition"):
        query.run(name, workspace=world.woollens)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, "needs the parameter kind"),
        ({"kind": "nps", "low": 0, "high": 10, "unit": "week", "colour": 1}, "has no parameter colour"),
        ({"kind": "nps", "low": 0, "high": 10, "unit": "year"}, "unit is day|week|month, not 'year'"),
        ({"kind": "nps", "low": "0", "high": 10, "unit": "week"}, "low is whole"),
        ({"kind": "nps", "low": True, "high": 10, "unit": "week"}, "low is whole"),
        ({"kind": None, "low": 0, "high": 10, "unit": "week"}, "kind is nps|csat|ces"),
        ({"kind": "nps", "low": 0, "high": 10, "unit": "day", "side": 3}, "side is text"),
        ({"kind": "nps", "low": 0, "high": 10, "unit": "day", "from_day": "2026-01-01"}, "from_day is date or null"),
        ({"kind": "nps", "low": 0, "high": 10, "unit": "day", "to_day": datetime(2026, 1, 1, tzinfo=UTC)}, "to_day is"),
    ],
)
def test_wrong_parameters_are_named(world: World, lake: Path, params: dict[str, Any], says: str) -> None:
    with pytest.raises(QueryMisused) as caught:
        query.run("trend", workspace=world.woollens, **params)
    assert says in str(caught.value)


@pytest.mark.parametrize("nobody", [None, "3f0", 7])
def test_query_without_a_workspace_is_refused(lake: Path, nobody: Any) -> None:
    with pytest.raises(QueryMisused, match="Workspace"):
        query.run("overview", workspace=nobody)


def test_workspace_may_be_given_by_its_id(world: World, lake: Path) -> None:
    assert query.run("overview", workspace=world.woollens.pk) == query.run("overview", workspace=world.woollens)
    assert query.run("overview", workspace=uuid.uuid4()).rows[0]["n_answers"] == 0


def write(folder: Path, **files: str) -> None:
    (folder / "parts").mkdir()
    for name, text in files.items():
        place = folder / "parts" if name.startswith("part") else folder
        (place / f"{name}.sql").write_text(text)


def test_parts_are_added_in_order_with_their_parameters(tmp_path: Path) -> None:
    write(
        tmp_path,
        whole="-- param a whole: A.\nWITH mine AS (SELECT * FROM part_two) SELECT $a AS a, * FROM mine",
        part_one="-- param b date null: B.\nSELECT * FROM answer WHERE day = $b",
        part_two="SELECT * FROM part_one",
    )
    definition = definitions.read("whole", tmp_path)
    assert [cte.alias for cte in definition.tree.ctes] == ["part_one", "part_two", "mine"]
    assert definition.bind({"a": 1}) == {"a": 1, "b": None}
    assert definition.bind({"a": 1, "b": date(2026, 1, 1)}) == {"a": 1, "b": date(2026, 1, 1)}


@pytest.mark.parametrize(
    "files",
    [
        {"whole": "SELECT $a FROM answer"},
        {"whole": "-- param a whole: A.\nSELECT 1 FROM answer"},
        {"whole": "-- param a: A.\nSELECT $a FROM answer"},
        {"whole": "-- param workspace text: W.\nSELECT $workspace FROM answer"},
        {"whole": "-- param answer_files text: F.\nSELECT $answer_files FROM answer"},
        {"whole": "WITH part_one AS (SELECT 1) SELECT * FROM part_one", "part_one": "SELECT 2 FROM answer"},
        {"whole": "SELECT * FROM part_one", "part_one": "SELECT * FROM part_two", "part_two": "SELECT * FROM part_one"},
    ],
)
def test_definition_that_contradicts_itself_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, **files)
    with pytest.raises(QueryMisused):
        definitions.read("whole", tmp_path)


@pytest.mark.parametrize("path", sorted(query.FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_each_definition_reads_says_what_it_is_for_and_translates_to_spark(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- ")
    definition = definitions.read(path.stem, query.FOLDER)
    guarded = definitions.guard(definition.tree, lambda table: f"SELECT * FROM lake_{table.name}")
    assert sqlglot.transpile(guarded.sql(dialect="duckdb"), read="duckdb", write="spark")

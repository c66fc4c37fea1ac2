"""The table, the row type, the lake's own schema and the handbook say the same. Print the handbook's table with
`python -m tests.warehouse.test_tables`."""

import json
from pathlib import Path

from deltalake import DeltaTable

from fiilis.warehouse.lake import Lake
from fiilis.warehouse.tables import ANSWER, AnswerFact

HANDBOOK = Path(__file__).parent.parent.parent / "docs" / "facts.md"


def columns_table() -> str:
    rows = [
        f"| `{column.name}` | {column.shown}{', may be null' if column.nullable else ''} | {column.meaning} |"
        for column in ANSWER.columns
    ]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


def test_handbook_names_each_column() -> None:
    assert columns_table() in HANDBOOK.read_text(encoding="utf-8")


def test_row_has_the_tables_fields_in_order() -> None:
    assert AnswerFact.__struct_fields__ == tuple(column.name for column in ANSWER.stored)


def test_lake_documents_itself(lake: Path) -> None:
    Lake.make(ANSWER)
    delta = DeltaTable(str(lake / ANSWER.folder))
    fields = json.loads(delta.schema().to_json())["fields"]
    assert [(f["name"], f["type"], f["nullable"], f["metadata"]["comment"]) for f in fields] == [
        (c.name, c.delta, c.nullable, c.meaning) for c in ANSWER.columns
    ]
    assert delta.metadata().partition_columns == ["month"]
    # Any engine that reads Delta Lake can: no feature beyond the first version.
    assert (delta.protocol().min_reader_version, delta.protocol().min_writer_version) == (1, 2)


if __name__ == "__main__":
    print(columns_table())

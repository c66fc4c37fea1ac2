"""docs/simulator.md tells every column and setting. `python -m tests.simulate.test_docs` writes its tables anew."""

import re
from dataclasses import fields
from pathlib import Path

from fiilis.simulate.columns import STREAMS
from fiilis.simulate.settings import NAMES, Settings, Truths

PAGE = Path(__file__).parent.parent.parent / "docs" / "simulator.md"


def columns_table() -> str:
    parts = []
    for stream, columns in STREAMS.items():
        rows = [f"| `{name}` | {meaning} |" for name, meaning in columns.items()]
        parts.append("\n".join([f"### {stream}", "", "| column | what it holds |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def settings_table() -> str:
    rows = [f"| `{one.name}` | `{getattr(Settings(), one.name)}` |" for one in fields(Settings) if one.name != "truths"]
    for name in NAMES:
        told = getattr(Truths(), name)
        rows += [f"| `truths.{name}.{one.name}` | `{getattr(told, one.name)}` |" for one in fields(told)]
    return "\n".join(["| setting | default |", "|---|---|", *rows])


def written(text: str) -> str:
    for name, table in (("settings", settings_table()), ("columns", columns_table())):
        pattern = rf"<!-- {name} -->.*<!-- /{name} -->"
        text = re.sub(pattern, lambda _: f"<!-- {name} -->\n{table}\n<!-- /{name} -->", text, flags=re.DOTALL)  # noqa: B023
    return text


def test_page_tells_every_column_and_setting() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert written(text) == text


def test_examples_of_the_page_run() -> None:
    text = PAGE.read_text(encoding="utf-8")
    (example,) = [one for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "LateCarrier" in one]
    exec(compile(example, "docs/simulator.md", "exec"), {})


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

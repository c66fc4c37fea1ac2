"""The docs say what the code does: permissions, events, commands and metrics. Print the right text with
`python -m tests.test_docs`."""

import re
from pathlib import Path

import click
import pytest

DOCS = Path(__file__).parent.parent / "docs"


def permissions_table() -> str:
    from fiilis.core import permissions
    from fiilis.core.models import Role

    head = "| permission | " + " | ".join(Role.values) + " | what it allows |\n|---|" + "---|" * (len(Role.values) + 1)
    rows = [
        f"| `{p.name}` | " + " | ".join("yes" if r in p.roles else "" for r in Role.values) + f" | {p.meaning} |"
        for p in permissions.registered()
    ]
    return "\n".join([head, *rows])


def events_table() -> str:
    from fiilis.core import outbox

    rows = [
        f"| `{name}` | {', '.join(f'`{field}`' for field in kind.__struct_fields__)} | "
        f"{(kind.__doc__ or '').splitlines()[0]} |"
        for name, kind in sorted(outbox.event_types().items())
        if not name.startswith("test.")
    ]
    return "\n".join(["| event | carries | when |", "|---|---|---|", *rows])


def commands_text() -> str:
    from fiilis.config.cli.whole import fiilis

    parts: list[str] = []

    def describe(command: click.Command, words: list[str]) -> None:
        if command.hidden:
            return
        # As in a real run, where every command inherits them; click remembers the first that it is asked with.
        names = fiilis.context_settings["help_option_names"]
        context = click.Context(
            command, info_name=" ".join(words), max_content_width=110, terminal_width=110, help_option_names=names
        )
        parts.append(f"## {' '.join(words)}\n\n```\n{command.get_help(context)}\n```\n")
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                describe(inner, [*words, name])

    describe(fiilis, ["fiilis"])
    return "\n".join(parts)


def metrics_table() -> str:
    from fiilis.intake.metrics import METRICS

    return "\n".join(
        ["| metric | kind | what it counts |", "|---|---|---|"]
        + [f"| `{m.name}` | {m.kind} | {m.meaning} |" for m in METRICS]
    )


TABLES = {
    "permissions.md": permissions_table,
    "events.md": events_table,
    "commands.md": commands_text,
    "metrics.md": metrics_table,
}


@pytest.mark.parametrize("name", TABLES)
def test_page_holds_what_the_code_says(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert page.partition("<!-- made from the code -->\n")[2].strip() == TABLES[name]().strip()


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in [*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def write() -> None:
    for name, table in TABLES.items():
        path = DOCS / name
        before = path.read_text(encoding="utf-8") if path.exists() else f"# {name[:-3].capitalize()}\n\n"
        head = before.partition("<!-- made from the code -->\n")[0]
        path.write_text(f"{head}<!-- made from the code -->\n\n{table()}\n", encoding="utf-8")


if __name__ == "__main__":
    import django

    django.setup()
    write()

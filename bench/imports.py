"""Importing beside what one would write first: a loop with csv.DictReader and one save() an answer sheet."""

import csv
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SURVEY = Path(__file__).parent.parent / "src" / "fiilis" / "listen" / "data" / "airport"
NARROW_SURVEY = """
title = {en = "Narrow"}
languages = ["en"]
[[questions]]
id = "nps"
kind = "nps"
low = 0
high = 10
text = {en = "Would you recommend us?"}
[[questions]]
id = "why"
kind = "long"
text = {en = "Why?"}
"""
NARROW_MAP = """
[survey]
define = "narrow.toml"
[time]
column = "at"
[person]
column = "customer"
[[answer]]
column = "nps"
question = "nps"
[[answer]]
column = "why"
question = "why"
"""


def main(copies: int = 10, narrow: int = 100_000) -> None:
    """Print answers a second for the airport's file `copies` times over and for `narrow` rows of a score and a text."""
    folder = Path(tempfile.mkdtemp(prefix="fiilis-bench-"))
    os.environ |= {
        "FIILIS_DATA": str(folder),
        "FIILIS_MODE": "local",
        "DJANGO_SETTINGS_MODULE": "fiilis.config.settings",
    }

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    if "inbox" in django.conf.settings.DATABASES:
        call_command("migrate", database="inbox", verbosity=0)

    from fiilis.core import workspaces
    from fiilis.ecosystem.types import JourneyPlan
    from fiilis.listen.services import airport

    workspace = workspaces.create_workspace(slug="bench", name="Bench", by="bench")
    from fiilis.ecosystem import services as ecosystem

    ecosystem.lay_out_journey(workspace=workspace, plan=airport._read("journey.toml", JourneyPlan), by="bench")
    wide = _wide_file(folder, copies)
    _show("airport's file, 40 questions a sheet", lambda: _imported(workspace, wide, SURVEY / "MAP.toml"))
    _show("the same with ORM save() a sheet", lambda: _baseline(workspace, wide, 2831))
    _narrow_file(folder, narrow)
    _show(
        "a score, a text and a customer a row",
        lambda: _imported(workspace, folder / "narrow.csv", folder / "narrow.map"),
    )


def _show(what: str, run: Callable[[], tuple[int, int]]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    sheets, answers = run()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"{what:40} {sheets:8,} sheets {answers:9,} answers {seconds:6.2f} s (CPU {cpu:6.2f} s) "
        f"{answers / seconds:9,.0f} answers/s, {answers / cpu:9,.0f} a CPU second"
    )


def _imported(workspace: object, file: Path, mapping: Path) -> tuple[int, int]:
    from fiilis.listen.services import imports

    plan = imports.plan(workspace=workspace, file=file, mapping=mapping)
    done = imports.run(workspace=workspace, plan=plan, by="bench")
    return done.feedback, done.answers


def _baseline(workspace: object, file: Path, most: int) -> tuple[int, int]:
    """Read with the csv module and save one by one, without any check: what one would write first."""
    from datetime import UTC, datetime, timedelta

    from fiilis.listen.models import Feedback, Survey

    survey = Survey.objects.of(workspace).first()
    answers = 0
    with file.open(encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text)):
            if number == most:
                break
            given = {
                column.lower(): int(value) for column, value in row.items() if column[0] in "NQ" and value.isdigit()
            }
            answers += len(given)
            Feedback(
                workspace=workspace, survey=survey, version=1, channel="import", answers=given,
                at=datetime(2017, 5, 1, 19, tzinfo=UTC) + timedelta(days=int(row["INTDATE"]) - 1),
                weight=float(row["WEIGHT"]), cluster=row["RUNID"],
            ).save()  # fmt: skip
    return most, answers


def _wide_file(folder: Path, copies: int) -> Path:
    with (SURVEY / "answers.csv").open(encoding="utf-8", newline="") as text:
        head, *rows = csv.reader(text)
    path = folder / "wide.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(head)
        for copy in range(copies):
            writer.writerows([f"{copy}-{row[0]}", *row[1:]] for row in rows)
    return path


def _narrow_file(folder: Path, rows: int) -> None:
    (folder / "narrow.toml").write_text(NARROW_SURVEY, encoding="utf-8")
    (folder / "narrow.map").write_text(NARROW_MAP, encoding="utf-8")
    with (folder / "narrow.csv").open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(["at", "customer", "nps", "why"])
        for n in range(rows):
            writer.writerow(
                [
                    f"2026-01-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}",
                    f"C{n % 20_000}",
                    n % 11,
                    f"Order {n} came late, but well packed.",
                ]
            )


if __name__ == "__main__":
    main()

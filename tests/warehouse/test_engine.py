import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fiilis.warehouse import engine, query, sync
from fiilis.warehouse.feeds import Change
from fiilis.warehouse.lake import Lake
from fiilis.warehouse.tables import ANSWER
from tests.conftest import World
from tests.warehouse.conftest import Story, fact

pytestmark = pytest.mark.django_db(transaction=True)


def count(world: World, at_least: int | None = None) -> int:
    return int(query.run("overview", workspace=world.woollens, at_least=at_least).rows[0]["n_answers"])


def add(world: World, story: Story, name: str) -> int:
    story.tell(world.woollens, Change(append=[fact(world.woollens, name)]))
    sync.run_until_idle()
    lake = Lake.open(ANSWER)
    assert lake is not None
    return lake.version


def test_version_is_looked_up_now_and_then_or_at_once_when_known(
    world: World, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "FRESH_SECONDS", 60)
    add(world, story, "a")
    assert count(world) == 1
    version = add(world, story, "b")
    assert count(world) == 1
    assert count(world, at_least=version) == 2
    add(world, story, "c")
    assert count(world) == 2
    monkeypatch.setattr(engine, "FRESH_SECONDS", 0)
    assert count(world) == 3


def test_result_names_the_version_that_it_was_counted_from(world: World, story: Story) -> None:
    version = add(world, story, "a")
    assert query.run("overview", workspace=world.woollens).version == version
    assert query.run("overview", workspace=world.sauna).version == version


def test_reader_whose_files_are_gone_pins_again(world: World, story: Story) -> None:
    add(world, story, "a")
    assert count(world) == 1
    lake = Lake.open(ANSWER)
    assert lake is not None
    before = lake.files()
    add(world, story, "b")
    story.tell(world.woollens, Change(upsert=[fact(world.woollens, "a", 1)]))
    sync.run_until_idle()
    for file in before:
        (lake.folder / file.path).unlink()
    assert count(world) == 2


def test_lake_that_was_replaced_is_seen(world: World, story: Story, lake: Path) -> None:
    for name in "abc":
        add(world, story, name)
    assert count(world) == 3
    shutil.rmtree(lake)
    sync.clear()
    add(world, story, "d")
    assert count(world, at_least=10**9) == 1


def test_pin_is_made_anew_after_a_minute(world: World, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    add(world, story, "a")
    assert count(world) == 1
    runner = engine.current()
    assert isinstance(runner, engine.DuckEngine)
    old = runner._pins["answer"].delta
    monkeypatch.setattr(engine, "FRESH_SECONDS", 0)
    assert count(world) == 1
    assert runner._pins["answer"].delta is old
    monkeypatch.setattr(engine, "PIN_SECONDS", 0)
    assert count(world) == 1
    assert runner._pins["answer"].delta is not old


def test_threads_ask_while_the_facts_move(world: World, story: Story) -> None:
    add(world, story, "a")
    seen: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            seen.append(count(world, at_least=10**9))
            query.run("metric_sums", workspace=world.woollens.pk)

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask) for _ in range(4)]
        for k in range(15):
            add(world, story, f"b{k}")
            if k % 5 == 4:
                sync.maintain()
        stop.set()
        for one in asked:
            one.result()
    assert set(seen) <= set(range(1, 17))
    assert count(world, at_least=10**9) == 16


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/fiilis-test-out.csv'",
        "SET enable_external_access = true",
        "SET threads = 64",
        "INSTALL httpfs",
    ],
)
def test_sql_reaches_nothing_but_the_lake(lake: Path, sql: str) -> None:
    with pytest.raises(duckdb.Error):
        engine.current().run(sql, {})


def test_limits_are_the_settings(lake: Path, settings: Any) -> None:
    settings.FIILIS_DUCKDB_MEMORY_MB = 100
    settings.FIILIS_DUCKDB_THREADS = 1
    rows = engine.current().run("SELECT current_setting('memory_limit'), current_setting('threads')", {}).rows
    assert rows == [("95.3 MiB", 1)]


def test_web_process_starts_without_engines_and_queries_without_pandas(tmp_path: Path) -> None:
    """A process that only serves pages loads nothing of DuckDB, Delta or SQLGlot until a query is asked."""
    script = """
import json, sys, uuid
import django
django.setup()
from fiilis.warehouse import feeds, query, tables
heavy = ("duckdb", "deltalake", "sqlglot", "pandas", "pyarrow", "polars")
before = [name for name in heavy if name in sys.modules]
query.run("metric_sums", workspace=uuid.uuid4())
print(json.dumps([before, [name for name in heavy if name in sys.modules]]))
"""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fiilis.config.settings",
        "FIILIS_MODE": "local",
        "FIILIS_DATA": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[], ["duckdb", "deltalake", "sqlglot"]]

"""Locks, full disks and read-only files: never a 201 without a row, and the service returns by itself."""

import asyncio
import contextlib
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bench.intake_server import Place, Server

from tests.reliability.conftest import LONG, Starter, long_form
from tests.reliability.ledger import Ledger, check, crowd

pytestmark = pytest.mark.reliability


async def crowd_around(
    server: Server,
    ledger: Ledger,
    seconds: float,
    at: float,
    do: Callable[[], Any],
    until: float,
    undo: Callable[[], Any],
) -> None:
    """Let customers answer; meanwhile make something go wrong and right again."""
    load = asyncio.create_task(crowd(server.port, ledger, seconds))
    await asyncio.sleep(at)
    await asyncio.to_thread(do)
    await asyncio.sleep(until - at)
    await asyncio.to_thread(undo)
    await load


def recovered(server: Server, place: Place, ledger: Ledger) -> None:
    """Assert that the service has returned by itself and lost nothing."""
    server.wait_until_healthy(10)
    before = ledger.statuses[201]
    asyncio.run(crowd(server.port, ledger, 0.3, customers=4))
    assert ledger.statuses[201] > before
    assert server.process.poll() is None
    check(place, ledger)


def test_write_lock_held_for_seconds_delays_answers_and_refuses_none(sqlite_place: Place, start: Starter) -> None:
    held = 5.0 if LONG else 1.5
    server, ledger = start(sqlite_place), Ledger()
    holder = sqlite3.connect(sqlite_place.folder / "inbox.sqlite3", isolation_level=None, check_same_thread=False)
    asyncio.run(
        crowd_around(
            server, ledger, held + 0.8, 0.3,
            lambda: holder.execute("BEGIN IMMEDIATE"), held + 0.3, lambda: holder.execute("ROLLBACK"),
        )
    )  # fmt: skip
    holder.close()
    assert set(ledger.statuses) == {201}
    assert held - 0.5 < ledger.slowest() < held + 4
    recovered(server, sqlite_place, ledger)


@long_form
def test_lock_on_the_main_database_delays_no_answer(sqlite_place: Place, start: Starter) -> None:
    server, ledger = start(sqlite_place), Ledger()
    holder = sqlite3.connect(sqlite_place.folder / "fiilis.sqlite3", isolation_level=None, check_same_thread=False)
    asyncio.run(
        crowd_around(
            server, ledger, 3.0, 0.1,
            lambda: holder.execute("BEGIN IMMEDIATE"), 2.9, lambda: holder.execute("ROLLBACK"),
        )
    )  # fmt: skip
    holder.close()
    assert set(ledger.statuses) == {201}
    assert ledger.slowest() < 2
    recovered(server, sqlite_place, ledger)


def limit_file_size(server: Server, size: int) -> None:
    """Let the workers write no file beyond `size` bytes: each write behind it fails as on a full disk."""
    for pid in server.workers():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_full_disk_gives_503_and_the_service_returns(sqlite_place: Place, start: Starter) -> None:
    server, ledger = start(sqlite_place), Ledger()
    healths: list[int] = []

    def undo() -> None:
        healths.append(server.health())
        limit_file_size(server, resource.RLIM_INFINITY)

    asyncio.run(crowd_around(server, ledger, 2.5, 0.5, lambda: limit_file_size(server, 4096), 1.7, undo))
    assert set(ledger.statuses) == {201, 503}
    assert healths == [503]
    recovered(server, sqlite_place, ledger)


@long_form
def test_full_file_system_gives_503_and_the_service_returns(
    sqlite_place: Place, start: Starter, tmp_path: Path
) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(tmp_path)], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        shutil.copytree(sqlite_place.folder, tmp_path, dirs_exist_ok=True)
        small = Place(tmp_path)
        ballast = tmp_path / "ballast"
        server, ledger = start(small), Ledger()

        def fill() -> None:
            with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 4096)

        asyncio.run(crowd_around(server, ledger, 4.0, 0.5, fill, 2.5, ballast.unlink))
        assert set(ledger.statuses) == {201, 503}
        recovered(server, small, ledger)
        server.kill()
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=False)


def immutable(place: Place, *, on: bool) -> bool:
    """Forbid (or allow again) every change to the inbox's files, also through what is open; False when we may not."""
    files = [str(path) for path in place.folder.glob("inbox.sqlite3*") if path.suffix != ".lock"]
    done = subprocess.run(["chattr", "+i" if on else "-i", *files], check=False, capture_output=True)
    return done.returncode == 0


@long_form
def test_read_only_files_give_503_and_the_service_returns(sqlite_place: Place, start: Starter) -> None:
    server, ledger = start(sqlite_place), Ledger()
    if not immutable(sqlite_place, on=True):
        pytest.skip("files can't be made immutable here")
    immutable(sqlite_place, on=False)
    try:
        asyncio.run(
            crowd_around(
                server, ledger, 2.5, 0.5,
                lambda: immutable(sqlite_place, on=True), 1.7, lambda: immutable(sqlite_place, on=False),
            )
        )  # fmt: skip
    finally:
        immutable(sqlite_place, on=False)
    # 0: the log's index is mapped into memory, and the kernel may end a process that writes into a page which has
    # become read-only; another one is started in its place.
    assert {201} < set(ledger.statuses) <= {201, 503, 0}
    recovered(server, sqlite_place, ledger)


@long_form
def test_reader_of_5_seconds_and_a_worker_beside_slow_nobody(sqlite_place: Place, start: Starter) -> None:
    server, ledger = start(sqlite_place), Ledger()
    reader = sqlite3.connect(sqlite_place.folder / "inbox.sqlite3", isolation_level=None, check_same_thread=False)

    def read() -> None:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM intake_inboxrow").fetchone()

    asyncio.run(crowd_around(server, ledger, 6.0, 0.5, read, 5.5, lambda: reader.execute("COMMIT")))
    reader.close()
    assert set(ledger.statuses) == {201}
    assert ledger.percentile(0.99) < 1
    recovered(server, sqlite_place, ledger)


@long_form
def test_purge_of_many_old_rows_holds_up_nobody(sqlite_place: Place, start: Starter) -> None:
    rows = 20_000
    inbox = sqlite3.connect(sqlite_place.folder / "inbox.sqlite3")
    inbox.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO intake_inboxrow "
        "(id, key, revision, workspace_id, survey_id, version, kind, channel, language, source, done, received_at, "
        "posted, answers) SELECT lower(hex(randomblob(16))), lower(hex(randomblob(16))), 1, '', '', 1, 'answer', "
        "'link', 'fi', '', 1, '2020-01-01 00:00:00', '', '{}' FROM n",
        [rows],
    )
    inbox.commit()
    main = sqlite3.connect(sqlite_place.folder / "fiilis.sqlite3")
    main.execute(
        "INSERT INTO intake_removalrequest (through_seq, received_before, response_ids, made_at) "
        "VALUES (?, '2021-01-01 00:00:00', '[]', '2021-01-01 00:00:00')",
        [rows],
    )
    main.commit()
    server, ledger = start(sqlite_place), Ledger()
    deadline = time.monotonic() + 40
    while inbox.execute("SELECT count(*) FROM intake_inboxrow WHERE posted = ''").fetchone()[0]:
        assert time.monotonic() < deadline, "the purge did not end"
        asyncio.run(crowd(server.port, ledger, 1.0, customers=8))
    inbox.close()
    main.close()
    assert set(ledger.statuses) == {201}
    assert ledger.percentile(0.99) < 1
    check(sqlite_place, ledger)

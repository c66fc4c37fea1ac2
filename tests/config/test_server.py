"""The real processes: `fiilis migrate`, `createuser`, `serve`, `backup`, and an orderly stop."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import free_port, wait_for

PASSWORD = "villapaita ja pipo"


class Installation:
    """A folder of its own with a running server."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("FIILIS_", "DJANGO_"))}
        self.environ = clean | {"FIILIS_DATA": str(data), "COLUMNS": "200"}
        self.url = f"http://127.0.0.1:{self.port}"

    def fiilis(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fiilis", *arguments],
            env=self.environ, input=typed, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def start(self) -> None:
        self.log = (self.data / "log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fiilis", "serve", "--port", str(self.port)],
            env=self.environ, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        wait_for(f"{self.url}/healthz", self.process)

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0
        self.log.seek(0)
        return self.log.read()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    ours = Installation(tmp_path_factory.mktemp("installation"))
    assert ours.fiilis("migrate").returncode == 0
    made = ours.fiilis(
        "createuser", "aino@example.fi", "--workspace", "villa", "--workspace-name", "Villa Oy", typed=PASSWORD + "\n"
    )
    assert (made.returncode, made.stdout.strip()) == (0, "aino@example.fi is now owner in villa.")
    ours.start()
    yield ours
    if ours.process.poll() is None:
        ours.process.kill()


def signed_in(ours: Installation) -> httpx.Client:
    client = httpx.Client(base_url=ours.url)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', client.get("/sign-in/").text)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": "aino@example.fi", "password": PASSWORD}
    assert client.post("/sign-in/", data=form).status_code == 302
    return client


def test_weak_password_makes_no_user(installation: Installation) -> None:
    done = installation.fiilis("createuser", "bjorn@example.fi", "--workspace", "villa", typed="villa\n")
    assert done.returncode == 2
    assert "at least 12 characters" in done.stderr
    assert installation.fiilis("createuser", "aino@example.fi", "--workspace", "villa", typed=PASSWORD).returncode == 2


def test_second_server_on_the_same_folder_does_not_start(installation: Installation) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "fiilis", "serve", "--no-worker", "--port", str(free_port())],
        env=installation.environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode != 0
    assert "FIILIS_DATA: another server (process" in second.stdout + second.stderr


def test_doctor_finds_the_installation_well(installation: Installation) -> None:
    done = installation.fiilis("doctor")
    assert (done.returncode, [line for line in done.stdout.splitlines() if line.startswith("wrong")]) == (0, [])


def test_backup_copies_both_files_and_overwrites_nothing(installation: Installation, tmp_path: Path) -> None:
    done = installation.fiilis("backup", str(tmp_path / "copy"))
    assert done.returncode == 0
    for name, table in (("fiilis.sqlite3", "core_user"), ("inbox.sqlite3", "intake_inboxrow")):
        with sqlite3.connect(tmp_path / "copy" / name) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert copy.execute(f"SELECT count(*) >= 0 FROM {table}").fetchone() == (1,)
    again = installation.fiilis("backup", str(tmp_path / "copy"))
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_open_live_stream_does_not_hold_up_the_stop(installation: Installation) -> None:
    client = signed_in(installation)
    with socket.create_connection(("127.0.0.1", installation.port)) as stream:
        session = client.cookies["sessionid"]
        stream.sendall(f"GET /live/villa HTTP/1.1\r\nHost: x\r\nCookie: sessionid={session}\r\n\r\n".encode())
        assert stream.recv(1000).startswith(b"HTTP/1.1 200 OK")
        client.close()
        log = installation.stop()
    assert re.findall(r"Killing.*|Traceback.*", log) == []
    assert log.count("worker stopped") == 1

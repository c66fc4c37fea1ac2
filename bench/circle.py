"""The whole circle on the demo: how long from an acknowledged answer to the live message, and what an open door feels
while boards load and 100,000 answers are imported.

`python -m bench.circle [--answers 60] [--seconds 6] [--import-rows 33334]`
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

from bench.intake import machine
from bench.intake_server import free_port

MAPPING = """
[survey]
define = "survey.toml"

[time]
column = "time"
format = "%Y-%m-%d %H:%M"

[[answer]]
column = "nps"
question = "bench_nps"

[[answer]]
column = "csat"
question = "bench_csat"

[[answer]]
column = "ces"
question = "bench_ces"
"""

SURVEY = """
title = {fi = "Mittaus", sv = "Mätning", en = "Bench"}
languages = ["en"]

[[questions]]
id = "bench_nps"
kind = "nps"
low = 0
high = 10
text = {en = "NPS"}

[[questions]]
id = "bench_csat"
kind = "csat"
low = 1
high = 5
text = {en = "CSAT"}

[[questions]]
id = "bench_ces"
kind = "ces"
low = 1
high = 7
text = {en = "CES"}
"""


class Demo:
    """`fiilis demo` as a newcomer starts it, and a signed-in session."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FIILIS_", "DJANGO_"))}
        self.environ = kept | {
            "FIILIS_DATA": str(folder / "data"), "FIILIS_MODE": "demo", "FIILIS_INTAKE_RATE": "100000000",
            "COLUMNS": "200",
        }  # fmt: skip
        self.session = ""
        self.code = ""

    def fiilis(self, *arguments: str) -> str:
        """Run a command to its end; return what it printed."""
        command = [sys.executable, "-m", "fiilis", *arguments]
        done = subprocess.run(command, env=self.environ, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"fiilis {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    @contextlib.contextmanager
    def running(self) -> Iterator["Demo"]:
        """Serve inside the block."""
        with (self.folder / "log").open("wb") as log:
            command = [sys.executable, "-m", "fiilis", "demo", "--port", str(self.port)]
            process = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)
            try:
                self._wait(process)
                self._enter()
                yield self
            finally:
                process.terminate()
                process.wait(60)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                return
            time.sleep(0.2)
        raise TimeoutError("the demo did not start")

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    def _enter(self) -> None:
        link = re.search(r"/enter/[\w-]+", self.fiilis("demo", "--load-only"))
        assert link is not None
        client = http.client.HTTPConnection("127.0.0.1", self.port)
        client.request("GET", link[0])
        page = client.getresponse()
        cookies = page.headers.get_all("set-cookie") or []
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', page.read().decode())
        csrf = next(c for c in cookies if c.startswith("csrftoken")).partition(";")[0]
        assert token is not None
        client.request("POST", link[0], f"csrfmiddlewaretoken={token[1]}",
                       {"Content-Type": "application/x-www-form-urlencoded", "Cookie": csrf})  # fmt: skip
        done = client.getresponse()
        done.read()
        cookies = done.headers.get_all("set-cookie") or []
        self.session = next(c for c in cookies if c.startswith("sessionid")).partition(";")[0]
        surveys = self.page("/w/airport/surveys/")
        first = re.search(r'href="(/w/airport/surveys/[0-9a-f-]{36}/)', surveys)
        assert first is not None
        code = re.search(r"/s/([a-z0-9]+)", self.page(first[1] + "share"))
        assert code is not None
        self.code = code[1]

    def page(self, path: str) -> str:
        """Return a page as the signed-in user sees it."""
        request = urllib.request.Request(self.url + path, headers={"Cookie": self.session})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return str(reply.read().decode())

    def post(self, connection: http.client.HTTPConnection) -> int:
        """Post one new answer; return the status."""
        body = {"key": str(uuid.uuid4()), "version": 2, "answers": {"netpro": random.randint(0, 10)}}
        connection.request("POST", f"/i/{self.code}", json.dumps(body), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        return reply.status


class Listener(threading.Thread):
    """Reads the live channel and notes when each version was told."""

    def __init__(self, demo: Demo) -> None:
        super().__init__(daemon=True)
        self.told: list[float] = []
        self._socket = socket.create_connection(("127.0.0.1", demo.port))
        head = f"GET /live/airport HTTP/1.1\r\nHost: x\r\nCookie: {demo.session}\r\n\r\n"
        self._socket.sendall(head.encode())

    def run(self) -> None:
        """Note the moment of each facts message."""
        while chunk := self._socket.recv(65536):
            if b"event: facts" in chunk:
                self.told.append(time.monotonic())


def acknowledged_to_told(demo: Demo, answers: int) -> list[float]:
    """Post single answers at random moments; return seconds from each 201 to the next facts message."""
    listener = Listener(demo)
    listener.start()
    time.sleep(2.5)
    connection = http.client.HTTPConnection("127.0.0.1", demo.port)
    waits = []
    for _answer in range(answers):
        time.sleep(random.uniform(1.2, 2.0))
        before = len(listener.told)
        status = demo.post(connection)
        acknowledged = time.monotonic()
        assert status == 201, status
        while len(listener.told) == before and time.monotonic() - acknowledged < 20:
            time.sleep(0.005)
        waits.append(listener.told[before] - acknowledged if len(listener.told) > before else 20.0)
    return waits


def write_import(folder: Path, rows: int) -> Path:
    """Write a CSV of `rows` responses with three answers each, and its mapping."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "answers.csv").open("w") as file:
        file.write("time,nps,csat,ces\n")
        for i in range(rows):
            file.write(f"2026-{1 + i % 9:02d}-{1 + i % 28:02d} 12:00,{i % 11},{1 + i % 5},{1 + i % 7}\n")
    (folder / "survey.toml").write_text(SURVEY)
    (folder / "MAP.toml").write_text(MAPPING)
    return folder


def flood(demo: Demo, connections: int, seconds: float) -> dict[str, float]:
    """Flood the demo's door from a process of its own."""
    command = [sys.executable, "-m", "bench.intake_client", "--port", str(demo.port), "--path", f"/i/{demo.code}",
               "--connections", str(connections), "--seconds", str(seconds), "--version", "2",
               "--answers", json.dumps({"netpro": 9})]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
    got = json.loads(done.stdout)
    stored = got["statuses"].get("201", 0)
    return {"rate": stored / got["lasted"], "p50": got["p50"], "p99": got["p99"], "refused": got["replies"] - stored}


class BoardReaders:
    """Threads that load the board one after another, as open pages do."""

    def __init__(self, demo: Demo, number: int) -> None:
        self.seconds: list[float] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(demo,), daemon=True) for _ in range(number)]

    def _read(self, demo: Demo) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            demo.page("/w/airport/?period=all")
            self.seconds.append(time.monotonic() - began)
            time.sleep(0.2)

    def __enter__(self) -> "BoardReaders":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--import-rows", type=int, default=33_334, help="of three answers each")
    given = parser.parse_args(arguments)
    print(f"Circle: {machine()}; fiilis demo, SQLite, 1 web process and 1 worker")
    with tempfile.TemporaryDirectory(prefix="fiilis-circle-") as name, Demo(Path(name)).running() as demo:
        waits = sorted(acknowledged_to_told(demo, given.answers))
        p95 = waits[min(len(waits) - 1, int(0.95 * len(waits)))]
        print(
            f"\nfrom the acknowledgement to the live message, {len(waits)} single answers: "
            f"p50 {statistics.median(waits):.2f} s, p95 {p95:.2f} s, longest {waits[-1]:.2f} s (aim: p95 2 s)"
        )
        print("\n| door at 16 connections | responses/s | p50 ms | p99 ms | refused | board p50 s |")
        print("|---|---:|---:|---:|---:|---:|")
        _show("alone", flood(demo, 16, given.seconds), [])
        with BoardReaders(demo, 2) as readers:
            _show("while 2 boards reload", flood(demo, 16, given.seconds), readers.seconds)
            files = write_import(Path(name) / "import", given.import_rows)
            began = time.monotonic()
            importing = subprocess.Popen(
                [sys.executable, "-m", "fiilis", "import", "answers", str(files / "answers.csv"), "--map",
                 str(files / "MAP.toml"), "--workspace", "airport"],
                env=demo.environ, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            readers.seconds.clear()
            result = flood(demo, 16, given.seconds)
            _show(f"and {3 * given.import_rows:,} answers are imported", result, readers.seconds)
            code = importing.wait(600)
        print(f"\nthe import ended with code {code} after {time.monotonic() - began:.1f} s")


def _show(name: str, got: dict[str, float], boards: list[float]) -> None:
    board = f"{statistics.median(boards):.2f}" if boards else "-"
    print(f"| {name} | {got['rate']:,.0f} | {got['p50']:.1f} | {got['p99']:.1f} | {got['refused']:.0f} | {board} |")


if __name__ == "__main__":
    main()

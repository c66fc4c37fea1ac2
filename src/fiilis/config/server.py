"""Starting and stopping the processes, and looking after the embedded databases."""

import logging
import multiprocessing
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from fiilis.core.errors import Invalid, SettingProblem

log = logging.getLogger("fiilis.server")

STOP_SECONDS = 20
# The server counts open connections, idle ones and live streams too; its own limit of 1,024 would let those of
# customers wait outside. A connection that says nothing for 30 seconds is closed.
CONNECTIONS = 10_000
BACKLOG = 4_096


def migrate() -> None:
    """Bring all databases to this version, and the facts to its schema."""
    settings.DATA.mkdir(parents=True, exist_ok=True)
    for alias in connections:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    _upgrade_facts()


def _upgrade_facts() -> None:
    from fiilis.warehouse import upgrading  # noqa: PLC0415 - slow import

    if upgrading.outdated():
        rebuild()
        upgrading.drop_outdated()  # last: after a crash in between all begins again


def rebuild(collected: Callable[[], None] = lambda: None, written: Callable[[int], None] | None = None) -> None:
    """Make all facts anew from the databases; tell when all answers are collected, and how many facts are written."""
    from fiilis.listen.services import rebuilding  # noqa: PLC0415 - slow import
    from fiilis.warehouse import sync  # noqa: PLC0415 - slow import

    sync.clear()
    rebuilding.rebuild_facts()
    collected()
    sync.run_until_idle(written)


def refuse_unmigrated() -> None:
    """Raise SettingProblem when a database is missing or older than this version, or the facts are."""
    from fiilis.warehouse import upgrading  # noqa: PLC0415 - slow import

    for alias in connections:
        executor = MigrationExecutor(connections[alias])
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise SettingProblem("The database is empty or older than this version: run `fiilis migrate` first.")
    if upgrading.outdated():
        raise SettingProblem("The facts are of an earlier version: run `fiilis migrate` first.")
    connections.close_all()


class WorkerProcess:
    """The worker beside the web process; started again when it ends by itself."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        """Start it and keep it running."""
        self._thread.start()

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._process = subprocess.Popen([sys.executable, "-m", "fiilis", "worker"])
            code = self._process.wait()
            if not self._stopping.is_set():
                log.error("the worker ended with code %s; starting it again", code)
                self._stopping.wait(2)

    def stop(self) -> None:
        """Ask it to stop and wait for its current step."""
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()


def serve(*, host: str, port: int, worker: bool) -> None:
    """Serve until SIGTERM or SIGINT: stop accepting, drain intake, stop the worker."""
    from granian import Granian  # noqa: PLC0415 - slow import
    from granian.constants import Interfaces  # noqa: PLC0415 - slow import

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fiilis.config.settings")
    connections.close_all()
    _allow_open_files()
    os.environ["_FIILIS_BESIDE"] = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - a name
    beside = WorkerProcess()
    if worker:
        beside.start()
    # granian installs its own handlers and returns from serve() after a graceful stop.
    try:
        server = Granian(
            "fiilis.config.asgi:application",
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            workers=settings.FIILIS_WEB_PROCESSES,
            websockets=False,
            log_access=False,
            backlog=BACKLOG,
            backpressure=CONNECTIONS,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        )
        server.on_startup(end_streams_first)
        server.serve()
    finally:
        beside.stop()


def _allow_open_files() -> None:
    """Raise the soft limit of open files, often 1,024, as far as we may: each connection is one."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def lan_address() -> str:
    """Return this machine's address on its local network, or the loopback's when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # A datagram socket sends nothing when it connects; it only learns by which address it would go.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
    return address


def serve_anew(*, host: str, port: int) -> NoReturn:
    """Become `fiilis serve`. A process that has written facts has threads of the lake's library, which don't survive
    the server's fork.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "fiilis", "serve", "--host", host, "--port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606 - ourselves


def end_streams_first() -> None:
    """Make a stopping server end its live streams before it waits for open connections.

    The server has just set its handlers in this process; each stop signal is passed on to its web processes as
    SIGUSR1 (`config.asgi` ends the streams then) and handled as before.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _telling_first(signal.getsignal(number)))


def _telling_first(previous: Any) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        for child in multiprocessing.active_children():
            if child.pid is not None:
                os.kill(child.pid, signal.SIGUSR1)
        previous(number, frame)

    return handle


def backup(target: Path) -> list[Path]:
    """Copy each embedded database to `target`; return the copies. Main first, inbox second: what was digested into
    the main copy is found there, and what came later stands in the inbox copy.
    """
    if any(connections[alias].vendor != "sqlite" for alias in connections):
        raise Invalid("The databases are on PostgreSQL: use pg_dump. See docs/operating.md.")
    target.mkdir(parents=True, exist_ok=True)
    made = []
    for alias in ("default", "inbox"):
        source = Path(str(connections[alias].settings_dict["NAME"]))
        copy = target / source.name
        if copy.exists():
            raise Invalid(f"{copy} exists already. Choose an empty folder; nothing is overwritten.")
        with sqlite3.connect(source) as reading, sqlite3.connect(copy) as writing:
            reading.backup(writing)
        made.append(copy)
    return made

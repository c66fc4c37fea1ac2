"""Databases for real servers: SQLite always; a PostgreSQL server of our own in the long form, or when one is named."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from bench.intake_server import Place, Server, free_port, prepared

LONG = os.environ.get("FIILIS_RELIABILITY") == "long"
long_form = pytest.mark.skipif(not LONG, reason="in the long form only: make reliability")
WITH_POSTGRES = LONG or bool(os.environ.get("FIILIS_TEST_POSTGRES"))


class Cluster:
    """A PostgreSQL server that tests may stop and start."""

    def __init__(self) -> None:
        self.bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self.home = Path(tempfile.mkdtemp(prefix="fiilis-pg-"))
        self.port = free_port()
        if os.getuid() == 0:
            shutil.chown(self.home, "postgres")
        self._run(
            "initdb", "-D", str(self.home / "db"), "-A", "trust", "-U", "fiilis", "--locale=C.UTF-8", "-E", "UTF8"
        )
        self.start()
        with psycopg.connect(self.url("fiilis", "postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE app LOGIN CREATEDB")

    def _run(self, program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root
        drop = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        # a file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open
        with (self.home / "output").open("ab") as output:
            subprocess.run([*drop, str(self.bin / program), *arguments], check=True, stdout=output, stderr=output)

    def url(self, user: str = "app", name: str = "postgres") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-D", str(self.home / "db"), "-w", "-o", options, "-l", str(self.home / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", str(self.home / "db"), "-w", "-m", mode, "stop")

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if not WITH_POSTGRES or not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("no PostgreSQL here, or the short form without FIILIS_TEST_POSTGRES")
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[Place]:
    place = prepared()
    yield place
    place.remove()


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster) -> Iterator[Place]:
    place = prepared(cluster.url())
    yield place
    place.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A migrated place with a published survey, on each database in turn."""
    copy = request.getfixturevalue(f"{request.param}_template").copy()
    yield copy
    copy.remove()


@pytest.fixture
def sqlite_place(sqlite_template: Place) -> Iterator[Place]:
    copy = sqlite_template.copy()
    yield copy
    copy.remove()


@pytest.fixture
def postgres_place(postgres_template: Place) -> Iterator[Place]:
    copy = postgres_template.copy()
    yield copy
    copy.remove()


Starter = Callable[..., Server]


@pytest.fixture
def start() -> Iterator[Starter]:
    """Start servers that don't outlive the test."""
    started: list[Server] = []

    def starter(place: Place, **environment: str) -> Server:
        server = Server(place, **environment)
        started.append(server)
        return server.start()

    yield starter
    for server in started:
        server.kill()

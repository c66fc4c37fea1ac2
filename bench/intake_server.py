"""The real server in processes of its own, with databases of its own: for benchmarks and for the reliability tests.

`python -m bench.intake_server` prepares the databases named by the environment: migrates them and publishes a survey.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).parent.parent
CODE = "bench2345"
READY_SECONDS = 40.0


class Place:
    """A folder and, for PostgreSQL, a database: made once, copied for each server."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        self.folder = folder
        self.database_url = database_url

    def environment(self, **extra: str) -> dict[str, str]:
        """Return the environment of a server here: nothing of FIILIS_* comes from outside."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FIILIS_", "DJANGO_"))}
        ours = {"FIILIS_DATA": str(self.folder), "FIILIS_MODE": "local", "FIILIS_INTAKE_RATE": "100000000"}
        if self.database_url:
            ours["FIILIS_DATABASE_URL"] = self.database_url
        return kept | ours | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"} | extra

    def copy(self) -> "Place":
        """Return a place of its own with the same content."""
        folder = Path(tempfile.mkdtemp(prefix="fiilis-place-"))
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        if not self.database_url:
            return Place(folder)
        source = urlsplit(self.database_url).path.strip("/")
        name = f"fiilis_{uuid.uuid4().hex[:12]}"
        with admin(self.database_url) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return Place(folder, _renamed(self.database_url, name))

    def remove(self) -> None:
        """Remove the folder and the database."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.database_url:
            name = urlsplit(self.database_url).path.strip("/")
            with contextlib.suppress(psycopg.Error), admin(self.database_url) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def admin(url: str) -> psycopg.Connection:
    """Connect to the server's maintenance database."""
    return psycopg.connect(_renamed(url, "postgres"), autocommit=True)


def _renamed(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def prepared(dsn: str = "", settings: str = "fiilis.config.settings") -> Place:
    """Make a place: SQLite, or a new database on the PostgreSQL server of `dsn`."""
    folder = Path(tempfile.mkdtemp(prefix="fiilis-place-"))
    url = ""
    if dsn:
        name = f"fiilis_{uuid.uuid4().hex[:12]}"
        with admin(dsn) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        url = _renamed(dsn, name)
    place = Place(folder, url)
    environment = place.environment(DJANGO_SETTINGS_MODULE=settings)
    subprocess.run([sys.executable, "-m", "bench.intake_server"], cwd=ROOT, env=environment, check=True)
    return place


class Server:
    """granian's process server with the product's application."""

    def __init__(
        self, place: Place, settings: str = "fiilis.config.settings", workers: int = 1, **environment: str
    ) -> None:
        self.place = place
        self.port = free_port()
        self.log = place.folder / f"server-{self.port}.log"
        self._environment = place.environment(DJANGO_SETTINGS_MODULE=settings, **environment)
        self._workers = workers
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> "Server":
        """Start it; return when /healthz says that answers can be stored."""
        command = [
            sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.port),
            "--workers", str(self._workers), "--no-ws", "--workers-kill-timeout", "20",
            "--respawn-failed-workers",
            "fiilis.config.asgi:application",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        if wait:
            self.wait_until_healthy()
        return self

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The running server."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    def wait_until_healthy(self, seconds: float = READY_SECONDS) -> None:
        """Wait for /healthz to answer 200."""
        deadline = time.monotonic() + seconds
        while self.health() != 200:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise TimeoutError(f"the server is not healthy:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def health(self) -> int:
        """Return the status of /healthz, 0 when nobody answers."""
        return self.get("/healthz")[0]

    def get(self, path: str) -> tuple[int, bytes]:
        """Return status and body of a GET; status 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as reply:
                return reply.status, reply.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()
        except OSError:
            return 0, b""

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        parent = self.process.pid
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]

    def cpu_seconds(self) -> float:
        """Return the processor time that the workers have used."""
        total = 0
        for pid in self.workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """Return the resident memory of the workers."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers())
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def kill(self) -> None:
        """Kill all its processes at once, as a power cut does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> None:
        """Ask it to stop (SIGTERM)."""
        self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds: float = 30.0) -> int:
        """Ask it to stop and wait; return its exit code. Killed when it doesn't."""
        self.terminate()
        try:
            return self.process.wait(seconds)
        finally:
            self.kill()


@contextlib.contextmanager
def running(
    place: Place, settings: str = "fiilis.config.settings", workers: int = 1, **environment: str
) -> Iterator[Server]:
    """Run a server inside the block; killed at its end."""
    server = Server(place, settings, workers, **environment).start()
    try:
        yield server
    finally:
        server.kill()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare() -> None:
    """Migrate the databases named by the environment and publish the survey that the load client answers."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from fiilis.intake import services
    from fiilis.intake.types import CompiledQuestion, CompiledVersion, Snapshot, ValueKind

    for alias in settings.DATABASES:
        call_command("migrate", database=alias, verbosity=0)
    questions = (
        CompiledQuestion(id="nps", kind=ValueKind.NUMBER, low=0, high=10),
        CompiledQuestion(id="solved", kind=ValueKind.CODE, codes=("yes", "partly", "no")),
        CompiledQuestion(id="why", kind=ValueKind.TEXT, max_length=50_000),
    )
    services.publish(
        Snapshot(
            code=CODE,
            survey_id=uuid.uuid4(),
            workspace_id=uuid.uuid4(),
            is_open=True,
            languages=("fi", "sv", "en"),
            thanks_path=f"/s/{CODE}/thanks",
            form_path=f"/s/{CODE}",
            versions=(CompiledVersion(number=1, questions=questions),),
        )
    )
    if "bench" in settings.INSTALLED_APPS:
        from bench import intake_plain

        intake_plain.make_tables()


if __name__ == "__main__":
    prepare()

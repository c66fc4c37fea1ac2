"""The container, compose and systemd files, checked as far as they can be without an engine."""

import re
import subprocess
import sys
from pathlib import Path

from fiilis.config import env

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
KNOWN = {s.name for s in env.SETTINGS}


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_container_copies_files_that_exist_and_runs_commands_that_exist() -> None:
    lines = text("Containerfile").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert [name for names in copied for name in names if not (ROOT / name).exists()] == []
    for command in ("migrate", "serve"):
        assert f"fiilis {command}" in text("Containerfile")
        done = subprocess.run(
            [sys.executable, "-m", "fiilis", command, "--help"], capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith(f"Usage: fiilis {command}")


def test_container_does_not_run_as_root() -> None:
    assert re.findall(r"^USER (\w+)$", text("Containerfile"), re.M) == ["fiilis"]


def test_files_name_known_settings_only() -> None:
    for name in ("Containerfile", "compose.yaml", "fiilis.service"):
        used = {n.removesuffix("_FILE") for n in re.findall(r"\bFIILIS_[A-Z_]+", text(name))}
        assert used - KNOWN == set()


def test_compose_holds_no_secret_and_listens_on_loopback_only() -> None:
    compose = text("compose.yaml")
    assert re.findall(r"^\s+ports: \[(.*)\]$", compose, re.M) == ['"127.0.0.1:8000:8000"']
    assert re.findall(r"(?im)^\s+\w*(?:password|secret_key|database_url):\s+\S+$", compose) == []
    declared = set(re.findall(r"file: \./secrets/(\w+)", compose))
    used = set(re.findall(r"/run/secrets/(\w+)", compose))
    assert declared == used == {"postgres_password", "database_url", "secret_key"}


def test_systemd_unit_gives_time_to_drain() -> None:
    unit = text("fiilis.service")
    assert re.findall(r"^ExecStart=(.*)$", unit, re.M) == ["/opt/fiilis/bin/fiilis serve"]
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.M)[0]) > 20

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fiilis.config import env
from fiilis.core.errors import SettingProblem

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_defaults_are_accepted() -> None:
    values = env.load({})
    assert values["FIILIS_MODE"] == "local"
    assert values["FIILIS_LANGUAGE"] == "fi"
    assert values["FIILIS_DATABASE_URL"] is None


@pytest.mark.parametrize(
    ("name", "bad", "remedy"),
    [
        ("FIILIS_MODE", "prod", "production, local, demo"),
        ("FIILIS_PROXIES", "perhaps", "yes or no"),
        ("FIILIS_WEB_PROCESSES", "0", "at least 1"),
        ("FIILIS_INTAKE_RATE", "-5", "at least 1"),
        ("FIILIS_URL", "fiilis.example.fi", "https://"),
        ("FIILIS_URL", "https://fiilis.example.fi/path", "without a path"),
        ("FIILIS_TIME_ZONE", "Helsinki", "Europe/Helsinki"),
        ("FIILIS_LANGUAGE", "se", "fi, sv, en"),
        ("FIILIS_DATABASE_URL", "mysql://localhost/x", "postgresql://"),
    ],
)
def test_bad_value_stops_with_name_and_remedy(name: str, bad: str, remedy: str) -> None:
    with pytest.raises(SettingProblem) as caught:
        env.load({name: bad})
    assert str(caught.value).startswith(name + ":")
    assert remedy in str(caught.value)


def test_misspelt_setting_stops() -> None:
    with pytest.raises(SettingProblem, match="FIILIS_LANGAUGE is not a setting"):
        env.load({"FIILIS_LANGAUGE": "fi"})


def test_secret_never_stands_in_the_message() -> None:
    with pytest.raises(SettingProblem) as caught:
        env.load({"FIILIS_DATABASE_URL": "mysql://user:sesame@host/x"})
    assert "sesame" not in str(caught.value)


def test_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 60 + "\n")
    values = env.load({"FIILIS_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert env.secret_key(values, tmp_path) == "k" * 60
    with pytest.raises(SettingProblem, match="FIILIS_SECRET_KEY_FILE: can't read"):
        env.load({"FIILIS_SECRET_KEY_FILE": str(tmp_path / "none")})


def test_generated_key_is_kept_and_private(tmp_path: Path) -> None:
    values = env.load({})
    made = env.secret_key(values, tmp_path / "data")
    assert len(made) >= 50
    assert env.secret_key(values, tmp_path / "data") == made
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_production_demands_its_own_key(tmp_path: Path) -> None:
    for key in ("", "short"):
        with pytest.raises(SettingProblem, match="FIILIS_SECRET_KEY"):
            env.secret_key(env.load({"FIILIS_MODE": "production", "FIILIS_SECRET_KEY": key}), tmp_path)


def test_database_address_is_read() -> None:
    database = env.load({"FIILIS_DATABASE_URL": "postgresql://me:p%40ss@db.example:5433/fiilis"})["FIILIS_DATABASE_URL"]
    assert (database["NAME"], database["USER"], database["PASSWORD"]) == ("fiilis", "me", "p@ss")
    assert (database["HOST"], database["PORT"]) == ("db.example", "5433")


def run(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("FIILIS_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        env=clean | {"FIILIS_DATA": str(tmp_path), **settings},
        capture_output=True,
        text=True,
        check=False,
    )


PRODUCTION = {
    "FIILIS_MODE": "production",
    "FIILIS_SECRET_KEY": "s3" * 40 + "xyzåäö!",
    "FIILIS_HOSTS": "fiilis.example.fi",
    "FIILIS_URL": "https://fiilis.example.fi",
}


def test_production_passes_djangos_deployment_checks(tmp_path: Path) -> None:
    done = run(tmp_path, "fiilis", "manage", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )


@pytest.mark.parametrize("missing", ["FIILIS_SECRET_KEY", "FIILIS_HOSTS", "FIILIS_URL"])
def test_production_without_a_needed_setting_does_not_start(tmp_path: Path, missing: str) -> None:
    done = run(tmp_path, "fiilis", "doctor", **{k: v for k, v in PRODUCTION.items() if k != missing})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Fiilis can't start. {missing}: ")
    assert len(done.stderr.splitlines()) == 1


def test_sqlite_takes_one_web_process(tmp_path: Path) -> None:
    done = run(tmp_path, "fiilis", "doctor", FIILIS_WEB_PROCESSES="2")
    assert done.stderr.startswith("Fiilis can't start. FIILIS_WEB_PROCESSES: SQLite takes one web process.")


def test_serve_on_an_empty_database_says_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, "fiilis", "serve")
    assert done.returncode == 1
    assert "run `fiilis migrate` first" in done.stderr


def test_every_setting_is_documented() -> None:
    lines = (DOCS / "settings.md").read_text(encoding="utf-8").splitlines()
    rows = {
        cells[1].strip(" `"): (cells[2].strip(" `"), cells[3].strip())
        for cells in (line.split("|") for line in lines)
        if len(cells) == 5 and cells[1].strip().startswith("`FIILIS_")
    }
    assert rows == {s.name: (s.default, s.meaning) for s in env.SETTINGS}

"""Settings from the environment through helpers that refuse bad values, each with its name, meaning and remedy.

docs/settings.md is written from SETTINGS; a test compares the two.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fiilis.core.errors import SettingProblem


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: how its text becomes a value (ValueError refuses it), its default as text, and what it is for."""

    name: str
    read: Callable[[str], Any]
    default: str
    meaning: str


def _text(raw: str) -> str:
    return raw


def _switch(raw: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    try:
        return words[raw.lower()]
    except KeyError:
        raise ValueError("write yes or no") from None


def _positive(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or int(raw) < 1:
        raise ValueError("write a whole number of at least 1")
    return int(raw)


def _names(raw: str) -> list[str]:
    return [part.strip() for part in raw.split(",") if part.strip()]


def _origin(raw: str) -> str:
    parts = urlsplit(raw)
    if raw and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/")):
        raise ValueError("write an address such as https://fiilis.example.fi, without a path")
    return raw.rstrip("/")


def _zone(raw: str) -> str:
    try:
        ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("write a time zone such as Europe/Helsinki") from None
    return raw


def _one_of(*words: str) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw not in words:
            raise ValueError("write one of: " + ", ".join(words))
        return raw

    return read


def _database(raw: str) -> dict[str, Any] | None:
    """Read a database address; None means the embedded default."""
    if not raw:
        return None
    parts = urlsplit(raw)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ValueError("write postgresql://user:password@host:5432/name, or leave it empty for SQLite")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or unquote(parts.netloc.rpartition("@")[2]),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SETTINGS = (
    Setting(
        "FIILIS_MODE",
        _one_of("production", "local", "demo"),
        "local",
        "production: secure cookies, known hosts and a secret key are demanded; local: one machine, http; "
        "demo: as local, and one-time sign-in links are allowed.",
    ),
    Setting(
        "FIILIS_DATA", _text, "fiilis-data", "Folder of the embedded databases, the lake and the generated secret key."
    ),
    Setting(
        "FIILIS_SECRET_KEY",
        _text,
        "",
        "Signs sessions; at least 50 characters. Empty outside production: made once and kept in FIILIS_DATA.",
    ),
    Setting(
        "FIILIS_DATABASE_URL", _database, "", "postgresql://user:password@host:5432/name. Empty: SQLite in FIILIS_DATA."
    ),
    Setting(
        "FIILIS_LAKE", _text, "", "Folder of the columnar facts, reached by all processes. Empty: lake/ in FIILIS_DATA."
    ),
    Setting("FIILIS_HOSTS", _names, "", "Host names served in production, separated by commas."),
    Setting("FIILIS_URL", _origin, "", "The public address, for links in messages and survey links."),
    Setting("FIILIS_LANGUAGE", _one_of("fi", "sv", "en"), "fi", "Language for those who have chosen none."),
    Setting("FIILIS_TIME_ZONE", _zone, "Europe/Helsinki", "Time zone of new workspaces."),
    Setting(
        "FIILIS_PROXIES",
        _switch,
        "no",
        "yes: a proxy in front sets X-Forwarded-Proto and X-Forwarded-For, and nothing else can reach the server.",
    ),
    Setting("FIILIS_WEB_PROCESSES", _positive, "1", "Web processes; more than 1 only with PostgreSQL."),
    Setting("FIILIS_DUCKDB_MEMORY_MB", _positive, "256", "Memory that one process's query engine may take."),
    Setting("FIILIS_DUCKDB_THREADS", _positive, "2", "Threads of one process's query engine."),
    Setting(
        "FIILIS_INTAKE_RATE",
        _positive,
        "600",
        "Answers a minute that one address may send to one survey before it gets 429.",
    ),
    Setting("FIILIS_INTAKE_QUEUE", _positive, "5000", "Answers that may wait for the writer before new ones get 503."),
    Setting(
        "FIILIS_OPEN_START",
        _switch,
        "no",
        "yes: a signed-in user who belongs to no workspace may begin one of her own. Owners always may.",
    ),
    Setting("FIILIS_LOG_LEVEL", _one_of("debug", "info", "warning", "error"), "info", "How much is logged."),
)


# What the tests read themselves; no settings of the product.
TEST_NAMES = {"FIILIS_TEST_POSTGRES", "FIILIS_RELIABILITY"}


def load(environ: "os._Environ[str] | dict[str, str]" = os.environ) -> dict[str, Any]:
    """Return all settings by name. `NAME_FILE` may name a file that holds the value (for secrets).

    Raises SettingProblem with the variable's name and remedy for a bad value, an unreadable file or an unknown
    FIILIS_ name (a misspelt setting would otherwise be silently ignored).
    """
    known = {s.name for s in SETTINGS}
    for name in environ:
        if name.startswith("FIILIS_") and name.removesuffix("_FILE") not in known | TEST_NAMES:
            raise SettingProblem(f"{name} is not a setting of Fiilis. See docs/settings.md for the names.")
    return {s.name: _read(s, environ) for s in SETTINGS}


def _read(setting: Setting, environ: "os._Environ[str] | dict[str, str]") -> Any:
    raw = environ.get(setting.name, "")
    path = environ.get(setting.name + "_FILE", "")
    if path:
        try:
            raw = Path(path).read_text(encoding="utf-8").strip()
        except OSError as fault:
            raise SettingProblem(f"{setting.name}_FILE: can't read {path}: {fault.strerror}.") from fault
    try:
        return setting.read(raw or setting.default)
    except ValueError as fault:
        shown = "" if "SECRET" in setting.name or "DATABASE" in setting.name else f" (now: {raw!r})"
        raise SettingProblem(f"{setting.name}: {fault}{shown}.") from None


def secret_key(values: dict[str, Any], data: Path) -> str:
    """Return the secret key; outside production one is made at the first start and kept in the data folder."""
    key: str = values["FIILIS_SECRET_KEY"]
    if key:
        if len(key) < 50:
            raise SettingProblem("FIILIS_SECRET_KEY: write at least 50 random characters.")
        return key
    if values["FIILIS_MODE"] == "production":
        raise SettingProblem("FIILIS_SECRET_KEY: production needs one of at least 50 random characters.")
    data.mkdir(parents=True, exist_ok=True)
    path = data / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    made = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(made)
    return made

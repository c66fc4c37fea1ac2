"""Checks of the installation: each says what is wrong and what to do. `fiilis doctor` prints them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check. `remedy` is empty when all is well."""

    ok: bool
    what: str
    remedy: str = ""


Check = Callable[[], Iterable[Finding]]

_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check under a name."""
    _checks[name] = check


def examine() -> dict[str, list[Finding]]:
    """Run all checks and return their findings by name."""
    return {name: list(check()) for name, check in _checks.items()}

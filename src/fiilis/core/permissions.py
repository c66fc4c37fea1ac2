"""What each role may do, in one place. Slices register their permissions; doors ask `may`."""

from collections.abc import Iterable
from dataclasses import dataclass

from fiilis.core.errors import Forbidden
from fiilis.core.models import Membership, Role


@dataclass(frozen=True, slots=True)
class Permission:
    """A named right and the roles that have it."""

    name: str
    roles: frozenset[str]
    meaning: str


_registered: dict[str, Permission] = {}

EVERYONE = tuple(Role.values)
INSIDERS = (Role.OWNER, Role.MANAGER, Role.ANALYST, Role.AGENT)
EDITORS = (Role.OWNER, Role.MANAGER)


def register(name: str, *, roles: Iterable[str], meaning: str) -> None:
    """Register a permission. `meaning` is English and stands in docs/permissions.md."""
    if name in _registered:
        raise ValueError(f"permission {name} is registered twice")
    _registered[name] = Permission(name, frozenset(str(role) for role in roles), meaning)


def registered() -> list[Permission]:
    """Return all permissions by name."""
    return sorted(_registered.values(), key=lambda p: p.name)


def may(membership: Membership | None, permission: str) -> bool:
    """Return whether the member has the permission. An unregistered name is a programming error: KeyError."""
    wanted = _registered[permission]
    return membership is not None and membership.role in wanted.roles


def require(membership: Membership | None, permission: str) -> None:
    """Raise `Forbidden` unless the member has the permission."""
    if not may(membership, permission):
        raise Forbidden()

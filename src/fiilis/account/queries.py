"""Reading members, the audit trail and how the organisation looks to its customers."""

import base64
import uuid
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from fiilis.account.models import Branding
from fiilis.core.models import AccessEntry, AuditEntry, Membership, Workspace

PAGE_SIZE = 50


def members(*, workspace: Workspace) -> list[Membership]:
    """Return the members with their users, by name."""
    return list(
        Membership.objects.select_related("user").filter(workspace=workspace).order_by("user__name", "user__email")
    )


def audit_page(*, workspace: Workspace, number: str) -> Page[AuditEntry]:
    """Return one page of the audit trail, newest first; what is no page's number gives the nearest page."""
    return Paginator(AuditEntry.objects.of(workspace).order_by("-id"), PAGE_SIZE).get_page(number)


def access_page(*, workspace: Workspace, number: str) -> Page[AccessEntry]:
    """Return one page of the access log of personal data, newest first."""
    return Paginator(AccessEntry.objects.of(workspace).order_by("-id"), PAGE_SIZE).get_page(number)


@dataclass(frozen=True, slots=True)
class Look:
    """An organisation's logo and colour. `accent` is #rrggbb or empty, `logo` a data: address or empty."""

    accent: str = ""
    logo: str = ""
    logo_width: int = 0
    logo_height: int = 0
    chosen: bool = False
    """Somebody has decided how it looks, be it as it was."""


def look(*, workspace_id: uuid.UUID) -> Look:
    """Return how the organisation looks to its customers."""
    row = Branding.objects.of(workspace_id).first()
    if row is None:
        return Look()
    raw = bytes(row.logo)
    address = f"data:image/webp;base64,{base64.b64encode(raw).decode()}" if raw else ""
    return Look(row.accent, address, row.logo_width, row.logo_height, chosen=True)

"""Reading members and the audit trail."""

from django.core.paginator import Page, Paginator

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

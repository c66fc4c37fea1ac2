"""What every door needs: workspace pages with permissions, problems as pages or problem+json, security headers."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fiilis.core import permissions, slots, workspaces
from fiilis.core.errors import NotFound, Problem
from fiilis.core.models import Membership, User, Workspace

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

GROUP_LABELS = {
    "listen": _("Listen"),
    "understand": _("Understand"),
    "act": _("Act"),
    "prove": _("Impact"),
    "trust": _("Trust"),
    "settings": _("Settings"),
}

P = ParamSpec("P")


class WorkspaceRequest(HttpRequest):
    """A request of a signed-in member: what `page` hands to a view."""

    user: User  # `page` lets no anonymous user through
    workspace: Workspace
    membership: Membership


View = Callable[Concatenate[WorkspaceRequest, P], HttpResponseBase]
Door = Callable[Concatenate[HttpRequest, str, P], HttpResponseBase]


def page(permission: str, *, methods: tuple[str, ...] = ("GET",)) -> Callable[[View[P]], Door[P]]:
    """Make a view of one workspace: `/w/<slug>/...`, for signed-in members with `permission`.

    Someone who is no member gets 404 (a workspace's existence is not told), a member without the permission 403.
    GET views must not write: that is the view's part of the bargain.
    """

    def decorate(view: View[P]) -> Door[P]:
        @wraps(view)
        def door(request: HttpRequest, workspace: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path())
            membership = workspaces.membership_of(request.user, workspace)
            if membership is None:
                raise NotFound()
            permissions.require(membership, permission)
            ours = cast(WorkspaceRequest, request)
            ours.workspace, ours.membership = membership.workspace, membership
            with timezone.override(membership.workspace.zone):
                return view(ours, *args, **kwargs)

        return cast("Door[P]", door)

    return decorate


def wants_json(request: HttpRequest) -> bool:
    """Return whether the caller is a program."""
    return request.path.startswith("/api/") or "json" in request.headers.get("Accept", "").partition(",")[0]


def problem_response(request: HttpRequest, problem: Problem) -> HttpResponse:
    """Return a problem as problem+json to programs and as a page to people."""
    if wants_json(request):
        return JsonResponse(problem.as_dict(), status=problem.status, content_type="application/problem+json")
    return render(request, "design/problem.html", {"problem": problem}, status=problem.status)


class ProblemMiddleware:
    """Turns a raised `Problem` into its response."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a `Problem`; leave everything else to Django."""
        return problem_response(request, exception) if isinstance(exception, Problem) else None


class HeadersMiddleware:
    """Sets the Content-Security-Policy and what goes with it on every response."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers that a response does not set itself."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        # A page that says itself how it may be kept isn't asked whose it is: the survey page looks at no session.
        if "Cache-Control" not in response.headers and hasattr(request, "user") and request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu, the workspace and the member for `design/base.html`."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None:
        return {"menu": [], "workspace": None, "membership": None, "workspaces": [], "top_entries": []}
    ours = cast(WorkspaceRequest, request)
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in slots.menu_entries():
        if not permissions.may(membership, entry.permission):
            continue
        if entry.shown is not None and not entry.shown(membership.workspace):
            continue
        href = _reverse(entry.url_name, membership.workspace.slug)
        groups.setdefault(entry.group, []).append(
            {
                "label": entry.label,
                "href": href,
                "current": request.path == href or (href.count("/") > 3 and request.path.startswith(href)),
                "count": entry.count(ours) if entry.count else None,
            }
        )
    menu = [{"key": key, "label": GROUP_LABELS[key], "items": items} for key, items in groups.items()]
    memberships = workspaces.memberships_of(ours.user)
    others = [
        {"name": m.workspace.name, "href": f"/w/{m.workspace.slug}/", "current": m.pk == membership.pk}
        for m in memberships
    ]
    top = [
        {"label": entry.label, "href": reverse(entry.url_name)}
        for entry in slots.top_entries()
        if entry.shown(memberships)
    ]
    return {
        "menu": menu,
        "workspace": membership.workspace,
        "membership": membership,
        "workspaces": others,
        "top_entries": top,
    }


def _reverse(name: str, slug: str) -> str:
    try:
        return reverse(name, kwargs={"workspace": slug})
    except NoReverseMatch as fault:
        raise LookupError(f"the menu entry {name} has no page") from fault

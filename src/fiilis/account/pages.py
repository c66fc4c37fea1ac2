"""Pages of account: one-time links, members, audit trail, settings."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fiilis.account import queries, services
from fiilis.account.forms import LookForm, MemberForm, PasswordForm, RoleForm, SettingsForm
from fiilis.core import permissions
from fiilis.core.errors import Problem
from fiilis.core.http import WorkspaceRequest, page
from fiilis.core.models import Role
from fiilis.design import brand

# What the audit trail's words mean; a word that isn't here stands as it is.
VERBS = {
    "added": gettext_lazy("Added"),
    "began": gettext_lazy("Began"),
    "broke a carrier": gettext_lazy("Broke a carrier"),
    "changed": gettext_lazy("Changed"),
    "closed": gettext_lazy("Closed down"),
    "created": gettext_lazy("Created"),
    "discarded": gettext_lazy("Discarded"),
    "imported": gettext_lazy("Imported"),
    "laid out": gettext_lazy("Laid out"),
    "let answers come": gettext_lazy("Let answers come"),
    "opened the seal": gettext_lazy("Opened the seal"),
    "played": gettext_lazy("Played"),
    "published": gettext_lazy("Published"),
    "refused": gettext_lazy("Refused"),
    "removed": gettext_lazy("Removed"),
    "renamed": gettext_lazy("Renamed"),
    "reopened": gettext_lazy("Reopened"),
    "restored": gettext_lazy("Restored"),
    "stopped answers": gettext_lazy("Stopped answers"),
    "undone": gettext_lazy("Undone"),
    "uploaded": gettext_lazy("Sent"),
}
KINDS = {
    "context event": gettext_lazy("what went on"),
    "answers": gettext_lazy("answers"),
    "import": gettext_lazy("import of answers"),
    "inbox": gettext_lazy("answers received"),
    "journey": gettext_lazy("customer journey"),
    "look": gettext_lazy("logo and colour"),
    "member": gettext_lazy("member"),
    "simulation": gettext_lazy("made-up shop"),
    "start": gettext_lazy("first steps"),
    "survey": gettext_lazy("survey"),
    "upload": gettext_lazy("file of answers"),
    "workspace": gettext_lazy("workspace"),
}
MACHINES = {
    "command": gettext_lazy("Command line"),
    "demo": gettext_lazy("Demo"),
    "simulation": gettext_lazy("Made-up shop"),
    "worker": gettext_lazy("Worker"),
}
ROLE_MEANINGS = (
    (Role.OWNER.label, gettext_lazy("Everything, including members and settings.")),
    (Role.MANAGER.label, gettext_lazy("Makes and publishes surveys and sees the audit trail.")),
    (Role.ANALYST.label, gettext_lazy("Sees all numbers and answers.")),
    (Role.AGENT.label, gettext_lazy("Sees numbers and answers.")),
    (Role.PARTNER.label, gettext_lazy("Sees nothing yet: partners get pages of their own later.")),
)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link. GET only shows what the button will do: mail scanners and previews use nothing up."""
    purpose, user = services.look_at_link(token=token)
    form = PasswordForm(request.POST or None) if purpose == "welcome" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            user = services.use_sign_in_link(token=token, password=form.cleaned_data["password"] if form else None)
        except Problem as problem:
            if form is None or not problem.fields:
                raise
            for field in problem.fields:
                form.add_error("password", field.text)
        else:
            login(request, user, backend=BACKEND)
            return redirect("/")
    status = 422 if form is not None and form.errors else 200
    return render(
        request, "fiilis_account/enter.html", {"purpose": purpose, "person": user, "form": form}, status=status
    )


@page("members.view", methods=("GET", "POST"))
def members(request: WorkspaceRequest) -> HttpResponse:
    """Who belongs to the workspace; POST adds a member."""
    form = MemberForm(request.POST or None)
    link = ""
    if request.method == "POST":
        permissions.require(request.membership, "members.edit")
        if form.is_valid():
            try:
                membership, link = services.add_member(
                    workspace=request.workspace, by=request.user, **form.cleaned_data
                )
            except Problem as problem:
                form.add_error("email", problem.detail)
            else:
                messages.success(request, _("%(name)s is now a member.") % {"name": membership.user})
                if not link:
                    return redirect("account:members", workspace=request.workspace.slug)
                form = MemberForm()
                link = request.build_absolute_uri(link)
    found = queries.members(workspace=request.workspace)
    context = {
        "members": found,
        "form": form,
        "link": link,
        "may_edit": permissions.may(request.membership, "members.edit"),
        "alone": len(found) == 1,
        "roles": Role.choices,
        "meanings": ROLE_MEANINGS,
    }
    return render(request, "fiilis_account/members.html", context, status=422 if form.errors else 200)


@page("members.edit", methods=("POST",))
def change_role(request: WorkspaceRequest, user_id: uuid.UUID) -> HttpResponse:
    """Change a member's role."""
    form = RoleForm(request.POST)
    if form.is_valid():
        _try(
            request,
            lambda: services.change_role(
                workspace=request.workspace, user_id=user_id, role=form.cleaned_data["role"], by=request.user
            ),
            _("The role was changed."),
        )
    return redirect("account:members", workspace=request.workspace.slug)


@page("members.edit", methods=("POST",))
def remove_member(request: WorkspaceRequest, user_id: uuid.UUID) -> HttpResponse:
    """Remove a member."""
    _try(
        request,
        lambda: services.remove_member(workspace=request.workspace, user_id=user_id, by=request.user),
        _("The member was removed."),
    )
    return redirect("account:members", workspace=request.workspace.slug)


@page("audit.view")
def audit(request: WorkspaceRequest) -> HttpResponse:
    """What was done in the workspace, and who looked at personal data."""
    looks = request.GET.get("show") == "looks"
    read = queries.access_page if looks else queries.audit_page
    entries = read(workspace=request.workspace, number=request.GET.get("page", ""))
    context = {
        "entries": entries,
        "rows": [
            {
                "entry": entry,
                "by": MACHINES.get(entry.by, entry.by) if entry.user_id is None else entry.by,
                "verb": VERBS.get(getattr(entry, "verb", ""), getattr(entry, "verb", "")),
                "kind": KINDS.get(getattr(entry, "kind", ""), getattr(entry, "kind", "")),
            }
            for entry in entries.object_list
        ],
        "looks": looks,
        "tab_label": _("What to show"),
        "tab_items": [
            {"label": _("Changes"), "href": "?", "current": not looks},
            {"label": _("Looks at personal data"), "href": "?show=looks", "current": looks},
        ],
    }
    return render(request, "fiilis_account/audit.html", context)


@page("settings.edit", methods=("GET", "POST"))
def workspace_settings(request: WorkspaceRequest) -> HttpResponse:
    """The workspace's name, language and time zone."""
    ours = request.workspace
    initial = {"name": ours.name, "language": ours.language, "time_zone": ours.time_zone}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.change_settings(workspace=ours, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("account:settings", workspace=ours.slug)
    return render(request, "fiilis_account/settings.html", {"form": form}, status=422 if form.errors else 200)


@page("settings.edit", methods=("GET", "POST"))
def look(request: WorkspaceRequest) -> HttpResponse:
    """Logo and colour, as customers see them."""
    now = queries.look(workspace_id=request.workspace.pk)
    form = look_form(request, now)
    if request.method == "POST" and form.is_valid():
        save_look(request, form)
        return redirect("account:look", workspace=request.workspace.slug)
    context = {"form": form, "look": now, "shades": brand.shades(now.accent) if now.accent else None}
    return render(request, "fiilis_account/look.html", context, status=422 if form.errors else 200)


def look_form(request: WorkspaceRequest, now: queries.Look) -> LookForm:
    """Return the form of logo and colour, filled in where it was sent."""
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return LookForm(data, files, accent=now.accent, has_logo=bool(now.logo))


def save_look(request: WorkspaceRequest, form: LookForm) -> None:
    """Save a valid form of logo and colour, and say what became of the two."""
    arguments = form.arguments()
    services.set_look(workspace=request.workspace, by=request.user, **arguments)
    messages.success(request, _("Saved."))
    if arguments["logo"] is not None and arguments["logo"].backed:
        messages.info(request, _("Your logo is pale, so it stands on a dark ground to be seen on white."))
    if arguments["accent"]:
        own = brand.shades(arguments["accent"])
        names = {"asked": own.asked, "light": own.light, "dark": own.dark}
        if own.changed_on_light:
            messages.info(
                request,
                _("%(asked)s is too pale to be read on white. Light screens get the nearest readable shade, %(light)s.")
                % names,
            )
        if own.changed_on_dark:
            messages.info(
                request,
                _("%(asked)s is too deep to be read on black. Dark screens get the nearest readable shade, %(dark)s.")
                % names,
            )


def _try(request: HttpRequest, act: Callable[[], object], done: str) -> None:
    """Carry out a small act and say how it went."""
    try:
        act()
    except Problem as problem:
        messages.error(request, problem.detail)
    else:
        messages.success(request, done)

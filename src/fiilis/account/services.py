"""Users, members, sign-in links, a workspace's beginning, settings and look."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from fiilis.account.models import Branding, SignInLink
from fiilis.core import audit, clock, workspaces
from fiilis.core.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound
from fiilis.core.models import Membership, Role, User, Workspace
from fiilis.design import brand
from fiilis.design.logos import Logo

LIFETIMES = {SignInLink.Purpose.DEMO: timedelta(days=1), SignInLink.Purpose.WELCOME: timedelta(days=7)}
DEMO_EMAIL = "demo@fiilis.invalid"
OWNED_MOST = 20
"""Workspaces that one user may own before the operator is asked: a slip of a script makes no thousands."""
SLUG_MOST = 48
# Addresses beside /w/<slug>/ that a reader could take for the house's own.
_NOT_SLUGS = {"new", "start", "admin", "api"}


def check_password(password: str, user: User | None = None) -> None:
    """Raise Invalid with what the password lacks."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as fault:
        raise Invalid(
            " ".join(fault.messages),
            code="weak_password",
            fields=[FieldProblem("password", "weak_password", text) for text in fault.messages],
        ) from None


def _check_email(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError:
        text = _("“%(email)s” is not an e-mail address.") % {"email": email}
        raise Invalid(text, code="email", fields=[FieldProblem("email", "email", text)]) from None
    return email.lower()


def create_user(
    *, email: str, name: str, password: str, slug: str, workspace_name: str = "", role: str, by: User | str
) -> User:
    """Create a user with a password and a role in a workspace, which is made when there is none.

    Raises Invalid for a bad address or a weak password, Conflict when the address has an account.
    """
    email = _check_email(email)
    check_password(password, User(email=email, name=name))
    hashed = User(email=email)
    hashed.set_password(password)  # outside the transaction: hashing is meant to be slow
    with transaction.atomic():
        if User.objects.filter(email=email).exists():
            raise Conflict(_("%(email)s has an account already.") % {"email": email})
        user = User.objects.create(email=email, name=name, password=hashed.password)
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is None:
            workspace = workspaces.create_workspace(
                slug=slug,
                name=workspace_name or slug.capitalize(),
                by=by,
                language=settings.LANGUAGE_CODE,
                time_zone=settings.FIILIS_TIME_ZONE,
            )
        workspaces.give_role(workspace=workspace, user=user, role=role, by=by)
    return user


def add_member(*, workspace: Workspace, email: str, name: str, role: str, by: User | str) -> tuple[Membership, str]:
    """Add a member; return the membership and, for a new user, the path of a link to choose a password ("" else).

    Raises Conflict when the person is a member already, or has an account that only the operator can vouch for.
    """
    email = _check_email(email)
    with transaction.atomic():
        user = User.objects.filter(email=email).first()
        made = user is None
        if user is not None and Membership.objects.filter(workspace=workspace, user=user).exists():
            raise Conflict(_("%(email)s is a member already.") % {"email": email})
        # Whoever made an account held its first link: without a proof of the address, an account is trusted only where
        # its maker's word already counts. The operator vouches with `fiilis addmember`.
        if user is not None and isinstance(by, User) and not _owns_a_workspace_of(by, user):
            raise Conflict(
                _("%(email)s has an account in another organisation. Ask the operator of this server to add it.")
                % {"email": email},
                code="account_elsewhere",
            )
        if user is None:
            user = User.objects.create_user(email, None, name=name)
        membership = workspaces.give_role(workspace=workspace, user=user, role=role, by=by)
    return membership, issue_sign_in_link(user=user, purpose=SignInLink.Purpose.WELCOME) if made else ""


def _owns_a_workspace_of(owner: User, user: User) -> bool:
    owned = Membership.objects.filter(user=owner, role=Role.OWNER).values("workspace_id")
    return Membership.objects.filter(user=user, workspace_id__in=owned).exists()


def change_role(*, workspace: Workspace, user_id: uuid.UUID, role: str, by: User) -> None:
    """Change a member's role. Raises NotFound for a stranger, Invalid for the last owner."""
    workspaces.give_role(workspace=workspace, user=_member(workspace, user_id).user, role=role, by=by)


def remove_member(*, workspace: Workspace, user_id: uuid.UUID, by: User) -> None:
    """Remove a member. Raises NotFound for a stranger, Invalid for the last owner."""
    workspaces.remove_member(workspace=workspace, user=_member(workspace, user_id).user, by=by)


def _member(workspace: Workspace, user_id: uuid.UUID) -> Membership:
    found = Membership.objects.select_related("user").filter(workspace=workspace, user_id=user_id).first()
    if found is None:
        raise NotFound()
    return found


def change_settings(*, workspace: Workspace, name: str, language: str, time_zone: str, by: User) -> None:
    """Change a workspace's name, language and time zone (new answers only: stored days stay as they were counted)."""
    with transaction.atomic():
        before = {"name": workspace.name, "language": workspace.language, "time_zone": workspace.time_zone}
        after = {"name": name, "language": language, "time_zone": time_zone}
        changed = {key: value for key, value in after.items() if before[key] != value}
        if not changed:
            return
        Workspace.objects.filter(pk=workspace.pk).update(**changed)
        audit.record(
            workspace=workspace, by=by, verb="changed", kind="workspace", target_id=workspace.pk, target_name=name,
            summary=changed,
        )  # fmt: skip


def may_start(memberships: Iterable[Membership]) -> bool:
    """Return whether a user with these memberships may begin a workspace of her own.

    In the demo everybody; else who owns one already, and, with FIILIS_OPEN_START, who belongs to none yet.
    """
    known = list(memberships)
    if settings.FIILIS_DEMO or any(one.role == Role.OWNER for one in known):
        return True
    return settings.FIILIS_OPEN_START and not known


def start_workspace(*, name: str, language: str, time_zone: str, by: User) -> Workspace:
    """Begin a workspace that `by` owns, at an address made of its name.

    Raises Forbidden for who may not begin one, Conflict for who owns OWNED_MOST already, Invalid for an empty name.
    """
    memberships = workspaces.memberships_of(by)
    if not may_start(memberships):
        raise Forbidden(_("Ask the operator of this server to begin a workspace for you."))
    if sum(one.role == Role.OWNER for one in memberships) >= OWNED_MOST:
        raise Conflict(_("You own %(most)s workspaces, which is the most. Ask the operator.") % {"most": OWNED_MOST})
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("Give the organisation a name."), code="name")
    for _try in range(5):
        slug = _free_slug(name)
        try:
            return workspaces.create_workspace(
                slug=slug, name=name, by=by, owner=by, language=language, time_zone=time_zone
            )
        except (Conflict, IntegrityError):  # somebody else took the address between the look and the write
            continue
    raise Conflict(_("The workspace could not be made just now. Try again."))


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:SLUG_MOST].strip("-_") or "shop"
    taken = set(Workspace.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | _NOT_SLUGS
    return next(slug for slug in (wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken)


def set_look(
    *, workspace: Workspace, accent: str, logo: Logo | None = None, drop_logo: bool = False, by: User | str
) -> None:
    """Decide how the organisation looks to its customers: colour (#rrggbb, empty: our blue) and logo.

    Without `logo` the present one stays, unless it is dropped. Raises Invalid for what is no colour.
    """
    if accent and not brand.is_colour(accent):
        text = _("Write the colour as # and six digits or letters a–f, such as #0f766e.")
        raise Invalid(text, code="accent", fields=[FieldProblem("accent", "accent", text)])
    with transaction.atomic():
        rows = Branding.objects.of(workspace)
        row, made = rows.select_for_update().get_or_create()
        changed: dict[str, str] = {}
        if row.accent != accent:
            row.accent = changed["accent"] = accent
        if logo is not None:
            row.logo, row.logo_width, row.logo_height = logo.data, logo.width, logo.height
            changed["logo"] = "changed"
        elif drop_logo and row.logo:
            row.logo, row.logo_width, row.logo_height = b"", 0, 0
            changed["logo"] = "removed"
        if not changed and not made:
            return
        row.changed_at = clock.now()
        row.save()
        audit.record(
            workspace=workspace, by=by, verb="changed", kind="look", target_id=row.pk, target_name=workspace.name,
            summary=changed,
        )  # fmt: skip


def demo_user() -> User:
    """Return the demo's user, who has no password. Only in demo mode."""
    _demand_demo()
    found = User.objects.filter(email=DEMO_EMAIL).first()
    return found or User.objects.create_user(DEMO_EMAIL, None, name="Demo")


def issue_sign_in_link(*, user: User, purpose: str) -> str:
    """Return the path of a new link that works once. Only its hash is kept."""
    if purpose == SignInLink.Purpose.DEMO:
        _demand_demo()
    token = secrets.token_urlsafe(24)
    SignInLink.objects.create(
        user=user,
        purpose=purpose,
        token_hash=_hash(token),
        expires_at=clock.now() + LIFETIMES[SignInLink.Purpose(purpose)],
    )
    return f"/enter/{token}"


def use_sign_in_link(*, token: str, password: str | None = None) -> User:
    """Use a link up and return its user; a welcome link sets the password at the same time.

    Raises NotFound for an unknown, used or expired link, Forbidden for a demo link outside demo mode, Invalid for a
    weak password (the link stays usable then).
    """
    purpose, user = look_at_link(token=token)
    hashed = None
    if purpose == SignInLink.Purpose.WELCOME:
        check_password(password or "", user)
        user.set_password(password)
        hashed = user.password
    with transaction.atomic():
        # A conditional UPDATE that must change exactly one row: of two presses at once, one gets in.
        used = SignInLink.objects.filter(token_hash=_hash(token), used_at=None).update(used_at=clock.now())
        if used != 1:
            raise NotFound(_("This link has been used. Ask for a new one."))
        if hashed is not None:
            User.objects.filter(pk=user.pk).update(password=hashed)
    return user


def look_at_link(*, token: str) -> tuple[str, User]:
    """Return what a link is for and whose it is, without using it."""
    link = SignInLink.objects.select_related("user").filter(token_hash=_hash(token), used_at=None).first()
    if link is None or link.expires_at < clock.now() or not link.user.is_active:
        raise NotFound(_("This link has been used or is too old. Ask for a new one."))
    if link.purpose == SignInLink.Purpose.DEMO:
        _demand_demo()
    return link.purpose, link.user


def _demand_demo() -> None:
    if not settings.FIILIS_DEMO:
        raise Forbidden(_("Sign-in links without a password work in the demo only."))


def _hash(token: str) -> str:
    # The token has 192 random bits: a plain hash can't be turned back, a slow one would buy nothing.
    return hashlib.sha256(token.encode()).hexdigest()

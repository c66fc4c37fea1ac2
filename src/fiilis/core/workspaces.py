"""Making workspaces and giving roles in them."""

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core import audit
from fiilis.core.errors import Conflict, Invalid
from fiilis.core.models import Membership, Role, User, Workspace


def create_workspace(
    *,
    slug: str,
    name: str,
    by: User | str,
    language: str = "fi",
    time_zone: str = "Europe/Helsinki",
    data_note: str = "",
    owner: User | None = None,
) -> Workspace:
    """Create a workspace, with an owner if one is given. Raises Conflict when the address is taken."""
    with transaction.atomic():
        if Workspace.objects.filter(slug=slug).exists():
            raise Conflict(_("The address “%(slug)s” is taken. Choose another.") % {"slug": slug})
        workspace = Workspace.objects.create(
            slug=slug, name=name, language=language, time_zone=time_zone, data_note=data_note
        )
        audit.record(
            workspace=workspace, by=by, verb="created", kind="workspace", target_id=workspace.pk, target_name=name
        )
        if owner is not None:
            give_role(workspace=workspace, user=owner, role=Role.OWNER, by=by)
    return workspace


def give_role(*, workspace: Workspace, user: User, role: str, by: User | str) -> Membership:
    """Give `user` a role in `workspace`, or change it. The last owner keeps the role: raises Invalid."""
    if role not in Role.values:
        raise Invalid(_("There is no role “%(role)s”.") % {"role": role})
    with transaction.atomic():
        if role != Role.OWNER:
            _refuse_last_owner(workspace, user.pk)
        membership, made = Membership.objects.update_or_create(workspace=workspace, user=user, defaults={"role": role})
        audit.record(
            workspace=workspace,
            by=by,
            verb="added" if made else "changed",
            kind="member",
            target_id=user.pk,
            target_name=str(user),
            summary={"role": role},
        )
    return membership


def remove_member(*, workspace: Workspace, user: User, by: User | str) -> None:
    """Take away `user`'s role in `workspace`. The last owner stays: raises Invalid."""
    with transaction.atomic():
        _refuse_last_owner(workspace, user.pk)
        deleted, _per_model = Membership.objects.filter(workspace=workspace, user=user).delete()
        if deleted:
            audit.record(
                workspace=workspace, by=by, verb="removed", kind="member", target_id=user.pk, target_name=str(user)
            )


def _refuse_last_owner(workspace: Workspace, user_id: uuid.UUID) -> None:
    owners = set(
        Membership.objects.select_for_update()
        .filter(workspace=workspace, role=Role.OWNER)
        .values_list("user_id", flat=True)
    )
    if owners == {user_id}:
        raise Invalid(_("A workspace needs an owner. Make someone else an owner first."), code="last_owner")


def membership_of(user: User, slug: str) -> Membership | None:
    """Return the user's membership of the workspace with that address, or None."""
    return Membership.objects.select_related("workspace").filter(user=user, workspace__slug=slug).first()


def memberships_of(user: User) -> list[Membership]:
    """Return the user's memberships by workspace name."""
    return list(Membership.objects.select_related("workspace").filter(user=user).order_by("workspace__name"))

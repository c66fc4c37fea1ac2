"""The life of a survey: made, written, published version by version, closed and opened again."""

import uuid
from collections.abc import Callable, Sequence

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core import audit, clock, ids
from fiilis.core.errors import Conflict, Invalid, NotFound
from fiilis.core.models import User, Workspace
from fiilis.ecosystem import queries as ecosystem
from fiilis.intake import services as intake
from fiilis.listen import wordings
from fiilis.listen.models import Survey, Version
from fiilis.listen.queries import surveys as reads
from fiilis.listen.services import checking, compiling
from fiilis.listen.types import Definition

NAME_MAX = 120


def new_question_id() -> str:
    """Return an id for a new question, stable from then on."""
    return f"q_{ids.public_code(8)}"


def create_survey(
    *, workspace: Workspace, name: str, template: wordings.Template, languages: Sequence[str], by: User | str
) -> Survey:
    """Make a draft from a template in `languages`. Raises Invalid (languages), Conflict (name taken)."""
    definition = wordings.definition(template, languages=languages, new_id=new_question_id)
    return create_from(workspace=workspace, name=name, definition=definition, by=by)


def create_from(*, workspace: Workspace, name: str, definition: Definition, by: User | str) -> Survey:
    """Make a draft from a whole definition, as the demo and imports do. Raises Invalid and Conflict."""
    checking.require_sound(definition)
    known = touchpoint_ids(workspace)
    _require_touchpoints(definition, known)
    with transaction.atomic():
        name = _free_name(workspace, name)
        survey = Survey.objects.of(workspace).create(name=name, draft=msgspec.to_builtins(definition))
        _audit(survey, by=by, verb="created")
    return survey


def rename_survey(*, workspace: Workspace, survey_id: uuid.UUID, name: str, by: User | str) -> Survey:
    """Give the survey another name (customers see its title, not its name). Raises NotFound, Invalid, Conflict."""
    with transaction.atomic():
        survey = locked(workspace, survey_id)
        name = _free_name(workspace, name, but=survey)
        if name != survey.name:
            survey.name, survey.changed_at = name, clock.now()
            survey.save(update_fields=["name", "changed_at"])
            _audit(survey, by=by, verb="renamed")
    return survey


def save_draft(*, workspace: Workspace, survey_id: uuid.UUID, definition: Definition, by: User | str) -> Survey:
    """Replace the draft. Raises NotFound; Invalid when it can't be kept or changes what has been asked already."""
    return change_draft(workspace=workspace, survey_id=survey_id, change=lambda _draft: definition, by=by)


def change_draft(
    *,
    workspace: Workspace,
    survey_id: uuid.UUID,
    change: Callable[[Definition], Definition],
    by: User | str,
    what: str = "draft",
) -> Survey:
    """Apply a pure `change` to the newest draft under a lock, so that two editors lose nothing of each other.

    Raises NotFound; Invalid when the result can't be kept or would change what has been asked already.
    """
    known = touchpoint_ids(workspace)
    with transaction.atomic():
        survey = locked(workspace, survey_id)
        before = reads.draft(survey)
        definition = change(before)
        if definition == before:
            return survey
        checking.require_sound(definition)
        _require_touchpoints(definition, known)
        published = [row.definition for row in reversed(reads.versions(workspace=workspace, survey_id=survey_id))]
        checking.require_same_meaning(definition, published=published)
        survey.draft, survey.changed_at = msgspec.to_builtins(definition), clock.now()
        survey.save(update_fields=["draft", "changed_at"])
        _audit(survey, by=by, verb="changed", summary={"what": what})
    return survey


def publish_survey(*, workspace: Workspace, survey_id: uuid.UUID, by: User | str) -> Version:
    """Freeze the draft as the next version, open the survey and tell intake, all or nothing.

    Raises NotFound; Invalid (code "not_publishable") with every reason why not; Conflict when nothing has changed.
    """
    known = touchpoint_ids(workspace)
    with transaction.atomic():
        survey = locked(workspace, survey_id)
        definition = reads.draft(survey)
        problems = checking.publishing_problems(definition, touchpoints=known)
        if problems:
            raise Invalid(_("The survey can't be published yet."), code="not_publishable", fields=problems)
        earlier = reads.versions(workspace=workspace, survey_id=survey_id)
        if earlier and earlier[0].definition == definition and survey.status == Survey.Status.OPEN:
            raise Conflict(_("Nothing has changed since the last version."), code="unchanged")
        version = Version.objects.of(workspace).create(
            survey=survey,
            number=survey.current + 1,
            definition=msgspec.to_builtins(definition),
            published_by=str(by)[:120],
        )
        survey.current, survey.status, survey.changed_at = version.number, Survey.Status.OPEN, clock.now()
        survey.save(update_fields=["current", "status", "changed_at"])
        _audit(survey, by=by, verb="published", summary={"version": version.number})
        _tell_intake(survey)
    return version


def close_survey(*, workspace: Workspace, survey_id: uuid.UUID, by: User | str) -> Survey:
    """Take no more answers. Raises NotFound; Conflict when the survey is not open."""
    return _switch(workspace, survey_id, Survey.Status.OPEN, Survey.Status.CLOSED, by)


def reopen_survey(*, workspace: Workspace, survey_id: uuid.UUID, by: User | str) -> Survey:
    """Take answers to the last version again. Raises NotFound; Conflict when the survey is not closed."""
    return _switch(workspace, survey_id, Survey.Status.CLOSED, Survey.Status.OPEN, by)


def _switch(
    workspace: Workspace, survey_id: uuid.UUID, before: Survey.Status, after: Survey.Status, by: User | str
) -> Survey:
    with transaction.atomic():
        survey = locked(workspace, survey_id)
        if survey.status != before:
            raise Conflict(_("The survey's state has changed meanwhile. Look at it again."))
        survey.status, survey.changed_at = after, clock.now()
        survey.save(update_fields=["status", "changed_at"])
        _audit(survey, by=by, verb="closed" if after == Survey.Status.CLOSED else "reopened")
        _tell_intake(survey)
    return survey


def _tell_intake(survey: Survey) -> None:
    rows = reads.versions(workspace=survey.workspace, survey_id=survey.pk)
    asked = {language: None for row in rows for language in row.definition.languages}
    intake.publish(
        compiling.snapshot(
            code=survey.code,
            survey_id=survey.pk,
            workspace_id=survey.workspace_id,
            is_open=survey.status == Survey.Status.OPEN,
            languages=asked,
            versions=[(row.number, row.definition) for row in reversed(rows)],
        )
    )


def locked(workspace: Workspace, survey_id: uuid.UUID) -> Survey:
    """Return the survey with its row locked until the transaction ends; raises NotFound."""
    found = (
        Survey.objects.of(workspace).select_for_update(of=("self",)).select_related("workspace").filter(pk=survey_id)
    )
    survey = found.first()
    if survey is None:
        raise NotFound()
    return survey


def touchpoint_ids(workspace: Workspace) -> frozenset[str]:
    """Return the ids of the workspace's touchpoints, as text, the way a definition holds them."""
    return frozenset(str(touchpoint.id) for touchpoint in ecosystem.touchpoints(workspace=workspace))


def _require_touchpoints(definition: Definition, known: frozenset[str]) -> None:
    named = {definition.touchpoint, *(question.touchpoint for question in definition.questions)} - {None, ""}
    if named - known:
        raise Invalid(_("There is no such touchpoint. Choose one from the list."), code="touchpoint")


def _free_name(workspace: Workspace, name: str, but: Survey | None = None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_MAX:
        raise Invalid(_("Give the survey a name of at most %(most)s characters.") % {"most": NAME_MAX}, code="name")
    others = Survey.objects.of(workspace).filter(name=name)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise Conflict(_("Another survey has the name “%(name)s”. Choose another.") % {"name": name}, code="name_taken")
    return name


def _audit(survey: Survey, *, by: User | str, verb: str, summary: dict[str, object] | None = None) -> None:
    audit.record(
        workspace=survey.workspace_id,
        by=by,
        verb=verb,
        kind="survey",
        target_id=survey.pk,
        target_name=survey.name,
        summary=summary,
    )

"""Writes of home: the first steps of a workspace, each remembered when it is done."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from fiilis.core import audit, clock
from fiilis.core.errors import Conflict, Invalid
from fiilis.core.models import User, Workspace
from fiilis.home.models import Start
from fiilis.home.types import TEST
from fiilis.listen.services import removal, surveys
from fiilis.listen.types import LANGUAGES
from fiilis.listen.wordings import Template

CUSTOMERS_MOST = 10_000_000
RATES = (5, 10, 20, 30)
"""Which part of those asked answers, in per cent: what an owner may choose from."""
FIRST_QUESTIONS = (Template.NPS, Template.FACES)


def remember(
    *,
    workspace: Workspace,
    by: User | str,
    customers: int | None = None,
    rate: int | None = None,
    languages: Sequence[str] | None = None,
) -> None:
    """Keep what the owner said of her customers; None leaves it as it was. Raises Invalid for what can't be."""
    said: dict[str, Any] = {"customers": customers, "rate": rate}
    if languages is not None:
        said["languages"] = [language for language in LANGUAGES if language in languages]
        if not said["languages"]:
            raise Invalid(_("Choose at least one language."), code="languages")
    if customers is not None and not 0 <= customers <= CUSTOMERS_MOST:
        raise Invalid(_("Write the number of customers as a whole number."), code="customers")
    if rate is not None and rate not in RATES:
        raise Invalid(_("Choose how many answer from the list."), code="rate")
    _keep(workspace, by, {name: value for name, value in said.items() if value is not None})


def ask(*, workspace: Workspace, template: Template, languages: Sequence[str], by: User | str) -> uuid.UUID:
    """Make and publish the first survey, of one question and its reason; return its id.

    Raises Invalid for another template than FIRST_QUESTIONS, Conflict when the steps have a survey already.
    """
    if template not in FIRST_QUESTIONS:
        raise Invalid(_("Choose one of the two questions."), code="template")
    asked_in = [language for language in LANGUAGES if language in languages] or [workspace.language]
    with transaction.atomic():
        start = _row(workspace)
        if start.survey_id is not None:
            raise Conflict(_("The first survey is made already."), code="made")
        survey_id = _made(workspace, template, asked_in, by)
        surveys.publish_survey(workspace=workspace, survey_id=survey_id, by=by)
        _keep(workspace, by, {"survey_id": survey_id, "languages": asked_in})
    return survey_id


def placed(*, workspace: Workspace, by: User | str) -> None:
    """Remember that the owner knows where to ask."""
    with transaction.atomic():
        if _row(workspace).placed_at is None:
            _keep(workspace, by, {"placed_at": clock.now()})


def remove_test_answers(*, workspace: Workspace, survey_id: uuid.UUID, by: User | str) -> int:
    """Remove the answers that were given to try the survey, and remember that one had arrived; return how many."""
    with transaction.atomic():
        removed = removal.remove_of_source(workspace=workspace, survey_id=survey_id, source=TEST, by=by)
        if removed and _row(workspace).answered_at is None:
            _keep(workspace, by, {"answered_at": clock.now()})
    return removed


def _row(workspace: Workspace) -> Start:
    """Return the row, locked until the transaction ends, made when there is none."""
    row, _made = Start.objects.of(workspace).select_for_update().get_or_create()
    return row


def _keep(workspace: Workspace, by: User | str, said: dict[str, Any]) -> None:
    with transaction.atomic():
        row = _row(workspace)
        changed = {name: value for name, value in said.items() if getattr(row, name) != value}
        if not changed:
            return
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
        summary = {name: value if isinstance(value, int | list) else str(value) for name, value in changed.items()}
        audit.record(
            workspace=workspace, by=by, verb="changed", kind="start", target_id=row.pk, target_name=workspace.name,
            summary=summary,
        )  # fmt: skip


def _made(workspace: Workspace, template: Template, languages: Sequence[str], by: User | str) -> uuid.UUID:
    with translation.override(workspace.language):
        name = _("Recommendation") if template is Template.NPS else _("Satisfaction")
    for number in range(1, 20):
        try:
            return surveys.create_survey(
                workspace=workspace, name=name if number == 1 else f"{name} {number}", template=template,
                languages=languages, by=by,
            ).pk  # fmt: skip
        except Conflict:
            continue
    raise Conflict(_("Another survey has the name “%(name)s”. Choose another.") % {"name": name}, code="name_taken")

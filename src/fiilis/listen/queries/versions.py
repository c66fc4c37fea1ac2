"""Published versions for machines: the digest and the facts read many workspaces' definitions in one statement."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import msgspec
from django.db.models import Q

from fiilis.listen.models import Version
from fiilis.listen.types import Definition, Question

Key = tuple[uuid.UUID, int]  # survey, version number


@dataclass(frozen=True)
class Published:
    """One published version."""

    workspace_id: uuid.UUID
    survey_id: uuid.UUID
    number: int
    definition: Definition

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions by id."""
        return {question.id: question for question in self.definition.questions}

    @cached_property
    def touchpoint_id(self) -> uuid.UUID | None:
        """The survey's own touchpoint."""
        return as_id(self.definition.touchpoint)

    @cached_property
    def touchpoint_ids(self) -> frozenset[uuid.UUID]:
        """All touchpoints that the version names."""
        named = {as_id(question.touchpoint) for question in self.definition.questions} | {self.touchpoint_id}
        return frozenset(touchpoint for touchpoint in named if touchpoint)


def published(keys: Collection[Key]) -> dict[Key, Published]:
    """Return the versions that exist of those asked for, whosever they are (one statement). For machines only."""
    if not keys:
        return {}
    wanted = Q()
    for survey_id, number in sorted(keys):
        wanted |= Q(survey_id=survey_id, number=number)
    rows = Version.objects.across_workspaces(reason="one batch of the worker holds many workspaces' answers")
    found = rows.filter(wanted).values_list("workspace_id", "survey_id", "number", "definition")
    return {
        (survey_id, number): Published(workspace_id, survey_id, number, msgspec.convert(definition, Definition))
        for workspace_id, survey_id, number, definition in found
    }


def as_id(text: str | None) -> uuid.UUID | None:
    """Return a touchpoint's id as a definition holds it; None for none or nonsense."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None

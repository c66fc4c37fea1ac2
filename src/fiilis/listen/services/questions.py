"""Editing a survey's draft question by question; each verb changes the newest draft under its lock."""

import uuid
from collections.abc import Sequence

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from fiilis.core.errors import Invalid, NotFound
from fiilis.core.models import User, Workspace
from fiilis.listen import wordings
from fiilis.listen.services import surveys
from fiilis.listen.types import Definition, Mode, Question, ShowIf, Texts


def change_settings(
    *,
    workspace: Workspace,
    survey_id: uuid.UUID,
    name: str,
    languages: Sequence[str],
    title: Texts,
    intro: Texts,
    thanks: Texts,
    mode: Mode,
    touchpoint: str | None,
    by: User | str,
) -> None:
    """Change what belongs to the whole survey, all or nothing. A new language brings the standard questions' words.

    Texts of a language that is no longer asked are kept in the draft: taking it back loses nothing. Raises NotFound;
    Invalid; Conflict (code "name_taken").
    """

    def change(draft: Definition) -> Definition:
        changed = msgspec.structs.replace(
            draft,
            title={**draft.title, **title},
            intro={**draft.intro, **intro},
            thanks={**draft.thanks, **thanks},
            mode=mode,
            touchpoint=touchpoint or None,
        )
        return wordings.completed(changed, languages=languages)

    with transaction.atomic():
        surveys.rename_survey(workspace=workspace, survey_id=survey_id, name=name, by=by)
        surveys.change_draft(workspace=workspace, survey_id=survey_id, change=change, by=by, what="settings")


def add_question(*, workspace: Workspace, survey_id: uuid.UUID, preset: wordings.Preset, by: User | str) -> Question:
    """Add a ready-made question to the end and return it. Raises NotFound, Invalid."""
    made: list[Question] = []

    def change(draft: Definition) -> Definition:
        question = wordings.question(preset, new_id=surveys.new_question_id(), languages=draft.languages)
        made.append(question)
        return msgspec.structs.replace(draft, questions=(*draft.questions, question))

    surveys.change_draft(workspace=workspace, survey_id=survey_id, change=change, by=by, what="question added")
    return made[-1]


def change_question(*, workspace: Workspace, survey_id: uuid.UUID, question: Question, by: User | str) -> None:
    """Replace the question with the same id. Its kind and scale stay: another measure is another question.

    Raises NotFound; Invalid when it can't be kept or would change what has been asked.
    """

    def change(draft: Definition) -> Definition:
        before = find(draft, question.id)
        same = (before.kind, before.style, before.low, before.high)
        if (question.kind, question.style, question.low, question.high) != same:
            raise Invalid(_("A question keeps its kind and scale. Make a new question instead."), code="meaning")
        return _with(draft, [question if q.id == question.id else q for q in draft.questions])

    surveys.change_draft(workspace=workspace, survey_id=survey_id, change=change, by=by, what="question changed")


def remove_question(*, workspace: Workspace, survey_id: uuid.UUID, question_id: str, by: User | str) -> None:
    """Take a question out of the draft, and with it the conditions that wait for its answer. Raises NotFound.

    Published versions and their answers stay as they are.
    """

    def change(draft: Definition) -> Definition:
        find(draft, question_id)
        return _with(draft, [_freed(q, question_id) for q in draft.questions if q.id != question_id])

    surveys.change_draft(workspace=workspace, survey_id=survey_id, change=change, by=by, what="question removed")


def move_question(*, workspace: Workspace, survey_id: uuid.UUID, question_id: str, step: int, by: User | str) -> None:
    """Move a question up (-1) or down (1); at the end of the list nothing changes. Raises NotFound."""

    def change(draft: Definition) -> Definition:
        questions = list(draft.questions)
        place = questions.index(find(draft, question_id))
        there = min(max(place + step, 0), len(questions) - 1)
        questions.insert(there, questions.pop(place))
        return _with(draft, questions)

    surveys.change_draft(workspace=workspace, survey_id=survey_id, change=change, by=by, what="question moved")


def find(draft: Definition, question_id: str) -> Question:
    """Return the draft's question; raises NotFound."""
    for question in draft.questions:
        if question.id == question_id:
            return question
    raise NotFound(_("The question is no longer in the survey."))


def dependents(draft: Definition, question_id: str) -> list[int]:
    """Return the positions (from 1) of the questions whose condition waits for this one."""
    return [n for n, q in enumerate(draft.questions, 1) if q.show_if and q.show_if.question == question_id]


def _with(draft: Definition, questions: Sequence[Question]) -> Definition:
    return msgspec.structs.replace(draft, questions=tuple(questions))


def _freed(question: Question, gone: str) -> Question:
    waits: ShowIf | None = question.show_if
    return msgspec.structs.replace(question, show_if=None) if waits and waits.question == gone else question

"""Answers put straight into a lake of the test's own, as the worker would have put them."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from fiilis.core.models import Workspace
from fiilis.warehouse.feeds import Change, Deletion
from fiilis.warehouse.lake import Lake, Progress
from fiilis.warehouse.staging import Stage
from fiilis.warehouse.tables import ANSWER, AnswerFact

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
_numbers = itertools.count(1)


def fact(workspace: Workspace, feedback: str, kind: str, value: float | None, day: date, **more: Any) -> AnswerFact:
    """Return one answer, given at noon UTC of `day`."""
    low, high = SCALES.get(kind, (0, 0))
    fields: dict[str, Any] = {
        "workspace": str(workspace.pk),
        "feedback": feedback,
        "question": f"q-{kind}",
        "survey": "s1",
        "version": 1,
        "kind": kind,
        "low": low,
        "high": high,
        "value": value,
        "channel": "link",
        "language": "fi",
        "at": datetime.combine(day, time(12), UTC),
        "day": day,
    }
    return AnswerFact(**{**fields, **more})


def put(facts: Sequence[AnswerFact], *, delete: tuple[Deletion, ...] = ()) -> int:
    """Commit answers to the lake; return its version."""
    lake = Lake.open(ANSWER) or Lake.make(ANSWER)
    with Stage(ANSWER, lake.folder) as stage:
        stage.add(Change(append=facts, delete=delete))
        outcome = stage.outcome(lake.files())
    return lake.commit(added=outcome.added, removed=outcome.removed, progress=Progress("test", next(_numbers), 0))

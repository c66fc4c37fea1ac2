"""Words shared inside home: the five steps from nothing to the first answer, and what they are read from."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fiilis.listen.types import Kind

TEST = "test"
"""The source tag of answers that somebody of the house gives to try her own survey."""


class Step(StrEnum):
    """The five steps, in order."""

    SHOP = "shop"
    LOOK = "look"
    QUESTION = "question"
    PLACE = "place"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Asked:
    """The survey that the steps made: its number, its question's kind, and since when it can be answered."""

    survey_id: uuid.UUID
    kind: Kind
    since: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a workspace has come. `customers` a month and `rate` (per cent) are what its owner said; 0: nothing."""

    done: frozenset[Step]
    languages: tuple[str, ...]
    customers: int
    rate: int
    asked: Asked | None

    @property
    def next(self) -> Step | None:
        """The first step that isn't done; None when all are."""
        return next((step for step in Step if step not in self.done), None)

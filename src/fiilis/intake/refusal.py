"""A post that is not taken: which counter, which status, which words. Words are found only when they are sent."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from fiilis.core.errors import FieldProblem, Problem
from fiilis.intake import wordings
from fiilis.intake.metrics import Drop

STATUS = {
    Drop.METHOD: 405,
    Drop.UNKNOWN_SURVEY: 404,
    Drop.CLOSED: 410,
    Drop.MEDIA_TYPE: 415,
    Drop.TOO_LARGE: 413,
    Drop.SLOW: 408,
    Drop.GONE: 408,
    Drop.MALFORMED: 400,
    Drop.WRONG_VERSION: 422,
    Drop.INVALID: 422,
    Drop.CONFLICT: 409,
    Drop.RATE: 429,
    Drop.FULL: 503,
    Drop.WRITER: 503,
    Drop.POISON: 422,
}
# The problem's code where it differs from the counter's reason.
CODE = {Drop.UNKNOWN_SURVEY: "not_found", Drop.WRITER: "down", Drop.GONE: "slow"}


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field."""

    field: str
    code: str
    limits: dict[str, Any] = dataclasses.field(default_factory=dict)


class Refused(Exception):
    """A post that is not taken. `problem` is worded in the language that is active when it is asked for."""

    def __init__(
        self,
        drop: Drop,
        *,
        faults: Sequence[Fault] = (),
        words: str = "",
        limits: dict[str, Any] | None = None,
        retry_after: int | None = None,
        allow: str = "",
    ) -> None:
        super().__init__(drop.value)
        self.drop = drop
        self.faults = tuple(faults)
        self.retry_after = retry_after  # seconds
        self.allow = allow  # the methods that would do
        self._words = words
        self._limits = limits or {}

    @property
    def problem(self) -> Problem:
        """The problem+json content; its detail is the first field's sentence when nothing else is said."""
        fields = [FieldProblem(f.field, f.code, wordings.of_field(f.code, f.limits)) for f in self.faults]
        code = CODE.get(self.drop, self.drop.value)
        whole = wordings.of_problem(self._words or code, self._limits) if self._words or not fields else ""
        detail = whole or fields[0].text
        return Problem(detail, code=code, fields=fields, status=STATUS[self.drop])

"""One error shape for pages, API, commands and the intake door: problem+json (RFC 9457) with fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field: its name, a stable code for machines, a sentence for people."""

    field: str
    code: str
    text: str


class Problem(Exception):
    """Anything that a user can mend. `status` is the HTTP status, `code` is stable, `detail` says what to do."""

    status = 400
    code = "bad_request"

    def __init__(
        self, detail: str, *, code: str | None = None, fields: Sequence[FieldProblem] = (), status: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = tuple(fields)
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status

    def as_dict(self) -> dict[str, Any]:
        """Return the problem+json body."""
        body: dict[str, Any] = {"type": "about:blank", "status": self.status, "code": self.code, "detail": self.detail}
        if self.fields:
            body["fields"] = [{"field": f.field, "code": f.code, "text": f.text} for f in self.fields]
        return body


class Invalid(Problem):
    """The input is understood but not acceptable."""

    status = 422
    code = "invalid"


class NotFound(Problem):
    """There is no such thing, or the caller may not know that there is."""

    status = 404
    code = "not_found"

    def __init__(self, detail: str = "", **kwargs: Any) -> None:
        super().__init__(detail or _("Not found. Check the address."), **kwargs)


class Forbidden(Problem):
    """The caller is known but lacks the permission."""

    status = 403
    code = "forbidden"

    def __init__(self, detail: str = "", **kwargs: Any) -> None:
        super().__init__(
            detail or _("You don't have permission for this. Ask the workspace's owner to change your role."), **kwargs
        )


class Conflict(Problem):
    """The thing changed meanwhile, or exists already."""

    status = 409
    code = "conflict"


class SettingProblem(Exception):
    """A setting stops the start. The text names the setting, what is wrong and the remedy."""

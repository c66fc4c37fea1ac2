"""Is this post an answer to that survey? Decodes it and checks it against the version that the customer saw."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiilis.core.errors import FieldProblem, Invalid, Problem
from fiilis.intake.metrics import Drop
from fiilis.intake.types import CompiledQuestion, CompiledVersion, Snapshot, ValueKind

CHANNELS = frozenset({"link", "mail", "widget", "kiosk", "device", "api"})
KINDS = frozenset({"answer", "event"})
LANGUAGES = ("fi", "sv", "en")
MAX_FIELDS = 500

Text = Annotated[str, msgspec.Meta(max_length=60)]
Whole = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class Body(msgspec.Struct, frozen=True):
    """What a client posts."""

    key: uuid.UUID
    version: Whole
    answers: dict[str, Any]
    rev: Whole = 1
    lang: Annotated[str, msgspec.Meta(max_length=5)] = ""
    channel: str = "link"
    source: Text = ""
    event_at: datetime | None = None
    done: bool = True
    kind: str = "answer"


@dataclass(slots=True)
class Checked:
    """A post that may be stored."""

    snapshot: Snapshot
    body: Body
    posted: str  # hash of what was posted
    received_at: datetime


class Refused(Exception):
    """A post that is not taken: the counter's reason and the problem for the client."""

    def __init__(self, drop: Drop, problem: Problem, *, retry_after: int | None = None) -> None:
        super().__init__(problem.detail)
        self.drop = drop
        self.problem = problem
        self.retry_after = retry_after


_decoder = msgspec.json.Decoder(Body)
_encoder = msgspec.json.Encoder(order="deterministic")


def decode_json(raw: bytes) -> Body:
    """Decode a JSON post. Raises Refused(MALFORMED) with the place that is wrong."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        where = str(fault).partition(" - at `$.")[2].rstrip("`")
        detail = (
            _("The field “%(field)s” is missing or not of the right form.") % {"field": where}
            if where
            else _("The body is not the JSON that is expected here. See the documentation of the intake door.")
        )
        fields = [FieldProblem(where, "malformed", detail)] if where else []
        raise Refused(Drop.MALFORMED, Problem(detail, code="malformed", fields=fields)) from None


def decode_form(raw: bytes, snapshot: Snapshot) -> Body:
    """Decode a form post: fields `q_<question>` (repeated for several choices), key, version, lang, channel, source.

    Empty fields are questions left unanswered. Raises Refused(MALFORMED).
    """
    try:
        fields = parse_qs(raw.decode("utf-8"), max_num_fields=MAX_FIELDS, strict_parsing=False)
        number = int(fields["version"][0])
        key = uuid.UUID(fields["key"][0])
    except (ValueError, KeyError):
        raise Refused(
            Drop.MALFORMED,
            Problem(_("The form is incomplete. Open the survey's address again."), code="malformed"),
        ) from None
    version = _version(snapshot, number)
    known = {q.id: q for q in version.questions}
    answers = {
        name[2:]: _form_value(known.get(name[2:]), values)
        for name, values in fields.items()
        if name.startswith("q_") and any(value.strip() for value in values)
    }

    def first(name: str, default: str) -> str:
        return fields.get(name, [default])[0]

    return Body(
        key=key,
        version=number,
        answers=answers,
        lang=first("lang", "")[:5],
        channel=first("channel", "link"),
        source=first("source", "")[:60],
    )


def _form_value(question: CompiledQuestion | None, values: list[str]) -> Any:
    if question is not None and question.kind is ValueKind.NUMBER:
        # what is no number stays text and is refused by the check, with the question's name
        return int(values[0]) if values[0].strip().lstrip("-").isdigit() and len(values[0]) < 10 else values[0]
    if question is not None and question.kind is ValueKind.CODES:
        return values
    return values[0].replace("\r\n", "\n").strip()


def _version(snapshot: Snapshot, number: int) -> CompiledVersion:
    for version in snapshot.versions:
        if version.number == number:
            return version
    raise Refused(
        Drop.WRONG_VERSION,
        Invalid(
            _("This survey has no version %(number)s. Open the survey's address again.") % {"number": number},
            code="wrong_version",
            fields=[FieldProblem("version", "wrong_version", _("Unknown version."))],
        ),
    )


def check(body: Body, snapshot: Snapshot, received_at: datetime) -> Checked:
    """Check a decoded post. Raises Refused with every field that is wrong, in the post's language."""
    version = _version(snapshot, body.version)
    known = {question.id: question for question in version.questions}
    problems = [p for p in (_check_envelope(body, snapshot)) if p is not None]
    for name, value in body.answers.items():
        question = known.get(name)
        if question is None:
            problems.append(FieldProblem(name, "unknown_question", _("This version has no such question.")))
        else:
            found = check_value(question, value)
            if found is not None:
                problems.append(found)
    if not body.answers:
        problems.append(FieldProblem("answers", "empty", _("There is no answer. Answer at least one question.")))
    if problems:
        detail = problems[0].text
        raise Refused(Drop.INVALID, Invalid(detail, fields=problems))
    posted = hashlib.blake2b(_encoder.encode(body), digest_size=16).hexdigest()
    return Checked(snapshot, body, posted, received_at)


def _check_envelope(body: Body, snapshot: Snapshot) -> list[FieldProblem | None]:
    return [
        None
        if body.channel in CHANNELS
        else FieldProblem("channel", "unknown_channel", _("There is no such channel.")),
        None if body.kind in KINDS else FieldProblem("kind", "unknown_kind", _("There is no such kind.")),
        None
        if body.lang in ("", *snapshot.languages)
        else FieldProblem("lang", "unknown_language", _("The survey is not asked in this language.")),
        None
        if body.event_at is None or body.event_at.tzinfo is not None
        else FieldProblem("event_at", "no_time_zone", _("The time needs a time zone, such as 2026-01-31T12:00:00Z.")),
        FieldProblem("source", "control", _("The text has a character that can't be stored."))
        if "\x00" in body.source
        else None,
    ]


def check_value(question: CompiledQuestion, value: Any) -> FieldProblem | None:
    """Return what is wrong with one answer's value, or None."""
    checks = {
        ValueKind.NUMBER: _number,
        ValueKind.CODE: _code,
        ValueKind.CODES: _codes,
        ValueKind.TEXT: _text,
    }
    found = checks[question.kind](question, value)
    return None if found is None else FieldProblem(question.id, *found)


def _number(question: CompiledQuestion, value: Any) -> tuple[str, str] | None:
    if type(value) is not int:  # bool is no number here
        return "not_a_number", _("The answer is not a whole number.")
    if not question.low <= value <= question.high:
        return "out_of_range", _("The answer must be from %(low)s to %(high)s.") % {
            "low": question.low,
            "high": question.high,
        }
    return None


def _code(question: CompiledQuestion, value: Any) -> tuple[str, str] | None:
    if not isinstance(value, str) or value not in question.codes:
        return "unknown_choice", _("There is no such choice.")
    return None


def _codes(question: CompiledQuestion, value: Any) -> tuple[str, str] | None:
    if not isinstance(value, list) or not value:
        return "not_a_list", _("The answer must be a list of choices.")
    if any(not isinstance(code, str) or code not in question.codes for code in value):
        return "unknown_choice", _("There is no such choice.")
    if len(set(value)) != len(value):
        return "repeated_choice", _("A choice is given twice.")
    return None


def _text(question: CompiledQuestion, value: Any) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return "not_a_text", _("The answer is not a text.")
    if len(value) > question.max_length:
        return "too_long", ngettext(
            "The text is too long: at most %(count)s character.",
            "The text is too long: at most %(count)s characters.",
            question.max_length,
        ) % {"count": question.max_length}
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        return "control", _("The text has a character that can't be stored.")
    return None


def language_of(lang: str, accept: str) -> str:
    """Return the language for texts: the post's own, else the browser's first that we speak, else English."""
    if lang in LANGUAGES:
        return lang
    for part in accept.split(","):
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


def in_language(lang: str) -> translation.override:
    """Return a context in which texts are in `lang`."""
    return translation.override(lang)


def now() -> datetime:
    """Return the moment of receipt in UTC."""
    return datetime.now(UTC)

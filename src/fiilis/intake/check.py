"""Is this post an answer to that survey? Decodes it and checks it against the version that the customer saw."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec

from fiilis.core import attributes, clock
from fiilis.intake.compiled import Compiled, Question
from fiilis.intake.metrics import Drop
from fiilis.intake.refusal import Fault, Refused
from fiilis.intake.types import ValueKind

CHANNELS = frozenset({"link", "mail", "widget", "kiosk", "device", "api"})
KINDS = frozenset({"answer", "event"})
MAX_FIELDS = 500
MAX_FAULTS = 20
# When something that a customer answers about can have happened; a device's clock may be a little ahead.
EARLIEST, SLACK = datetime(2000, 1, 1, tzinfo=UTC), timedelta(days=1)
NEXT = 0  # the revision of a form post: a repeat when the same content is stored, else one more than the newest

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
    # Not encoded when it isn't given: a post without it has the hash that it had before there were any.
    attributes: dict[str, str] | msgspec.UnsetType = msgspec.UNSET


@dataclass(slots=True)
class Checked:
    """A post that may be stored."""

    survey: Compiled
    body: Body
    answers: dict[str, Any]  # those with content
    posted: str  # hash of what was posted
    received_at: datetime

    @property
    def language(self) -> str:
        """The post's language; a client that names none asks in the survey's first."""
        return self.body.lang or self.survey.snapshot.languages[0]


_decoder = msgspec.json.Decoder(Body)
_encoder = msgspec.json.Encoder(order="deterministic")


def decode_json(raw: bytes) -> Body:
    """Decode a JSON post. Raises Refused: MALFORMED when it is no JSON object, INVALID with the field that is wrong."""
    try:
        return _decoder.decode(raw)
    except msgspec.ValidationError as fault:
        where = _place(str(fault))
        if not where:
            raise Refused(Drop.MALFORMED) from None
        raise Refused(Drop.INVALID, faults=[Fault(where, "malformed", {"field": where})]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(Drop.MALFORMED) from None


def _place(message: str) -> str:
    """Return the field that msgspec's message names: "... - at `$.key`", or "... missing required field `key`"."""
    _, _, where = message.partition(" - at `$.")
    if where:
        return where.rstrip("`")
    _, _, missing = message.partition("missing required field `")
    return missing.rstrip("`")


def decode_form(raw: bytes, survey: Compiled) -> Body:
    """Decode a form post: fields `q_<question>` (repeated for several choices), `a_<attribute>`, key, version, lang,
    channel, source.

    Empty fields are questions left unanswered. Raises Refused.
    """
    try:
        fields = parse_qs(raw.decode("utf-8"), max_num_fields=MAX_FIELDS, strict_parsing=False)
        number = int(fields["version"][0])
        key = uuid.UUID(fields["key"][0])
    except (ValueError, KeyError):
        raise Refused(Drop.MALFORMED, words="malformed_form") from None
    known = _version(survey, number)
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
        rev=NEXT,
        lang=first("lang", "")[:5],
        channel=first("channel", "link"),
        source=first("source", "")[:60],
        attributes={name[2:]: values[0] for name, values in fields.items() if name.startswith("a_")} or msgspec.UNSET,
    )


def _form_value(question: Question | None, values: list[str]) -> Any:
    if question is not None and question.kind is ValueKind.NUMBER:
        # what is no number stays text and is refused by the check, with the question's name
        text = values[0].strip()
        return int(text) if text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10 else text
    if question is not None and question.kind is ValueKind.CODES:
        return values
    return values[0].replace("\r\n", "\n").strip()


def _version(survey: Compiled, number: int) -> dict[str, Question]:
    questions = survey.versions.get(number)
    if questions is None:
        raise Refused(
            Drop.WRONG_VERSION,
            faults=[Fault("version", "wrong_version")],
            words="wrong_version",
            limits={"number": number},
        )
    return questions


def check(body: Body, survey: Compiled, received_at: datetime) -> Checked:
    """Check a decoded post. Raises Refused with every field that is wrong. An empty text is no answer."""
    known = _version(survey, body.version)
    answers = body.answers
    if "" in answers.values():
        answers = {name: value for name, value in answers.items() if value != ""}
    faults: list[Fault] = []
    for name, value in answers.items():
        if len(faults) == MAX_FAULTS:  # a post of thousands of unknown names costs no more than one of twenty
            break
        question = known.get(name)
        fault = Fault(name, "unknown_question") if question is None else check_value(question, value)
        if fault is not None:
            faults.append(fault)
    if not answers or not _plain_envelope(body, survey):
        faults = [*_check_envelope(body, survey, answers), *faults]
    if faults:
        raise Refused(Drop.INVALID, faults=faults)
    posted = hashlib.blake2b(_encoder.encode(body), digest_size=16).hexdigest()
    return Checked(survey, body, answers, posted, received_at)


def _plain_envelope(body: Body, survey: Compiled) -> bool:
    """Return whether nothing but the answers can be wrong: so for nearly every post, and quick to see."""
    return (
        body.channel in CHANNELS
        and body.kind == "answer"
        and body.lang in survey.languages
        and body.event_at is None
        and not body.source
        and not body.attributes
    )


def _check_envelope(body: Body, survey: Compiled, answers: dict[str, Any]) -> Iterator[Fault]:
    if body.channel not in CHANNELS:
        yield Fault("channel", "unknown_channel")
    if body.kind not in KINDS:
        yield Fault("kind", "unknown_kind")
    if body.lang and body.lang not in survey.languages:
        yield Fault("lang", "unknown_language")
    if body.event_at is not None and body.event_at.tzinfo is None:
        yield Fault("event_at", "no_time_zone")
    elif body.event_at is not None and not EARLIEST <= body.event_at <= clock.now() + SLACK:
        yield Fault("event_at", "out_of_time")
    if not _storable(body.source):
        yield Fault("source", "control")
    if body.attributes:
        yield from _check_attributes(body.attributes)
    if not answers and body.kind != "event":
        yield Fault("answers", "empty")


def _check_attributes(given: dict[str, str]) -> Iterator[Fault]:
    if len(given) > attributes.MAX_KEYS:
        yield Fault("attributes", "too_many_attributes", {"count": attributes.MAX_KEYS})
        return
    for name, value in given.items():
        if not attributes.is_key(name):
            yield Fault("attributes", "attribute_name")
        elif len(value) > attributes.MAX_VALUE:
            yield Fault(f"attributes.{name}", "attribute_value", {"count": attributes.MAX_VALUE})
        elif not _storable(value):
            yield Fault(f"attributes.{name}", "control")


def check_value(question: Question, value: Any) -> Fault | None:
    """Return what is wrong with one answer's value, or None."""
    if question.kind is ValueKind.NUMBER:
        return _number(question, value)
    if question.kind is ValueKind.TEXT:
        return _text(question, value)
    if question.kind is ValueKind.CODE:
        known = isinstance(value, str) and value in question.codes
        return None if known else Fault(question.id, "unknown_choice")
    return _codes(question, value)


def _number(question: Question, value: Any) -> Fault | None:
    if type(value) is not int:  # bool is no number here
        return Fault(question.id, "not_a_number")
    if not question.low <= value <= question.high:
        return Fault(question.id, "out_of_range", {"low": question.low, "high": question.high})
    return None


def _codes(question: Question, value: Any) -> Fault | None:
    if not isinstance(value, list) or not value:
        return Fault(question.id, "not_a_list")
    if any(not isinstance(code, str) or code not in question.codes for code in value):
        return Fault(question.id, "unknown_choice")
    if len(set(value)) != len(value):
        return Fault(question.id, "repeated_choice")
    return None


def _text(question: Question, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return Fault(question.id, "not_a_text")
    if len(value) > question.max_length:
        return Fault(question.id, "too_long", {"count": question.max_length})
    return None if _storable(value) else Fault(question.id, "control")


def _storable(text: str) -> bool:
    """Return whether both databases hold the text: PostgreSQL no NUL, none of them half of a surrogate pair."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""A snapshot made ready for many checks: look-ups by version, question and choice."""

from dataclasses import dataclass

from fiilis.intake.types import CompiledQuestion, Snapshot, ValueKind


@dataclass(frozen=True, slots=True)
class Question:
    """The limits of one question."""

    id: str
    number: int  # its place in the version, from 1
    kind: ValueKind
    low: int
    high: int
    codes: frozenset[str]
    max_length: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """A published survey as the checks need it."""

    snapshot: Snapshot
    languages: frozenset[str]
    versions: dict[int, dict[str, Question]]


def compiled(snapshot: Snapshot) -> Compiled:
    """Make the look-ups of a snapshot."""
    return Compiled(
        snapshot,
        frozenset(snapshot.languages),
        {
            version.number: {q.id: _question(number, q) for number, q in enumerate(version.questions, 1)}
            for version in snapshot.versions
        },
    )


def _question(number: int, question: CompiledQuestion) -> Question:
    return Question(
        question.id, number, question.kind, question.low, question.high, frozenset(question.codes), question.max_length
    )

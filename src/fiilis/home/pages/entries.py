"""One answer as a reader sees it in the feed and in the list behind a number."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from fiilis.design import format as fmt
from fiilis.ecosystem.queries import TouchpointRow
from fiilis.ecosystem.types import name_in
from fiilis.home import wordings
from fiilis.understand.questions.latest import Entry

# What stands in a text in place of personal data.
REDACTED = re.compile(r"\[(email|hetu|iban|phone)\]")


@dataclass(frozen=True, slots=True)
class EntryView:
    """The score with its word, the customer's own words, and where, how and when it was said."""

    score: str
    tone: str
    words: str
    kind: str
    text: str
    language_code: str
    parts: tuple[str, ...]


def names_of(places: Sequence[TouchpointRow]) -> dict[str, str]:
    """Return the touchpoints' names in the active language by id."""
    language = get_language()
    return {str(place.id): name_in(place.names, language) or place.key for place in places}


def drawn(entries: Sequence[Entry], names: Mapping[str, str]) -> tuple[EntryView, ...]:
    """Draw entries in the active language."""
    return tuple(_drawn(entry, names) for entry in entries)


def _drawn(entry: Entry, names: Mapping[str, str]) -> EntryView:
    measure, value = entry.measure, entry.value
    score = tone = words = ""
    if measure is not None and value is not None:
        group = measure.group(value)
        score, tone, words = fmt.number(value), wordings.TONES[group], wordings.group_word(measure, group)
    parts = [
        names.get(entry.touchpoint, ""),
        wordings.channel_name(entry.channel),
        wordings.language_name(entry.language) if entry.language else "",
        fmt.moment(entry.at),
    ]
    return EntryView(
        score=score,
        tone=tone,
        words=words,
        kind=wordings.kind_words(entry.kind),
        text=REDACTED.sub(lambda found: wordings.redacted_word(found[1]), entry.text),
        language_code=entry.language,
        parts=tuple(part for part in parts if part),
    )

"""The rows of a choice question's options: read from a post, moved, removed and added without saving or script."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.text import slugify

from fiilis.listen.services.checking import MAX_OPTIONS
from fiilis.listen.types import Option, Question

SPARE = 2
_BUTTON = re.compile(r"(up|down|remove)-(\d{1,2})|more")


@dataclass(frozen=True, slots=True)
class Row:
    """One option as it stands in the form; an empty code means that it has been written just now."""

    code: str
    labels: tuple[str, ...]  # in the order of the survey's languages

    @property
    def blank(self) -> bool:
        """A row without words is no option."""
        return not any(self.labels)


def of_question(question: Question, languages: Sequence[str]) -> list[Row]:
    """Return a question's options as rows, with empty ones to write into."""
    rows = [Row(o.code, tuple(o.label.get(language, "") for language in languages)) for o in question.options]
    return rows + _empty(languages, max(SPARE, 3 - len(rows)))


def posted(data: QueryDict, question: Question, languages: Sequence[str]) -> list[Row]:
    """Return the rows of a post. A code that the question doesn't have is taken as none: nobody invents codes."""
    known = {option.code for option in question.options}
    codes = data.getlist("option_code")[: MAX_OPTIONS + SPARE]
    columns = [data.getlist(f"option_{language}") for language in languages]
    rows: list[Row] = []
    for place, code in enumerate(codes):
        labels = tuple(column[place].strip() if place < len(column) else "" for column in columns)
        rows.append(Row(code if code in known else "", labels))
        known.discard(code)
    return rows


def pressed(rows: Sequence[Row], button: str, languages: Sequence[str]) -> list[Row]:
    """Return the rows after a row's button: "up-2", "down-0", "remove-1" or "more"."""
    changed = list(rows)
    match = _BUTTON.fullmatch(button)
    if match is None:
        return changed
    if match[1] is None:
        return changed + _empty(languages, SPARE)
    place = int(match[2])
    if place >= len(changed):
        return changed
    row = changed.pop(place)
    if match[1] != "remove":
        changed.insert(max(place - 1, 0) if match[1] == "up" else place + 1, row)
    return changed


def to_options(
    rows: Sequence[Row], *, question: Question, languages: Sequence[str], taken: Collection[str]
) -> tuple[Option, ...]:
    """Return the options of the rows that have words. A new one gets a code that was never used before (`taken`)."""
    before = {option.code: option.label for option in question.options}
    used = {*before, *taken}
    made: list[Option] = []
    for row in rows:
        if row.blank:
            continue
        code = row.code or _new_code(row, used)
        used.add(code)
        made.append(Option(code, {**before.get(code, {}), **dict(zip(languages, row.labels, strict=True))}))
    return tuple(made)


def _new_code(row: Row, used: Collection[str]) -> str:
    stem = slugify(next(label for label in row.labels if label)).replace("-", "_")[:24].strip("_") or "option"
    code, number = stem, 1
    while code in used:
        number += 1
        code = f"{stem}_{number}"
    return code


def _empty(languages: Sequence[str], count: int) -> list[Row]:
    return [Row("", ("",) * len(languages))] * count

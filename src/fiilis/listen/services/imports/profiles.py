"""What a column holds, seen value by value while its file is read: enough to guess its meaning, never all of it."""

import re
from collections import Counter

import msgspec

from fiilis.listen import redact, times

MOST_VALUES = 300  # different values kept
LOOKED_AT = 2_000  # values of a column of texts that are looked at one by one
_NUMBER = re.compile(r"-?\d{1,15}(?:[.,]\d+)?")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column. Shares are of the filled cells that were looked at."""

    name: str
    filled: int = 0
    values: dict[str, int] = {}  # empty when there are more than MOST_VALUES
    varied: bool = False  # there are more
    times: float = 0.0
    orders: tuple[str, ...] = ()  # in which all the times are days
    order: str = ""  # the likeliest of them
    numbers: float = 0.0
    whole: bool = False  # every number is a whole one
    least: float = 0.0
    most: float = 0.0
    comma: bool = False  # a decimal comma stands in some number
    length: float = 0.0  # mean, of texts
    personal: bool = False  # e-mail addresses, phone numbers or addresses of computers


class Profile:
    """Collects one column's values."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._values: Counter[str] = Counter()
        self._varied = False
        self._filled = self._looked = self._numbers = self._letters = self._personal = self._fractions = 0
        self._comma = False
        self._least, self._most = float("inf"), float("-inf")
        self._look = times.Look()

    def add(self, raw: str) -> None:
        """Take in one cell."""
        if not raw:
            return
        self._filled += 1
        if not self._varied:
            if raw in self._values:
                self._values[raw] += 1
                return
            if len(self._values) < MOST_VALUES:
                self._values[raw] = 1
            else:
                self._varied = True
                self._values.clear()
        # Values beyond those are looked at while they may be times, or numbers, or the first of many texts: whether a
        # day is 2.3. or 3.2. is told by the whole column.
        if self._looked < LOOKED_AT or self._look.times * 2 > self._looked:
            self._examine(raw)

    def _examine(self, raw: str) -> None:
        self._looked += 1
        self._letters += len(raw)
        if self._look.add(raw):
            return
        if _NUMBER.fullmatch(raw):
            self._numbers += 1
            self._comma = self._comma or "," in raw
            number = float(raw.replace(",", "."))
            self._fractions += number != int(number)
            self._least, self._most = min(self._least, number), max(self._most, number)
        elif "@" in raw or _ADDRESS.fullmatch(raw):
            self._personal += bool(_ADDRESS.fullmatch(raw) or redact.redact(raw).found)
            return
        if raw[0] in "+0" and redact.redact(raw).found:
            self._personal += 1

    def column(self) -> Column:
        """Return what was seen."""
        looked = self._looked or 1
        personal = self._personal * 2 > looked
        return Column(
            name=self._name,
            filled=self._filled,
            values={} if self._varied or personal else dict(self._values),
            varied=self._varied,
            times=self._look.times / looked,
            orders=self._look.possible if self._look.times else (),
            order=self._look.likeliest() if self._look.times else "",
            numbers=self._numbers / looked,
            whole=bool(self._numbers) and not self._fractions,
            least=self._least if self._numbers else 0.0,
            most=self._most if self._numbers else 0.0,
            comma=self._comma,
            length=self._letters / looked,
            personal=personal,
        )

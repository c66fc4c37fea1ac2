"""All comments that can be written, made once; a comment is then one look-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from fiilis.simulate.world import shop
from fiilis.simulate.world.arrays import MISSING, Array, Floats, Ints
from fiilis.simulate.world.comments import TOPICS
from fiilis.simulate.world.texts import en, fi, sv

_BOOKS = (fi, sv, en)  # in the order of shop.LANGUAGES


class Pool:
    """Sentences by language, topic and product, laid end to end."""

    def __init__(self) -> None:
        sentences: list[str] = [""]  # for rows without a comment
        shape = (len(shop.LANGUAGES), len(TOPICS), len(shop.PRODUCTS))
        self._starts, self._sizes = np.zeros(shape, dtype=np.int64), np.ones(shape, dtype=np.int64)
        for language in range(shape[0]):
            for topic in range(shape[1]):
                for product in range(shape[2]):
                    found = list(variants(language, TOPICS[topic], shop.PRODUCTS[product].code))
                    self._starts[language, topic, product] = len(sentences)
                    self._sizes[language, topic, product] = len(found)
                    sentences.extend(found)
        self.sentences: Array = np.array(sentences, dtype=object)

    def pick(self, language: Array, topic: Ints, product: Array, chance: Floats) -> Array:
        """Return the comments as texts; "" where the topic is MISSING."""
        places = self._starts[language, topic, product]
        places += (chance * self._sizes[language, topic, product]).astype(np.int64)
        return self.sentences[np.where(topic == MISSING, 0, places)]


def variants(language: int, topic: str, product: str) -> Iterator[str]:
    """Return every comment on the topic about the product: each sentence alone, and with each ending."""
    book = _BOOKS[language]
    forms = book.PRODUCTS[product]
    good = topic.endswith("_good") or topic == "praise"
    tails = book.TAILS["good" if good else "bad"]
    for core in book.CORES[topic]:
        numbered = "{n" in core.replace("{nom}", "")
        for number in book.NUMBERS if numbered else book.NUMBERS[:1]:
            sentence = core.format(**forms, **number)
            written = list(_written(sentence[0].upper() + sentence[1:], tails, good=good))
            # A sentence with a number in it comes no oftener than one without.
            yield from written if numbered else written * len(book.NUMBERS)


def _written(sentence: str, tails: Sequence[str], *, good: bool) -> Iterator[str]:
    """Return a sentence as people leave it: most stop after one, some without much care."""
    yield from [sentence] * (len(tails) // 2)
    yield sentence[0].lower() + sentence[1:-1]
    yield sentence[:-1] + (" :)" if good else "!!")
    said = sentence.lower()
    yield from (f"{sentence} {tail}" for tail in tails if tail.rstrip(".!?").lower() not in said)


@lru_cache(maxsize=1)
def pool() -> Pool:
    """Return the pool, made at the first call."""
    return Pool()

import doctest

from fiilis.core import attributes


def test_examples_are_true() -> None:
    done = doctest.testmod(attributes)
    assert (done.attempted, done.failed) == (3, 0)


def test_no_more_than_the_limit_is_kept() -> None:
    assert len(attributes.kept({f"a{n}": "x" for n in range(30)})) == attributes.MAX_KEYS

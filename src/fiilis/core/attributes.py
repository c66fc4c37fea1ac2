"""What is known of the surroundings of an answer in free words: postcode 90, device iphone. Short names, short values.

The limits stand here once: the intake door, imports, facts and questions keep them alike.
"""

import re
from collections.abc import Mapping
from typing import Any

MAX_KEYS = 20
MAX_VALUE = 60  # characters
_KEY = re.compile(r"[a-z][a-z0-9_]{0,29}")


def is_key(name: str) -> bool:
    """Return whether an attribute can have this name.

    >>> is_key("postcode"), is_key("Postcode"), is_key("a-b"), is_key("x" * 31), is_key("")
    (True, False, False, False, False)
    """
    return _KEY.fullmatch(name) is not None


def as_key(words: str) -> str:
    """Return a name made of any words, "" when none of their letters and digits can stand in one.

    >>> as_key("Customer's device (OS)"), as_key("Postinumero"), as_key("2. kerta"), as_key("Ääni"), as_key("%")
    ('customer_s_device_os', 'postinumero', 'kerta', 'aani', '')
    """
    plain = words.lower().translate(str.maketrans("åäöéü", "aaoeu"))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_0123456789")[:30].rstrip("_")


def kept(given: Mapping[str, Any]) -> dict[str, str]:
    """Return what of `given` keeps the limits, names in order: for what has been checked and slipped by.

    >>> kept({"b": " x ", "a": "", "C": "y", "d": 3, "e": "z" * 61})
    {'b': 'x'}
    """
    found = {
        name: value.strip()
        for name, value in sorted(given.items())
        if is_key(name) and isinstance(value, str) and 0 < len(value.strip()) <= MAX_VALUE
    }
    return dict(list(found.items())[:MAX_KEYS])

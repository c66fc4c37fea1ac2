"""The shop of seed 1 as it is, and the same with nothing planted: made once."""

from typing import Any

import numpy as np
import pytest

from fiilis.simulate.key import answer_key
from fiilis.simulate.publish import chunks
from fiilis.simulate.settings import Settings, Truths

Streams = dict[str, dict[str, np.ndarray]]


def streams_of(settings: Settings, *names: str, rows: int = 100_000) -> Streams:
    """Whole streams, their chunks put together."""
    found: dict[str, list[Any]] = {}
    for chunk in chunks(settings, rows=rows, streams=names):
        found.setdefault(chunk.stream, []).append(chunk.columns)
    return {
        stream: {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        for stream, parts in found.items()
    }


def truth(key: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in key["truths"] if one["name"] == name]
    return found["values"]


@pytest.fixture(scope="session")
def key() -> dict[str, Any]:
    return answer_key(Settings())


@pytest.fixture(scope="session")
def quiet_key() -> dict[str, Any]:
    return answer_key(Settings(truths=Truths.none()))


@pytest.fixture(scope="session")
def shop_streams() -> Streams:
    return streams_of(Settings(), "orders", "invitations", "answers", "tickets", "returns", "kiosk", "phone", "labels")

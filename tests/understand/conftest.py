"""A lake of its own for each test, and a clock that stands still."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from fiilis.core import clock

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lake(settings: Settings, tmp_path: Path) -> Path:
    """An empty lake."""
    settings.FIILIS_LAKE = str(tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """It is Monday noon in Helsinki, 23 November 2026."""
    with clock.held(NOW):
        yield

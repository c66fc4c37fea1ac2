"""The same lake and clock as the questions' tests."""

from tests.understand.conftest import lake, monday

__all__ = ["lake", "monday"]

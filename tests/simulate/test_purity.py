"""The generator stands on numpy alone: it runs in a notebook, without Django and without an engine."""

import subprocess
import sys


def test_world_key_and_seal_import_neither_django_nor_an_engine() -> None:
    code = """
import sys
from fiilis.simulate import key, publish, seal
print([name for name in ("django", "duckdb", "scipy", "pandas") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

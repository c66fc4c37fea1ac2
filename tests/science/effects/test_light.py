"""A process that only names effects, links or working time doesn't pay for the libraries behind them."""

import subprocess
import sys

MODULES = [
    *(f"effects.{name}" for name in ("did", "interrupted", "matched", "placebo", "regression_to_mean", "structural")),
    *("links", "power", "working_time"),
]
HEAVY = ["statsmodels", "pandas", "sklearn", "lifelines", "scipy.stats", "holidays"]


def test_importing_imports_nothing_slow() -> None:
    code = "".join(f"import fiilis.science.{name}\n" for name in MODULES)
    code += f"import sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

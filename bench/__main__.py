"""`make bench`: all benchmarks, one after another. Run on a quiet machine; ratios inside one run are what counts."""

import subprocess
import sys

ALL = (
    "intake", "circle", "imports", "warehouse", "science_intervals", "science_drivers", "science_churn",
    "science_effects", "simulate",
)  # fmt: skip


def main() -> None:
    """Run and print all, each in a process of its own: some set the number of threads before numpy is loaded."""
    for name in ALL:
        print(f"\n{'-' * 100}\nbench.{name}\n", flush=True)
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=True)


if __name__ == "__main__":
    main()

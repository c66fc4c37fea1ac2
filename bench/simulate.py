"""How fast the made-up shop is made, as arrays, as public rows with comments, and as files; and how much memory.

`python -m bench.simulate [size]` prints the table; size 1 is 200,000 customers over 104 weeks.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fiilis.simulate.files import Form, write_shop
from fiilis.simulate.key import answer_key
from fiilis.simulate.publish import chunks
from fiilis.simulate.settings import Settings
from fiilis.simulate.world.weeks import weeks_of_shop


def made(settings: Settings) -> int:
    """Orders and survey invitations, with what everybody felt and who answered."""
    rows = 0
    for week in weeks_of_shop(settings):
        asked = (week.delivery, week.returns, week.tickets, week.site)
        rows += len(week.orders["order"]) + sum(int(table["asked"].sum()) for table in asked)
    return rows


def published(settings: Settings) -> int:
    return sum(chunk.rows for chunk in chunks(settings))


def written(settings: Settings, form: Form) -> int:
    with tempfile.TemporaryDirectory() as folder:
        return sum(chunk.rows for chunk in write_shop(Path(folder), settings, form=form))


def keyed(settings: Settings) -> int:
    return int(answer_key(settings)["population"]["nps"]["all"]["n"])


def main() -> None:
    settings = Settings(size=float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
    published(Settings(size=0.01, weeks=2))  # the sentences are made once
    works: dict[str, Callable[[Settings], int]] = {
        "orders and invitations as arrays": made,
        "all streams as rows, with comments": published,
        "all streams as CSV": lambda one: written(one, Form.CSV),
        "all streams as Parquet": lambda one: written(one, Form.PARQUET),
        "the answer key (deliveries)": keyed,
    }
    print("| what | rows | seconds of processor | rows a second |\n|---|---|---|---|")
    for name, work in works.items():
        start = time.process_time()
        rows = work(settings)
        took = time.process_time() - start
        print(f"| {name} | {rows:,} | {took:.1f} | {rows / took:,.0f} |")
    print(f"\nAt most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB.")


if __name__ == "__main__":
    main()

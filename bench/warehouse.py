"""Do appends, queries and the log stay flat? 2,000 answers come one at a time, with maintenance and without.

    python -m bench.warehouse [--appends 2000] [--facts 200000] [--baseline 500]

A removed file and a log entry are kept for 5 s here, 10 minutes in service: else nothing would be old enough to go.
Then: how long after its event's commit an answer is counted, for a page that is told of new versions like the board.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from fiilis.core.models import Workspace
    from fiilis.warehouse.tables import AnswerFact

GRACE = timedelta(seconds=5)
MARK = 500


def prepare() -> None:
    """Set up Django over an empty SQLite database in a folder of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "fiilis.config.settings"
    os.environ.setdefault("FIILIS_DATA", tempfile.mkdtemp(prefix="fiilis-bench-"))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


class Scene:
    """A workspace, an empty lake of its own, and a feed whose events are counted answers."""

    def __init__(self, name: str, facts: int) -> None:
        from django.conf import settings

        from fiilis.core import outbox, workspaces
        from fiilis.warehouse import feeds
        from fiilis.warehouse.feeds import Change
        from fiilis.warehouse.lake import Lake
        from fiilis.warehouse.models import FactTable
        from fiilis.warehouse.tables import ANSWER

        settings.FIILIS_LAKE = tempfile.mkdtemp(prefix=f"fiilis-bench-{name}-")
        FactTable.objects.all().delete()
        self.workspace: Workspace = workspaces.create_workspace(slug=f"bench-{name}", name=name, by="bench")
        self.lake = Lake.make(ANSWER, grace=GRACE)
        self.emit = outbox.emit
        self.event = _event_type()

        def changes(events: Sequence[outbox.Delivered]) -> Iterator[Change]:
            for delivered in events:
                yield Change(append=self.answers(delivered.event.n))  # type: ignore[attr-defined]

        feeds._feeds.clear()
        feeds.register(feeds.Feed("bench", (self.event,), changes))
        if facts:
            began = time.perf_counter()
            self.say(facts)
            self.sync()
            print(f"{name}: {facts:,} facts in one commit: {facts / (time.perf_counter() - began):,.0f} a second")

    def answers(self, n: int) -> "Iterable[AnswerFact]":
        """Yield `n` answers; a single one is of now, many are spread over two years."""
        from fiilis.warehouse.tables import AnswerFact

        now = datetime.now(UTC)
        for k in range(n):
            at = now - timedelta(minutes=(k * 7919) % (2 * 365 * 24 * 60)) if n > 1 else now
            kind, low, high = (("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7))[k % 3]
            yield AnswerFact(
                workspace=str(self.workspace.pk), feedback=str(uuid.uuid4()), question=f"q{k % 3}", survey="s",
                version=1, kind=kind, low=low, high=high, value=float(low + k % (high - low + 1)),
                touchpoint=f"t{k % 40}", stage=f"s{k % 6}", actor=f"a{k % 5}", channel="link", language="fi",
                at=at, day=at.date(),
            )  # fmt: skip

    def say(self, n: int) -> None:
        """Write an event that stands for `n` answers."""
        from django.db import transaction

        with transaction.atomic():
            self.emit(workspace=self.workspace, event=self.event(n=n))

    def sync(self) -> None:
        """Carry out all that waits."""
        from fiilis.warehouse import sync

        sync.run_until_idle()

    def ask(self, at_least: int = 10**9) -> int:
        """Ask what the board's cards ask; return the number of answers."""
        from fiilis.warehouse import query

        rows = query.run("metric_sums", workspace=self.workspace.pk, at_least=at_least).rows
        return sum(row["n"] for row in rows)


def _event_type() -> type:
    from fiilis.core import outbox

    known = outbox.event_types().get("bench.answered")
    if known is not None:
        return known

    @outbox.event
    class Answered(outbox.Event, frozen=True):
        name: ClassVar[str] = "bench.answered"
        n: int

    return Answered


class Stopwatch:
    """Wall and processor time of something done many times; the latter tells the truth on a busy machine."""

    def __init__(self) -> None:
        self._wall: list[float] = []
        self._cpu: list[float] = []

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_fault: object) -> None:
        self._wall.append(time.perf_counter() - self._began[0])
        self._cpu.append(time.process_time() - self._began[1])

    def summary(self) -> str:
        """Return the medians since the last summary."""
        text = f"p50 {_p50(self._wall):5.1f} ms (cpu {_p50(self._cpu):5.1f})"
        self._wall.clear()
        self._cpu.clear()
        return text


def flat(name: str, appends: int, facts: int, *, maintained: bool) -> None:
    """Append one answer at a time, asking after each; print a line each 500."""
    from fiilis.warehouse import maintenance, sync

    kept = maintenance.keep_flat
    if not maintained:
        maintenance.keep_flat = lambda *_args: None
    scene = Scene(name, facts)
    log = Path(scene.lake.folder) / "_delta_log"
    append, query = Stopwatch(), Stopwatch()
    for number in range(1, appends + 1):
        scene.say(1)
        with append:
            sync.run_once()
        with query:
            assert scene.ask() == facts + number
        if maintained and number % 100 == 0:
            sync.maintain()  # the schedule does it each five minutes
        if number % MARK == 0 or number == 100:
            files = len(list(scene.lake.folder.rglob("facts-*.parquet")))
            print(
                f"{name} {number:5}: append {append.summary()}, query {query.summary()}, "
                f"{len(list(log.iterdir())):5} log entries, {files:5} files",
                flush=True,
            )
    maintenance.keep_flat = kept


class Watched:
    """Answers that come one by one, a worker, and two pages that are told of new versions, as the board is."""

    def __init__(self, scene: Scene, facts: int) -> None:
        self.scene = scene
        self.facts = facts
        self.said: dict[int, float] = {}
        self.seen: dict[int, float] = {}
        self.stop = threading.Event()

    def page(self) -> None:
        """Look for a new version as the live hub does; ask again when there is one."""
        from fiilis.core import live

        told = 0
        while not self.stop.wait(live.POLL_SECONDS):
            version = live.versions([self.scene.workspace.pk]).get((self.scene.workspace.pk, "facts"), 0)
            if version == told:
                continue
            told = version
            total = self.scene.ask(version) - self.facts
            now = time.perf_counter()
            for number in range(1, total + 1):
                self.seen.setdefault(number, now)

    def worker(self) -> None:
        """Carry out batches as the worker's loop does."""
        from fiilis.warehouse import sync

        while not self.stop.is_set():
            if not sync.run_once():
                self.stop.wait(0.1)


def visible(answers: int, facts: int) -> None:
    """Measure from an event's commit to the moment when a page that is told of versions has counted it."""
    watched = Watched(Scene("visible", facts), facts)
    threads = [threading.Thread(target=run, daemon=True) for run in (watched.page, watched.page, watched.worker)]
    for thread in threads:
        thread.start()
    for number in range(1, answers + 1):
        watched.scene.say(1)
        watched.said[number] = time.perf_counter()
        time.sleep(0.25)
    deadline = time.perf_counter() + 10
    while len(watched.seen) < answers and time.perf_counter() < deadline:
        time.sleep(0.05)
    watched.stop.set()
    for thread in threads:
        thread.join()
    waits = sorted(watched.seen[number] - watched.said[number] for number in watched.seen)
    print(
        f"commit to visible over {facts:,} facts: p50 {_p50(waits):.0f} ms, "
        f"p95 {waits[int(len(waits) * 0.95)] * 1000:.0f} ms, {len(waits)} of {answers} answers seen"
    )


def _p50(seconds: Sequence[float]) -> float:
    return statistics.median(seconds) * 1000


def main(argv: list[str] | None = None) -> None:
    """Print the three measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=2000)
    parser.add_argument("--baseline", type=int, default=500, help="appends without maintenance; 0 for none")
    parser.add_argument("--facts", type=int, default=200_000, help="facts that stand there before")
    given = parser.parse_args(argv)
    prepare()
    flat("maintained", given.appends, given.facts, maintained=True)
    if given.baseline:
        flat("left alone", given.baseline, given.facts, maintained=False)
    visible(100, given.facts)


if __name__ == "__main__":
    main()

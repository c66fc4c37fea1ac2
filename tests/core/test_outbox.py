import threading
import uuid
from typing import ClassVar

import pytest
from django.db import connection, connections, transaction

from fiilis.core import clock, outbox
from fiilis.core.models import Cursor, OutboxEvent, Workspace
from tests.conftest import World


@outbox.event
class Rang(outbox.Event, frozen=True):
    name: ClassVar[str] = "test.rang"
    number: int


@outbox.event
class Knocked(outbox.Event, frozen=True):
    name: ClassVar[str] = "test.knocked"
    who: uuid.UUID


def ring(workspace: Workspace, *numbers: int) -> None:
    with transaction.atomic():
        for number in numbers:
            outbox.emit(workspace=workspace, event=Rang(number=number))


class Collector:
    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.consumer = outbox.Consumer("test.collector", (Rang,), self.handle)

    def handle(self, delivered: object) -> None:
        assert isinstance(delivered, list)
        self.numbers += [d.event.number for d in delivered]


@pytest.mark.django_db(transaction=True)
def test_event_outside_a_transaction_is_refused(world: World) -> None:
    with pytest.raises(RuntimeError):
        outbox.emit(workspace=world.woollens, event=Rang(number=1))


def test_consumer_gets_each_event_once_and_in_order(world: World) -> None:
    collector = Collector()
    ring(world.woollens, 1, 2, 3)
    assert outbox.pump(collector.consumer) == 3
    assert outbox.pump(collector.consumer) == 0
    ring(world.sauna, 4)
    assert outbox.pump(collector.consumer) == 1
    assert collector.numbers == [1, 2, 3, 4]


def test_consumer_sees_only_what_it_wants_but_passes_all(world: World) -> None:
    collector = Collector()
    with transaction.atomic():
        outbox.emit(workspace=world.woollens, event=Knocked(who=world.people.aino.pk))
    assert outbox.pump(collector.consumer) == 1
    assert collector.numbers == []


def test_failed_consumer_gets_the_same_events_again(world: World) -> None:
    collector = Collector()

    def fail(delivered: object) -> None:
        collector.handle(delivered)
        raise OSError("the disk is full")

    ring(world.woollens, 7, 8)
    with pytest.raises(OSError, match="disk"):
        outbox.pump(outbox.Consumer("test.collector", (Rang,), fail))
    collector.numbers.clear()
    outbox.pump(collector.consumer)
    assert collector.numbers == [7, 8]


def test_limit_cuts_and_the_rest_follows(world: World) -> None:
    collector = Collector()
    ring(world.woollens, *range(10))
    assert [outbox.pump(collector.consumer, limit=4) for _ in range(4)] == [4, 4, 2, 0]
    assert collector.numbers == list(range(10))


def test_unfinished_batch_returns_with_its_number_and_events(world: World) -> None:
    ring(world.woollens, 1, 2)
    first = outbox.take_batch("test.lake")
    assert first is not None
    ring(world.woollens, 3)
    again = outbox.take_batch("test.lake")
    assert again == first
    outbox.finish_batch("test.lake", first)
    after = outbox.take_batch("test.lake")
    assert after is not None
    assert after.number == first.number + 1
    assert [d.event for d in after.events] == [Rang(number=3)]
    outbox.finish_batch("test.lake", after)
    assert outbox.take_batch("test.lake") is None


@pytest.mark.django_db(transaction=True)
def test_trim_keeps_what_a_reader_has_not_passed(world: World) -> None:
    collector = Collector()
    outbox.register(collector.consumer)
    try:
        for numbers in ((1, 2), (3,)):
            ring(world.woollens, *numbers)
            outbox.pump_all()
        ring(world.woollens, 4)
        OutboxEvent.objects.update(at=clock.now() - outbox.timedelta(days=8))
        for name in {*outbox._batch_readers, *outbox._consumers} - {"test.collector"}:
            Cursor.objects.update_or_create(name=name, defaults={"after": 10**9, "open_from": 10**9})
        outbox.trim()
        kept = [e.payload["number"] for e in OutboxEvent.objects.filter(name="test.rang").order_by("seq")]
        # PostgreSQL keeps the newest read transaction too: a neighbour of it may still be open.
        assert kept == ([4] if connection.vendor == "sqlite" else [3, 4])
    finally:
        outbox._consumers.pop("test.collector")


@pytest.mark.django_db(transaction=True)
def test_late_commit_is_not_lost(world: World) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: numbers rise in commit order")
    collector = Collector()
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            outbox.emit(workspace=world.woollens, event=Rang(number=1))
            written.set()
            may_commit.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(10)
    ring(world.woollens, 2)
    outbox.pump(collector.consumer)
    assert collector.numbers == [2]
    may_commit.set()
    thread.join()
    outbox.pump(collector.consumer)
    ring(world.woollens, 3)
    outbox.pump(collector.consumer)
    outbox.pump(collector.consumer)
    assert collector.numbers == [2, 1, 3]


@pytest.mark.django_db(transaction=True)
def test_many_writers_lose_nothing(world: World) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    collector = Collector()
    stop = threading.Event()

    def write(first: int) -> None:
        for number in range(first, first + 40):
            with transaction.atomic():
                outbox.emit(workspace=world.woollens, event=Rang(number=number))
                stop.wait(0.002 * (number % 5))
        connections.close_all()

    threads = [threading.Thread(target=write, args=(1000 * k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        outbox.pump(collector.consumer, limit=7)
    while outbox.pump(collector.consumer, limit=7):
        pass
    assert sorted(collector.numbers) == sorted(n for k in range(6) for n in range(1000 * k, 1000 * k + 40))

"""More than it can take, slow senders and large bodies: only 503s, bounded waits and memory, others unharmed."""

import asyncio
import contextlib
import time
from collections import Counter

import pytest
from bench.intake_client import Connection, Tally, closed_loop, connect, new_answer, request
from bench.intake_server import Place

from tests.reliability.conftest import LONG, Starter, long_form
from tests.reliability.ledger import PATH, Ledger, check, crowd, stored

pytestmark = pytest.mark.reliability

SECONDS = 8.0 if LONG else 2.0


async def open_loop(port: int, rate: float, seconds: float, most: int = 800) -> Tally:
    """Post `rate` new answers a second whatever comes back, on as many connections as that takes (at most `most`)."""
    tally = Tally()
    idle: list[Connection] = []
    opened = 0
    tasks: set[asyncio.Task[None]] = set()

    async def one(link: Connection | None) -> None:
        began = time.perf_counter()
        link = link or await connect(port)
        reply = await link.ask(request(PATH, new_answer()))
        tally.statuses[reply.status] += 1
        tally.seconds.append(time.perf_counter() - began)
        idle.append(link)

    began = time.perf_counter()
    started = 0
    while (now := time.perf_counter() - began) < seconds:
        while started < now * rate:
            started += 1
            if idle or opened < most:
                opened += not idle
                task = asyncio.create_task(one(idle.pop() if idle else None))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        await asyncio.sleep(0.002)
    await asyncio.gather(*tasks)
    for link in idle:
        link.close()
    return tally


def test_four_times_too_many_get_only_201_and_503(place: Place, start: Starter) -> None:
    server = start(place, FIILIS_INTAKE_QUEUE="100")
    warm = asyncio.run(closed_loop(server.port, PATH, 32, 1.0))
    capacity = warm.statuses[201] / warm.lasted
    before = server.resident_megabytes()
    tally = asyncio.run(open_loop(server.port, 4 * capacity, SECONDS))
    assert set(tally.statuses) == {201, 503}
    assert len(stored(place)) == warm.statuses[201] + tally.statuses[201]
    assert tally.percentile(0.99) < 5000
    assert server.resident_megabytes() - before < 100
    assert server.health() == 200
    after = asyncio.run(closed_loop(server.port, PATH, 8, 0.5))
    assert set(after.statuses) == {201}


async def slow_sender(port: int, statuses: Counter[int]) -> None:
    """Promise a body and send it byte by byte until the server has had enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n"
    writer.write(head.encode())
    reply = asyncio.create_task(reader.read(12))
    with contextlib.suppress(ConnectionError):
        while not reply.done():
            writer.write(b"x")
            await writer.drain()
            await asyncio.wait([reply], timeout=0.2)
    statuses[int((await reply)[9:12] or 0)] += 1
    writer.close()


async def undeclared_sender(port: int, statuses: Counter[int], parts: int) -> None:
    """Send a large body of unknown length: 8 KiB a part. Status 0: the server has hung up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    writer.write(head.encode())
    reply = asyncio.create_task(reader.read(12))
    part = b"2000\r\n" + b"x" * 0x2000 + b"\r\n"
    with contextlib.suppress(ConnectionError):
        for _part in range(parts):
            if reply.done():
                break
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(b"0\r\n\r\n")
    status = 0
    with contextlib.suppress(ConnectionError):
        status = int((await reply)[9:12] or 0)
    statuses[status] += 1
    writer.close()


async def declared_large_sender(port: int, statuses: Counter[int]) -> None:
    """Declare 200 kB and send them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 200000\r\n\r\n"
    writer.write(head.encode() + b"x" * 200_000)
    statuses[int((await reader.read(12))[9:12] or 0)] += 1
    writer.close()


@long_form
def test_slow_and_oversized_bodies_get_their_status_and_harm_nobody(sqlite_place: Place, start: Starter) -> None:
    server, quiet, during = start(sqlite_place), Ledger(), Ledger()
    slow: Counter[int] = Counter()
    large: Counter[int] = Counter()
    endless: Counter[int] = Counter()

    async def play() -> None:
        await crowd(server.port, Ledger(), 0.5, customers=8)
        await crowd(server.port, quiet, 2.0, customers=8)
        rude = [asyncio.create_task(slow_sender(server.port, slow)) for _ in range(50)]
        good = asyncio.create_task(crowd(server.port, during, 2.5, customers=8))
        for _round in range(5):
            await asyncio.gather(*[declared_large_sender(server.port, large) for _ in range(8)])
            await asyncio.gather(*[undeclared_sender(server.port, large, 20) for _ in range(2)])
            await asyncio.gather(*[undeclared_sender(server.port, endless, 5000) for _ in range(2)])
            await asyncio.sleep(0.2)
        await good
        await asyncio.gather(*rude)

    before = server.resident_megabytes()
    asyncio.run(play())
    assert slow == {408: 50}
    assert large == {413: 50}
    assert sum(endless.values()) == 10
    assert set(endless) <= {413, 0}
    assert set(during.statuses) == {201}
    assert during.percentile(0.99) < 4 * quiet.percentile(0.99) + 0.2
    assert server.resident_megabytes() - before < 100
    check(sqlite_place, during)

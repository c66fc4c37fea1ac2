"""kill -9 at random instants under load, SIGTERM, a second server."""

import asyncio
import random
import time

import pytest
from bench.intake_server import Place, Server

from tests.reliability.conftest import LONG, Starter
from tests.reliability.ledger import Ledger, check, crowd, send_again, stored

pytestmark = pytest.mark.reliability

KILLS = 50 if LONG else 3


async def killed_under_load(server: Server, ledger: Ledger, after: float) -> None:
    """Let customers answer; kill the server's processes at some instant; let the customers notice."""
    load = asyncio.create_task(crowd(server.port, ledger, after + 0.3))
    await asyncio.sleep(after)
    await asyncio.to_thread(server.kill)
    await load


def test_acknowledged_answers_survive_kills_at_random_instants(place: Place) -> None:
    ledger, server = Ledger(), Server(place)
    unsure = 0
    dice = random.Random(20170501)
    try:
        for _kill in range(KILLS):
            server.start()
            known = set(ledger.sent)
            asyncio.run(killed_under_load(server, ledger, dice.uniform(0.2, 1.2)))
            check(place, ledger)
            server.start()
            fresh = [post for post in ledger.sent if post not in known]
            unsure += len([post for post in fresh if post not in ledger.acknowledged])
            asyncio.run(send_again(server.port, ledger, fresh))
            assert check(place, ledger) == len(ledger.sent)
            server.kill()
    finally:
        server.kill()
    assert ledger.statuses[201] > 100 * KILLS
    print(f"{KILLS} kills, {len(ledger.sent)} posts, {unsure} in doubt and sent again, none lost, none doubled")


def test_sigterm_under_load_leaves_nothing_in_doubt(place: Place, start: Starter) -> None:
    server, ledger = start(place), Ledger()

    async def play() -> float:
        load = asyncio.create_task(crowd(server.port, ledger, 1.5))
        await asyncio.sleep(0.7)
        began = time.monotonic()
        server.terminate()
        await asyncio.to_thread(server.process.wait, 30)
        ended = time.monotonic() - began
        await load
        return ended

    assert asyncio.run(play()) < 20
    assert server.process.returncode == 0
    check(place, ledger)
    doubtful = [post for post, _response, _answers in stored(place) if post not in ledger.acknowledged]
    assert doubtful == []
    assert ledger.statuses[201] > 50


def test_second_server_on_one_folder_stops_with_a_clear_word(sqlite_place: Place, start: Starter) -> None:
    first = start(sqlite_place)
    second = Server(sqlite_place)
    second.start(wait=False)
    try:
        assert second.process.wait(20) != 0
    finally:
        second.kill()
    assert "FIILIS_DATA: another server (process" in second.log.read_text()
    assert first.health() == 200

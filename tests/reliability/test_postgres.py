"""PostgreSQL stopped, locked and out of connections under load; several web processes at once."""

import asyncio

import psycopg
import pytest
from bench.intake_server import Place

from tests.reliability.conftest import Cluster, Starter
from tests.reliability.ledger import Ledger, check, crowd, send_again
from tests.reliability.test_faults import crowd_around, recovered

pytestmark = pytest.mark.reliability


@pytest.mark.parametrize("mode", ["immediate", "fast"])
def test_server_stopped_under_load_gives_503_and_the_service_returns(
    postgres_place: Place, cluster: Cluster, start: Starter, mode: str
) -> None:
    server, ledger = start(postgres_place), Ledger()
    healths: list[int] = []

    def undo() -> None:
        healths.append(server.health())
        cluster.start()

    asyncio.run(crowd_around(server, ledger, 5.0, 0.5, lambda: cluster.stop(mode), 2.0, undo))
    assert set(ledger.statuses) == {201, 503}
    assert healths == [503]
    recovered(server, postgres_place, ledger)


def test_connection_limit_gives_503_and_the_service_returns(
    postgres_place: Place, cluster: Cluster, start: Starter
) -> None:
    server, ledger = start(postgres_place), Ledger()
    with psycopg.connect(cluster.url("fiilis"), autocommit=True) as admin:

        def shut() -> None:
            admin.execute("ALTER ROLE app CONNECTION LIMIT 0")
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")

        try:
            asyncio.run(
                crowd_around(
                    server, ledger, 4.0, 0.5, shut, 2.0, lambda: admin.execute("ALTER ROLE app CONNECTION LIMIT -1")
                )
            )
        finally:
            admin.execute("ALTER ROLE app CONNECTION LIMIT -1")
    assert set(ledger.statuses) == {201, 503}
    recovered(server, postgres_place, ledger)


def test_lock_held_5_seconds_delays_answers_and_refuses_none(
    postgres_place: Place, cluster: Cluster, start: Starter
) -> None:
    server, ledger = start(postgres_place), Ledger()
    name = postgres_place.database_url.rpartition("/")[2]
    with psycopg.connect(cluster.url("fiilis", name)) as holder:
        asyncio.run(
            crowd_around(
                server, ledger, 6.0, 0.3,
                lambda: holder.execute("LOCK TABLE intake_inboxrow IN ACCESS EXCLUSIVE MODE"), 5.3, holder.rollback,
            )
        )  # fmt: skip
    assert set(ledger.statuses) == {201}
    assert 4.5 < ledger.slowest() < 9
    recovered(server, postgres_place, ledger)


def test_two_web_processes_know_each_others_answers_and_lose_nothing(postgres_place: Place, start: Starter) -> None:
    one, other = start(postgres_place), start(postgres_place)
    ledger = Ledger()

    async def play() -> None:
        await asyncio.gather(crowd(one.port, ledger, 2.0), crowd(other.port, ledger, 2.0))

    asyncio.run(play())
    assert set(ledger.statuses) == {201}
    rows = check(postgres_place, ledger)
    one.kill()
    asyncio.run(send_again(other.port, ledger, list(ledger.sent)[:2000]))
    assert check(postgres_place, ledger) == rows

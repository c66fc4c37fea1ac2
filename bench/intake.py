"""Intake beside a plain Django view with the ORM: the same server, the same kind of database, the same run.

`python -m bench.intake [--seconds 4] [--rounds 3] [--postgres DSN]`
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench import intake_server
from bench.intake_server import CODE, ROOT, Server

SETTINGS = "bench.intake_settings"
CONNECTIONS = (1, 16, 64)
PATHS = {"intake": f"/i/{CODE}", "plain view": "/plain"}


@dataclass(frozen=True)
class Row:
    """What one side did at one number of connections: medians over the rounds; times in ms."""

    database: str
    side: str
    connections: int
    rate: float
    p50: float
    p99: float
    cpu: float
    refused: int


def flood(server: Server, path: str, connections: int, seconds: float) -> dict[str, float]:
    """Run the load client in a process of its own; return rate, p50, p99, server CPU per reply (ms), refused."""
    before = server.cpu_seconds()
    command = [sys.executable, "-m", "bench.intake_client", "--port", str(server.port), "--path", path]
    command += ["--connections", str(connections), "--seconds", str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    got = json.loads(done.stdout)
    stored = got["statuses"].get("201", 0)
    return {
        "rate": stored / got["lasted"],
        "p50": got["p50"],
        "p99": got["p99"],
        "cpu": 1000 * (server.cpu_seconds() - before) / max(1, got["replies"]),
        "refused": got["replies"] - stored,
    }


def compare(
    database: str,
    dsn: str = "",
    *,
    seconds: float = 4.0,
    rounds: int = 3,
    connections: Iterable[int] = CONNECTIONS,
    sides: Iterable[str] = tuple(PATHS),
) -> list[Row]:
    """Measure the sides in turn, round by round, on one server; return a row for each side and number."""
    place = intake_server.prepared(dsn, SETTINGS)
    rows: list[Row] = []
    try:
        with intake_server.running(place, SETTINGS) as server:
            for path in PATHS.values():
                flood(server, path, 4, 0.5)  # first requests import and connect
            for number in connections:
                got: dict[str, list[dict[str, float]]] = {side: [] for side in sides}
                for _round in range(rounds):
                    for side in got:
                        got[side].append(flood(server, PATHS[side], number, seconds))
                rows += [Row(database, side, number, **_medians(runs)) for side, runs in got.items()]
    finally:
        place.remove()
    return rows


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def ratios(rows: list[Row]) -> dict[tuple[str, int], float]:
    """Return how many times the plain view's rate intake reaches, by database and connections."""
    rate = {(row.database, row.connections, row.side): row.rate for row in rows}
    return {
        (database, number): rate[database, number, "intake"] / value
        for (database, number, side), value in rate.items()
        if side == "plain view"
    }


def machine() -> str:
    """Return the machine in one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    busy = os.getloadavg()[0]
    return f"{os.cpu_count()} x {model}; Python {platform.python_version()}; load before the run {busy:.1f}"


def show(rows: list[Row]) -> None:
    """Print the table and the ratios."""
    print("| database | side | connections | responses/s | p50 ms | p99 ms | server CPU ms/response | refused |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        print(
            f"| {row.database} | {row.side} | {row.connections} | {row.rate:,.0f} | {row.p50:.1f} | {row.p99:.1f} "
            f"| {row.cpu:.2f} | {row.refused:.0f} |"
        )
    print()
    for (database, number), ratio in ratios(rows).items():
        print(f"{database}, {number} connections: {ratio:.1f} times the plain view")


def main(arguments: list[str] | None = None) -> list[Row]:
    """Measure on SQLite and, when a server is named, on PostgreSQL; print and return the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median is taken")
    parser.add_argument("--postgres", default=os.environ.get("FIILIS_TEST_POSTGRES", ""), help="a server's address")
    given = parser.parse_args(arguments)
    print(f"Intake: {machine()}")
    print(
        f"A response has 3 answers; 201 after the commit has reached the disk on both sides (SQLite: WAL, "
        f"synchronous=FULL); granian, 1 process; {given.rounds} rounds of {given.seconds:g} s in turn, medians.\n"
    )
    rows = compare("SQLite", seconds=given.seconds, rounds=given.rounds)
    if given.postgres:
        rows += compare("PostgreSQL", given.postgres, seconds=given.seconds, rounds=given.rounds)
    show(rows)
    return rows


if __name__ == "__main__":
    main()

"""A keep-alive HTTP client on bare asyncio protocols, so that on a shared machine the server is what is measured.

As a program it floods one address with new answers and prints what came back as JSON:
`python -m bench.intake_client --port 8000 --path /i/bench2345 --connections 64 --seconds 5`
"""

import argparse
import asyncio
import json
import os
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

HEAD = b"POST %s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"


@dataclass(slots=True)
class Reply:
    """One answer of the server; status 0 when the connection was lost before it came."""

    status: int
    body: bytes = b""


@dataclass
class Tally:
    """What came back: statuses, and seconds that each reply took."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0

    def percentile(self, share: float) -> float:
        """Return a percentile of the replies' times in milliseconds (nearest rank)."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Connection(asyncio.Protocol):
    """One connection with at most one request under way."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._waiting: Callable[[Reply], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send(self, request: bytes, then: Callable[[Reply], None]) -> None:
        """Send a whole request; call `then` with the reply."""
        self._waiting = then
        if self.transport is None or self.transport.is_closing():
            self._settle(Reply(0))
            return
        self.transport.write(request)

    async def ask(self, request: bytes) -> Reply:
        """Send a whole request and wait for its reply."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self.send(request, lambda reply: None if future.done() else future.set_result(reply))
        return await future

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        at = self._buffer.find(b"content-length: ", 0, end)
        length = int(self._buffer[at + 16 : self._buffer.find(b"\r\n", at)]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        reply = Reply(int(self._buffer[9:12]), self._buffer[end + 4 : end + 4 + length])
        self._buffer = self._buffer[end + 4 + length :]
        self._settle(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self._settle(Reply(0))

    def _settle(self, reply: Reply) -> None:
        then, self._waiting = self._waiting, None
        if then is not None:
            then(reply)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()


async def connect(port: int) -> Connection:
    """Open a connection to the server on this machine."""
    _transport, connection = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return connection


def request(path: str, body: bytes, extra: bytes = b"") -> bytes:
    """Return the bytes of a JSON post."""
    head = HEAD % (path.encode(), len(body))
    return (head[:-2] + extra + b"\r\n" if extra else head) + body


def new_answer() -> bytes:
    """Return a post with a key of its own: a score, a choice and a comment."""
    key = os.urandom(16).hex()
    return (
        b'{"key":"%s-%s-4%s-8%s-%s","rev":1,"version":1,"lang":"fi","channel":"link","answers":'
        b'{"nps":%d,"solved":"partly","why":"Hyv\xc3\xa4 palvelu, mutta jono oli pitk\xc3\xa4."}}'
    ) % (
        key[:8].encode(), key[8:12].encode(), key[13:16].encode(), key[17:20].encode(), key[20:].encode(),
        int(key[0], 16) % 11,
    )  # fmt: skip


def answer_of(version: int, answers: bytes) -> bytes:
    """Return a post with a key of its own and the given answers (JSON) to a version of some survey."""
    key = str(uuid.UUID(bytes=os.urandom(16), version=4)).encode()
    return b'{"key":"%s","rev":1,"version":%d,"answers":%s}' % (key, version, answers)


async def closed_loop(
    port: int, path: str, connections: int, seconds: float, make: Callable[[], bytes] = new_answer
) -> Tally:
    """Let each connection post, wait for the reply, and post again; return what came back."""
    tally = Tally()
    links = [await connect(port) for _ in range(connections)]
    began = time.perf_counter()
    deadline = began + seconds
    finished = asyncio.Event()
    open_links = connections

    def go_on(link: Connection) -> None:
        sent = time.perf_counter()

        def replied(reply: Reply) -> None:
            nonlocal open_links
            now = time.perf_counter()
            tally.statuses[reply.status] += 1
            tally.seconds.append(now - sent)
            if reply.status and now < deadline:
                go_on(link)
                return
            open_links -= 1
            if not open_links:
                finished.set()

        link.send(request(path, make()), replied)

    for link in links:
        go_on(link)
    await finished.wait()
    tally.lasted = time.perf_counter() - began
    for link in links:
        link.close()
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--answers", default="", help="JSON of the answers to post instead of the benchmark's own")
    parser.add_argument("--version", type=int, default=1, help="of the survey, with --answers")
    given = parser.parse_args()
    make = (lambda: answer_of(given.version, given.answers.encode())) if given.answers else new_answer
    tally = asyncio.run(closed_loop(given.port, given.path, given.connections, given.seconds, make))
    print(
        json.dumps(
            {
                "replies": sum(tally.statuses.values()),
                "statuses": {str(status): count for status, count in tally.statuses.items()},
                "lasted": tally.lasted,
                "p50": tally.percentile(0.5),
                "p99": tally.percentile(0.99),
            }
        )
    )


if __name__ == "__main__":
    main()

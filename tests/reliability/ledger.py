"""Customers who answer in two steps and write down what they sent and what was acknowledged."""

import asyncio
import json
import sqlite3
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg
from bench.intake_client import Connection, Reply, connect, request
from bench.intake_server import CODE, Place

PATH = f"/i/{CODE}"
Post = tuple[str, int]  # key, revision


@dataclass
class Ledger:
    """What the customers know."""

    sent: dict[Post, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[Post, str] = field(default_factory=dict)  # the response's id
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def body(self, post: Post) -> bytes:
        key, revision = post
        envelope = {"key": key, "rev": revision, "version": 1, "lang": "fi", "channel": "link"}
        return json.dumps(envelope | {"answers": self.sent[post], "done": revision == 2}).encode()

    def note(self, post: Post, reply: Reply) -> None:
        self.statuses[reply.status] += 1
        if reply.status in (200, 201):
            self.acknowledged[post] = json.loads(reply.body)["id"]

    def slowest(self) -> float:
        return max(self.seconds, default=0.0)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[int(share * (len(ordered) - 1))] if ordered else 0.0


async def tell(link: Connection, ledger: Ledger, post: Post) -> Reply:
    """Send one post and write down what came back."""
    began = time.perf_counter()
    reply = await link.ask(request(PATH, ledger.body(post)))
    ledger.seconds.append(time.perf_counter() - began)
    ledger.note(post, reply)
    return reply


async def customer(port: int, ledger: Ledger, stop: asyncio.Event, text: str = "Jono oli pitkä. ") -> None:
    """Answer again and again: a score, then the same with a comment. Reconnects, but never sends twice."""
    link: Connection | None = None
    while not stop.is_set():
        try:
            link = link or await connect(port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        key, number = str(uuid.uuid4()), len(ledger.sent)
        answers: dict[str, Any] = {"nps": number % 11}
        for revision in (1, 2):
            ledger.sent[key, revision] = dict(answers)
            reply = await tell(link, ledger, (key, revision))
            if reply.status not in (200, 201):
                break
            answers["why"] = f"{text}{number}"
        if reply.status == 0:
            link.close()
            link = None
        elif reply.status == 503:
            await asyncio.sleep(0.02)
    if link is not None:
        link.close()


async def crowd(port: int, ledger: Ledger, seconds: float, customers: int = 24) -> None:
    """Let many customers answer for a while."""
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, stop.set)
    await asyncio.gather(*[customer(port, ledger, stop) for _ in range(customers)])


async def send_again(port: int, ledger: Ledger, posts: list[Post]) -> None:
    """Send posts once more under their own keys and revisions, the first revisions first."""
    again = Ledger(sent=ledger.sent)
    for revision in (1, 2):
        waiting = [post for post in posts if post[1] == revision]
        links = [await connect(port) for _ in range(16)]

        async def work(link: Connection, waiting: list[Post] = waiting) -> None:
            while waiting:
                post = waiting.pop()
                reply = await tell(link, again, post)
                assert reply.status in (200, 201), reply
                if post in ledger.acknowledged:
                    assert (reply.status, again.acknowledged[post]) == (200, ledger.acknowledged[post])

        await asyncio.gather(*[work(link) for link in links])
        for link in links:
            link.close()
    ledger.acknowledged |= again.acknowledged


def stored(place: Place) -> list[tuple[Post, str, dict[str, Any]]]:
    """Return all rows of the inbox: key and revision, the response's id, the answers."""
    sql = "SELECT key, revision, id, answers FROM intake_inboxrow ORDER BY seq"
    if place.database_url:
        with psycopg.connect(place.database_url) as connection:
            rows = connection.execute(sql).fetchall()
    else:
        lite = sqlite3.connect(place.folder / "inbox.sqlite3", timeout=10)
        rows = lite.execute(sql).fetchall()
        lite.close()
    return [
        ((str(uuid.UUID(str(key))), revision), str(uuid.UUID(str(response))), json.loads(answers))
        for key, revision, response, answers in rows
    ]


def check(place: Place, ledger: Ledger) -> int:
    """Assert that what was acknowledged is stored with its answers, and each post at most once; return the rows."""
    rows = stored(place)
    by_post = {post: (response, answers) for post, response, answers in rows}
    assert len(by_post) == len(rows), "a post is stored twice"
    lost = [post for post in ledger.acknowledged if post not in by_post]
    assert lost == [], f"{len(lost)} acknowledged posts are not stored"
    wrong = [post for post, response in ledger.acknowledged.items() if by_post[post] != (response, ledger.sent[post])]
    assert wrong == [], f"{len(wrong)} posts are stored with other answers"
    ids: dict[str, set[str]] = {}
    for (key, _revision), (response, _answers) in by_post.items():
        ids.setdefault(key, set()).add(response)
    assert {len(found) for found in ids.values()} <= {1}, "a key has two ids"
    return len(rows)

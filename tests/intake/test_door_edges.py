"""The door when the client is slow or gone, the server is starting, or the main database is away."""

import asyncio
from typing import Any

import pytest
from django.db import OperationalError

from fiilis.intake import door, router
from fiilis.intake.metrics import Drop
from fiilis.intake.process import Intake
from tests.intake.conftest import FORM, JSON, Answer, Door, Scene, form, opened, post

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


async def raw(messages: list[dict[str, Any]], path: str = "/i/villa2345", method: str = "POST") -> Answer:
    """Call the door with what a server would hand it, message by message; then nothing more comes."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "method": method, "path": path, "headers": [JSON], "client": None}
    await door.app(scope, receive, send)
    return Answer(sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"])


def test_body_that_does_not_arrive_in_time_gets_408(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)

    async def play(door_: Door) -> tuple[int, str, int]:
        answer = await raw([{"type": "http.request", "body": b"{", "more_body": True}])
        return answer.status, answer.json["code"], door_.intake.counters.dropped[Drop.SLOW]

    assert scene.play(play) == (408, "slow", 1)


def test_client_that_goes_while_sending_is_counted(scene: Scene) -> None:
    async def play(door_: Door) -> int:
        await raw([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
        return door_.intake.counters.dropped[Drop.GONE]

    assert scene.play(play) == 1


def test_body_far_too_large_is_not_read_to_its_end(scene: Scene) -> None:
    parts = [{"type": "http.request", "body": b"x" * 65536, "more_body": True} for _ in range(100)]

    async def play(_door: Door) -> tuple[int, int]:
        return (await raw(parts)).status, len(parts)

    status, left = scene.play(play)
    assert status == 413
    assert left == 100 - 17


def test_server_that_is_starting_says_so(scene: Scene) -> None:
    assert door._process is None
    answer = asyncio.run(raw([{"type": "http.request", "body": b"{}"}]))
    assert (answer.status, answer.headers[b"retry-after"]) == (503, b"2")
    assert asyncio.run(raw([], "/healthz", "GET")).json == {"status": "failing", "parts": {"writer": "failing"}}
    assert asyncio.run(raw([], "/metrics", "GET")).status == 503


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/i/villa2345", b"POST, OPTIONS"),
        ("POST", "/healthz", b"GET, HEAD"),
        ("OPTIONS", "/metrics", b"GET, HEAD"),
    ],
)
def test_wrong_method_is_told_which_would_do(scene: Scene, method: str, path: str, allow: bytes) -> None:
    answer = scene.play(lambda door_: door_.call(method, path))
    assert (answer.status, answer.headers[b"allow"], answer.json["code"]) == (405, allow, "method")


@pytest.mark.parametrize("path", ["/i/", "/i/VILLA", "/i/villa2345/", "/i/../etc", "/i/" + "a" * 500])
def test_address_that_can_be_no_survey_is_unknown(scene: Scene, path: str) -> None:
    assert scene.play(lambda door_: door_.call("POST", path, b"{}")).status == 404


def test_every_answer_has_the_headers_of_safety(scene: Scene) -> None:
    async def play(door_: Door) -> list[Answer]:
        return [
            await door_.post(post()),
            await door_.post(b"{"),
            await door_.call("POST", "/i/villa2345", form(q_nps="1"), (FORM,)),
            await door_.call("POST", "/i/villa2345", form(q_nps="x"), (FORM,)),
            await door_.call("OPTIONS", "/i/villa2345"),
            await door_.call("GET", "/healthz"),
            await door_.call("GET", "/metrics"),
        ]

    wanted = {b"x-content-type-options", b"content-security-policy", b"referrer-policy", b"cache-control"}
    assert [answer.status for answer in scene.play(play) if not wanted <= set(answer.headers)] == []


def test_forwarded_address_counts_only_behind_our_proxy(scene: Scene, settings: Any) -> None:
    settings.FIILIS_INTAKE_RATE = 1

    async def play(door_: Door) -> list[int]:
        got = [(await door_.post(post(), x_forwarded_for="192.0.2.7")).status for _ in range(2)]
        settings.FIILIS_PROXIES = True
        # what the client itself wrote stands before our proxy's word and buys nothing
        for forged in ("192.0.2.8", "1.1.1.1, 192.0.2.8", "2.2.2.2, 192.0.2.8", "192.0.2.9"):
            got.append((await door_.post(post(), x_forwarded_for=forged)).status)
        return got

    assert scene.play(play) == [201, 429, 201, 429, 429, 201]


def test_known_surveys_are_answered_while_the_main_database_is_away(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(door_: Door) -> list[int]:
        def away() -> None:
            raise OperationalError("gone")

        monkeypatch.setattr(door_.intake.snapshots, "refresh", away)
        await asyncio.sleep(0.3)
        # whether the other one exists can't be known now: no 404, so that a kiosk keeps its answer
        return [(await door_.post(post())).status, (await door_.post(post(), code="other2345")).status]

    assert scene.play(play) == [201, 503]


def test_inbox_taken_by_another_server_stops_the_start(scene: Scene) -> None:
    if router.ALIAS not in router.settings.DATABASES:
        pytest.skip("PostgreSQL takes any number of processes")

    async def play(_door: Door) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, str]:
            return {"type": "lifespan.startup"}

        async def send(message: Any) -> None:
            said.append(dict(message))

        await door.lifespan({"type": "lifespan"}, receive, send)
        return said

    (said,) = scene.play(play)
    assert said["type"] == "lifespan.startup.failed"
    assert said["message"].startswith("FIILIS_DATA: another server")


def test_inbox_is_free_again_after_the_stop(scene: Scene) -> None:
    async def twice() -> list[bool]:
        seen = []
        for _start in range(2):
            async with opened() as intake:
                seen.append(intake.writer.up)
        return seen

    assert asyncio.run(twice()) == [True, True]


def test_removal_runs_by_itself(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from fiilis.intake import process, services
    from fiilis.intake.models import RemovalRequest

    monkeypatch.setattr(process, "WATCH_SECONDS", 0.05)
    services.request_erasure(response_ids=[])

    async def play(door_: Door) -> int:
        assert isinstance(door_.intake, Intake)
        for _try in range(200):
            if not await asyncio.to_thread(RemovalRequest.objects.count):
                break
            await asyncio.sleep(0.05)
        return await asyncio.to_thread(RemovalRequest.objects.count)

    assert scene.play(play) == 0

import asyncio
import os
import uuid
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connections

from fiilis.core import clock, tail
from fiilis.intake import door, queries, removal, router, services, wordings
from fiilis.intake.metrics import Drop
from fiilis.intake.models import InboxRow, RemovalRequest
from fiilis.intake.process import take_inbox
from fiilis.intake.replies import in_language
from tests.intake.conftest import FORM, JSON, SNAPSHOT, SURVEY, WORKSPACE, Answer, Door, Scene, form, post, rows

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


def problem(answer: Answer) -> tuple[int, str, list[tuple[str, str]]]:
    assert answer.headers[b"content-type"] == b"application/problem+json"
    body = answer.json
    assert body["status"] == answer.status
    assert body["detail"]
    return answer.status, body["code"], [(f["field"], f["code"]) for f in body.get("fields", [])]


def test_answer_is_stored_before_it_is_acknowledged(scene: Scene) -> None:
    async def play(door: Door) -> Answer:
        answer = await door.post(post(answers={"nps": 9, "why": "Lämmin pipo"}, source="kuitti"))
        assert await asyncio.to_thread(lambda: len(rows())) == 1
        return answer

    answer = scene.play(play)
    (row,) = rows()
    assert (answer.status, answer.json) == (201, {"id": str(row.id), "rev": 1})
    assert row.id.version == 7
    assert (row.workspace_id, row.survey_id, row.version, row.language) == (WORKSPACE, SURVEY, 2, "fi")
    assert (row.channel, row.source, row.done, row.kind) == ("link", "kuitti", True, "answer")
    assert msgspec.json.decode(row.answers) == {"nps": 9, "why": "Lämmin pipo"}


def test_repeated_post_gives_the_first_id_and_one_row(scene: Scene) -> None:
    body = post()

    async def play(door: Door) -> list[Answer]:
        one_by_one = [await door.post(body), await door.post(body)]
        return one_by_one + list(await asyncio.gather(*[door.post(body) for _ in range(20)]))

    answers = scene.play(play)
    assert [a.status for a in answers] == [201] + [200] * 21
    assert len({a.json["id"] for a in answers}) == 1
    assert len(rows()) == 1


def test_next_revision_extends_the_answer(scene: Scene) -> None:
    key = str(uuid.uuid4())

    async def play(door: Door) -> list[Answer]:
        return [
            await door.post(post(key=key, answers={"nps": 3}, done=False)),
            await door.post(post(key=key, rev=2, answers={"why": "Hidas"})),
            await door.post(post(key=key, rev=1, answers={"nps": 3}, done=False)),
        ]

    answers = scene.play(play)
    assert [a.status for a in answers] == [201, 201, 200]
    assert len({a.json["id"] for a in answers}) == 1
    assert [(r.revision, msgspec.json.decode(r.answers)) for r in rows()] == [
        (1, {"nps": 3}),
        (2, {"nps": 3, "why": "Hidas"}),
    ]


def test_lower_revision_that_never_came_is_taken_when_it_says_nothing_new(scene: Scene) -> None:
    key = str(uuid.uuid4())

    async def play(door: Door) -> list[int]:
        bodies = [
            post(key=key, rev=3, answers={"nps": 3, "why": "Hidas"}),
            post(key=key, rev=2, answers={"nps": 3}),
            post(key=key, rev=1, answers={"nps": 4}),
        ]
        return [(await door.post(body)).status for body in bodies]

    assert scene.play(play) == [201, 200, 409]
    assert len(rows()) == 1


def test_same_revision_with_another_body_conflicts(scene: Scene) -> None:
    key = str(uuid.uuid4())

    async def play(door: Door) -> list[Answer]:
        return [await door.post(post(key=key)), await door.post(post(key=key, answers={"nps": 2}))]

    first, second = scene.play(play)
    assert (first.status, problem(second)) == (201, (409, "conflict", []))
    assert msgspec.json.decode(rows()[0].answers) == {"nps": 9}


def test_same_key_in_another_survey_is_another_answer(scene: Scene) -> None:
    other = msgspec.structs.replace(SNAPSHOT, code="sauna2345", survey_id=uuid.uuid4(), workspace_id=uuid.uuid4())
    services.publish(other)
    body = post()

    async def play(door: Door) -> list[Answer]:
        return [await door.post(body), await door.post(body, code="sauna2345")]

    first, second = scene.play(play)
    assert [first.status, second.status] == [201, 201]
    assert first.json["id"] != second.json["id"]
    assert {r.workspace_id for r in rows()} == {WORKSPACE, other.workspace_id}


def test_wrong_value_names_its_question(scene: Scene) -> None:
    answer = scene.play(lambda door: door.post(post(answers={"nps": 11, "where": ["moon"]})))
    assert problem(answer) == (422, "invalid", [("nps", "out_of_range"), ("where", "unknown_choice")])
    assert rows() == []


def test_each_drop_has_its_status_and_its_counter(scene: Scene, settings: Any) -> None:
    services.publish(msgspec.structs.replace(SNAPSHOT, code="closed2345", survey_id=uuid.uuid4(), is_open=False))
    key = str(uuid.uuid4())

    async def play(door: Door) -> tuple[dict[str, int], dict[str, int]]:
        got = {
            "method": (await door.call("GET", "/i/villa2345")).status,
            "unknown_survey": (await door.post(post(), code="nosuch2345")).status,
            "closed": (await door.post(post(), code="closed2345")).status,
            "media_type": (await door.call("POST", "/i/villa2345", b"x", ((b"content-type", b"text/xml"),))).status,
            "too_large": (await door.call("POST", "/i/villa2345", [b"x" * 40_000] * 2)).status,
            "malformed": (await door.post(b"{")).status,
            "wrong_version": (await door.post(post(version=7))).status,
            "invalid": (await door.post(post(answers={"nps": 99}))).status,
        }
        await door.post(post(key=key))
        got["conflict"] = (await door.post(post(key=key, answers={"nps": 1}))).status
        return got, {str(k): v for k, v in door.intake.counters.dropped.items()}

    statuses, counted = scene.play(play)
    assert statuses == {
        "method": 405, "unknown_survey": 404, "closed": 410, "media_type": 415, "too_large": 413, "malformed": 400,
        "wrong_version": 422, "invalid": 422, "conflict": 409,
    }  # fmt: skip
    assert counted == dict.fromkeys(statuses, 1)


def test_declared_size_is_refused_before_reading(scene: Scene) -> None:
    async def play(door: Door) -> int:
        return (await door.call("POST", "/i/villa2345", b"{}", (JSON, (b"content-length", b"7000000")))).status

    assert scene.play(play) == 413


def test_rate_limit_is_per_survey_and_address(scene: Scene, settings: Any) -> None:
    settings.FIILIS_INTAKE_RATE = 3
    services.publish(msgspec.structs.replace(SNAPSHOT, code="other2345", survey_id=uuid.uuid4()))

    async def play(door: Door) -> tuple[list[int], bytes, int, int]:
        answers = [await door.post(post()) for _ in range(4)]
        other = await door.post(post(), code="other2345")
        door.address = "192.0.2.2"
        neighbour = await door.post(post())
        return [a.status for a in answers], answers[3].headers[b"retry-after"], other.status, neighbour.status

    assert scene.play(play) == ([201, 201, 201, 429], b"20", 201, 201)


def test_full_queue_answers_503_and_stores_nothing_of_it(scene: Scene, settings: Any) -> None:
    settings.FIILIS_INTAKE_QUEUE = 5

    async def play(door: Door) -> list[Answer]:
        door.intake.rate.per_minute = 10_000
        return list(await asyncio.gather(*[door.post(post()) for _ in range(60)]))

    answers = scene.play(play)
    stored = [a.json["id"] for a in answers if a.status == 201]
    full = [a for a in answers if a.status == 503]
    assert len(stored) + len(full) == 60
    assert full
    assert {(a.headers[b"retry-after"], a.json["code"]) for a in full} == {(b"1", "full")}
    assert sorted(str(r.id) for r in rows()) == sorted(stored)


def test_problem_speaks_the_posts_language(scene: Scene) -> None:
    async def play(door: Door) -> list[tuple[str, bytes]]:
        posts = [
            (post(answers={"nps": 11}), "en"),
            (post(answers={"nps": 11}, lang="sv"), "en"),
            (post(lang="xx"), "sv-FI,en"),
            (b"{", "fi"),
        ]
        answers = [await door.post(body, accept_language=accept) for body, accept in posts]
        return [(answer.json["detail"], answer.headers[b"content-language"]) for answer in answers]

    def words(lang: str, code: str) -> str:
        with in_language(lang):
            return wordings.of_field(code, {"low": 0, "high": 10}) if code in FIELDS else wordings.of_problem(code, {})

    FIELDS = {"out_of_range", "unknown_language"}
    expected = [("fi", "out_of_range"), ("sv", "out_of_range"), ("sv", "unknown_language"), ("fi", "malformed")]
    assert scene.play(play) == [(words(lang, code), lang.encode()) for lang, code in expected]


def test_form_is_stored_and_leads_to_the_thanks(scene: Scene) -> None:
    body = form(q_nps="10", q_why=" Hyvä \r\n villa ", q_where=["shop", "web"], q_solved="")
    answer = scene.play(lambda door: door.call("POST", "/i/villa2345", body, (FORM,)))
    assert (answer.status, answer.headers[b"location"]) == (303, b"/s/villa2345/thanks?lang=fi")
    assert msgspec.json.decode(rows()[0].answers) == {"nps": 10, "why": "Hyvä \n villa", "where": ["shop", "web"]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (form(q_nps="eleven"), 422),
        (form(), 422),
        (form(q_hair="red"), 422),
        (form(q_nps="5", version="9"), 422),
        (form(q_nps="5", key="no"), 400),
        (b"q_nps=5", 400),
        (b"&".join(b"q_nps=5" for _ in range(600)), 400),
    ],
)
def test_wrong_form_gets_a_page_that_loses_nothing(scene: Scene, body: bytes, status: int) -> None:
    answer = scene.play(lambda door: door.call("POST", "/i/villa2345", body, (FORM, (b"accept-language", b"fi"))))
    assert (answer.status, answer.headers[b"content-type"]) == (status, b"text/html; charset=utf-8")
    text = answer.body.decode()
    assert text.count('href="/s/villa2345"') == 1
    assert '<html lang="fi">' in text
    assert rows() == []


def test_form_page_escapes_what_was_sent(scene: Scene) -> None:
    body = form(**{"q_<script>": "1", "lang": "<b>"})
    answer = scene.play(lambda door: door.call("POST", "/i/villa2345", body, (FORM,)))
    assert answer.status == 422
    assert b"<script" not in answer.body


def test_preflight_lets_any_origin_post_without_credentials(scene: Scene) -> None:
    answer = scene.play(lambda door: door.call("OPTIONS", "/i/villa2345"))
    assert answer.status == 204
    assert answer.headers[b"access-control-allow-origin"] == b"*"
    assert b"access-control-allow-credentials" not in answer.headers


def test_healthz_and_metrics_name_nobody(scene: Scene) -> None:
    async def play(door: Door) -> tuple[Answer, Answer]:
        await door.post(post())
        return await door.call("GET", "/healthz"), await door.call("GET", "/metrics")

    health, metrics = scene.play(play)
    assert (health.status, health.json) == (
        200,
        {"status": "ok", "parts": dict.fromkeys(["writer", "database", "backlog", "surveys"], "ok")},
    )
    lines = metrics.body.decode().splitlines()
    assert "fiilis_intake_accepted_total 1" in lines
    assert {line for line in lines if line.startswith("fiilis_intake_dropped_total{")} == {
        f'fiilis_intake_dropped_total{{reason="{drop}"}} 0' for drop in Drop
    }
    assert [line for line in lines if "villa" in line or str(WORKSPACE) in line] == []


def test_closing_and_publishing_reach_the_door(scene: Scene) -> None:
    async def play(door: Door) -> list[int]:
        before = (await door.post(post())).status
        await asyncio.to_thread(services.publish, msgspec.structs.replace(SNAPSHOT, is_open=False))
        await asyncio.sleep(1.3)
        closed = (await door.post(post())).status
        fresh = msgspec.structs.replace(SNAPSHOT, code="fresh2345", survey_id=uuid.uuid4())
        await asyncio.to_thread(services.publish, fresh)
        await asyncio.sleep(0.25)
        return [before, closed, (await door.post(post(), code="fresh2345")).status]

    assert scene.play(play) == [201, 410, 201]


def test_second_process_can_not_take_the_inbox(scene: Scene) -> None:
    if "inbox" not in router.settings.DATABASES:
        pytest.skip("PostgreSQL takes any number of processes")

    async def play(door_: Door) -> str:
        from fiilis.core.errors import SettingProblem

        with pytest.raises(SettingProblem) as caught:
            take_inbox()
        return str(caught.value)

    folder = str(connections["inbox"].settings_dict["NAME"]).rpartition("/")[0]
    said = f"FIILIS_DATA: another server (process {os.getpid()}) has the inbox in {folder}. "
    assert scene.play(play) == said + "Stop it, or name another folder."


def test_stopping_stores_what_waits(scene: Scene) -> None:
    async def play(door_: Door) -> list[Answer]:
        door_.intake.rate.per_minute = 10_000
        posts = [asyncio.create_task(door_.post(post())) for _ in range(200)]
        await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        await door_.intake.stop()
        await door_.intake.stop()
        return list(await asyncio.gather(*posts))

    answers = scene.play(play)
    acknowledged = {a.json["id"] for a in answers if a.status == 201}
    assert {a.status for a in answers} <= {201, 503}
    assert acknowledged == {str(r.id) for r in rows()}


def test_digest_reads_everything_once_and_in_order(scene: Scene) -> None:
    async def play(door: Door) -> list[str]:
        return [(await door.post(post(event_at="2026-01-01T10:00:00+02:00"))).json["id"] for _ in range(7)]

    ids = scene.play(play)
    position, seen = tail.Position(), []
    while True:
        items, position = queries.read(position, 3)
        if not items:
            break
        seen += items
    assert [str(i.id) for i in seen] == ids
    assert queries.backlog(tail.Position()) == 7
    assert {i.event_at.isoformat() for i in seen if i.event_at} == {"2026-01-01T08:00:00+00:00"}
    assert {(i.workspace_id, i.survey_id, i.version, i.answers["nps"], i.done) for i in seen} == {
        (WORKSPACE, SURVEY, 2, 9, True)
    }
    assert {abs(i.received_at - clock.now()) < timedelta(minutes=1) for i in seen} == {True}


def test_purge_removes_old_digested_rows_only_and_erasure_all_of_a_response(scene: Scene) -> None:
    async def write(door: Door) -> list[str]:
        return [(await door.post(post())).json["id"] for _ in range(4)]

    ids = scene.play(write)
    first, second, third, fourth = rows()
    old = clock.now() - timedelta(days=8)
    InboxRow.objects.filter(seq__in=[first.seq, third.seq]).update(received_at=old)
    services.request_purge(through_seq=second.seq)
    services.request_erasure(response_ids=[fourth.id])

    async def remove(door: Door) -> int:
        return await asyncio.to_thread(removal.carry_out, door.intake.writer)

    assert scene.play(remove) == 2
    assert [str(r.id) for r in rows()] == [ids[1], ids[2]]
    assert RemovalRequest.objects.count() == 0
    assert door._process is None

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiilis.intake import check, wordings
from fiilis.intake.metrics import Drop
from fiilis.intake.refusal import STATUS, Refused
from fiilis.intake.replies import language_of
from tests.intake.conftest import COMPILED, post

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def refused(body: dict[str, Any] | bytes) -> tuple[int, str, list[tuple[str, str]]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(Refused) as caught:
        check.check(check.decode_json(raw), COMPILED, NOW)
    problem = caught.value.problem
    return problem.status, problem.code, [(f.field, f.code) for f in problem.fields]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"nps": 11}, ("nps", "out_of_range")),
        ({"nps": -1}, ("nps", "out_of_range")),
        ({"nps": "9"}, ("nps", "not_a_number")),
        ({"nps": True}, ("nps", "not_a_number")),
        ({"nps": 9.5}, ("nps", "not_a_number")),
        ({"nps": None}, ("nps", "not_a_number")),
        ({"solved": "maybe"}, ("solved", "unknown_choice")),
        ({"solved": 1}, ("solved", "unknown_choice")),
        ({"where": "shop"}, ("where", "not_a_list")),
        ({"where": []}, ("where", "not_a_list")),
        ({"where": ["shop", "moon"]}, ("where", "unknown_choice")),
        ({"where": ["shop", "shop"]}, ("where", "repeated_choice")),
        ({"where": [{}]}, ("where", "unknown_choice")),
        ({"why": 1}, ("why", "not_a_text")),
        ({"why": "x" * 21}, ("why", "too_long")),
        ({"why": "a\x00b"}, ("why", "control")),
        ({"hair": 1}, ("hair", "unknown_question")),
        ({}, ("answers", "empty")),
    ],
)
def test_wrong_value_names_its_question(answers: dict[str, Any], field: tuple[str, str]) -> None:
    assert refused(post(answers=answers)) == (422, "invalid", [field])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "pigeon"}, ("channel", "unknown_channel")),
        ({"kind": "song"}, ("kind", "unknown_kind")),
        ({"lang": "en"}, ("lang", "unknown_language")),
        ({"event_at": "2026-01-01T12:00:00"}, ("event_at", "no_time_zone")),
        ({"event_at": "0001-01-01T00:00:00+14:00"}, ("event_at", "out_of_time")),
        ({"event_at": "9999-12-31T23:59:59-14:00"}, ("event_at", "out_of_time")),
        ({"source": "a\x00"}, ("source", "control")),
    ],
)
def test_wrong_envelope_names_its_field(changes: dict[str, str], field: tuple[str, str]) -> None:
    assert refused(post(**changes)) == (422, "invalid", [field])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", []),
        (b"{", []),
        (b"[]", []),
        (b"\xff\xfe", []),
        (b"[" * 5000, []),
        (b'{"key": "\\ud800"}', []),
        (b"NaN", []),
    ],
)
def test_malformed_body_is_refused(body: bytes, fields: list[tuple[str, str]]) -> None:
    assert refused(body) == (400, "malformed", fields)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": None}, "key"),
        ({"key": "no"}, "key"),
        ({"rev": 0}, "rev"),
        ({"rev": "1"}, "rev"),
        ({"version": 0}, "version"),
        ({"version": 10**30}, "version"),
        ({"answers": []}, "answers"),
        ({"source": "x" * 61}, "source"),
        ({"event_at": "yesterday"}, "event_at"),
        ({"done": "yes"}, "done"),
    ],
)
def test_wrong_form_of_a_field_names_it(changes: dict[str, Any], field: str) -> None:
    assert refused(post(**changes)) == (422, "invalid", [(field, "malformed")])


def test_missing_field_is_named() -> None:
    assert refused(b'{"version": 1, "answers": {}}') == (422, "invalid", [("key", "malformed")])


def test_empty_text_is_no_answer() -> None:
    body = check.decode_json(json.dumps(post(answers={"nps": 3, "why": ""})).encode())
    assert check.check(body, COMPILED, NOW).answers == {"nps": 3}
    assert refused(post(answers={"why": ""})) == (422, "invalid", [("answers", "empty")])


def test_event_may_come_without_answers() -> None:
    body = check.decode_json(json.dumps(post(kind="event", answers={})).encode())
    assert check.check(body, COMPILED, NOW).answers == {}


def test_every_fault_and_refusal_has_its_words() -> None:
    limits = {"field": "key", "low": 0, "high": 10, "count": 20, "size": 64, "number": 3}
    assert [code for code in wordings.FIELDS if not wordings.of_field(code, limits)] == []
    refusals = {drop: Refused(drop, limits=limits).problem for drop in Drop if drop is not Drop.INVALID}
    assert {drop: p.status for drop, p in refusals.items()} == {d: s for d, s in STATUS.items() if d in refusals}
    assert [drop for drop, problem in refusals.items() if not problem.detail] == []
    assert sorted(STATUS) == sorted(Drop)


def test_order_of_answers_makes_no_other_post() -> None:
    key = str(uuid.uuid4())
    one = check.decode_json(json.dumps(post(key=key, answers={"nps": 1, "why": "a"})).encode())
    two = check.decode_json(json.dumps(post(key=key, answers={"why": "a", "nps": 1})).encode())
    other = check.decode_json(json.dumps(post(key=key, answers={"why": "a", "nps": 2})).encode())
    posted = [check.check(body, COMPILED, NOW).posted for body in (one, two, other)]
    assert posted[0] == posted[1] != posted[2]


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused(raw: bytes) -> None:
    for decode in (check.decode_json, lambda r: check.decode_form(r, COMPILED)):
        try:
            check.check(decode(raw), COMPILED, NOW)
        except Refused as fault:
            assert fault.problem.status in (400, 422)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.sampled_from(list(COMPILED.versions[2].values())), JSON_VALUES)
def test_accepted_value_is_inside_the_limits(question: Any, value: Any) -> None:
    if check.check_value(question, value) is not None:
        return
    if question.id == "nps":
        assert value in range(11)
    elif question.id == "solved":
        assert value in question.codes
    elif question.id == "why":
        assert len(value) <= 20
    else:
        assert sorted(set(value)) == sorted(value)


@pytest.mark.parametrize(
    ("lang", "accept", "expected"),
    [
        ("sv", "fi", "sv"),
        ("", "fi-FI,fi;q=0.9,en;q=0.8", "fi"),
        ("", "de,sv;q=0.5", "sv"),
        ("xx", "", "en"),
        ("", "de", "en"),
    ],
)
def test_language_is_the_posts_else_the_browsers(lang: str, accept: str, expected: str) -> None:
    assert language_of(lang, accept) == expected


def test_thousands_of_unknown_names_are_refused_by_the_first_twenty() -> None:
    _status, _code, fields = refused(post(answers={str(n): n for n in range(6000)}))
    assert fields == [(str(n), "unknown_question") for n in range(20)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({f"a{n}": "x" for n in range(21)}, ("attributes", "too_many_attributes")),
        ({"Device": "x"}, ("attributes", "attribute_name")),
        ({"device'; --": "x"}, ("attributes", "attribute_name")),
        ({"device": "x" * 61}, ("attributes.device", "attribute_value")),
        ({"device": "a\x00"}, ("attributes.device", "control")),
        ({"device": 3}, ("attributes[...]", "malformed")),
        (["device"], ("attributes", "malformed")),
    ],
)
def test_wrong_attribute_is_refused(given: Any, field: tuple[str, str]) -> None:
    assert refused(post(attributes=given)) == (422, "invalid", [field])


def test_attributes_within_the_limits_are_taken() -> None:
    body = check.decode_json(json.dumps(post(attributes={"device": "iphone", "postcode": "90"})).encode())
    assert check.check(body, COMPILED, NOW).body.attributes == {"device": "iphone", "postcode": "90"}


def test_post_without_attributes_has_the_hash_of_before_there_were_any() -> None:
    body = check.decode_json(json.dumps(post()).encode())
    assert b"attributes" not in check._encoder.encode(body)

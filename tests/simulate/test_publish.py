"""The same settings give the same rows, whatever the chunks; and the rows hang together."""

from hashlib import sha256

import numpy as np
import pytest

from fiilis.simulate.columns import STREAMS
from fiilis.simulate.publish import chunks, weekly
from fiilis.simulate.settings import LateCarrier, Settings, Truths
from fiilis.simulate.world import shop
from fiilis.simulate.world.customers import shards
from tests.simulate.conftest import Streams, streams_of

SMALL = Settings(size=0.02, weeks=30, seed=3)


def fingerprint(settings: Settings, rows: int) -> dict[str, str]:
    digests = {stream: sha256() for stream in STREAMS}
    for stream, columns in streams_of(settings, *STREAMS, rows=rows).items():
        for name, column in columns.items():
            digests[stream].update(f"{name}:{column.dtype}:{column.tolist()}".encode())
    return {stream: digest.hexdigest() for stream, digest in digests.items()}


def test_rows_are_the_same_in_any_chunks() -> None:
    whole = fingerprint(SMALL, 10**9)
    assert fingerprint(SMALL, 1_000) == whole
    assert fingerprint(SMALL, 37) == whole


def test_another_seed_gives_other_rows() -> None:
    assert fingerprint(Settings(size=0.02, weeks=30, seed=4), 10**6)["answers"] != fingerprint(SMALL, 10**6)["answers"]


def test_data_of_this_format_stay_what_they_were() -> None:
    """When this fails on purpose, seal.FORMAT gets a new number and the digest is set anew."""
    orders = streams_of(SMALL, "orders")["orders"]
    told = f"{orders['order_id'].tolist()}{orders['ordered_at'].tolist()}{orders['amount_eur'].tolist()}"
    assert sha256(told.encode()).hexdigest()[:16] == "2019e1ad789a939b"


def test_a_week_is_the_same_wherever_one_begins() -> None:
    whole = {number: tables for number, tables in weekly(SMALL) if number >= -30}
    part = dict(weekly(SMALL, from_week=-30))
    assert list(part) == list(whole) == list(range(-30, -21))
    for number, tables in part.items():
        assert {
            (stream, name): column.tolist() for stream, table in tables.items() for name, column in table.items()
        } == {
            (stream, name): column.tolist() for stream, table in whole[number].items() for name, column in table.items()
        }


def test_living_on_leaves_the_past_as_it_was() -> None:
    longer = Settings(size=0.02, weeks=60, seed=3, truths=Truths(late_carrier=LateCarrier(from_week=-20)))
    past, future = (dict(weekly(one, streams=["answers"])) for one in (SMALL, longer))
    for number in range(-51, -24):
        for name in ("answer_id", "nps", "delivery_csat", "comment"):
            assert past[number]["answers"][name].tolist() == future[number]["answers"][name].tolist()


def test_chunks_are_full_but_the_last_of_each_stream() -> None:
    sizes: dict[str, list[int]] = {}
    for chunk in chunks(SMALL, rows=500):
        assert chunk.number == len(sizes.setdefault(chunk.stream, []))
        sizes[chunk.stream].append(chunk.rows)
    assert {size for many in sizes.values() for size in many[:-1]} == {500}


def test_streams_have_the_documented_columns_in_order() -> None:
    found = {chunk.stream: list(chunk.columns) for chunk in chunks(SMALL)}
    assert found == {stream: list(columns) for stream, columns in STREAMS.items()}


def test_unknown_stream_and_empty_chunk_are_refused() -> None:
    with pytest.raises(ValueError, match="no such stream: tweets"):
        next(chunks(SMALL, streams=["tweets"]))
    with pytest.raises(ValueError, match="a chunk has a row or more"):
        next(chunks(SMALL, rows=0))


def test_shop_has_the_size_that_was_told(shop_streams: Streams) -> None:
    orders, answers = shop_streams["orders"], shop_streams["answers"]
    assert len(orders["order_id"]) / 104 == pytest.approx(2_700, rel=0.02)
    assert len(answers["answer_id"]) == pytest.approx(87_500, rel=0.02)
    customers = streams_of(Settings(), "customers")["customers"]
    assert len(customers["customer_id"]) == pytest.approx(200_000, rel=0.01)
    shares = [float(np.mean(customers["language"] == language)) for language in shop.LANGUAGES]
    assert shares == pytest.approx([0.87, 0.06, 0.07], abs=0.003)
    assert float(np.mean(customers["postcode_area"] >= "90")) == pytest.approx(0.20, abs=0.004)


def test_ids_are_unique_and_point_to_rows_that_exist(shop_streams: Streams) -> None:
    for stream, name in (
        ("orders", "order_id"), ("answers", "answer_id"), ("invitations", "invitation_id"), ("tickets", "ticket_id"),
        ("returns", "return_id"), ("kiosk", "press_id"), ("phone", "call_id"), ("labels", "answer_id"),
    ):  # fmt: skip
        ids = shop_streams[stream][name]
        assert len(np.unique(ids)) == len(ids), stream
    answers, invitations = shop_streams["answers"], shop_streams["invitations"]
    assert np.isin(answers["invitation_id"], invitations["invitation_id"]).all()
    answered = np.isin(shop_streams["phone"]["invitation_id"], answers["invitation_id"])
    clicked = answers["invitation_id"][(answers["nps"] < 0) & (answers["survey"] == "delivery")]
    assert not (answered & ~np.isin(shop_streams["phone"]["invitation_id"], clicked)).any()
    late = answers["week"] >= -40  # older ones may stem from orders before the history
    assert np.isin(answers["order_id"][late & (answers["order_id"] >= 0)], shop_streams["orders"]["order_id"]).all()


def test_customers_keep_their_attributes(shop_streams: Streams) -> None:
    customers = streams_of(Settings(), "customers")["customers"]
    orders = shop_streams["orders"]
    assert customers["customer_id"].tolist() == list(range(len(customers["customer_id"])))
    for name in ("postcode_area", "device", "language"):
        assert (orders[name] == customers[name][orders["customer_id"]]).all()
    first = orders["first_order"]
    since = customers["customer_since"][orders["customer_id"][first]]
    week = orders["ordered_at"][first].astype("datetime64[D]") - since
    assert (abs(week.astype(int)) < 7).all()


def test_nothing_happens_after_the_last_day(shop_streams: Streams) -> None:
    end = np.datetime64("2025-12-29T00:00:00")
    times = {
        "orders": "ordered_at", "answers": "answered_at", "invitations": "sent_at", "tickets": "opened_at",
        "returns": "returned_at", "kiosk": "pressed_at", "phone": "called_at",
    }  # fmt: skip
    for stream, name in times.items():
        assert shop_streams[stream][name].max() < end, stream
    replied = shop_streams["tickets"]["replied_at"]
    assert replied[~np.isnat(replied)].max() < end


def test_weights_bring_the_languages_back(shop_streams: Streams) -> None:
    invitations, orders = shop_streams["invitations"], shop_streams["orders"]
    rows = invitations["survey"] == "delivery"
    assert float(np.sum(1 / invitations["probability"][rows])) == pytest.approx(len(orders["order_id"]), rel=0.02)


def test_week_of_the_answer_is_the_week_of_its_time(shop_streams: Streams) -> None:
    answers = shop_streams["answers"]
    rows = answers["survey"] == "delivery"
    days = (answers["answered_at"][rows] - np.datetime64("2024-12-30")).astype(int) // 86_400
    assert (days // 7 + 1 == answers["week"][rows]).all()


def test_a_large_shop_is_made_of_shards_whose_customers_follow_each_other() -> None:
    parts = list(shards(Settings(size=40.0, weeks=3)))
    assert [part.number for part in parts] == [0, 1, 2]
    assert [part.first for part in parts[1:]] == [part.first + part.customers for part in parts[:-1]]
    assert sum(part.customers for part in parts) == pytest.approx(40 * 200_000, rel=0.5)


def test_smallest_and_largest_shop_can_be_made() -> None:
    tiny = streams_of(Settings.for_answers(1_000), "answers")["answers"]
    assert len(tiny["answer_id"]) == pytest.approx(1_000, rel=0.25)
    large = Settings.for_answers(100_000_000)
    chunk = next(chunks(large, rows=1_000, streams=["orders"]))
    assert chunk.rows == 1_000

"""Each planted truth is in the data when it is on, of the size that was told, and absent when it is off."""

from collections import Counter
from typing import Any

import numpy as np
import pytest

from fiilis.simulate.key import answer_key
from fiilis.simulate.settings import FrontPage, LateCarrier, Settings, SmallSample, Truths
from tests.simulate.conftest import Streams, streams_of, truth


def nps(scores: np.ndarray) -> float:
    return 100 * float(np.mean(scores >= 9) - np.mean(scores <= 6))


def weeks(table: dict[str, np.ndarray], first: int, last: int) -> np.ndarray:
    return (table["week"] >= first) & (table["week"] <= last)


def test_population_is_about_42_34_24_with_nothing_planted(quiet_key: dict[str, Any]) -> None:
    told = quiet_key["population"]["nps"]["all"]
    shares = [told[name] / told["n"] for name in ("promoters", "passives", "detractors")]
    assert shares == pytest.approx([0.42, 0.34, 0.24], abs=0.01)
    assert told["value"] == pytest.approx(18, abs=1.2)


def test_late_carrier_hurts_there_and_hardly_in_total(key: dict[str, Any]) -> None:
    found = truth(key, "late_carrier")
    assert found["delivery_csat"]["change"] == pytest.approx(-0.5, abs=0.03)
    assert found["nps_total"]["change"] == pytest.approx(-2.0, abs=0.15)


def test_late_carrier_shows_in_the_orders_and_the_answers(shop_streams: Streams) -> None:
    orders, answers = shop_streams["orders"], shop_streams["answers"]

    def late(first: int, last: int, carrier: str) -> float:
        rows = weeks(orders, first, last) & (orders["carrier"] == carrier) & (orders["postcode_area"] >= "90")
        rows &= ~np.isnat(orders["delivered_day"])
        return float(np.mean(orders["delivered_day"][rows] > orders["promised_day"][rows]))

    def csat(first: int, last: int) -> float:
        rows = weeks(answers, first, last) & (answers["postcode_area"] >= "90") & (answers["delivery_csat"] > 0)
        return float(np.mean(answers["delivery_csat"][rows & (answers["carrier"] == "tuohireki")]))

    assert late(1, 30, "tuohireki") == pytest.approx(0.06, abs=0.02)
    assert late(31, 49, "tuohireki") == pytest.approx(0.34, abs=0.03)
    assert late(31, 49, "kapyrahti") == pytest.approx(0.06, abs=0.02)
    assert csat(33, 49) - csat(1, 30) == pytest.approx(-0.4, abs=0.15)  # promoters answer more, so it shows less


def test_broken_form_costs_ease_on_its_device_and_weeks_only(key: dict[str, Any], shop_streams: Streams) -> None:
    assert truth(key, "broken_form")["returns_ces"]["change"] == pytest.approx(-0.6, abs=0.04)
    answers = shop_streams["answers"]

    def ease(first: int, last: int, device: str) -> float:
        rows = weeks(answers, first, last) & (answers["returns_ces"] > 0) & (answers["device"] == device)
        return float(np.mean(answers["returns_ces"][rows]))

    assert ease(38, 41, "iphone") == pytest.approx(4.72, abs=0.35)
    assert ease(42, 50, "iphone") == pytest.approx(5.32, abs=0.25)
    assert ease(38, 41, "android") == pytest.approx(5.32, abs=0.35)


def test_front_page_follows_a_week_that_was_bad_by_chance(key: dict[str, Any], shop_streams: Streams) -> None:
    found, answers = truth(key, "front_page"), shop_streams["answers"]
    raw = [nps(answers["nps"][(answers["week"] == week) & (answers["nps"] >= 0)]) for week in (20, 21)]
    assert raw[1] - raw[0] == pytest.approx(5.0, abs=0.5)
    assert found["raw_nps"]["change"] == pytest.approx(raw[1] - raw[0])
    assert found["true_effect"]["change"] == 0.0


def test_front_page_with_an_effect_has_that_effect() -> None:
    key = answer_key(Settings(size=0.5, truths=Truths(front_page=FrontPage(effect=4.0))))
    assert truth(key, "front_page")["true_effect"]["change"] == pytest.approx(4.0, abs=0.3)


def test_promoters_answer_twice_as_often(shop_streams: Streams, key: dict[str, Any]) -> None:
    found, answers = truth(key, "eager_promoters"), shop_streams["answers"]
    assert nps(answers["nps"][answers["nps"] >= 0]) == pytest.approx(42, abs=1.5)
    asked, answered = found["asked_nps"], found["raw_nps"]
    rate = {name: answered[name] / asked[name] for name in ("promoters", "passives", "detractors")}
    assert rate["promoters"] / rate["detractors"] == pytest.approx(2, abs=0.1)
    assert rate["passives"] / rate["detractors"] == pytest.approx(1, abs=0.06)


def test_phone_brings_the_true_nps_back(shop_streams: Streams, key: dict[str, Any]) -> None:
    answers, phone = shop_streams["answers"], shop_streams["phone"]
    said = answers["nps"][answers["nps"] >= 0]
    invited = int(np.sum(shop_streams["invitations"]["survey"] == "delivery"))
    share = len(said) / invited
    two_phase = share * nps(said) + (1 - share) * nps(phone["nps"])
    assert two_phase == pytest.approx(truth(key, "eager_promoters")["true_nps"]["value"], abs=3)


def test_eleven_swedes_look_unhappy_by_chance(key: dict[str, Any], shop_streams: Streams) -> None:
    answers = shop_streams["answers"]
    rows = weeks(answers, 45, 48) & (answers["support_csat"] > 0) & (answers["language"] == "sv")
    assert len(answers["support_csat"][rows]) == 11
    assert round(float(np.mean(answers["support_csat"][rows])), 1) == 2.9
    by_language = truth(key, "small_sample")["true_by_language"]
    assert by_language["sv"]["value"] == pytest.approx(by_language["fi"]["value"], abs=0.12)


def test_small_sample_can_be_of_another_size_and_language() -> None:
    told = SmallSample(language="en", n=7, mean=4.6, first_week=10, last_week=11)
    key = answer_key(Settings(size=0.2, weeks=70, truths=Truths(small_sample=told)))
    found = truth(key, "small_sample")["answers"]
    assert (found["n"], round(found["value"], 1)) == (7, 4.6)


def test_comments_about_pilling_rise_from_9_to_31_a_week(key: dict[str, Any], shop_streams: Streams) -> None:
    a_week = truth(key, "bad_batch")["comments_a_week"]
    assert a_week["before"]["value"] == pytest.approx(9, abs=1)
    assert a_week["after"]["value"] == pytest.approx(31, abs=4)
    labels, answers = shop_streams["labels"], shop_streams["answers"]
    pilling = set(labels["answer_id"][labels["theme"] == "pilling"].tolist())
    seen = Counter(
        week for answer, week in zip(answers["answer_id"].tolist(), answers["week"].tolist(), strict=True)
        if answer in pilling
    )  # fmt: skip
    told = {one["week"]: one["comments"] for one in truth(key, "bad_batch")["by_week"]}
    assert {week: seen[week] for week in range(-51, 52)} == {week: told[week] for week in range(-51, 52)}


def test_late_first_parcel_costs_customers_and_a_quick_reply_saves_half(key: dict[str, Any]) -> None:
    back = truth(key, "late_first_parcel")
    for name, share in (("on_time", 0.41), ("late", 0.30), ("late_quick_reply", 0.355)):
        assert back[name]["value"] == pytest.approx(share, abs=4 * (0.24 / back[name]["n"]) ** 0.5)


def test_repurchase_of_the_key_is_what_the_orders_show(key: dict[str, Any], shop_streams: Streams) -> None:
    orders, tickets = shop_streams["orders"], shop_streams["tickets"]
    first = orders["first_order"] & (orders["week"] <= 26)
    quick = set(tickets["order_id"][tickets["reply_hours"] <= 4.0].tolist())
    when = dict(zip(orders["customer_id"][first].tolist(), orders["ordered_at"][first], strict=True))
    again = {
        customer
        for customer, at, new in zip(
            orders["customer_id"].tolist(), orders["ordered_at"], orders["first_order"], strict=True
        )
        if customer in when and not new and at - when[customer] <= np.timedelta64(182, "D")
    }
    seen = {name: [0, 0] for name in ("on_time", "late", "late_quick_reply")}
    rows = zip(
        orders["customer_id"][first].tolist(), orders["order_id"][first].tolist(),
        (orders["delivered_day"] > orders["promised_day"])[first].tolist(), strict=True,
    )  # fmt: skip
    for customer, order, late in rows:
        name = "on_time" if not late else "late_quick_reply" if order in quick else "late"
        seen[name][0] += 1
        seen[name][1] += customer in again
    told = truth(key, "late_first_parcel")
    assert seen == {name: [told[name]["n"], told[name]["again"]] for name in seen}


def test_scanner_clicks_come_seconds_after_the_mail_and_several_a_second(
    key: dict[str, Any], shop_streams: Streams
) -> None:
    answers, invitations = shop_streams["answers"], shop_streams["invitations"]
    rows = np.isin(answers["answer_id"], truth(key, "artefacts")["answer_ids"])
    assert int(rows.sum()) == 120
    sent = dict(zip(invitations["invitation_id"].tolist(), invitations["sent_at"], strict=True))
    waits = [
        int((at - sent[invitation]).astype(int))
        for invitation, at in zip(answers["invitation_id"][rows].tolist(), answers["answered_at"][rows], strict=True)
    ]
    assert (min(waits), max(waits)) == (2, 25)
    assert max(Counter(answers["answered_at"][rows].tolist()).values()) == 5
    assert len(set(answers["invitation_id"][rows].tolist())) == 24
    others = (answers["survey"] == "delivery") & ~rows
    quickest = min(
        int((at - sent[invitation]).astype(int))
        for invitation, at in zip(
            answers["invitation_id"][others].tolist(), answers["answered_at"][others], strict=True
        )
        if invitation in sent
    )
    assert quickest >= 90


def test_burst_at_the_kiosk_is_there_once(key: dict[str, Any], shop_streams: Streams) -> None:
    kiosk = shop_streams["kiosk"]
    rows = np.isin(kiosk["press_id"], truth(key, "artefacts")["press_ids"])
    at = kiosk["pressed_at"][rows]
    assert (int(rows.sum()), set(kiosk["face"][rows].tolist())) == (60, {1})
    assert int((at.max() - at.min()).astype(int)) < 40


def test_nothing_is_left_of_truths_that_are_off(quiet_key: dict[str, Any]) -> None:
    def found(name: str) -> dict[str, Any]:
        return truth(quiet_key, name)

    assert found("late_carrier")["nps_total"]["n"] == 0
    assert found("broken_form")["returns_ces"]["n"] == 0
    assert found("front_page")["true_effect"]["change"] == 0.0
    asked, answered = found("eager_promoters")["asked_nps"], found("eager_promoters")["raw_nps"]
    assert answered["value"] == pytest.approx(asked["value"], abs=1.5)
    assert found("small_sample")["answers"]["value"] > 3.3
    after = found("bad_batch")["comments_a_week"]["after"]["value"]
    assert after == pytest.approx(found("bad_batch")["comments_a_week"]["before"]["value"], abs=2.5)
    back = found("late_first_parcel")
    assert back["late"]["value"] == pytest.approx(0.41, abs=4 * (0.24 / back["late"]["n"]) ** 0.5)
    assert (found("artefacts")["clicks"], found("artefacts")["presses"]) == (0, 0)


def test_switching_one_truth_off_leaves_the_rest_as_it_was() -> None:
    small = Settings(size=0.2, weeks=100)
    without = Settings(size=0.2, weeks=100, truths=Truths().without("bad_batch"))
    first, second = (streams_of(settings, "answers", "orders") for settings in (small, without))
    assert {name: column.tobytes() for name, column in first["orders"].items() if column.dtype != object} == {
        name: column.tobytes() for name, column in second["orders"].items() if column.dtype != object
    }
    assert first["answers"]["nps"].tolist() == second["answers"]["nps"].tolist()
    assert first["answers"]["comment"].tolist() != second["answers"]["comment"].tolist()


@pytest.mark.parametrize("csat", [-0.2, -0.9])
def test_effect_can_be_adjusted(csat: float) -> None:
    told = LateCarrier(delivery_csat=csat, total_nps=-1.0, carrier="kapyrahti", first_area=0, last_area=29, from_week=5)
    found = truth(answer_key(Settings(size=0.5, truths=Truths(late_carrier=told))), "late_carrier")
    assert found["delivery_csat"]["change"] == pytest.approx(csat, abs=0.04)
    assert found["nps_total"]["change"] == pytest.approx(-1.0, abs=0.2)

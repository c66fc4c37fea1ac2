"""The key is of the whole population: it agrees with what the streams show where they show everything."""

import json
from typing import Any

import numpy as np

from fiilis.simulate.key import answer_key
from fiilis.simulate.settings import NAMES, Settings
from tests.simulate.conftest import Streams, truth


def test_key_is_plain_json_and_the_same_each_time() -> None:
    settings = Settings(size=0.01, weeks=104, seed=2)
    assert json.dumps(answer_key(settings)) == json.dumps(answer_key(settings))


def test_key_names_truths_by_number_with_all_that_was_planted(key: dict[str, Any]) -> None:
    assert [(one["number"], one["name"], one["on"]) for one in key["truths"]] == [
        (number + 1, name, True) for number, name in enumerate(NAMES)
    ]
    assert {one["name"]: one["planted"] for one in key["truths"]} == Settings().as_dict()["truths"]


def test_population_by_week_adds_up_to_the_whole(key: dict[str, Any]) -> None:
    population = key["population"]
    for part in ("n", "detractors", "passives", "promoters"):
        assert sum(week["nps"][part] for week in population["weeks"]) == population["nps"]["all"][part]
    for metric in ("delivery_csat", "returns_ces", "support_csat", "site_ces"):
        assert sum(week[metric]["total"] for week in population["weeks"]) == population[metric]["all"]["total"]


def test_key_counts_as_many_as_the_streams_hold(key: dict[str, Any], shop_streams: Streams) -> None:
    answers = shop_streams["answers"]
    for week in (-30, 20, 21, 40):
        raw = answers["nps"][(answers["week"] == week) & (answers["nps"] >= 0)]
        assert len(raw) > 100
    told = truth(key, "eager_promoters")["raw_nps"]
    seen = answers["nps"][answers["nps"] >= 0]
    assert (told["n"], told["promoters"]) == (len(seen), int(np.sum(seen >= 9)))
    assert key["population"]["support_csat"]["all"]["n"] == len(shop_streams["tickets"]["ticket_id"])
    assert key["population"]["returns_ces"]["all"]["n"] == len(shop_streams["returns"]["return_id"])


def test_truth_beyond_the_data_has_no_value_rather_than_a_zero() -> None:
    key = answer_key(Settings(size=0.02, weeks=60))
    assert truth(key, "late_carrier")["nps_total"]["value"] is None
    assert truth(key, "broken_form")["returns_ces"]["change"] is None
    assert truth(key, "front_page")["raw_nps"]["change"] is None
    assert truth(key, "bad_batch")["comments_a_week"]["after"]["value"] is None
    assert truth(key, "artefacts")["clicks"] == 0

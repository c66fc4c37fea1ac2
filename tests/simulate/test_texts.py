"""Comments are whole sentences in three languages, and say what they are about."""

import re

import numpy as np
import pytest

from fiilis.simulate.world import shop
from fiilis.simulate.world.comments import PILLING, THEMES, TOPICS
from fiilis.simulate.world.texts import en, fi, sv
from fiilis.simulate.world.texts.pool import pool, variants
from tests.simulate.conftest import Streams


def test_every_topic_is_written_about_in_every_language() -> None:
    for book in (fi, sv, en):
        assert set(book.CORES) == set(TOPICS)
        assert set(book.PRODUCTS) == {product.code for product in shop.PRODUCTS}


def test_sentences_are_whole() -> None:
    sentences = set(pool().sentences.tolist()) - {""}
    assert len(sentences) > 5_000
    wrong = [
        one
        for one in sentences
        if not re.fullmatch(r"[A-ZÅÄÖ][^{}]*([.!?]| :\))|[a-zåäö][^{}]*[^.{}]", one) or "  " in one
    ]
    assert wrong == []


@pytest.mark.parametrize("word", ["nukkaantuu", "nyppyyntyy", "noppaantuu", "noppar sig", "pills", "bobbles"])
def test_pilling_goes_by_many_words(word: str, shop_streams: Streams) -> None:
    labels, answers = shop_streams["labels"], shop_streams["answers"]
    pilling = np.isin(answers["answer_id"], labels["answer_id"][labels["theme"] == "pilling"])
    assert any(word in comment for comment in answers["comment"][pilling])


def test_no_other_theme_borrows_the_words_of_pilling() -> None:
    words = re.compile(r"nukkaantu|nyppy|noppa|noppar|pills|bobbles|nukkaa")
    for language in range(3):
        for topic in TOPICS:
            if topic != TOPICS[PILLING]:
                assert [one for one in variants(language, topic, "pipo") if words.search(one)] == []


def test_comments_of_the_history_vary(shop_streams: Streams) -> None:
    answers = shop_streams["answers"]
    for language, distinct in (("fi", 2_000), ("sv", 400), ("en", 400)):
        comments = answers["comment"][(answers["language"] == language) & (answers["comment"] != "")]
        assert len(set(comments.tolist())) > distinct


def test_comment_is_in_the_language_of_its_answer(shop_streams: Streams) -> None:
    answers = shop_streams["answers"]
    by_language = {code: set() for code in shop.LANGUAGES}
    for number, code in enumerate(shop.LANGUAGES):
        for topic in TOPICS:
            for product in shop.PRODUCTS:
                by_language[code].update(variants(number, topic, product.code))
    for code, sentences in by_language.items():
        said = set(answers["comment"][answers["language"] == code].tolist()) - {""}
        assert said - sentences == set()


def test_praise_of_a_thing_and_complaints_about_it_are_one_theme() -> None:
    assert (THEMES["delivery_good"], THEMES["delivery"], THEMES["quality"]) == ("delivery", "delivery", "quality")


def test_late_parcels_are_complained_about(shop_streams: Streams) -> None:
    tickets, orders = shop_streams["tickets"], shop_streams["orders"]
    late = orders["order_id"][orders["delivered_day"] > orders["promised_day"]]
    about = tickets["topic"][np.isin(tickets["order_id"], late)]
    assert set(about.tolist()) == {"delivery"}

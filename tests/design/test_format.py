"""Numbers as a Finn, a Swede and an Englishman write them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from fiilis.design import format as fmt
from fiilis.science.estimate import Estimate, Method, Unknown

NBSP = "\u00a0"
ESTIMATE = Estimate(31.8, 20.1, 43.6, 0.95, 144, Method.SCORE)


@pytest.mark.parametrize(
    ("value", "digits", "lang", "text"),
    [
        (31.8, 1, "fi", "31,8"),
        (31.8, 1, "sv", "31,8"),
        (31.8, 1, "en", "31.8"),
        (-5, 0, "fi", "−5"),
        (-0.04, 1, "fi", "0,0"),
        (0.125, 2, "en", "0.13"),
        (2.5, 0, "en", "3"),
        (-2.5, 0, "en", "−3"),
        (1402, 0, "fi", f"1{NBSP}402"),
        (1402, 0, "sv", f"1{NBSP}402"),
        (1402, 0, "en", "1,402"),
        (1234567.891, 2, "fi", f"1{NBSP}234{NBSP}567,89"),
        (1e-9, 2, "en", "0.00"),
        (1e21, 0, "en", "1,000,000,000,000,000,000,000"),
        (None, 0, "fi", "–"),
    ],
)
def test_number_is_written_as_the_language_does(value, digits, lang, text):
    assert fmt.number(value, digits, lang) == text


@pytest.mark.parametrize(
    ("lang", "text"), [("fi", f"12{NBSP}%"), ("sv", f"12{NBSP}%"), ("en", "12%"), ("en-gb", "12%")]
)
def test_per_cent_has_the_languages_space(lang, text):
    assert fmt.percent(0.12, 0, lang) == text


@pytest.mark.parametrize(
    ("lang", "text"), [("fi", f"95{NBSP}%: 20,1–43,6"), ("sv", f"95{NBSP}%: 20,1–43,6"), ("en", "95%: 20.1–43.6")]
)
def test_interval_names_its_level(lang, text):
    assert fmt.interval_text(ESTIMATE, 1, lang=lang) == text


@pytest.mark.parametrize(("lang", "text"), [("fi", "−5,0…12,3"), ("sv", "−5,0…12,3"), ("en", "−5.0 to 12.3")])
def test_range_with_a_minus_has_no_dash(lang, text):
    assert fmt.span_text(-5, 12.3, 1, lang=lang) == text


def test_range_of_shares_says_per_cent_once():
    assert fmt.span_text(0.7, 0.84, 0, "percent", "fi") == f"70–84{NBSP}%"
    assert fmt.span_text(0.7, 0.84, 0, "percent", "en") == "70–84%"


def test_answers_hold_together_and_have_a_singular():
    assert fmt.answers(1, "en") == f"1{NBSP}answer"
    assert fmt.answers(1402, "en") == f"1,402{NBSP}answers"


@pytest.mark.parametrize("why", list(Unknown))
def test_each_reason_for_not_knowing_has_its_words(why):
    missing = Estimate.missing(why, n=2)
    assert fmt.unknown_text(missing, "en") != "Not known yet"
    assert fmt.unknown_reason(missing, "en") != "There is no figure with an interval yet."
    assert fmt.interval_text(missing, lang="en") == fmt.estimate_text(missing, lang="en")


@pytest.mark.parametrize("method", list(Method))
def test_each_method_has_its_names(method):
    assert fmt.method_text(method) != str(method)
    assert fmt.method_name(method) != str(method)


@pytest.mark.parametrize(("lang", "text"), [("fi", "23.11.2026"), ("sv", "23.11.2026"), ("en", "23 Nov 2026")])
def test_day_is_written_as_the_language_does(lang, text):
    assert fmt.day(date(2026, 11, 23), lang) == text


def test_moment_is_told_in_the_current_time_zone(settings):
    settings.TIME_ZONE = "Europe/Helsinki"
    with translation.override("en"):
        assert fmt.moment(datetime(2026, 11, 23, 22, 30, tzinfo=UTC)) == "24 Nov 2026 00:30"


def test_no_date_is_a_dash():
    assert fmt.day(None) == fmt.moment(None) == "–"


@pytest.mark.parametrize(
    ("shares", "whole"),
    [([1 / 3] * 3, [34, 33, 33]), ([0.124, 0.336, 0.54], [12, 34, 54]), ([], []), ([0.0, 1.0], [0, 100])],
)
def test_whole_percentages_add_up(shares, whole):
    assert fmt.whole_percents(shares) == whole

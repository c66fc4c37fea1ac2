from datetime import date

import pytest
from django.utils import translation

from fiilis.home import wordings
from fiilis.science.comparisons import Growing, compare_means, compare_nps, compare_shares
from fiilis.science.metrics import nps
from fiilis.science.sums import Counts, Moments, Tally
from fiilis.understand.questions.silence import silence
from fiilis.understand.types import Days, Measure
from tests.understand.test_silence import plain

NPS, CSAT, CES = Measure("nps", 0, 10), Measure("csat", 1, 5), Measure("ces", 1, 7)


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("counts", "title"),
    [
        ((10, 20, 70), "There are more promoters than detractors"),
        ((70, 20, 10), "There are more detractors than promoters"),
        ((30, 40, 31), "Promoters and detractors balance within the margin of error"),
        ((0, 0, 29), "Not enough answers yet to tell promoters from detractors"),
        ((0, 0, 2), "Not enough answers yet to tell promoters from detractors"),
    ],
)
def test_balance_claims_no_more_than_the_interval(counts: tuple[int, int, int], title: str) -> None:
    assert wordings.balance_title(nps(*counts)) == title


@pytest.mark.parametrize(
    ("names", "comparable", "title"),
    [
        ([], 1, "Not enough answers yet to compare touchpoints"),
        ([], 2, "No touchpoint is clearly weaker than the others"),
        (["Till"], 4, "Till is weaker than the other touchpoints"),
        (["Till", "Post"], 4, "Till and Post are weaker than the other touchpoints"),
        (["Till", "Post", "Web"], 4, "Till, Post and Web are weaker than the other touchpoints"),
        (["Till", "Post", "Web", "App"], 9, "Till and 3 other touchpoints are weaker than the rest"),
    ],
)
def test_weakest_touchpoints_are_named_lowest_first(names: list[str], comparable: int, title: str) -> None:
    assert wordings.touchpoints_title(names, comparable) == title


def test_differences_are_written_in_the_measures_own_unit() -> None:
    points = compare_nps(Counts(20, 30, 50), Counts(10, 30, 60))
    shares = compare_shares(Tally(90, 100), Tally(70, 100))
    means = compare_means(Moments(40, 180, 840), Moments(40, 180, 840), bounds=(1, 7))
    assert [
        wordings.delta_text(measure, comparison).replace(wordings.WORD_JOINER, "")
        for measure, comparison in ((NPS, points), (CSAT, shares), (CES, means))
    ] == [
        "−20.0 points (95%: −39.4 to 0.5)",
        "+20.0 percentage points (95%: 8.8–30.4)",
        "0.00 (95%: −0.39 to 0.39)",
    ]


def test_unknown_verdict_tells_how_many_answers_are_needed() -> None:
    unclear = compare_nps(Counts(15, 25, 60), Counts(20, 30, 50))
    assert wordings.change_note(NPS, unclear) == "about 560 more answers are needed"
    hopeless = compare_nps(Counts(15, 25, 60), Counts(10, 15, 25), growing=Growing.A, margin=5)
    assert hopeless.more_needed is None
    assert wordings.change_note(NPS, hopeless).startswith("+15.0 points (95%: ")


def test_labels_of_one_year_leave_the_year_out() -> None:
    assert wordings.bucket_labels("day", [date(2017, 5, 5), date(2017, 5, 6)]) == ["5 May", "6 May"]
    assert wordings.bucket_labels("day", [date(2017, 5, 5), date(2026, 5, 6)]) == ["5 May 2017", "6 May 2026"]
    assert wordings.bucket_labels("week", [date(2026, 1, 5), date(2026, 1, 12)]) == ["wk 2", "wk 3"]
    # The last days of December may belong to the next year's first week.
    assert wordings.bucket_labels("week", [date(2025, 12, 22), date(2025, 12, 29)]) == ["wk 52/2025", "wk 1/2026"]
    assert wordings.bucket_labels("month", [date(2026, 1, 1)]) == ["1/2026"]


def test_days_are_written_as_a_range() -> None:
    days = Days(date(2026, 1, 5), date(2026, 1, 11))
    assert wordings.days_text(days) == "5 Jan 2026 – 11 Jan 2026"
    assert wordings.days_text(Days(days.first, days.first)) == "5 Jan 2026"
    with translation.override("fi"):
        assert wordings.days_text(days) == "5.1.2026–11.1.2026"


@pytest.mark.parametrize(("code", "name"), [("fi", "Finnish"), ("es", "Spanish"), ("zh", "Chinese"), ("xx", "xx")])
def test_languages_have_names(code: str, name: str) -> None:
    assert wordings.language_name(code) == name


def test_silent_majority_is_told_with_its_skew() -> None:
    said = wordings.silence_text(silence(plain(240, 340, 840)))
    assert said == (
        "Only those who answered are heard. If promoters answered twice as readily as others, the true figure would be "
        "18.0. They would have to be 3.5 times as ready for it to be 0."
    )
    assert wordings.silence_text(None) == ""

"""Settings are checked, go into JSON and come back; weeks are numbered within the second year."""

import json
from datetime import date

import pytest

from fiilis.simulate.settings import NAMES, BrokenForm, Settings, SmallSample, Truths
from fiilis.simulate.world import calendar


def test_week_1_begins_52_weeks_after_the_first_day() -> None:
    settings = Settings()
    assert settings.monday(-51) == settings.first_day == date(2024, 1, 1)
    assert settings.monday(1) == date(2024, 12, 30)
    assert settings.monday(31).isocalendar()[:2] == (2025, 31)
    assert settings.last_week == 52
    assert [calendar.number_of(calendar.index_of(week)) for week in (-51, 1, 52)] == [-51, 1, 52]


def test_settings_come_back_from_json() -> None:
    settings = Settings(seed=9, size=0.5, truths=Truths(small_sample=SmallSample(n=20)).without("bad_batch"))
    assert Settings.from_dict(json.loads(json.dumps(settings.as_dict()))) == settings
    assert Settings.from_dict({}) == Settings()


@pytest.mark.parametrize(
    "plain",
    [
        {"seeed": 1},
        {"truths": {"nothing": {}}},
        {"truths": {"bad_batch": {"colour": 1}}},
        {"size": 0},
        {"size": float("nan")},
        {"weeks": 0},
        {"seed": -1},
        {"first_day": "2024-01-02"},
        {"first_day": "x"},
        {"truths": {"late_carrier": {"carrier": "nouto"}}},
        {"truths": {"late_carrier": {"first_area": 95, "last_area": 90}}},
        {"truths": {"late_carrier": {"delivery_csat": -2}}},
        {"truths": {"late_carrier": {"total_nps": 3}}},
        {"truths": {"broken_form": {"device": "fridge"}}},
        {"truths": {"small_sample": {"language": "et"}}},
        {"truths": {"small_sample": {"mean": 6}}},
        {"truths": {"bad_batch": {"after": 100}}},
        {"truths": {"late_first_parcel": {"late": 1.2}}},
        {"truths": {"artefacts": {"mails": 0}}},
        {"truths": {"eager_promoters": {"times": 9}}},
    ],
)
def test_wrong_settings_are_refused(plain: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Settings.from_dict(plain)


def test_truths_are_switched_by_name() -> None:
    assert Truths().switched_on == NAMES
    assert Truths.none().switched_on == ()
    assert Truths().only("bad_batch", "broken_form").switched_on == ("broken_form", "bad_batch")
    with pytest.raises(ValueError, match="no such truth: x"):
        Truths().only("x")
    with pytest.raises(ValueError, match="first week"):
        Truths(broken_form=BrokenForm(first_week=9, last_week=8))


def test_happenings_tell_events_and_improvements_and_no_truth() -> None:
    found = [(one.code, one.first_day.isoformat()) for one in calendar.happenings(Settings())]
    assert found == [
        ("strike", "2024-10-28"),
        ("christmas", "2024-12-09"),
        ("campaign", "2025-03-17"),
        ("front_page", "2025-05-19"),
        ("heat_wave", "2025-07-14"),
        ("return_form", "2025-10-13"),
        ("campaign", "2025-11-10"),
        ("christmas", "2025-12-08"),
    ]
    quiet = [one.kind for one in calendar.happenings(Settings(truths=Truths.none()))]
    assert set(quiet) == {"context"}


def test_autumn_sells_more_than_summer() -> None:
    volume = {number: calendar.week(date(2024, 1, 1), calendar.index_of(number)).volume for number in range(-51, 53)}
    assert sum(volume.values()) / 104 == pytest.approx(1, abs=0.01)
    assert volume[47] > 2 * volume[27]

import pytest

from fiilis.intake import limits
from fiilis.intake.limits import RateLimit


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    moment = [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: moment[0])
    return moment


def test_burst_is_allowed_and_the_next_waits(now: list[float]) -> None:
    rate = RateLimit(6)
    assert [rate.wait("villa", "192.0.2.1") for _ in range(7)] == [0] * 6 + [10]
    now[0] += 10
    assert [rate.wait("villa", "192.0.2.1") for _ in range(2)] == [0, 10]


def test_surveys_and_addresses_have_buckets_of_their_own(now: list[float]) -> None:
    rate = RateLimit(1)
    assert rate.wait("villa", "192.0.2.1") == 0
    assert rate.wait("sauna", "192.0.2.1") == 0
    assert rate.wait("villa", "192.0.2.2") == 0
    assert rate.wait("villa", "192.0.2.1") == 60


def test_addresses_are_not_kept_in_the_clear(now: list[float]) -> None:
    rate = RateLimit(1)
    rate.wait("villa", "192.0.2.1")
    assert [name for name in rate._buckets if b"192" in name or b"villa" in name] == []


def test_memory_is_bounded(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BUCKETS", 100)
    rate = RateLimit(10)
    for number in range(1000):
        now[0] += 0.001
        rate.wait("villa", str(number))
        assert len(rate._buckets) <= 100


def test_filled_buckets_are_forgotten_first(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BUCKETS", 2)
    rate = RateLimit(1)
    rate.wait("villa", "old")
    now[0] += 61
    rate.wait("villa", "new")
    rate.wait("villa", "newer")
    assert rate.wait("villa", "new") > 0

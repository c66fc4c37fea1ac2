import threading

import pytest

from fiilis.config import worker
from fiilis.core import rounds


@pytest.mark.django_db
def test_failing_step_pauses_alone_and_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    pauses, calls = worker.Pauses(), []

    def broken() -> None:
        calls.append(now[0])
        raise OSError("the database is gone")

    for now[0] in (100.0, 100.5, 101.0, 102.0, 103.0):
        worker.guarded("broken", broken, pauses)
    assert calls == [100.0, 101.0, 103.0]
    assert worker.guarded("other", lambda: True, pauses)
    now[0] = 200.0
    assert worker.guarded("broken", lambda: True, pauses)
    assert pauses.failed("broken") == 1.0


def test_pause_never_grows_past_half_a_minute() -> None:
    pauses = worker.Pauses()
    assert [pauses.failed("x") for _ in range(8)][-2:] == [30.0, 30.0]


@pytest.mark.django_db(transaction=True)
def test_loop_runs_steps_in_order_until_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, calls = threading.Event(), []

    def step(name: str, last: bool = False) -> bool:
        calls.append(name)
        if last:
            stop.set()
        return False

    monkeypatch.setattr(
        rounds,
        "_rounds",
        {
            "facts": rounds.Round("facts", 30, lambda: step("facts", last=True)),
            "digest": rounds.Round("digest", 10, lambda: step("digest")),
        },
    )
    monkeypatch.setattr(worker.schedule, "jobs", list)
    worker.loop(stop)
    assert calls == ["digest", "facts"]

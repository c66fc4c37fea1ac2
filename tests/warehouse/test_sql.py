"""Each definition against a naive re-implementation over random facts."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from fiilis.core.models import Workspace
from fiilis.science.sums import ClusterSums
from fiilis.warehouse import query, sync
from fiilis.warehouse.feeds import Change
from fiilis.warehouse.tables import AnswerFact
from tests.conftest import World
from tests.warehouse.conftest import NOON, Story, fact

pytestmark = pytest.mark.django_db(transaction=True)

SCALES = [("nps", 0, 10), ("csat", 1, 5), ("csat", 1, 4), ("ces", 1, 7), ("ces", 1, 5)]
# The highest scores that count as the upper end, written out one by one.
TOP = {
    ("nps", 0, 10): {9, 10},
    ("csat", 1, 5): {4, 5},
    ("csat", 1, 4): {3, 4},
    ("ces", 1, 7): {5, 6, 7},
    ("ces", 1, 5): {4, 5},
}


def made_up(workspace: Workspace, seed: int, n: int, *, weighted: bool, clustered: bool) -> list[AnswerFact]:
    """`n` feedback with one to five answers each, over 70 days, at four touchpoints, on two sides."""
    chance = random.Random(seed)
    facts = []
    for k in range(n):
        at = datetime(2026, 1, 20, 22, tzinfo=UTC) + timedelta(minutes=chance.randrange(70 * 24 * 60))
        common: dict[str, Any] = {
            "at": at,
            "side": chance.choice(["customer"] * 4 + ["employee"]),
            "weight": chance.choice([0.5, 1.0, 2.25]) if weighted else 1.0,
            "cluster": chance.choice(["", "r1", "r2", "r3", f"f{k}"]) if clustered else "",
            "delay_seconds": chance.choice([None, 60, 3600, 90_000, 10**6, 10**7]),
        }
        for number in range(chance.randint(1, 5)):
            kind, low, high = chance.choice(SCALES)
            blank = chance.random() < 0.1
            facts.append(
                fact(
                    workspace,
                    f"f{k}",
                    None if blank else float(chance.randint(low, high)),
                    question=f"q{number}",
                    kind=kind,
                    low=low,
                    high=high,
                    touchpoint=chance.choice(["t1", "t2", "t3", ""]),
                    stage="s1",
                    **common,
                )
            )
        facts.append(fact(workspace, f"f{k}", None, question="t", kind="long", low=0, high=0, text="hei", **common))
    return facts


def score(row: AnswerFact) -> float:
    assert row.value is not None
    if row.kind == "nps":
        return -100.0 if row.value <= 6 else 100.0 if row.value >= 9 else 0.0
    if row.kind == "csat":
        return float(top(row))
    return row.value


def top(row: AnswerFact) -> int:
    return int(row.value in TOP[row.kind, row.low, row.high])


def unit(row: AnswerFact) -> str:
    return f"cluster {row.cluster}" if row.cluster else row.feedback


def naive(rows: Iterable[AnswerFact], clusters: int) -> dict[str, Any]:
    """The sums of one group, through science's own arrays."""
    rows = list(rows)
    labels = [unit(r) for r in rows]
    weights = [r.weight for r in rows]

    def sums(y: Callable[[AnswerFact], float]) -> ClusterSums:
        return ClusterSums.from_arrays([y(r) for r in rows], weights, labels, clusters)

    own, value, upper = sums(score), sums(lambda r: r.value or 0.0), sums(top)
    nps = [score(r) for r in rows if r.kind == "nps"]
    return {
        "n": len(rows),
        "detractors": nps.count(-100),
        "passives": nps.count(0),
        "promoters": nps.count(100),
        "top": sum(map(top, rows)),
        "total": sum(r.value or 0.0 for r in rows),
        "total_sq": sum((r.value or 0.0) ** 2 for r in rows),
        "w": own.w,
        "w2": own.w2,
        "wy": own.wy,
        "wyy": own.wyy,
        "wv": value.wy,
        "wvv": value.wyy,
        "wt": upper.wy,
        "s_ww": own.s_ww,
        "s_wy": own.s_wy,
        "s_yy": own.s_yy,
        "s_wv": value.s_wy,
        "s_vv": value.s_yy,
        "s_wt": upper.s_wy,
        "s_tt": upper.s_yy,
        "weighted": any(r.weight != 1 for r in rows),
        "clustered": any(r.cluster for r in rows),
        "clusters_seen": len(set(labels)),
        "clusters": clusters,
    }


def grouped(
    rows: Iterable[AnswerFact], key: Callable[[AnswerFact], tuple[Any, ...]], clusters: int
) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    groups: dict[tuple[Any, ...], list[AnswerFact]] = defaultdict(list)
    for row in rows:
        if row.value is not None:
            groups[key(row)].append(row)
    return [(k, naive(groups[k], clusters)) for k in sorted(groups)]


def same(
    found: list[dict[str, Any]], keys: tuple[str, ...], wanted: list[tuple[tuple[Any, ...], dict[str, Any]]]
) -> None:
    """Compare rows, whole numbers exactly and sums of reals to 12 digits."""
    assert [tuple(row[k] for k in keys) for row in found] == [k for k, _sums in wanted]
    for row, (_key, sums) in zip(found, wanted, strict=True):
        assert {k: v for k, v in row.items() if k not in keys} == pytest.approx(sums, rel=1e-12)


def in_file(rows: Iterable[AnswerFact], first: date | None, last: date | None, side: str) -> list[AnswerFact]:
    return [r for r in rows if r.side == side and (first is None or r.day >= first) and (last is None or r.day <= last)]


def scale(row: AnswerFact) -> tuple[Any, ...]:
    return (row.kind, row.low, row.high)


@pytest.mark.parametrize(
    ("seed", "weighted", "clustered"), [(1, False, False), (2, True, False), (3, False, True), (4, True, True)]
)
def test_sums_equal_a_naive_count(world: World, story: Story, seed: int, weighted: bool, clustered: bool) -> None:
    w = world.woollens
    facts = made_up(w, seed, 300, weighted=weighted, clustered=clustered)
    story.tell(w, Change(append=facts[:400]))
    story.tell(world.sauna, Change(append=made_up(world.sauna, 9, 100, weighted=True, clustered=True)))
    sync.run_until_idle()
    story.tell(w, Change(append=facts[400:]))
    sync.run_until_idle()
    for first, last, point, side in [
        (None, None, None, "customer"),
        (date(2026, 2, 3), None, None, "customer"),
        (date(2026, 2, 3), date(2026, 2, 28), "t1", "customer"),
        (None, date(2026, 2, 1), "t2", "employee"),
    ]:
        params = {"from_day": first, "to_day": last, "touchpoint": point, "side": side, "at_least": 10**9}
        file = in_file(facts, first, last, side)
        clusters = len({unit(r) for r in file})
        rows = [r for r in file if point is None or r.touchpoint == point]
        found = query.run("metric_sums", workspace=w, **params).rows
        same(found, ("kind", "low", "high"), grouped(rows, scale, clusters))
        found = query.run("touchpoints", workspace=w, **params).rows
        keys = ("touchpoint", "stage", "actor", "kind", "low", "high")
        same(found, keys, grouped(rows, lambda r: (r.touchpoint, r.stage, r.actor, *scale(r)), clusters))
        for how, bucket in BUCKETS.items():
            of = {"kind": "csat", "low": 1, "high": 5}
            found = query.run("trend", workspace=w, unit=how, **of, **params).rows
            chosen = [r for r in rows if scale(r) == ("csat", 1, 5)]
            same(found, ("bucket",), grouped(chosen, lambda r, bucket=bucket: (bucket(r.day),), clusters))  # type: ignore[misc]


BUCKETS: dict[str, Callable[[date], date]] = {
    "day": lambda d: d,
    "week": lambda d: d - timedelta(days=d.weekday()),
    "month": lambda d: d.replace(day=1),
}


def test_overview_counts_feedback_and_days(world: World, story: Story) -> None:
    w = world.woollens
    facts = made_up(w, 5, 80, weighted=False, clustered=False)
    story.tell(w, Change(append=facts))
    sync.run_until_idle()
    rows = [r for r in facts if r.side == "customer"]
    assert query.run("overview", workspace=w).rows == [
        {
            "n_answers": len(rows),
            "n_feedback": len({r.feedback for r in rows}),
            "first_day": min(r.day for r in rows),
            "last_day": max(r.day for r in rows),
            "n_days": len({r.day for r in rows}),
            "last_at": max(r.at for r in rows),
        }
    ]


def test_overview_of_nothing_is_one_row_of_nothing(world: World, lake: object) -> None:
    assert query.run("overview", workspace=world.woollens).rows == [
        {"n_answers": 0, "n_feedback": 0, "first_day": None, "last_day": None, "n_days": 0, "last_at": None}
    ]


def test_distribution_counts_each_value(world: World, story: Story) -> None:
    w = world.woollens
    facts = made_up(w, 6, 200, weighted=True, clustered=True)
    story.tell(w, Change(append=facts))
    sync.run_until_idle()
    wanted: dict[float, list[float]] = defaultdict(list)
    for r in facts:
        if scale(r) == ("ces", 1, 7) and r.side == "customer" and r.value is not None:
            wanted[r.value].append(r.weight)
    rows = query.run("distribution", workspace=w, kind="ces", low=1, high=7).rows
    assert rows == [{"value": v, "n": len(wanted[v]), "w": pytest.approx(sum(wanted[v]))} for v in sorted(wanted)]


def test_latest_gives_newest_first_with_all_answers(world: World, story: Story) -> None:
    w = world.woollens
    for k in range(5):
        at = NOON + timedelta(minutes=k)
        story.tell(
            w,
            Change(
                append=[
                    fact(w, f"f{k}", k, at=at, touchpoint="t1", language="sv"),
                    fact(
                        w, f"f{k}", None, at=at, touchpoint="t1", language="sv", question="q2", kind="long", text="bra"
                    ),
                ]
            ),
        )
    sync.run_until_idle()
    found = query.run("latest", workspace=w, n=2).rows
    assert [row["feedback"] for row in found] == ["f4", "f3"]
    assert found[0] == {
        "feedback": "f4",
        "at": NOON + timedelta(minutes=4),
        "touchpoint": "t1",
        "language": "sv",
        "channel": "link",
        "answers": [
            {"question": "q1", "kind": "nps", "code": "", "value": 4.0, "text": None},
            {"question": "q2", "kind": "long", "code": "", "value": None, "text": "bra"},
        ],
    }


def test_answers_come_a_page_at_a_time_with_their_words(world: World, story: Story) -> None:
    w = world.woollens
    for k in range(6):
        at = NOON + timedelta(minutes=k)
        said = fact(w, f"f{k}", None, at=at, question="q2", kind="long", text=f"sana {k}")
        story.tell(w, Change(append=[fact(w, f"f{k}", k, at=at), said]))
    sync.run_until_idle()
    asked = {"kind": "nps", "low": 0, "high": 10, "least": 1, "most": 4}
    rows = query.run("answers", workspace=w, n=2, skip=1, **asked).rows
    assert [(row["feedback"], row["value"], row["said"], row["total"]) for row in rows] == [
        ("f3", 3.0, "sana 3", 4),
        ("f2", 2.0, "sana 2", 4),
    ]
    assert rows[0]["at"] == NOON + timedelta(minutes=3)


def test_delay_sums_by_band(world: World, story: Story) -> None:
    w = world.woollens
    bands = {None: "unknown", 3599: "1h", 3600: "1d", 86_400: "3d", 604_799: "7d", 2_591_999: "30d", 2_592_000: "later"}
    story.tell(w, Change(append=[fact(w, f"f{k}", 9, delay_seconds=delay) for k, delay in enumerate(bands)]))
    sync.run_until_idle()
    rows = query.run("delay", workspace=w).rows
    assert [(row["band"], row["n"], row["wy"]) for row in rows] == [
        (band, 1, 100.0) for band in ("1h", "1d", "3d", "7d", "30d", "later", "unknown")
    ]


def test_weights_alone_do_not_make_clusters_and_several_answers_of_one_feedback_do(world: World, story: Story) -> None:
    w = world.woollens
    story.tell(
        w,
        Change(append=[fact(w, "a", 10), fact(w, "a", 10, question="q2"), fact(w, "b", 0)]),
    )
    sync.run_until_idle()
    (row,) = query.run("metric_sums", workspace=w).rows
    assert (row["n"], row["clusters_seen"], row["clusters"], row["s_ww"], row["clustered"]) == (3, 2, 2, 5.0, False)

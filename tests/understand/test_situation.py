from datetime import date
from math import sqrt
from random import Random

import pytest

from fiilis.science.estimate import Method, Unknown
from fiilis.science.metrics import nps, share
from fiilis.science.quantiles import t_quantile
from fiilis.understand.questions.situation import Situation, answered, situation
from fiilis.understand.types import Days, Filter, Group, Measure
from fiilis.warehouse import query
from tests.conftest import World
from tests.facts import fact, put

DAY = date(2026, 11, 16)
NPS, CSAT, FACES, CES = Measure("nps", 0, 10), Measure("csat", 1, 5), Measure("csat", 1, 4), Measure("ces", 1, 7)


def asked(world: World, **more: object) -> Situation:
    return situation(workspace=world.woollens, asked=Filter(**more))  # type: ignore[arg-type]


def naive_linearised(rows: list[tuple[float, float, str]], clusters: int) -> tuple[float, float, float]:
    """Weighted mean with its linearised interval by the book, from (y, weight, cluster)."""
    total = sum(w for _y, w, _c in rows)
    mean = sum(y * w for y, w, _c in rows) / total
    per: dict[str, float] = {}
    for y, w, c in rows:
        per[c] = per.get(c, 0.0) + w * (y - mean) / total
    se = sqrt(clusters / (clusters - 1) * sum(u * u for u in per.values()))
    half = t_quantile(0.975, len(per) - 1) * se
    return mean, mean - half, mean + half


def test_workspace_without_facts_has_no_metrics(world: World) -> None:
    assert asked(world) == Situation(-1, 0, None, None, 0, ())


def test_plain_answers_get_the_plain_intervals(world: World) -> None:
    values = [10] * 30 + [8] * 12 + [3] * 9
    facts = [fact(world.woollens, f"f{i}", "nps", v, DAY) for i, v in enumerate(values)]
    facts += [fact(world.woollens, f"f{i}", "csat", 5 - i % 4, DAY) for i in range(20)]
    version = put(facts)
    found = asked(world)
    assert found.version == version
    assert (found.answered, found.first, found.last, found.days) == (51, DAY, DAY, 1)
    assert [(metric.measure, metric.estimate) for metric in found.metrics] == [
        (NPS, nps(9, 12, 30)),
        (CSAT, share(10, 20)),
    ]


def test_scales_of_one_kind_are_never_mixed(world: World) -> None:
    facts = [fact(world.woollens, f"a{i}", "csat", 4, DAY) for i in range(10)]
    facts += [fact(world.woollens, f"b{i}", "csat", 4, DAY, low=1, high=4) for i in range(6)]
    put(facts)
    assert [(m.measure, m.estimate.n, m.estimate.value) for m in asked(world).metrics] == [
        (FACES, 6, 1.0),
        (CSAT, 10, 1.0),
    ]


def test_too_few_answers_give_no_figure(world: World) -> None:
    put([fact(world.woollens, f"f{i}", "nps", 9, DAY) for i in range(4)])
    (metric,) = asked(world).metrics
    assert (metric.estimate.value, metric.estimate.unknown, metric.estimate.n) == (None, Unknown.TOO_FEW, 4)


def test_several_answers_of_one_feedback_are_a_cluster(world: World) -> None:
    rows = []
    facts = []
    for i in range(40):
        for question in ("a", "b", "c"):
            value = 5 if i % 3 else 2
            rows.append((1.0 if value >= 4 else 0.0, 1.0, f"f{i}"))
            facts.append(fact(world.woollens, f"f{i}", "csat", value, DAY, question=question))
    put(facts)
    (metric,) = asked(world).metrics
    assert metric.estimate.method is Method.LINEARISED
    estimate = metric.estimate
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx(naive_linearised(rows, 40))
    assert estimate.n == 120


def test_weighted_and_clustered_answers_equal_a_naive_recomputation(world: World) -> None:
    """Airport-like: flights of unequal size, weights by stratum, a flight where nobody answered the question."""
    random = Random(2017)
    facts, scores = [], {"nps": [], "csat": [], "ces": []}  # type: ignore[var-annotated]
    for flight in range(30):
        mood = random.gauss(0, 1)
        for seat in range(random.randint(3, 18)):
            weight = random.choice([0.28, 0.94, 1.63])
            who = {"weight": weight, "cluster": f"run {flight}"}
            name = f"{flight}-{seat}"
            for kind, (low, high) in {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}.items():
                if random.random() < 0.2 or flight == 29:
                    continue
                value = min(high, max(low, round(random.gauss((low + high) * 0.66 + mood, high / 5))))
                facts.append(fact(world.woollens, name, kind, value, DAY, **who))
                y = {"nps": 100.0 * (value >= 9) - 100.0 * (value <= 6), "csat": float(value >= 4), "ces": value}[kind]
                scores[kind].append((y, weight, f"run {flight}"))
            facts.append(fact(world.woollens, name, "long", None, DAY, text="kiitos", **who))
    put(facts)
    found = asked(world)
    assert [metric.measure for metric in found.metrics] == [NPS, CSAT, CES]
    for metric in found.metrics:
        rows = scores[metric.measure.kind]
        estimate = metric.estimate
        assert estimate.method is Method.LINEARISED
        assert estimate.n == len(rows)
        # K = 30: the flight without an answer to the question belongs to the file.
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(naive_linearised(rows, 30))
    assert found.answered == len({f.feedback for f in facts})


def test_days_and_touchpoint_narrow_what_is_counted(world: World) -> None:
    facts = [fact(world.woollens, f"a{i}", "nps", 10, date(2026, 11, 1), touchpoint="t1") for i in range(6)]
    facts += [fact(world.woollens, f"b{i}", "nps", 0, date(2026, 11, 2), touchpoint="t2") for i in range(5)]
    put(facts)
    first = Days(date(2026, 11, 1), date(2026, 11, 1))
    assert [m.estimate.value for m in asked(world, days=first).metrics] == [100.0]
    assert [m.estimate.value for m in asked(world, touchpoint="t2").metrics] == [-100.0]
    assert asked(world, days=first, touchpoint="t2").answered == 0
    assert answered(workspace=world.woollens, asked=Filter()).value == 11


def test_employees_answers_are_not_customers(world: World) -> None:
    put([fact(world.woollens, f"f{i}", "nps", 1, DAY, side="employee") for i in range(10)])
    assert asked(world).answered == 0


def test_neighbours_answers_are_never_counted(world: World) -> None:
    put([fact(world.sauna, f"f{i}", "nps", 0, DAY, touchpoint="t1", cluster="c") for i in range(50)])
    put([fact(world.woollens, f"f{i}", "nps", 10, DAY) for i in range(7)])
    for found in (asked(world), asked(world, touchpoint=None)):
        assert (found.answered, [m.estimate.n for m in found.metrics]) == (7, [7])
    assert asked(world, touchpoint="t1").answered == 0
    forged = f"t1' OR workspace = '{world.sauna.pk}"
    assert asked(world, touchpoint=forged).answered == 0


@pytest.mark.parametrize("measure", [NPS, CSAT, FACES, CES, Measure("ces", 1, 5), Measure("csat", 1, 10)])
def test_good_answers_are_the_same_here_and_in_the_warehouse(world: World, measure: Measure) -> None:
    scale = {"low": measure.low, "high": measure.high}
    values = range(measure.low, measure.high + 1)
    put([fact(world.woollens, f"f{v}", measure.kind, v, DAY, **scale) for v in values])
    (row,) = query.run("metric_sums", workspace=world.woollens).rows
    assert row["top"] == sum(v >= measure.top for v in values) == sum(measure.group(v) is Group.BEST for v in values)
    if measure == NPS:
        counted = [sum(measure.group(v) is group for v in values) for group in (Group.WORST, Group.MIDDLE)]
        assert counted == [row["detractors"], row["passives"]]

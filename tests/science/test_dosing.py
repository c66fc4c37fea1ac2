"""Dosed questions: unbiased, covering, as a loop over the answers, and refusing with a reason."""

from collections import defaultdict
from math import inf, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiilis.science.dosing import Doses, dosed_index, dosed_means, drawn_doses, equal_doses
from fiilis.science.estimate import Estimate, Method, Unknown
from fiilis.science.metrics import mean_from_sums
from fiilis.science.quantiles import t_quantile
from fiilis.science.sums import ClusterSums
from tests.science.dosed import QUESTIONS, population, two_each

FIRST = np.array([0.3, 0.25, 0.15, 0.1, 0.1, 0.1])


def dosed(seed: int, n: int, **named: Any) -> Doses:
    rng = np.random.default_rng(seed)
    everybody = population(rng, n)
    which = two_each(rng, n, FIRST)
    scores = np.take_along_axis(everybody, which, axis=1).ravel()
    names = np.array(QUESTIONS)[which.ravel()]
    return Doses.from_arrays(QUESTIONS, np.repeat(np.arange(n), 2), names, scores, drawn_doses(FIRST, 2), **named)


def error(estimate: Estimate, df: int) -> float:
    assert estimate.high is not None and estimate.value is not None
    return (estimate.high - estimate.value) / t_quantile(0.975, df)


def test_equal_doses_of_24() -> None:
    chances = equal_doses(24, 2)
    assert np.diag(chances) == pytest.approx(np.full(24, 2 / 24))
    assert chances[0, 1] == pytest.approx(1 / (24 * 23 / 2))
    assert equal_doses(1, 1).tolist() == [[1.0]]
    assert equal_doses(3, 3).tolist() == [[1.0] * 3] * 3


@given(st.lists(st.floats(0.05, 1), min_size=2, max_size=8))
def test_chances_add_up_to_the_dose(wanted: list[float]) -> None:
    first = np.array(wanted) / sum(wanted)
    for dose in (1, 2):
        chances = drawn_doses(first.tolist(), dose)
        assert np.trace(chances) == pytest.approx(dose)
        # Who met one question of two met one other with it.
        others = chances.sum(axis=1) - np.diag(chances)
        assert others == pytest.approx((dose - 1) * np.diag(chances))


def test_drawn_evenly_is_equal() -> None:
    assert drawn_doses([0.25] * 4, 2) == pytest.approx(equal_doses(4, 2))


def test_drawn_chances_are_those_of_drawing() -> None:
    which = two_each(np.random.default_rng(1), 200_000, FIRST)
    met = np.zeros((200_000, 6))
    np.put_along_axis(met, which, 1, axis=1)
    assert met.T @ met / 200_000 == pytest.approx(drawn_doses(FIRST.tolist(), 2), abs=0.005)


@pytest.mark.parametrize("dose", [0, 4])
def test_impossible_doses_are_refused(dose: int) -> None:
    with pytest.raises(ValueError, match="nobody meets"):
        equal_doses(3, dose)
    with pytest.raises(ValueError, match="can't be drawn so"):
        drawn_doses([0.5, 0.5], dose)


@pytest.mark.parametrize("chances", [[0.5, 0.6], [1.0, 0.0], [nan, 1.0], [[1.0]]])
def test_chances_of_the_first_draw_add_up(chances: list[float]) -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        drawn_doses(chances, 2)


def test_means_are_hajeks() -> None:
    doses = dosed(1, 300)
    for place, (name, estimate) in enumerate(dosed_means(doses, bounds=(1, 5)).items()):
        mine = doses.question == place
        w, y = doses.weights[mine], doses.score[mine]
        m = (w @ y) / w.sum()
        u = w * (y - m) / w.sum()
        assert (name, estimate.method) == (QUESTIONS[place], Method.INVERSE_PROBABILITY)
        assert estimate.value == pytest.approx(m, rel=1e-12)
        assert error(estimate, len(y) - 1) == pytest.approx(sqrt(len(y) / (len(y) - 1) * (u @ u)), rel=1e-9)


def test_schemes_with_other_chances_are_weighted_apart() -> None:
    # In the shop half met the question, on the web a tenth: the web counts five times.
    chances = np.array([[[0.5]], [[0.1]]])
    doses = Doses.from_arrays(
        ["easy"], range(10), ["easy"] * 10, [5, 5, 4, 5, 4, 2, 1, 2, 3, 2], chances, scheme=[0] * 5 + [1] * 5
    )
    assert dosed_means(doses)["easy"].value == pytest.approx((2 * 23 + 10 * 10) / (10 + 50))


def naive_index(doses: Doses, part: dict[int, float]) -> tuple[float, float]:
    """The index and its standard error, person by person."""
    value, totals = 0.0, defaultdict(float)
    for place, share in part.items():
        rows = [i for i in range(doses.score.size) if doses.question[i] == place]
        weight = sum(doses.weights[i] for i in rows)
        middle = sum(doses.weights[i] * doses.score[i] for i in rows) / weight
        value += share * middle
        for i in rows:
            totals[int(doses.cluster[i])] += share * doses.weights[i] * (doses.score[i] - middle) / weight
    k = len(totals)
    return value, sqrt(k / (k - 1) * sum(total**2 for total in totals.values()))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 999), st.booleans())
def test_index_agrees_with_a_loop_over_persons(seed: int, clustered: bool) -> None:
    doses = dosed(seed, 150, cluster=np.repeat(np.arange(150) % 20, 2) if clustered else None)
    index = dosed_index(doses, {"easy": 3, "fast": 1, "kind": 0})
    value, standard_error = naive_index(doses, {0: 0.75, 1: 0.25})
    assert index.value == pytest.approx(value)
    clusters = len(np.unique(doses.cluster[doses.question < 2]))
    assert error(index, clusters - 1) == pytest.approx(standard_error, rel=1e-9)
    assert index.n == len(np.unique(doses.person[doses.question < 2]))


def test_index_of_one_question_is_its_mean() -> None:
    doses = dosed(3, 200)
    index, mean = dosed_index(doses, ["kind"]), dosed_means(doses)["kind"]
    assert (index.value, index.low, index.high, index.n) == pytest.approx((mean.value, mean.low, mean.high, mean.n))


def test_everything_asked_is_the_plain_mean() -> None:
    everybody = population(np.random.default_rng(2), 40)
    doses = Doses.from_arrays(
        QUESTIONS, np.repeat(np.arange(40), 6), np.tile(QUESTIONS, 40), everybody.ravel(), equal_doses(6, 6)
    )
    plain = mean_from_sums(ClusterSums.from_arrays(everybody[:, 2]))
    mean = dosed_means(doses)["kind"]
    assert (mean.value, mean.low, mean.high) == pytest.approx((plain.value, plain.low, plain.high))
    own = mean_from_sums(ClusterSums.from_arrays(everybody.mean(axis=1)))
    index = dosed_index(doses, QUESTIONS)
    assert (index.value, index.low, index.high) == pytest.approx((own.value, own.low, own.high))


def test_order_of_answers_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    doses = dosed(5, 120)
    names = np.array(QUESTIONS)[doses.question]
    order = rng.permutation(doses.score.size)
    other = Doses.from_arrays(QUESTIONS, doses.person[order], names[order], doses.score[order], doses.chances)
    assert dosed_index(other, QUESTIONS).half_width == pytest.approx(dosed_index(doses, QUESTIONS).half_width)
    for name, mean in dosed_means(doses).items():
        assert dosed_means(other)[name].value == pytest.approx(mean.value)


def build(
    score: list[float], question: list[str] | None = None, chance: float = 0.5, person: list[int] | None = None,
    **named: Any,
) -> Doses:  # fmt: skip
    return Doses.from_arrays(
        ["easy", "fast"], list(range(len(score))) if person is None else person,
        ["easy"] * len(score) if question is None else question, score, np.full((2, 2), chance), **named,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("doses", "why"),
    [
        (build([]), Unknown.NO_ANSWERS),
        (build([1, 2, 3]), Unknown.TOO_FEW),
        (build([5, 5, 5, 5, 5]), Unknown.NO_SPREAD),
        (build([1, 2, 3, 4, 5], cluster=[1] * 5), Unknown.ONE_CLUSTER),
        (build([1, 2, 3, 4, nan]), Unknown.INVALID),
        (build([1, 2, 3, 4, inf]), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], chance=0), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], chance=-0.5), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], chance=1.5), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], chance=nan), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], question=["easy"] * 4 + ["other"]), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], person=[1, 1, 2, 3, 4]), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], scheme=[0, 0, 0, 0, 1]), Unknown.INVALID),
        (build([1, 2, 3, 4, 5], scheme=[0, 0, 0, 0, -1]), Unknown.INVALID),
        (build([50, 60, 70, 80, 90]), Unknown.INVALID),
    ],
)
def test_question_without_a_mean_says_why(doses: Doses, why: Unknown) -> None:
    bounds = None if why is Unknown.NO_SPREAD else (1, 5)
    assert dosed_means(doses, bounds=bounds)["easy"].unknown is why
    assert dosed_index(doses, ["easy"], bounds=bounds).unknown is why


def test_question_that_nobody_met_has_no_answers() -> None:
    doses = build([1, 2, 3, 4, 5])
    assert dosed_means(doses)["fast"].unknown is Unknown.NO_ANSWERS
    assert dosed_index(doses, ["easy", "fast"]).unknown is Unknown.NO_ANSWERS


def test_question_answered_alike_is_no_certainty_alone_but_may_be_in_an_index() -> None:
    doses = build([5] * 5 + [1, 2, 3, 4, 5], question=["easy"] * 5 + ["fast"] * 5)
    assert dosed_means(doses, bounds=(1, 5))["easy"].method is Method.WORST_CASE
    assert dosed_index(doses, ["easy", "fast"]).value == 4


def test_index_of_people_from_one_shop_is_not_known() -> None:
    # Each question was asked in two shops, heavily in one.
    doses = build([1, 2, 3, 4, 5], cluster=[1, 1, 1, 1, 1])
    assert dosed_index(doses, ["easy"]).unknown is Unknown.ONE_CLUSTER


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([], "questions that are there"),
        (["other"], "questions that are there"),
        ({"easy": -1.0, "fast": 2.0}, "not negative"),
        ({"easy": nan}, "finite"),
        ({"easy": 0.0}, "not all 0"),
    ],
)
def test_wrong_index_is_refused(parts: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        dosed_index(build([1, 2, 3, 4, 5]), parts)


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="of one length"):
        Doses.from_arrays(["easy"], [1, 2], ["easy"], [3], [[1.0]])
    with pytest.raises(ValueError, match="1 x 1 questions"):
        Doses.from_arrays(["easy"], [1], ["easy"], [3], [[1.0, 0.5]])
    with pytest.raises(ValueError, match="1 x 1 questions"):
        Doses.from_arrays(["easy"], [1], ["easy"], [3], 1.0)


def test_doses_of_unequal_readers_are_unbiased_and_cover() -> None:
    """600 draws of 300 people; half are frequent buyers, happier and asked "easy" three times as often."""
    rng = np.random.default_rng(4)
    chances = np.array([drawn_doses([0.6, 0.4], 1), drawn_doses([0.2, 0.8], 1)])
    truth = 0.5 * 4.0 + 0.5 * 2.0
    found, inside, plain = [], 0, []
    for _ in range(600):
        often = rng.random(300) < 0.5
        easy = rng.random(300) < np.where(often, 0.6, 0.2)
        score = np.where(often, 4.0, 2.0) + rng.choice([-1.0, 0.0, 1.0], 300)
        names = np.where(easy, "easy", "fast")
        doses = Doses.from_arrays(["easy", "fast"], range(300), names, score, chances, scheme=np.where(often, 0, 1))
        mean = dosed_means(doses)["easy"]
        found.append(mean.value)
        inside += mean.low <= truth <= mean.high  # type: ignore[operator]
        plain.append(score[easy].mean())
    assert np.mean(found) == pytest.approx(truth, abs=0.02)
    assert np.mean(plain) == pytest.approx(3.5, abs=0.05)
    assert 558 <= inside <= 582


def test_index_of_two_dosed_questions_covers() -> None:
    rng = np.random.default_rng(10)
    truth = population(rng, 400_000).mean()
    intervals = [dosed_index(dosed(1000 + seed, 250), QUESTIONS) for seed in range(300)]
    inside = sum(one.low <= truth <= one.high for one in intervals)  # type: ignore[operator]
    assert 274 <= inside <= 296
    assert np.mean([one.value for one in intervals]) == pytest.approx(truth, abs=0.02)  # type: ignore[arg-type]

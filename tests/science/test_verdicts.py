"""Verdicts: what a Comparison may say, how many answers it asks for, and what Holm keeps over a page."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from fiilis.science.comparisons import Comparison, Growing, Verdict, compare_nps, holm
from fiilis.science.estimate import Method, Unknown
from fiilis.science.sums import Counts
from fiilis.science.verdicts import Evidence, Side, judge, missing_comparison
from tests.science.false_arrows import p_values

INFINITE = float("inf")


def evidence(
    delta: float, se: float, *, margin: float | None = None, growing: Growing = Growing.BOTH, n: int = 100
) -> Evidence:
    a, b = (Side(value, value, se * se / 2, n - 1, n, n) for value in (delta, 0.0))
    return Evidence(a, b, INFINITE, Method.ADJUSTED_WALD, margin, growing)


def parts(**changes: object) -> Comparison:
    standard: dict[str, object] = {
        "delta": 5.0, "low": 1.0, "high": 9.0, "level": 0.95, "p": 0.01, "verdict": Verdict.BETTER,
        "more_needed": None, "n_a": 50, "n_b": 50, "method": Method.T,
    }  # fmt: skip
    return Comparison(**(standard | changes))  # type: ignore[arg-type]


def test_comparison_whose_parts_agree_is_made() -> None:
    assert parts().verdict == "better"
    assert parts(delta=-5.0, low=-9.0, high=-1.0, verdict=Verdict.WORSE).verdict == "worse"


@pytest.mark.parametrize(
    "changes",
    [
        {"low": 6.0},
        {"high": 4.0},
        {"high": INFINITE},
        {"delta": None},
        {"low": None},
        {"high": None},
        {"p": None},
        {"low": -1.0},
        {"verdict": Verdict.WORSE},
        {"n_a": 29},
        {"n_b": 29},
        {"more_needed": 5},
        {"level": 95},
        {"unknown": Unknown.TOO_FEW},
        {"unknown": Unknown.TOO_FEW, "delta": None, "low": None, "high": None, "p": None},
    ],
)
def test_contradiction_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        parts(**changes)


@pytest.mark.parametrize(
    ("delta", "se", "margin", "verdict"),
    [
        (5, 2, None, "better"),
        (-5, 2, None, "worse"),
        (3, 2, None, "not_known"),
        (0, 2, None, "not_known"),
        (0, 1, 3, "no_material_difference"),
        (2.5, 1, 3, "better"),
        (2, 0.5, 3, "no_material_difference"),
        (1.5, 1, 3, "not_known"),
    ],
)
def test_verdict_follows_from_interval_and_margin(delta: float, se: float, margin: float | None, verdict: str) -> None:
    assert judge(evidence(delta, se, margin=margin)).verdict == verdict


@settings(deadline=None)
@given(st.floats(-20, 20), st.floats(0.5, 20), st.floats(1, 10), st.integers(30, 2000), st.sampled_from(Growing))
def test_after_the_answers_asked_for_not_known_is_no_answer(
    delta: float, se: float, margin: float, n: int, growing: Growing
) -> None:
    before = judge(evidence(delta, se, margin=margin, growing=growing, n=n))
    more = before.more_needed
    if more is None:
        return
    grown_a = se * se / 2 * n / (n + more)
    grown_b = grown_a if growing is Growing.BOTH else se * se / 2
    for seen in np.linspace(-2 * margin, 2 * margin, 81):
        sides = (
            Side(float(seen), float(seen), grown_a, n + more - 1, n + more, n + more),
            Side(0.0, 0.0, grown_b, n - 1, n, n),
        )
        assert judge(Evidence(*sides, INFINITE, Method.ADJUSTED_WALD, margin, growing)).verdict != "not_known"


def test_answers_asked_for_are_not_many_too_many() -> None:
    before = judge(evidence(0, 4, margin=5, n=100))
    # (5 / (1.959964 + 1.644854))^2 = 1.92 wanted of 16: 8.32 times the answers
    assert before.more_needed == 732


def test_holm_of_nothing_is_nothing() -> None:
    assert holm([]) == ()


def test_holm_of_one_keeps_all_but_takes_the_heavier_tail() -> None:
    alone = judge(evidence(5, 2, margin=3))
    (judged,) = holm([alone])
    assert judged.p_family == pytest.approx(2 * stats.t.sf(2.5, 198), rel=1e-9)
    assert replace(judged, p_family=alone.p_family) == alone


def test_holm_steps_down_as_by_hand() -> None:
    page = [judge(evidence(z, 1.0)) for z in (2.0, 3.0, 2.3, 0.5)]
    p = [2 * stats.t.sf(z, 198) for z in (2.0, 3.0, 2.3, 0.5)]
    judged = holm(page)
    by_hand = (2 * p[0], 4 * p[1], 3 * p[2], p[3])
    assert [one.p_family for one in judged] == pytest.approx(
        [max(by_hand[0], by_hand[2]), by_hand[1], by_hand[2], max(by_hand[0], by_hand[2], by_hand[3])]
    )
    assert [str(one.verdict) for one in judged] == ["not_known", "better", "not_known", "not_known"]
    assert [one.family for one in judged] == [4, 4, 4, 4]
    assert [one.p for one in judged] == [one.p for one in page]


def test_holm_judges_again_what_it_judged_before_the_same() -> None:
    page = holm([judge(evidence(z, 1.0, margin=2.5)) for z in (2.0, 3.0, 2.3, 0.5, 0.0)])
    assert holm(page) == page


def test_holm_asks_for_more_answers_than_one_comparison() -> None:
    alone = judge(evidence(0, 4, margin=5))
    together = holm([alone] * 10)
    assert alone.more_needed is not None and together[0].more_needed is not None
    assert together[0].more_needed > alone.more_needed


def test_holm_takes_back_equivalence_too() -> None:
    alone = judge(evidence(0, 1.5, margin=3))
    assert alone.verdict == "no_material_difference"
    assert {one.verdict for one in holm([alone] * 10)} == {Verdict.NOT_KNOWN}


def test_holm_leaves_out_what_cannot_have_a_verdict() -> None:
    few, missing = judge(evidence(9, 1, n=29)), missing_comparison(Unknown.NO_ANSWERS, n_a=0, n_b=9)
    alone = judge(evidence(2.1, 1.0))
    assert holm([few, alone, missing]) == (few, *holm([alone]), missing)
    assert holm([few, alone, missing])[1].verdict == "better"


def test_holm_refuses_unlike_levels() -> None:
    with pytest.raises(ValueError):
        holm([judge(evidence(5, 2), 0.95), judge(evidence(5, 2), 0.9)])


@pytest.mark.parametrize("n", [30, 400])
def test_holm_is_what_the_simulation_of_false_verdicts_simulates(n: int) -> None:
    # The simulation over whole arrays draws enough pages to tell 4 % from 6 %; this ties the package to it.
    chance = np.random.default_rng(5)
    for _ in range(20):
        a, b = chance.multinomial(n, [0.3, 0.3, 0.4], size=12), chance.multinomial(n, [0.2, 0.3, 0.5], size=12)
        both = zip(a, b, strict=True)
        page = holm([compare_nps(Counts(*map(int, x)), Counts(*map(int, y)), margin=20) for x, y in both])
        (alone, far), (_, far_equivalent) = p_values(a, b, None), p_values(a, b, 0.20)
        assert [one.p for one in page] == pytest.approx(list(alone), rel=1e-9)
        assert min(one.p_family or 0 for one in page) == pytest.approx(min(1, 12 * min(far)), rel=1e-9)
        immaterial = any(one.verdict == "no_material_difference" for one in page)
        assert immaterial == (12 * min(far_equivalent) <= 0.05)
        arrow = any(one.verdict in ("better", "worse") for one in page)
        assert arrow <= (12 * min(far) <= 0.05)

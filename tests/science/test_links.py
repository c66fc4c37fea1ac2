"""Links and refusals: what stands, what each reason needs, and how often nothing is called a link."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fiilis.science.adjustment import Adjustment
from fiilis.science.links import Asked, Link, Pairs, Reason, Refusal, judge_link, judge_links
from fiilis.science.power import Outcome

ASKED = Asked(minimal_effect=-0.3)
SHARES = Asked(minimal_effect=-0.1)


def late_delivery(seed: int = 1, effect: float = -1.0, n: int = 600, hidden: float = 0.0) -> Pairs:
    """CSAT of support after orders that came late or in time; `hidden` moves lateness, CSAT and earlier CSAT."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 2))
    unseen = random.normal(size=n)
    late = (random.random(n) < 1 / (1 + np.exp(0.5 - x @ (0.6, -0.3) - hidden * unseen))).astype(int)
    base = 3.5 - x @ (0.5, 0.2) - hidden * unseen
    return Pairs(
        "late delivery before low support CSAT",
        late,
        base + effect * late + random.normal(size=n),
        np.where(late == 1, 10.0, np.nan),
        np.full(n, 17.0),
        x,
        earlier=base + random.normal(size=n),
    )


def shares(seed: int = 1, effect: float = -0.3, n: int = 800) -> Pairs:
    random = np.random.default_rng(seed)
    x = random.integers(0, 3, (n, 1)).astype(float)
    late = (random.random(n) < 0.2 + 0.2 * x[:, 0]).astype(int)
    good = (random.random(n) < 0.75 - 0.1 * x[:, 0] + effect * late).astype(int)
    return Pairs("late", late, good, np.zeros(n), np.ones(n), x, kind=Outcome.SHARE)


def refused(pairs: Pairs, asked: Asked = ASKED) -> Refusal:
    found = judge_link(pairs, asked)
    assert isinstance(found, Refusal)
    return found


@pytest.mark.parametrize("how", [Adjustment.REGRESSION, Adjustment.WEIGHTED])
def test_strong_link_stands_with_all_it_rests_on(how: Adjustment) -> None:
    link = judge_link(late_delivery(), replace(ASKED, how=how))
    assert isinstance(link, Link)
    details = link.effect.details
    assert details is not None
    assert link.effect.estimate.value == pytest.approx(-1, abs=0.25)
    assert link.effect.estimate.value == pytest.approx(details.exposed - details.others)
    assert (link.effect.estimate.n, link.effect.method) == (600, "adjusted_difference")
    assert details.e_value.estimate > details.e_value.limit > 1.5
    assert details.control is not None
    assert details.control.p > 0.05
    assert [str(code) for code in link.effect.assumes][:2] == ["all_causes_measured", "time_order"]
    assert str(link.effect.breaks_if[0]) == "hidden_cause"


@pytest.mark.parametrize("how", list(Adjustment))
def test_link_of_shares_stands(how: Adjustment) -> None:
    link = judge_link(shares(), replace(SHARES, how=how))
    assert isinstance(link, Link)
    assert link.effect.estimate.value == pytest.approx(-0.3, abs=0.08)
    assert link.effect.details is not None
    assert link.effect.details.control is None


def test_nothing_is_seldom_called_a_link() -> None:
    found = [judge_link(late_delivery(seed, effect=0), replace(ASKED, e_value=1)) for seed in range(100)]
    assert sum(isinstance(one, Link) for one in found) <= 10
    assert all(isinstance(judge_link(late_delivery(seed, effect=0), ASKED), Refusal) for seed in range(30))


def test_many_links_tried_on_nothing_give_a_link_on_few_pages() -> None:
    pages = 0
    for page in range(30):
        pairs = [replace(late_delivery(100 * page + place, effect=0, n=150), earlier=None) for place in range(10)]
        pages += any(isinstance(one, Link) for one in judge_links(pairs, replace(ASKED, e_value=1)))
    assert pages <= 5


def test_link_that_stands_alone_can_fall_among_many() -> None:
    weak = [late_delivery(seed, effect=-0.24) for seed in range(60)]
    asked = replace(ASKED, e_value=1)
    alone = next(
        one
        for one in weak
        if isinstance(found := judge_link(one, asked), Link) and found.effect.p is not None and found.effect.p > 0.01
    )
    quiet = [late_delivery(seed, effect=0) for seed in range(200, 215)]
    among = judge_links([alone, *quiet], asked)[0]
    assert isinstance(among, Refusal)
    assert among.reason is Reason.ONE_OF_MANY
    assert among.smallest_experiment is not None
    assert among.effect is not None
    assert among.effect.details is not None
    assert among.effect.details.p_family > 0.05
    assert among.effect.details.family == 16


def test_hidden_cause_is_caught_by_the_negative_control() -> None:
    found = refused(late_delivery(effect=0, hidden=0.8))
    assert found.reason is Reason.NEGATIVE_CONTROL
    assert found.effect is not None
    assert found.effect.details is not None
    assert found.effect.details.control is not None
    assert found.effect.details.control.p < 0.001
    # Without the control it would have been shown, though nothing is there.
    assert isinstance(judge_link(replace(late_delivery(effect=0, hidden=0.8), earlier=None), ASKED), Link)


def test_weak_link_is_fragile() -> None:
    found = refused(late_delivery(effect=-0.3, n=4000), replace(ASKED, e_value=2))
    assert found.reason is Reason.FRAGILE
    assert found.effect is not None
    assert found.effect.details is not None
    assert 1 < found.effect.details.e_value.limit < 2


def test_interval_over_zero_is_not_shown() -> None:
    found = refused(late_delivery(effect=0, seed=3))
    assert found.reason is Reason.NOT_SHOWN
    assert found.effect is not None
    assert found.effect.details is not None
    assert found.effect.details.e_value.limit == 1


def change(pairs: Pairs, **parts: Any) -> Pairs:
    return replace(pairs, **parts)


BASE = late_delivery()
N = 600
EXPOSED, CONFOUNDERS = np.asarray(BASE.exposed), np.asarray(BASE.confounders)


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        (change(BASE, outcome=np.asarray(BASE.outcome) * np.nan), Reason.INVALID),
        (change(BASE, outcome=np.asarray(BASE.outcome) + np.inf), Reason.INVALID),
        (change(BASE, exposed=EXPOSED * 2), Reason.INVALID),
        (change(BASE, confounders=CONFOUNDERS * np.inf), Reason.INVALID),
        (change(BASE, earlier=np.full(N, np.nan)), Reason.INVALID),
        (change(BASE, kind=Outcome.SHARE), Reason.INVALID),
        (change(BASE, outcome_at=np.full(N, 10.0)), Reason.WRONG_ORDER),
        (change(BASE, outcome_at=np.full(N, 3.0)), Reason.WRONG_ORDER),
        (change(BASE, exposed_at=np.full(N, np.nan)), Reason.WRONG_ORDER),
        (Pairs("none", [], [], [], []), Reason.TOO_FEW),
        (Pairs("one", [1], [3.0], [1], [2]), Reason.TOO_FEW),
        (change(BASE, exposed=np.arange(N) < 29, exposed_at=np.zeros(N)), Reason.TOO_FEW),
        (change(BASE, exposed=np.arange(N) >= 29, exposed_at=np.zeros(N)), Reason.TOO_FEW),
        (change(BASE, outcome=np.full(N, 3.0)), Reason.NO_SPREAD),
        (change(BASE, outcome=EXPOSED * 1.0), Reason.NO_SPREAD),
        (change(BASE, earlier=np.full(N, 3.0)), Reason.NO_SPREAD),
        (change(BASE, confounders=np.ones((N, 1))), Reason.COLLINEAR),
        (change(BASE, confounders=np.column_stack([CONFOUNDERS, CONFOUNDERS])), Reason.COLLINEAR),
        (change(BASE, confounders=EXPOSED), Reason.NO_OVERLAP),
        (change(BASE, confounders=CONFOUNDERS + 3.2 * EXPOSED[:, None]), Reason.NO_OVERLAP),
    ],
)
def test_each_reason_is_named(pairs: Pairs, reason: Reason) -> None:
    assert refused(pairs).reason is reason


def test_as_many_confounders_as_people_are_too_few() -> None:
    random = np.random.default_rng(1)
    many = change(late_delivery(n=90), confounders=random.normal(size=(90, 100)))
    assert refused(many).reason is Reason.TOO_FEW


def test_strata_of_one_kind_do_not_overlap() -> None:
    found = refused(late_delivery(), replace(ASKED, how=Adjustment.STRATIFIED))
    assert found.reason is Reason.NO_OVERLAP


def test_shares_that_a_regression_leads_below_nothing_are_too_few() -> None:
    # The others are good only at the lowest x, the exposed have a higher x: the line goes below 0 on the way there.
    others, exposed = np.linspace(0, 3, 100), np.linspace(1, 4, 200)
    x, late = np.concatenate([others, exposed]), np.repeat([0, 1], [100, 200])
    good = np.where(late == 1, np.arange(300) % 2, x < 0.3)
    pairs = Pairs("late", late, good, np.zeros(300), np.ones(300), x, kind=Outcome.SHARE)
    assert refused(pairs, Asked(0.1)).reason is Reason.TOO_FEW


def test_groups_each_all_alike_have_no_spread_however_adjusted() -> None:
    same = change(BASE, outcome=EXPOSED * 1.0)
    assert refused(same, replace(ASKED, how=Adjustment.WEIGHTED)).reason is Reason.NO_SPREAD


def test_without_confounders_a_link_can_stand_too() -> None:
    assert isinstance(judge_link(change(BASE, confounders=()), ASKED), Link | Refusal)
    assert isinstance(judge_link(change(BASE, confounders=(), earlier=None), ASKED), Link)


def test_refusal_brings_the_smallest_experiment() -> None:
    found = refused(shares(effect=0.0), SHARES)
    plan = found.smallest_experiment
    assert plan is not None
    assert (plan.outcome, plan.minimal_effect, plan.power, plan.level) == (Outcome.SHARE, -0.1, 0.8, 0.95)
    assert 300 < plan.per_arm < 450
    means = refused(late_delivery(effect=0)).smallest_experiment
    assert means is not None
    assert means.outcome is Outcome.MEAN


@pytest.mark.parametrize(
    ("pairs", "asked"),
    [
        (Pairs("none", [], [], [], []), ASKED),
        (Pairs("flat", [0, 0, 1], [3.0, 3.0, 4.0], [1] * 3, [2] * 3), ASKED),
        (Pairs("full", [0, 0, 1], [1, 1, 0], [1] * 3, [2] * 3, kind=Outcome.SHARE), Asked(0.1)),
    ],
)
def test_no_experiment_is_planned_by_nothing(pairs: Pairs, asked: Asked) -> None:
    assert refused(pairs, asked).smallest_experiment is None


def test_order_of_links_is_kept_and_refusals_before_any_difference_do_not_count() -> None:
    short = Pairs("short", [1], [3.0], [1], [2])
    found = judge_links([short, late_delivery(), short], ASKED)
    assert [type(one) for one in found] == [Refusal, Link, Refusal]
    assert isinstance(found[1], Link)
    assert found[1].effect.details is not None
    assert found[1].effect.details.family == 1


@pytest.mark.parametrize(
    "options", [{"minimal_effect": 0}, {"minimal_effect": float("nan")}, {"minimal_effect": 1, "e_value": 0.5},
                {"minimal_effect": 1, "level": 95}]
)  # fmt: skip
def test_impossible_questions_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"smallest effect|E-value|level"):
        Asked(**options)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one row a person"):
        judge_link(change(BASE, outcome=[1.0]), ASKED)

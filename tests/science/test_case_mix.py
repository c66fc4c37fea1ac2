"""Case mix: least squares against another program and by hand, symmetries, and mixes that can't be compared."""

import numpy as np
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from fiilis.science.case_mix import Adjusted, adjust, as_moments, pool, together
from fiilis.science.estimate import Unknown
from fiilis.science.sums import Counts, Moments, Tally

tally = st.integers(1, 30).flatmap(lambda n: st.builds(Tally, st.integers(0, n), st.just(n)))
group = st.fixed_dictionaries({"new": tally, "old": tally, "complaint": tally})


def known(result: Adjusted | Unknown) -> Adjusted:
    assert isinstance(result, Adjusted)
    return result


def test_figures_agree_with_least_squares_of_statsmodels() -> None:
    groups = [
        {"new": Tally(18, 20), "complaint": Tally(2, 5)},
        {"new": Tally(5, 5), "complaint": Tally(9, 20)},
        {"new": Tally(7, 12), "complaint": Tally(3, 9), "old": Tally(4, 8)},
    ]
    rows = [
        {"group": str(i), "kind": kind, "y": float(answer < one.successes)}
        for i, kinds in enumerate(groups)
        for kind, one in kinds.items()
        for answer in range(one.n)
    ]
    table = DataFrame(rows)
    fit = smf.ols("y ~ 0 + group + kind", table).fit()
    mix = table["kind"].value_counts(normalize=True)
    contrasts = np.zeros((3, len(fit.params)))
    for i in range(3):
        for place, name in enumerate(fit.params.index):
            is_kind = name.startswith("kind")
            contrasts[i, place] = mix[name[len("kind[T.") : -1]] if is_kind else float(name == f"group[{i}]")
    result = known(adjust(groups))
    assert result.values == pytest.approx(list(contrasts @ fit.params), rel=1e-9)
    assert result.covariance == pytest.approx(contrasts @ fit.cov_params().to_numpy() @ contrasts.T, rel=1e-9)
    assert result.df == fit.df_resid


def test_expected_and_own_figure_add_up() -> None:
    groups = [{"a": Tally(30, 40), "b": Tally(5, 20)}, {"a": Tally(5, 10), "b": Tally(20, 60)}]
    result = known(adjust(groups))
    overall = 60 / 130
    for value, expected, kinds in zip(result.values, result.expected, groups, strict=True):
        raw = sum(one.successes for one in kinds.values()) / sum(one.n for one in kinds.values())
        assert expected is not None
        assert raw - value == pytest.approx(expected - overall)


@settings(deadline=None, max_examples=40)
@given(st.lists(group, min_size=2, max_size=5))
def test_order_and_names_play_no_part(groups: list[dict[str, Tally]]) -> None:
    forth, back = adjust(groups), adjust(groups[::-1])
    renamed = adjust([{f"z{kind[::-1]}": one for kind, one in kinds.items()} for kinds in groups])
    if isinstance(forth, Unknown):
        assert forth is back is renamed is Unknown.NO_SPREAD
        return
    assert known(back).values[::-1] == pytest.approx(forth.values, abs=1e-9)
    assert known(renamed).values == pytest.approx(forth.values, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.lists(tally, min_size=2, max_size=6))
def test_one_kind_alone_leaves_plain_means(plain: list[Tally]) -> None:
    result = adjust([{"all": one} for one in plain])
    if isinstance(result, Adjusted):
        assert result.values == pytest.approx([one.successes / one.n for one in plain])
        squares, df = pool(plain)
        assert [row[i] for i, row in enumerate(result.covariance)] == pytest.approx(
            [squares / df / one.n for one in plain]
        )


def test_kinds_reached_over_others_are_comparable() -> None:
    chain = [{"a": Tally(3, 9), "b": Tally(4, 9)}, {"b": Tally(5, 9), "c": Tally(2, 9)}, {"c": Tally(1, 9)}]
    assert isinstance(adjust(chain), Adjusted)


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ([{"a": Tally(3, 9)}, {"b": Tally(3, 9)}], Unknown.NOT_COMPARABLE),
        ([{"a": Tally(3, 9)}, {"a": Tally(0, 0)}], Unknown.NOT_COMPARABLE),
        ([{"a": Tally(3, 9)}, {"a": Tally(9, 3)}], Unknown.INVALID),
        ([{"a": Tally(3, 9)}, {"a": Tally(float("nan"), 3)}], Unknown.INVALID),  # type: ignore[arg-type]
        ([{"a": Tally(9, 9)}, {"a": Tally(9, 9)}], Unknown.NO_SPREAD),
        ([{"a": Tally(1, 1)}, {"a": Tally(0, 1)}], Unknown.NO_SPREAD),
    ],
)
def test_mix_that_cannot_be_adjusted_says_why(groups: list[dict[str, Tally]], why: Unknown) -> None:
    assert adjust(groups) is why  # type: ignore[arg-type]


def test_any_plain_answers_have_moments() -> None:
    assert as_moments(Counts(2, 3, 5)) == Moments(10, 300.0, 70000.0)
    assert as_moments(Tally(7, 10)) == Moments(10, 7, 7)
    assert as_moments(Moments(3, 12, 50)) == Moments(3, 12, 50)


def test_only_like_answers_can_be_put_together() -> None:
    assert together([Counts(1, 2, 3), Counts(4, 5, 6)]) == Counts(5, 7, 9)
    for parts in ([], [Counts(1, 2, 3), Tally(1, 2)]):
        with pytest.raises(ValueError):
            together(parts)  # type: ignore[arg-type]

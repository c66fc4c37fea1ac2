"""What a group would have had with the same mix of cases as all others: the step before a fair ranking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fiilis.science.estimate import Unknown
from fiilis.science.metrics import Plain
from fiilis.science.sums import ROUNDING, Counts, Moments, Tally


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Figures of groups for one common mix, their covariance matrix with its degrees of freedom.

    `expected` is what the whole would have had with each group's own mix; None where there is no mix.
    """

    values: list[float]
    covariance: list[list[float]]
    df: int
    expected: list[float | None]


def as_moments(plain: Plain) -> Moments:
    """Return number, sum and sum of squares of any plain answers; the NPS in points.

    >>> as_moments(Counts(detractors=1, passives=2, promoters=7))
    Moments(n=10, total=600.0, total_sq=80000.0)
    """
    if isinstance(plain, Counts):
        net, apart = plain.promoters - plain.detractors, plain.promoters + plain.detractors
        return Moments(plain.n, 100.0 * net, 1e4 * apart)
    if isinstance(plain, Tally):
        return Moments(plain.n, plain.successes, plain.successes)
    return plain


def together(parts: Sequence[Plain]) -> Plain:
    """Return the answers of several parts as one. Raises ValueError for none, or for unlike metrics.

    >>> together([Tally(1, 2), Tally(3, 4)])
    Tally(successes=4, n=6)
    """
    first = parts[0] if parts else None
    if first is None or any(type(one) is not type(first) for one in parts):
        raise ValueError("only answers to one and the same metric can be put together")
    fields = [tuple(getattr(one, name) for name in one.__dataclass_fields__) for one in parts]
    return type(first)(*(sum(column) for column in zip(*fields, strict=True)))


def pool(parts: Iterable[Plain]) -> tuple[float, int]:
    """Return the squares of single answers around their own part's mean, and their degrees of freedom.

    >>> pool([Tally(5, 10), Tally(10, 10)])
    (2.5, 18)
    """
    moments = [as_moments(one) for one in parts]
    return sum(one.squares for one in moments), sum(one.n - 1 for one in moments)


def adjust(groups: Sequence[Mapping[str, Plain]]) -> Adjusted | Unknown:
    """Return each group's figure for the mix of kinds that all groups have together, or why it can't be had.

    Least squares with an effect for each group and each kind of case, no interaction: what a kind is worth is learned
    inside groups, so a good group with many hard cases doesn't make them look easy. The figure is direct
    standardisation of that fit to the common mix; `expected` is the indirect one's. NOT_COMPARABLE when two groups
    share no kind, not even over others; INVALID for impossible counts; NO_SPREAD when nothing varies. Misleads where
    groups are good at different kinds. Kinds without answers are left out. Source: Searle, Speed & Milliken 1980, The
    American Statistician 34.

    >>> mostly_easy = {"easy": Tally(90, 100), "hard": Tally(5, 10)}
    >>> mostly_hard = {"easy": Tally(9, 10), "hard": Tally(50, 100)}
    >>> fair = adjust([mostly_easy, mostly_hard])
    >>> [round(value, 2) for value in fair.values], [round(one, 2) for one in fair.expected]
    ([0.7, 0.7], [0.86, 0.54])
    """
    import numpy as np  # noqa: PLC0415 - slow import

    cells = [(i, kind, one) for i, kinds in enumerate(groups) for kind, one in kinds.items() if one.n != 0]
    if any(one.trouble() is Unknown.INVALID for _, _, one in cells):
        return Unknown.INVALID
    if not _connected(len(groups), [(i, kind) for i, kind, _ in cells]):
        return Unknown.NOT_COMPARABLE
    kinds = sorted({kind for _, kind, _ in cells})
    moments = [as_moments(one) for _, _, one in cells]
    n = np.array([one.n for one in moments], dtype=float)
    means = np.array([one.mean for one in moments])
    k = len(groups)
    # One column a group, one a kind but the first, whose effect is 0.
    design = np.zeros((len(cells), k + len(kinds)))
    for row, (i, kind, _) in enumerate(cells):
        design[row, i] = design[row, k + kinds.index(kind)] = 1.0
    mix = n @ design[:, k:] / n.sum()
    design = np.delete(design, k, axis=1)
    inverse = np.linalg.inv(design.T @ (n[:, None] * design))
    effects = inverse @ (design.T @ (n * means))
    squares = sum(one.squares for one in moments) + float(n @ (means - design @ effects) ** 2)
    df = int(n.sum()) - design.shape[1]
    if df < 1 or squares <= ROUNDING * sum(one.total_sq for one in moments):
        return Unknown.NO_SPREAD
    standard = np.hstack([np.eye(k), np.tile(mix[1:], (k, 1))])
    values = standard @ effects
    own = np.array([n * (design[:, i] == 1) for i in range(k)])
    own_mix = own @ design[:, k:] / own.sum(axis=1, keepdims=True)
    overall = float(n @ means / n.sum())
    expected = overall + (own_mix - mix[1:]) @ effects[k:]
    covariance = squares / df * (standard @ inverse @ standard.T)
    return Adjusted(values.tolist(), covariance.tolist(), df, expected.tolist())


def _connected(groups: int, cells: Sequence[tuple[int, str]]) -> bool:
    """Return whether every group can be reached from the first over shared kinds of case."""
    reached, kinds = {0}, set[str]()
    while True:
        kinds_now = {kind for i, kind in cells if i in reached}
        reached_now = {0} | {i for i, kind in cells if kind in kinds_now}
        if (reached_now, kinds_now) == (reached, kinds):
            return len(reached) == groups
        reached, kinds = reached_now, kinds_now

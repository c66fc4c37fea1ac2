"""Each of the changed beside the most alike of the others: a comparison where nobody was drawn by lot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.assumptions import Assumption, Threat
from fiilis.science.effects.types import Effect, known, unknown
from fiilis.science.estimate import DEFAULT_LEVEL, MINIMUM_N, Method, Unknown, check_level
from fiilis.science.propensity import propensity
from fiilis.science.regression import ols

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from fiilis.science.regression import Floats, Places

CALIPER = 0.2
"""Farthest that a match may be, in standard deviations of the distance's scale (Austin 2011)."""

LEAST_MATCHED = 0.5
"""With fewer than this share of the changed matched, the rest is another population: NO_OVERLAP."""

BALANCED = 0.1
"""Standardised differences up to this size are taken as balance (Austin 2009)."""

ASSUMES = (Assumption.ALL_CAUSES_MEASURED, Assumption.SOMEBODY_ALIKE, Assumption.NO_SPILLOVER)
BREAKS_IF = (Threat.HIDDEN_CAUSE, Threat.POOR_MATCHES, Threat.SPILLOVER)

_CHUNK = 2_000_000  # distances held in memory at once


class Distance(StrEnum):
    """What makes two people alike."""

    MAHALANOBIS = "mahalanobis"
    """All covariates, scaled by their spread and turned so that related ones don't count twice."""
    PROPENSITY = "propensity"
    """The chance of being changed, by logistic regression on the covariates, on its logit."""


@dataclass(frozen=True, slots=True)
class Balance:
    """One covariate's standardised difference (changed - others) / sd of the changed, before and after matching."""

    name: str
    before: float
    after: float

    @property
    def balanced(self) -> bool:
        """Whether the matched differ by less than BALANCED."""
        return abs(self.after) <= BALANCED


@dataclass(frozen=True, slots=True)
class Matching:
    """Who was matched: how many of the changed, with how many different others, and how alike they came out."""

    changed: int
    matched: int
    others_used: int
    balance: tuple[Balance, ...]

    @property
    def balanced(self) -> bool:
        """Whether every covariate is balanced after matching."""
        return all(row.balanced for row in self.balance)


def matched(
    y: ArrayLike,
    changed: ArrayLike,
    covariates: ArrayLike,
    *,
    names: tuple[str, ...] = (),
    distance: Distance = Distance.MAHALANOBIS,
    caliper: float = CALIPER,
    neighbours: int = 1,
    level: float = DEFAULT_LEVEL,
) -> Effect[Matching]:
    """Return the mean effect on the changed who could be matched; `y` (n), `changed` (n, 0 or 1), `covariates` (n x q).

    Each changed person is compared with the `neighbours` nearest others within `caliper` (with replacement); what
    matches still differ in is subtracted by a regression among the others used (bias correction); variance by Abadie
    and Imbens, the spread of like people told from the nearest of their own group; normal quantiles.
    H0: the change did nothing to them. Misleads where something unmeasured decided who was changed.
    NO_COMPARISON without others or without changed, TOO_FEW under MINIMUM_N of either, NO_OVERLAP where under
    LEAST_MATCHED of the changed have anybody alike, COLLINEAR, NO_SPREAD, INVALID. `details` hold the balance table;
    imbalance left over puts POOR_MATCHES first in `breaks_if`.
    Sources: Abadie & Imbens 2006, Econometrica 74; 2011, J. Business & Econ. Statistics 29; Austin 2011.
    Raises ValueError for shapes that don't fit, neighbours < 1 or a caliper <= 0.

    >>> age = [20 + i % 40 for i in range(200)]
    >>> fast = [1 if (i * 7) % 10 < (3 if a > 40 else 6) else 0 for i, a in enumerate(age)]
    >>> score = [a / 10 + 2 * f + (i * 13) % 7 / 7 for i, (a, f) in enumerate(zip(age, fast))]
    >>> effect = matched(score, fast, age, names=("age",))
    >>> round(effect.estimate.value, 1), effect.details.balanced
    (2.0, True)
    """
    check_level(level)
    scores, x = np.asarray(y, dtype=float), np.asarray(covariates, dtype=float)
    x = x[:, None] if x.ndim == 1 else x
    if not (scores.shape == np.shape(changed) == x.shape[:1]) or neighbours < 1 or not caliper > 0:
        raise ValueError("y, changed and covariates have one length, neighbours are >= 1, a caliper is above 0")
    who = np.asarray(changed, dtype=float)
    if why := _trouble(scores, who, x, neighbours):
        return unknown(why, len(scores), ASSUMES, BREAKS_IF, level=level)
    mask = who == 1
    space = _space(x, mask, distance)
    if isinstance(space, Unknown):
        return unknown(space, len(scores), ASSUMES, BREAKS_IF, level=level)
    near, far = _nearest(space[mask], space[~mask], neighbours)
    # Mahalanobis distances of q covariates grow as sqrt(q): the caliper is a spread a covariate.
    keep = far <= caliper * np.sqrt(space.shape[1])
    if keep.sum() < max(MINIMUM_N, LEAST_MATCHED * mask.sum()):
        return unknown(Unknown.NO_OVERLAP, len(scores), ASSUMES, BREAKS_IF, level=level)
    pairs = (np.flatnonzero(mask)[keep], np.flatnonzero(~mask)[near[keep]])
    found = _estimate(scores, x, space, mask, pairs)
    details = _details(x, mask, pairs, names)
    threats = BREAKS_IF if details.balanced else (BREAKS_IF[1], BREAKS_IF[0], BREAKS_IF[2])
    n = details.matched + details.others_used
    return known(found, np.inf, n, Method.MATCHED, ASSUMES, threats, level=level, details=details)


def _trouble(y: Floats, who: Floats, x: Floats, neighbours: int) -> Unknown | None:
    if len(y) == 0:
        return Unknown.NO_ANSWERS
    if not (np.isfinite(y).all() and np.isfinite(x).all() and np.isin(who, (0, 1)).all()):
        return Unknown.INVALID
    sizes = (int(who.sum()), len(who) - int(who.sum()))
    if min(sizes) == 0:
        return Unknown.NO_COMPARISON
    # Two of a group are needed to tell the spread of like people.
    return Unknown.TOO_FEW if min(sizes) < max(MINIMUM_N, neighbours + 1) else None


def _space(x: Floats, mask: NDArray[np.bool_], distance: Distance) -> Floats | Unknown:
    """Return coordinates (n x q) in which plain distance is the one asked for, a unit being a standard deviation."""
    if distance is Distance.PROPENSITY:
        fitted = propensity(mask.astype(float), x)
        if isinstance(fitted, Unknown):
            return fitted
        logit = np.log(fitted.chance / (1 - fitted.chance))
        spread = np.sqrt((logit[mask].var(ddof=1) + logit[~mask].var(ddof=1)) / 2)
        return Unknown.COLLINEAR if spread == 0 else np.asarray(logit / spread)[:, None]
    within = np.concatenate([x[mask] - x[mask].mean(axis=0), x[~mask] - x[~mask].mean(axis=0)])
    spread = within.std(axis=0)
    if (spread <= 1e-12 * np.abs(x).max(axis=0)).any():
        return Unknown.COLLINEAR
    scaled = within / spread
    values, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    if values[0] < 1e-10 * values[-1]:
        return Unknown.COLLINEAR
    return np.asarray((x - x.mean(axis=0)) / spread @ (vectors / np.sqrt(values)))


def _nearest(points: Floats, others: Floats, count: int) -> tuple[Places, Floats]:
    """Return for each point the `count` nearest others (m x count) and how far the last of them is (m)."""
    rows = max(1, _CHUNK // len(others))
    near, far = [], []
    for start in range(0, len(points), rows):
        part = points[start : start + rows]
        gaps = part[:, None, :] - others[None, :, :]
        squares = np.einsum("ijk,ijk->ij", gaps, gaps)
        # A stable sort, so that ties go to the first row whatever the machine.
        places = np.argsort(squares, axis=1, kind="stable")[:, :count]
        near.append(places)
        far.append(np.sqrt(np.take_along_axis(squares, places[:, -1:], axis=1)[:, 0]))
    return np.concatenate(near), np.concatenate(far)


def _estimate(
    y: Floats, x: Floats, space: Floats, mask: NDArray[np.bool_], pairs: tuple[Places, Places]
) -> tuple[float, float]:
    """Return the bias-corrected mean effect on the matched and its Abadie-Imbens standard error."""
    treated, chosen = pairs
    count = chosen.shape[1]
    used, places = np.unique(chosen, return_inverse=True)
    places = places.reshape(chosen.shape)
    # mu(x) of the others, fitted where they were used, each as often as it was; none where they don't differ.
    design = np.column_stack([np.ones(len(used)), x[used]])
    often = np.bincount(places.ravel(), minlength=len(used)).astype(float)
    root = np.sqrt(often)
    line = ols(y[used] * root, design * root[:, None])
    slopes = np.zeros(x.shape[1]) if isinstance(line, Unknown) else line.coefficients[1:]
    without = (y[chosen] + (x[treated][:, None, :] - x[chosen]) @ slopes).mean(axis=1)
    gains = y[treated] - without
    value = float(gains.mean())
    # Times each other was used, K, as a weight; of what it adds, K/M^2 is in the gains' own spread already.
    weight, own = often / count, often / count**2
    spread = np.zeros(len(used))
    controls = np.flatnonzero(~mask)
    near, _ = _nearest(space[used], space[controls], 2)
    # The nearest of one's own group that isn't oneself.
    itself = controls[near[:, 0]] == used
    twin = controls[np.where(itself, near[:, 1], near[:, 0])]
    spread = (y[used] - y[twin]) ** 2 / 2
    total = float(((gains - value) ** 2).sum() + ((weight**2 - own) * spread).sum())
    return value, max(0.0, total) ** 0.5 / len(treated)


def _details(x: Floats, mask: NDArray[np.bool_], pairs: tuple[Places, Places], names: tuple[str, ...]) -> Matching:
    treated, chosen = pairs
    spread = x[mask].std(axis=0, ddof=1)
    spread = np.where(spread > 0, spread, x.std(axis=0, ddof=1))
    before = (x[mask].mean(axis=0) - x[~mask].mean(axis=0)) / spread
    after = (x[treated].mean(axis=0) - x[chosen].mean(axis=(0, 1))) / spread
    titles = names or tuple(f"x{place + 1}" for place in range(x.shape[1]))
    return Matching(
        changed=int(mask.sum()),
        matched=len(treated),
        others_used=len(np.unique(chosen)),
        balance=tuple(
            Balance(name, float(one), float(two)) for name, one, two in zip(titles, before, after, strict=True)
        ),
    )

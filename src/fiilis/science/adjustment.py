"""Two groups that nobody drew by lot, adjusted for what is measured of both: mean scores as if all were alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import Unknown
from fiilis.science.propensity import Propensity, propensity
from fiilis.science.regression import ols

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from fiilis.science.regression import Floats

LEAST_ALIKE = 0.5
"""Share of each group that must have somebody alike in the other: within CALIPER of their chance's logit."""

CALIPER = 0.2


class Adjustment(StrEnum):
    """How the groups are made alike."""

    REGRESSION = "regression"
    """A regression in each group, both averaged over everybody (Lin 2013)."""
    STRATIFIED = "stratified"
    """Compared among those with the very same confounders; strata that lack either group can't be."""
    WEIGHTED = "weighted"
    """Everybody weighted by one over the chance of being in the group they are in (IPW, Hajek)."""


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedMeans:
    """Mean scores of everybody had all been exposed, and had nobody been, with their influences (n each).

    An influence is what each person moves the mean by, times n; variances come from their squares.
    """

    exposed: float
    others: float
    pull_exposed: Floats
    pull_others: Floats
    parameters: int

    @property
    def n(self) -> int:
        """Number of people."""
        return len(self.pull_exposed)

    @property
    def difference(self) -> tuple[float, float]:
        """The difference exposed - others, and its standard error."""
        return self.exposed - self.others, self._error(self.pull_exposed - self.pull_others)

    @property
    def log_ratio(self) -> tuple[float, float]:
        """The logarithm of exposed / others, and its standard error (delta method); both means must be above 0."""
        pulls = self.pull_exposed / self.exposed - self.pull_others / self.others
        return float(np.log(self.exposed / self.others)), self._error(pulls)

    @property
    def df(self) -> int:
        """Degrees of freedom: people less parameters."""
        return self.n - self.parameters

    def _error(self, pulls: Floats) -> float:
        return float(np.sqrt((pulls**2).sum() / self.n * (self.n / self.df) / self.n))


def adjusted_means(
    y: ArrayLike, exposed: ArrayLike, confounders: ArrayLike, how: Adjustment = Adjustment.REGRESSION
) -> AdjustedMeans | Unknown:
    """Return both adjusted means of `y` (n) for `exposed` (n, 0 or 1), given `confounders` (n x q).

    Right only where the confounders hold all that moves both exposure and score. Unknown: COLLINEAR, NO_OVERLAP,
    NO_COMPARISON, TOO_FEW, NO_SPREAD, INVALID. Misleads where the regression isn't a sum (REGRESSION), where the
    chance's logit isn't (WEIGHTED), and where a few people carry most weight (look at the overlap).
    Sources: Lin 2013, Annals of Applied Statistics 7; Lunceford & Davidian 2004, Statistics in Medicine 23.
    Raises ValueError for shapes that don't fit.

    >>> age = [i % 5 for i in range(100)]
    >>> late = [1 if (i * 3) % 10 < 3 + a else 0 for i, a in enumerate(age)]
    >>> score = [8 - 2 * l - a + i % 3 for i, (l, a) in enumerate(zip(late, age))]
    >>> means = adjusted_means(score, late, [[a] for a in age])
    >>> round(means.difference[0], 1)
    -2.0
    """
    scores, d, x = (np.asarray(part, dtype=float) for part in (y, exposed, confounders))
    if x.ndim != 2 or not scores.shape == d.shape == x.shape[:1]:
        raise ValueError(f"y, exposed (n) and confounders (n x q) don't fit: {scores.shape}, {d.shape}, {x.shape}")
    if not (np.isfinite(scores).all() and np.isfinite(x).all() and np.isin(d, (0, 1)).all()):
        return Unknown.INVALID
    if not 0 < d.sum() < len(d):
        return Unknown.NO_COMPARISON
    if how is Adjustment.WEIGHTED:
        fitted = propensity(d, x)
        return fitted if isinstance(fitted, Unknown) else _weighted(scores, d, x, fitted)
    if how is Adjustment.STRATIFIED:
        _, stratum = np.unique(x, axis=0, return_inverse=True)
        x = np.eye(int(stratum.max()) + 1)[stratum.ravel()]
        if ((x.T @ d == 0) | (x.T @ (1 - d) == 0)).any():
            return Unknown.NO_OVERLAP
        return _regressed(scores, d, x)
    return _regressed(scores, d, np.column_stack([np.ones(len(d)), x]))


def alike(chance: ArrayLike, exposed: ArrayLike) -> float:
    """Return the smaller share, of exposed and of others, who have somebody of like chance in the other group.

    Like: logits within CALIPER of their pooled standard deviation (Austin 2011). 1 where chances don't differ.

    >>> alike([0.2, 0.21, 0.8, 0.81, 0.5], [0, 1, 0, 1, 1])
    0.6666666666666666
    """
    p, d = np.asarray(chance, dtype=float), np.asarray(exposed) == 1
    logit = np.log(p / (1 - p))
    near = CALIPER * float(logit.std())
    shares = []
    for side, other in ((d, ~d), (~d, d)):
        line = np.sort(logit[other])
        place = np.searchsorted(line, logit[side])
        gaps = [np.abs(logit[side] - line[np.clip(place - step, 0, len(line) - 1)]) for step in (0, 1)]
        shares.append(float((np.minimum(*gaps) <= near).mean()))
    return min(shares)


def _regressed(y: Floats, d: Floats, x: Floats) -> AdjustedMeans | Unknown:
    middle = x.mean(axis=0)
    means, pulls = [], []
    for arm in (1, 0):
        mine = d == arm
        fit = ols(y[mine], x[mine])
        if isinstance(fit, Unknown):
            return fit
        information = np.linalg.inv(x[mine].T @ x[mine] / len(y))
        noise = np.zeros(len(y))
        noise[mine] = fit.residuals
        expected = x @ fit.coefficients
        means.append(float(expected.mean()))
        pulls.append(expected - expected.mean() + (x @ information @ middle) * noise)
    return AdjustedMeans(means[0], means[1], pulls[0], pulls[1], 2 * x.shape[1])


def _weighted(y: Floats, d: Floats, x: Floats, fitted: Propensity) -> AdjustedMeans:
    z = np.column_stack([np.ones(len(y)), x])
    scores = z * (d - fitted.chance)[:, None]
    means, pulls = [], []
    for mine, chance in ((d, fitted.chance), (1 - d, 1 - fitted.chance)):
        weight = mine / chance
        mean = float(weight @ y / weight.sum())
        pull = weight * (y - mean) / (weight.sum() / len(y))
        # What the fitted chances explain away: estimating them makes the mean surer, never less sure.
        pulls.append(pull - scores @ np.linalg.lstsq(scores, pull, rcond=None)[0])
        means.append(mean)
    return AdjustedMeans(means[0], means[1], pulls[0], pulls[1], z.shape[1] + 1)

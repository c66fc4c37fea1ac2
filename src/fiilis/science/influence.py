"""The variance of a sum over clusters inside strata: what every linearised estimate from rows ends in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fiilis.science.estimate import Unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Spread:
    """Squared standard error of a sum of influences, its degrees of freedom, and how many clusters it came from."""

    variance: float
    df: int
    clusters: int


def spread_of_sum(
    influence: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    stratum: ArrayLike | None = None,
    population: ArrayLike | None = None,
    heard: ArrayLike | None = None,
) -> Spread | Unknown:
    """Return the variance of the sum of `influence` (n) over clusters drawn inside strata.

    Each row is its own cluster, and all are of one stratum, unless told. `population` is the number of clusters that
    a row's stratum has in all (n, or one number); left out: without finite-population correction. `heard` (n) marks
    rows that say something: a blank counts among the clusters, not among the degrees of freedom.
    sum over strata of (1 - K / population) K / (K - 1) * sum over clusters of (sum of influence - its mean)^2.
    Source: Binder 1983, International Statistical Review 51; as svyrecvar of R's survey, one stage.
    Unknown: INVALID for influences that aren't finite or a population under its clusters, ONE_CLUSTER,
    LONELY_STRATUM. Raises ValueError for other shapes.

    >>> spread_of_sum([1.0, -1.0, 2.0, -2.0], cluster=["a", "a", "b", "b"])
    Spread(variance=0.0, df=1, clusters=2)
    >>> spread_of_sum([1.0, -1.0, 2.0, -2.0], stratum=[1, 1, 1, 2])
    <Unknown.LONELY_STRATUM: 'lonely_stratum'>
    """
    u = np.asarray(influence, dtype=float)
    rows = np.arange(u.size)
    label = rows if cluster is None else np.asarray(cluster)
    layer = np.zeros(u.size, dtype=int) if stratum is None else np.unique(np.asarray(stratum), return_inverse=True)[1]
    says = np.ones(u.size, dtype=bool) if heard is None else np.asarray(heard, dtype=bool)
    if u.ndim != 1 or not u.shape == label.shape == layer.shape == says.shape:
        raise ValueError("influences, clusters and strata are one-dimensional and of one length")
    if not np.isfinite(u).all():
        return Unknown.INVALID
    # Looking for labels costs more than all the rest, so not where each row is known to be its own cluster.
    alone = cluster is None and stratum is None
    within, first, place = (layer, rows, rows) if alone else _clusters(label, layer)
    totals = np.bincount(place, weights=u, minlength=within.size)
    k = np.bincount(within)
    unseen = np.ones(k.size)
    if population is not None:
        whole = np.broadcast_to(np.asarray(population, dtype=float), u.shape)[first]
        if not (whole >= k[within]).all():  # NaN fails too
            return Unknown.INVALID
        unseen[within] = 1 - k[within] / whole
    if ((k == 1) & (unseen > 0)).any():
        return Unknown.ONE_CLUSTER if k.size == 1 else Unknown.LONELY_STRATUM
    spoken = np.bincount(place, weights=says, minlength=within.size) > 0
    df = int(spoken.sum()) - np.unique(within[spoken]).size
    if df < 1:
        return Unknown.ONE_CLUSTER
    centred = totals - (np.bincount(within, weights=totals) / k)[within]
    parts = unseen * k / np.maximum(k - 1, 1) * np.bincount(within, weights=centred * centred)
    return Spread(float(parts.sum()), df, within.size)


def _clusters(label: NDArray[np.generic], layer: NDArray[np.int_]) -> tuple[NDArray[np.int_], ...]:
    """Return each cluster's stratum, its first row, and each row's cluster; a label is another in another stratum."""
    names, code = np.unique(label, return_inverse=True)
    _, first, place = np.unique(layer * names.size + code, return_index=True, return_inverse=True)
    return layer[first], first, place

"""What a query hands over: counts and sums, never rows. An estimate needs nothing more."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from fiilis.science.estimate import MINIMUM_N, Unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# Under this many equally large clusters' worth of answers one cluster carries the result: with two clusters of
# very unequal size the linearised variance is less than half of the true one on average.
MINIMUM_EFFECTIVE_CLUSTERS = 1.5

# A difference of sums this small beside the sums themselves is rounding, not spread.
ROUNDING = 1e-12


def _whole(*numbers: float) -> bool:
    return all(isfinite(number) and number >= 0 and number == int(number) for number in numbers)


def _shortage(n: float) -> Unknown | None:
    if n == 0:
        return Unknown.NO_ANSWERS
    return Unknown.TOO_FEW if n < MINIMUM_N else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many answered 0-6, 7-8 and 9-10 to "how likely are you to recommend".

    >>> Counts(detractors=15, passives=25, promoters=60).n
    100
    """

    detractors: int
    passives: int
    promoters: int

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.detractors + self.passives + self.promoters

    def trouble(self) -> Unknown | None:
        """Return why no estimate can be had from these counts, or None.

        >>> Counts(1, 1, 1).trouble()
        <Unknown.TOO_FEW: 'too_few'>
        """
        if not _whole(self.detractors, self.passives, self.promoters):
            return Unknown.INVALID
        return _shortage(self.n)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of `n` answers were of the wanted kind (satisfied, solved, 4-5 on the scale)."""

    successes: int
    n: int

    def trouble(self) -> Unknown | None:
        """Return why no estimate can be had from this tally, or None.

        >>> Tally(successes=8, n=7).trouble()
        <Unknown.INVALID: 'invalid'>
        """
        if not _whole(self.successes, self.n) or self.successes > self.n:
            return Unknown.INVALID
        return _shortage(self.n)


@dataclass(frozen=True, slots=True)
class Moments:
    """Number, sum and sum of squares of plain (unweighted, unclustered) scores."""

    n: int
    total: float
    total_sq: float

    @property
    def mean(self) -> float:
        """Mean score."""
        return self.total / self.n

    @property
    def squares(self) -> float:
        """Sum of squared distances from the mean; exact for whole scores, 0 where it is only rounding."""
        around = (self.n * self.total_sq - self.total * self.total) / self.n
        return around if around > ROUNDING * self.total_sq else 0.0

    @property
    def variance_of_mean(self) -> float:
        """Squared standard error of the mean (n >= 2)."""
        return self.squares / (self.n - 1) / self.n

    def trouble(self) -> Unknown | None:
        """Return why no estimate can be had from these moments, or None.

        >>> Moments(n=10, total=50, total_sq=10).trouble()
        <Unknown.INVALID: 'invalid'>
        """
        if not _whole(self.n) or not (isfinite(self.total) and isfinite(self.n * self.total_sq)):
            return Unknown.INVALID
        # Cauchy and Schwarz: no numbers have these sums.
        if self.n * self.total_sq < self.total * self.total * (1 - 1e-9):
            return Unknown.INVALID
        return _shortage(self.n)


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """All that the linearised variance of a weighted mean of clustered answers needs.

    With Wc = sum of w and Sc = sum of w*y over the answers of cluster c:

    - `n` answers, `clusters` = K, the clusters in the WHOLE file (also those without an answer to this question);
    - `w` = sum of w, `wy` = sum of w*y, `w2` = sum of w^2 (over answers; Kish);
    - `s_ww` = sum of Wc^2, `s_wy` = sum of Wc*Sc, `s_yy` = sum of Sc^2 (over clusters);
    - `wyy` = sum of w*y^2 over answers: gives the design effect, and tells "all alike" from "no spread";
    - `clusters_seen` = clusters that have an answer here: gives the degrees of freedom. Left out, min(K, n) is
      used, which is too many where a few clusters hold all the answers.

    Unclustered answers are clusters of one. Weights are finite and not negative.

    >>> ClusterSums.from_arrays([100, 0, 100, -100], cluster=["a", "a", "b", "b"]).s_yy
    10000.0
    """

    n: int
    clusters: int
    w: float
    wy: float
    s_ww: float
    s_wy: float
    s_yy: float
    w2: float
    wyy: float | None = None
    clusters_seen: int | None = None

    @classmethod
    def from_arrays(
        cls,
        y: ArrayLike,
        w: ArrayLike | None = None,
        cluster: ArrayLike | None = None,
        clusters_in_file: int | None = None,
    ) -> ClusterSums:
        """Return the sums of scores `y` (blanks already left out), weights `w` (1) and cluster labels (own).

        All are one-dimensional and of one length. Raises ValueError for other shapes, scores that aren't finite,
        negative or infinite weights, and fewer clusters in the file than in these answers.

        >>> sums = ClusterSums.from_arrays([1, 5, 4, 5, 3], w=[1, 1, 2, 1, 1])
        >>> sums.n, sums.w, sums.wy, sums.clusters
        (5, 6.0, 22.0, 5)
        """
        import numpy as np  # noqa: PLC0415 - slow import

        score = np.asarray(y, dtype=float)
        weight = np.ones(score.shape) if w is None else np.asarray(w, dtype=float)
        label = np.arange(score.size) if cluster is None else np.asarray(cluster)
        if score.ndim != 1 or not score.shape == weight.shape == label.shape:
            raise ValueError("scores, weights and clusters are one-dimensional and of one length")
        if not np.isfinite(score).all():
            raise ValueError("scores are finite; leave blanks out")
        if not (np.isfinite(weight).all() and (weight >= 0).all()):
            raise ValueError("weights are finite and not negative")
        names, place = np.unique(label, return_inverse=True)
        seen = int(names.size)
        if clusters_in_file is not None and clusters_in_file < seen:
            raise ValueError(f"{seen} clusters among the answers, but only {clusters_in_file} in the file")
        wc = np.bincount(place, weights=weight, minlength=seen)
        sc = np.bincount(place, weights=weight * score, minlength=seen)
        return cls(
            n=int(score.size),
            clusters=seen if clusters_in_file is None else clusters_in_file,
            w=float(weight.sum()),
            wy=float((weight * score).sum()),
            s_ww=float(wc @ wc),
            s_wy=float(wc @ sc),
            s_yy=float(sc @ sc),
            w2=float(weight @ weight),
            wyy=float(weight @ (score * score)),
            clusters_seen=seen,
        )

    def __add__(self, other: ClusterSums) -> ClusterSums:
        """Return the sums of both, where no cluster is in both and each counts only its own clusters as K."""
        seen = (self.clusters_seen, other.clusters_seen)
        squares = (self.wyy, other.wyy)
        return ClusterSums(
            n=self.n + other.n,
            clusters=self.clusters + other.clusters,
            w=self.w + other.w,
            wy=self.wy + other.wy,
            s_ww=self.s_ww + other.s_ww,
            s_wy=self.s_wy + other.s_wy,
            s_yy=self.s_yy + other.s_yy,
            w2=self.w2 + other.w2,
            wyy=None if squares[0] is None or squares[1] is None else squares[0] + squares[1],
            clusters_seen=None if seen[0] is None or seen[1] is None else seen[0] + seen[1],
        )

    @property
    def mean(self) -> float:
        """Weighted mean (w > 0)."""
        return self.wy / self.w

    @property
    def variance_of_mean(self) -> float:
        """Squared linearised standard error of the weighted mean (K >= 2); 0 where it is only rounding."""
        m = self.mean
        around = self.s_yy - 2 * m * self.s_wy + m * m * self.s_ww
        if around <= ROUNDING * (self.s_yy + m * m * self.s_ww):
            return 0.0
        return self.clusters / (self.clusters - 1) * around / (self.w * self.w)

    @property
    def standard_error(self) -> float:
        """Linearised standard error of the weighted mean (K >= 2)."""
        return sqrt(self.variance_of_mean)

    @property
    def df(self) -> int:
        """Degrees of freedom: clusters with an answer here, less one."""
        return (min(self.clusters, self.n) if self.clusters_seen is None else self.clusters_seen) - 1

    @property
    def n_effective(self) -> float:
        """Kish's n: how many equally weighted answers these are worth; clusters aren't in it."""
        return self.w * self.w / self.w2

    @property
    def clusters_effective(self) -> float:
        """How many equally heavy clusters these are worth."""
        return self.w * self.w / self.s_ww

    @property
    def spread(self) -> float | None:
        """Weighted variance of single answers, 0 where it is only rounding; None when `wyy` wasn't given."""
        if self.wyy is None:
            return None
        mean_sq = self.wyy / self.w
        around = mean_sq - self.mean**2
        return around if around > ROUNDING * mean_sq else 0.0

    @property
    def design_effect(self) -> float | None:
        """Variance of the mean against that of a simple random sample of n; None without spread or `wyy`."""
        if not self.spread:
            return None
        return self.variance_of_mean / (self.spread / (self.n - 1))

    def trouble(self) -> Unknown | None:
        """Return why no estimate can be had from these sums, or None.

        >>> ClusterSums.from_arrays([9, 8, 7, 9, 10], cluster=[1, 1, 1, 1, 1]).trouble()
        <Unknown.ONE_CLUSTER: 'one_cluster'>
        >>> ClusterSums.from_arrays([9, 8, 7, 9, 10], w=[0, 0, 0, 0, 0]).trouble()
        <Unknown.ZERO_WEIGHT: 'zero_weight'>
        """
        if not self._possible():
            return Unknown.INVALID
        if self.n < MINIMUM_N:
            return _shortage(self.n)
        if self.w == 0:
            return Unknown.ZERO_WEIGHT
        # One huge weight among small ones would give a narrow interval around one person's answer.
        if self.n_effective < MINIMUM_N * (1 - ROUNDING):
            return Unknown.TOO_FEW
        if self.clusters < 2 or self.df < 1 or self.clusters_effective < MINIMUM_EFFECTIVE_CLUSTERS:
            return Unknown.ONE_CLUSTER
        return None

    def _possible(self) -> bool:
        never_negative = (self.w, self.s_ww, self.s_yy, self.w2, 0.0 if self.wyy is None else self.wyy)
        if not _whole(self.n, self.clusters, self.clusters_seen or 0):
            return False
        if not all(isfinite(part) for part in (*never_negative, self.wy, self.s_wy, self.w * self.w)):
            return False
        if any(part < 0 for part in never_negative):
            return False
        # Weights that aren't negative can't have a positive sum and no squares, nor squares and no sum.
        if not (self.w > 0) == (self.w2 > 0) == (self.s_ww > 0):
            return False
        # A mean so large that its square overflows has no variance that could be computed.
        return self.w == 0 or isfinite(self.mean * self.mean * self.s_ww)

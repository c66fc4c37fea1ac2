"""What goes along with leaving sooner: hazard ratios by Cox's model, and a warning in words when it doesn't fit.

lifelines fits and tests; here its questions are asked in order, refused when the data can't answer, and worded.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp
from typing import TYPE_CHECKING, Any

import numpy as np

from fiilis.science.estimate import DEFAULT_LEVEL, Estimate, Method, Unknown, check_level
from fiilis.science.intervals import two_sided_z

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

LEAST_EVENTS = 10
"""Below this many departures nothing is fitted."""

LEAST_PER_VARIABLE = 5
"""Departures needed for each variable (Vittinghoff & McCulloch 2007)."""

WANTED_PER_VARIABLE = 10
"""Below this many departures for each variable the result comes with FEW_EVENTS (Peduzzi et al. 1995)."""

# Of a variable with standard deviation 1. Ten events give about 0.3; more than this, and there is no best figure.
_LOOSE = 2.0

# A hazard 150 times as high for one standard deviation more: the search ran off, and stopped where it tired.
_STEEP = 5.0


class Caution(StrEnum):
    """What the reader must know beside the ratios. The set is closed: a page has one sentence for each."""

    NOT_PROPORTIONAL = "not_proportional"
    """These variables' ratios change with time, so one ratio is a mixture of early and late."""
    FEW_EVENTS = "few_events"
    """Fewer than 10 departures a variable: the ratios are too far from 1. Ask about fewer variables."""
    MANY_BLANKS = "many_blanks"
    """More than a fifth of the customers were left out for a blank."""
    LEFT_OUT = "left_out"
    """These variables have no spread and are left out."""


class Remedy(StrEnum):
    """What to use instead."""

    RESTRICTED_MEANS = "restricted_means"
    """`survival.compare_restricted_means`: how much longer one group stays, whatever the hazards do."""
    STRATA = "strata"
    """Give the variable as `strata`: each of its groups gets a curve of its own, the others' ratios hold again."""
    FEWER_VARIABLES = "fewer_variables"
    """Ask about the few variables that matter most; choose them before looking at the answers."""


@dataclass(frozen=True, slots=True)
class Note:
    """A caution, the variables that it is about, and what to use instead, the simplest first."""

    caution: Caution
    names: tuple[str, ...] = ()
    instead: tuple[Remedy, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Customers followed for `duration`, who `left` (or are still here), and what is known of them from the start.

    `table` is (n, p) in the order of `names`, NaN a blank. `strata` numbers groups that may have any curve.
    """

    names: tuple[str, ...]
    duration: Floats
    left: Floats
    table: Floats
    strata: NDArray[np.intp] | None

    @classmethod
    def from_arrays(
        cls, duration: ArrayLike, left: ArrayLike, variables: Mapping[str, ArrayLike], strata: ArrayLike | None = None
    ) -> Followed:
        """Return customers with all parts checked for shape. Raises ValueError without variables or for unlike shapes.

        >>> Followed.from_arrays([5, 8], [1, 0], {"age": [31, 44]}).table.shape
        (2, 1)
        """
        if not variables:
            raise ValueError("a hazard model needs variables")
        time, gone = np.array(duration, dtype=float), np.array(left, dtype=float)
        columns = [np.array(column, dtype=float) for column in variables.values()]
        label = None if strata is None else np.asarray(strata)
        parts = [gone, *columns] if label is None else [gone, *columns, label]
        if time.ndim != 1 or any(part.shape != time.shape for part in parts):
            raise ValueError("durations, who left, variables and strata are one-dimensional and of one length")
        place = None if label is None else np.unique(label, return_inverse=True)[1]
        table = np.column_stack(columns)
        for part in (time, gone, table):
            part.flags.writeable = False
        return cls(tuple(variables), time, gone, table, place)

    def trouble(self) -> Unknown | None:
        """Return why nothing can be told from these customers, or None.

        >>> Followed.from_arrays([-5, 8], [1, 0], {"age": [31, 44]}).trouble()
        <Unknown.INVALID: 'invalid'>
        """
        good = np.isfinite(self.duration).all() and (self.duration >= 0).all() and np.isin(self.left, (0.0, 1.0)).all()
        if not good or np.isinf(self.table).any():
            return Unknown.INVALID
        return None if self.duration.size else Unknown.NO_ANSWERS


@dataclass(frozen=True, slots=True)
class Ratio:
    """One variable's hazard ratio for one unit more of it, all other variables alike: above 1 leaves sooner.

    `p` is of the hypothesis that the ratio is 1, `proportional_p` that it is the same at all times (Grambsch &
    Therneau 1994); both None when unknown.
    """

    name: str
    ratio: Estimate
    p: float | None
    proportional_p: float | None


@dataclass(frozen=True, slots=True)
class Hazards:
    """The fitted model: ratios in the order of the variables, customers and departures that count, what to mind.

    `concordance` is the share of pairs of customers whom the model puts in the right order (0.5: chance).
    """

    ratios: tuple[Ratio, ...]
    n: int
    events: int
    concordance: float | None
    notes: tuple[Note, ...]
    unknown: Unknown | None = None


def hazards(followed: Followed, *, level: float = DEFAULT_LEVEL) -> Hazards:
    """Return how much sooner customers leave for one unit more of each variable, by Cox's model.

    Asks what goes along with leaving, not what would keep anybody: those with a long contract stay longer, and
    chose it because they meant to stay. H0 for each: ratio 1. Assumes that a ratio is the same at all times; each
    is tested (scaled Schoenfeld residuals against ranked times), Holm over the variables, and NOT_PROPORTIONAL
    names the ones that fail and what to use instead. Variables must be known at the start: what happens on the way
    (number of complaints so far) makes ratios that mean nothing. Customers with a blank are left out. Ties by
    Efron. Refused: NO_EVENTS, TOO_FEW_EVENTS under 10 departures or 5 a variable, COLLINEAR, NOT_CONVERGED (a
    variable that tells leavers and stayers apart completely). Source: Cox 1972, JRSS B 34; fitted by lifelines.

    >>> months, left = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29] * 4, [1, 1, 1, 1, 0, 1, 0, 1, 0, 0] * 4
    >>> found = hazards(Followed.from_arrays(months, left, {"late": [1, 0, 1, 1, 0, 1, 0, 0, 1, 0] * 4}))
    >>> ratio = found.ratios[0].ratio
    >>> round(ratio.value, 1), ratio.low > 1, found.events, found.notes
    (2.7, True, 24, ())
    """
    check_level(level)
    if why := followed.trouble():
        return _nothing(followed, why, 0, 0, level)
    whole = np.logical_not(np.isnan(followed.table).any(axis=1))
    table, left = followed.table[whole], followed.left[whole]
    n, events = int(whole.sum()), int(left.sum())
    kept = [number for number in range(table.shape[1]) if n and np.ptp(table[:, number]) > 0]
    centred = table[:, kept] - table[:, kept].mean(axis=0) if n else table
    scale = centred.std(axis=0) if n else np.ones(0)
    if why := _shortage(centred / scale if kept else centred, n, events, len(kept)):
        return _nothing(followed, why, n, events, level)
    fitted = _fitted(followed, whole, centred / scale)
    if fitted is None:
        return _nothing(followed, Unknown.NOT_CONVERGED, n, events, level)
    fit, proportional = fitted
    ratios, z = [], two_sided_z(level)
    for number, name in enumerate(followed.names):
        if number not in kept:
            ratios.append(Ratio(name, Estimate.missing(Unknown.NO_SPREAD, n=n, level=level), None, None))
            continue
        place = kept.index(number)
        slope, error = (float(part.iloc[place]) / scale[place] for part in (fit.params_, fit.standard_errors_))
        ratio = Estimate(exp(slope), exp(slope - z * error), exp(slope + z * error), level, n, Method.COX)
        p = float(fit._compute_p_values()[place])
        ratios.append(Ratio(name, ratio, p, proportional[place]))
    notes = _notes(ratios, n, len(whole), events, len(kept), level)
    return Hazards(tuple(ratios), n, events, float(fit.concordance_index_), notes)


def _shortage(scaled: Floats, n: int, events: int, variables: int) -> Unknown | None:
    if n == 0:
        return Unknown.NO_ANSWERS
    if events == 0:
        return Unknown.NO_EVENTS
    if variables == 0:
        return Unknown.NO_SPREAD
    if events < max(LEAST_EVENTS, LEAST_PER_VARIABLE * variables):
        return Unknown.TOO_FEW_EVENTS
    return Unknown.COLLINEAR if np.linalg.matrix_rank(scaled) < variables else None


def _fitted(followed: Followed, whole: NDArray[np.bool_], scaled: Floats) -> tuple[Any, list[float]] | None:
    """Return lifelines' fit and each variable's p of proportionality; None where there is no best fit."""
    import pandas as pd  # noqa: PLC0415 - slow import
    from lifelines import CoxPHFitter  # noqa: PLC0415 - slow import
    from lifelines.exceptions import ConvergenceError  # noqa: PLC0415 - slow import
    from lifelines.statistics import proportional_hazard_test  # noqa: PLC0415 - slow import

    frame = pd.DataFrame(scaled, columns=[f"x{number}" for number in range(scaled.shape[1])])
    frame["duration"], frame["left"] = followed.duration[whole], followed.left[whole]
    strata = None
    if followed.strata is not None:
        strata, frame["stratum"] = ["stratum"], followed.strata[whole]
    with warnings.catch_warnings():
        # What lifelines warns of is looked at below, or in the refusals above.
        warnings.simplefilter("ignore")
        try:
            fit = CoxPHFitter().fit(frame, "duration", "left", strata=strata)
        except ConvergenceError:
            return None
        slopes, errors = fit.params_.to_numpy(), fit.standard_errors_.to_numpy()
        # Written so that NaN fails too.
        if not ((errors < _LOOSE).all() and (np.abs(slopes) < _STEEP).all()):
            return None
        test = proportional_hazard_test(fit, frame, time_transform="rank")
    return fit, [float(p) for p in np.atleast_1d(test.p_value)]


def _notes(ratios: list[Ratio], n: int, asked: int, events: int, variables: int, level: float) -> tuple[Note, ...]:
    found = []
    if gone := tuple(ratio.name for ratio in ratios if ratio.ratio.unknown is not None):
        found.append(Note(Caution.LEFT_OUT, gone))
    if n < 0.8 * asked:
        found.append(Note(Caution.MANY_BLANKS))
    if events < WANTED_PER_VARIABLE * variables:
        found.append(Note(Caution.FEW_EVENTS, (), (Remedy.FEWER_VARIABLES,)))
    if bent := _bent(ratios, level):
        found.append(Note(Caution.NOT_PROPORTIONAL, bent, (Remedy.RESTRICTED_MEANS, Remedy.STRATA)))
    return tuple(found)


def _bent(ratios: list[Ratio], level: float) -> tuple[str, ...]:
    """Return the variables whose ratios change with time, by Holm's step-down procedure."""
    tested = sorted((ratio.proportional_p, ratio.name) for ratio in ratios if ratio.proportional_p is not None)
    names = set()
    for place, (p, name) in enumerate(tested):
        if p * (len(tested) - place) > 1 - level:
            break
        names.add(name)
    return tuple(ratio.name for ratio in ratios if ratio.name in names)


def _nothing(followed: Followed, why: Unknown, n: int, events: int, level: float) -> Hazards:
    missing = Estimate.missing(why, n=n, level=level)
    return Hazards(tuple(Ratio(name, missing, None, None) for name in followed.names), n, events, None, (), why)

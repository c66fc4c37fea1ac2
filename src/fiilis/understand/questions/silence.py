"""What about those who didn't answer? The NPS without its weights, and how strong a skew would overturn it."""

from dataclasses import dataclass

from fiilis.science.estimate import Estimate
from fiilis.science.metrics import choose
from fiilis.science.skew import Answers, corrected, overturning
from fiilis.science.sums import Counts
from fiilis.understand.sums import Sums

TWICE = 2.0
"""A skew that is met often: promoters answer so many times as readily as others."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What the silent majority could do to an NPS.

    `raw`: the answers as they came; told where weights make it another figure, else None. Where there are no weights:
    `twice`, the NPS if promoters were TWICE as ready to answer as all others, and `ratio`, how many times as ready they
    (over 1) or the others (under 1, its inverse) must have been for the truth to be 0; None where no skew would do it.
    """

    raw: Estimate | None
    twice: Estimate | None
    ratio: float | None


def silence(sums: Sums) -> Silence | None:
    """Return what the silent could do to the NPS of these sums; None for other measures and too few answers."""
    if not isinstance(sums.plain, Counts) or sums.plain.trouble() is not None:
        return None
    clustered = sums.clustered
    if sums.weighted_or_clustered and clustered.w2 * clustered.n != clustered.w * clustered.w:
        return Silence(choose(sums.plain, weighted_or_clustered=False), None, None)
    answers = Answers.of_nps(sums.plain)
    return Silence(None, corrected(answers, TWICE), overturning(answers, 0.0).ratio)

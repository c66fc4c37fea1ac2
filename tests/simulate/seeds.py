"""Many shops, each with its key: do intervals hold the truth, how many arrows are false, and which truths are found?

`python -m tests.simulate.seeds --seeds 200` prints the tables of docs/simulator.md: two shops a seed, one with the
truths planted and one with none, some two seconds each.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from fiilis.science.comparisons import Comparison, Growing, Verdict, compare_means, compare_nps, compare_shares, holm
from fiilis.science.effects.regression_to_mean import Score, before_after
from fiilis.science.estimate import Estimate
from fiilis.science.intervals import Bounds
from fiilis.science.metrics import mean, nps
from fiilis.science.silent import followed_up
from fiilis.science.sums import Counts
from fiilis.simulate.settings import Settings, Truths
from fiilis.simulate.world import shop
from tests.simulate.seen import Seen, look

BOUNDS: dict[str, Bounds] = {
    "delivery_csat": (1, 5), "returns_ces": (1, 7), "support_csat": (1, 5), "site_ces": (1, 7),
}  # fmt: skip
# Last weeks of pages of four weeks beside the four before: clear of the strike and of Christmas.
PAGES = (-37, -29, -21, -13, 10, 18, 30)


@dataclass
class Rate:
    """How often something happened, of how many chances."""

    hits: int = 0
    of: int = 0

    def add(self, hits: bool | int, of: int = 1) -> None:
        self.hits += int(hits)
        self.of += of

    def __str__(self) -> str:
        return f"{self.hits / self.of:.1%}" if self.of else "-"


@dataclass
class Tables:
    coverage: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))
    arrows: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))
    pages: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))
    found: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))
    claimed: dict[str, Rate] = field(default_factory=lambda: defaultdict(Rate))


def run(seeds: range, size: float = 1.0) -> Tables:
    tables = Tables()
    for seed in seeds:
        planted, quiet = (look(Settings(seed=seed, size=size, truths=truths)) for truths in (Truths(), Truths.none()))
        _cover(tables, planted, quiet)
        _arrows(tables, quiet)
        for name, claims in FINDINGS.items():
            tables.found[name].add(claims(planted))
            tables.claimed[name].add(claims(quiet))
        print(f"\r{seed - seeds.start + 1}/{len(seeds)} ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return tables


def _cover(tables: Tables, planted: Seen, quiet: Seen) -> None:
    for last in range(-48, 53, 4):
        for name, seen in (("nothing planted", quiet), ("planted", planted)):
            truth = _true_nps(seen, last - 3, last)
            raw = _nps(seen.nps("all", last - 3, last))
            tables.coverage[f"NPS of the answers, {name}"].add(_holds(raw, truth))
            tables.coverage[f"NPS with the phoned silent, {name}"].add(_holds(_two_phase(seen, last - 3, last), truth))
        for metric, bounds in BOUNDS.items():
            sums = quiet.mean(metric, "all", last - 3, last)
            if sums.n:
                made = mean(sums.n, sums.total, sums.total_sq, bounds=bounds)
                tables.coverage[f"{metric}, nothing planted"].add(
                    _holds(made, _true_mean(quiet, metric, last - 3, last))
                )


def _two_phase(seen: Seen, first: int, last: int) -> Estimate:
    silent = int(seen.counts("silent", "all", first, last).sum())
    return followed_up(seen.nps("all", first, last), seen.nps("all", first, last, "phone"), silent)


def _nps(counts: Counts) -> Estimate:
    return nps(counts.detractors, counts.passives, counts.promoters)


def _holds(made: Estimate, truth: float) -> bool:
    return made.low is not None and made.high is not None and made.low <= truth <= made.high


def _true_nps(seen: Seen, first: int, last: int) -> float:
    told = [week["nps"] for week in seen.key["population"]["weeks"] if first <= week["week"] <= last]
    return 100 * sum(one["promoters"] - one["detractors"] for one in told) / sum(one["n"] for one in told)


def _true_mean(seen: Seen, metric: str, first: int, last: int) -> float:
    told = [week[metric] for week in seen.key["population"]["weeks"] if first <= week["week"] <= last]
    return sum(one["total"] for one in told) / sum(one["n"] for one in told)


def page(seen: Seen, last: int) -> Iterator[tuple[Comparison, float]]:
    """A board's comparisons of four weeks with the four before, and each change as a board would print it."""
    now, then = (last - 3, last), (last - 7, last - 4)
    for segment in ("all", "north", "elsewhere", *shop.DEVICES):
        a, b = seen.nps(segment, *now), seen.nps(segment, *then)
        yield _shown(compare_nps(a, b, growing=Growing.A), 0)
    places = [("delivery_csat", segment) for segment in ("all", "tuohireki_north", "kapyrahti_north", "elsewhere")]
    places += [(metric, device) for metric in ("returns_ces", "site_ces") for device in ("all", *shop.DEVICES)]
    places += [("support_csat", language) for language in ("all", *shop.LANGUAGES)]
    for metric, segment in places:
        a, b = seen.mean(metric, segment, *now), seen.mean(metric, segment, *then)
        yield _shown(compare_means(a, b, growing=Growing.A, bounds=BOUNDS[metric]), 1)


def _shown(comparison: Comparison, digits: int) -> tuple[Comparison, float]:
    return comparison, round(comparison.delta, digits) if comparison.delta is not None else 0.0


def _arrows(tables: Tables, quiet: Seen) -> None:
    for last in PAGES:
        board = list(page(quiet, last))
        ours = sum(one.verdict in (Verdict.BETTER, Verdict.WORSE) for one in holm([one for one, _ in board]))
        alone = sum(one.verdict in (Verdict.BETTER, Verdict.WORSE) for one, _ in board)
        plain = sum(change != 0 for _, change in board)
        for name, arrows in (
            ("ordinary: an arrow on every change", plain),
            ("each tested alone at 5 %", alone),
            ("ours: Holm over the page", ours),
        ):
            tables.arrows[name].add(arrows, len(board))
            tables.pages[name].add(arrows > 0)


def _late_carrier(seen: Seen) -> bool:
    segments = [f"{carrier}_{place}" for carrier in shop.CARRIERS[:2] for place in ("north", "elsewhere")]
    compared = [
        compare_means(
            seen.mean("delivery_csat", segment, 33, 44), seen.mean("delivery_csat", segment, 19, 30), bounds=(1, 5)
        )
        for segment in segments
    ]
    verdicts = [one.verdict for one in holm(compared)]
    return verdicts[0] is Verdict.WORSE and Verdict.WORSE not in verdicts[1:]


def _broken_form(seen: Seen) -> bool:
    compared = [
        compare_means(seen.mean("returns_ces", device, 38, 41), seen.mean("returns_ces", device, 30, 37), bounds=(1, 7))
        for device in shop.DEVICES
    ]
    verdicts = [one.verdict for one in holm(compared)]
    return verdicts[0] is Verdict.WORSE and Verdict.WORSE not in verdicts[1:]


def _front_page(seen: Seen) -> bool:
    """Whether the front page is given an effect: the bad week among the ten before it, regression subtracted."""

    def score(week: int) -> Score:
        counts = seen.nps("all", week, week)
        share = np.array([counts.detractors, counts.promoters]) / counts.n
        variance = 1e4 * (share.sum() - (share[1] - share[0]) ** 2) / counts.n
        return Score(100 * float(share[1] - share[0]), float(variance**0.5), counts.n)

    effect = before_after([score(week) for week in range(11, 21)], 9, score(21)).estimate
    return effect.low is not None and effect.high is not None and not effect.low <= 0 <= effect.high


def _eager_promoters(seen: Seen) -> bool:
    raw, whole = _nps(seen.nps("all", 1, 12)).value, _two_phase(seen, 1, 12)
    return raw is not None and whole.high is not None and raw > whole.high


def _small_sample(seen: Seen) -> bool:
    """Whether Swedish support is called worse than Finnish."""
    compared = [
        compare_means(seen.mean("support_csat", one, 45, 48), seen.mean("support_csat", "fi", 45, 48), bounds=(1, 5))
        for one in ("sv", "en")
    ]
    return holm(compared)[0].verdict is Verdict.WORSE


def _bad_batch(seen: Seen) -> bool:
    compared = compare_shares(seen.share("pilling", "all", 35, 38), seen.share("pilling", "all", 27, 34))
    return compared.verdict is Verdict.BETTER  # more of it


def _again(seen: Seen, a: str, b: str) -> Verdict:
    return compare_shares(seen.share("again", a, -51, 26), seen.share("again", b, -51, 26)).verdict


FINDINGS: dict[str, Callable[[Seen], bool]] = {
    "1 late carrier: its delivery CSAT is worse in the north, no other's (12 weeks)": _late_carrier,
    "2 broken form: ease is worse on iPhones, on nothing else (its 4 weeks)": _broken_form,
    "3 front page: an effect is claimed (wrong)": _front_page,
    "4 eager promoters: the raw NPS lies above the interval with the phoned (12 weeks)": _eager_promoters,
    "5 small sample: Swedish support is called worse (wrong)": _small_sample,
    "6 bad batch: a greater share of comments about pilling (4 weeks, themes known)": _bad_batch,
    "7 late first parcel: fewer come back": lambda seen: _again(seen, "late", "on_time") is Verdict.WORSE,
    "7 quick reply: more come back": lambda seen: _again(seen, "late_quick_reply", "late") is Verdict.BETTER,
}


def text(tables: Tables, seeds: int) -> str:
    lines = [f"{seeds} seeds.", "", "| 95 % interval, four weeks each | holds the population's value |", "|---|---|"]
    lines += [f"| {name} | {rate} |" for name, rate in tables.coverage.items()]
    head = "| nothing planted, pages of four weeks beside four | false arrows a page | pages with one or more |"
    lines += ["", head, "|---|---|---|"]
    pages = {name: rate.of for name, rate in tables.pages.items()}
    lines += [
        f"| {name} | {rate.hits / pages[name]:.2f} of {rate.of // pages[name]} | {tables.pages[name]} |"
        for name, rate in tables.arrows.items()
    ]
    lines += ["", "| claim | made when planted | made when nothing is |", "|---|---|---|"]
    lines += [f"| {name} | {tables.found[name]} | {tables.claimed[name]} |" for name in FINDINGS]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--size", type=float, default=1.0)
    told = parser.parse_args()
    print(text(run(range(told.first, told.first + told.seeds), told.size), told.seeds))


if __name__ == "__main__":
    main()

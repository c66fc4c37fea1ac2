"""How often alarms cry wolf and how soon they find a drop: the simulation behind docs/statistics/alarms.md.

`python -m tests.science.false_alarms` prints its table in some ten seconds. Written apart from the package, over whole
arrays; a test holds the two against each other.
"""

import numpy as np

SERIES = 20
YEAR = 52
A_WEEK = 45
QUIET = (0.20, 0.30, 0.50)
DROPPED = (0.30, 0.30, 0.40)
LEARNED = 52
ALPHA = 5 / (SERIES * YEAR)
STAKES = 0.98 * 2.0 ** (-np.arange(12) / 2)


def weeks(seed: int, streams: int, length: int, shares: tuple[float, float, float] = QUIET) -> np.ndarray:
    """Counts (stream, week, class) of weeks with about A_WEEK answers each."""
    chance = np.random.default_rng(seed)
    n = np.maximum(chance.poisson(A_WEEK, size=(streams, length)), 5)
    return chance.multinomial(n, shares)


def nps(counts: np.ndarray) -> np.ndarray:
    return 100 * (counts[..., 2] - counts[..., 0]) / counts.sum(axis=-1)


def learned(seed: int, streams: int, length: int = LEARNED) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd of one answer that each stream's own quiet weeks give; all answers as one heap."""
    heap = weeks(seed, streams, length).sum(axis=1)
    mean = nps(heap)
    square = 1e4 * (heap[:, 0] + heap[:, 2]) / heap.sum(axis=-1)
    return mean[:, None], np.sqrt(square - mean**2)[:, None]


def fell(counts: np.ndarray, points: float = 10) -> np.ndarray:
    """(stream, week): the week's figure is so many points or more below last week's."""
    figures = nps(counts)
    out = np.zeros(figures.shape, dtype=bool)
    out[:, 1:] = figures[:, 1:] <= figures[:, :-1] - points + 1e-9
    return out


def cusum(counts: np.ndarray, mean: np.ndarray, sd: np.ndarray, *, k: float = 0.5, h: float = 5.0) -> np.ndarray:
    """(stream, week): a two-sided CUSUM alarms, and starts anew."""
    scores = (nps(counts) - mean) / sd * np.sqrt(counts.sum(axis=-1))
    out = np.zeros(scores.shape, dtype=bool)
    up, down = np.zeros(len(scores)), np.zeros(len(scores))
    for week in range(scores.shape[1]):
        up, down = np.maximum(0, up + scores[:, week] - k), np.maximum(0, down - scores[:, week] - k)
        out[:, week] = alarmed = np.maximum(up, down) >= h
        up[alarmed] = down[alarmed] = 0
    return out


def e_detector(counts: np.ndarray, normal: np.ndarray, alpha: float = ALPHA) -> np.ndarray:
    """(stream, week): a Shiryaev-Roberts e-detector for drops below `normal` alarms, and starts anew."""
    places = (100 - np.array([-100.0, 0.0, 100.0])) / (100 - normal[:, :1])
    gains = np.log1p(STAKES[None, :, None] * (places[:, None, :] - 1))
    out = np.zeros(counts.shape[:2], dtype=bool)
    logs = np.full((len(counts), len(STAKES)), -np.inf)
    for week in range(counts.shape[1]):
        logs = np.logaddexp(0, logs) + (gains * counts[:, week][:, None, :]).sum(axis=-1)
        out[:, week] = alarmed = np.logaddexp.reduce(logs, axis=1) - np.log(len(STAKES)) >= -np.log(alpha)
        logs[alarmed] = -np.inf
    return out


def lower_limit(mean: np.ndarray, sd: np.ndarray, n: int) -> np.ndarray:
    return mean - 1.96 * sd / np.sqrt(n)


def a_year(alarms: np.ndarray) -> float:
    """Alarms in a year over SERIES streams."""
    return float(alarms.mean() * SERIES * YEAR)


def found(alarms: np.ndarray, before: int, within: int = 8) -> tuple[float, float]:
    """Share of streams, quiet until `before`, that alarm within so many weeks after; and the median week."""
    first = np.where(alarms[:, before:].any(axis=1), alarms[:, before:].argmax(axis=1) + 1, np.inf)
    return float((first <= within).mean()), float(np.median(first))


def start_errors(seed: int, streams: int, before: int = 26) -> np.ndarray:
    """Weeks by which the start of a 20-point drop is guessed too late (above 0) or too early, where it is found."""
    counts = np.concatenate([weeks(seed, streams, before), weeks(seed + 1, streams, 26, DROPPED)], axis=1)
    scores = (nps(counts) - 30) / np.sqrt(1e4 * 0.7 - 900) * np.sqrt(counts.sum(axis=-1))
    down, since, errors = np.zeros(streams), np.full(streams, -1), []
    done = np.zeros(streams, dtype=bool)
    for week in range(scores.shape[1]):
        total = np.maximum(0, down - scores[:, week] - 0.5)
        since = np.where(total <= 0, -1, np.where(down <= 0, week, since))
        alarmed = (total >= 5) & ~done
        down = np.where(total >= 5, 0, total)
        errors.extend(since[alarmed & (week >= before)] - before)
        done |= alarmed & (week >= before)
    return np.array(errors)


def rules(seed: int, streams: int) -> list[tuple[str, float, float, float]]:
    """Rule, false alarms a year over SERIES streams, drops of 20 points found within 8 weeks, median week."""
    quiet, calm, drop = (
        weeks(seed, streams, 4 * YEAR),
        weeks(seed + 1, streams, 26),
        weeks(seed + 2, streams, YEAR, DROPPED),
    )
    moved = np.concatenate([calm, drop], axis=1)
    sure = (np.full((streams, 1), 30.0), np.full((streams, 1), np.sqrt(1e4 * 0.7 - 900)))
    own, short = learned(seed + 3, streams), learned(seed + 4, streams, 12)
    limit = lower_limit(*own, A_WEEK * LEARNED)
    cases = [
        ("10 points below last week", fell(quiet), fell(moved)),
        ("CUSUM, baseline known for certain", cusum(quiet, *sure), cusum(moved, *sure)),
        ("CUSUM, baseline of 52 weeks", cusum(quiet, *own), cusum(moved, *own)),
        ("CUSUM, baseline of 12 weeks", cusum(quiet, *short), cusum(moved, *short)),
        ("CUSUM, baseline of 12 weeks, h = 6.73", cusum(quiet, *short, h=6.73), cusum(moved, *short, h=6.73)),
        ("e-detector, baseline of 52 weeks", e_detector(quiet, limit), e_detector(moved, limit)),
    ]
    return [(name, a_year(still), *found(after, 26)) for name, still, after in cases]


def few_answers(seed: int, streams: int, n: int, shares: tuple[float, float, float]) -> tuple[float, float]:
    """False alarms a year of CUSUM and e-detector with n answers in each week and normal known for certain."""
    counts = np.random.default_rng(seed).multinomial(np.full((streams, 4 * YEAR), n), shares)
    mean = 100 * (shares[2] - shares[0])
    sd = np.sqrt(1e4 * (shares[0] + shares[2]) - mean * mean)
    normal = np.full((streams, 1), mean)
    return a_year(cusum(counts, normal, np.full((streams, 1), sd))), a_year(e_detector(counts, normal))


def lines(streams: int = 4_000) -> list[str]:
    table = [
        "| rule | false alarms a year | 20-point drop found within 8 weeks | in the middle, in week |",
        "|---|---|---|---|",
    ]
    for name, wolves, share, week in rules(1, streams):
        table.append(f"| {name} | {wolves:.1f} | {share:.0%} | {week:.0f} |")
    errors = start_errors(5, streams)
    table += ["", "| start of the drop guessed | of the drops found |", "|---|---|"]
    for off, words in ((0, "in the very week"), (1, "within a week"), (3, "within three weeks")):
        table.append(f"| {words} | {float((abs(errors) <= off).mean()):.0%} |")
    table += ["", "| detractors/passives/promoters, answers a week | CUSUM | e-detector |", "|---|---|---|"]
    for shares in (QUIET, (0.05, 0.10, 0.85), (0.01, 0.05, 0.94)):
        for n in (1, 10, 45):
            wolves, sure = few_answers(1, streams // 2, n, shares)
            groups = "/".join(f"{100 * share:.0f}" for share in shares)
            table.append(f"| {groups}, {n} | {wolves:.1f} | {sure:.1f} |")
    return table


if __name__ == "__main__":
    print("\n".join(lines()))

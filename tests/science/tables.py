"""Reads the golden tables and the airport extract."""

import csv
from pathlib import Path

import numpy as np

from fiilis.science.sums import ClusterSums, Counts

FOLDER = Path(__file__).parent / "golden"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def nps_points(answer: int) -> int:
    return 100 if answer >= 9 else -100 if answer <= 6 else 0


class Airport:
    """The 2017 wave: answers to "would you recommend", with weight and flight; 11 and empty are blanks."""

    def __init__(self) -> None:
        file = rows("sfo_2017_nps.csv")
        answered = [row for row in file if row["NETPRO"] not in ("", "11")]
        self.flights_in_file = len({row["RUNID"] for row in file})
        self.answers = len(file)
        self.points = np.array([nps_points(int(row["NETPRO"])) for row in answered])
        self.weights = np.array([float(row["WEIGHT"]) for row in answered])
        self.flights = np.array([int(row["RUNID"]) for row in answered])

    @property
    def counts(self) -> Counts:
        return Counts(*(int((self.points == points).sum()) for points in (-100, 0, 100)))

    @property
    def sums(self) -> ClusterSums:
        return ClusterSums.from_arrays(self.points, self.weights, self.flights, self.flights_in_file)

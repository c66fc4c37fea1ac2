"""The public data that churn and repeat purchase are held against."""

import numpy as np

from fiilis.science.churn.lifetable import LifeTable
from tests.science.tables import rows


def telco(contract: str | None = None) -> LifeTable:
    """IBM's fictional telephone customers; those with less than a month aren't in R's curves."""
    kept = [row for row in rows("telco.csv") if row["tenure"] != "0" and contract in (None, row["contract"])]
    columns = (np.array([int(row[name]) for row in kept]) for name in ("tenure", "left", "customers"))
    return LifeTable.from_arrays(*columns)


def telco_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Months, who left and contract, a row for each customer."""
    kept = [row for row in rows("telco.csv") if row["tenure"] != "0"]
    many = [int(row["customers"]) for row in kept]
    return (
        np.repeat([int(row["tenure"]) for row in kept], many),
        np.repeat([int(row["left"]) for row in kept], many),
        np.repeat([row["contract"] for row in kept], many),
    )


def cdnow() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Repeat purchases, week of the last one, weeks observed, and how many customers have just that."""
    table = rows("cdnow.csv")
    frequency, recency, age, customers = (
        np.array([float(row[name]) for row in table]) for name in ("frequency", "recency", "age", "customers")
    )
    return frequency, recency, age, customers.astype(int)

"""Arrays to Parquet files, for those who make data and name no engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from numpy.typing import NDArray


def write_parquet(path: Path, columns: Mapping[str, NDArray[Any]], *, nulls: Mapping[str, int] | None = None) -> None:
    """Write columns of equal length to one Parquet file (zstd); an existing file is replaced when the new is whole.

    Texts are object arrays of str, and an empty text becomes NULL, as do NaN, NaT and, in the columns that `nulls`
    names, that number. Raises ValueError without columns, for unequal lengths and for a name with a quote in it.
    """
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise ValueError("a file has columns, all of the same length")
    if quoted := [name for name in columns if '"' in name]:
        raise ValueError(f"not a column's name: {quoted[0]}")
    picked = ", ".join(_expression(name, column, nulls or {}) for name, column in columns.items())
    half = path.with_name(path.name + ".part")
    target = str(half).replace("'", "''")
    with duckdb.connect(config={"threads": 1}) as duck:
        # DuckDB reads the arrays in place: they are registered as one table of columns.
        duck.register("given", {name: _known(column) for name, column in columns.items()})
        duck.execute(f"COPY (SELECT {picked} FROM given) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")  # noqa: S608 - names are checked
    half.replace(path)


def _expression(name: str, column: NDArray[Any], nulls: Mapping[str, int]) -> str:
    if name in nulls:
        return f'nullif("{name}", {int(nulls[name])}) AS "{name}"'
    if column.dtype.str.endswith("M8[D]"):
        return f'CAST("{name}" AS DATE) AS "{name}"'
    if column.dtype.kind == "f":
        return f'CASE WHEN isnan("{name}") THEN NULL ELSE "{name}" END AS "{name}"'
    if column.dtype.kind == "O":
        return f'nullif(CAST("{name}" AS VARCHAR), \'\') AS "{name}"'
    return f'"{name}"'


def _known(column: NDArray[Any]) -> NDArray[Any]:
    # DuckDB knows no array of days.
    return column.astype("datetime64[s]") if column.dtype.str.endswith("M8[D]") else column

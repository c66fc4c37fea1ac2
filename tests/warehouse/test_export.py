"""Arrays come back from a Parquet file as they went in, with what is missing as NULL."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from fiilis.warehouse.export import write_parquet


def read(path: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as duck:
        return duck.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall()


def test_columns_come_back_with_nulls(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    write_parquet(
        path,
        {
            "score": np.array([10, -1], dtype=np.int8),
            "plain": np.array([-1, 5], dtype=np.int64),
            "share": np.array([0.5, np.nan]),
            "yes": np.array([True, False]),
            "day": np.array(["2025-01-06", "NaT"], dtype="datetime64[D]"),
            "at": np.array(["2025-01-06T10:00:00", "NaT"], dtype="datetime64[s]"),
            "text": np.array(["hyvää 'työtä'", ""], dtype=object),
        },
        nulls={"score": -1},
    )
    assert [str(cell) for cell in read(path)[0]] == [
        "10", "-1", "0.5", "True", "2025-01-06", "2025-01-06 10:00:00", "hyvää 'työtä'",
    ]  # fmt: skip
    assert read(path)[1] == (None, 5, None, False, None, None, None)


def test_existing_file_is_replaced_and_no_half_is_left(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    for number in (1, 2):
        write_parquet(path, {"n": np.array([number])})
    assert (read(path), [one.name for one in tmp_path.iterdir()]) == ([(2,)], ["a.parquet"])


def test_empty_columns_make_an_empty_file(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", {"n": np.empty(0, dtype=np.int64)})
    assert read(tmp_path / "a.parquet") == []


@pytest.mark.parametrize(
    "columns", [{}, {"a": np.zeros(1), "b": np.zeros(2)}, {'a" b': np.zeros(1)}], ids=["none", "unequal", "quoted"]
)
def test_what_is_no_table_is_refused(tmp_path: Path, columns: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError):
        write_parquet(tmp_path / "a.parquet", columns)
    assert list(tmp_path.iterdir()) == []

"""Files hold what the chunks held, in CSV and in Parquet, and the key comes apart from them."""

import csv
import hashlib
import json
from pathlib import Path

import duckdb
import numpy as np
import pytest

from fiilis.simulate.columns import STREAMS
from fiilis.simulate.files import SEEN, Form, description, write_chunk, write_key, write_seal, write_shop
from fiilis.simulate.publish import Chunk
from fiilis.simulate.seal import open_seal
from fiilis.simulate.settings import Settings, Truths
from tests.simulate.conftest import streams_of

SMALL = Settings(size=0.02, weeks=12, seed=8)


def test_csv_and_parquet_hold_the_same(tmp_path: Path) -> None:
    for form in Form:
        assert {chunk.stream for chunk in write_shop(tmp_path / form, SMALL, form=form, rows=400)} == set(SEEN)
    with duckdb.connect() as duck:
        for stream in SEEN:
            files = f"read_parquet('{tmp_path}/parquet/{stream}-*.parquet', filename=true)"
            types = dict(duck.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {files})").fetchall())
            told = {name: types[name] for name in STREAMS[stream]}
            columns = str(told).replace('"', "'")
            texts = f"read_csv('{tmp_path}/csv/{stream}-*.csv', header=true, columns={columns}, nullstr='')"
            names = ", ".join(f'"{name}"' for name in told)
            read = [duck.execute(f"SELECT {names} FROM {one} ORDER BY 1").fetchall() for one in (texts, files)]
            assert len(read[0]) > 0
            assert read[0] == read[1], stream


def test_missing_scores_and_comments_are_empty_cells(tmp_path: Path) -> None:
    list(write_shop(tmp_path, SMALL, streams=["answers"]))
    answers = streams_of(SMALL, "answers")["answers"]
    with (tmp_path / "answers-00000.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["nps"] for row in rows] == ["" if score < 0 else str(score) for score in answers["nps"]]
    assert [row["comment"] for row in rows] == answers["comment"].tolist()
    assert rows[0]["answered_at"] == str(answers["answered_at"][0])


def test_formulas_are_escaped_in_csv(tmp_path: Path) -> None:
    texts = np.array(["=1+1", "-2", "@x", "+3", "\tx", "Kiitos = hyvä", ""], dtype=object)
    path = write_chunk(tmp_path, Chunk("reviews", 0, {"text": texts}), Form.CSV)
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)][:6] == [
            "'=1+1", "'-2", "'@x", "'+3", "'\tx", "Kiitos = hyvä",
        ]  # fmt: skip


def test_parquet_keeps_types_and_nulls(tmp_path: Path) -> None:
    list(write_shop(tmp_path, SMALL, form=Form.PARQUET, streams=["answers", "orders"]))
    answers = streams_of(SMALL, "answers")["answers"]
    with duckdb.connect() as duck:
        source = f"read_parquet('{tmp_path}/answers-*.parquet')"
        types = dict(duck.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM {source})").fetchall())
        assert (types["answered_at"], types["nps"], types["comment"]) == ("TIMESTAMP", "TINYINT", "VARCHAR")
        told = duck.execute(f"SELECT count(nps), sum(nps), count(comment) FROM {source}").fetchone()
        days = duck.execute(f"SELECT typeof(promised_day) FROM read_parquet('{tmp_path}/orders-*.parquet')").fetchone()
    known = answers["nps"] >= 0
    assert told == (int(known.sum()), int(answers["nps"][known].sum()), int(np.sum(answers["comment"] != "")))
    assert days == ("DATE",)


def test_seal_is_checked_by_sha256sum_and_opened_by_us(tmp_path: Path) -> None:
    shell = write_seal(tmp_path, SMALL)
    digest, name = (tmp_path / "seal.sha256").read_text().split()
    assert digest == hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == shell.digest
    assert open_seal((tmp_path / name).read_text(encoding="utf-8"), digest) == SMALL


def test_description_tells_no_truth(tmp_path: Path) -> None:
    with_truths, without = (description(Settings(truths=truths)) for truths in (Truths(), Truths.none()))
    # An improvement is written down by the shop; all else is the same with and without.
    for told in (with_truths, without):
        told["happenings"] = [one for one in told["happenings"] if one["kind"] == "context"]
    assert with_truths == without
    assert "pilling" not in json.dumps(with_truths)


def test_key_is_a_file_of_its_own(tmp_path: Path) -> None:
    list(write_shop(tmp_path, SMALL))
    assert not (tmp_path / "key.json").exists()
    assert json.loads(write_key(tmp_path, SMALL).read_text(encoding="utf-8"))["settings"]["seed"] == 8


@pytest.mark.parametrize("form", list(Form))
def test_nothing_half_written_is_left(tmp_path: Path, form: Form) -> None:
    list(write_shop(tmp_path, SMALL, form=form))
    assert list(tmp_path.glob("*.part")) == []

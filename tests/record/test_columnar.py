"""Parquet and Arrow files: types, lists and vectors, damage, and files that are none."""

import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from anim.record.__main__ import main
from tests.support.tables import ACCURACY, LABELS, PROBS, accuracy, frame, refused, save

PROB = [f"prob_{k}" for k in range(3)]
NAMES = np.array(["ant", "bee", "cat"])
LISTS = {"label": LABELS, "probs": PROBS.tolist()}


def vectors(kind=1, size=None):
    return [{"type": kind, "size": size, "indices": None, "values": row.tolist()} for row in PROBS]


VECTOR = pa.struct(
    [
        ("type", pa.int8()),
        ("size", pa.int32()),
        ("indices", pa.list_(pa.int32())),
        ("values", pa.list_(pa.float64())),
    ]
)
TABLES = {
    "columns": frame(PROB),
    "an index": frame(PROB).set_index(pd.Index([f"x{i}" for i in range(60)])),
    "categories": frame(NAMES, pd.Categorical(NAMES[LABELS])),
    "lists": pa.table(LISTS),
    "large lists": pa.table(
        {**LISTS, "probs": pa.array(LISTS["probs"], pa.large_list(pa.float64()))}
    ),
    "fixed lists": pa.table(
        {**LISTS, "probs": pa.array(LISTS["probs"], pa.list_(pa.float64(), 3))}
    ),
    "Spark's vectors": pa.table(
        {"label": LABELS * 1.0, "probability": pa.array(vectors(), VECTOR)}
    ),
    "decimals": pa.table(frame(PROB).round(6)).cast(
        pa.schema([*((name, pa.decimal128(12, 6)) for name in PROB), ("label", pa.int64())])
    ),
    "other columns": pa.table(
        {**LISTS, "image": [b"\0" * 99] * 60, "when": pa.array([0] * 60, "date32")}
    ),
}


def write(folder, table, suffix):
    table = pa.Table.from_pandas(table) if isinstance(table, pd.DataFrame) else table
    path = folder / f"table{suffix}"
    if suffix == ".parquet":
        pyarrow.parquet.write_table(table, path, row_group_size=17)
    elif suffix == ".feather":
        pyarrow.feather.write_feather(table, path)
    else:
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
    return path


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrow"])
@pytest.mark.parametrize("name", TABLES)
def test_every_type_of_column_is_read(tmp_path, name, suffix):
    import anim

    path = write(tmp_path, TABLES[name], suffix)
    assert main(["--out", str(tmp_path / "run"), str(path)]) == 0
    assert accuracy(anim.open(tmp_path / "run")) == ACCURACY


WRONG = {
    "an empty label": (pa.table({**LISTS, "label": [None, *LABELS[1:]]}), "row 1, column 'label'"),
    "an empty score": (
        pa.table({"label": [0, 1], "prob_0": [0.5, None], "prob_1": [0.5, 0.5]}),
        "row 2, column 'prob_0': expected a number",
    ),
    "NaN": (
        pa.table({"label": [0, 1], "prob_0": [0.5, np.nan], "prob_1": [0.5, 0.5]}),
        "row 2, column 'prob_0': expected a finite number",
    ),
    "an empty list": (
        pa.table({"label": [0, 1], "probs": [[0.5, 0.5], None]}),
        "row 2, column 'probs': expected a list",
    ),
    "lists of two lengths": (
        pa.table({"label": [0, 1], "probs": [[0.5, 0.5], [1.0]]}),
        "row 2, column 'probs': expected lists of one length, got 1 and 2",
    ),
    "sparse vectors": (
        pa.table({"label": LABELS, "probability": pa.array(vectors(0, 5), VECTOR)}),
        "row 1, column 'probability': expected a dense vector",
    ),
    "lists of texts": (
        pa.table({"label": [0, 1], "probs": [["a"], ["b"]]}),
        "expected lists of numbers",
    ),
    "no rows": (pa.table({"label": pa.array([], "int64")}), "1 columns, 0 rows"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_cells_are_refused_with_their_row(tmp_path, name, capsys):
    table, problem = WRONG[name]
    content = write(tmp_path, table, ".parquet").read_bytes()
    assert problem in refused(tmp_path, capsys, content, name="table.parquet")


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".arrow"])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.97])
def test_a_cut_file_is_one_line_of_error(tmp_path, suffix, keep, capsys):
    whole = write(tmp_path, TABLES["lists"], suffix).read_bytes()
    content = whole[: int(keep * len(whole))]
    assert "table" in refused(tmp_path, capsys, content, name=f"table{suffix}")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl", "a.feather", "a.csv.gz"])
def test_what_is_not_a_regular_file_is_refused_and_does_not_hang(tmp_path, name, capsys):
    os.mkfifo(tmp_path / name)
    (tmp_path / f"zero.{name}").symlink_to("/dev/zero")
    (tmp_path / f"folder.{name}").mkdir()
    for path in (name, f"zero.{name}", f"folder.{name}", f"nothing.{name}"):
        with pytest.raises(SystemExit):
            main(["--out", str(tmp_path / "run"), str(tmp_path / path)])
        assert capsys.readouterr().err.count("\n") == 1


def test_text_in_a_file_called_parquet_is_refused(tmp_path, capsys):
    path = save(tmp_path, frame(PROB), "table.parquet")
    assert "cannot be read" in refused(tmp_path, capsys, path.read_text(), name=path.name)

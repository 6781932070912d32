"""Tables of predictions as people save them, with what they say."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.fuzz.predictions import Predictions, likely, predictions

# Of texts, and of what holds types.
TEXTS = (".csv", ".tsv", ".txt", ".csv.gz")
JSON = (".jsonl", ".json", ".ndjson")
COLUMNAR = (".parquet", ".feather")

Columns = dict[str, list]

# Columns that are no part of predictions.
_EXTRA = ("note", "subject", "sentence", "seconds")


@st.composite
def good_tables(draw) -> tuple[list[Columns], Predictions, tuple[str, ...]]:
    """Return the columns of one table or of one for each step, and what is printed of them."""
    drawn = draw(predictions())
    is_named = draw(st.booleans())
    scores, hits = draw(_scores(drawn, is_named))
    label = draw(st.sampled_from(["label", "y_true", "true_label", "target"]))
    extra = draw(st.sampled_from(_EXTRA)) if draw(st.booleans()) else ""
    has_predicted = draw(st.booleans())
    tables: list[Columns] = []
    for i, step in enumerate(drawn.steps):
        labels = drawn.names if is_named else drawn.labels
        columns: Columns = {"step": [step] * len(labels), label: labels.tolist()}
        columns |= scores[i]
        if has_predicted or "confidence" in columns:
            best = np.argmax(drawn.probs[i], -1)
            columns["y_pred"] = (np.array(drawn.classes)[best] if is_named else best).tolist()
        if extra:
            columns[extra] = [f"{extra} {row}" for row in range(len(labels))]
        tables.append(columns)
    if draw(st.booleans()):
        tables = [{name: [cell for one in tables for cell in one[name]] for name in tables[0]}]
    return tables, drawn, drawn.says(hits)


@st.composite
def _scores(draw, drawn: Predictions, is_named: bool) -> tuple[list[Columns], np.ndarray]:
    """Return columns of scores for each step, and which examples the scores get right, [S, N].

    ``is_named`` says whether labels are names: the columns are mostly called as labels are.
    """
    kinds = ["prob_{}", "P({})", "logit_{}", "{}", "list", "confidence"]
    kind = draw(st.sampled_from(kinds + ["class 1"] * 2 * (len(drawn.classes) == 2)))
    values = drawn.logits if kind == "logit_{}" else drawn.probs
    hits = drawn.hits(values)
    if kind == "list":
        return [{"probs": one.tolist()} for one in values], hits
    if kind == "confidence":
        return [{"confidence": one.max(-1).tolist()} for one in values], hits
    if kind == "class 1":
        # What is left for the other class: a tie is its.
        hits = (drawn.probs[..., 1] > 0.5) == drawn.labels
        return [{"y_prob": one[:, 1].tolist()} for one in values], hits
    is_numbered = draw(likely(4)) != is_named
    names = [str(k) for k in range(len(drawn.classes))] if is_numbered else drawn.classes
    columns = [
        {kind.format(name): one[:, k].tolist() for k, name in enumerate(names)} for one in values
    ]
    return columns, hits


@st.composite
def text_of(draw, columns: Mapping[str, list], is_packed: bool = False) -> bytes:
    """Return columns as delimited text, in one of the ways in which programs write it."""
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    has_comma = separator == ";" and draw(st.booleans())
    file = io.StringIO(newline="")
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer = csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        cells = [json.dumps(cell) if isinstance(cell, list) else str(cell) for cell in row]
        is_number = [isinstance(cell, float) for cell in row]
        writer.writerow(
            cell.replace(".", ",") if has_comma and number else cell
            for cell, number in zip(cells, is_number, strict=True)
        )
    blank = end * draw(st.integers(0, 2))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"]))
    content = (file.getvalue() + blank).encode(encoding)
    return gzip.compress(content, mtime=0) if is_packed else content


@st.composite
def json_of(draw, columns: Mapping[str, list]) -> bytes:
    """Return columns as an object per line, as a list of objects, or as lists."""
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    form = draw(st.sampled_from(["lines", "lines", "list", "columns"]))
    if form == "lines":
        return "\n".join(json.dumps(row) for row in rows).encode()
    return json.dumps(rows if form == "list" else dict(columns)).encode()


def columnar_of(columns: Mapping[str, list], suffix: str) -> bytes:
    """Return columns as a Parquet or Arrow file."""
    file = io.BytesIO()
    table = pa.table(dict(columns))
    pq.write_table(table, file) if suffix == ".parquet" else feather.write_feather(table, file)
    return file.getvalue()


def written(columns: Mapping[str, list], suffix: str) -> st.SearchStrategy[bytes]:
    """Return the bytes of a table in a format."""
    if suffix in COLUMNAR:
        return st.builds(columnar_of, st.just(columns), st.just(suffix))
    if suffix in JSON:
        return json_of(columns)
    return text_of(columns, suffix.endswith(".gz"))


@st.composite
def changed(draw, columns: Columns, names: tuple[str, ...], cells: st.SearchStrategy) -> Columns:
    """Return columns with one thing wrong: a cell, a name, a row or a column."""
    found = {name: list(column) for name, column in columns.items()}
    name = draw(st.sampled_from(sorted(found)))
    count = len(found[name])
    row = draw(st.integers(0, max(count - 1, 0)))
    how = draw(st.sampled_from(["cell", "cell", "number", "name", "column", "row", "twice", "new"]))
    if how == "name":
        other = draw(st.sampled_from(names))
        found = {other if one == name else one: column for one, column in found.items()}
    elif how == "column":
        del found[name]
    elif how == "new":
        found.setdefault(draw(st.sampled_from(names)), draw(_values(cells, count)))
    elif how in ("row", "twice"):
        for column in found.values():
            column[row : row + 1] = column[row : row + 1] * (2 if how == "twice" else 0)
    else:
        numbers = st.sampled_from([0.0, 1.0, -0.25, 1.5, 1e-30, 3, -1])
        new = draw(cells if how == "cell" and draw(likely(3)) else numbers)
        found[name][row : row + 1] = [new]
    return found or dict(columns)


def _values(cells: st.SearchStrategy, count: int) -> st.SearchStrategy[list]:
    return cells.map(lambda cell: [cell] * count)

"""Tables for `anim.record`: texts with any separator, quotes and cells, and JSON lines."""

from __future__ import annotations

import functools
import gzip
import io
import json

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
from hypothesis import strategies as st

from tests.fuzz.cases import Case, hostile, mutated, words
from tests.fuzz.good_tables import COLUMNAR, JSON, TEXTS, changed, good_tables, written

_NAMES = (
    *words("label y_true true_label y_pred pred_label confidence prob_0 prob_1 prob_2 prob_10 0 1"),
    *words("2 a b step epoch weight loss fold subject id index target predictions logits scores"),
    *("correct", "", " ", "class:a", "\ufeffx", "a" * 5000, "\u202eprob", "p\x1b[2J"),
)
_CELLS = (
    *words("0 1 2 7 -1 0.1 0.9 .5 1e-3 1e400 nan inf -inf 2000000000 99999999999999999999 a b cat"),
    *words("0,5 50% None NULL true 01 1.0 [0.1,0.9] [1] {} 2024-01-01"),
    *("", " ", '"', "\x1b[2J", "\u202e", "9" * 400, "[" * 200, "é", "\0"),
)
_LIKELY = ("0", "1", "0.25", "0.75", "0.5")

_separators = st.sampled_from([",", ";", "\t", "|", " ", ", "])
_ends = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])
_cells = (
    st.sampled_from(_LIKELY) | st.sampled_from(_CELLS) | st.floats().map(str) | st.text(max_size=5)
)


@st.composite
def _delimited(draw) -> bytes:
    separator, end = draw(_separators), draw(_ends)
    header = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=8))
    row = st.lists(_cells, min_size=len(header), max_size=len(header) + draw(st.integers(0, 1)))
    rows = draw(st.lists(row, max_size=6))
    text = end.join(separator.join(line) for line in (header, *rows))
    mark = draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe"]))
    return mark + text.encode("utf-16-le" if mark == b"\xff\xfe" else "utf-8", "surrogatepass")


def _plain(count: int = 20) -> bytes:
    rows = (
        f"{i % 2},{i % 2},{0.9 - 0.8 * (i % 2):.2f},{0.1 + 0.8 * (i % 2):.2f}" for i in range(count)
    )
    return "\n".join(("y_true,y_pred,prob_0,prob_1", *rows, "")).encode()


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(_CELLS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner),
    max_leaves=6,
)
_lm_eval = {
    "doc_id": 0,
    "target": "1",
    "filtered_resps": [[-1.0, False], [-2.0, True]],
    "arguments": [["a", "b"], ["a", "c"]],
    "acc": 1.0,
}
_objects = st.dictionaries(st.sampled_from((*_NAMES, *_lm_eval)), _values, max_size=5)
_lines = st.lists(_objects | _objects.map(lambda more: _lm_eval | more), max_size=4)


def _json_lines(rows) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode("utf-8", "surrogatepass")


_JSON = _json_lines([{"label": i % 2, "probs": [0.5, 0.5], "step": 1} for i in range(8)])
_DEEP = st.sampled_from([b"[" * 100_000, b'{"a":' * 100_000, b'"' + b"x" * 200_000])
_TOKENS = (b",", b'"', b"\n", b"prob_", b"[", b"{", b"nan", b"\r", b"\xef\xbb\xbf", b"1e999", b";")


@functools.cache
def _columnar(suffix: str) -> bytes:
    """Return a valid Parquet or Arrow file."""
    labels = [0, 1] * 10
    columns = {"label": labels, "probs": [[0.9 - 0.8 * y, 0.1 + 0.8 * y] for y in labels]}
    file = io.BytesIO()
    table = pa.table(columns)
    pq.write_table(table, file) if suffix == ".parquet" else feather.write_feather(table, file)
    return file.getvalue()


_packed = st.sampled_from(
    [gzip.compress(_plain()), gzip.compress(b"label,a,b\n" + b"0" * (80 << 20))]
)
_binary = st.sampled_from([".parquet", ".feather"]).flatmap(
    lambda suffix: st.tuples(st.just(suffix), mutated(_columnar(suffix), (b"PAR1", b"ARROW1")))
)
_files = st.one_of(
    st.tuples(st.sampled_from([".csv", ".tsv", ".txt"]), _delimited() | mutated(_plain(), _TOKENS)),
    st.tuples(
        st.sampled_from([".jsonl", ".json", ".ndjson"]),
        _lines.map(_json_lines) | mutated(_JSON, _TOKENS) | _DEEP,
    ),
    st.tuples(st.sampled_from([".parquet", ".feather", ".csv.gz", ".csv.zst"]), st.binary()),
    st.tuples(st.just(".csv.gz"), _packed | mutated(gzip.compress(_plain()))),
    _binary,
)
_options = st.sampled_from(
    ["--label", "--pred", "--scores", "--confidence", "--weight", "--step", "--group", "--classes"]
)


_good_files = st.sampled_from((*TEXTS, *TEXTS, *JSON, *COLUMNAR))


@st.composite
def _usual(draw) -> Case:
    """Return a call with tables as people save them, two in three as they are."""
    columns, drawn, says = draw(good_tables())
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(columns) - 1))
        columns[at] = draw(changed(columns[at], _NAMES, _cells))
        says = ()
    suffix = draw(_good_files)
    if says == () and suffix in COLUMNAR:
        # A column has one type.
        suffix = ".jsonl"
    files = {f"step_{i}{suffix}": draw(written(one, suffix)) for i, one in enumerate(columns)}
    if draw(st.integers(0, 5)) == 0:
        name = draw(st.sampled_from(sorted(files)))
        files[name] = draw(mutated(files[name], _TOKENS))
        says = ()
    argv = ["--out", "run", *files]
    if draw(st.integers(0, 2)) == 0:
        argv += draw(st.sampled_from([["--quiet"], ["--keep", "float16"], ["--keep", "top"]]))
        says = () if "--quiet" in argv or "float16" in argv else says
    if draw(st.integers(0, 4)) == 0:
        argv.append("--classes=" + ",".join(drawn.classes))
    return Case("tables", "record", tuple(argv), files, says)


@st.composite
def _strange(draw) -> Case:
    """Return a call with one table or two of anything, sometimes with what columns mean."""
    contents = draw(st.lists(_files, min_size=1, max_size=2))
    files = {f"step_{i}{suffix}": content for i, (suffix, content) in enumerate(contents)}
    argv = ["--out", "run", *files]
    if draw(st.integers(0, 3)) == 0:
        value = draw(st.sampled_from(_NAMES) | hostile)
        argv += [f"{draw(_options)}={value}"]
    return Case("tables", "record", tuple(argv), files)


def tables() -> st.SearchStrategy[Case]:
    """Return calls of `anim.record` with tables: two in three as people save them, or almost."""
    return st.one_of(_usual(), _usual(), _strange())

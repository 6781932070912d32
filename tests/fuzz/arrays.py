"""Arrays for `anim.record`: files of NumPy, of any dtype and shape, by hand, cut and mutated."""

from __future__ import annotations

import functools
import io
import struct
import zipfile

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.fuzz.cases import SPECIAL, Case, mutated, words
from tests.fuzz.predictions import predictions

_NAMES = words(
    "logits probs labels y_true y_prob y_pred predictions label_ids steps step epoch classes "
    "confidence correct scores arr_0 x Labels"
)
_DTYPES = ["<f4", ">f8", "<f2", "<i8", "|u1", "|b1", "<U2", "|S2", "<c8", "<M8[D]", "|V2"]


def _saved(values) -> bytes:
    file = io.BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()


def _zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


_labels = np.arange(12) % 3
_probs = np.full((12, 3), 1 / 3, np.float32)
_GOOD = {
    "probs": _probs,
    "logits": np.log(_probs) + np.eye(3)[_labels].astype(np.float32),
    "labels": _labels,
    "y_pred": _labels,
    "confidence": np.full(12, 0.5),
    "correct": np.arange(12) % 2 == 0,
    "steps": np.array([5]),
    "classes": np.array(["a", "b", "c"]),
    "label_ids": np.eye(3)[_labels],
}
_any_array = st.sampled_from(_DTYPES[:-1]).flatmap(
    lambda dtype: hnp.arrays(
        dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
    )
)


@st.composite
def _by_hand(draw) -> bytes:
    """Return an array with a header that says anything."""
    descr = draw(
        st.sampled_from([*(f"'{d}'" for d in _DTYPES), "'|O'", "[('a','<f4')]", "'<f3'", "(("])
    )
    shape = draw(
        st.sampled_from(
            ["(12, 3)", "()", "(-1,)", "(99999999999, 99999999)", f"({'9' * 400},)", "(("]
        )
    )
    order = draw(st.sampled_from(["False", "True", "0"]))
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"
    text = draw(st.sampled_from([text, "(" * 3000, text + " " * 70_000, "{}"])).encode()
    version = draw(st.sampled_from([1, 2, 3, 9]))
    length = struct.pack("<H", len(text) % 65536) if version == 1 else struct.pack("<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + b"\0" * 144


_member = st.sampled_from([*_GOOD.values()]).map(_saved) | _any_array.map(_saved) | _by_hand()
_TOKENS = (
    b"PK\x01\x02",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x93NUMPY",
    b"(99999999,",
    b"'|O'",
    b"<f8",
)


@functools.cache
def _bomb() -> bytes:
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (16777216, 3), }"
    start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head
    content = start + b"\0" * (3 << 26)
    return _zipped({"logits.npy": content, "labels.npy": content}, zipfile.ZIP_DEFLATED)


_GROUPS = [
    ("probs", "labels"),
    ("logits", "labels", "y_pred"),
    ("confidence", "correct", "labels"),
    ("confidence", "y_pred", "labels"),
    ("probs", "labels", "steps", "classes"),
]


@st.composite
def _archives(draw) -> bytes:
    """Return an archive of arrays that belong together, and of up to two that may not."""
    members = {f"{name}.npy": _saved(_GOOD[name]) for name in draw(st.sampled_from(_GROUPS))}
    for name in draw(st.lists(st.sampled_from(_NAMES), max_size=2)):
        members[f"{name}.npy"] = draw(_member)
    return _zipped(members, draw(st.sampled_from([0, 8, 8, 8, 12, 14])))


_methods = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])


@st.composite
def _known(draw) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Return the members of an archive as people save them, and what is printed of them."""
    drawn = draw(predictions())
    dtype = draw(st.sampled_from(["<f4", "<f8", ">f8", "<f2"]))
    is_several = len(drawn.steps) > 1 or draw(st.booleans())
    kind = draw(st.sampled_from(["probs", "probs", "logits", "logits", "confidence"]))
    values = getattr(drawn, "logits" if kind == "logits" else "probs").astype(dtype)
    values = values if is_several else values[0]
    hits = drawn.hits(values).reshape(-1, len(drawn.labels))
    members = {kind: values, "labels": drawn.labels.astype(draw(st.sampled_from(["<i8", "|u1"])))}
    if kind == "confidence":
        members[kind] = values.max(-1)
        members["correct"] = drawn.hits(values)
    if is_several:
        members["steps"] = np.array(drawn.steps)
    if draw(st.booleans()):
        members["classes"] = np.array(drawn.classes)
        if draw(st.booleans()):
            members["labels"] = drawn.names
    order = draw(st.sampled_from([np.asarray, np.asfortranarray]))
    return {name: _saved(order(value)) for name, value in members.items()}, drawn.says(hits)


@st.composite
def _usual(draw) -> Case:
    """Return a call with an archive as people save it, two in three as they are."""
    members, says = draw(_known())
    how = draw(st.sampled_from(["", "", "", "", "new", "gone", "bytes"]))
    if how in ("new", "gone"):
        # A member that is not among those which mean something changes nothing.
        name = draw(st.sampled_from([*members, *_NAMES, "weights", "x_val"]))
        says = () if name in members or name in _NAMES else says
        members.pop(name, None)
        members |= {name: draw(_member)} if how == "new" else {}
    content = _zipped({f"{name}.npy": one for name, one in members.items()}, draw(_methods))
    if how == "bytes":
        content, says = draw(mutated(content, _TOKENS)), ()
    keep = draw(st.sampled_from([[], [], ["--keep", "top"], ["--keep", "float16"], ["--quiet"]]))
    says = says if not keep or "top" in keep else ()
    return Case("arrays", "record", ("--out", "run", "p_7.npz", *keep), {"p_7.npz": content}, says)


@st.composite
def _usual_array(draw) -> Case:
    """Return a call with an array of scores and labels in a file of their own."""
    drawn = draw(predictions(most_steps=1))
    scores = draw(st.sampled_from([drawn.logits[0], drawn.probs[0]]))
    says = drawn.says(drawn.hits(scores)[None])
    files: dict[str, bytes | str] = {"p_7.npy": _saved(scores)}
    if draw(st.booleans()):
        name, files["labels.npy"] = "labels.npy", _saved(drawn.labels)
    else:
        name, files["labels.txt"] = "labels.txt", "\n".join(map(str, drawn.labels)).encode()
    if draw(st.integers(0, 3)) == 0:
        other = draw(st.sampled_from([*files]))
        files[other], says = draw(mutated(files[other], _TOKENS)), ()
    argv = ("--out", "run", "p_7.npy", "--labels", name)
    return Case("arrays", "record", argv, files, says)


_plain = _zipped({f"{name}.npy": _saved(_GOOD[name]) for name in ("probs", "labels", "steps")}, 8)
_special = st.sampled_from(SPECIAL)
_STEMS = [
    "step_{}",
    "p_{}",
    "model_v{}",
    "p_99999999999999999999{}",
    "epoch=1-val={}.5",
    "\u202e_{}",
]


@st.composite
def _strange(draw) -> Case:
    """Return a call of `anim.record` with one file of arrays or two, and sometimes labels."""
    files: dict[str, bytes | str] = {}
    stem = draw(st.sampled_from(_STEMS))
    for i in range(draw(st.integers(1, 2))):
        if draw(st.booleans()):
            content = draw(_archives() | mutated(_plain, _TOKENS) | _special | st.builds(_bomb))
            files[f"{stem.format(i)}.npz"] = content
        else:
            base = mutated(_saved(_probs), _TOKENS)
            files[f"{stem.format(i)}.npy"] = draw(_member | base | _special)
    argv = ["--out", "run", *files]
    if draw(st.booleans()):
        name = draw(st.sampled_from(["labels.npy", "labels.txt"]))
        text = draw(
            st.lists(st.sampled_from(["0", "1", "2", "", "a", "nan", "-1", "label"]), max_size=14)
        )
        written = "\n".join(text).encode() or b"0"
        files[name] = draw(_member | st.just(written) | st.binary(max_size=40) | _special)
        argv += ["--labels", name]
    return Case("arrays", "record", tuple(argv), files)


def arrays() -> st.SearchStrategy[Case]:
    """Return calls of `anim.record` with arrays: two in three as people save them, or almost."""
    return st.one_of(_usual(), _usual_array(), _strange())

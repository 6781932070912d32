"""Recordings of strangers: a valid one with files that are mutated, removed or something else."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

import anim
from tests.fuzz.cases import SPECIAL, Case, mutated

_TOKENS = (b'"shape"', b"[9999999999, 9999999999]", b'"NaN"', b"{", b"[" * 2000, b"-1", b'"int8"')
_VALUES = (
    *(None, True, -1, 0, 10**9, 2**63, 10**400, 1.5, float("nan"), "", "x" * 9999, "\x1b[2J"),
    *("\u202ex", [], {}, [10**9, 10**9], ["a", "a"], "float64", "https://x", {"name": "gzip"}),
)
_CALLS = (
    ("report", "run"),
    ("render", "run", "--out", "x.png", "--size", "320x240"),
    ("render", "run", "--out", "x.html"),
    ("watch", "run", "--port", "0"),
    ("report", "run", "--json"),
)


@functools.cache
def valid_recording() -> dict[str, bytes]:
    """Return the files of a small recording by path."""
    labels = np.arange(12) % 3
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        with anim.Recorder(path, labels=labels, classes=["a", "b", "c"]) as recorder:
            for step in range(2):
                logits = rng.normal(size=(12, 3))
                recorder.snapshot(step, logits=logits, metrics={"loss": 1.0})
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def _places(value, path=()):
    """Yield the paths of all values in parsed JSON."""
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in items:
        yield from _places(inner, (*path, key))


def _replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _replaced(copy[path[0]], path[1:], new)
    return copy


@st.composite
def _json(draw, content: bytes) -> bytes:
    value = json.loads(content)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from([*_places(value)]))
        value = _replaced(value, path, draw(st.sampled_from(_VALUES)))
        if not isinstance(value, dict):
            break
    return json.dumps(value).encode()


def recordings() -> st.SearchStrategy[Case]:
    """Return calls that read a recording with one to three wrong files."""
    return _recordings(valid_recording())


@st.composite
def _recordings(draw, valid: dict[str, bytes]) -> Case:
    files: dict[str, bytes | str] = dict(valid)
    names = st.lists(st.sampled_from(sorted(files)), min_size=1, max_size=3, unique=True)
    for name in draw(names):
        how = draw(st.sampled_from(["json", "json", "bytes", "special", "gone", "empty"]))
        content = files.pop(name)
        if how == "json" and name.endswith("zarr.json"):
            files[name] = draw(_json(content))
        elif how in ("json", "bytes"):
            files[name] = draw(mutated(content, _TOKENS))
        elif how != "gone":
            files[name] = draw(st.sampled_from(SPECIAL)) if how == "special" else b""
    command, *argv = draw(st.sampled_from(_CALLS))
    return Case("recordings", command, tuple(argv), files)

"""Recordings of strangers: a valid one with files that are mutated, removed or something else."""

from __future__ import annotations

import functools
import json
import tempfile
from dataclasses import dataclass
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
    ("report", "run", "--calibrate", "temperature"),
    ("render", "run", "--out", "x.png", "--size", "320x240"),
    ("render", "run", "--out", "x.html"),
    ("watch", "run", "--port", "0"),
)
# Its accuracies are compared.
_JSON_CALL = ("report", "run", "--json")
_BESIDE = (".DS_Store", "notes.txt", "labels.bak", "figures/a.png", "\u202ex", "metrics/x")
_EXAMPLES, _STEPS = 12, (0, 40)


@dataclass(frozen=True)
class Recording:
    """A valid recording.

    Attributes:
        files: by path.
        accuracies: by step.
    """

    files: dict[str, bytes]
    accuracies: dict[str, float]


@functools.cache
def valid_recordings() -> tuple[Recording, ...]:
    """Return small recordings of each kind."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(len(_STEPS), _EXAMPLES, 3)).astype(np.float32)
    labels = np.arange(_EXAMPLES) % 3
    hits = logits.argmax(-1) == labels
    probs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    names = ["a", "b", "c"]
    two = np.arange(_EXAMPLES) % 2
    found = [
        _recorded(labels, hits, names, logits=logits),
        _recorded(labels, hits, None, probs=probs),
        _recorded(labels, hits, names, "top", probs=probs),
        _recorded(labels, hits, names, "float16", logits=logits),
        _recorded(two, (logits[..., 0] > 0) == two, None, logits=logits[..., 0]),
        _recorded(labels, hits[:1], names, logits=logits[:1]),
    ]
    return tuple(found)


def _recorded(labels, hits, classes, keep="float32", **scores) -> Recording:
    ((kind, values),) = scores.items()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run"
        with anim.Recorder(path, labels=labels, classes=classes, keep=keep) as recorder:
            for step, one in zip(_STEPS, values, strict=False):
                recorder.snapshot(step, **{kind: one}, metrics={"loss": 1.0})
        files = sorted(file for file in path.rglob("*") if file.is_file())
        content = {str(file.relative_to(folder)): file.read_bytes() for file in files}
    accuracies = {str(step): float(row.mean()) for step, row in zip(_STEPS, hits, strict=False)}
    return Recording(content, accuracies)


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
    """Return calls that read a recording, with up to three wrong files.

    Chunks have checksums: whatever is done to a recording, it is refused or its numbers are right.
    """
    return _recordings(valid_recordings())


@st.composite
def _recordings(draw, valid: tuple[Recording, ...]) -> Case:
    recording = draw(st.sampled_from(valid))
    files: dict[str, bytes | str] = dict(recording.files)
    if draw(st.booleans()):
        # What others put there is none of ours.
        files[f"run/{draw(st.sampled_from(_BESIDE))}"] = draw(
            st.binary() | st.sampled_from(SPECIAL)
        )
    count = draw(st.sampled_from([0, 0, 0, 1, 1, 1, 2]))
    names = st.lists(
        st.sampled_from(sorted(recording.files)), min_size=count, max_size=count, unique=True
    )
    for name in draw(names):
        how = draw(st.sampled_from(["json", "json", "json", "bytes", "special", "gone", "empty"]))
        content = recording.files[name]
        del files[name]
        if how == "json" and name.endswith("zarr.json"):
            files[name] = draw(_json(content))
        elif how in ("json", "bytes"):
            files[name] = draw(mutated(content, _TOKENS))
        elif how != "gone":
            files[name] = draw(st.sampled_from(SPECIAL)) if how == "special" else b""
    call = draw(st.sampled_from((*_CALLS, *[_JSON_CALL] * 3)))
    command, *argv = call
    accuracies = recording.accuracies if call == _JSON_CALL else {}
    return Case("recordings", command, tuple(argv), files, accuracies=accuracies)

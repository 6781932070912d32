"""Command lines: every option of every command, with values that nobody expects."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import re

from hypothesis import strategies as st

from tests.fuzz.cases import Case, hostile
from tests.fuzz.recordings import valid_recording

# What makes a call short, and is overruled by options after it. A training of strangers' size takes
# as long as it takes, which is no fault: sizes are not among the options that are tried.
_CALLS = {
    "render": ("run", "--out", "x.png", "--size", "320x240"),
    "train": ("--out", "new", "--epochs", "1", "--train-size", "32", "--val-size", "16"),
    "record": ("--out", "new", "step_1.csv"),
    "embed": ("x.gif",),
    "report": ("run",),
    "watch": ("run", "--port", "0"),
}
_SIZES = {"--epochs", "--train-size", "--val-size", "--hidden", "--replicas", "--sweep", "--help"}
_TABLE = b"label,a,b\n0,0.75,0.25\n1,0.5,0.5\n1,0.25,0.75\n"
_HTML = b"<html><p>x</p></html>"


@functools.cache
def _options(command: str) -> list[str]:
    """Return the options that the help of a command names."""
    module = "anim.render" if command == "render" else f"anim.{command}.__main__"
    text = io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.suppress(SystemExit):
        importlib.import_module(module).main(["--help"])
    return sorted(set(re.findall(r"--[a-z][a-z-]+", text.getvalue())) - _SIZES)


def commands() -> st.SearchStrategy[Case]:
    """Return calls of commands with up to three options that have any values."""
    return _commands(valid_recording(), {command: _options(command) for command in _CALLS})


@st.composite
def _commands(draw, recording: dict[str, bytes], options: dict[str, list[str]]) -> Case:
    command = draw(st.sampled_from(tuple(_CALLS)))
    argv = list(_CALLS[command])
    for _ in range(draw(st.integers(1, 3))):
        option = draw(st.sampled_from(options[command]))
        value = draw(hostile)
        argv += [option] if draw(st.integers(0, 9)) == 0 else [f"{option}={value}"]
    if draw(st.integers(0, 4)) == 0:
        argv.append(draw(hostile))
    if draw(st.integers(0, 9)) == 0:
        argv[0] = draw(hostile)
    files: dict[str, bytes | str] = {"step_1.csv": _TABLE, "x.gif": b"GIF89a", "x.html": _HTML}
    if command in ("render", "report", "watch"):
        files |= recording
    return Case("command lines", command, tuple(argv), files)

"""Command lines: every option of every command, with values that nobody expects."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import re

from hypothesis import strategies as st

from tests.fuzz.cases import Case, hostile
from tests.fuzz.media import gif
from tests.fuzz.predictions import likely
from tests.fuzz.recordings import Recording, valid_recordings

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
_TABLE = b"label,a,b\na,0.75,0.25\nb,0.5,0.5\nb,0.25,0.75\na,0.9,0.1\n"
# Quick ones are tried more often than those that draw or train.
_OFTEN = ("record", "record", "report", "embed")
# Values that fit; an empty one is none.
_PICTURE = {
    "--bins": ("1", "15", "256"),
    "--binning": ("width", "mass"),
    "--view": ("confidence", "class:b"),
    "--curve": ("bars", "smooth", "isotonic"),
    "--band": ("simultaneous", "pointwise"),
    "--no-band": ("",),
    "--intervals": ("",),
    "--calibrate": ("temperature", "vector", "isotonic"),
    "--seconds": ("0", "3"),
    "--hold": ("0", "1"),
    "--pace": ("step", "log"),
    "--panels": ("reliability", "counts,ece", "accuracy,metric:loss", "metric:nll"),
    "--theme": ("light", "dark"),
    "--title": ("How sure?", "\u202ex", "$x$", ""),
}
_FITTING: dict[str, dict[str, tuple[str, ...]]] = {
    "render": _PICTURE
    | {
        "--size": ("320x240", "400x300", "1024x768"),
        "--scale": ("0.5", "2"),
        "--at": ("0", "40"),
        "--out": ("x.svg", "x.html", "x.gif", "x.pdf"),
        "--fps": ("2",),
        "--transparent": ("",),
        "--label": ("A",),
    },
    "watch": _PICTURE,
    "train": {
        "--batch-size": ("8", "32"),
        "--optimizer": ("adam", "sgd", "lion"),
        "--learning-rate": ("0.01", "1e-9"),
        "--seed": ("0", "4294967295"),
        "--noise": ("0", "0.5", "1"),
        "--quiet": ("",),
    },
    "record": {
        "--classes": ("a,b", "no,yes"),
        "--label": ("label",),
        "--scores": ("a,b", "b,a"),
        "--outputs": ("probs", "logits"),
        "--keep": ("float32", "float16", "top"),
        "--caption": ("A model", "\u202ex"),
        "--overwrite": ("",),
        "--quiet": ("",),
    },
    "embed": {
        "--alt": ("It learns",),
        "--caption": ("A caption", "<b>", "$x_1$"),
        "--base": ("/static", "https://x.org/img/"),
        "--markdown": ("",),
        "--mdx": ("",),
        "--rst": ("",),
        "--latex": ("",),
        "--no-poster": ("",),
        "--dark": ("x.gif",),
    },
    "report": {
        "--at": ("0", "40"),
        "--calibrate": ("temperature", "isotonic"),
        "--held-out": ("0.5",),
        "--json": ("",),
    },
}
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
    """Return calls of commands with up to three options, two in three with values that fit."""
    return _commands(valid_recordings()[0], {command: _options(command) for command in _CALLS})


@st.composite
def _commands(draw, recording: Recording, options: dict[str, list[str]]) -> Case:
    command = draw(st.sampled_from((*_CALLS, *_OFTEN)))
    argv = list(_CALLS[command])
    if not draw(likely(3)):
        _spoil(draw, argv, options[command])
    elif fitting := _FITTING[command]:
        names = st.lists(st.sampled_from(sorted(fitting)), max_size=3, unique=True)
        for name in draw(names):
            value = draw(st.sampled_from(fitting[name]))
            argv += [f"{name}={value}"] if value else [name]
        if draw(st.integers(0, 4)) == 0:
            argv += [f"{draw(st.sampled_from(options[command]))}={draw(hostile)}"]
    files: dict[str, bytes | str] = {"step_1.csv": _TABLE, "x.gif": gif(), "x.html": _HTML}
    if command in ("render", "report", "watch"):
        files |= recording.files
    is_json = "--json" in argv and not any("--calibrate" in one for one in argv)
    accuracies = recording.accuracies if is_json and argv[:1] == ["run"] else {}
    says = ("1 snapshot of 4 ", "; accuracy 0.75;") if _is_plain_record(command, argv) else ()
    return Case("command lines", command, tuple(argv), files, says, accuracies)


def _is_plain_record(command: str, argv: list[str]) -> bool:
    return command == "record" and not any(
        one.startswith(("--quiet", "--keep=float16", "--classes", "--pred", "--scores"))
        for one in argv
    )


def _spoil(draw, argv: list[str], options: list[str]) -> None:
    """Add options with any values, and sometimes anything else."""
    for _ in range(draw(st.integers(1, 3))):
        option = draw(st.sampled_from(options))
        value = draw(hostile)
        argv += [option] if draw(st.integers(0, 9)) == 0 else [f"{option}={value}"]
    if draw(st.integers(0, 4)) == 0:
        argv.append(draw(hostile))
    if draw(st.integers(0, 9)) == 0:
        argv[0] = draw(hostile)

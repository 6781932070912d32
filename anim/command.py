"""What the commands share: options that become settings, errors in one line, an end by signal."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import contextmanager

from anim.errors import SettingError
from anim.settings import (
    ALIGNMENTS,
    BINNINGS,
    COLUMN,
    CURVES,
    DATASETS,
    OPTIMIZERS,
    PACES,
    PANELS,
    RECALIBRATIONS,
    SCHEDULES,
    SIZE,
    THEMES,
    VAL_PER_TRAIN,
    VAL_PER_TRAIN_OF_REPLICAS,
    Experiment,
    Picture,
)

_SIGNALS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and names the nearest option."""

    def error(self, message: str):
        unknown = message.removeprefix("unrecognized arguments: ")
        if unknown != message:
            options = [name for action in self._actions for name in action.option_strings]
            nearest = difflib.get_close_matches(unknown.split()[0], options, n=1)
            message += f"; did you mean {nearest[0]}?" if nearest else ""
        self.exit(2, f"{self.prog}: error: {message}\n")

    def say(self, line: str) -> None:
        """A line on stderr, signed by the command."""
        print(f"{self.prog}: {line}", file=sys.stderr)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"expected WIDTHxHEIGHT such as 768x600, got {text!r}")
    return int(width), int(height)


def _bytes(text: str) -> int:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kMG]?)(i?)B?", text.strip(), re.IGNORECASE)
    if match is None:
        raise argparse.ArgumentTypeError(f"expected bytes such as 2MB or 500kB, got {text!r}")
    number, prefix, binary = match.groups()
    power = ["", "k", "m", "g"].index(prefix.lower())
    return int(float(number) * (1024 if binary else 1000) ** power)


def _widths(text: str) -> tuple[int, ...]:
    parts = text.split(",") if text else []
    try:
        return tuple(int(part) for part in parts)
    except ValueError:
        problem = f"expected layer widths such as 3 or 64,64, got {text!r}"
        raise argparse.ArgumentTypeError(problem) from None


def names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def add_experiment(group) -> None:
    default = Experiment()

    def add(flag: str, help_: str, **kind) -> None:
        group.add_argument(flag, help=help_, **kind)

    add("--data", f"{', '.join(DATASETS)} (default {default.data})", metavar="NAME")
    add("--train-size", "training examples (default 2000 for xor)", type=int, metavar="N")
    sizes = f"{VAL_PER_TRAIN} x train for xor, {VAL_PER_TRAIN_OF_REPLICAS} x of replicas"
    add("--val-size", f"validation examples (default {sizes})", type=int, metavar="N")
    add("--noise", "probability that a label is flipped, xor only (default 0)", type=float)
    add(
        "--hidden",
        "widths of the hidden layers (default 3; '' for none)",
        type=_widths,
        metavar="W[,W...]",
    )
    add("--epochs", f"default {default.epochs}", type=int, metavar="N")
    add("--batch-size", f"default {default.batch_size}", type=int, metavar="N")
    known = ", ".join(OPTIMIZERS)
    add("--optimizer", f"{known} (default {default.optimizer})", metavar="NAME")
    add("--learning-rate", f"default {default.learning_rate}", type=float, metavar="R")
    add("--schedule", f"{' or '.join(SCHEDULES)} (default {default.schedule})")
    add("--gradient-noise", f"default {default.gradient_noise:g}", type=float, metavar="V")
    add("--weight-decay", f"default {default.weight_decay:g}", type=float, metavar="R")
    add("--seed", f"default {default.seed}", type=int, metavar="N")
    add(
        "--sweep",
        "a run for each value of a setting, or of depth, side by side",
        metavar="NAME=V,V,...",
    )
    add("--replicas", "seeds trained at once, shown as median and spread", type=int, metavar="R")
    add("--every", "steps between two snapshots (default: one an epoch)", type=int, metavar="N")


def add_picture(group) -> None:
    default = Picture()

    def add(flag: str, help_: str, **kind) -> None:
        group.add_argument(flag, help=help_, **kind)

    add("--view", "score, confidence or class:NAME (default: score for two classes)")
    panels = ", ".join((*PANELS, "metric:NAME"))
    shown = ",".join(default.shown_panels)
    add("--panels", f"out of {panels} (default {shown}, or those of the recalibration)", type=names)
    add(
        "--calibrate",
        f"show it recalibrated beside itself: {', '.join(RECALIBRATIONS)}",
        metavar="METHOD",
    )
    add(
        "--held-out",
        f"share of the examples to fit the recalibration on (default {default.held_out})",
        type=float,
        metavar="SHARE",
    )
    curves = ", ".join(CURVES[:-1]) + f" or {CURVES[-1]}"
    add("--curve", f"{curves} (default {default.curve})")
    switch = {"action": argparse.BooleanOptionalAction}
    add("--band", "what chance alone does to a calibrated model (default: shown)", **switch)
    add("--intervals", "95 %% intervals of bars and of the ECE (default: not shown)", **switch)
    add("--bins", "default 50 for the score view, else 15", type=int, metavar="N")
    add("--binning", f"{' or '.join(BINNINGS)} (default {default.binning})")
    add("--fps", f"frames a second (default {default.fps})", type=float)
    add("--seconds", f"length of the moving part (default {default.seconds})", type=float)
    add("--hold", f"seconds of the still at the end (default {default.hold})", type=float)
    add(
        "--tween",
        "interpolate between snapshots (default), or show snapshots only",
        **switch,
    )
    add("--pace", f"{' or '.join(PACES)} (default {default.pace})")
    sizes = "{}x{}; of paper {}x{} or higher".format(*SIZE, *COLUMN)
    add("--size", f"pixels (default {sizes})", type=_size, metavar="WxH")
    add("--scale", f"pixels per unit of --size (default {default.scale})", type=float)
    add("--theme", f"{', '.join(THEMES)} (default light; a page follows its reader)")
    add("--style", "a matplotlib style sheet for your own colours and fonts", metavar="FILE")
    add("--transparent", "no background, where the format allows", action="store_true")
    add("--embed", "write .html as a snippet, to paste into a page", action="store_true")
    add("--nonce", "of the Content-Security-Policy of that page", metavar="TEXT")
    add("--max-bytes", "find settings that fit, e.g. 2MB", type=_bytes, metavar="SIZE")
    add("--title", "the headline")
    add(
        "--align",
        f"several runs share a clock by {' or by '.join(ALIGNMENTS)} (default {default.align})",
    )
    add("--label", "a name for each of several runs", nargs="+", metavar="NAME")
    add(
        "--at",
        "the step that a still shows (of --align fraction: the percentage; default: the last)",
        type=float,
        metavar="STEP",
    )


@contextmanager
def progress(label: str, check: Callable[[], None], *, with_bar: bool):
    """A progress callback that calls ``check``, and draws a bar on a terminal."""
    if not with_bar:
        yield lambda done, total: check()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(label.ljust(9)), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label)

        def report(done: int, total: int) -> None:
            check()
            bar.update(task, completed=done, total=total)

        yield report


class _Signals:
    """Remembers Ctrl-C and a request to terminate until the work asks for it.

    An exception raised right there, inside of a C extension or a finalizer, may be lost, come out
    as another one or crash the process. A second signal ends it on the spot.
    """

    def __init__(self):
        self.number: int | None = None
        self._earlier: dict = {}

    def __enter__(self) -> _Signals:
        if threading.current_thread() is threading.main_thread():
            self._earlier = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def _note(self, number: int, _) -> None:
        if self.number is not None:
            os._exit(128 + number)
        self.number = number

    def check(self) -> None:
        if self.number is not None:
            raise KeyboardInterrupt


def run(parser: Parser, work: Callable[[Callable[[], None]], None]) -> int:
    """Does the work of a command and returns its exit code.

    Args:
        parser: the command's.
        work: called with a function that it calls often, which raises once it is time to stop.
    """
    with _Signals() as signals, warnings.catch_warnings():
        # A name of a file may hold what the terminal cannot show.
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")
        warnings.showwarning = lambda message, *_: parser.say(f"warning: {message}")
        try:
            work(signals.check)
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads on: the work is done.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except SettingError as error:
            is_option = error.name.islower()
            name = f"--{error.name.replace('_', '-')}" if is_option else error.name
            parser.error(f"argument {name}: {error.problem}")
        except (OSError, ImportError, RuntimeError, MemoryError) as error:
            parser.say(f"error: {_told(error)}")
            return 1
        except KeyboardInterrupt:
            parser.say(_SIGNALS[signals.number])
            return 128 + signals.number
    return 0


def _told(error: Exception) -> str:
    """An error in one line."""
    if isinstance(error, OSError) and error.filename:
        return f"cannot write {error.filename}: {error.strerror}"
    first, *_ = str(error).splitlines() or ["out of memory"]
    return first

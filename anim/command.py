"""What commands share: options made from settings, errors in one line, a clean end on a signal."""

from __future__ import annotations

import argparse
import difflib
import io
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from typing import Any

from anim import startup
from anim.errors import SettingError, option_of
from anim.settings import (
    Clock,
    Experiment,
    Look,
    Output,
    Setting,
    Statistics,
    printable,
    settings_of,
    shortened,
)
from anim.settings.parsing import several_of

# What a URL of a bucket begins with.
_BUCKETS = ("gs", "memory", "s3")
_SIGNALS: dict[int, str] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


def run_at(text: str) -> Path | str:
    """Return what a command takes for a recording: a folder, or a URL such as ``s3://bucket/run``.

    Raises:
        argparse.ArgumentTypeError: nothing, a URL of another kind, or what is nearly one.
    """
    first = text.partition("/")[0]
    if not text:
        raise argparse.ArgumentTypeError("expected a folder or a URL, got ''")
    home = os.path.expanduser(text)  # noqa: PTH111
    if home != text and not Path(first).is_dir():
        problem = f"expected a folder, got {text!r}; write {home!r}, as the shell did not"
        raise argparse.ArgumentTypeError(problem)
    scheme, colon, rest = first.partition(":")
    if "://" in text or (colon and scheme.lower() in _BUCKETS):
        # Only now, as this imports JAX.
        from anim.run.store.place import located

        if rest and not Path(first).is_dir():
            problem = f"expected {scheme}://BUCKET/RUN, got {text!r}"
            raise argparse.ArgumentTypeError(problem)
        try:
            located(text)
        except SettingError as error:
            raise argparse.ArgumentTypeError(error.problem) from None
    return text if "://" in text else Path(text)


def file_at(text: str) -> Path:
    """Return the file that a command reads or writes.

    Raises:
        argparse.ArgumentTypeError: a URL, which `pathlib` would make a path of.
    """
    scheme, is_url, _ = text.partition("://")
    if is_url and scheme.isalnum() and not Path(f"{scheme}:").is_dir():
        raise argparse.ArgumentTypeError(f"expected a file of this machine, got {text!r}")
    return Path(text)


class Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line, with the nearest option.

    Attributes:
        example: what may be meant if an argument is missing, such as ``--out calib.gif``.
        process: of several that run the same command; only process 0 says more than errors.
    """

    example = ""
    process = 0

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        given = sys.argv[1:] if args is None else list(args)
        for one in given[: given.index("--") if "--" in given else None]:
            # Before Python 3.13, argparse removes the value.
            if one.startswith("--") and one.endswith("=--"):
                self.error(f"argument {shortened(one[:-3])}: expected a value, got '--'")
        return super().parse_known_args(given, namespace)

    def error(self, message: str):
        if self.example and message.startswith("the following arguments are required"):
            message += f"; for example {self.example}"
        unknown = message.removeprefix("unrecognized arguments: ")
        if unknown != message:
            options = [name for action in self._actions for name in action.option_strings]
            first = shortened(unknown.partition(" ")[0])
            nearest = difflib.get_close_matches(first, options, n=1)
            message += f"; did you mean {nearest[0]}?" if nearest else ""
        process = f" (process {self.process})" if self.process else ""
        self.exit(2, f"{self.prog}{process}: error: {printable(message)}\n")

    def say(self, line: str) -> None:
        """Print a line to stderr, after the name of the command."""
        if self.process == 0:
            self.fail(line)

    def fail(self, line: str) -> None:
        """Print a line to stderr in whichever process."""
        process = f" (process {self.process})" if self.process else ""
        print(f"{self.prog}{process}: {printable(line)}", file=sys.stderr, flush=True)


def print_lines(*lines: object) -> None:
    """Print results to stdout, a line each, in which names from others control nothing."""
    for line in lines:
        print(printable(str(line), None))


def add_options(group, settings: Iterable[Setting]) -> None:
    """Add an option for each setting."""
    for one in settings:
        help_ = one.told(one.for_commands, one.default_text).replace("%", "%%")
        if one.type is bool:
            group.add_argument(one.flag, help=help_, action=argparse.BooleanOptionalAction)
            continue
        several = {"nargs": "+"} if one.convert in (tuple, several_of) and one.parse is None else {}
        parse = str if several else one.parse or one.type
        metavar = one.metavar or ("N" if one.type is int else None)
        group.add_argument(one.flag, help=help_, type=_parsed(parse), metavar=metavar, **several)
        if one.can_be_off:
            off = f"--no-{one.flag.removeprefix('--')}"
            about = {"dest": one.name, "help": f"turn {one.flag} off"}
            group.add_argument(off, action="store_const", const=None, **about)


def _parsed(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a type for argparse, which hides the message of a ValueError."""
    if isinstance(parse, type):
        return parse

    def parsed(text: str) -> Any:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed


def add_distributed(parser: argparse.ArgumentParser) -> None:
    """Add the option of commands whose work several processes divide; see `run`."""
    parser.add_argument(
        "--distributed",
        action="store_true",
        default=False,
        help="divide the work among all processes that run this command, as srun and mpirun start "
        "them; elsewhere JAX_COORDINATOR_ADDRESS (host:port of process 0), JAX_NUM_PROCESSES and "
        "JAX_PROCESS_ID say who they are; only process 0 prints, and writes pictures",
    )


def add_experiment(parser: argparse.ArgumentParser) -> Any:
    """Add a group with the options of an experiment, and of several; returns the group."""
    group = parser.add_argument_group("the experiment")
    add_options(group, settings_of(Experiment))
    group.add_argument(
        "--sweep",
        help="train a run for each value of a setting, or of depth, and show them side by side",
        metavar="NAME=V,V,...",
    )
    group.add_argument(
        "--replicas",
        help="train this number of seeds at once, and show their median and spread",
        type=int,
        metavar="R",
    )
    return group


def add_picture(parser: argparse.ArgumentParser, kind: str | None = None) -> None:
    """Add groups with the options of a picture.

    Args:
        parser: the command's.
        kind: the one kind of output that the command has; other settings are refused. None takes
            all settings.
    """
    groups = {"statistics": Statistics, "time": Clock, "look": Look, "files": Output}
    for title, part in groups.items():
        applies = {one: kind is None or kind in one.applies_to for one in settings_of(part)}
        if any(applies.values()):
            group = parser.add_argument_group(f"the picture, {title}")
            add_options(group, [one for one, is_taken in applies.items() if is_taken])
        for one in (one for one, is_taken in applies.items() if not is_taken):
            parser.add_argument(
                one.flag, help=argparse.SUPPRESS, nargs="*", action=_Refusal, const=kind
            )


class _Refusal(argparse.Action):
    """Refuse an option that applies only to outputs of other commands."""

    def __call__(self, parser, namespace, values, option_string=None):
        raise argparse.ArgumentError(self, f"does not apply to a {self.const}")


@contextmanager
def progress(label: str, check: Callable[[], None], *, with_bar: bool):
    """Yield a progress callback that calls ``check`` and, with a bar, draws one on the terminal."""
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
    """Remember Ctrl-C and a request to terminate until the work asks for it.

    An exception raised in the handler, inside a C extension or a finalizer, may get lost, turn into
    another one or crash the process. A second signal ends the process at once.
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


@contextmanager
def _any_text() -> Iterator[None]:
    """Print names of files that the terminal cannot show with escapes."""
    out = sys.stdout
    if not isinstance(out, io.TextIOWrapper):
        yield
        return
    before = out.errors
    out.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        out.reconfigure(errors=before)


def run(
    parser: Parser, work: Callable[[Callable[[], None]], None], *, distributed: bool = False
) -> int:
    """Do the work of a command and return its exit code.

    Args:
        parser: the parser of the command.
        work: called with a function to call often; it raises KeyboardInterrupt after a signal.
        distributed: whether several processes run this command, and divide the work. Of these, all
            but process 0 print only errors.
    """
    with _Signals() as signals, _any_text(), warnings.catch_warnings(), startup.programs_kept():
        warnings.showwarning = lambda message, *_: parser.say(f"warning: {message}")
        try:
            with _joined(parser) if distributed else nullcontext():
                work(signals.check)
            sys.stdout.flush()
        except BrokenPipeError:
            # The reader has closed the pipe: the work is done.
            _silence_stdout()
        except SettingError as error:
            name = option_of(error.name) if error.name.islower() else error.name
            parser.error(f"argument {name}: {error.problem_of_command}")
        except (OSError, ImportError, RuntimeError, MemoryError) as error:
            parser.fail(f"error: {_in_one_line(error)}")
            _silence_stdout_if_full()
            return 1
        except KeyboardInterrupt:
            number = signals.number or signal.SIGINT
            parser.say(_SIGNALS[number])
            return 128 + number
    return 0


@contextmanager
def _joined(parser: Parser) -> Iterator[None]:
    """Divide the work in this block with other processes that run the command."""
    # Else JAX says on stderr what it makes of a process that dies.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

    from anim.run.joining import joined

    def fail(problem: str) -> None:
        parser.fail(f"error: {problem}")
        os._exit(1)

    with joined(fail) as parser.process, ExitStack() as stack:
        if parser.process:
            stack.enter_context(redirect_stdout(io.StringIO()))
        yield


def _silence_stdout() -> None:
    """Send what is still to be printed nowhere; Python would try again at exit, and fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _silence_stdout_if_full() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _silence_stdout()


def _in_one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    first, *_ = str(error).splitlines() or ["out of memory"]
    return first

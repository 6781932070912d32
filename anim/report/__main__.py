"""The command ``python -m anim.report``: errors at a few steps, in numbers and in words."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from anim import command
from anim.errors import RecordingError, SettingError
from anim.settings import Statistics, settings_of

if TYPE_CHECKING:
    from anim.run import Run

# Pictures say what is shown; a report says what is computed.
_HELP = {
    "calibrate": "recalibrate each run, by scaling of logits or by regression of scores, and "
    "report some of its errors before and after",
    "held_out": "share of the examples to fit the recalibration on; the others are reported on",
}


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    from anim.report import meanings, report, table, verdict
    from anim.run import open
    from anim.run.store.store import joined

    options = {"calibrate": arguments.calibrate, "held_out": arguments.held_out}
    settings = Statistics(**options)
    try:
        opened = [open(path) for path in arguments.runs]
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error
    found = {}
    for path, run in zip(arguments.runs, opened, strict=True):
        for one in run.members:
            check()
            name = str(path if one is run else joined(path, one.name))
            found[name] = report(one, arguments.at, **options), one
    if arguments.json:
        plain = {name: [_plain(row) for row in rows] for name, (rows, _) in found.items()}
        print(json.dumps(plain, indent=1, allow_nan=False))
        return
    fitting = 0 if settings.calibrate is None else settings.held_out_share
    for name, (rows, run) in found.items():
        count = len(run.labels)
        fitted = round(fitting * count)
        words = verdict(rows[-1], count - fitted)
        command.print_lines(f"{name}, {_heading(run, fitted)}")
        print(f"\n{table(rows)}\n\n{words}\n")
    print(meanings([rows[0] for rows, _ in found.values()]))


def _heading(run: Run, fitted: int) -> str:
    """Return what the numbers are of, and how many points they are computed from."""
    count, classes = len(run.labels) - fitted, f"{len(run.classes)} classes"
    if not fitted:
        return run.about.caption or f"{count} points, {classes}"
    points = f"{count} points, the recalibration is fitted on {fitted} others"
    return f"{run.about.caption or classes}: {points}"


def _plain(row: Mapping[str, float]) -> dict[str, float | None]:
    """Return a row for JSON, which has no NaN."""
    return {name: value if math.isfinite(value) else None for name, value in row.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code."""
    parser = command.Parser(
        prog="anim.report",
        usage="python -m anim.report RUN [RUN ...] [options]",
        description="Print the calibration errors of recorded runs at a few steps, with intervals, "
        "and what they mean.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "runs", nargs="+", type=command.run_at, metavar="RUN", help="recorded folders, or URLs"
    )
    parser.add_argument(
        "--at",
        nargs="+",
        type=int,
        metavar="STEP",
        help="the steps to report (default: about six, evenly spaced)",
    )
    settings = [one for one in settings_of(Statistics) if one.name in _HELP]
    command.add_options(parser, [replace(one, help=_HELP[one.name]) for one in settings])
    parser.add_argument("--json", action="store_true", help="print all errors as JSON")
    command.add_distributed(parser)
    arguments = parser.parse_args(argv)
    work = partial(_command, arguments)
    return command.run(parser, work, distributed=arguments.distributed)


if __name__ == "__main__":
    sys.exit(main())

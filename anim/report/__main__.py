"""The command ``python -m anim.report``: errors at a few steps, in numbers and in words."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from anim import command
from anim.errors import RecordingError, SettingError
from anim.settings import RECALIBRATIONS


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    from anim.report import meanings, report, table, verdict
    from anim.run import open

    try:
        opened = [open(path) for path in arguments.runs]
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error
    found = {}
    for path, run in zip(arguments.runs, opened, strict=True):
        for one in run.members:
            check()
            name = str(path) if one is run else str(path / one.name)
            rows = report(one, arguments.at, arguments.calibrate, arguments.held_out)
            found[name] = rows, one
    if arguments.json:
        plain = {name: [_plain(row) for row in rows] for name, (rows, _) in found.items()}
        print(json.dumps(plain, indent=1, allow_nan=False))
        return
    fitting = 0 if arguments.calibrate is None else arguments.held_out
    for name, (rows, run) in found.items():
        count = len(run.labels)
        caption = run.about.caption or f"{count} points, {len(run.classes)} classes"
        words = verdict(rows[-1], count - round(fitting * count))
        print(f"{name}, {caption}\n\n{table(rows)}\n\n{words}\n")
    print(meanings(rows))


def _plain(row: Mapping[str, float]) -> dict[str, float | None]:
    """As JSON knows numbers: without NaN."""
    return {name: value if math.isfinite(value) else None for name, value in row.items()}


def main(argv: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = command.Parser(
        prog="anim.report",
        usage="python -m anim.report RUN [RUN ...] [options]",
        description="Print how far the scores of recorded runs can be believed: the errors at a "
        "few steps, with intervals, and what they mean.",
        allow_abbrev=False,
    )
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="recorded folders")
    parser.add_argument(
        "--at", nargs="+", type=int, metavar="STEP", help="steps (default: about six, evenly)"
    )
    parser.add_argument(
        "--calibrate",
        choices=tuple(RECALIBRATIONS),
        metavar="METHOD",
        help=f"fit one on some of the examples, and report the others: {', '.join(RECALIBRATIONS)}",
    )
    parser.add_argument(
        "--held-out",
        type=float,
        default=0.5,
        metavar="SHARE",
        help="share of the examples to fit the recalibration on (default 0.5)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with every error there is")
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _command(arguments, check))


if __name__ == "__main__":
    sys.exit(main())

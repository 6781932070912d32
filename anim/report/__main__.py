"""The command ``python -m anim.report``: errors at a few steps, in numbers and in words."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

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
    "by": "report on the groups of a grouping that was recorded, or of several that are crossed, "
    "at the last of the steps",
}


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    from anim.report import (
        group_table,
        group_verdict,
        meanings,
        report,
        table,
        verdict,
    )
    from anim.run import open
    from anim.run.store.store import joined

    options = {"calibrate": arguments.calibrate, "held_out": arguments.held_out}
    settings = Statistics(**options, by=arguments.by)
    try:
        opened = [open(path) for path in arguments.runs]
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error
    found, groups = {}, {}
    for path, run in zip(arguments.runs, opened, strict=True):
        for one in run.members:
            check()
            name = str(path if one is run else joined(path, one.name))
            found[name] = report(one, arguments.at, **options), one
            groups |= _groups_of(one, name, arguments.at, settings)
    if arguments.json:
        tables = {name: rows for name, (rows, _) in found.items()} | groups
        plain = {name: [_plain(row) for row in rows] for name, rows in tables.items()}
        print(json.dumps(plain, indent=1, allow_nan=False))
        return
    fitting = 0 if settings.calibrate is None else settings.held_out_share
    for name, (rows, run) in found.items():
        count = len(run.labels)
        fitted = round(fitting * count)
        share = run.effective_examples / count
        words = verdict(rows[-1], round(share * (count - fitted)))
        command.print_lines(f"{name}, {_heading(run, fitted)}")
        print(f"\n{table(rows)}\n\n{words}\n")
    for name, rows in groups.items():
        command.print_lines(f"{name}, at step {rows[0]['step']}")
        command.print_lines("", *group_table(rows).splitlines(), "", group_verdict(rows), "")
    print(meanings([rows[0] for rows in (*(rows for rows, _ in found.values()), *groups.values())]))


def _groups_of(
    run: Run, name: str, at: Sequence[int] | None, settings: Statistics
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the groups of a run, by its name and that of each grouping."""
    from anim.report import report_groups

    found = {}
    for by in [(one,) for one in run.groups] if settings.by is None else [settings.by]:
        with warnings.catch_warnings():
            # The report has said which snapshot is damaged, or has no recalibration.
            warnings.simplefilter("ignore")
            rows = report_groups(run, by, at, settings.calibrate, settings.held_out)
        found[f"{name} by {' and '.join(by)}"] = rows
    return found


def _heading(run: Run, fitted: int) -> str:
    """Return what the numbers are of, and how many points they are computed from."""
    from anim.run.points import noun_of, points_of

    count, noun = len(run.labels) - fitted, noun_of(run.examples)
    classes = f"{len(run.classes)} classes"
    if run.examples.is_multilabel:
        classes = points_of(run.examples)
    weighted = ""
    if run.weights is not None:
        weighted = f", weights: effective number of points {run.effective_examples:.0f} of "
        weighted += f"{len(run.labels)}"
    if not fitted:
        points = classes if run.examples.is_multilabel else f"{count} {noun}, {classes}"
        return _with_points(run.about.caption, points, count) + weighted
    points = f"{count} {noun}{weighted}, the recalibration is fitted on {fitted} others"
    return f"{run.about.caption or classes}: {points}"


def _with_points(caption: str, points: str, count: int) -> str:
    """Return a caption, with how many points there are unless it says their number."""
    from anim.run.points import number

    if not caption:
        return points
    says_points = points in caption or any(
        re.search(rf"(?<![\d.,]){text}(?![.,\u2009]?\d|\s?%)", caption)
        for text in (f"{count}", f"{count:,}", number(count))
    )
    return caption if says_points else f"{caption}: {points}"


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for JSON, which has no NaN."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }


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

"""The command ``python -m anim.train``, which records the post's experiment or a variant of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from anim import command
from anim.errors import RecordingError, SettingError
from anim.train import sweep

if TYPE_CHECKING:
    from anim.run import Run


def _command(
    arguments: argparse.Namespace, parser: command.Parser, check: Callable[[], None]
) -> None:
    asked = sweep.experiments(vars(arguments))
    replicas = vars(arguments).get("replicas")
    with_bar = sys.stderr.isatty() and not arguments.quiet and not parser.process

    from anim.run.dividing import told_all
    from anim.run.store.store import joined, refuse_what_is_there
    from anim.train import run_experiments

    refuse_what_is_there(arguments.out, "out")
    # None records before all have looked.
    told_all(None)

    def progress(name: str):
        return command.progress(f"training {name}", check, with_bar=with_bar)

    try:
        runs = run_experiments(asked, arguments.out, replicas, progress)
    except RecordingError as error:
        raise SettingError("out", str(error)) from error
    # Of each name, the replicas of this process, their snapshots and predictions.
    own = {name: (len(one.members), *_size(one.members[0])) for name, one in runs.items()}
    known = told_all(own)
    if arguments.quiet:
        return
    for name in asked:
        counts, snapshots, predictions = zip(
            *(one[name] for one in known if name in one), strict=True
        )
        replicas = f"{sum(counts)} replicas, each " if sum(counts) > 1 else ""
        size = f"{snapshots[0]} snapshots of {predictions[0]} predictions"
        command.print_lines(f"{joined(arguments.out, name)}: {replicas}{size}")


def _size(run: Run) -> tuple[int, int]:
    return len(run), len(run.labels)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = command.Parser(
        prog="anim.train",
        usage="python -m anim.train --out RUN [options]",
        description="Train the post's experiment, or a variant of it, and record it.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    parser.example = "--out runs/mine"
    parser.add_argument(
        "--out",
        type=command.run_at,
        required=True,
        metavar="RUN",
        help="a folder that does not exist yet, or a place in a bucket, as s3://bucket/run",
    )
    parser.add_argument("--quiet", action="store_true", default=False, help="print errors only")
    command.add_distributed(parser)
    command.add_experiment(parser)
    arguments = parser.parse_args(argv)
    work = partial(_command, arguments, parser)
    return command.run(parser, work, distributed=arguments.distributed)


if __name__ == "__main__":
    sys.exit(main())

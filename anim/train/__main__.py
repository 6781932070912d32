"""The command ``python -m anim.train``, which records the post's experiment or a variant of it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from anim import command
from anim.errors import RecordingError, SettingError
from anim.train import sweep


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    asked = sweep.experiments(vars(arguments))
    replicas = vars(arguments).get("replicas")
    with_bar = sys.stderr.isatty() and not arguments.quiet

    from anim.run.store.store import joined, refuse_what_is_there
    from anim.train import run_experiments

    refuse_what_is_there(arguments.out, "out")

    def progress(name: str):
        return command.progress(f"training {name}", check, with_bar=with_bar)

    try:
        runs = run_experiments(asked, arguments.out, replicas, progress)
    except RecordingError as error:
        raise SettingError("out", str(error)) from error
    if arguments.quiet:
        return
    for name, run in runs.items():
        first, count = run.members[0], len(run.members)
        replicas = f"{count} replicas, each " if count > 1 else ""
        snapshots = f"{len(first)} snapshots of {len(first.labels)} predictions"
        command.print_lines(f"{joined(arguments.out, name)}: {replicas}{snapshots}")


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
    command.add_experiment(parser)
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _command(arguments, check))


if __name__ == "__main__":
    sys.exit(main())

"""The command ``python -m anim.record``: turns saved predictions into a recording."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from anim import command
from anim.errors import RecordingError, SettingError
from anim.settings import KEEPS
from anim.settings.parsing import names_of

if TYPE_CHECKING:
    from anim.run import Run


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    from anim.record.label_files import read_labels
    from anim.record.recording import record

    labels = None if arguments.labels is None else read_labels(arguments.labels)
    try:
        run = record(
            arguments.files,
            arguments.out,
            labels=labels,
            classes=arguments.classes,
            outputs=arguments.outputs,
            keep=arguments.keep,
            overwrite=arguments.overwrite,
            caption=arguments.caption,
            check=check,
        )
    except RecordingError as error:
        raise SettingError("out", str(error)) from error
    if not arguments.quiet:
        command.print_lines(f"{arguments.out}: {_summary(run, arguments.files)}")


def _summary(run: Run, files: Sequence[Path]) -> str:
    """Return what was read, so that the user can check it."""
    from anim.record.steps import said_of

    kept = run.kind if run.has_scores else "top labels"
    classes = ", ".join(run.classes[:8]) + (", ..." if len(run.classes) > 8 else "")
    steps = said_of(run.steps.tolist(), files)
    return f"{len(run)} snapshots of {len(run.labels)} {kept}, classes {classes}; {steps}"


def _parser() -> command.Parser:
    parser = command.Parser(
        prog="anim.record",
        usage="python -m anim.record --out RUN FILE [FILE ...] [options]",
        description="Record predictions that were saved in files: .npz with logits or probs and "
        "labels, .npy, .csv or .parquet with a column true_label and a column per class, or with "
        "the columns true_label, pred_label, confidence. The number after a "
        "word in the name of a file or folder (step=500, epoch_10, checkpoint-500/) is its step, "
        "unless it has a column or an array of steps.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("files", nargs="+", type=Path, metavar="FILE", help="saved predictions")
    add("--out", type=Path, required=True, metavar="RUN", help="the folder of the recording")
    add(
        "--labels", type=Path, metavar="FILE", help="labels: .npy, or a text file with one per line"
    )
    add("--classes", type=names_of, metavar="NAME,...", help="names of the classes")
    add(
        "--outputs",
        choices=("logits", "probs"),
        help="kind of the scores, if files do not name them",
    )
    add(
        "--keep",
        choices=KEEPS,
        default="float32",
        help="how much of each snapshot to keep (default float32)",
    )
    add("--caption", default="", metavar="TEXT", help="what was trained")
    add("--overwrite", action="store_true", help="replace an existing recording")
    add("--quiet", action="store_true", help="print errors only")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _command(arguments, check))


if __name__ == "__main__":
    sys.exit(main())

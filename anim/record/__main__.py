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
    import numpy as np

    from anim.record.label_tables import LabelTable
    from anim.run import Run

# Options that name a column of a table, and what it holds.
_COLUMNS = (
    ("label", "labels"),
    ("pred", "predicted classes"),
    ("confidence", "the score of the predicted class, or how sure an answer says it is"),
    ("correct", "whether the prediction, or the answer, is right"),
    ("weight", "weights of examples"),
    ("step", "steps"),
)


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    from anim.record.doubts import doubt_of
    from anim.record.ignoring import ignored_labels
    from anim.record.recording import record
    from anim.record.schema import Wanted

    by_role = {role: getattr(arguments, role) for role, _ in _COLUMNS}
    try:
        run = record(
            arguments.files,
            arguments.out,
            labels=_labels(arguments.labels),
            classes=arguments.classes,
            outputs=arguments.outputs,
            columns=Wanted(
                **by_role,
                group=arguments.group or (),
                ignore=ignored_labels(arguments.ignore),
                class_axis=arguments.class_axis,
                scores=arguments.scores or (),
            ),
            tasks=arguments.task or (),
            keep=arguments.keep,
            overwrite=arguments.overwrite,
            caption=arguments.caption,
            say=(lambda line: None) if arguments.quiet else command.print_lines,
            check=check,
        )
    except RecordingError as error:
        raise SettingError("out", str(error)) from error
    if not arguments.quiet:
        command.print_lines(f"{arguments.out}: {_summary(run, arguments.files)}")
        if (doubt := doubt_of(run)) is not None:
            command.print_lines(f"check: {doubt}")


def _labels(path: Path | None) -> np.ndarray | LabelTable | None:
    """Return the labels in a file: a table, or arrays and texts with one label per line."""
    from anim.record.label_files import read_labels
    from anim.record.label_tables import read_label_table
    from anim.record.tables import is_table

    if path is None:
        return None
    return (
        read_label_table(path)
        if is_table(path) and ".txt" not in path.suffixes
        else read_labels(path)
    )


def _summary(run: Run, files: Sequence[Path]) -> str:
    """Return what was read, so that the user can check it."""
    from anim.record.doubts import accuracy_of, has_no_classes
    from anim.record.steps import said_of
    from anim.record.tables import shown

    kept = run.kind if run.has_scores else "top labels"
    classes = "classes " + ", ".join(run.classes[:8]) + (", ..." if len(run.classes) > 8 else "")
    if has_no_classes(run):
        kept, classes = "confidences", "no classes"
    steps = said_of(run.steps.tolist(), [path for path in files if not path.is_dir()])
    first, last = accuracy_of(run, 0), accuracy_of(run, len(run) - 1)
    accuracy = f"{first:.4g}" if len(run) == 1 else f"{first:.4g} at first, {last:.4g} at last"
    counted = f"{len(run)} snapshot{'' if len(run) == 1 else 's'} of {len(run.labels)} {kept}"
    word = "accuracy" if run.weights is None else "weighted accuracy"
    by = [f"{shown(name)} ({len(one.names)})" for name, one in run.groups.items()]
    groups = f"; groups {', '.join(by)}" if by else ""
    return f"{counted}, {classes}; {word} {accuracy}{groups}; {steps}"


def _parser() -> command.Parser:
    parser = command.Parser(
        prog="anim.record",
        usage="python -m anim.record --out RUN FILE [FILE ...] [options]",
        description="Record predictions that were saved in files: arrays (.npz with logits or "
        "probs and labels, .npy) or tables (.csv and other text, .parquet, .feather, .json, "
        ".jsonl). What each column of a table is taken for is printed: by its name, or as an "
        "option says. The number after a word in the name of a file or folder (step=500, "
        "epoch_10, checkpoint-500/) is its step, unless it has a column or an array of steps.",
        allow_abbrev=False,
    )
    parser.example = "--out runs/mine"
    add = parser.add_argument
    where = "saved predictions; or a folder of lm-evaluation-harness, with samples_TASK_DATE.jsonl"
    add("files", nargs="+", type=command.file_at, metavar="FILE", help=where)
    where = "the folder of the recording, or its URL"
    add("--out", type=command.run_at, required=True, metavar="RUN", help=where)
    add(
        "--labels",
        type=command.file_at,
        metavar="FILE",
        help="labels: .npy, a text file with one per line, or a table with the ids of examples",
    )
    add("--classes", type=names_of, metavar="NAME,...", help="names of the classes, in order")
    _add_columns(add)
    add(
        "--task",
        type=names_of,
        metavar="NAME,...",
        help="the tasks of lm-evaluation-harness, or patterns such as mmlu_*, whose samples in "
        "folders are recorded together",
    )
    add(
        "--outputs",
        choices=("logits", "probs"),
        help="kind of the scores, whatever files call them",
    )
    add(
        "--keep",
        choices=KEEPS,
        default="float32",
        help="how much of each snapshot to keep (default float32)",
    )
    where = "the axis of the classes in arrays of scores of tokens or pixels, such as 1 or -1"
    add("--class-axis", type=int, metavar="AXIS", help=where)
    add("--caption", default="", metavar="TEXT", help="what was trained")
    add("--overwrite", action="store_true", help="replace an existing recording")
    add("--quiet", action="store_true", help="print errors only")
    return parser


def _add_columns(add: Callable[..., object]) -> None:
    """Add the options that say what columns of tables are, and which rows are examples."""
    for role, holds in _COLUMNS:
        add(f"--{role}", metavar="COL", help=f"the column of {holds}")
    add(
        "--group",
        type=names_of,
        metavar="COL,...",
        help="the columns of names of groups, such as a site or an age",
    )
    add(
        "--ignore",
        action="extend",
        type=names_of,
        metavar="LABEL,...",
        help="labels of rows that are no examples, such as -100 or pad: they are left out",
    )
    add(
        "--scores",
        type=names_of,
        metavar="COL,...",
        help="the columns of scores: one per class, one of lists, or one of class 1 of two",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _command(arguments, check))


if __name__ == "__main__":
    sys.exit(main())

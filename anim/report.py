"""The command ``python -m anim.report``: errors at a few steps, in numbers and in words."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from anim import command
from anim.settings import CURES, SettingError

_ROWS = 6
# Title, key and decimals of the columns.
_COLUMNS = (
    ("accuracy", "accuracy", 3),
    ("gap", "gap", 3),
    ("ECE", "ece", 3),
    ("95 % interval", ("ece_low", "ece_high"), 3),
    ("chance", "ece_if_calibrated", 3),
    ("smooth", "smooth_ece", 3),
    ("L2", "debiased_l2", 3),
    ("MCE", "mce", 3),
    ("NLL", "nll", 3),
    ("Brier", "brier", 3),
)
_CURED = (
    ("T", "cured_temperature", 2),
    ("cured ECE", "cured_ece", 3),
    ("cured NLL", "cured_nll", 3),
)
_GLOSSARY = {
    "accuracy": "share of the examples whose predicted class is the label",
    "gap": "mean confidence less accuracy: above 0 the model is over-confident as a whole",
    "ECE": "how far the accuracy of a bin is from its confidence, on average over the examples:",
    "": "top-label confidence, 15 bins of equal width; the interval is a bootstrap",
    "chance": "the ECE that a calibrated model would have with as many examples",
    "smooth": "the error without bins (smooth ECE)",
    "L2": "the root of the mean squared error, less what chance adds; 15 bins of equal mass",
    "MCE": "the largest gap of a bin, however few examples it has",
    "NLL": "mean negative log-likelihood of the labels, in nats",
    "Brier": "mean squared distance of the probabilities from the labels",
    "T": "the temperature that divides the logits, fitted on the examples that are held out",
    "cured": "of the scores under the cure",
}


def report(
    run, at: Sequence[int] | None = None, calibration: str | None = None, held_out: float = 0.5
) -> list[dict[str, float]]:
    """The errors of a run at some of its steps.

    Args:
        run: an `anim.Run`.
        at: steps; each takes the snapshot at it or the last one before. None takes about six,
            evenly from the first to the last.
        calibration: a cure to fit on some of the examples, one of `anim.settings.CURES`; all
            numbers are of the others then.
        held_out: share of the examples that it is fitted on.

    Returns:
        For each step a mapping: ``step``, what `anim.Run.errors` has, and with a cure
        ``cured_ece``, ``cured_nll``, ..., ``cured_temperature``. NaN stands for what there is not.

    Raises:
        TypeError: something else than a run.
        SettingError: a step outside of the run, or a cure that it cannot have.
    """
    from anim.run import Run, calibrate

    if not isinstance(run, Run):
        raise TypeError(f"run: expected an anim.Run, got {type(run).__name__}")
    chosen = run.only(_indices(run, at))
    cured = None
    if calibration is not None:
        chosen, cured = calibrate(chosen, calibration, held_out)
    columns = {**chosen.errors(), "step": chosen.steps}
    if cured is not None:
        found = cured.metrics()
        low, high = cured.error_interval()
        found |= {"ece_low": low, "ece_high": high}
        names = ["accuracy", "ece", "ece_low", "ece_high", "nll", "brier"]
        names += [calibration] if calibration in cured.recorded else []
        columns |= {f"cured_{name}": found[name] for name in names}
    return [
        {name: values[i].item() for name, values in columns.items()} for i in range(len(chosen))
    ]


def _indices(run, at: Sequence[int] | None) -> np.ndarray:
    if at is None:
        return np.unique(np.linspace(0, len(run) - 1, _ROWS).round().astype(int))
    first, last = run.steps[0], run.steps[-1]
    for step in at:
        if not first <= step <= last:
            raise SettingError("at", f"expected steps from {first} to {last}, got {step}")
    return np.unique(np.searchsorted(run.steps, at, side="right") - 1)


def _columns(rows: Sequence[Mapping[str, float]]) -> list[tuple]:
    """Those that the rows have."""
    return [
        column
        for column in (*_COLUMNS, *_CURED)
        if all(key in rows[0] for key in ([column[1]] if isinstance(column[1], str) else column[1]))
    ]


def table(rows: Sequence[Mapping[str, float]]) -> str:
    """Rows of `report` as text, a line each, under the names of the columns."""
    columns = _columns(rows)
    lines = [["step", *(title for title, _, _ in columns)]]
    for row in rows:
        lines.append([f"{row['step']}", *(_cell(row, key, digits) for _, key, digits in columns)])
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    aligned = [
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    ]
    return "\n".join(aligned)


def meanings(rows: Sequence[Mapping[str, float]]) -> str:
    """What the columns of a `table` mean, a line each."""
    titles = {title.split()[0] for title, _, _ in _columns(rows)} | {""}
    return "\n".join(f"{name:<9}{text}" for name, text in _GLOSSARY.items() if name in titles)


def _cell(row: Mapping[str, float], key, digits: int) -> str:
    values = [row[name] for name in ([key] if isinstance(key, str) else key)]
    if any(map(math.isnan, values)):
        return "-"
    return " to ".join(f"{value:.{digits}f}" for value in values)


def verdict(row: Mapping[str, float], examples: int) -> str:
    """What a row of `report` says, in a sentence or two.

    Args:
        row: of `report`.
        examples: N, how many it is of.
    """
    # Not before, since --help needs none of what it imports.
    from anim import describe

    accuracy, gap = row["accuracy"], row["gap"]
    if math.isnan(accuracy):
        return f"The snapshot at step {row['step']} cannot be read."
    interval = f"{row['ece_low']:.3f} to {row['ece_high']:.3f}"
    chance = row["ece_if_calibrated"]
    sure = describe.verdict(accuracy, gap, examples, row["ece"], chance)
    text = (
        f"At step {row['step']} it is right {100 * accuracy:.1f} % of the time and says "
        f"{100 * (accuracy + gap):.1f} %: {sure}. "
    )
    if row["ece_low"] == 0:
        text += (
            f"Its calibration error of {row['ece']:.3f} cannot be told from the {chance:.3f} "
            "that a calibrated model shows by chance."
        )
    else:
        text += (
            f"Its calibration error of {row['ece']:.3f} ({interval}) is more than the "
            f"{chance:.3f} that a calibrated model shows by chance."
        )
    return text + _of_cure(row)


def _of_cure(row: Mapping[str, float]) -> str:
    """What the cure does, if there is one."""
    cured = row.get("cured_ece", math.nan)
    if math.isnan(cured):
        return ""
    has_one = "cured_temperature" in row
    by = f" A temperature of {row['cured_temperature']:.2f}" if has_one else " The cure"
    if row["cured_ece_high"] < row["ece"]:
        return f"{by} brings it to {cured:.3f}."
    if row["cured_ece_low"] > row["ece"]:
        return f"{by} makes it worse, {cured:.3f}."
    return f"{by} leaves it about where it is, at {cured:.3f}."


def _command(arguments: argparse.Namespace, check: Callable[[], None]) -> None:
    from anim.run import RecordingError, members, open

    try:
        opened = [open(path) for path in arguments.runs]
    except RecordingError as error:
        raise SettingError("RUN", str(error)) from error
    found = {}
    for path, run in zip(arguments.runs, opened, strict=True):
        for one in members(run):
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
        choices=tuple(CURES),
        metavar="CURE",
        help=f"fit one on some of the examples, and report the others: {', '.join(CURES)}",
    )
    parser.add_argument(
        "--held-out",
        type=float,
        default=0.5,
        metavar="SHARE",
        help="share of the examples to fit the cure on (default 0.5)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with every error there is")
    arguments = parser.parse_args(argv)
    return command.run(parser, lambda check: _command(arguments, check))


if __name__ == "__main__":
    sys.exit(main())

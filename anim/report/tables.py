"""The command ``python -m anim.report``: errors at a few steps, in numbers and in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

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
_RECALIBRATED = (
    ("T", "recalibrated_temperature", 2),
    ("recalibrated ECE", "recalibrated_ece", 3),
    ("recalibrated NLL", "recalibrated_nll", 3),
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
    "recalibrated": "of the scores under the recalibration",
}


def _columns(rows: Sequence[Mapping[str, float]]) -> list[tuple]:
    """Those that the rows have."""
    return [
        column
        for column in (*_COLUMNS, *_RECALIBRATED)
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
    return "\n".join(f"{name:<14}{text}" for name, text in _GLOSSARY.items() if name in titles)


def _cell(row: Mapping[str, float], key, digits: int) -> str:
    values = [row[name] for name in ([key] if isinstance(key, str) else key)]
    if any(map(math.isnan, values)):
        return "-"
    return " to ".join(f"{value:.{digits}f}" for value in values)

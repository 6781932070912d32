"""Rows of a report as a table, and what its columns mean."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from anim.metrics import BY_NAME, METRICS
from anim.settings import TEMPERATURE

# Before the name of a metric in a row, for its value after recalibration.
RECALIBRATED = "recalibrated_"
# The p-value of the ECE of a group, with a correction for the number of groups.
CORRECTED = "ece_p_holm"
# The ECE of the scores of one of several labels.
SCORE_ECE = "label_ece"


class Column(NamedTuple):
    """A column of the table.

    Attributes:
        title: its heading.
        keys: of the row: one, or the two ends of an interval.
        digits: decimals.
        meaning: for the glossary, in one or more lines.
    """

    title: str
    keys: tuple[str, ...]
    digits: int
    meaning: str


_OF_METRICS = tuple(
    Column(
        metric.title,
        (metric.name, metric.upper) if metric.upper else (metric.name,),
        metric.digits,
        metric.meaning,
    )
    for metric in METRICS
    if metric.title
)
_OF_RECALIBRATION = (
    Column(
        "T",
        (f"{RECALIBRATED}{TEMPERATURE}",),
        2,
        "temperature that divides the logits, fitted on the other examples",
    ),
    *(
        Column(
            f"recalibrated {BY_NAME[name].title}",
            (f"{RECALIBRATED}{name}",),
            BY_NAME[name].digits,
            f"{BY_NAME[name].title} after recalibration",
        )
        for name in ("ece", "nll")
    ),
)
_OF_GROUPS = (
    Column(
        "ECE of scores",
        (SCORE_ECE,),
        3,
        "of a label: mean distance between share and mean score of a bin, 15 bins of equal width",
    ),
    Column(
        "p (Holm)",
        (CORRECTED,),
        3,
        "p of a group, made larger as there are several (Holm 1979): of runs whose groups are all\n"
        "calibrated, at most 5 % have any at 0.05 or less",
    ),
)
_COLUMNS = (*_OF_METRICS, *_OF_RECALIBRATION, *_OF_GROUPS)


def table(rows: Sequence[Mapping[str, float]]) -> str:
    """Return rows of `report` as text, one line each, under the names of the columns."""
    columns = columns_in(rows)
    lines = [["step", *(column.title for column in columns)]]
    for row in rows:
        lines.append([f"{row['step']}", *(cell_of(row, column) for column in columns)])
    return aligned(lines)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of cells as text, each cell at the right of its column."""
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


def meanings(rows: Sequence[Mapping[str, float]]) -> str:
    """Return what the columns of a `table` mean, one or more lines each."""
    columns = columns_in(rows)
    width = max(len(column.title) for column in columns) + 2
    lines = []
    for column in columns:
        title = column.title
        for line in column.meaning.split("\n"):
            lines.append(f"{title:<{width}}{line}")
            title = ""
    return "\n".join(lines)


def columns_in(rows: Sequence[Mapping[str, float]]) -> list[Column]:
    """Return the columns that at least one of the rows has."""
    return [
        column for column in _COLUMNS if any(all(key in row for key in column.keys) for row in rows)
    ]


def cell_of(row: Mapping[str, float], column: Column) -> str:
    """Return what a row has in a column; a dash if that is missing."""
    values = [row[key] for key in column.keys]
    if any(map(math.isnan, values)):
        return "-"
    return " to ".join(f"{value:.{column.digits}f}" for value in values)
